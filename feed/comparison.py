"""What a listener's app would notice between two feeds. Pure: feeds in, values out, in time that grows with them."""

import re
from bisect import bisect_left
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from enum import StrEnum

from feed.item import Item
from feed.reader import Feed
from feed.show import Show
from feed.wording import item_as_taken, show_as_taken

SHARED = 3
"""How many items have to differ in the same way for it to be told once, and not of each."""

_MOVES = 8
"""How many moves of addresses are looked for: a show has a few hosts, a stranger's feed may have anything."""


class Effect(StrEnum):
    """What an app makes of an item, the worst first. Every item of both feeds has exactly one effect, its worst.

    An app knows an episode by its guid (APPLE-IT-6). AGAIN: the same episode under another guid. REUSED: the guid of
    another episode. OVERWRITTEN: another file under the same address (HTTP-5). REPLACED: another file under a new
    address (APPLE-IT-15). MOVED: what seems to be the same file under a new address (IAB-URL-1).

    Most apps read the first page of a feed only (RFC5005-1). LEFT: an item is on a later page now, and no newer one
    has taken its place. BACK: it is on the first page now, and was on a later one. ARCHIVED: it made room for a newer
    one, the ordinary life of a feed in pages; nobody notices.
    """

    AGAIN = "again"
    REUSED = "reused"
    GONE = "gone"
    OVERWRITTEN = "overwritten"
    REPLACED = "replaced"
    LEFT = "left"
    BACK = "back"
    REDATED = "redated"
    MOVED = "moved"
    CHANGED = "changed"
    NEW = "new"
    ARCHIVED = "archived"
    SAME = "same"


_RANK = {effect: place for place, effect in enumerate(Effect)}

_UNNOTICED = frozenset({Effect.ARCHIVED, Effect.SAME})

