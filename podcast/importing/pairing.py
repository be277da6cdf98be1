"""Finds which items of two feeds are one episode, and which may be."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from enum import StrEnum

from feed.item import Item
from podcast.importing.sameness import (
    addresses,
    numbers_clash,
    numbers_differ,
    places,
    plain_title,
    same_day,
    same_title,
    weight,
)


class By(StrEnum):
    """By what two items were found to be one episode."""

    GUID = "guid"
    AUDIO = "audio"
    TITLE = "date and title"


class Why(StrEnum):
    """Why nobody but the producer can tell whether two items are one episode."""

    TITLE = "the same title, but another date"
    DATE = "the same date, but another title"
    NUMBER = "the same number, but nothing else in common"
    AUDIO = "audio that looks the same, but another title and another date"
    SEVERAL = "a title and a date that several have"
    COUNTED = "the same title and date, but another number"
    GUID = "the same guid in one feed, where only the first is kept"


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """Two items that may be one episode and were not made one."""

    one: Item
    other: Item
    why: Why

    def __str__(self) -> str:
        first, second = (f"'{item.title}' ({item.published.date()})" for item in (self.one, self.other))
        return f"{first} and {second} have {self.why.value}"


class Pairing:
    """Which items of two lists are one episode, found by the surest signs first, and which may be; values, no order.

    `pairs` holds an item of the first list, one of the second, and by what they are one; an item is paired once.
    """

    def __init__(self, old: Sequence[Item], new: Sequence[Item]) -> None:
        self.pairs: list[tuple[Item, Item, By]] = []
        self.doubts: list[Doubt] = []
        self._old = {item.guid: item for item in old}
        self._new = {item.guid: item for item in new}
        for guid in [guid for guid in self._new if guid in self._old]:
            self._pair(self._old[guid], self._new[guid], By.GUID)
        if not self._old or not self._new:
            return
        self._by(addresses, By.AUDIO, lambda one, other: True)
        self._by(places, By.AUDIO, _alike)
        self._by(_weights, By.AUDIO, _alike)
        self._by(_moments, By.TITLE, lambda one, other: True)
        self._by_title()
        self._doubt()

    def _pair(self, one: Item, other: Item, by: By) -> None:
        self.pairs.append((one, other, by))
        del self._old[one.guid], self._new[other.guid]

    def _by(self, signs: Callable[[Item], Iterable[Hashable]], by: By, sure: Callable[[Item, Item], bool]) -> None:
        """Pair the items with a sign that only one item of either list has; those that are not sure are doubtful."""
        old, new = _sharing(self._old.values(), signs), _sharing(self._new.values(), signs)
        for sign in [sign for sign in new if len(new[sign]) == 1 and len(old.get(sign, ())) == 1]:
            one, other = old[sign][0], new[sign][0]
            if one.guid not in self._old or other.guid not in self._new:
                continue
            if sure(one, other):
                self._pair(one, other, by)
            else:
                self.doubts.append(Doubt(one=one, other=other, why=Why.AUDIO))

    def _by_title(self) -> None:
        """Pair the items of one title at most a day apart, where there is one of either list and no number differs."""
        old, new = _titled(self._old.values()), _titled(self._new.values())
        for title in [title for title in new if title in old]:
            near = [(one, other) for one in old[title] for other in new[title] if same_day(one, other)]
            for one, other in near:
                rivals = [pair for pair in near if pair[0] is one or pair[1] is other]
                if len(rivals) > 1:
                    self.doubts.append(Doubt(one=one, other=other, why=Why.SEVERAL))
                elif numbers_differ(one, other):
                    self.doubts.append(Doubt(one=one, other=other, why=Why.COUNTED))
                else:
                    self._pair(one, other, By.TITLE)

    def _doubt(self) -> None:
        """Name the pairs among what is left that have something in common, each once, by the strongest sign."""
        doubted = {(doubt.one.guid, doubt.other.guid) for doubt in self.doubts}
        titles, days, counted = _titled(self._old.values()), _dated(self._old.values()), _numbered(self._old.values())
        for other in self._new.values():
            near = [one for day in _days(other) for one in days.get(day, ())]
            for why, candidates, common in (
                (Why.TITLE, titles.get(plain_title(other.title), ()), same_title),
                (Why.DATE, near, same_day),
                (Why.NUMBER, counted.get(_number(other), ()), numbers_clash),
            ):
                for one in candidates:
                    if (one.guid, other.guid) not in doubted and common(one, other):
                        doubted.add((one.guid, other.guid))
                        self.doubts.append(Doubt(one=one, other=other, why=why))


def _alike(one: Item, other: Item) -> bool:
    """Say whether date or title of two items agree, too."""
    return same_day(one, other) or same_title(one, other)


def _weights(item: Item) -> tuple[Hashable, ...]:
    found = weight(item)
    return (found,) if found else ()


def _moments(item: Item) -> tuple[Hashable, ...]:
    """Return what nobody publishes twice: one title, number and all, at one moment."""
    title = " ".join(item.title.split()).casefold()
    return ((title, item.published, item.season, item.number),) if title else ()


def _sharing(items: Iterable[Item], signs: Callable[[Item], Iterable[Hashable]]) -> dict[Hashable, list[Item]]:
    found: dict[Hashable, list[Item]] = {}
    for item in items:
        for sign in sorted(signs(item), key=repr):
            found.setdefault(sign, []).append(item)
    return found


def _titled(items: Iterable[Item]) -> dict[Hashable, list[Item]]:
    return _sharing(items, lambda item: [title] if (title := plain_title(item.title)) else [])


def _dated(items: Iterable[Item]) -> dict[Hashable, list[Item]]:
    return _sharing(items, lambda item: [item.published.astimezone(UTC).date()])


def _days(item: Item) -> list[date]:
    """Return the days on which what is at most a day apart from an item may lie."""
    day = item.published.astimezone(UTC).date()
    return [day + timedelta(days=step) for step in (-1, 0, 1)]


def _numbered(items: Iterable[Item]) -> dict[Hashable, list[Item]]:
    return _sharing(items, lambda item: [_number(item)])


def _number(item: Item) -> Hashable:
    return item.season or 1, item.number
