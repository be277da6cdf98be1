"""What a listener's app would notice, in words and as JSON data."""

import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import fields, is_dataclass, replace
from datetime import date, datetime, timedelta
from enum import Enum

from episodes.problems import quoted, visible
from episodes.timecode import show_length, show_moment
from feed.comparison import SHARED, Comparison, Difference, Effect, Noticed, Shared, apart, differences
from podcast.cli.output import count_episodes
from podcast.publishing.noticing import ComparedFeed, Standing

LISTED = 20
"""How many episodes of one effect are listed; JSON has them all."""

_ROOM = 60

_SHOW_NAMES = {
    "guid": "podcast:guid",
    "feed_url": "the feed's own address",
    "image_url": "picture",
    "link": "web page",
    "kind": "order of listening",
    "tags.new_feed_url": "itunes:new-feed-url",
    "tags.blocked": "itunes:block",
    "tags.complete": "itunes:complete",
}

_ITEM_NAMES = {
    "enclosure.url": "audio address",
    "enclosure.bytes": "audio size",
    "enclosure.media_type": "audio type",
    "published": "date",
    "duration": "length",
    "link": "web page",
    "image_url": "picture",
    "notes_html": "show notes",
    "tags.blocked": "itunes:block",
}

_SAYING_NOTHING = ("nothing", "no", "0")
"""Fields of a trailer, a soundbite or another form that are left out where they are told with their names."""

_GRAVE = {
    "guid": "apps and directories take it for another show",
    "feed_url": "apps may move there; keep the old address answering",
    "tags.new_feed_url": "apps move there and forget the old address",
    "tags.blocked": "directories list or drop the show",
    "tags.blocks": "directories list or drop the show",
    "tags.complete": "apps stop or begin looking for new episodes",
    "locked": "says whether another host may import the show",
}
"""What follows from a change of the show that is worse than another text; these are told first."""

_MEANING = {
    Effect.AGAIN: ("!", "the same episode under another guid: everybody would download it again; keep the guid"),
    Effect.REUSED: ("!", "this guid was another episode: who has heard that one may never get this one"),
    Effect.GONE: ("-", "leaves the feed"),
    Effect.OVERWRITTEN: ("!", "another file under the same address: a download that is resumed mixes both"),
    Effect.REPLACED: ("!", "another audio file under a new address: would be downloaded again"),
    Effect.LEFT: (
        "-",
        "leaves the first page; apps that do not follow pages no longer list it (kept on an archive page)",
    ),
    Effect.BACK: ("~", "comes back to the first page; apps that do not follow pages list it again, maybe as new"),
    Effect.REDATED: ("~", "has another date: it moves in the list and may be announced again"),
    Effect.MOVED: ("~", "the same audio under a new address: some apps would download it again"),
    Effect.CHANGED: ("~", ""),
    Effect.NEW: ("+", ""),
}
"""Sign and consequence of each effect (APPLE-IT-6, HTTP-5, APPLE-IT-15, IAB-URL-1)."""

_PAGED = {
    Effect.LEFT: (
        "- left: {} leave the first page; apps that do not follow pages no longer list them (kept on archive pages)"
    ),
    Effect.BACK: "~ back: {} come back to the first page; apps that do not follow pages list them again, maybe as new",
}
"""What is told once of several episodes that change the page."""

_NO_GUID = ("!", "without a guid it is known by its audio address, which changes: everybody would download it again")

_TOLD_ALREADY = frozenset({Effect.GONE, Effect.CHANGED, Effect.NEW})
"""What the change lines of a plan say by themselves."""


def comparison_lines(feeds: Sequence[ComparedFeed]) -> list[str]:
    """Return everything an app would notice, feed by feed, the worst first, in lines."""
    return _grouped(feeds, told=None)


def plan_remarks(feeds: Sequence[ComparedFeed], told: Collection[str]) -> list[str]:
    """Return what an app would notice and the changes of a plan do not say.

    `told` are the guids a plan speaks of as changed, the empty one standing for the show. The first of the feeds is
    the main one, of which alone a plan speaks.
    """
    return _grouped(feeds, told=told)


