"""Which addresses of a feed can be asked over HTTP, what each is for, and what it answered."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from feed.answers import Answer, Probe
from feed.document import SPACE, Element, FeedDocument

_LONGEST_SHOWN = 300


class Kind(StrEnum):
    """What an address is for, in a word for messages."""

    FEED = "feed"
    AUDIO = "audio"
    PICTURE = "cover"
    TRANSCRIPT = "transcript"
    CHAPTERS = "chapters"
    PAGE = "page"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """An address and the element it stands in. `media_type` and `length` are as written there, or empty; `item` counts
    the items from 0 in the order of the feed, and is -1 for the channel.
    """

    url: str
    kind: Kind
    at: Element
    item: int = -1
    media_type: str = ""
    length: str = ""

    def __str__(self) -> str:
        return f"the {self.kind} {shown(self.url)}"


_IN_ELEMENT = {
    "enclosure": ("url", Kind.AUDIO),
    "podcast:trailer": ("url", Kind.AUDIO),
    "itunes:image": ("href", Kind.PICTURE),
    "podcast:transcript": ("url", Kind.TRANSCRIPT),
    "podcast:chapters": ("url", Kind.CHAPTERS),
}


def feed_address(document: FeedDocument) -> str:
    """Return the address of the feed: where it was fetched, else what it says of itself, else nothing."""
    link = self_link(document)
    return document.served_from or (link.get("href") if link else "")


def self_link(document: FeedDocument) -> Element | None:
    """Return the first link of the feed to itself."""
    links = (link for channel in document.channels for link in channel.all("atom:link"))
    return next((link for link in links if link.get("rel") == "self" and link.get("href")), None)


def targets(document: FeedDocument) -> Iterator[Target]:
    """Yield what can be asked, the feed first, then in the order of the document; an address may come again.

    Addresses that are not absolute http or https ones are left out: HTTP-1 names them.
    """
    own = feed_address(document)
    if _can_be_asked(own):
        yield Target(url=own, kind=Kind.FEED, at=self_link(document) or document.root)
    for channel in document.channels:
        yield from _within(channel, -1)
    for index, item in enumerate(document.items):
        yield from _within(item, index)


def _within(parent: Element, item: int) -> Iterator[Target]:
    for child in parent.children:
        if child.name == "link" and _can_be_asked(url := child.text.strip(SPACE)):
            yield Target(url=url, kind=Kind.PAGE, at=child, item=item)
        attribute, kind = _IN_ELEMENT.get(child.name, ("", Kind.PAGE))
        if attribute and _can_be_asked(url := child.get(attribute)):
            length = child.get("length")
            yield Target(url=url, kind=kind, at=child, item=item, media_type=child.get("type"), length=length)
        if child.name == "podcast:alternateEnclosure":
            yield from _sources(child, item)


def _sources(alternate: Element, item: int) -> Iterator[Target]:
    length = alternate.get("length")
    for source in alternate.all("podcast:source"):
        if _can_be_asked(url := source.get("uri")):
            media_type = source.get("contentType") or alternate.get("type")
            yield Target(url=url, kind=Kind.AUDIO, at=source, item=item, media_type=media_type, length=length)


def _can_be_asked(url: str) -> bool:
    try:
        return urlsplit(url).scheme.lower() in ("http", "https") and bool(urlsplit(url).hostname)
    except ValueError:
        return False


def asked(document: FeedDocument, *kinds: Kind) -> Iterator[tuple[Target, Probe]]:
    """Yield the targets of `kinds` that were asked, each address once, with what it answered."""
    seen: set[str] = set()
    for target in targets(document) if document.probes else ():
        probe = document.probes.get(target.url)
        if probe is not None and target.kind in kinds and target.url not in seen:
            seen.add(target.url)
            yield target, probe


def media_type_of(answer: Answer) -> str:
    """Return the Content-Type of an answer without its parameters, in lower case; empty where there is none."""
    return answer.headers.get("content-type", "").partition(";")[0].strip().lower()


def shown(url: str) -> str:
    """Return an address in quotes, for a message; of one that is longer than any address of sense, the beginning."""
    return repr(url if len(url) <= _LONGEST_SHOWN else f"{url[:_LONGEST_SHOWN]}…")


def size_of(answer: Answer) -> int | None:
    """Return the Content-Length of an answer in bytes, or nothing where it has none that is a number."""
    told = answer.headers.get("content-length", "").strip()
    return int(told) if re.fullmatch(r"\d{1,18}", told, re.ASCII) else None
