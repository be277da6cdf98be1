"""Compiles a show and its items to the bytes of an RSS 2.0 feed. The same input gives the same bytes."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Protocol, cast

from episodes.markup import ATOM, CONTENT
from episodes.problems import Problem, ProblemsFound
from feed.extensions import NAMESPACES, ChannelTags, ItemTags
from feed.item import Item
from feed.paging import WHOLE, Paging
from feed.show import Show
from feed.text import ascii_url, clean, cut, one_line
from feed.times import whole_seconds, writable

_TITLE_OR_CDATA = re.compile(rb"<(?:!\[CDATA\[[^\]]*(?:\](?!\]>)[^\]]*)*\]\]>|title>[^<]*</title>)")


class _ItunesFields(Protocol):
    """What is used of feedgen's own itunes extension, on a feed or an entry."""

    def itunes_author(self, name: str, /) -> object: ...
    def itunes_type(self, kind: str, /) -> object: ...
    def itunes_duration(self, seconds: str, /) -> object: ...
    def itunes_episode_type(self, kind: str, /) -> object: ...
    def itunes_season(self, number: int, /) -> object: ...
    def itunes_episode(self, number: int, /) -> object: ...


class _FeedEntry(Protocol):
    """What is used of feedgen's `FeedEntry`, which has no types of its own."""

    podcast: _ItunesFields

    def load_extension(self, name: str, /, *, atom: bool, rss: bool) -> None: ...
    def rss_entry(self) -> object: ...
    def register_extension(self, namespace: str, make: Callable[[], ItemTags], /, *, atom: bool, rss: bool) -> None: ...
    def title(self, text: str, /) -> object: ...
    def guid(self, guid: str, /, *, permalink: bool) -> object: ...
    def link(self, *, href: str) -> object: ...
    def description(self, text: str, /) -> object: ...
    def enclosure(self, url: str, length: int, media_type: str, /) -> object: ...
    def published(self, when: datetime, /) -> object: ...


class _Generator(Protocol):
    """What is used of feedgen's `FeedGenerator`, which has no types of its own."""

    podcast: _ItunesFields

    def load_extension(self, name: str, /, *, atom: bool, rss: bool) -> None: ...
    def register_extension(
        self, namespace: str, make: Callable[[], ChannelTags], make_entry: None, /, *, atom: bool, rss: bool
    ) -> None: ...
    def title(self, text: str, /) -> object: ...
    def link(self, *, href: str, rel: str, type: str = ...) -> object: ...
    def description(self, text: str, /) -> object: ...
    def language(self, code: str, /) -> object: ...
    def lastBuildDate(self, when: datetime, /) -> object: ...  # noqa: N802 - feedgen's name
    def generator(self, name: str, /) -> object: ...
    def docs(self, url: str, /) -> object: ...
    def copyright(self, text: str, /) -> object: ...
    def image(self, *, url: str, title: str, link: str) -> object: ...
    def rss_str(self, *, pretty: bool) -> bytes: ...


def compile_feed(show: Show, items: Sequence[Item], *, changed: datetime, paging: Paging = WHOLE) -> bytes:
    """Return the feed of `show` in UTF-8, newest item first (then by guid); `changed` becomes its `lastBuildDate`.

    Text loses the characters XML forbids and the space around it, a description longer than 4,000 bytes
    is cut between words, and addresses become ASCII. Raises ProblemsFound for what no feed can carry.
    """
    if problems := (*show_problems(show, changed), *item_problems(items)):
        raise ProblemsFound(problems)
    return join_feed(show, compile_items(show, newest_first(items)), changed=changed, paging=paging)


def join_feed(show: Show, compiled: Iterable[bytes], *, changed: datetime, paging: Paging = WHOLE) -> bytes:
    """Return the feed of a sound show and compiled items, in the order given: what `compile_feed` returns."""
    generator = _new_generator()
    generator.load_extension("podcast", atom=False, rss=True)
    # Held back from feedgen's entries by the missing entry class: each item registers its own.
    generator.register_extension("folge", lambda: ChannelTags(show, paging), None, atom=False, rss=True)
    _write_channel(generator, show, changed)
    frame = _tidy(generator.rss_str(pretty=True))
    end = frame.rindex(b"  </channel>")
    return b"".join([frame[:end], *compiled, frame[end:]])


def compile_items(show: Show, items: Iterable[Item]) -> Iterator[bytes]:
    """Yield each item as it stands in a feed of `show`, whose hosts are the only thing of the show it depends on.

    The same bytes wherever the item stands: the root of every feed declares all namespaces.
    """
    from lxml import etree

    # what every root declares, so that an item need not
    root = etree.Element("rss", nsmap={"atom": ATOM, "content": CONTENT, **NAMESPACES})
    for item in items:
        entry = _new_entry()
        entry.load_extension("podcast", atom=False, rss=True)
        _write_item(entry, item, show)
        element = cast("etree._Element", entry.rss_entry())
        root.append(element)
        etree.indent(element, space="  ", level=2)
        element.tail = None
        body: bytes = etree.tostring(element, encoding="UTF-8", xml_declaration=False)
        root.remove(element)
        yield b"    <item>" + _tidy(body[body.index(b">") + 1 :]) + b"\n"


