"""A store in a folder: for a web server of one's own, a synchronised folder, or to look at what would be public.

Everything of the store's own lies in `<root>/.folge`: the lock and, while they are being written, new objects.
"""

import errno
import hashlib
import os
import secrets
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from threading import Lock

from episodes.mediatypes import media_type as media_type_of
from podcast.stores import (
    ABSENT,
    Moved,
    Progress,
    Stat,
    StoredObject,
    StoreError,
    Unfinished,
    Upload,
    check_key,
    is_key,
)
from podcast.stores.source import changed, digest, taken, too_large

_LOCK = ".folge/lock"
_TEMPORARY = ".folge/tmp"
_LOCK_SECONDS = 60.0
_ABANDONED_SECONDS = 86_400
_HASHED_BYTES = 1 << 20
_CHUNK_BYTES = 1 << 20

_NO_SPACE = "there is no room left on the disk", "free some space and run the command again"
_IN_THE_WAY = "a file and a folder want the same name", "move one of them away"
_REASONS = {
    errno.ENOSPC: _NO_SPACE,
    errno.EDQUOT: _NO_SPACE,
    errno.EFBIG: ("the file is larger than this disk or account allows", "choose another folder for the store"),
    errno.EACCES: ("you may not read or write there", "give your account the right to, or choose another folder"),
    errno.EPERM: ("you may not read or write there", "give your account the right to, or choose another folder"),
    errno.EROFS: ("the disk can only be read", "make it writable or choose another folder for the store"),
    errno.ENOTDIR: _IN_THE_WAY,
    errno.EISDIR: _IN_THE_WAY,
    errno.EEXIST: _IN_THE_WAY,
    errno.ENOTEMPTY: _IN_THE_WAY,
    errno.ENAMETOOLONG: ("the name is too long for this disk", "choose a shorter slug"),
}


