"""Rules of the Podcast Standards Project: PSP-1, the podcast RSS specification."""

import re
from collections.abc import Iterator

from episodes.markup import ATOM, ITUNES, PODCAST
from episodes.problems import Severity, quoted
from feed.checks.links import missing_self, own_links
from feed.checks.rule import Finding, missing, missing_attributes, rule
from feed.document import SPACE, FeedDocument

_PSP1 = "https://github.com/Podcast-Standards-Project/PSP-1-Podcast-RSS-Specification"

_MORE_THAN_A_NAME = re.compile(r"[©℗]|\(c\)|\bcopyright\b|^\s*(?:19|20)\d\d\b|\b(?:19|20)\d\d(?=\s*$)", re.IGNORECASE)

# Text whose outer white space means nothing to anybody; HTML and plain descriptions are left alone.
_TRIMMED = frozenset(
    {"title", "itunes:title", "itunes:author", "itunes:name", "itunes:email", "copyright", "guid", "language"}
    | {"podcast:person", "podcast:location", "podcast:guid", "itunes:explicit", "itunes:episodeType", "itunes:type"}
)


@rule(
    "PSP-NS-1",
    severity=Severity.ERROR,
    source=_PSP1,
    mend='write on <rss>, letter for letter: xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" '
    'xmlns:podcast="https://podcastindex.org/namespace/1.0" xmlns:atom="http://www.w3.org/2005/Atom"',
)
def psp_ns_1(document: FeedDocument) -> Iterator[Finding]:
    """The namespaces itunes, podcast and atom are declared, each with its exact address (PSP-1)."""
    for prefix, uri in (("itunes", ITUNES), ("podcast", PODCAST), ("atom", ATOM)):
        if uri not in document.namespaces:
            message = f"the {prefix} namespace {uri} is not declared"
            hint = f'write xmlns:{prefix}="{uri}" on <rss>, letter for letter'
            yield Finding(message=message, at=document.root, hint=hint)


@rule(
    "PSP-CH-1",
    severity=Severity.ERROR,
    source=_PSP1,
    mend='add what is missing to <channel>, and write <atom:link rel="self" type="application/rss+xml" href="…"/> with '
    "the address of the feed",
)
def psp_ch_1(document: FeedDocument) -> Iterator[Finding]:
    """The channel has `atom:link rel="self"` of the feed's type, title, description, link, language,
    itunes:category, itunes:explicit and itunes:image (PSP-1).
    """
    for channel in document.channels:
        yield from missing(channel, "title", "description", "link", "language", "itunes:explicit")
        yield from missing_attributes(channel, "itunes:category", "text")
        yield from missing_attributes(channel, "itunes:image", "href")
        yield from missing_self(channel)
        for link in own_links(channel):
            if link.get("type") != "application/rss+xml":
                message = f"the type of the self link is {link.get('type')!r}"
                yield Finding(message=message, at=link, hint='write type="application/rss+xml"')


@rule(
    "PSP-CH-2",
    severity=Severity.WARNING,
    source=_PSP1,
    mend="add <podcast:locked>yes</podcast:locked>, <podcast:guid> and <itunes:author> to <channel>",
)
def psp_ch_2(document: FeedDocument) -> Iterator[Finding]:
    """The channel should have podcast:locked, podcast:guid and itunes:author (PSP-1)."""
    for channel in document.channels:
        yield from missing(channel, "podcast:locked", "podcast:guid", "itunes:author")


@rule(
    "PSP-CH-3",
    severity=Severity.NOTE,
    source=_PSP1,
    mend="write the name of the holder only: <copyright>Anna Beispiel</copyright>",
)
def psp_ch_3(document: FeedDocument) -> Iterator[Finding]:
    """copyright is the name of the holder, without ©, the word or a year (PSP-1; Apple's own example has them)."""
    for channel in document.channels:
        for holder in channel.all("copyright"):
            if found := _MORE_THAN_A_NAME.search(holder.text):
                message = (
                    f"the copyright {quoted(holder.text.strip(SPACE))} has {found.group().strip()!r} beside the name"
                )
                yield Finding(message=message, at=holder, hint="write the name of the holder only")


@rule(
    "PSP-IT-1",
    severity=Severity.ERROR,
    source=_PSP1,
    mend='give the item a <title>, a <guid> and <enclosure url="https://…" length="29548432" type="audio/mpeg"/>',
)
def psp_it_1(document: FeedDocument) -> Iterator[Finding]:
    """An item has a title, a guid and an enclosure with url, length and type (PSP-1)."""
    for item in document.items:
        yield from missing(item, "title", "guid")
        yield from missing_attributes(item, "enclosure", "url", "length", "type")


@rule(
    "PSP-IT-2",
    severity=Severity.WARNING,
    source=_PSP1,
    mend="add what is missing to the item: apps sort by pubDate, and show the rest",
)
def psp_it_2(document: FeedDocument) -> Iterator[Finding]:
    """An item should have link, pubDate, description, itunes:duration and itunes:explicit (PSP-1); a picture and a
    transcript of its own, which it recommends too, not every episode has.
    """
    for item in document.items:
        yield from missing(item, "link", "pubDate", "description", "itunes:duration", "itunes:explicit")


@rule(
    "PSP-IT-4",
    severity=Severity.WARNING,
    source=_PSP1,
    mend="publish the episode as MP3, M4A or MP4; a PDF is better linked in the notes",
)
def psp_it_4(document: FeedDocument) -> Iterator[Finding]:
    """An enclosure is MP3, M4A, M4V or MP4 (PSP-1): QuickTime and PDF only Apple takes. What nobody takes is the
    matter of APPLE-IT-4, which has Apple's names for the same types.
    """
    for item in document.items:
        for enclosure in item.all("enclosure"):
            media_type = enclosure.get("type").lower()
            if media_type in {"video/quicktime", "application/pdf"}:
                message = f"the type {media_type!r} is one of Apple's, and many podcast apps do not play it"
                yield Finding(message=message, at=enclosure, hint="publish MP3, M4A or MP4")


@rule(
    "PSP-TXT-1",
    severity=Severity.WARNING,
    source=_PSP1,
    mend="write the text right behind the tag and the closing tag right behind the text: <title>Mut</title>",
)
def psp_txt_1(document: FeedDocument) -> Iterator[Finding]:
    """Values have no white space around them (PSP-1); their length is the matter of APPLE-FEED-4."""
    for element in document.root.walk():
        if element.name in _TRIMMED and element.text != element.text.strip(SPACE):
            message = f"<{element.name}> begins or ends with white space"
            words = " ".join(element.text.split())
            hint = f"write {words[:60]!r}" if words else "write something into it, or take it out"
            yield Finding(message=message, at=element, hint=hint)
