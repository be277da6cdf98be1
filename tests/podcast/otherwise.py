"""A publish that does it otherwise than it should, as a store between it and the real one makes it appear."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from podcast.layout import FEED, INVENTORY, LEDGER
from podcast.stores import Progress, Stat, Store, StoredObject, Upload
from podcast.stores.memory import MemoryStore


class _Through:
    """A store that passes everything on."""

    def __init__(self, inner: Store) -> None:
        self.inner = inner

    @property
    def url(self) -> str:
        return self.inner.url

    def get(self, key: str) -> StoredObject | None:
        return self.inner.get(key)

    def stat(self, key: str) -> Stat | None:
        return self.inner.stat(key)

    def list(self, prefix: str) -> Iterator[Stat]:
        return self.inner.list(prefix)

    def put(self, key: str, body: bytes, *, media_type: str, cache_control: str, expected: str | None) -> str:
        return self.inner.put(key, body, media_type=media_type, cache_control=cache_control, expected=expected)

    def put_files(self, uploads: Sequence[Upload], progress: Progress | None = None) -> None:
        self.inner.put_files(uploads, progress)

    def delete(self, key: str) -> None:
        self.inner.delete(key)


class LedgerReadFirst(_Through):
    """As if a publish read the ledger before the tags of what follows from it."""

    def __init__(self, inner: Store) -> None:
        super().__init__(inner)
        self._ledger: StoredObject | None = None

    def get(self, key: str) -> StoredObject | None:
        if key == INVENTORY:
            self._ledger = self.inner.get(LEDGER)
        return self._ledger if key == LEDGER else self.inner.get(key)


class FeedUnconditional(_Through):
    """As if a publish wrote the feed whatever is there."""

    def put(self, key: str, body: bytes, *, media_type: str, cache_control: str, expected: str | None) -> str:
        wanted = None if key == FEED else expected
        return self.inner.put(key, body, media_type=media_type, cache_control=cache_control, expected=wanted)


class LedgerUnconditional(_Through):
    """As if a publish wrote the ledger whatever is there, and the feed only where nobody came between."""

    def put(self, key: str, body: bytes, *, media_type: str, cache_control: str, expected: str | None) -> str:
        wanted = None if key == LEDGER else expected
        return self.inner.put(key, body, media_type=media_type, cache_control=cache_control, expected=wanted)


class FeedBeforePages(_Through):
    """As if a publish wrote the feed before the pages it refers to."""

    def __init__(self, inner: Store) -> None:
        super().__init__(inner)
        self._kept: list[Callable[[], str]] = []

    def put(self, key: str, body: bytes, *, media_type: str, cache_control: str, expected: str | None) -> str:
        write = partial(
            self.inner.put, key, body, media_type=media_type, cache_control=cache_control, expected=expected
        )
        if key.startswith(("f/", "folge-")):
            self._kept.append(write)
            return MemoryStore().put(key, body, media_type=media_type, cache_control=cache_control, expected=None)
        tag = write()
        while key == FEED and self._kept:
            self._kept.pop(0)()
        return tag


class FeedBeforeLedger(_Through):
    """As if a publish committed to the ledger only after the feed."""

    def __init__(self, inner: Store) -> None:
        super().__init__(inner)
        self._kept: list[Callable[[], str]] = []

    def put(self, key: str, body: bytes, *, media_type: str, cache_control: str, expected: str | None) -> str:
        write = partial(
            self.inner.put, key, body, media_type=media_type, cache_control=cache_control, expected=expected
        )
        if key == LEDGER:
            self._kept.append(write)
            return MemoryStore().put(key, body, media_type=media_type, cache_control=cache_control, expected=None)
        tag = write()
        if key == FEED and self._kept:
            self._kept.pop()()
        return tag