def _grouped(feeds: Sequence[ComparedFeed], told: Collection[str] | None) -> list[str]:
    """Return the lines of each feed under its name; the main feed needs none where nothing is said of the others."""
    main, *others = feeds
    lines = list(_lines(main.own, told))
    further = [line for feed in others for line in _further_lines(feed, None if told is None else ())]
    return [*(_under(main.name, lines) if further else lines), *further]


def _further_lines(feed: ComparedFeed, told: Collection[str] | None) -> list[str]:
    match feed.standing:
        case Standing.NEW:
            return [f"+ {feed.name} is a new feed with {count_episodes(len(feed.comparison.items))}"]
        case Standing.ENDED:
            return [f"- {feed.name} is no longer made; its subscribers hear nothing new; the file stays in the store"]
        case Standing.KEPT:
            return _under(feed.name, list(_lines(feed.own, told)))


def _under(name: str, lines: Sequence[str]) -> list[str]:
    return [f"{name}:", *(f"  {line}" for line in lines)] if lines else []


def _lines(comparison: Comparison, told: Collection[str] | None) -> Iterator[str]:
    for effect in Effect:
        noticed = [each for each in comparison.noticed if each.effect is effect and _own(each)]
        if told is not None and effect in _TOLD_ALREADY:
            noticed = [each for each in noticed if each.item.guid not in told]
        together = sum(map(_paged_only, noticed))
        if together >= SHARED:
            yield _PAGED[effect].format(count_episodes(together))
            noticed = [each for each in noticed if not _paged_only(each)]
        yield from _episodes(noticed, brief=told is not None)
        if effect is Effect.AGAIN:
            yield from (_grave_line(each) for each in comparison.show if each.field in _GRAVE)
        if effect is Effect.MOVED:
            yield from map(_move_line, comparison.moves)
            if told is None or "" not in told:
                yield from (f"~ show: {_of_show(each)}" for each in comparison.show if each.field not in _GRAVE)
        if effect is Effect.CHANGED:
            yield from map(_shared_line, comparison.shared)
            yield from _order_line(comparison.reordered)
    archived = sum(each.effect is Effect.ARCHIVED for each in comparison.items)
    if archived and told is None:
        moves = "1 older episode moves" if archived == 1 else f"{archived} older episodes move"
        yield f"· {moves} on to archive pages"


def _own(noticed: Noticed) -> bool:
    """Say whether something of this item is to be told that is not told of several at once."""
    alike = noticed.effect in (Effect.REDATED, Effect.MOVED, Effect.CHANGED)
    return not alike or not all(difference.shared for difference in noticed.differences)


def _paged_only(noticed: Noticed) -> bool:
    """Say whether nothing is to be told of this item but that it changes the page."""
    return noticed.effect in _PAGED and all(difference.shared for difference in noticed.differences)


def _episodes(noticed: Sequence[Noticed], *, brief: bool) -> Iterator[str]:
    for each in noticed[:LISTED]:
        sign, meaning = _MEANING[each.effect] if not _without_guid(each) else _NO_GUID
        title = " ".join(each.item.title.split()) or each.item.guid
        name = f"{each.item.number}  {title}" if each.item.number else title
        line = f"{sign} {each.effect.value:<11} {_clipped(name)}"
        yield visible(f"{line}: {meaning}" if meaning else line)
        whole = () if brief else (difference for difference in each.differences if not difference.shared)
        own = (one for difference in whole for one in _narrowed(difference))
        yield from (f"      {_ITEM_NAMES.get(one.field, _plain(one.field))}: {_values(one)}" for one in own)
    if len(noticed) > LISTED:
        yield f"      … and {len(noticed) - LISTED} more that are {noticed[0].effect.value}; --json has them all"


def _without_guid(noticed: Noticed) -> bool:
    """Say whether an episode is taken for another one because its feeds give it no guid."""
    items = [item for item in (noticed.old, noticed.new) if item]
    return noticed.effect is Effect.AGAIN and all(item.guid == item.enclosure.url for item in items)


