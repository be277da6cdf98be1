"""Rows of the ledger that leave the feed, return to it, or go on under another guid. A row is never erased."""

from dataclasses import replace
from datetime import datetime

from podcast.publishing.ledger import Entry, State, Version

KEPT_VERSIONS = 1000
"""How many earlier states of an episode the ledger remembers, to know an old copy when it meets one."""


def with_version(old: Entry, version: Version) -> Entry:
    """Return a row in whose history another version came."""
    return replace(old, state=version.state, history=(*old.history, version)[-KEPT_VERSIONS:])


def withdrawn(old: Entry, at: datetime, by: str) -> Entry:
    """Return the tombstone of a row: what was published stays written, and the public does not see it."""
    return with_version(old, replace(old.current, at=at, by=by, state=State.WITHDRAWN, replaced={}))


def restored(old: Entry, at: datetime, by: str) -> Entry:
    """Return a withdrawn row as it was before, with its guid, its addresses and its audio."""
    return with_version(old, replace(old.current, at=at, by=by, state=State.PUBLISHED, replaced={}))


def recalled(old: Entry, successor: str, at: datetime, by: str) -> Entry:
    """Return the tombstone of a row that goes on under the guid `successor`, which has its addresses from now on."""
    return replace(withdrawn(old, at, by), successor=successor, short="", former_slugs=())


def handed_on(old: Entry, slug: str) -> tuple[str, ...]:
    """Return the earlier addresses a row with the address `slug` takes over from `old`."""
    return tuple(dict.fromkeys(former for former in (*old.former_slugs, old.release.episode.slug) if former != slug))


def withdrawn_since(entry: Entry) -> datetime | None:
    """Return when a row was withdrawn, None for one that is published."""
    return entry.current.at if entry.state is State.WITHDRAWN else None
