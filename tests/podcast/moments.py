"""A store in which something happens at one moment of a command, and what a tidying of such a store needs."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from podcast.publishing.pulledshow import read_settings
from podcast.publishing.tidying import Tidied, Tidier
from podcast.stores import ABSENT, Progress, Stat, Store, StoredObject, Upload
from podcast.stores.memory import MemoryStore
from tests.podcast.builders import BASE, SETTINGS, objects
from tests.podcast.spies import Spy

MONTH = timedelta(days=30)
AT_ONCE = timedelta()
SETTINGS_HERE = read_settings(SETTINGS.format(title="Kommunen-Podcast", base=BASE))


class Old(Spy):
    """A store in which everything was written so long ago."""

    def __init__(self, inner: MemoryStore, age: timedelta) -> None:
        super().__init__(inner)
        self.age = age

    def list(self, prefix: str) -> Iterator[Stat]:
        for stat in self.inner.list(prefix):
            assert stat.written is not None
            yield replace(stat, written=stat.written - self.age)


class Between(MemoryStore):
    """A store in which something happens just before its operation number `at`."""

    def __init__(self, objects_of: MemoryStore, at: int, happens: Callable[[MemoryStore], object]) -> None:
        super().__init__()
        self.inner = objects_of
        self.at = at
        self.happens = happens

    def _step(self) -> None:
        self.at -= 1
        if self.at == 0:
            self.happens(self.inner)

    def get(self, key: str) -> StoredObject | None:
        self._step()
        return self.inner.get(key)

    def stat(self, key: str) -> Stat | None:
        self._step()
        return self.inner.stat(key)

    def list(self, prefix: str) -> Iterator[Stat]:
        self._step()
        yield from list(self.inner.list(prefix))

    def put(self, key: str, body: bytes, *, media_type: str, cache_control: str, expected: str | None) -> str:
        self._step()
        return self.inner.put(key, body, media_type=media_type, cache_control=cache_control, expected=expected)

    def put_files(self, uploads: Sequence[Upload], progress: Progress | None = None) -> None:
        for upload in uploads:
            self._step()
            self.inner.put_files((upload,), progress)

    def delete(self, key: str) -> None:
        self._step()
        self.inner.delete(key)


def copied(store: MemoryStore) -> MemoryStore:
    """Return a store with the same objects."""
    fresh = MemoryStore()
    for key, body in objects(store).items():
        stat = store.stat(key)
        assert stat is not None
        fresh.put(key, body, media_type=stat.media_type, cache_control=stat.cache_control, expected=ABSENT)
    return fresh


def tidier(store: Store, grace: timedelta = MONTH) -> Tidier:
    return Tidier(SETTINGS_HERE, store, clock=lambda: datetime.now(UTC), by="cora@laptop", grace=grace)


def tidy(store: Store, grace: timedelta = MONTH) -> Tidied:
    tidied = tidier(store, grace).run(lambda plan: True)
    assert tidied is not None
    return tidied
