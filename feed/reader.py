"""Reads a feed back into a show and its items: the inverse of the compiler, lenient with feeds of other hands."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from episodes.model import Appearance, Chapter, Kind, Recording
from episodes.namespace import Location, Relation
from episodes.problems import Problem, Severity
from episodes.timecode import parse_position
from feed.document import SPACE, Element, FeedDocument, MalformedFeedError, read_document
from feed.item import Enclosure, Item, Transcript
from feed.show import Category, Show, ShowKind
from feed.tagreader import (
    read_alternates,
    read_episode_tags,
    read_images,
    read_locations,
    read_show_tags,
    read_trailers,
    whole_number,
)
from feed.times import parse_date

_TRUE = frozenset({"true", "yes", "explicit"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """What a feed tells. `items` are in the order of the feed; `changed` is its `lastBuildDate`.

    `problems` names the items that are left out because they lack what every item has.
    """

    show: Show
    items: tuple[Item, ...]
    changed: datetime | None = None
    problems: tuple[Problem, ...] = ()


def read_feed(body: bytes) -> Feed:
    """Read a feed. Raises UserError, with the line, for bytes that are not an RSS feed.

    Of what the compiler wrote, everything comes back equal except what a feed has no place for: text in the tidy
    form of `feed.text`, times and durations in whole seconds, of a person name, role, group, link and picture, of a
    recording its place, geo, osm and country (nothing without a place), an owner's name only beside an address. The
    people of an item include the hosts of the show (P20-PERSON-1).
    """
    document = read_document(body)
    if document.root.name != "rss" or not document.channels:
        hint = "check the address; an Atom feed or a web page cannot be read"
        raise MalformedFeedError(f"<{document.root.name}> is not an RSS feed with a channel", line=1, hint=hint)
    channel = document.channels[0]
    items, problems = _items(document)
    return Feed(
        show=read_show(channel), items=items, changed=parse_date(channel.value("lastBuildDate")), problems=problems
    )


def parse_duration(text: str) -> timedelta:
    """Return `S`, `MM:SS` or `HH:MM:SS` as a length; zero where it is none of them."""
    if not re.fullmatch(r"(?:\d{1,4}:){0,2}\d{1,7}(?:\.\d{1,9})?", text, re.ASCII):
        return timedelta()
    seconds = 0.0
    for part in text.split(":"):
        seconds = seconds * 60 + float(part)
    return timedelta(seconds=round(seconds))


def _items(document: FeedDocument) -> tuple[tuple[Item, ...], tuple[Problem, ...]]:
    items: list[Item] = []
    problems: list[Problem] = []
    for element in document.items:
        read = _item(element)
        if isinstance(read, Item):
            items.append(read)
        else:
            problems.append(read)
    return tuple(items), tuple(problems)


def _item(element: Element) -> Item | Problem:
    enclosure = element.first("enclosure")
    if enclosure is None or not enclosure.get("url"):
        return _left_out(element, "it has no enclosure")
    published = parse_date(element.value("pubDate"))
    if published is None:
        return _left_out(element, f"its pubDate {element.value('pubDate')!r} is not a date")
    audio = Enclosure(
        url=enclosure.get("url"),
        bytes=whole_number(enclosure.get("length")) or 0,
        media_type=enclosure.get("type"),
    )
    return read_item(element, enclosure=audio, published=published)


def read_item(element: Element, *, enclosure: Enclosure, published: datetime) -> Item:
    """Read an item whose audio and date are known; its guid is the address of the audio where it has none."""
    recording, locations = _places(element)
    return Item(
        guid=element.value("guid") or enclosure.url,
        title=element.value("title") or element.value("itunes:title"),
        link=element.value("link"),
        enclosure=enclosure,
        duration=parse_duration(element.value("itunes:duration")),
        published=published,
        kind=_kind(element.value("itunes:episodeType")),
        number=whole_number(element.value("itunes:episode") or element.value("podcast:episode")),
        season=whole_number(element.value("itunes:season") or element.value("podcast:season")),
        summary=element.value("description"),
        notes_html=element.value("content:encoded"),
        image_url=_attribute(element, "itunes:image", "href"),
        explicit=element.value("itunes:explicit").lower() in _TRUE,
        people=_people(element),
        recording=recording,
        transcripts=_transcripts(element),
        chapters=_chapters(element),
        chapters_url=_attribute(element, "podcast:chapters", "url"),
        alternates=read_alternates(element),
        images=read_images(element),
        tags=read_episode_tags(element, locations),
    )


def _left_out(element: Element, why: str) -> Problem:
    title = element.value("title") or element.value("guid") or "without a title"
    message = f"the item {title!r} is left out: {why}"
    return Problem(message=message, severity=Severity.WARNING, line=element.line, field=element.path)


def read_show(channel: Element) -> Show:
    """Read what a channel tells of its show."""
    owner = channel.first("itunes:owner")
    return Show(
        title=channel.value("title"),
        description=channel.value("description"),
        language=channel.value("language"),
        link=channel.value("link"),
        feed_url=next((link.get("href") for link in channel.all("atom:link") if link.get("rel") == "self"), ""),
        guid=channel.value("podcast:guid"),
        author=channel.value("itunes:author"),
        owner_name=owner.value("itunes:name") if owner else "",
        owner_email=owner.value("itunes:email") if owner else "",
        categories=_categories(channel),
        explicit=channel.value("itunes:explicit").lower() in _TRUE,
        kind=ShowKind.SERIAL if channel.value("itunes:type").lower() == "serial" else ShowKind.EPISODIC,
        image_url=_attribute(channel, "itunes:image", "href") or _rss_image(channel),
        copyright=channel.value("copyright"),
        locked=channel.value("podcast:locked").lower() == "yes",
        hosts=_people(channel),
        hubs=tuple(link.get("href") for link in channel.all("atom:link") if link.get("rel") == "hub"),
        images=read_images(channel),
        trailers=read_trailers(channel),
        tags=read_show_tags(channel),
    )


def _rss_image(channel: Element) -> str:
    image = channel.first("image")
    return image.value("url") if image else ""


def _categories(channel: Element) -> tuple[Category, ...]:
    found: list[Category] = []
    for outer in channel.all("itunes:category"):
        inner = outer.all("itunes:category")
        found.extend(Category(name=outer.get("text"), subcategory=sub.get("text")) for sub in inner)
        if not inner:
            found.append(Category(name=outer.get("text")))
    return tuple(found)


def _people(parent: Element) -> tuple[Appearance, ...]:
    return tuple(
        Appearance(
            name=person.text.strip(SPACE),
            role=person.get("role").lower() or "host",
            group=person.get("group").lower() or "cast",
            link=person.get("href"),
            picture=person.get("img"),
        )
        for person in parent.all("podcast:person")
    )


def _places(item: Element) -> tuple[Recording, tuple[Location, ...]]:
    """Return where an item was recorded, the first place of its making, and the other places."""
    found = read_locations(item)
    creator = next((place for place in found if place.relation is Relation.CREATOR and place.name), None)
    if creator is None:
        return Recording(), found
    recording = Recording(place=creator.name, geo=creator.geo, osm=creator.osm, country=creator.country)
    return recording, tuple(place for place in found if place is not creator)


def _transcripts(item: Element) -> tuple[Transcript, ...]:
    return tuple(
        Transcript(
            url=found.get("url"),
            media_type=found.get("type"),
            language=found.get("language"),
            captions=found.get("rel") == "captions",
        )
        for found in item.all("podcast:transcript")
    )


def _chapters(item: Element) -> tuple[Chapter, ...]:
    simple = item.first("psc:chapters")
    return tuple(
        Chapter(
            start=_normal_play_time(found.get("start")),
            title=found.get("title"),
            link=found.get("href"),
            image=found.get("image"),
        )
        for found in (simple.all("psc:chapter") if simple else ())
    )


def _normal_play_time(text: str) -> timedelta:
    try:
        return parse_position(text)
    except ValueError:
        return timedelta()


def _attribute(parent: Element, name: str, attribute: str) -> str:
    child = parent.first(name)
    return child.get(attribute) if child else ""


def _kind(text: str) -> Kind:
    return next((kind for kind in Kind if kind.value == text.lower()), Kind.FULL)
