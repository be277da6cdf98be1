"""A store in memory, for tests: it refuses, compares and forgets as the others do."""

import hashlib
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from podcast.stores import ABSENT, Moved, Progress, Stat, StoredObject, StoreError, Upload, check_key
from podcast.stores.source import changed, taken


@dataclass(frozen=True, slots=True, kw_only=True)
class _Object:
    body: bytes
    media_type: str
    cache_control: str

    @property
    def tag(self) -> str:
        return f'"{hashlib.blake2b(self.body, digest_size=12).hexdigest()}"'


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

    def get(self, key: str) -> StoredObject | None:
        """Return body and tag, or None where the object is absent."""
        found = self._objects.get(check_key(key))
        return StoredObject(body=found.body, tag=found.tag) if found else None

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

    def put_file(
        self,
        key: str,
        path: Path,
        *,
        media_type: str,
        cache_control: str,
        sha256: str,
        progress: Progress | None = None,
    ) -> None:
        """Read a file whole and keep it; raises StoreError where it is not what `sha256` says, or the key is taken."""
        check_key(key)
        try:
            body = path.read_bytes()
        except OSError as error:
            raise StoreError(f"{path} cannot be read: {error.strerror}") from error
        if hashlib.sha256(body).hexdigest() != sha256:
            raise changed(path)
        with self._lock:
            there = self._objects.get(key)
            if there is not None and there.body == body:
                return
            if there is not None:
                raise taken(self.url, key)
            self._objects[key] = _Object(body=body, media_type=media_type, cache_control=cache_control)
        if progress is not None:
            progress(key, len(body))

    def put_files(self, uploads: Sequence[Upload], progress: Progress | None = None) -> None:
        """Keep several files, one after the other."""
        for upload in uploads:
            self.put_file(
                upload.key,
                upload.path,
                media_type=upload.media_type,
                cache_control=upload.cache_control,
                sha256=upload.sha256,
                progress=progress,
            )


def _stat(key: str, found: _Object) -> Stat:
    return Stat(
        key=key,
        bytes=len(found.body),
        tag=found.tag,
        media_type=found.media_type,
        cache_control=found.cache_control,
    )
