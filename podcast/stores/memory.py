"""A store in memory, for tests: it refuses, compares and forgets as the others do."""

import hashlib
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from podcast.stores import ABSENT, Moved, Progress, Stat, StoredObject, StoreError, Unfinished, Upload, check_key
from podcast.stores.source import changed, taken, too_large


@dataclass(frozen=True, slots=True, kw_only=True)
class _Object:
    body: bytes
    media_type: str
    cache_control: str
    written: datetime = field(default_factory=lambda: datetime.now(UTC), compare=False)

    @property
    def tag(self) -> str:
        return _tag(self.body)


@lru_cache(maxsize=1024)
def _tag(body: bytes) -> str:
    return f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'


class MemoryStore:
    """Objects in a dict; as strict as a bucket, and safe to share between threads."""

    def __init__(self, url: str = "memory:") -> None:
        self._url = url
        self._objects: dict[str, _Object] = {}
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        """The address, `memory:` unless told otherwise."""
        return self._url

    def copy(self) -> "MemoryStore":
        """Return another store with the same objects."""
        other = MemoryStore(self._url)
        with self._lock:
            other._objects = dict(self._objects)
        return other

    def get(self, key: str) -> StoredObject | None:
        """Return body and tag, or None where the object is absent."""
        found = self._objects.get(check_key(key))
        return StoredObject(body=found.body, tag=found.tag) if found else None

    def fetch(self, key: str, path: Path, most: int) -> bool:
        """Write the body into a file."""
        found = self._objects.get(check_key(key))
        if found is None:
            return False
        if len(found.body) > most:
            raise too_large(self.url, key, most)
        path.write_bytes(found.body)
        return True

    def stat(self, key: str) -> Stat | None:
        """Return size, tag, media type and cache control, or None where the object is absent."""
        found = self._objects.get(check_key(key))
        return _stat(key, found) if found else None

    def list(self, prefix: str) -> Iterator[Stat]:
        """Yield every object whose key starts with `prefix`, as things stood when the first was asked for."""
        with self._lock:
            objects = dict(self._objects)
        yield from (_stat(key, found) for key, found in objects.items() if key.startswith(prefix))

    def put(self, key: str, body: bytes, *, media_type: str, cache_control: str, expected: str | None) -> str:
        """Write under the store's condition rules and return the new tag; raises Moved."""
        new = _Object(body=bytes(body), media_type=media_type, cache_control=cache_control)
        with self._lock:
            there = self._objects.get(check_key(key))
            if expected is not None and (there.tag if there else ABSENT) != expected and there != new:
                raise Moved(key)
            self._objects[key] = new
        return new.tag

    def put_files(self, uploads: Sequence[Upload], progress: Progress | None = None) -> None:
        """Keep files one after the other, each read whole."""
        for upload in uploads:
            if self._keep(upload) and progress is not None:
                progress(upload.key, upload.path.stat().st_size)

    def delete(self, key: str) -> None:
        """Forget an object."""
        with self._lock:
            self._objects.pop(check_key(key), None)

    def unfinished(self) -> Iterator[Unfinished]:
        """Yield nothing: a write here is done at once."""
        return iter(())

    def abort(self, unfinished: Unfinished) -> None:
        """Do nothing: there is nothing unfinished."""

    def _keep(self, upload: Upload) -> bool:
        """Keep a file and say whether it was new; raises StoreError where it changed, or the key is taken."""
        check_key(upload.key)
        try:
            body = upload.path.read_bytes()
        except OSError as error:
            raise StoreError(f"{upload.path} cannot be read: {error.strerror}") from error
        if hashlib.sha256(body).hexdigest() != upload.sha256:
            raise changed(upload.path)
        with self._lock:
            there = self._objects.get(upload.key)
            if there is not None and there.body != body:
                raise taken(self.url, upload.key)
            new = _Object(body=body, media_type=upload.media_type, cache_control=upload.cache_control)
            return self._objects.setdefault(upload.key, new) is new


def _stat(key: str, found: _Object) -> Stat:
    return Stat(
        key=key,
        bytes=len(found.body),
        tag=found.tag,
        media_type=found.media_type,
        cache_control=found.cache_control,
        written=found.written,
    )