_PLACES = frozenset({Effect.GONE, Effect.LEFT, Effect.BACK, Effect.NEW})
"""Effects that say where an item is: of one feed they say nothing about another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PagedFeed(Feed):
    """A feed with the pages that follow it: the last `older` of its items are not on its first page."""

    older: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A field that differs: its path (`enclosure.url`), and its two values. `shared` ones are told once for all."""

    field: str
    before: object
    after: object
    shared: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Noticed:
    """An item of one feed or of both: `old` is None where it is new, `new` is None where it is gone."""

    effect: Effect
    old: Item | None
    new: Item | None
    differences: tuple[Difference, ...] = ()

    @property
    def item(self) -> Item:
        """The item as the newer of its feeds has it."""
        item = self.new or self.old
        assert item is not None, "an item is in one feed at least"  # noqa: S101 - nothing else is ever built
        return item


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """A difference that so many `items` have. Of a tuple only what was taken out and put in.

    A move of addresses has no field: `before` and `after` are what the addresses begin with, and `audio` says of how
    many items it is the address of the audio.
    """

    field: str
    before: object
    after: object
    items: int
    audio: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two feeds compared: of `items` the worst first. `lastBuildDate` is not compared, no listener sees it.

    `reordered` counts the items that stand elsewhere on the first page although their date is the same.
    """

    show: tuple[Difference, ...]
    items: tuple[Noticed, ...]
    moves: tuple[Shared, ...]
    shared: tuple[Shared, ...]
    reordered: int

    @property
    def noticed(self) -> tuple[Noticed, ...]:
        """The items of which an app would notice something."""
        return tuple(noticed for noticed in self.items if noticed.effect not in _UNNOTICED)

    @property
    def empty(self) -> bool:
        """Whether an app would notice nothing."""
        return not (self.show or self.noticed or self.reordered)


def compare(old: Feed, new: Feed) -> Comparison:
    """Compare two feeds, whoever wrote them. Of repeated guids the items that look alike are compared.

    A feed that is no PagedFeed has one page. Notes that are left out or put back on a later page are no difference, and
    what says the same in another spelling is none (`feed.wording`).
    """
    pairs, left, right = _match(old.items, new.items)
    first = _first_page(old), _first_page(new)
    room = _makes_room(old, new, pairs)
    found = [
        _noticed(
            old.items[here],
            new.items[there],
            shows=(old.show, new.show),
            listed=(here < first[0], there < first[1]),
            room=room,
        )
        for here, there in pairs
    ]
    moves = _moves(found)
    found = [_mark(noticed, lambda difference: _explained(difference, moves)) for noticed in found]
    shared = _shared(found)
    found = [_mark(noticed, lambda difference: _key(difference) in shared) for noticed in found]
    found += [Noticed(effect=Effect.GONE, old=old.items[here], new=None) for here in left]
    found += [Noticed(effect=Effect.NEW, old=None, new=new.items[there]) for there in right]
    return Comparison(
        show=differences(*show_as_taken(old.show, new.show)),
        items=tuple(sorted(found, key=lambda noticed: _RANK[noticed.effect])),
        moves=moves,
        shared=tuple(shared.values()),
        reordered=_reordered(
            (here, there)
            for here, there in pairs
            if here < first[0] and there < first[1] and _same_date(old.items[here], new.items[there])
        ),
    )


def beyond(comparison: Comparison, told: Comparison) -> Comparison:
    """Return what a comparison says and `told`, of another feed with the same episodes, does not.

    Of an item that `told` gives the same effect or a worse one nothing is left, but that an item is new in this feed
    or gone from it stays. What was archived is left out.
    """
    effects = {noticed.item.guid: noticed.effect for noticed in told.items}
    known = {(shared.field, repr(shared.before), repr(shared.after)) for shared in (*told.moves, *told.shared)}

    def own(noticed: Noticed) -> bool:
        other = effects.get(noticed.item.guid, Effect.SAME)
        if noticed.effect in _PLACES:
            return noticed.effect is not other
        return noticed.effect not in _UNNOTICED and _RANK[noticed.effect] < _RANK[other]

    def fresh(shared: Shared) -> bool:
        return (shared.field, repr(shared.before), repr(shared.after)) not in known

    return Comparison(
        show=tuple(difference for difference in comparison.show if difference not in told.show),
        items=tuple(filter(own, comparison.items)),
        moves=tuple(filter(fresh, comparison.moves)),
        shared=tuple(filter(fresh, comparison.shared)),
        reordered=0 if told.reordered else comparison.reordered,
    )


def apart(before: object, after: object) -> tuple[object, object]:
    """Return two values, of tuples what only one of them holds (both whole where they differ in order alone)."""
    if not (isinstance(before, tuple) and isinstance(after, tuple)):
        return before, after
    old, new = {repr(value) for value in before}, {repr(value) for value in after}
    out = tuple(value for value in before if repr(value) not in new)
    put = tuple(value for value in after if repr(value) not in old)
    return (out, put) if out or put else (before, after)


def differences(before: object, after: object) -> tuple[Difference, ...]:
    """Return what differs in two values, field by field as deep as both have fields."""
    return tuple(Difference(field=path, before=old, after=new) for path, old, new in _walk(before, after, ""))


def _walk(before: object, after: object, path: str) -> Iterator[tuple[str, object, object]]:
    if before == after:
        return
    if is_dataclass(before) and type(before) is type(after):
        for field in fields(before):
            inner = f"{path}.{field.name}" if path else field.name
            yield from _walk(getattr(before, field.name), getattr(after, field.name), inner)
    else:
        yield path, before, after


def _match(old: Sequence[Item], new: Sequence[Item]) -> tuple[list[tuple[int, int]], list[int], list[int]]:
    """Return the places of items that belong together, in the order of `new`, and those that are only in one feed."""
    left, right = dict.fromkeys(range(len(old))), dict.fromkeys(range(len(new)))
    pairs: list[tuple[int, int]] = []

    def match(key: Callable[[Item], Hashable], only: Collection[Hashable] | None = None) -> None:
        waiting: defaultdict[Hashable, deque[int]] = defaultdict(deque)
        for here in left:
            waiting[key(old[here])].append(here)
        for there in tuple(right):
            wanted = key(new[there])
            if waiting.get(wanted) and (only is None or wanted in only):
                here = waiting[wanted].popleft()
                pairs.append((here, there))
                del left[here], right[there]

    for key in _SAME_GUID:
        match(key)
    for telling in _SAME_EPISODE:
        if left and right:
            match(telling, _once(old, telling) & _once(new, telling))
    return sorted(pairs, key=lambda pair: pair[1]), list(left), list(right)


_SAME_GUID: tuple[Callable[[Item], Hashable], ...] = (
    lambda item: (item.guid, item.enclosure.url, item.title, item.published),
    lambda item: (item.guid, item.enclosure.url),
    lambda item: (item.guid, item.title),
    lambda item: item.guid,
)
"""What pairs the items of two feeds, the closest first; the first three decide only where a guid is repeated."""

_SAME_EPISODE: tuple[Callable[[Item], Hashable], ...] = (
    lambda item: item.enclosure.url,
    lambda item: (item.title, item.published) if item.title else None,
    lambda item: (item.enclosure.bytes, item.published) if item.enclosure.bytes else None,
)
"""What tells an episode whose guid changed: asked of values that only one item of each feed has."""


def _once(items: Sequence[Item], key: Callable[[Item], Hashable]) -> set[Hashable]:
    return {value for value, count in Counter(map(key, items)).items() if count == 1 and value is not None}


def _first_page(feed: Feed) -> int:
    """Return how many items are on the first page."""
    return len(feed.items) - (feed.older if isinstance(feed, PagedFeed) else 0)


def _makes_room(old: Feed, new: Feed, pairs: Sequence[tuple[int, int]]) -> bool:
    """Say whether items that leave the first page do so for as many newer ones that came to it."""
    were, are = _first_page(old), _first_page(new)
    left = [old.items[here].published for here, there in pairs if here < were and there >= are]
    stayed = {there for here, there in pairs if here < were}
    newest = max(left, default=None)
    came = (new.items[there].published for there in range(are) if there not in stayed)
    return newest is not None and len(left) <= sum(published > newest for published in came)


def _noticed(old: Item, new: Item, *, shows: tuple[Show, Show], listed: tuple[bool, bool], room: bool) -> Noticed:
    """Return a pair of items; `listed` says of each whether it is on the first page."""
    found = differences(old, item_as_taken(old, new, shows))
    if not listed[1] and not (old.notes_html and new.notes_html):
        found = tuple(difference for difference in found if difference.field != "notes_html")
    effect = _effect(old, new, {difference.field for difference in found})
    if listed[0] != listed[1]:
        place = Effect.BACK if listed[1] else Effect.ARCHIVED if room else Effect.LEFT
        effect = min(effect, place, key=lambda one: _RANK[one])
    return Noticed(effect=effect, old=old, new=new, differences=found)


def _effect(old: Item, new: Item, changed: Collection[str]) -> Effect:
    # A length of 0 means that nobody knew it (RSS-4).
    other_file = "enclosure.bytes" in changed and bool(old.enclosure.bytes and new.enclosure.bytes)
    other_address = "enclosure.url" in changed
    if "guid" in changed:
        return Effect.AGAIN
    if other_file and other_address and "title" in changed and "published" in changed:
        return Effect.REUSED
    if other_file:
        return Effect.REPLACED if other_address else Effect.OVERWRITTEN
    if "published" in changed:
        return Effect.REDATED
    if other_address:
        return Effect.MOVED
    return Effect.CHANGED if changed else Effect.SAME


def _moves(found: Sequence[Noticed]) -> tuple[Shared, ...]:
    """Return what the addresses of several items begin with now instead, the most frequent first, audio first."""
    items: Counter[tuple[str, str]] = Counter()
    audio: Counter[tuple[str, str]] = Counter()
    for noticed in found:
        moved = {difference.field: _move(difference.before, difference.after) for difference in noticed.differences}
        items.update(list(dict.fromkeys(move for move in moved.values() if move)))  # no set: the order stays
        if bases := moved.get("enclosure.url"):
            audio[bases] += 1
    return tuple(
        Shared(field="", before=move[0], after=move[1], items=count, audio=audio[move])
        for move, count in sorted(items.items(), key=lambda found: (-found[1], -audio[found[0]]))[:_MOVES]
        if count >= SHARED
    )


def _move(before: object, after: object) -> tuple[str, str] | None:
    """Return what two addresses begin with where they end alike: `https://a.example` and `https://b.example/old`."""
    if not (isinstance(before, str) and isinstance(after, str)):
        return None
    if not before.startswith(("https://", "http://")) or not after.startswith(("https://", "http://")):
        return None
    old, new = before.split("/"), after.split("/")
    tail = 0
    # the host stays in the beginning: scheme, nothing, host
    while tail < min(len(old), len(new)) - 3 and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    return ("/".join(old[:-tail]), "/".join(new[:-tail])) if tail else None


def _explained(difference: Difference, moves: Sequence[Shared]) -> bool:
    """Say whether two values are the same but for addresses that moved."""
    if not moves:
        return False
    move = _move(difference.before, difference.after)
    if move and any((shared.before, shared.after) == move for shared in moves):
        return True
    bases = {str(shared.before): str(shared.after) for shared in reversed(moves)}
    starts = "|".join(re.escape(base) for base in sorted(bases, key=len, reverse=True))
    moved = re.sub(starts, lambda match: bases[match[0]], repr(difference.before))
    return moved == repr(difference.after)


def _shared(found: Sequence[Noticed]) -> Mapping[Hashable, Shared]:
    """Return the differences several items have, by what makes them the same."""
    counted: Counter[Hashable] = Counter()
    first: dict[Hashable, Difference] = {}
    for noticed in found:
        for difference in noticed.differences:
            if not difference.shared:
                key = _key(difference)
                counted[key] += 1
                first.setdefault(key, difference)
    shared: dict[Hashable, Shared] = {}
    for key, count in counted.items():
        if count >= SHARED:
            before, after = apart(first[key].before, first[key].after)
            shared[key] = Shared(field=first[key].field, before=before, after=after, items=count)
    return shared


def _key(difference: Difference) -> Hashable:
    before, after = apart(difference.before, difference.after)
    plain = isinstance(before, str) and isinstance(after, str)
    return (difference.field, before, after) if plain else (difference.field, repr(before), repr(after))


def _mark(noticed: Noticed, shared: Callable[[Difference], bool]) -> Noticed:
    if not noticed.differences:
        return noticed
    marked = (
        replace(difference, shared=True) if not difference.shared and shared(difference) else difference
        for difference in noticed.differences
    )
    return replace(noticed, differences=tuple(marked))


def _same_date(old: Item, new: Item) -> bool:
    return old.published == new.published


def _reordered(pairs: Iterator[tuple[int, int]]) -> int:
    """Return how many items have to be lifted out for the others to stand in the same order in both feeds."""
    ends: list[int] = []
    places = [here for here, _ in pairs]
    for here in places:
        place = bisect_left(ends, here)
        ends[place : place + 1] = [here]
    return len(places) - len(ends)
