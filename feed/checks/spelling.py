"""Rules on how names and text are spelled in XML: letter case, and escapes that are one too many or one too few."""

import re
from collections.abc import Iterator
from html.entities import html5

from episodes.problems import Severity, quoted
from feed.checks.rule import Finding, rule
from feed.document import SPACE, Element, FeedDocument

_REQUIREMENTS = "https://podcasters.apple.com/support/823-podcast-requirements"
_TAGS = "https://help.apple.com/itc/podcasts_connect/#/itcb54353390"
_PROFILE = "https://www.rssboard.org/rss-profile"

_NAMES = """
rss channel item title link description language copyright managingEditor webMaster pubDate lastBuildDate category
generator docs cloud ttl image url width height rating textInput name skipHours hour skipDays day author comments
enclosure guid source atom:link content:encoded itunes:applepodcastsverify itunes:author itunes:block itunes:category
itunes:complete itunes:duration itunes:email itunes:episode itunes:episodeType itunes:explicit itunes:image
itunes:keywords itunes:name itunes:new-feed-url itunes:order itunes:owner itunes:season itunes:subtitle itunes:summary
itunes:title itunes:type podcast:alternateEnclosure podcast:block podcast:chapters podcast:chat podcast:contentLink
podcast:episode podcast:funding podcast:guid podcast:image podcast:integrity podcast:license podcast:liveItem
podcast:location podcast:locked podcast:medium podcast:person podcast:podping podcast:podroll podcast:publisher
podcast:remoteItem podcast:season podcast:socialInteract podcast:soundbite podcast:source podcast:trailer
podcast:transcript podcast:txt podcast:updateFrequency podcast:value podcast:valueRecipient podcast:valueTimeSplit
"""
_SPELLED = {name.lower(): name for name in _NAMES.split()}

_PLAIN_TEXTS = frozenset({"itunes:title", "itunes:author", "itunes:name", "copyright"})
_NAME = r"(#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});"
_ENTITY = re.compile(f"&{_NAME}")
_ENTITY_ESCAPED = re.compile(f"&amp;{_NAME}")
_MARKUP = re.compile(r"</?[A-Za-z]")
_MARKUP_ESCAPED = re.compile(r"&lt;/?[A-Za-z]")

_CDATA = r"<!\[CDATA\[.*?\]\]>"
_COMMENT = r"<!--.*?-->"
# The inner parts are atomic: a stranger's title shall not make the search try every way to divide it.
_TEXT = rf"(?:[^<]++|(?>{_CDATA})|(?>{_COMMENT}))*+"
_TITLE = re.compile(rf"{_COMMENT}|{_CDATA}|<(title)(?:\s[^<>]*)?(?:/>|>({_TEXT})</title\s*>)", re.DOTALL)
_SECTION = re.compile(rf"({_CDATA}|{_COMMENT})", re.DOTALL)


@rule(
    "APPLE-FEED-2",
    severity=Severity.ERROR,
    source=_REQUIREMENTS,
    mend="rename the element as its specification writes it, such as <pubDate> or <itunes:episodeType>; letter case "
    "counts",
)
def apple_feed_2(document: FeedDocument) -> Iterator[Finding]:
    """Elements are named in the letter case of their specification: `pubDate`, not `pubdate` (Apple, podcast
    requirements); where the right one stands beside it, the wrong one harms nobody. Categories: APPLE-CH-7.
    """
    for parent in document.root.walk():
        present = {child.name for child in parent.children}
        for child in parent.children:
            right = _SPELLED.get(child.name.lower(), child.name)
            if right not in present:
                message = f"<{child.name}> is written <{right}>, and apps do not see it"
                yield Finding(message=message, at=child, hint=f"rename it to <{right}>; letter case counts")


@rule(
    "APPLE-FEED-5",
    severity=Severity.ERROR,
    source=_TAGS,
    mend="write the sign itself; & is escaped once, as &amp;, and inside CDATA not at all",
)
def apple_feed_5(document: FeedDocument) -> Iterator[Finding]:
    """Text is escaped once (Apple, podcast tags): `&amp;amp;` shows listeners `&amp;`. What is escaped too little is
    no XML (RSS-11). A title that means an entity writes it as RSS-8 asks, `&#x26;amp;`. Descriptions are HTML to apps,
    so that one more `&amp;` is right there, and two may be meant: a warning.
    """
    hint = "write the sign itself; & is escaped once, as &amp;, and inside CDATA not at all"
    for title, raw in _raw_titles(document):
        parts = (_shown(part, _ENTITY if cdata else _ENTITY_ESCAPED) for part, cdata in _parts(raw))
        if shown := next(filter(None, parts), ""):
            yield Finding(message=f"the title shows listeners {shown!r}", at=title, hint=hint)
    for element in document.root.walk():
        if element.name in _PLAIN_TEXTS and (shown := _shown(element.text, _ENTITY)):
            yield Finding(message=f"<{element.name}> shows listeners {shown!r}", at=element, hint=hint)
        elif element.name == "description" and (shown := _shown(element.text, _ENTITY_ESCAPED)):
            message = f"<description> shows listeners {shown!r}"
            yield Finding(message=message, at=element, hint=hint, severity=Severity.WARNING)


@rule("RSS-8", severity=Severity.WARNING, source=_PROFILE, mend="write &#x3C; for < in the title, or take the HTML out")
def rss_8(document: FeedDocument) -> Iterator[Finding]:
    """A title that holds a `<` in front of a letter writes it as `&#x3C;` (RSS profile): readers that decode
    twice take `&lt;live>` for markup and drop it. Every other `&lt;` and `&amp;` survives them.
    """
    for title, raw in _raw_titles(document):
        if any((_MARKUP if cdata else _MARKUP_ESCAPED).search(part) for part, cdata in _parts(raw)):
            message = f"the title {quoted(title.text.strip(SPACE))} looks like HTML, and some readers drop a part of it"
            yield Finding(message=message, at=title, hint="write &#x3C; for <, or take the HTML out")


def _raw_titles(document: FeedDocument) -> Iterator[tuple[Element, str]]:
    """Yield the titles with their text as it stands in the bytes; none where they cannot be told apart for sure."""
    # Latin-1 takes all bytes, and only ASCII is looked for; UTF-16 shows no title at all.
    source = document.body.decode("latin-1")
    raw = [match[2] or "" for match in _TITLE.finditer(source) if match[1]]
    titles = [element for element in document.root.walk() if element.name == "title"]
    if len(raw) == len(titles):
        yield from zip(titles, raw, strict=True)


def _parts(raw: str) -> Iterator[tuple[str, bool]]:
    """Yield the pieces of a raw text without its comments, and whether each is a CDATA section."""
    for part in _SECTION.split(raw):
        if not part.startswith("<!--"):
            cdata = part.startswith("<![CDATA[")
            yield part.removeprefix("<![CDATA["), cdata


def _shown(text: str, form: re.Pattern[str]) -> str:
    """Return the first entity of HTML in `text`; `&c;` and the like are none."""
    names = (match[1] for match in form.finditer(text))
    return next((f"&{name};" for name in names if name.startswith("#") or f"{name};" in html5), "")
