"""Writing the producer's files: beside, flushed, renamed; or created and never replaced.

Until a file is whole it is a draft beside its place. A draft is locked as long as somebody writes it, so that one that
was left behind is known: it is deleted when something is written in that folder again.
"""

import os
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

from episodes.problems import UserError

_DRAFT = ".folge-draft-"
_DRAFT_NAME = re.compile(re.escape(_DRAFT) + r"[0-9a-f]{16}(\.[^.]*)?")
_FRESH_SECONDS = 3
_ABANDONED_SECONDS = 86_400
_HAS_LOCKS = os.name != "nt"


def write_file(path: Path, text: str) -> None:
    """Replace a text file as a whole, UTF-8; a crash leaves the old or the new one. The mode bits are kept."""
    path = path.resolve()  # a link stays one
    try:
        with _beside(path, text) as beside:
            beside.chmod(path.stat().st_mode & 0o7777 if path.exists() else 0o666 & ~_umask())
            beside.replace(path)
    except OSError as error:
        raise UserError(f"{path} cannot be written: {error.strerror}", hint="check the folder and the disk") from error


def create_file(path: Path, content: str | bytes) -> None:
    """Create a file; text as UTF-8. Raises FileExistsError where there is one, UserError where none can be made."""
    try:
        with _beside(path, content) as beside:
            beside.chmod(0o666 & ~_umask())
            os.link(beside, path)
    except FileExistsError:
        raise
    except OSError as error:
        raise UserError(f"{path} cannot be created: {error.strerror}", hint="check the folder and the disk") from error


@contextmanager
def draft_of(path: Path) -> Iterator[Path]:
    """Offer a hidden empty file beside `path` with its extension; it is gone afterwards, unless it was renamed."""
    _swept(path.parent)
    draft = path.with_name(f"{_DRAFT}{secrets.token_hex(8)}{path.suffix}")
    try:
        handle = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise UserError(f"{path} cannot be created: {error.strerror}", hint="check the folder and the disk") from error
    if not _HAS_LOCKS:  # an open file cannot be renamed there either
        os.close(handle)
    try:
        with suppress(OSError):
            _lock(handle)
        yield draft
    finally:
        if _HAS_LOCKS:
            os.close(handle)
        draft.unlink(missing_ok=True)


def sweep_drafts(folder: Path) -> None:
    """Delete the drafts of writers that were killed: those that nobody holds; where there are no locks, after a day."""
    with suppress(OSError):
        for path in folder.iterdir():
            if _DRAFT_NAME.fullmatch(path.name) and path.is_file() and not path.is_symlink():
                with suppress(OSError):
                    if _is_abandoned(path):
                        path.unlink()


@cache
def _swept(folder: Path) -> None:
    """Sweep a folder once in the life of a process."""
    sweep_drafts(folder)


def _is_abandoned(draft: Path) -> bool:
    age = time.time() - draft.stat().st_mtime
    if age < _FRESH_SECONDS:  # it may have been made and not been locked yet
        return False
    try:
        with draft.open("rb") as file:
            _lock(file.fileno())
    except BlockingIOError:
        return False
    except OSError:
        return age > _ABANDONED_SECONDS
    return _HAS_LOCKS or age > _ABANDONED_SECONDS


def _lock(handle: int) -> None:
    """Hold a file for as long as it is open. Raises BlockingIOError where somebody holds it, OSError for no locks."""
    if _HAS_LOCKS:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def settle(draft: Path, path: Path, *, replace: bool) -> None:
    """Make a draft the file it is of, flushed. Raises FileExistsError where there is one that may not be replaced."""
    try:
        with draft.open("rb+") as stream:
            os.fsync(stream.fileno())
        draft.chmod(0o666 & ~_umask())
        if replace:
            draft.replace(path)
        else:
            os.link(draft, path)
    except FileExistsError:
        raise
    except OSError as error:
        raise UserError(f"{path} cannot be written: {error.strerror}", hint="check the folder and the disk") from error


def make_folder(path: Path) -> None:
    """Make a folder and its parents where they are missing."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"{path} cannot be made: {error.strerror}", hint="check the folder's permissions") from error


@contextmanager
def alone(lock_file: Path) -> Iterator[None]:
    """Keep other processes of this user out. Where no lock can be had, go on without: it guards convenience only."""
    from filelock import FileLock, Timeout

    lock = FileLock(lock_file, timeout=30)
    try:
        make_folder(lock_file.parent)
        lock.acquire()
    except (UserError, OSError, Timeout, NotImplementedError):
        yield
        return
    try:
        yield
    finally:
        lock.release()


@contextmanager
def unless_running(lock_file: Path) -> Iterator[bool]:
    """Say whether no other process is inside, without waiting. Where no lock can be had there is none."""
    from filelock import FileLock, Timeout

    lock = FileLock(lock_file)
    free = True
    try:
        make_folder(lock_file.parent)
        lock.acquire(blocking=False)
    except Timeout:
        free = False
    except (UserError, OSError, NotImplementedError):
        pass
    try:
        yield free
    finally:
        lock.release()


@contextmanager
def _beside(path: Path, content: str | bytes) -> Iterator[Path]:
    """Write content to a draft of a file and offer it; it is gone afterwards, unless it was renamed."""
    with draft_of(path) as draft:
        with draft.open("wb") as stream:
            stream.write(content.encode() if isinstance(content, str) else content)
            stream.flush()
            os.fsync(stream.fileno())
        yield draft


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
