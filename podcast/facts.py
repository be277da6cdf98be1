"""Facts about files, measured once and kept in the user's cache folder by path, size and time of change."""

import hashlib
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec
import platformdirs

from episodes.model import Audio


def cache_folder(show_folder: Path) -> Path:
    """Return the cache folder of a show; `FOLGE_CACHE` moves the folder of all shows. It need not exist."""
    root = os.environ.get("FOLGE_CACHE") or platformdirs.user_cache_dir("folge")
    return Path(root) / hashlib.sha256(str(show_folder.resolve()).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """What tells an unchanged file without reading it: size in bytes, times of content and inode in ns, inode number.

    The inode's time cannot be set back, so an edit that restores the other one is seen.
    """

    bytes: int
    mtime_ns: int
    ctime_ns: int
    inode: int


def stamp(path: Path | str) -> Stamp | None:
    """Return the stamp of a file, or None where there is none. A thousand paths as text cost a tenth of the time."""
    try:
        found = os.stat(path)  # noqa: PTH116  as said
    except (OSError, ValueError):
        return None
    return Stamp(bytes=found.st_size, mtime_ns=found.st_mtime_ns, ctime_ns=found.st_ctime_ns, inode=found.st_ino)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fact:
    stamp: Stamp
    audio: Audio


class Facts:
    """Measured audio, remembered between runs. A damaged or missing cache costs time and nothing else."""

    VERSION = 2
    """Goes up when a measurement changes its meaning, so that old facts are not believed."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / f"audio-{self.VERSION}.json"
        self._known = _read(self._file)
        self._changed = False

    def audio(self, path: Path) -> Audio:
        """Return the facts of an audio file, measured unless it is unchanged. Raises UserError as `measure` does."""
        from episodes.audio import measure

        name, now = str(path.resolve()), stamp(path)
        known = self._known.get(name)
        if known and known.stamp == now:
            return known.audio
        audio = measure(path)
        if now and stamp(path) == now:
            self._known[name] = _Fact(stamp=now, audio=audio)
            self._changed = True
        return audio

    def save(self) -> None:
        """Write what was measured. Failing to is no error: the next run measures again."""
        if self._changed:
            write_cache(self._file, msgspec.json.encode(self._known))
            self._changed = False


def _read(path: Path) -> dict[str, _Fact]:
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, _Fact])
    except (OSError, msgspec.DecodeError):
        return {}


def write_cache(path: Path, body: bytes) -> None:
    """Write a cache file beside and rename it; give up in silence where the folder does not allow it."""
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.write_bytes(body)
        beside.replace(path)
    except OSError:
        with suppress(OSError):
            beside.unlink()
