"""Makes one list of items from several: states of one feed, or feeds of one show in several forms of audio.

What is one episode is told by the guid, then by the audio, then by date and title. What is doubtful stays two items
and is named. Of two items that are one, the earlier list's wins, field by field; where a field of it is empty, the
other's is taken. Its guid stays, too: the other guid is named among the matches.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from typing import TypeVar

from episodes.model import Recording
from episodes.namespace import EpisodeTags
from feed.item import Alternate, Enclosure, Item, Source
from feed.reader import Feed
from podcast.importing.pairing import By, Doubt, Pairing, Why
from podcast.importing.sameness import address, addresses, media_kind

_Filled = TypeVar("_Filled", Item, EpisodeTags)
_BLANK = {"duration": timedelta(), "recording": Recording()}

_OWN = frozenset({"guid", "enclosure", "published", "kind", "explicit", "tags", "alternates"})
"""Fields of an item that are never empty, or that are filled in a way of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Two items that became one: `kept` and `taken` are guids, `url` the audio of the second that is kept nowhere."""

    kept: str
    taken: str
    by: By
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """One list of items, newest first, what became one, and what stayed two in doubt; `lead` is the feed that wins."""

    items: tuple[Item, ...]
    matches: tuple[Match, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    lead: int = 0


def join_feeds(feeds: Sequence[Feed]) -> Joined:
    """Make one list of items from feeds.

    Of states of one feed the newest wins, whatever their order, and its audio is the audio. Feeds of one show in
    several forms win in the order they are given, and audio in another form becomes an alternate.
    """
    groups: list[list[int]] = []
    for index, feed in enumerate(feeds):
        known = next((group for group in groups if any(is_state_of(feeds[other], feed) for other in group)), None)
        groups.append([index]) if known is None else known.append(index)
    ordered = [sorted(group, key=lambda index: _age(feeds[index])) for group in groups]
    states = [join([feeds[index].items for index in group], alternates=False) for group in ordered]
    whole = join([state.items for state in states])
    return Joined(
        items=whole.items,
        matches=tuple(match for part in (*states, whole) for match in part.matches),
        doubts=_distinct(doubt for part in (*states, whole) for doubt in part.doubts),
        lead=ordered[0][0] if ordered else 0,
    )


def is_state_of(one: Feed, other: Feed) -> bool:
    """Say whether two feeds are one at different times.

    They call one address their own, or have most guids of the smaller in common and one form of audio: a show that
    moved, or a file that was saved without its address.
    """
    if one.show.feed_url and one.show.feed_url == other.show.feed_url:
        return True
    first, second = ({item.guid for item in feed.items} for feed in (one, other))
    common = len(first & second)
    return 2 * common > min(len(first), len(second)) > 0 and _form(one) == _form(other)


def _form(feed: Feed) -> str:
    """Return the form of audio that most items of a feed have."""
    counted = Counter(media_kind(item.enclosure.media_type) for item in feed.items)
    return max(sorted(counted), key=lambda kind: counted[kind], default="")


def _age(feed: Feed) -> float:
    """Return what sorts states of a feed, the newest first; one that does not say when it was made is as its items."""
    moments = [feed.changed] if feed.changed else [item.published for item in feed.items]
    return -max((moment.timestamp() for moment in moments), default=0.0)


def join(lists: Sequence[Sequence[Item]], *, alternates: bool = True) -> Joined:
    """Make one list of items from several, of which the earlier win.

    `alternates` says that audio in another form is kept beside that of the earlier list.
    """
    kept: tuple[Item, ...] = ()
    matches: list[Match] = []
    doubts: list[Doubt] = []
    for items in lists:
        fresh, repeated = _without_repeated(items)
        pairing = Pairing(kept, fresh)
        doubts += [*repeated, *pairing.doubts]
        filled = {one.guid: _filled(one, other, alternates=alternates) for one, other, _ in pairing.pairs}
        paired = {other.guid for _, other, _ in pairing.pairs}
        matches += [_match(filled[one.guid], other, by) for one, other, by in pairing.pairs]
        kept = (*(filled.get(item.guid, item) for item in kept), *(i for i in fresh if i.guid not in paired))
    ordered = tuple(sorted(kept, key=lambda item: item.published, reverse=True))
    return Joined(items=ordered, matches=tuple(matches), doubts=_distinct(doubts))


def _without_repeated(items: Sequence[Item]) -> tuple[list[Item], list[Doubt]]:
    """Return the first item of each guid, and a doubt for each other of its guid."""
    first: dict[str, Item] = {}
    doubts = []
    for item in items:
        known = first.setdefault(item.guid, item)
        if known is not item:
            doubts.append(Doubt(one=known, other=item, why=Why.GUID))
    return list(first.values()), doubts


def _match(kept: Item, taken: Item, by: By) -> Match:
    lost = "" if address(taken.enclosure.url) in addresses(kept) else taken.enclosure.url
    return Match(kept=kept.guid, taken=taken.guid, by=by, url=lost)


def _distinct(doubts: Iterable[Doubt]) -> tuple[Doubt, ...]:
    return tuple({(doubt.one.guid, doubt.other.guid, doubt.other.title, doubt.why): doubt for doubt in doubts}.values())


def _filled(item: Item, other: Item, *, alternates: bool) -> Item:
    """Return an item with what it leaves empty taken from another that is the same episode."""
    whole = _with_empty_filled(item, other, _OWN)
    return replace(
        whole,
        enclosure=_enclosure(item.enclosure, other.enclosure),
        tags=_with_empty_filled(item.tags, other.tags, frozenset({"blocked"})),
        alternates=_alternates(item, other) if alternates else item.alternates or other.alternates,
    )


def _with_empty_filled(value: _Filled, other: _Filled, own: frozenset[str]) -> _Filled:
    kind = type(value)
    empty = [
        field.name
        for field in fields(kind)
        if field.name not in own and getattr(value, field.name) in (None, "", (), _BLANK.get(field.name))
    ]
    return replace(value, **{name: getattr(other, name) for name in empty})


def _enclosure(audio: Enclosure, other: Enclosure) -> Enclosure:
    """Return where the audio lies; what is not said of it is taken from what is said of the same address elsewhere."""
    if address(audio.url) != address(other.url):
        return audio
    return replace(audio, bytes=audio.bytes or other.bytes, media_type=audio.media_type or other.media_type)


def _alternates(item: Item, other: Item) -> tuple[Alternate, ...]:
    """Return the other forms of an episode: its own, the other's, and the other's audio where that is new."""
    audio = other.enclosure
    known = set(addresses(item))
    found = list(item.alternates)
    if media_kind(audio.media_type) != media_kind(item.enclosure.media_type) and address(audio.url) not in known:
        source = Source(url=audio.url)
        found.append(Alternate(media_type=audio.media_type, sources=(source,), bytes=audio.bytes or None))
        known.add(address(audio.url))
    for alternate in other.alternates:
        if not alternate.default and not known.intersection(address(source.url) for source in alternate.sources):
            found.append(alternate)
            known.update(address(source.url) for source in alternate.sources)
    return tuple(found)
