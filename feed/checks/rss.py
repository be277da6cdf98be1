"""Rules of RSS 2.0 and the RSS profile."""

import re
from collections.abc import Iterator
from datetime import timedelta

from episodes.problems import Severity, quoted
from feed.checks.dates import sound_date
from feed.checks.rule import Finding, missing, rule
from feed.document import SPACE, FeedDocument

_RSS2 = "https://www.rssboard.org/rss-specification"
_PROFILE = "https://www.rssboard.org/rss-profile"
_XML = "https://www.w3.org/TR/xml/#charsets"
_IMPLAUSIBLE = "https://validator.w3.org/feed/docs/warning/ImplausibleDate.html"
_MAILBOX = re.compile(r"[^@\s()<>]+@[^@\s()<>]+\s+\(\s*[^\s()][^()]*\)")
_CONTROL = re.compile("[\x7f-\x9f]")
_OLDEST = 1990
_SLACK = timedelta(hours=1)


@rule(
    "RSS-1",
    severity=Severity.ERROR,
    source=_RSS2,
    mend='write <rss version="2.0"> with one <channel> that has <title>, <link> and <description>, and give every item '
    "a <title>",
)
def rss_1(document: FeedDocument) -> Iterator[Finding]:
    """The root is `<rss version="2.0">` with one channel of title, link and description; an item has title or
    description (RSS 2.0).
    """
    root = document.root
    if root.name != "rss":
        yield Finding(message=f"the root element is <{root.name}>, not <rss>", at=root, hint="publish RSS 2.0")
        return
    if root.get("version") != "2.0":
        message = f"the version of RSS is {root.get('version')!r}, not '2.0'"
        yield Finding(message=message, at=root, hint='write <rss version="2.0">')
    if len(document.channels) != 1:
        message = f"there are {len(document.channels)} channels, not one"
        yield Finding(message=message, at=root, missing="channel", hint="write one <channel>")
    for channel in document.channels:
        yield from missing(channel, "title", "link", "description")
    for item in document.items:
        if not item.value("title") and not item.value("description"):
            yield Finding(message="the item has neither title nor description", at=item, hint="add a <title>")


@rule(
    "RSS-2",
    severity=Severity.ERROR,
    source=_RSS2,
    mend='write <guid isPermaLink="false"> around the same text: the guid itself must not change',
)
def rss_2(document: FeedDocument) -> Iterator[Finding]:
    """A guid without `isPermaLink="false"` is a full address that opens the item (RSS 2.0)."""
    for item in document.items:
        for guid in item.all("guid"):
            text = guid.text.strip(SPACE)
            counts = guid.get("isPermaLink").lower() != "false"
            if text and counts and not text.lower().startswith(("http://", "https://")):
                message = f"the guid {text!r} counts as an address and is none"
                yield Finding(message=message, at=guid, hint='write <guid isPermaLink="false">')


@rule(
    "RSS-3",
    severity=Severity.WARNING,
    source=_PROFILE,
    mend="keep one enclosure in the item; offer others as <podcast:alternateEnclosure>",
)
def rss_3(document: FeedDocument) -> Iterator[Finding]:
    """An item has one enclosure (RSS profile)."""
    for item in document.items:
        for enclosure in item.all("enclosure")[1:]:
            message = "the item has more than one enclosure, and apps take any of them"
            yield Finding(message=message, at=enclosure, hint="keep one; offer others as <podcast:alternateEnclosure>")


@rule(
    "RSS-4",
    severity=Severity.WARNING,
    source=_PROFILE,
    mend='write the size of the file in bytes, in digits only, such as length="29548432"; 0 where it is unknown',
)
def rss_4(document: FeedDocument) -> Iterator[Finding]:
    """The length of an enclosure is a number of bytes, `0` where it is unknown, never a text (RSS profile)."""
    for item in document.items:
        for enclosure in item.all("enclosure"):
            length = enclosure.get("length")
            if length and not re.fullmatch(r"\d+", length, re.ASCII):
                message = f"the length {length!r} is not a number of bytes"
                yield Finding(message=message, at=enclosure, hint="write the size of the file in bytes, in digits only")


