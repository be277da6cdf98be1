"""Several feeds as one show: states of one feed, of which the newer wins, or feeds of several forms of audio.

What is one episode, and which of two items wins, `joining` says; what is doubtful is a finding.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from episodes.problems import Problem
from feed.item import Item
from feed.reader import Feed
from feed.show import Show
from podcast.importing.findings import Findings
from podcast.importing.joining import join_feeds
from podcast.importing.pairing import Why


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A feed as it was at some time: where it was read, its address if it has one, what of it could not be read.

    `owners` are the addresses of those to whom a lock of the feed yields. `private` says that the producer named an
    address of this machine or of a private network.
    """

    name: str
    feed: Feed
    url: str = ""
    left_out: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    private: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """What an import is made of: the show as its newest state tells it, and every item, oldest first."""

    show: Show
    items: tuple[Item, ...]
    url: str = ""
    left_out: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


def merge(states: Sequence[State]) -> Merged:
    """Return feeds as one show. What was joined by more than its guid, and what stayed two in doubt, are findings."""
    feeds = [replace(state.feed, items=tuple(map(_with_plain_guid, state.feed.items))) for state in states]
    joined = join_feeds(feeds)
    lead = states[joined.lead]
    findings = Findings(lead.feed.show.title or lead.name)
    for doubt in joined.doubts:
        if doubt.why is Why.GUID:
            first, second = doubt.one.title, doubt.other.title
            message = f"the guid {doubt.one.guid} is also that of '{first}'; '{second}' is left out"
            findings.add("guid-twice", message, hint="apps show one of the two; add the other by hand")
        else:
            hint = "they stay two; where they are one, delete the file of the other"
            findings.add("doubtful", str(doubt), hint=hint)
    for match in joined.matches:
        if match.kept != match.taken:
            message = f"the item with the guid {match.taken} is the same as {match.kept}, by {match.by.value}"
            message += f"; its audio is not kept: {match.url}" if match.url else ""
            findings.note("joined", message, hint="its guid is given up; whoever subscribed to its feed sees the other")
    return Merged(
        show=lead.feed.show,
        items=tuple(sorted(joined.items, key=lambda item: item.published)),
        url=lead.url or next((state.url for state in states if state.url), ""),
        left_out=tuple(dict.fromkeys(text for state in states for text in state.left_out)),
        problems=(*(problem for state in states for problem in state.problems), *findings.problems),
    )


def _with_plain_guid(item: Item) -> Item:
    plain = item.guid.strip()
    return item if plain == item.guid else replace(item, guid=plain)
