"""The peer of a compile: lxml building the same tree, element by element, with nothing looked at or mended."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from email.utils import format_datetime

from lxml import etree
from lxml.etree import CDATA, Entity, SubElement

from feed.item import Item
from feed.show import Show

_ITUNES = "http://www.itunes.com/dtds/podcast-1.0.dtd"
_PODCAST = "https://podcastindex.org/namespace/1.0"
_PSC = "http://podlove.org/simple-chapters"
_ATOM = "http://www.w3.org/2005/Atom"
_CONTENT = "http://purl.org/rss/1.0/modules/content/"
_NAMES = {"itunes": _ITUNES, "podcast": _PODCAST, "psc": _PSC, "atom": _ATOM, "content": _CONTENT}


def compile_with_lxml(show: Show, items: Sequence[Item], *, changed: datetime) -> bytes:
    """Return the bytes `compile_feed` returns, of items that are newest first and sound."""
    root = etree.Element("rss", version="2.0", nsmap=_NAMES)
    channel = SubElement(root, "channel")
    _channel(channel, show, changed)
    for item in items:
        _item(SubElement(channel, "item"), item, show)
    body: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)
    return body


def _text(parent: etree._Element, name: str, text: str, **attributes: str) -> None:
    SubElement(parent, name, attributes).text = text


def _title(parent: etree._Element, text: str) -> None:
    """Write a title with `&` in the form our feeds have it, as a numeric reference."""
    title = SubElement(parent, "title")
    title.text, *rest = text.split("&")
    for part in rest:
        reference = Entity("#x26")
        reference.tail = part
        title.append(reference)


def _channel(channel: etree._Element, show: Show, changed: datetime) -> None:
    _title(channel, show.title)
    _text(channel, "link", show.link)
    _text(channel, "description", show.description)
    SubElement(channel, f"{{{_ATOM}}}link", href=show.feed_url, rel="self", type="application/rss+xml")
    _text(channel, "copyright", show.copyright)
    _text(channel, "generator", "folge")
    image = SubElement(channel, "image")
    _text(image, "url", show.image_url)
    _title(image, show.title)
    _text(image, "link", show.link)
    _text(channel, "language", show.language)
    _text(channel, "lastBuildDate", format_datetime(changed))
    _text(channel, f"{{{_ITUNES}}}author", show.author)
    _text(channel, f"{{{_ITUNES}}}type", show.kind.value)
    owner = SubElement(channel, f"{{{_ITUNES}}}owner")
    _text(owner, f"{{{_ITUNES}}}name", show.owner_name)
    _text(owner, f"{{{_ITUNES}}}email", show.owner_email)
    for category in show.categories:
        outer = SubElement(channel, f"{{{_ITUNES}}}category", text=category.name)
        if category.subcategory:
            SubElement(outer, f"{{{_ITUNES}}}category", text=category.subcategory)
    _text(channel, f"{{{_ITUNES}}}explicit", "true" if show.explicit else "false")
    SubElement(channel, f"{{{_ITUNES}}}image", href=show.image_url)
    _text(channel, f"{{{_PODCAST}}}guid", show.guid)
    _text(channel, f"{{{_PODCAST}}}locked", "yes" if show.locked else "no", owner=show.owner_email)
    for host in show.hosts:
        _text(channel, f"{{{_PODCAST}}}person", host.name, role=host.role, group=host.group, href=host.link)


def _item(element: etree._Element, item: Item, show: Show) -> None:
    _title(element, item.title)
    _text(element, "link", item.link)
    _text(element, "description", item.summary)
    _text(element, "guid", item.guid, isPermaLink="false")
    enclosure = item.enclosure
    SubElement(element, "enclosure", url=enclosure.url, length=str(enclosure.bytes), type=enclosure.media_type)
    _text(element, "pubDate", format_datetime(item.published))
    _text(element, f"{{{_ITUNES}}}duration", str(round(item.duration.total_seconds())))
    _text(element, f"{{{_ITUNES}}}season", str(item.season))
    _text(element, f"{{{_ITUNES}}}episode", str(item.number))
    _text(element, f"{{{_ITUNES}}}episodeType", item.kind.value)
    SubElement(element, f"{{{_CONTENT}}}encoded").text = CDATA(item.notes_html)
    _text(element, f"{{{_ITUNES}}}explicit", "true" if item.explicit else "false")
    SubElement(element, f"{{{_ITUNES}}}image", href=item.image_url)
    _text(element, f"{{{_PODCAST}}}season", str(item.season))
    _text(element, f"{{{_PODCAST}}}episode", str(item.number))
    _people(element, item, show)
    place = item.recording
    where = {"rel": "creator", "geo": place.geo, "osm": place.osm, "country": place.country}
    _text(element, f"{{{_PODCAST}}}location", place.place, **where)
    for transcript in item.transcripts:
        given = {"url": transcript.url, "type": transcript.media_type, "language": transcript.language}
        SubElement(element, f"{{{_PODCAST}}}transcript", given)
    SubElement(element, f"{{{_PODCAST}}}chapters", url=item.chapters_url, type="application/json+chapters")
    chapters = SubElement(element, f"{{{_PSC}}}chapters", version="1.2")
    for chapter in item.chapters:
        SubElement(chapters, f"{{{_PSC}}}chapter", start=_position(chapter.start), title=chapter.title)


def _people(element: etree._Element, item: Item, show: Show) -> None:
    for person in (*show.hosts, *item.people):
        given = {"role": person.role, "group": person.group, "img": person.picture, "href": person.link}
        attributes = {name: value for name, value in given.items() if value}
        _text(element, f"{{{_PODCAST}}}person", person.name, **attributes)


def _position(position: timedelta) -> str:
    minutes, seconds = divmod(position.total_seconds(), 60)
    return f"{int(minutes) // 60:02}:{int(minutes) % 60:02}:{seconds:06.3f}"
