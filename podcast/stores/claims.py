"""Which unfinished uploads this computer began or went on with, and which of them is being sent right now.

A mark is an empty file in the cache, named after the upload and locked while it is sent; the system opens the lock of a
process that was killed. So a second process leaves an upload alone that a first one sends, and goes on at once where
that one is gone. Without a cache there are no marks, and every upload is somebody else's.
"""

import hashlib
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # filelock is imported when the first claim is made
    from filelock import BaseFileLock

_KEPT_SECONDS = 60 * 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """An upload that this process alone sends, as far as this computer can say."""

    id: str
    mark: Path | None = None
    lock: "BaseFileLock | None" = None

    def release(self, *, done: bool) -> None:
        """Let others have the upload; `done` says that there is nothing left to go on with."""
        if done and self.mark is not None:
            with suppress(OSError):
                self.mark.unlink(missing_ok=True)
        if self.lock is not None:
            self.lock.release()


class Claims:
    """The marks in a folder, which need not exist."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def has(self, upload_id: str) -> bool:
        """Say whether this computer began an upload or went on with it."""
        return self._mark(upload_id).is_file()

    def take(self, upload_id: str) -> Claim | None:
        """Mark an upload as ours and return the claim, or None where another process or thread is sending it."""
        from filelock import FileLock, Timeout

        mark = self._mark(upload_id)
        lock = FileLock(mark, timeout=0, is_singleton=False)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._sweep()
            lock.acquire()
        except Timeout:
            return None
        except (OSError, NotImplementedError):  # no marks here: the claim is as good as it can be
            return Claim(id=upload_id)
        return Claim(id=upload_id, mark=mark, lock=lock)

    def _mark(self, upload_id: str) -> Path:
        return self._folder / hashlib.sha256(upload_id.encode()).hexdigest()[:32]

    def _sweep(self) -> None:
        """Forget uploads of long ago: their parts are tidied away or have expired."""
        for path in self._folder.iterdir():
            with suppress(OSError):
                if time.time() - path.stat().st_mtime > _KEPT_SECONDS:
                    path.unlink()
