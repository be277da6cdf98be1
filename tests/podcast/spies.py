"""Stores that watch what a publish does to them, stop working, or are moved by somebody else."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from podcast.stores import Progress, Stat, StoredObject, Unfinished, Upload
from podcast.stores.memory import MemoryStore
from tests.podcast.builders import (
    ShowFolder,
    later,
)


class Spy:
    """A store that counts writes, and stops working after so many of them."""

    def __init__(self, inner: MemoryStore, writes: int = 1_000_000) -> None:
        self.inner = inner
        self.left = writes
        self.written: list[str] = []

    @property
    def url(self) -> str:
        return self.inner.url

    def get(self, key: str) -> StoredObject | None:
        return self.inner.get(key)

    def fetch(self, key: str, path: Path, most: int) -> bool:
        return self.inner.fetch(key, path, most)

    def stat(self, key: str) -> Stat | None:
        return self.inner.stat(key)

    def list(self, prefix: str) -> Iterator[Stat]:
        return self.inner.list(prefix)

    def _count(self, key: str) -> None:
        if self.left == 0:
            raise PowerCutError
        self.left -= 1
        self.written.append(key)

    def put(self, key: str, body: bytes, *, media_type: str, cache_control: str, expected: str | None) -> str:
        self._count(key)
        return self.inner.put(key, body, media_type=media_type, cache_control=cache_control, expected=expected)

    def put_files(self, uploads: Sequence[Upload], progress: Progress | None = None) -> None:
        for upload in uploads:
            self._count(upload.key)
            self.inner.put_files((upload,))

    def delete(self, key: str) -> None:
        self._count(key)
        self.inner.delete(key)

    def unfinished(self) -> Iterator[Unfinished]:
        return self.inner.unfinished()

    def abort(self, unfinished: Unfinished) -> None:
        self._count(unfinished.key)
        self.inner.abort(unfinished)


class PowerCutError(Exception):
    """The machine stopped here."""


class Rival(Spy):
    """A store into which somebody else publishes just before each of our ledger writes."""

    def __init__(self, inner: MemoryStore, rivals: list[ShowFolder]) -> None:
        super().__init__(inner)
        self.rivals = rivals

    def put(self, key: str, body: bytes, *, media_type: str, cache_control: str, expected: str | None) -> str:
        if key.endswith("ledger.json") and self.rivals:
            self.rivals.pop(0).publish(self.inner, now=later(2), by="ben@laptop")
        return super().put(key, body, media_type=media_type, cache_control=cache_control, expected=expected)
