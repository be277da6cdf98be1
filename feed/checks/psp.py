"""Rules of the Podcast Standards Project: PSP-1, the podcast RSS specification."""

from collections.abc import Iterator

from episodes.problems import Severity
from feed.checks.rule import Finding, missing, missing_attributes, rule
from feed.document import SPACE, FeedDocument
from feed.namespaces import ATOM, ITUNES, PODCAST

_PSP1 = "https://github.com/Podcast-Standards-Project/PSP-1-Podcast-RSS-Specification"

# Text whose outer white space means nothing to anybody; HTML and plain descriptions are left alone.
_TRIMMED = frozenset(
    {"title", "itunes:title", "itunes:author", "itunes:name", "itunes:email", "copyright", "guid", "language"}
    | {"podcast:person", "podcast:location", "podcast:guid", "itunes:explicit", "itunes:episodeType", "itunes:type"}
)


@rule("PSP-NS-1", severity=Severity.ERROR, source=_PSP1)
def psp_ns_1(document: FeedDocument) -> Iterator[Finding]:
    """The namespaces itunes, podcast and atom are declared, each with its exact address (PSP-1)."""
    for prefix, uri in (("itunes", ITUNES), ("podcast", PODCAST), ("atom", ATOM)):
        if uri not in document.namespaces:
            message = f"the {prefix} namespace {uri} is not declared"
            hint = f'write xmlns:{prefix}="{uri}" on <rss>, letter for letter'
            yield Finding(message=message, at=document.root, hint=hint)


@rule("PSP-CH-1", severity=Severity.ERROR, source=_PSP1)
def psp_ch_1(document: FeedDocument) -> Iterator[Finding]:
    """The channel has `atom:link rel="self"` of the feed's type, title, description, link, language,
    itunes:category, itunes:explicit and itunes:image (PSP-1).
    """
    for channel in document.channels:
        yield from missing(channel, "title", "description", "link", "language", "itunes:explicit")
        yield from missing_attributes(channel, "itunes:category", "text")
        yield from missing_attributes(channel, "itunes:image", "href")
        own = [link for link in channel.all("atom:link") if link.get("rel") == "self"]
        if not own:
            hint = 'add <atom:link rel="self" type="application/rss+xml" href="the address of the feed"/>'
            yield Finding(message='<atom:link rel="self"> is missing', at=channel, missing="atom:link", hint=hint)
        for link in own:
            if link.get("type") != "application/rss+xml":
                message = f"the type of the self link is {link.get('type')!r}"
                yield Finding(message=message, at=link, hint='write type="application/rss+xml"')


@rule("PSP-CH-2", severity=Severity.WARNING, source=_PSP1)
def psp_ch_2(document: FeedDocument) -> Iterator[Finding]:
    """The channel should have podcast:locked, podcast:guid and itunes:author (PSP-1)."""
    for channel in document.channels:
        yield from missing(channel, "podcast:locked", "podcast:guid", "itunes:author")


@rule("PSP-IT-1", severity=Severity.ERROR, source=_PSP1)
def psp_it_1(document: FeedDocument) -> Iterator[Finding]:
    """An item has a title, a guid and an enclosure with url, length and type (PSP-1)."""
    for item in document.items:
        yield from missing(item, "title", "guid")
        yield from missing_attributes(item, "enclosure", "url", "length", "type")


@rule("PSP-IT-2", severity=Severity.WARNING, source=_PSP1)
def psp_it_2(document: FeedDocument) -> Iterator[Finding]:
    """An item should have link, pubDate, description, itunes:duration and itunes:explicit (PSP-1); a picture and a
    transcript of its own, which it recommends too, not every episode has.
    """
    for item in document.items:
        yield from missing(item, "link", "pubDate", "description", "itunes:duration", "itunes:explicit")


@rule("PSP-TXT-1", severity=Severity.WARNING, source=_PSP1)
def psp_txt_1(document: FeedDocument) -> Iterator[Finding]:
    """Values have no white space around them (PSP-1); their length is the matter of APPLE-FEED-4."""
    for element in document.root.walk():
        if element.name in _TRIMMED and element.text != element.text.strip(SPACE):
            message = f"<{element.name}> begins or ends with white space"
            yield Finding(message=message, at=element, hint=f"write {' '.join(element.text.split())[:60]!r}")
