"""Rules of Apple Podcasts for a feed and its channel."""

from collections.abc import Iterator

from episodes.problems import Severity
from feed.categories import CATEGORIES
from feed.checks.rule import Finding, missing, missing_attributes, rule
from feed.codes import COUNTRIES, LANGUAGES
from feed.document import SPACE, Element, FeedDocument
from feed.namespaces import CONTENT, ITUNES
from feed.text import DESCRIPTION_BYTES

_REQUIREMENTS = "https://podcasters.apple.com/support/823-podcast-requirements"
_TAGS = "https://help.apple.com/itc/podcasts_connect/#/itcb54353390"
_CATEGORIES = "https://podcasters.apple.com/support/1691-apple-podcasts-categories"

_LONGEST_TEXT = 255
_SHORT_TEXTS = frozenset(
    {"title", "itunes:title", "itunes:subtitle", "itunes:author", "itunes:name", "itunes:email", "copyright", "guid"}
)


@rule("APPLE-FEED-1", severity=Severity.ERROR, source=_REQUIREMENTS)
def apple_feed_1(document: FeedDocument) -> Iterator[Finding]:
    """The XML declaration says UTF-8, and the itunes and content namespaces are written to the letter (Apple,
    podcast requirements).
    """
    if document.encoding != "utf-8":
        said = f"says {document.encoding}" if document.encoding else "names no encoding"
        hint = 'begin the feed with <?xml version="1.0" encoding="UTF-8"?>'
        yield Finding(message=f"the XML declaration {said}, not UTF-8", at=document.root, hint=hint)
    for uri in sorted(document.namespaces):
        for exact in (ITUNES, CONTENT):
            if uri != exact and _loosely(uri) == _loosely(exact):
                message = f"the namespace {uri!r} is not {exact!r}, and apps will not see its elements"
                yield Finding(message=message, at=document.root, hint=f"write {exact}, letter for letter")


@rule("APPLE-FEED-4", severity=Severity.WARNING, source=_TAGS)
def apple_feed_4(document: FeedDocument) -> Iterator[Finding]:
    """A text has at most 255 characters where no rule says otherwise (Apple, podcast tags); space around it is the
    matter of PSP-TXT-1.
    """
    for element in document.root.walk():
        length = len(element.text.strip(SPACE))
        if element.name in _SHORT_TEXTS and length > _LONGEST_TEXT:
            message = f"<{element.name}> has {length} characters, at most {_LONGEST_TEXT} are read"
            yield Finding(message=message, at=element, hint="shorten it")


@rule("APPLE-CH-1", severity=Severity.ERROR, source=_TAGS)
def apple_ch_1(document: FeedDocument) -> Iterator[Finding]:
    """A channel has title, description, itunes:image, language, itunes:category and itunes:explicit (Apple, podcast
    tags).
    """
    for channel in document.channels:
        yield from missing(channel, "title", "description", "language", "itunes:explicit")
        yield from missing_attributes(channel, "itunes:image", "href")
        yield from missing_attributes(channel, "itunes:category", "text")


@rule("APPLE-CH-2", severity=Severity.WARNING, source=_TAGS)
def apple_ch_2(document: FeedDocument) -> Iterator[Finding]:
    """A channel should have itunes:author and link (Apple, podcast tags)."""
    for channel in document.channels:
        yield from missing(channel, "itunes:author", "link")


@rule("APPLE-CH-4", severity=Severity.ERROR, source=_TAGS)
def apple_ch_4(document: FeedDocument) -> Iterator[Finding]:
    """The description of a channel or an item has at most 4000 bytes of UTF-8 (Apple, podcast tags)."""
    for parent in (*document.channels, *document.items):
        for description in parent.all("description"):
            size = len(description.text.strip(SPACE).encode())
            if size > DESCRIPTION_BYTES:
                message = f"the description has {size} bytes, at most {DESCRIPTION_BYTES} are allowed"
                hint = "shorten it, or move the long form to <content:encoded>; an umlaut counts as two bytes"
                yield Finding(message=message, at=description, hint=hint)


