"""Copies of the ledger, one beside each edition: what is left where the ledger itself is damaged or gone."""

import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

from episodes.problems import UserError
from podcast.layout import LEDGERS
from podcast.publishing.ledger import Ledger, decode_ledger
from podcast.publishing.plan import Step, copy_step, newest_edition
from podcast.stores import ABSENT, Moved, Store, StoredObject

_LARGEST = 1 << 30
"""A copy that unpacks to more bytes is no ledger."""


def keep_copy(body: bytes, edition: int, before: Ledger | None, store: Store) -> None:
    """Write the copy of a ledger that was just committed; `before` is the one it took the place of.

    While the feed is held, editions do not move, and a later ledger may have left its copy at the same key: that stays.
    """
    step = copy_step(body, edition)
    if before is None or newest_edition(before) != edition:
        _put(step, None, store)
        return
    changed = decode_ledger(body).changed
    for _ in range(_TRIES):
        there = store.get(step.key)
        known = _unpacked(there)
        if known and known.changed > changed:
            return
        with suppress(Moved):
            _put(step, there.tag if there else ABSENT, store)
            return


_TRIES = 100
"""Each one that fails is the copy of another publish that came to its commit."""


def read_copies(store: Store) -> Iterator[Ledger]:
    """Yield every copy that is sound."""
    for stat in list(store.list(LEDGERS)):
        if ledger := _unpacked(store.get(stat.key)):
            yield ledger


def _unpacked(stored: StoredObject | None) -> Ledger | None:
    """Return the ledger of a copy, None for one that is damaged."""
    try:
        return decode_ledger(zlib.decompressobj(wbits=31).decompress(stored.body, _LARGEST)) if stored else None
    except (zlib.error, UserError):
        return None


def _put(step: Step, expected: str | None, store: Store) -> None:
    step = replace(step, expected=expected)
    store.put(step.key, step.body, media_type=step.media_type, cache_control=step.cache_control, expected=step.expected)
