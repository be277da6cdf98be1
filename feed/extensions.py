"""What feedgen lacks or gets wrong, as feedgen extensions: the podcast namespace, parts of itunes, content:encoded.

feedgen asks of an extension only `extend_ns` and `extend_rss`, so nothing here imports it.
"""

from collections.abc import Sequence

from episodes.markup import ATOM, CONTENT, HISTORY, ITUNES, PODCAST, PSC
from episodes.model import Appearance, Chapter
from episodes.namespace import Location, Relation
from episodes.timecode import show_position
from feed.elements import Element, add
from feed.item import Item, Transcript
from feed.paging import Paging
from feed.show import Category, Show
from feed.tags import (
    write_alternates,
    write_episode_tags,
    write_images,
    write_location,
    write_numbers,
    write_show_tags,
    write_trailers,
)
from feed.text import ascii_url, clean, one_line

NAMESPACES = {"itunes": ITUNES, "podcast": PODCAST, "psc": PSC}
"""What the root declares besides atom and content, always all, so that an item is the same bytes in every feed."""


class ChannelTags:
    """Writes into the channel what feedgen does not: `paging` says which page of the feed it is."""

    def __init__(self, show: Show, paging: Paging) -> None:
        self._show = show
        self._paging = paging

    def extend_ns(self) -> dict[str, str]:
        """Return the namespaces by prefix."""
        return NAMESPACES | ({"fh": HISTORY} if self._paging.archive else {})

    def extend_rss(self, rss: Element) -> Element:
        """Add the show's elements to the channel of `rss`."""
        channel, show = rss[0], self._show
        _links(channel, show, self._paging)
        if show.owner_email:
            _owner(channel, show)
        for category in show.categories:
            _category(channel, category)
        _explicit(channel, show.explicit)
        _image(channel, show.image_url)
        if show.guid:
            add(channel, PODCAST, "guid", one_line(show.guid))
        add(channel, PODCAST, "locked", "yes" if show.locked else "no", {"owner": one_line(show.owner_email)})
        _people(channel, show.hosts)
        write_images(channel, show.images)
        write_trailers(channel, show.trailers)
        write_show_tags(channel, show.tags)
        return rss


class ItemTags:
    """Writes an item's `content:encoded` and its `itunes:`, `podcast:` and `psc:` elements."""

    def __init__(self, item: Item, hosts: Sequence[Appearance] = ()) -> None:
        self._item = item
        self._hosts = hosts

    def extend_ns(self) -> dict[str, str]:
        """Return the namespaces by prefix."""
        return NAMESPACES

    def extend_rss(self, element: Element) -> Element:
        """Add the item's elements to `element`."""
        item = self._item
        _notes(element, clean(item.notes_html))
        _explicit(element, item.explicit)
        _image(element, item.image_url)
        write_numbers(element, item.season, item.number, item.tags)
        _people(element, with_hosts(item.people, self._hosts))
        if one_line(item.recording.place):
            place = item.recording
            creator = Location(
                name=place.place, relation=Relation.CREATOR, geo=place.geo, osm=place.osm, country=place.country
            )
            write_location(element, creator)
        for transcript in item.transcripts:
            _transcript(element, transcript)
        _chapters(element, item.chapters, item.chapters_url)
        write_images(element, item.images)
        write_alternates(element, item.alternates)
        write_episode_tags(element, item.tags)
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


def _links(channel: Element, show: Show, paging: Paging) -> None:
    """Write hubs and the other pages; the self link is feedgen's."""
    for hub in show.hubs:
        add(channel, ATOM, "link", attributes={"href": ascii_url(hub), "rel": "hub"})
    for rel, url in paging.links:
        add(channel, ATOM, "link", attributes={"href": ascii_url(url), "rel": rel, "type": "application/rss+xml"})
    if paging.archive:
        add(channel, HISTORY, "archive")


def _owner(channel: Element, show: Show) -> None:
    # feedgen refuses an owner without a name.
    owner = add(channel, ITUNES, "owner")
    if show.owner_name:
        add(owner, ITUNES, "name", one_line(show.owner_name))
    add(owner, ITUNES, "email", one_line(show.owner_email))


def _category(channel: Element, category: Category) -> None:
    # feedgen merges categories of the same name, which changes their order; Apple reads only the first.
    outer = add(channel, ITUNES, "category", attributes={"text": one_line(category.name)})
    if category.subcategory:
        add(outer, ITUNES, "category", attributes={"text": one_line(category.subcategory)})


def _explicit(parent: Element, explicit: bool) -> None:
    # feedgen knows only yes, no and clean; Apple asks for true or false (APPLE-CH-6).
    add(parent, ITUNES, "explicit", "true" if explicit else "false")


def _image(parent: Element, url: str) -> None:
    # feedgen drops an address that does not end in `.jpg` or `.png`, on the channel without a word.
    if url:
        add(parent, ITUNES, "image", attributes={"href": ascii_url(url)})


def _notes(item: Element, html: str) -> None:
    # feedgen moves content into `description` where there is no summary. `]]>` would end a CDATA section:
    # such notes are escaped instead (RSS-11).
    from lxml.etree import CDATA

    if html:
        encoded = add(item, CONTENT, "encoded")
        encoded.text = html if "]]>" in html else CDATA(html)


def _people(parent: Element, people: Sequence[Appearance]) -> None:
    for person in people:
        attributes = {
            "role": one_line(person.role).lower(),
            "group": one_line(person.group).lower(),
            "img": ascii_url(person.picture),
            "href": ascii_url(person.link),
        }
        add(parent, PODCAST, "person", one_line(person.name), attributes)


def _transcript(item: Element, transcript: Transcript) -> None:
    attributes = {
        "url": ascii_url(transcript.url),
        "type": one_line(transcript.media_type),
        "language": one_line(transcript.language),
        "rel": "captions" if transcript.captions else "",
    }
    add(item, PODCAST, "transcript", attributes=attributes)


def _chapters(item: Element, chapters: Sequence[Chapter], url: str) -> None:
    """Write the chapters twice: where their file is, and themselves (PSC-4: apps read one or the other)."""
    if url:
        add(item, PODCAST, "chapters", attributes={"url": ascii_url(url), "type": "application/json+chapters"})
    if chapters:
        simple = add(item, PSC, "chapters", attributes={"version": "1.2"})
        for chapter in chapters:
            attributes = {
                "start": show_position(chapter.start),
                "title": one_line(chapter.title),
                "href": ascii_url(chapter.link),
                "image": ascii_url(chapter.image),
            }
            add(simple, PSC, "chapter", attributes=attributes)