class FolderStore:
    """Objects as files below `root`, which is made by the first write.

    The tag of an object up to 1 MiB is the SHA-256 of its body; of a larger one its size, time and inode, so that
    nothing large is read to list it. Type and caching are the web server's business: `media_type` follows the
    extension and `cache_control` is empty. Writers on one machine, or on a network disk with working locks, exclude
    each other.
    """

    def __init__(self, root: Path, *, url: str = "") -> None:
        self._root = root
        self._url = url or str(root)
        self._swept = False
        self._turn = Lock()

    @property
    def root(self) -> Path:
        """The folder that holds the objects."""
        return self._root

    @property
    def url(self) -> str:
        """The folder as the producer wrote it."""
        return self._url

    def get(self, key: str) -> StoredObject | None:
        """Return body and tag of one read, or None where there is no such file."""
        path = self._path(key)
        with self._telling(key):
            try:
                with path.open("rb") as file:
                    body = file.read()
                    return StoredObject(body=body, tag=_tag(os.fstat(file.fileno()), body))
            except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
                self._check_root()
                return None

    def fetch(self, key: str, path: Path, most: int) -> bool:
        """Copy the file."""
        source = self._path(key)
        with self._telling(key):
            try:
                if source.stat().st_size > most:
                    raise too_large(self.url, key, most)
                shutil.copyfile(source, path)
            except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
                self._check_root()
                return False
            return True

    def stat(self, key: str) -> Stat | None:
        """Return size, tag and the media type its extension stands for, or None where there is no such file."""
        path = self._path(key)
        with self._telling(key):
            found = _stat(key, path)
            if found is None:
                self._check_root()
            return found

    def list(self, prefix: str) -> Iterator[Stat]:
        """Yield every file whose key starts with `prefix`; files whose name is no key are left out."""
        parent = prefix.rpartition("/")[0]
        if parent and not is_key(parent):
            return
        with self._telling(prefix):
            self._check_root()
            for folder, folders, names in os.walk(self._root / parent):
                folders.sort()
                for name in sorted(names):
                    path = Path(folder, name)
                    key = path.relative_to(self._root).as_posix()
                    if key.startswith(prefix) and is_key(key) and not _is_reserved(key):
                        found = _stat(key, path)
                        if found is not None:
                            yield found

    def put(
        self,
        key: str,
        body: bytes,
        *,
        media_type: str,
        cache_control: str,
        expected: str | None,
    ) -> str:
        """Write beside, compare under the lock, rename; returns the new tag. Raises Moved as the port says."""
        path = self._path(key)
        with self._telling(key), self._locked():
            there = _stat(key, path)
            if expected is not None and (there.tag if there else ABSENT) != expected:
                if there is None or there.bytes != len(body) or path.read_bytes() != body:
                    raise Moved(key)
                return there.tag
            with self._beside() as temporary:
                with temporary.open("r+b") as file:
                    file.write(body)
                    file.flush()
                    os.fsync(file.fileno())
                    tag = _tag(os.fstat(file.fileno()), body)
                self._commit(temporary, path)
            return tag

    def put_files(self, uploads: Sequence[Upload], progress: Progress | None = None) -> None:
        """Copy files one after the other: a disk is not faster side by side.

        A copy that was interrupted begins anew: to compare what is there would take as long as to copy it.
        """
        for upload in uploads:
            self._copy_in(upload, partial(progress, upload.key) if progress else None)

    def delete(self, key: str) -> None:
        """Remove a file, and the folders it leaves empty."""
        path = self._path(key)
        with self._telling(key), self._locked():
            try:
                path.unlink()
            except (FileNotFoundError, NotADirectoryError):
                return
            for folder in path.relative_to(self._root).parents[:-1]:
                try:
                    (self._root / folder).rmdir()
                except OSError:  # others are in it
                    break
            _sync_folder(self._root)

    def unfinished(self) -> Iterator[Unfinished]:
        """Yield the temporary files of writers."""
        folder = self._root / _TEMPORARY
        with self._telling(_TEMPORARY):
            for path in folder.iterdir() if folder.is_dir() else ():
                try:
                    status = path.stat()
                except FileNotFoundError:  # it is done by now
                    continue
                grew = datetime.fromtimestamp(status.st_mtime, UTC)
                yield Unfinished(key=f"{_TEMPORARY}/{path.name}", id=path.name, begun=grew, bytes=status.st_size)

    def abort(self, unfinished: Unfinished) -> None:
        """Delete a temporary file."""
        key = check_key(unfinished.key)
        if not key.startswith(_TEMPORARY + "/"):
            raise ValueError(f"not a temporary file: {key}")
        with self._telling(key):
            (self._root / key).unlink(missing_ok=True)

    def _copy_in(self, upload: Upload, told: Callable[[int], None] | None) -> None:
        """Copy a file, hashing what is copied; it appears under its key only when every byte is right."""
        target = self._path(upload.key)
        with self._telling(upload.key):
            if self._holds(target, upload.key, upload.sha256):
                return
            self._make(self._root / _TEMPORARY)
            with self._beside() as temporary:
                if _copy(upload.path, temporary, told) != upload.sha256:
                    raise changed(upload.path)
                with self._locked():
                    if not self._holds(target, upload.key, upload.sha256):
                        self._commit(temporary, target)

    def _path(self, key: str) -> Path:
        if _is_reserved(check_key(key)):
            raise ValueError(f"the folder store keeps {key} for itself")
        return self._root / key

    def _check_root(self) -> None:
        if self._root.exists() and not self._root.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(self._root))

    def _holds(self, target: Path, key: str, sha256: str) -> bool:
        if not target.is_file():
            return False
        if digest(target) != sha256:
            raise taken(self.url, key)
        return True

    def _make(self, folder: Path) -> None:
        """Make a folder and those above it, each on the disk before anything is put into it."""
        missing = [folder, *folder.parents]
        missing = [one for one in missing if not one.is_dir()]
        for one in reversed(missing):
            one.mkdir(mode=0o755, exist_ok=True)
            _sync_folder(one.parent)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Exclude other writers, here and in other processes."""
        from filelock import FileLock, Timeout

        self._make(self._root / _TEMPORARY)
        with self._turn:  # a file lock is polled for, and our own threads need not wait like that
            lock = FileLock(self._root / _LOCK, timeout=_LOCK_SECONDS)
            try:
                lock.acquire()
            except Timeout as error:
                raise StoreError(
                    f"another folge has been writing to {self.url} for more than {_LOCK_SECONDS:.0f} seconds",
                    hint="wait until it is done and run the command again",
                ) from error
            except NotImplementedError as error:
                raise StoreError(
                    f"the disk under {self.url} knows no locks", hint="choose a folder on another disk for the store"
                ) from error
            try:
                self._sweep()
                yield
            finally:
                lock.release()

    def _sweep(self) -> None:
        """Delete what writers left that were killed: temporary files nobody has touched for a day."""
        if self._swept:
            return
        self._swept = True
        for path in (self._root / _TEMPORARY).iterdir():
            with suppress(OSError):
                if time.time() - path.stat().st_mtime > _ABANDONED_SECONDS:
                    path.unlink()

    @contextmanager
    def _beside(self) -> Iterator[Path]:
        """Offer an empty file on the store's own disk, readable by web servers; gone afterwards if not renamed."""
        temporary = self._root / _TEMPORARY / secrets.token_hex(8)
        try:
            os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644))
            yield temporary
        finally:
            temporary.unlink(missing_ok=True)

    def _commit(self, temporary: Path, target: Path) -> None:
        self._make(target.parent)
        temporary.replace(target)
        _sync_folder(target.parent)

    @contextmanager
    def _telling(self, key: str) -> Iterator[None]:
        """Turn what the system says into a sentence."""
        try:
            yield
        except OSError as error:
            place = f"{self.url}: {key}" if key else self.url
            what, hint = _REASONS.get(error.errno or 0, (error.strerror or str(error), "look at the folder"))
            raise StoreError(f"{place}: {what}", hint=hint) from error


