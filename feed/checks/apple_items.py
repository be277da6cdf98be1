"""Rules of Apple Podcasts for the items of a feed."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from episodes.problems import Severity
from feed.checks import dates
from feed.checks.rule import Finding, missing, missing_attributes, rule
from feed.document import SPACE, Element, FeedDocument
from feed.vocabulary import LIST_MEDIA

_REQUIREMENTS = "https://podcasters.apple.com/support/823-podcast-requirements"
_TAGS = "https://help.apple.com/itc/podcasts_connect/#/itcb54353390"
_TRANSCRIPTS = "https://podcasters.apple.com/support/5316-transcripts-on-apple-podcasts"
_SPOTIFY = "https://content-ops.atspotify.com/hc/en-us/sections/360010813671-Spotify-Podcast-Documentation-"

_READ_TRANSCRIPTS = frozenset({"text/vtt", "application/x-subrip", "application/srt"})
_MORE_PAGES = frozenset({"next", "previous", "prev-archive", "next-archive"})
# Apple's name first; PSP-1 and IANA have others for the same, and apps take them all.
_TYPES = {
    ".mp3": ("audio/mpeg",),
    ".m4a": ("audio/x-m4a", "audio/m4a", "audio/mp4"),
    ".mp4": ("video/mp4", "audio/mp4"),
    ".m4v": ("video/x-m4v", "video/m4v"),
    ".mov": ("video/quicktime",),
    ".pdf": ("application/pdf",),
}
_KNOWN_TYPES = frozenset(media_type for types in _TYPES.values() for media_type in types)
_NUMBERED_TITLE = re.compile(r"(?:(?:folge|episode|ep\.?|nr\.?)\s*#?|#)\s*0*(\d+)\b|0*(\d+)\s*[:–—|]\s", re.IGNORECASE)


@rule(
    "APPLE-IT-1",
    severity=Severity.ERROR,
    source=_TAGS,
    mend='give the item a <title> and <enclosure url="https://…" length="29548432" type="audio/mpeg"/>, or take it out',
)
def apple_it_1(document: FeedDocument) -> Iterator[Finding]:
    """An item has a title and an enclosure with url, length and type (Apple, podcast tags)."""
    for item in document.items:
        yield from missing(item, "title")
        yield from missing_attributes(item, "enclosure", "url", "length", "type")


@rule(
    "APPLE-IT-2",
    severity=Severity.ERROR,
    source=_REQUIREMENTS,
    mend="give each episode a file of its own, or take the second item out if it is the same episode",
)
def apple_it_2(document: FeedDocument) -> Iterator[Finding]:
    """Every enclosure has an address of its own (Apple, podcast requirements)."""
    seen: dict[str, Element] = {}
    for enclosure in _enclosures(document):
        url = enclosure.get("url")
        if url and seen.setdefault(url, enclosure) is not enclosure:
            message = f"the audio {url!r} is that of line {seen[url].line} again, and Apple leaves the item out"
            yield Finding(message=message, at=enclosure, hint="give each episode its own file")


@rule(
    "APPLE-IT-3",
    severity=Severity.ERROR,
    source=_TAGS,
    mend="publish MP3 or M4A under a name that ends in .mp3 or .m4a; the extension counts in the path, not behind a ?",
)
def apple_it_3(document: FeedDocument) -> Iterator[Finding]:
    """The path of an enclosure ends in m4a, mp3, mov, mp4, m4v or pdf (Apple, podcast tags)."""
    for enclosure in _enclosures(document):
        suffix = _suffix(enclosure)
        if enclosure.get("url") and suffix not in _TYPES:
            message = (
                f"the path of the audio ends in {suffix!r}" if suffix else "the path of the audio has no extension"
            )
            yield Finding(message=message, at=enclosure, hint="publish MP3 or M4A, with .mp3 or .m4a in the path")


@rule(
    "APPLE-IT-4",
    severity=Severity.ERROR,
    source=_TAGS,
    mend="write the type of the file: audio/mpeg for .mp3, audio/x-m4a for .m4a, video/mp4 for .mp4",
)
def apple_it_4(document: FeedDocument) -> Iterator[Finding]:
    """The type of an enclosure is one Apple takes, and the one of its extension (Apple, podcast tags); the names of
    PSP-1 and IANA for M4A and M4V pass.
    """
    for enclosure in _enclosures(document):
        media_type = enclosure.get("type").lower()
        fitting = _TYPES.get(_suffix(enclosure), ())
        if media_type and media_type not in _KNOWN_TYPES:
            hint = f"write {fitting[0]}" if fitting else "publish MP3 or M4A"
            yield Finding(message=f"the type {media_type!r} is not one Apple takes", at=enclosure, hint=hint)
        elif media_type and fitting and media_type not in fitting:
            message = f"the type {media_type!r} does not fit the extension {_suffix(enclosure)}"
            yield Finding(message=message, at=enclosure, hint=f"write {fitting[0]}")


@rule(
    "APPLE-IT-5",
    severity=Severity.ERROR,
    source=_TAGS,
    mend='write the size of the file in bytes, in digits only, such as length="29548432"',
)
def apple_it_5(document: FeedDocument) -> Iterator[Finding]:
    """The length of an enclosure is the size of the file in bytes, in digits only (Apple, podcast tags); 0 says that
    it is unknown (RSS-4).
    """
    for enclosure in _enclosures(document):
        length = enclosure.get("length")
        if length and not re.fullmatch(r"\d+", length, re.ASCII):
            message = f"the length {length!r} is not a number of bytes"
            yield Finding(message=message, at=enclosure, hint="write the size of the file in bytes, in digits only")


@rule(
    "APPLE-IT-6",
    severity=Severity.ERROR,
    source=_TAGS,
    mend="mint another guid for the newer episode and leave the older one as it is: a changed one is offered as new",
)
def apple_it_6(document: FeedDocument) -> Iterator[Finding]:
    """Every guid is there once, letter case counting (Apple, podcast tags)."""
    seen: dict[str, Element] = {}
    for guid in (guid for item in document.items for guid in item.all("guid")):
        text = guid.text.strip(SPACE)
        if text and seen.setdefault(text, guid) is not guid:
            message = f"the guid {text!r} is that of line {seen[text].line} again, and apps show one of the two"
            yield Finding(message=message, at=guid, hint="mint another guid for the newer episode")


@rule(
    "APPLE-IT-7",
    severity=Severity.WARNING,
    source=_TAGS,
    mend="add what is missing to the item; apps sort by pubDate, know an episode again by guid, and show the rest",
)
def apple_it_7(document: FeedDocument) -> Iterator[Finding]:
    """An item should have guid, pubDate, description, itunes:duration, link and itunes:explicit (Apple, podcast
    tags); a picture and a transcript of its own, which Apple recommends too, not every episode has.
    """
    for item in document.items:
        yield from missing(item, "guid", "pubDate", "description", "itunes:duration", "link", "itunes:explicit")


@rule(
    "APPLE-IT-8",
    severity=Severity.ERROR,
    source=_REQUIREMENTS,
    mend="write the date as `Sun, 02 Jun 2024 06:00:00 +0200`: English names, four digits of the year, a zone",
)
def apple_it_8(document: FeedDocument) -> Iterator[Finding]:
    """Dates are RFC 2822 with English names, four digits of the year, a zone and the right day of the week (Apple,
    podcast requirements).
    """
    parents = (*document.channels, *document.items)
    for date in (child for parent in parents for child in parent.all("pubDate", "lastBuildDate")):
        text = date.text.strip(SPACE)
        if text and (wrong := dates.fault(text)):
            hint = "write day, English month, year, time and zone"
            yield Finding(message=f"{date.name} {text!r} {wrong}", at=date, hint=hint)


@rule(
    "APPLE-IT-9",
    severity=Severity.WARNING,
    source=_TAGS,
    mend="write whole seconds, such as <itunes:duration>1231</itunes:duration> for 20:31",
)
def apple_it_9(document: FeedDocument) -> Iterator[Finding]:
    """itunes:duration is a number of whole seconds (Apple, podcast tags)."""
    for item in document.items:
        for duration in item.all("itunes:duration"):
            text = duration.text.strip(SPACE)
            if text and not re.fullmatch(r"\d+", text, re.ASCII):
                message = f"the duration {text!r} is not in whole seconds"
                yield Finding(message=message, at=duration, hint="write seconds, such as 1231 for 20:31")


@rule(
    "APPLE-IT-10",
    severity=Severity.WARNING,
    source=_TAGS,
    mend="write whole numbers from 1, such as <itunes:episode>7</itunes:episode>, or none, and leave them out of the "
    "title",
)
def apple_it_10(document: FeedDocument) -> Iterator[Finding]:
    """itunes:episode and itunes:season are whole numbers from 1, and the title does not repeat the episode's (Apple,
    podcast tags).
    """
    for item in document.items:
        for number in item.all("itunes:episode", "itunes:season"):
            text = number.text.strip(SPACE)
            if not re.fullmatch(r"0*[1-9]\d*", text, re.ASCII):
                message = f"{number.name} is {text!r}, not a whole number from 1"
                yield Finding(message=message, at=number, hint="correct it, or take the element out")
        told = _NUMBERED_TITLE.match(item.value("title"))
        if told and (told[1] or told[2]) == item.value("itunes:episode").lstrip("0"):
            message = f"the title {item.value('title')!r} repeats the number of the episode"
            yield Finding(message=message, at=item, missing="title", hint="leave the number to itunes:episode")


@rule(
    "APPLE-IT-11",
    severity=Severity.ERROR,
    source=_TAGS,
    mend="write <itunes:episodeType>full</itunes:episodeType>, or trailer, or bonus; in an episode file: kind: full",
)
def apple_it_11(document: FeedDocument) -> Iterator[Finding]:
    """itunes:episodeType is `full`, `trailer` or `bonus` (Apple, podcast tags)."""
    for item in document.items:
        for kind in item.all("itunes:episodeType"):
            text = kind.text.strip(SPACE)
            if text not in {"full", "trailer", "bonus"}:
                message = f"itunes:episodeType is {text!r}"
                yield Finding(message=message, at=kind, hint="write full, trailer or bonus")


@rule(
    "APPLE-IT-12",
    severity=Severity.NOTE,
    source=_TAGS,
    mend="write the number and season of the episode the bonus belongs to, or no number at all",
)
def apple_it_12(document: FeedDocument) -> Iterator[Finding]:
    """A bonus with a number belongs to the episode of that number (Apple, podcast tags): there is one in the feed,
    where the feed is all there is.
    """
    if any(link.get("rel") in _MORE_PAGES for channel in document.channels for link in channel.all("atom:link")):
        return
    full = {_numbers(item) for item in document.items if item.value("itunes:episodeType").lower() in {"", "full"}}
    for item in document.items:
        season, episode = _numbers(item)
        if item.value("itunes:episodeType") == "bonus" and episode and (season, episode) not in full:
            message = f"the bonus says it belongs to episode {episode}, and there is none of that number"
            hint = "write the number of the episode it belongs to, or none"
            yield Finding(message=message, at=item, missing="itunes:episode", hint=hint)


@rule(
    "APPLE-IT-14",
    severity=Severity.NOTE,
    source=_SPOTIFY,
    mend="publish an episode, be it a trailer, then hand the show in",
)
def apple_it_14(document: FeedDocument) -> Iterator[Finding]:
    """A feed that is handed in at a directory has an item (Spotify, show metadata requirements); lists of other feeds,
    publishers and archive pages may have none.
    """
    for channel in document.channels:
        medium = channel.value("podcast:medium")
        others = channel.first("podcast:remoteItem") or channel.first("podcast:liveItem") or channel.first("fh:archive")
        if not channel.all("item") and not others and medium != "publisher" and medium not in LIST_MEDIA:
            message = "there is no episode yet, and directories take a show with its first"
            yield Finding(message=message, at=channel, missing="item", hint="publish an episode, then submit the show")


@rule(
    "APPLE-TR-1",
    severity=Severity.WARNING,
    source=_TRANSCRIPTS,
    mend='offer the transcript as WebVTT or SubRip too: <podcast:transcript url="https://…" type="text/vtt"/>',
)
def apple_tr_1(document: FeedDocument) -> Iterator[Finding]:
    """Where an item has transcripts, one is WebVTT or SubRip: Apple reads no other (Apple, transcripts)."""
    for item in document.items:
        transcripts = item.all("podcast:transcript")
        types = [transcript.get("type").lower().partition(";")[0].strip() for transcript in transcripts]
        if any(types) and not _READ_TRANSCRIPTS & set(types):
            message = f"the transcript is {' and '.join(sorted(filter(None, set(types))))}, which Apple does not read"
            yield Finding(message=message, at=transcripts[0], hint="offer it as text/vtt too")


def _enclosures(document: FeedDocument) -> Iterator[Element]:
    for item in document.items:
        yield from item.all("enclosure")


def _suffix(enclosure: Element) -> str:
    try:
        path = urlsplit(enclosure.get("url")).path
    except ValueError:
        return ""
    return PurePosixPath(path).suffix.lower()


def _numbers(item: Element) -> tuple[str, str]:
    return item.value("itunes:season").lstrip("0"), item.value("itunes:episode").lstrip("0")
