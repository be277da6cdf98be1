"""Several states of one feed as one: what is newer wins, item by item, and what only an older state has is kept."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from episodes.problems import Problem
from feed.item import Item
from feed.reader import Feed
from feed.show import Show
from podcast.importing.findings import Findings

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A feed as it was at some time: where it was read, its address if it has one, what of it could not be read.

    `owners` are the addresses of those to whom a lock of the feed yields.
    """

    name: str
    feed: Feed
    url: str = ""
    left_out: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """What an import is made of: the show as its newest state tells it, and every item, oldest first."""

    show: Show
    items: tuple[Item, ...]
    url: str = ""
    left_out: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


def merge(states: Sequence[State]) -> Merged:
    """Return states of one feed as one, by guid. Of two items of one state with the same guid the first is taken."""
    newest_last = sorted(states, key=_age)
    items: dict[str, Item] = {}
    left_out: dict[str, None] = {}
    findings = Findings(newest_last[-1].feed.show.title or newest_last[-1].name)
    for state in newest_last:
        seen: dict[str, Item] = {}
        for item in state.feed.items:
            if (first := seen.setdefault(item.guid.strip(), item)) is not item:
                message = f"the guid {item.guid} is also that of '{first.title}'; '{item.title}' is left out"
                findings.add("guid-twice", message, hint="apps show one of the two; add the other by hand")
        items |= seen
        left_out |= dict.fromkeys(state.left_out)
    newest = newest_last[-1]
    ordered = sorted(items.values(), key=lambda item: item.published)
    return Merged(
        show=newest.feed.show,
        items=tuple(replace(item, guid=item.guid.strip()) for item in ordered),
        url=next((state.url for state in reversed(newest_last) if state.url), ""),
        left_out=tuple(left_out),
        problems=(*(problem for state in newest_last for problem in state.problems), *findings.problems),
    )


def _age(state: State) -> datetime:
    """Return when a state was made: when its feed says, else the date of its newest item."""
    return state.feed.changed or max((item.published for item in state.feed.items), default=_LONG_AGO)