@rule("RSS-5", severity=Severity.WARNING, source=_PROFILE, mend="move <description> in front of <content:encoded>")
def rss_5(document: FeedDocument) -> Iterator[Finding]:
    """`description` stands before `content:encoded` (RSS profile)."""
    for item in document.items:
        names = [child.name for child in item.children]
        if {"description", "content:encoded"} <= set(names):
            late = names.index("description") > names.index("content:encoded")
            if late:
                message = "<description> stands behind <content:encoded>, which some readers then overwrite"
                yield Finding(message=message, at=item.all("description")[0], hint="move <description> up")


@rule("RSS-6", severity=Severity.WARNING, source=_PROFILE, mend="move the element in front of the first <item>")
def rss_6(document: FeedDocument) -> Iterator[Finding]:
    """All items stand after the other elements of the channel (RSS profile)."""
    for channel in document.channels:
        seen_item = False
        for child in channel.children:
            seen_item = seen_item or child.name == "item"
            # Live items are a kind of item: the podcast namespace puts them beside.
            if seen_item and child.name not in {"item", "podcast:liveItem"}:
                message = f"<{child.name}> stands behind an item"
                yield Finding(message=message, at=child, hint="move it in front of the first <item>")


@rule(
    "RSS-7",
    severity=Severity.WARNING,
    source=_PROFILE,
    mend="write the title and link of the channel into <image>, letter for letter, or take <image> out: apps show "
    "<itunes:image>",
)
def rss_7(document: FeedDocument) -> Iterator[Finding]:
    """Title and link of the channel's `image` are those of the channel (RSS profile)."""
    for channel in document.channels:
        for image in channel.all("image"):
            for name in ("title", "link"):
                child = image.first(name)
                if child and child.text.strip(SPACE) != channel.value(name):
                    message = f"the {name} of the image, {child.text.strip(SPACE)!r}, is not that of the channel"
                    own = channel.value(name)
                    hint = f"write {own!r}" if own else f"give the channel a <{name}>, and the image the same"
                    yield Finding(message=message, at=child, hint=hint)


@rule(
    "RSS-9",
    severity=Severity.WARNING,
    source=_IMPLAUSIBLE,
    mend="correct the date; publish an episode of the future when it is due, for directories hide or reorder it",
)
def rss_9(document: FeedDocument) -> Iterator[Finding]:
    """No date lies in the future or before 1990 (W3C feed validator); the future only where `now` is known."""
    parents = (*document.channels, *document.items)
    for date in (child for parent in parents for child in parent.all("pubDate", "lastBuildDate")):
        text = date.text.strip(SPACE)
        when = sound_date(text)
        if when and document.now and when > document.now + _SLACK:
            message = f"{date.name} {text!r} lies in the future"
            yield Finding(
                message=message, at=date, hint="publish when it is due; directories hide or reorder such items"
            )
        elif when and when.year < _OLDEST:
            message = f"{date.name} {text!r} lies before {_OLDEST}"
            yield Finding(message=message, at=date, hint="correct the year")


@rule(
    "RSS-10",
    severity=Severity.WARNING,
    source=_PROFILE,
    mend="write <managingEditor>anna@a.example (Anna Beispiel)</managingEditor>, webMaster alike, or take it out",
)
def rss_10(document: FeedDocument) -> Iterator[Finding]:
    """managingEditor and webMaster are an e-mail address and a name: `anna@a.example (Anna Beispiel)` (RSS profile)."""
    for channel in document.channels:
        for person in channel.all("managingEditor", "webMaster"):
            text = person.text.strip(SPACE)
            if text and not _MAILBOX.fullmatch(text):
                message = f"{person.name} {quoted(text)} is not an e-mail address and a name"
                yield Finding(message=message, at=person, hint="write anna@a.example (Anna Beispiel), or take it out")


@rule(
    "RSS-11",
    severity=Severity.ERROR,
    source=_XML,
    mend="write the feed with an XML library: every element closed, & as &amp; and < as &lt;, no <!DOCTYPE>, no "
    "control characters, in the encoding it declares",
)
def rss_11(document: FeedDocument) -> Iterator[Finding]:
    """A feed is well-formed XML without DTD and without control characters (XML 1.0)."""
    for element in document.root.walk():
        for text in (element.text, *element.attributes.values()):
            if found := _CONTROL.search(text):
                message = f"<{element.name}> holds the control character U+{ord(found.group()):04X}"
                yield Finding(message=message, at=element, hint="remove it; it often comes from a wrongly decoded tag")
                break