def _grave_line(difference: Difference) -> str:
    meaning = _GRAVE[difference.field]
    if difference.field == "guid" and not difference.before:
        meaning = "the show had none, and keeps this one for life"
    return f"! show: {_of_show(difference)}: {meaning}"


def _of_show(difference: Difference) -> str:
    return f"{_SHOW_NAMES.get(difference.field, _plain(difference.field))}: {_values(difference)}"


def _move_line(move: Shared) -> str:
    where = visible(f"{_clipped(str(move.before))} → {_clipped(str(move.after))}")
    if not move.audio:
        return f"~ moved: addresses of {count_episodes(move.items)}: {where}"
    consequence = "the guids stay, so most apps keep what they have; some would download it again and be counted again"
    return f"~ moved: the audio of {count_episodes(move.audio)}: {where}: {consequence}"


def _shared_line(shared: Shared) -> str:
    name = _ITEM_NAMES.get(shared.field, _plain(shared.field))
    difference = Difference(field=shared.field, before=shared.before, after=shared.after)
    return f"~ changed: {count_episodes(shared.items)} in the same way: {name}: {_values(difference)}"


def _order_line(count: int) -> Iterator[str]:
    if count:
        yield f"~ order: {count_episodes(count)} would stand elsewhere in the feed, with the same date"


def _plain(field: str) -> str:
    """Return the path of a field as words, for those that have no better name; one into a table stays a path."""
    name = field.removeprefix("tags.")
    return name if "[" in name else name.replace(".", " ").replace("_", " ")


def _narrowed(difference: Difference) -> Sequence[Difference]:
    """Return a difference of tuples as those inside their values: `alternates[1].title`, counted from 1.

    It stays whole where a value came or went, or where one has so little of the other that it is another one.
    """
    before, after = difference.before, difference.after
    if not (isinstance(before, tuple) and isinstance(after, tuple) and len(before) == len(after)):
        return (difference,)
    if sorted(map(repr, before)) == sorted(map(repr, after)):
        return (difference,)
    inner: list[Difference] = []
    for place, (old, new) in enumerate(zip(before, after, strict=True), 1):
        if old != new and not _akin(old, new):
            return (difference,)
        for one in differences(old, new):
            inner += _narrowed(replace(one, field=f"{difference.field}[{place}].{one.field}"))
    return inner


def _akin(old: object, new: object) -> bool:
    """Say whether two values have fields and most of them in common."""
    if not is_dataclass(old) or type(old) is not type(new):
        return False
    names = [field.name for field in fields(old)]
    other = [name for name in names if getattr(old, name) != getattr(new, name)]
    return 2 * len(other) < len(names)


def _values(difference: Difference) -> str:
    """Return both values, which never look alike."""
    before, after = difference.before, difference.after
    if isinstance(before, str) and isinstance(after, str) and before and after and not isinstance(before, Enum):
        old, new = _around(before, after)
        return f"{old} → {new}" if not _alike(old, new) else " → ".join(_cut(_exact(before), _exact(after)))
    if isinstance(before, tuple) and isinstance(after, tuple) and before and after:
        out, put = apart(before, after)
        if (out, put) == (before, after) and sorted(map(repr, before)) == sorted(map(repr, after)):
            return "in another order"
        before, after = out, put
    old, new = _words(before), _words(after)
    if _alike(old, new):
        return " → ".join(_cut(_exact(before), _exact(after)))
    if _alike(_clipped(old), _clipped(new)):
        return " → ".join(_cut(old, new))
    return f"{_clipped(old)} → {_clipped(new)}"


def _alike(one: str, other: str) -> bool:
    """Say whether two texts look the same to a reader."""
    return unicodedata.normalize("NFC", one) == unicodedata.normalize("NFC", other)


