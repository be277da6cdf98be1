"""A store that counts what it is asked for: requests, as a bucket would get them, and bytes of bodies each way."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from podcast.stores import Progress, Stat, Store, StoredObject, Unfinished, Upload

_LISTED_AT_ONCE = 1000
"""How many objects a bucket names in one answer."""


class Counting:
    """Passes everything on; `requests` are counted by name, `sent` and `got` are bytes."""

    def __init__(self, inner: Store) -> None:
        self.inner = inner
        self.requests: Counter[str] = Counter()
        self.sent = 0
        self.got = 0

    @property
    def url(self) -> str:
        return self.inner.url

    def get(self, key: str) -> StoredObject | None:
        self.requests["get"] += 1
        found = self.inner.get(key)
        self.got += len(found.body) if found else 0
        return found

    def fetch(self, key: str, path: Path, most: int) -> bool:
        self.requests["get"] += 1
        return self.inner.fetch(key, path, most)

    def stat(self, key: str) -> Stat | None:
        self.requests["stat"] += 1
        return self.inner.stat(key)

    def list(self, prefix: str) -> Iterator[Stat]:
        for index, stat in enumerate(self.inner.list(prefix)):
            self.requests["list"] += index % _LISTED_AT_ONCE == 0
            yield stat

    def put(self, key: str, body: bytes, *, media_type: str, cache_control: str, expected: str | None) -> str:
        self.requests["put"] += 1
        self.sent += len(body)
        return self.inner.put(key, body, media_type=media_type, cache_control=cache_control, expected=expected)

    def put_files(self, uploads: Sequence[Upload], progress: Progress | None = None) -> None:
        self.requests["upload"] += len(uploads)
        self.sent += sum(upload.path.stat().st_size for upload in uploads)
        self.inner.put_files(uploads, progress)

    def delete(self, key: str) -> None:
        self.requests["delete"] += 1
        self.inner.delete(key)

    def unfinished(self) -> Iterator[Unfinished]:
        self.requests["list"] += 1
        return self.inner.unfinished()

    def abort(self, unfinished: Unfinished) -> None:
        self.requests["delete"] += 1
        self.inner.abort(unfinished)
