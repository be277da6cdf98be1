"""What tells that two items of different feeds are one episode: addresses, lengths, titles, days and numbers."""

import re
from datetime import timedelta
from unicodedata import normalize
from urllib.parse import urlsplit

from episodes.model import Kind
from feed.item import Item
from podcast.importing.prefixes import without_prefixes

A_DAY = timedelta(days=1)
"""How far apart the dates of one episode may lie: feeds of one show are seldom made at the same moment."""

_LEAST = 10_000
"""Bytes below which a length says nothing: feeds put 0, 1 or the length of a header there."""

_TYPES = {
    "audio/mp3": "audio/mpeg",
    "audio/x-mp3": "audio/mpeg",
    "audio/mpeg3": "audio/mpeg",
    "audio/m4a": "audio/mp4",
    "audio/x-m4a": "audio/mp4",
    "audio/aac": "audio/mp4",
    "audio/aacp": "audio/mp4",
    "audio/opus": "audio/ogg",
    "application/ogg": "audio/ogg",
}
_NUMBERED = re.compile(
    r"\s*(?:(?:folge|episode|ep|nr|no|teil|part|#)[.\s#]*|[a-z]{1,5})?(?:s\d{1,3}\s?e)?0*(?P<number>\d{1,5})"
    r"(?:\s*[-–—:.|)/]+\s*|\s+(?=\S)|$)"
)
"""A number before a title: `Folge 12: `, `#12 `, `LS015 `, `S01E02 - `, `12. `."""


def media_kind(media_type: str) -> str:
    """Return a media type as it is compared: one name for each form of audio, without parameters."""
    plain = media_type.partition(";")[0].strip().lower()
    return _TYPES.get(plain, plain)


def address(url: str) -> str:
    """Return an address as it is compared: without scheme and without the prefixes of services that count."""
    return _compared(url, query=True)


def addresses(item: Item) -> frozenset[str]:
    """Return every address under which the audio of an item lies, as they are compared."""
    return frozenset(address(url) for url in _urls(item))


def places(item: Item) -> frozenset[str]:
    """Return the addresses of an item without what stands behind a question mark, which hosts change at will."""
    return frozenset(_compared(url, query=False) for url in _urls(item))


def _urls(item: Item) -> list[str]:
    return [item.enclosure.url, *(source.url for alternate in item.alternates for source in alternate.sources)]


def _compared(url: str, *, query: bool) -> str:
    bare = without_prefixes(url.strip()).url
    try:
        parts = urlsplit(bare)
    except ValueError:  # http://[::1
        return bare
    return f"{parts.netloc.lower()}{parts.path}{'?' + parts.query if query and parts.query else ''}"


def weight(item: Item) -> tuple[str, int, timedelta] | None:
    """Return form, length and duration of the audio of an item, None where the feed does not say all of them."""
    audio = item.enclosure
    if audio.bytes < _LEAST or not item.duration:
        return None
    return media_kind(audio.media_type), audio.bytes, item.duration


def plain_title(title: str) -> str:
    """Return a title as it is compared: without the number before it, without case and punctuation."""
    folded = normalize("NFKC", title).casefold()
    numbered = _NUMBERED.match(folded)
    rest = folded[numbered.end() :] if numbered else folded
    return _words(rest) or _words(folded)


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text))


def numbers(item: Item) -> tuple[int | None, int | None]:
    """Return season and number of an item; the number is that before its title where the feed tells none."""
    if item.number:
        return item.season, item.number
    found = _NUMBERED.match(normalize("NFKC", item.title).casefold())
    return item.season, int(found["number"]) if found else None


def numbers_differ(one: Item, other: Item) -> bool:
    """Say whether both items have a number, and not the same."""
    (season, number), (other_season, other_number) = numbers(one), numbers(other)
    if number is None or other_number is None:
        return False
    return number != other_number or (season or 1) != (other_season or 1)


def numbers_clash(one: Item, other: Item) -> bool:
    """Say whether both items claim one number that only one full episode can have."""
    if not one.number or one.kind is not Kind.FULL or other.kind is not Kind.FULL:
        return False
    return (one.season or 1, one.number) == (other.season or 1, other.number)


def same_day(one: Item, other: Item) -> bool:
    """Say whether two items are at most a day apart."""
    return abs(one.published - other.published) <= A_DAY


def same_title(one: Item, other: Item) -> bool:
    """Say whether two items have one title, numbers before it aside."""
    title = plain_title(one.title)
    return bool(title) and title == plain_title(other.title)
