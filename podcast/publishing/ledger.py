"""The ledger: the store's record of what is published, and the single commit point."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import msgspec

from episodes.problems import UserError
from podcast.release import Release, ShowRelease

FORMAT = 1
"""The ledger format this version reads and writes; a higher one was written by a newer folge."""


class State(StrEnum):
    """What the public sees of an episode in the ledger."""

    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One state that was published: the digest of its content, when, and by which producer."""

    digest: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A row of the ledger. `short` is what follows `/f/`, kept for life; `history` is oldest first and never empty.

    `former_slugs` are earlier addresses, which go on leading to the episode's page.
    """

    guid: str
    state: State
    release: Release
    history: tuple[Version, ...]
    source_key: str = ""
    short: str = ""
    former_slugs: tuple[str, ...] = ()

    @property
    def current(self) -> Version:
        """The version that is published now."""
        return self.history[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowEntry:
    """The show as published, and its earlier states, oldest first."""

    release: ShowRelease
    history: tuple[Version, ...]

    @property
    def current(self) -> Version:
        """The version that is published now."""
        return self.history[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """Everything published from a store: the show and its episodes, ordered by guid."""

    show: ShowEntry
    entries: tuple[Entry, ...]
    format: int = FORMAT

    def by_guid(self) -> dict[str, Entry]:
        """Return the rows by guid."""
        return {entry.guid: entry for entry in self.entries}

    @property
    def changed(self) -> datetime:
        """The newest change: what `lastBuildDate` says."""
        return max(version.at for version in self._versions())

    @property
    def published(self) -> tuple[Entry, ...]:
        """The rows the public sees."""
        return tuple(entry for entry in self.entries if entry.state is State.PUBLISHED)

    def latest_producer(self) -> str:
        """Return who published last."""
        return max(self._versions(), key=lambda version: version.at).by

    def _versions(self) -> list[Version]:
        return [self.show.current, *(entry.current for entry in self.entries)]


class _Format(msgspec.Struct):
    format: int


def encode_ledger(ledger: Ledger) -> bytes:
    """Write a ledger as JSON, one row a line, the same bytes for the same rows."""
    rows: Sequence[Entry] = sorted(ledger.entries, key=lambda entry: entry.guid)
    lines = [msgspec.json.encode(row, order="deterministic") for row in rows]
    head = b'{"format":%d,\n"show":%s,\n"entries":[' % (FORMAT, msgspec.json.encode(ledger.show, order="deterministic"))
    return head + b",".join(b"\n" + line for line in lines) + b"\n]}\n"


def decode_ledger(body: bytes) -> Ledger:
    """Read a ledger. Raises UserError where it is damaged or was written by a newer folge; nothing is guessed."""
    try:
        found = msgspec.json.decode(body, type=_Format).format
        if found > FORMAT:
            raise UserError(f"the store's ledger has format {found}, this folge knows {FORMAT}", hint="update folge")
        return msgspec.json.decode(body, type=Ledger)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UserError(
            f"the store's ledger is damaged: {error}", hint="nothing was changed; restore it first"
        ) from error
