"""Rules of Apple Podcasts for a feed and its channel."""

import re
from collections.abc import Iterator

from episodes.markup import CONTENT, ITUNES
from episodes.problems import Severity, quoted
from feed.categories import CATEGORIES
from feed.checks.addresses import comparable
from feed.checks.links import own_links
from feed.checks.names import loosely
from feed.checks.rule import Finding, missing, missing_attributes, rule
from feed.codes import COUNTRIES, LANGUAGES
from feed.document import SPACE, Element, FeedDocument
from feed.text import DESCRIPTION_BYTES

_REQUIREMENTS = "https://podcasters.apple.com/support/823-podcast-requirements"
_TAGS = "https://help.apple.com/itc/podcasts_connect/#/itcb54353390"
_CATEGORIES = "https://podcasters.apple.com/support/1691-apple-podcasts-categories"
_CLAIM = "https://podcasters.apple.com/support/5497-claim-your-show"

_KEYWORD_MARKS = {"|": 3, "•": 3, ";": 3, ",": 5}
"""How many of a sign make a title a list of keywords."""

_NUMBER = re.compile(
    r"\b(?:season|staffel|saison|episode|folge|épisode)\s*#?\d+\b|\bS\d{1,2}\s?E\d{1,3}\b", re.IGNORECASE
)
_LONGEST_TEXT = 255
_SHORT_TEXTS = frozenset(
    {"title", "itunes:title", "itunes:subtitle", "itunes:author", "itunes:name", "itunes:email", "copyright", "guid"}
)


@rule(
    "APPLE-FEED-1",
    severity=Severity.ERROR,
    source=_REQUIREMENTS,
    mend='begin the feed with <?xml version="1.0" encoding="UTF-8"?>, and copy the addresses of the namespaces letter '
    'for letter, such as `xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"`',
)
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
            if uri != exact and loosely(uri) == loosely(exact):
                message = f"the namespace {uri!r} is not {exact!r}, and apps will not see its elements"
                yield Finding(message=message, at=document.root, hint=f"write {exact}, letter for letter")


@rule(
    "APPLE-FEED-4",
    severity=Severity.WARNING,
    source=_TAGS,
    mend="shorten the text to 255 characters; what explains more belongs into the description",
)
def apple_feed_4(document: FeedDocument) -> Iterator[Finding]:
    """A text has at most 255 characters where no rule says otherwise (Apple, podcast tags); space around it is the
    matter of PSP-TXT-1.
    """
    for element in document.root.walk():
        length = len(element.text.strip(SPACE))
        if element.name in _SHORT_TEXTS and length > _LONGEST_TEXT:
            message = f"<{element.name}> has {length} characters, at most {_LONGEST_TEXT} are read"
            yield Finding(message=message, at=element, hint="shorten it")


@rule(
    "APPLE-CH-1",
    severity=Severity.ERROR,
    source=_TAGS,
    mend="add what is missing to <channel>; in podcast.toml these are title, description, language, category, explicit "
    "and cover of [show]",
)
def apple_ch_1(document: FeedDocument) -> Iterator[Finding]:
    """A channel has title, description, itunes:image, language, itunes:category and itunes:explicit (Apple, podcast
    tags).
    """
    for channel in document.channels:
        yield from missing(channel, "title", "description", "language", "itunes:explicit")
        yield from missing_attributes(channel, "itunes:image", "href")
        yield from missing_attributes(channel, "itunes:category", "text")


@rule(
    "APPLE-CH-2",
    severity=Severity.WARNING,
    source=_TAGS,
    mend="add <itunes:author> and <link> to <channel>; in podcast.toml these are author and link of [show]",
)
def apple_ch_2(document: FeedDocument) -> Iterator[Finding]:
    """A channel should have itunes:author and link (Apple, podcast tags)."""
    for channel in document.channels:
        yield from missing(channel, "itunes:author", "link")


@rule(
    "APPLE-CH-4",
    severity=Severity.ERROR,
    source=_TAGS,
    mend="shorten the description to 4000 bytes (an umlaut counts as two), or move the long form to <content:encoded>",
)
def apple_ch_4(document: FeedDocument) -> Iterator[Finding]:
    """The description of a channel or an item has at most 4000 bytes of UTF-8 (Apple, podcast tags)."""
    for parent in (*document.channels, *document.items):
        for description in parent.all("description"):
            size = len(description.text.strip(SPACE).encode())
            if size > DESCRIPTION_BYTES:
                message = f"the description has {size} bytes, at most {DESCRIPTION_BYTES} are allowed"
                hint = "shorten it, or move the long form to <content:encoded>; an umlaut counts as two bytes"
                yield Finding(message=message, at=description, hint=hint)


@rule(
    "APPLE-CH-5",
    severity=Severity.ERROR,
    source=_TAGS,
    mend="write a code of two letters, with a region where it matters, such as <language>de-at</language>; in "
    'podcast.toml: language = "de"',
)
def apple_ch_5(document: FeedDocument) -> Iterator[Finding]:
    """The language is an ISO 639 code of two letters, with or without a region (Apple, podcast tags)."""
    for channel in document.channels:
        for language in channel.all("language"):
            text = language.text.strip(SPACE)
            if text and not _is_language(text):
                yield Finding(
                    message=f"the language {text!r} is unknown", at=language, hint="write a code such as de-de"
                )