def _exact(value: object) -> str:
    """Return a value so that no other one looks like it."""
    match value:
        case datetime():
            return value.isoformat()
        case timedelta():
            return f"{value.total_seconds()} s"
        case tuple():
            return ", ".join(_exact(one) for one in value)
        case _ if own := _fields(value):
            return _listed(own, _exact)
        case Enum():
            return ascii(value.value)
        case _:
            return ascii(value)


def _cut(before: str, after: str) -> tuple[str, str]:
    """Return the parts of two texts around their first difference."""
    start = _start(before, after)
    return _part(before, start), _part(after, start)


def _around(before: str, after: str) -> tuple[str, str]:
    """Return two texts in quotes: whole where both are short, else the part around their first difference."""
    if max(len(before), len(after)) <= _ROOM:
        return quoted(before), quoted(after)
    old, new = _cut(before, after)
    return f"'{old}'", f"'{new}'"


def _start(before: str, after: str) -> int:
    """Return where to begin for the first difference of two texts to be seen."""
    alike = next((place for place, (old, new) in enumerate(zip(before, after, strict=False)) if old != new), None)
    return max(0, (min(len(before), len(after)) if alike is None else alike) - _ROOM // 3)


def _part(text: str, start: int) -> str:
    shown = visible(text[start : start + _ROOM]).replace("\n", "\\n").replace("\t", "\\t")
    return f"{'…' if start else ''}{shown}{'…' if len(text) > start + _ROOM else ''}"


def _words(value: object) -> str:
    """Return a value of a feed as a person would write it."""
    match value:
        case None | "" | ():
            return "nothing"
        case bool():
            return "yes" if value else "no"
        case datetime():
            return show_moment(value)
        case date():
            return value.isoformat()
        case timedelta():
            return show_length(value)
        case Enum():
            return str(value.value)
        case str():
            return quoted(value)
        case tuple():
            return ", ".join(_words(one) for one in value)
        case _ if own := _fields(value):
            return _listed(own, _words)
        case _:
            return str(value)


def _fields(value: object) -> list[tuple[str, object]]:
    """Return the names and values of the fields of a value, none of one that has no fields."""
    return [(field.name, getattr(value, field.name)) for field in fields(value)] if is_dataclass(value) else []


def _listed(own: Sequence[tuple[str, object]], words: Callable[[object], str]) -> str:
    """Return the first of several fields and, in brackets, the others by their names: `'Mut' (season 2)`."""
    (_, first), *others = own
    named = [f"{_plain(name)} {text}" for name, one in others if (text := words(one)) not in _SAYING_NOTHING]
    return f"{words(first)} ({', '.join(named)})" if named else words(first)


def _clipped(text: str) -> str:
    return text if len(text) <= 2 * _ROOM else f"{text[: 2 * _ROOM]}…"


def feeds_data(feeds: Sequence[ComparedFeed]) -> dict[str, object]:
    """Return compared feeds as JSON data, one object for each: all of its comparison, told of another feed or not."""
    return {
        "noticed": any(feed.noticed for feed in feeds),
        "feeds": [_feed_data(feed) for feed in feeds],
    }


def _feed_data(feed: ComparedFeed) -> dict[str, object]:
    """Return a compared feed: times in ISO 8601, `items` without those of which nothing is noticed."""
    import msgspec

    comparison = feed.comparison
    totals = Counter(noticed.effect for noticed in comparison.items)
    return {
        "feed": feed.name,
        "standing": feed.standing.value,
        "noticed": feed.noticed or not comparison.empty,
        "totals": {effect.value: totals[effect] for effect in Effect},
        "reordered": comparison.reordered,
        "show": msgspec.to_builtins(comparison.show),
        "moves": msgspec.to_builtins(comparison.moves),
        "shared": msgspec.to_builtins(comparison.shared),
        "items": [_item_data(noticed) for noticed in comparison.noticed],
    }


def _item_data(noticed: Noticed) -> dict[str, object]:
    import msgspec

    return {
        "effect": noticed.effect.value,
        "guid": noticed.item.guid,
        "number": noticed.item.number,
        "title": noticed.item.title,
        "differences": msgspec.to_builtins(noticed.differences),
    }
