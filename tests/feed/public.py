"""What a feed can tell of a show and its items: the form in which they come back when the feed is read."""

from dataclasses import fields, is_dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import TypeVar, cast

from episodes.markup import Markup
from episodes.model import Appearance, Recording
from episodes.namespace import Location, Relation
from feed.extensions import with_hosts
from feed.item import Item
from feed.show import Show
from feed.text import ascii_url, clean, cut, one_line
from feed.times import whole_seconds

_T = TypeVar("_T")
_ADDRESSES = frozenset(
    {"url", "link", "feed_url", "image_url", "new_feed_url", "account_url", "uri", "image", "chapters_url", "picture"}
)
_CUT = frozenset({"description", "summary"})
_LINES = frozenset({"notes_html", "text"})


def public_person(person: Appearance) -> Appearance:
    """Name, role, group, link and picture, in tidy form."""
    return Appearance(
        name=one_line(person.name),
        role=person.role,
        group=person.group,
        link=ascii_url(person.link),
        picture=ascii_url(person.picture),
    )


def public_show(show: Show) -> Show:
    """Everything in tidy form; an owner's name only beside an address."""
    tidy = tidied(show)
    return replace(
        tidy,
        owner_name=tidy.owner_name if tidy.owner_email else "",
        hosts=tuple(map(public_person, show.hosts)),
        hubs=tuple(map(ascii_url, show.hubs)),
    )


def public_item(item: Item, show: Show) -> Item:
    """Everything in tidy form; the hosts among the people, the first place of its making as its recording."""
    tidy = tidied(item)
    recording, places = _places(tidy)
    tags = replace(
        tidy.tags,
        locations=places,
        season_name=tidy.tags.season_name if item.season is not None else "",
        number_display=tidy.tags.number_display if item.number is not None else "",
    )
    return replace(
        tidy,
        duration=timedelta(seconds=whole_seconds(item.duration)),
        people=tuple(map(public_person, with_hosts(item.people, show.hosts))),
        recording=recording,
        tags=tags,
    )


def tidied(value: _T, name: str = "") -> _T:
    """Texts by the kind of field they stand in, times in whole seconds, everything below likewise."""
    if isinstance(value, Enum):
        return value
    if isinstance(value, str):
        return cast("_T", _text(value, name))
    if isinstance(value, datetime):
        return cast("_T", value.replace(microsecond=0))
    if isinstance(value, Markup):
        attributes = tuple((key, clean(text)) for key, text in value.attributes)
        below = tuple(tidied(child) for child in value.children)
        return cast("_T", replace(value, attributes=attributes, text=clean(value.text), children=below))
    if isinstance(value, tuple):
        return cast("_T", tuple(tidied(part, name) for part in value))
    if is_dataclass(value) and not isinstance(value, type):
        given = {field.name: tidied(getattr(value, field.name), field.name) for field in fields(value)}
        return cast("_T", replace(value, **given))
    return value


def _text(text: str, name: str) -> str:
    if name in _ADDRESSES:
        return ascii_url(text)
    if name in _CUT:
        return cut(clean(text))
    return clean(text) if name in _LINES else one_line(text)


def _places(tidy: Item) -> tuple[Recording, tuple[Location, ...]]:
    where, places = tidy.recording, tidy.tags.locations
    if where.place:
        return Recording(place=where.place, geo=where.geo, osm=where.osm, country=where.country), places
    made = next((place for place in places if place.relation is Relation.CREATOR), None)
    if made is None:
        return Recording(), places
    index = places.index(made)
    recording = Recording(place=made.name, geo=made.geo, osm=made.osm, country=made.country)
    return recording, (*places[:index], *places[index + 1 :])
