"""What becomes of an episode or of the show, and what a producer can ask for: the values a publish decides with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from podcast.publishing.ledger import Ledger


class Kind(StrEnum):
    """What would happen to an episode."""

    ADD = "add"
    UPDATE = "update"
    WITHDRAW = "withdraw"
    RESTORE = "restore"
    SAME = "same"
    DRAFT = "draft"
    WAIT = "wait"
    BEHIND = "behind"
    ELSEWHERE = "elsewhere"
    WITHDRAWN = "withdrawn"
    REFUSE = "refuse"


WRITES = frozenset({Kind.ADD, Kind.UPDATE, Kind.WITHDRAW, Kind.RESTORE})
"""The kinds that change the ledger."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a listener would notice of one episode (or of the show: guid empty), and why."""

    kind: Kind
    guid: str
    title: str
    reason: str
    slug: str = ""
    number: int | None = None
    fields: tuple[str, ...] = ()
    due: datetime | None = None


class IssueKind(StrEnum):
    """What would happen to an issue of the newsletter."""

    RECORD = "record"
    APPEAR = "appear"
    WAIT = "wait"
    BEHIND = "behind"
    CONFLICT = "conflict"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueChange:
    """What becomes of an issue of the newsletter, and why; `due` is when it may appear on pages, where it waits."""

    kind: IssueKind
    name: str
    reason: str
    due: datetime | None = None

    @property
    def writes(self) -> bool:
        """Whether it changes the ledger."""
        return self.kind in (IssueKind.RECORD, IssueKind.APPEAR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the producer named: guids whose audio, date or older text may replace what is published.

    `withdraw` names episodes to take out of the feed whatever their files say, `restore` withdrawn ones to publish
    again; `recall` maps the new guid of an episode to its old one. `new_address` allows the whole show to move.
    `issues_mine` are names of issues of the newsletter whose older text may replace what is published.
    `alone` keeps the show, and every episode that is not here, as they are. With `only_due` new episodes are published
    whose time has come, and whatever else is different here stays as it is published.
    """

    replace_audio: frozenset[str] = frozenset()
    change_date: frozenset[str] = frozenset()
    mine: frozenset[str] = frozenset()
    withdraw: frozenset[str] = frozenset()
    restore: frozenset[str] = frozenset()
    recall: Mapping[str, str] = field(default_factory=dict)
    show_mine: bool = False
    new_address: bool = False
    issues_mine: frozenset[str] = frozenset()
    only_due: bool = False
    alone: bool = False


NOTHING_ASKED = Asked()


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The changes, and the ledger that would follow from them. `ledger` is the old one where nothing is written.

    `issues` are what becomes of issues of the newsletter.
    """

    changes: tuple[Change, ...]
    ledger: Ledger
    issues: tuple[IssueChange, ...] = ()

    @property
    def writes(self) -> bool:
        """Whether somebody would notice: an episode changes, or an issue of the newsletter."""
        changed = any(change.kind in WRITES for change in self.changes)
        return changed or any(change.writes for change in self.issues)

    @property
    def refused(self) -> tuple[Change, ...]:
        """The changes that stop a publish."""
        return tuple(change for change in self.changes if change.kind is Kind.REFUSE)
