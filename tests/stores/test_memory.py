"""The memory store keeps the promises of a store."""

import pytest

from podcast.stores import Store
from podcast.stores.memory import MemoryStore
from tests.stores.conformance import Conformance


class TestMemory(Conformance):
    @pytest.fixture
    def store(self) -> Store:
        return MemoryStore()

    @pytest.fixture
    def other(self, store: Store) -> Store:
        return store