def _is_reserved(key: str) -> bool:
    return key in (_LOCK, _TEMPORARY) or key.startswith(_TEMPORARY + "/")


def _tag(status: os.stat_result, body: bytes) -> str:
    if len(body) <= _HASHED_BYTES:
        return hashlib.sha256(body).hexdigest()
    return _cheap_tag(status)


def _cheap_tag(status: os.stat_result) -> str:
    return f"{status.st_size:x}-{status.st_mtime_ns:x}-{status.st_ino:x}"


def _stat(key: str, path: Path) -> Stat | None:
    """Read a small file for its tag, only look at a large one."""
    try:
        status = path.stat()
        if not path.is_file():
            return None
        if status.st_size > _HASHED_BYTES:
            tag, size = _cheap_tag(status), status.st_size
        else:
            with path.open("rb") as file:
                body = file.read()
                tag, size = _tag(os.fstat(file.fileno()), body), len(body)
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None
    written = datetime.fromtimestamp(status.st_mtime, UTC)
    return Stat(key=key, bytes=size, tag=tag, media_type=media_type_of(key), written=written)


def _copy(source: Path, target: Path, progress: Callable[[int], None] | None) -> str:
    """Copy and return the SHA-256 of what was copied."""
    hashed = hashlib.sha256()
    try:
        reading = source.open("rb")
    except OSError as error:
        raise StoreError(f"{source} cannot be read: {error.strerror}", hint="put the file back") from error
    with reading, target.open("r+b") as writing:
        while chunk := reading.read(_CHUNK_BYTES):
            hashed.update(chunk)
            writing.write(chunk)
            if progress is not None:
                progress(len(chunk))
        writing.flush()
        os.fsync(writing.fileno())
    return hashed.hexdigest()


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # a folder cannot be opened there, and a rename is written through
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