@rule(
    "APPLE-CH-6",
    severity=Severity.ERROR,
    source=_TAGS,
    mend="write <itunes:explicit>false</itunes:explicit>, or true for what is not for children, in small letters",
)
def apple_ch_6(document: FeedDocument) -> Iterator[Finding]:
    """itunes:explicit of a channel or an item is `true` or `false` (Apple, podcast tags)."""
    for parent in (*document.channels, *document.items):
        for explicit in parent.all("itunes:explicit"):
            text = explicit.text.strip(SPACE)
            if text and text not in {"true", "false"}:
                meant = "true" if text.lower() in {"yes", "explicit", "true"} else "false"
                message = f"itunes:explicit is {text!r}, not true or false"
                yield Finding(message=message, at=explicit, hint=f"write {meant}")


@rule(
    "APPLE-CH-7",
    severity=Severity.ERROR,
    source=_CATEGORIES,
    mend="copy the name from Apple's list, letter for letter, a subcategory within its category; in podcast.toml: "
    'category = ["Society & Culture > Documentary"]',
)
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


@rule(
    "APPLE-CH-9",
    severity=Severity.WARNING,
    source=_TAGS,
    mend="write <itunes:type>episodic</itunes:type>, or serial for a show to be heard in order, and then give every "
    "full episode an <itunes:episode>",
)
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


@rule(
    "APPLE-CH-10",
    severity=Severity.ERROR,
    source=_TAGS,
    mend="write <itunes:block>Yes</itunes:block> (<itunes:complete> alike), or take the element out to say no",
)
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


@rule("APPLE-CH-8", severity=Severity.NOTE, source=_TAGS, mend="put the category that has the subcategory first")
def apple_ch_8(document: FeedDocument) -> Iterator[Finding]:
    """Apple uses the first category and its subcategory only (Apple, podcast tags): where the first has none, no later
    one gives the same category one.
    """
    for channel in document.channels:
        categories = channel.all("itunes:category")
        for later in categories[1:]:
            inner = later.first("itunes:category")
            if inner and later.get("text") == categories[0].get("text") and not categories[0].first("itunes:category"):
                message = f"Apple reads the first category only, and that one lacks {inner.get('text')!r}"
                yield Finding(message=message, at=later, hint="put this one first")
                break


@rule(
    "APPLE-CH-11",
    severity=Severity.WARNING,
    source=_TAGS,
    mend="write the address of this feed, or take <itunes:new-feed-url> out; in podcast.toml it is new_feed_url of "
    "[show]",
)
def apple_ch_11(document: FeedDocument) -> Iterator[Finding]:
    """itunes:new-feed-url is the address of the feed it stands in, the new one (Apple, podcast tags); elsewhere it
    sends listeners away.
    """
    for channel in document.channels:
        own = [document.served_from, *(link.get("href") for link in own_links(channel))]
        for moved in channel.all("itunes:new-feed-url"):
            text = moved.text.strip(SPACE)
            known = {comparable(url) for url in own if url}
            if text and known and comparable(text) not in known:
                message = f"itunes:new-feed-url sends listeners to {text}, away from this feed"
                hint = "write the address of this feed; an old feed that redirects for good may keep it"
                yield Finding(message=message, at=moved, hint=hint)


@rule(
    "APPLE-CH-12",
    severity=Severity.WARNING,
    source=_TAGS,
    mend="write the name of the show only: keywords belong into the description, numbers into itunes:season and "
    "itunes:episode",
)
def apple_ch_12(document: FeedDocument) -> Iterator[Finding]:
    """The title of a show is its name, without a list of keywords and without numbers of episodes or seasons (Apple,
    podcast tags).
    """
    for title in (title for channel in document.channels for title in channel.all("title")):
        text = title.text.strip(SPACE)
        if any(text.count(mark) >= many for mark, many in _KEYWORD_MARKS.items()):
            message = f"the title {quoted(text)} reads like a list of keywords, for which Apple removes shows"
            yield Finding(message=message, at=title, hint="write the name of the show only")
        elif number := _NUMBER.search(text):
            message = f"the title of the show holds {quoted(number.group())}"
            hint = "leave numbers to itunes:season and itunes:episode of the items"
            yield Finding(message=message, at=title, hint=hint)


@rule("APPLE-CH-13", severity=Severity.NOTE, source=_CLAIM, mend="take the code out once the show is claimed")
def apple_ch_13(document: FeedDocument) -> Iterator[Finding]:
    """The code that claims a show at Apple leaves the feed afterwards (Apple, claim your show)."""
    for channel in document.channels:
        codes = channel.all("itunes:applepodcastsverify", "podcast:txt")
        for code in codes:
            if code.name == "podcast:txt" and code.get("purpose").lower() != "applepodcastsverify":
                continue
            message = f"<{code.name}> holds the code that claims the show at Apple"
            yield Finding(message=message, at=code, hint="take it out once the show is claimed")


@rule(
    "APPLE-CH-14",
    severity=Severity.NOTE,
    source=_TAGS,
    mend="leave them out, or keep them where another program of yours reads them; Apple shows <description>",
)
def apple_ch_14(document: FeedDocument) -> Iterator[Finding]:
    """itunes:summary, itunes:subtitle and itunes:keywords are no longer on Apple's list (Apple, podcast tags); they
    harm nobody, and are told once for a feed.
    """
    names = ("itunes:summary", "itunes:subtitle", "itunes:keywords")
    found = [element for parent in (*document.channels, *document.items) for element in parent.all(*names)]
    if found:
        listed = ", ".join(name for name in names if any(element.name == name for element in found))
        message = f"Apple no longer reads {listed}"
        yield Finding(message=message, at=found[0], hint="leave them out where no other program of yours needs them")


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
