"""Writing the producer's files: beside, flushed, renamed; or created and never replaced."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from episodes.problems import UserError


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
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem[:100]}.", suffix=path.suffix)
    except OSError as error:
        raise UserError(f"{path} cannot be created: {error.strerror}", hint="check the folder and the disk") from error
    os.close(handle)
    try:
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


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
    """Write content to a hidden file in the same folder and offer it; it is gone afterwards, unless it was renamed."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:100]}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content.encode() if isinstance(content, str) else content)
            stream.flush()
            os.fsync(stream.fileno())
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