@rule("APPLE-CH-5", severity=Severity.ERROR, source=_TAGS)
def apple_ch_5(document: FeedDocument) -> Iterator[Finding]:
    """The language is an ISO 639 code of two letters, with or without a region (Apple, podcast tags)."""
    for channel in document.channels:
        for language in channel.all("language"):
            text = language.text.strip(SPACE)
            if text and not _is_language(text):
                yield Finding(
                    message=f"the language {text!r} is unknown", at=language, hint="write a code such as de-de"
                )


@rule("APPLE-CH-6", severity=Severity.ERROR, source=_TAGS)
def apple_ch_6(document: FeedDocument) -> Iterator[Finding]:
    """itunes:explicit of a channel or an item is `true` or `false` (Apple, podcast tags)."""
    for parent in (*document.channels, *document.items):
        for explicit in parent.all("itunes:explicit"):
            text = explicit.text.strip(SPACE)
            if text and text not in {"true", "false"}:
                meant = "true" if text.lower() in {"yes", "explicit", "true"} else "false"
                message = f"itunes:explicit is {text!r}, not true or false"
                yield Finding(message=message, at=explicit, hint=f"write {meant}")


@rule("APPLE-CH-7", severity=Severity.ERROR, source=_CATEGORIES)
def apple_ch_7(document: FeedDocument) -> Iterator[Finding]:
    """Categories are Apple's, letter for letter, a subcategory within its own category (Apple, categories)."""
    for channel in document.channels:
        for category in channel.all("itunes:category"):
            name = category.get("text")
            if name and name not in CATEGORIES:
                yield Finding(message=f"the category {name!r} is not one of Apple's", at=category, hint=_nearest(name))
                continue
            for inner in category.all("itunes:category"):
                subcategory = inner.get("text")
                if name and subcategory not in CATEGORIES[name]:
                    message = f"the subcategory {subcategory!r} is not one of {name!r}"
                    yield Finding(message=message, at=inner, hint=_nearest(subcategory))


@rule("APPLE-CH-9", severity=Severity.WARNING, source=_TAGS)
def apple_ch_9(document: FeedDocument) -> Iterator[Finding]:
    """itunes:type is `episodic` or `serial`; a serial show numbers every full episode (Apple, podcast tags)."""
    for channel in document.channels:
        kind = channel.first("itunes:type")
        if kind is None:
            continue
        text = kind.text.strip(SPACE)
        if text not in {"episodic", "serial"}:
            message = f"itunes:type is {text!r}, not episodic or serial"
            yield Finding(message=message, at=kind, hint="write episodic, or serial for a show to be heard in order")
        for item in channel.all("item"):
            if text == "serial" and _is_full(item) and not item.value("itunes:episode"):
                message = "the show is serial and the episode has no itunes:episode"
                yield Finding(message=message, at=item, missing="itunes:episode", hint="number the episode")


@rule("APPLE-CH-10", severity=Severity.ERROR, source=_TAGS)
def apple_ch_10(document: FeedDocument) -> Iterator[Finding]:
    """itunes:block and itunes:complete say `Yes` or are not there, for no other value has an effect (Apple, podcast
    tags).
    """
    for parent in (*document.channels, *document.items):
        for element in parent.all("itunes:block", "itunes:complete"):
            text = element.text.strip(SPACE)
            if text.lower() != "yes":
                message = f"{element.name} is {text!r}, which has no effect"
                yield Finding(message=message, at=element, hint="write Yes, or take the element out to say no")


def _loosely(uri: str) -> str:
    return uri.lower().rstrip("/").removeprefix("https://").removeprefix("http://")


def _is_language(text: str) -> bool:
    language, separator, region = text.lower().partition("-")
    return language in LANGUAGES and (not separator or region.upper() in COUNTRIES)


def _is_full(item: Element) -> bool:
    return item.value("itunes:episodeType") in {"", "full"}


def _nearest(name: str) -> str:
    """Say where a name belongs: Apple's spelling of it, or the category it is a subcategory of."""
    for category, subcategories in CATEGORIES.items():
        if category.casefold() == name.casefold():
            return f"write {category!r} as a category"
        for subcategory in subcategories:
            if subcategory.casefold() == name.casefold():
                return f"write {subcategory!r} within the category {category!r}"
    return "take one from Apple's list"