def newest_first(items: Sequence[Item]) -> tuple[Item, ...]:
    """Return `items` in the order of a feed: by `published`, newest first, and by guid where that is the same."""
    by_guid = sorted(items, key=lambda item: item.guid)
    return tuple(sorted(by_guid, key=lambda item: item.published, reverse=True))


def _write_channel(channel: _Generator, show: Show, changed: datetime) -> None:
    channel.title(one_line(show.title))
    # The last link wins as the channel's: `self` has to come first.
    channel.link(href=ascii_url(show.feed_url), rel="self", type="application/rss+xml")
    channel.link(href=ascii_url(show.link), rel="alternate")
    channel.description(cut(clean(show.description)))
    channel.language(one_line(show.language))
    channel.lastBuildDate(writable(changed))
    channel.generator("folge")
    channel.docs("")
    if show.copyright:
        channel.copyright(one_line(show.copyright))
    if show.image_url:
        channel.image(url=ascii_url(show.image_url), title=one_line(show.title), link=ascii_url(show.link))
    if show.author:
        channel.podcast.itunes_author(one_line(show.author))
    channel.podcast.itunes_type(show.kind.value)


def _write_item(entry: _FeedEntry, item: Item, show: Show) -> None:
    entry.register_extension("folge", lambda: ItemTags(item, show.hosts), atom=False, rss=True)
    entry.title(one_line(item.title))
    entry.guid(clean(item.guid), permalink=False)
    if item.link:
        entry.link(href=ascii_url(item.link))
    if summary := cut(clean(item.summary)):
        entry.description(summary)
    entry.enclosure(ascii_url(item.enclosure.url), item.enclosure.bytes, one_line(item.enclosure.media_type))
    entry.published(writable(item.published))
    if item.duration:
        entry.podcast.itunes_duration(str(whole_seconds(item.duration)))
    entry.podcast.itunes_episode_type(item.kind.value)
    if item.season is not None:
        entry.podcast.itunes_season(item.season)
    if item.number is not None:
        entry.podcast.itunes_episode(item.number)


def _tidy(xml: bytes) -> bytes:
    return _TITLE_OR_CDATA.sub(_with_hex_escapes, xml)


def _with_hex_escapes(match: re.Match[bytes]) -> bytes:
    # RSS-8: readers that decode twice see `&amp;lt;` as markup; the numeric form survives them.
    found = match.group()
    if found.startswith(b"<![CDATA["):
        return found
    return found.replace(b"&amp;", b"&#x26;").replace(b"&lt;", b"&#x3C;")


def _new_entry() -> _FeedEntry:
    from feedgen import entry

    made: _FeedEntry = entry.FeedEntry()
    return made


def _new_generator() -> _Generator:
    from feedgen import feed

    generator: _Generator = feed.FeedGenerator()
    return generator


def show_problems(show: Show, changed: datetime) -> Iterator[Problem]:
    """Yield what of a show feedgen would refuse with a bare ValueError, leave out or let pass without a word."""
    for field, value in (("title", show.title), ("description", show.description), ("link", show.link)):
        if not clean(value):
            yield Problem(message=f"the show has no {field}, and a feed needs one", field=field)
    if changed.tzinfo is None:
        yield Problem(message=f"the time of the last change, {changed}, has no time zone", field="changed")


def item_problems(items: Sequence[Item]) -> Iterator[Problem]:
    """Yield the same of the items of one feed."""
    for item in items:
        yield from _unpublishable_item(item)
    for guid, count in Counter(clean(item.guid) for item in items).items():
        if count > 1:
            yield Problem(message=f"{count} items have the guid {guid!r}, apps would show one", field="guid")


def _unpublishable_item(item: Item) -> Iterator[Problem]:
    name = f"{item.title!r} ({item.guid})"
    for field, value in (("title", item.title), ("guid", item.guid), ("enclosure", item.enclosure.url)):
        if not clean(value):
            yield Problem(message=f"the item {name} has no {field}, and a feed needs one", field=field)
    if item.published.tzinfo is None:
        yield Problem(message=f"the time of {name}, {item.published}, has no time zone", field="published")
    if item.enclosure.bytes < 0:
        yield Problem(message=f"the audio of {name} has {item.enclosure.bytes} bytes", field="enclosure")
    for field, number in (("number", item.number), ("season", item.season)):
        if number is not None and number < 1:
            yield Problem(message=f"the {field} of {name} is {number}, and apps count from 1", field=field)
