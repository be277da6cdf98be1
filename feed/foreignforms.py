"""Finds the show and its items in RSS of any version, in Atom, and in what other programs wrap around them."""

import html
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from episodes.problems import Problem, UserError, quoted
from feed.derived import made
from feed.document import Element, FeedDocument
from feed.remarks import Remark, remark

_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_LOOKED_THROUGH = 1000
_DATES = ("atom:published", "atom:issued", "atom:updated", "atom:modified")
_FEED_HINT = "look for the address of the RSS feed on the pages of the show"


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreign:
    """A feed as a channel of RSS and its items, and what there is to say about its form."""

    channel: Element
    items: tuple[Element, ...]
    problems: tuple[Problem, ...] = ()


def find_feed(document: FeedDocument) -> Foreign:
    """Return the feed in a document. Raises UserError where there is none."""
    root = document.root
    found = next((element for element in islice(root.walk(), _LOOKED_THROUGH) if _is_feed(element)), None)
    if found is None:
        raise _refusal(root)
    problems = []
    if found is not root:
        message = f"the feed stands inside <{_bare(root.name)}>, which is no feed; <{_bare(found.name)}> is read"
        problems.append(remark(Remark.WRAPPED, message, line=found.line))
    if found.name == "atom:feed":
        channel = _channel_of_atom(found)
        return Foreign(channel=channel, items=channel.all("item"), problems=tuple(problems))
    channels = (found,) if found.name == "channel" else found.all("channel")
    if not channels:
        message = f"<{_bare(found.name)}> has no channel"
        raise UserError(message, hint=_FEED_HINT)
    items = [item for channel in channels for item in channel.all("item")]
    if len(channels) > 1:
        message = f"there are {len(channels)} channels; the first is the show, and the items of all are read"
        problems.append(remark(Remark.CHANNELS, message, line=channels[1].line))
    if outside := found.all("item") if found is not channels[0] else ():
        if not found.name.startswith(_RDF):  # where they have their place
            message = f"{len(outside)} items stand outside the channel and are read"
            problems.append(remark(Remark.OUTSIDE, message, line=outside[0].line))
        items += outside
    if found.name.startswith(_RDF):
        items = [_item_of_rdf(item) for item in items]
    return Foreign(channel=channels[0], items=tuple(items), problems=tuple(problems))


def _is_feed(element: Element) -> bool:
    return element.name in ("rss", "atom:feed", f"{_RDF}RDF", "channel")


def _bare(name: str) -> str:
    return name.rpartition("}")[2]


def _refusal(root: Element) -> UserError:
    name = _bare(root.name).lower()
    if name == "opml":
        feeds = [outline.get("xmlUrl") for outline in islice(root.walk(), _LOOKED_THROUGH) if outline.get("xmlUrl")]
        hint = f"name one of the feeds in it, such as {quoted(feeds[0])}" if feeds else "name a feed"
        return UserError("this is a list of feeds (OPML), not a feed", hint=hint)
    if name == "html":
        head = next((found for found in root.walk() if _bare(found.name) == "title"), None)
        title = f" ({quoted(head.text.strip())})" if head else ""
        return UserError(f"this is a web page{title}, not a feed", hint=_FEED_HINT)
    return UserError(f"<{_bare(root.name)}> is no feed: neither RSS nor Atom", hint=_FEED_HINT)


def _item_of_rdf(item: Element) -> Element:
    """Return an item of RSS 1.0 whose name (`rdf:about`) is its guid, where it has no other."""
    about = item.get(f"{_RDF}about")
    if not about or item.value("guid"):
        return item
    guid = made("guid", item, text=about, attributes={"isPermaLink": "false"})
    return made("item", item, attributes=item.attributes, children=(*item.children, guid))


def _channel_of_atom(feed: Element) -> Element:
    children: list[Element] = []
    for child in feed.children:
        match child.name:
            case "atom:entry":
                children.append(_item_of_atom(child))
            case "atom:link" if _relation(child) == "alternate":
                children.append(made("link", child, text=child.get("href")))
            case "atom:logo":
                url = made("url", child, text=child.text)
                children.append(made("image", child, children=(url,)))
            case _:
                children.append(_renamed(child, _OF_FEED))
    if (author := feed.first("atom:author")) and not feed.value("itunes:author"):
        children.append(made("itunes:author", author, text=author.value("atom:name")))
    if language := feed.get("xml:lang"):
        children.append(made("language", feed, text=language))
    return made("channel", feed, attributes=feed.attributes, children=children)


_OF_FEED = {
    "atom:title": "title",
    "atom:subtitle": "description",
    "atom:tagline": "description",
    "atom:rights": "copyright",
    "atom:updated": "lastBuildDate",
    "atom:generator": "generator",
}
_OF_ENTRY = {"atom:title": "title", "atom:id": "guid", "atom:summary": "description", "atom:content": "content:encoded"}


def _renamed(child: Element, names: dict[str, str]) -> Element:
    name = names.get(child.name)
    if not name or child.get("src"):
        return child
    text, kind = child.text, child.get("type").lower()
    if name == "content:encoded" and kind in ("", "text", "text/plain"):
        text = html.escape(text, quote=False)
    return made(name, child, text=text, children=child.children)


def _relation(link: Element) -> str:
    return link.get("rel").lower() or "alternate"


def _item_of_atom(entry: Element) -> Element:
    dates = [found for name in _DATES for found in entry.all(name)]
    children: list[Element] = []
    if dates:
        children.append(made("pubDate", dates[0], text=dates[0].text))
    for child in entry.children:
        if child in dates[:1]:
            continue
        children.extend(_of_entry(child))
    return made("item", entry, attributes=entry.attributes, children=children)


def _of_entry(child: Element) -> Iterator[Element]:
    if child.name == "atom:link" and _relation(child) == "enclosure":
        given = {"url": child.get("href"), "length": child.get("length"), "type": child.get("type")}
        yield made("enclosure", child, attributes={**given, **_base(child)})
    elif child.name == "atom:link" and _relation(child) == "alternate":
        yield made("link", child, text=child.get("href"), attributes=_base(child))
    elif child.name == "atom:content" and child.get("src") and child.get("type").startswith(("audio/", "video/")):
        given = {"url": child.get("src"), "type": child.get("type")}
        yield made("enclosure", child, attributes={**given, **_base(child)})
    elif child.name == "atom:id":
        yield made("guid", child, text=child.text, attributes={"isPermaLink": "false"})
    else:
        yield _renamed(child, _OF_ENTRY)


def _base(child: Element) -> dict[str, str]:
    return {"xml:base": base} if (base := child.get("xml:base")) else {}


class Page(NamedTuple):
    """The page a feed names as the next older one."""

    address: str
    line: int


def following(channel: Element) -> Page:
    """Return the page after this one (RFC 5005), of an archive the one before it; empty where there is none."""
    links = channel.all("atom:link")
    for relation in ("next", "prev-archive"):
        for link in links:
            if link.get("rel").lower() == relation and link.get("href"):
                return Page(link.get("href"), link.line)
    return Page("", 0)


def text_with_markup(foreign: Foreign) -> Element | None:
    """Return a text that holds elements, which a reader of texts would lose."""
    for parent in (foreign.channel, *foreign.items):
        for name in _TEXT_NAMES:
            for child in parent.all(name):
                if child.children:
                    return child
    return None


_TEXT_NAMES = ("title", "description", "content:encoded", "itunes:summary", "itunes:subtitle", "itunes:title")
