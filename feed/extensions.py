"""What feedgen lacks or gets wrong, as feedgen extensions: the podcast namespace, parts of itunes, content:encoded.

feedgen asks of an extension only `extend_ns` and `extend_rss`, so nothing here imports it.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol, Self

from episodes.model import Appearance, Recording
from feed.item import Item, Transcript
from feed.namespaces import CONTENT, ITUNES, PODCAST
from feed.show import Category, Show
from feed.text import ascii_url, clean, one_line


class Element(Protocol):
    """The part of an lxml element that writing needs; lxml itself is loaded only when a feed is compiled."""

    text: object

    def __getitem__(self, index: int, /) -> Self: ...

    def append(self, element: Self, /) -> None:
        """Put `element` behind the other children."""

    def makeelement(self, tag: str, attrib: dict[str, str], /) -> Self:
        """Return a new element of the same kind, without a parent."""


class ChannelTags:
    """Writes a show's `itunes:` and `podcast:` elements into the channel."""

    def __init__(self, show: Show) -> None:
        self._show = show

    def extend_ns(self) -> dict[str, str]:
        """Return the namespaces by prefix."""
        return {"itunes": ITUNES, "podcast": PODCAST}

    def extend_rss(self, rss: Element) -> Element:
        """Add the show's elements to the channel of `rss`."""
        channel, show = rss[0], self._show
        if show.owner_email:
            _owner(channel, show)
        for category in show.categories:
            _category(channel, category)
        _explicit(channel, show.explicit)
        _image(channel, show.image_url)
        if show.guid:
            _add(channel, PODCAST, "guid", one_line(show.guid))
        _add(channel, PODCAST, "locked", "yes" if show.locked else "no", {"owner": one_line(show.owner_email)})
        _people(channel, show.hosts)
        return rss


class ItemTags:
    """Writes an item's `content:encoded` and its `itunes:` and `podcast:` elements."""

    def __init__(self, item: Item, hosts: Sequence[Appearance] = ()) -> None:
        self._item = item
        self._hosts = hosts

    def extend_ns(self) -> dict[str, str]:
        """Return the namespaces by prefix."""
        return {"itunes": ITUNES, "podcast": PODCAST}

    def extend_rss(self, element: Element) -> Element:
        """Add the item's elements to `element`."""
        item = self._item
        _notes(element, clean(item.notes_html))
        _explicit(element, item.explicit)
        _image(element, item.image_url)
        if item.season is not None:
            _add(element, PODCAST, "season", str(item.season))
        if item.number is not None:
            _add(element, PODCAST, "episode", str(item.number))
        _people(element, with_hosts(item.people, self._hosts))
        _location(element, item.recording)
        for transcript in item.transcripts:
            _transcript(element, transcript)
        return element


def with_hosts(people: Sequence[Appearance], hosts: Sequence[Appearance]) -> tuple[Appearance, ...]:
    """Return the people an item names: the show's hosts who are not among them, then `people`; none where none are.

    Persons of an item replace all persons of the channel (P20-PERSON-1). Two are the same where the
    handle or the name is, whatever the letter case.
    """
    if not people:
        return ()
    handles = {person.person for person in people if person.person}
    names = {one_line(person.name).casefold() for person in people}
    absent = (host for host in hosts if host.person not in handles and one_line(host.name).casefold() not in names)
    return (*absent, *people)


def _add(
    parent: Element, namespace: str, name: str, text: str = "", attributes: Mapping[str, str] | None = None
) -> Element:
    """Append an element and return it; an attribute without a value is left out."""
    given = {key: value for key, value in (attributes or {}).items() if value}
    element = parent.makeelement(f"{{{namespace}}}{name}", given)
    element.text = text or None
    parent.append(element)
    return element


def _owner(channel: Element, show: Show) -> None:
    # feedgen refuses an owner without a name.
    owner = _add(channel, ITUNES, "owner")
    if show.owner_name:
        _add(owner, ITUNES, "name", one_line(show.owner_name))
    _add(owner, ITUNES, "email", one_line(show.owner_email))


def _category(channel: Element, category: Category) -> None:
    # feedgen merges categories of the same name, which changes their order; Apple reads only the first.
    outer = _add(channel, ITUNES, "category", attributes={"text": one_line(category.name)})
    if category.subcategory:
        _add(outer, ITUNES, "category", attributes={"text": one_line(category.subcategory)})


def _explicit(parent: Element, explicit: bool) -> None:
    # feedgen knows only yes, no and clean; Apple asks for true or false (APPLE-CH-6).
    _add(parent, ITUNES, "explicit", "true" if explicit else "false")


def _image(parent: Element, url: str) -> None:
    # feedgen drops an address that does not end in `.jpg` or `.png`, on the channel without a word.
    if url:
        _add(parent, ITUNES, "image", attributes={"href": ascii_url(url)})


def _notes(item: Element, html: str) -> None:
    # feedgen moves content into `description` where there is no summary. `]]>` would end a CDATA section:
    # such notes are escaped instead (RSS-11).
    from lxml.etree import CDATA

    if html:
        encoded = _add(item, CONTENT, "encoded")
        encoded.text = html if "]]>" in html else CDATA(html)


def _people(parent: Element, people: Sequence[Appearance]) -> None:
    for person in people:
        attributes = {
            "role": one_line(person.role).lower(),
            "group": one_line(person.group).lower(),
            "img": ascii_url(person.picture),
            "href": ascii_url(person.link),
        }
        _add(parent, PODCAST, "person", one_line(person.name), attributes)


def _location(item: Element, recording: Recording) -> None:
    attributes = {"rel": "creator", "geo": recording.geo, "osm": recording.osm, "country": recording.country}
    if place := one_line(recording.place):
        _add(item, PODCAST, "location", place, {key: one_line(value) for key, value in attributes.items()})


def _transcript(item: Element, transcript: Transcript) -> None:
    attributes = {
        "url": ascii_url(transcript.url),
        "type": one_line(transcript.media_type),
        "language": one_line(transcript.language),
    }
    _add(item, PODCAST, "transcript", attributes=attributes)
