"""Rules of the podcast namespace for single episodes: numbers, files that belong to them, parts, trailers."""

import re
from collections.abc import Iterator

from episodes.problems import Severity, quoted
from feed.checks import dates
from feed.checks.lengths import too_long
from feed.checks.placed import (
    DECIMAL,
    ITEMS,
    LANGUAGE,
    MEDIA_TYPE,
    TAGS,
    WHOLE,
    blank,
    elements,
    formed,
    misplaced,
    required,
)
from feed.checks.rule import Finding, rule
from feed.document import SPACE, Element, FeedDocument

_SHORT, _LONG = 15, 120
_CHAPTER_TYPES = frozenset({"application/json+chapters", "application/json"})


@rule(
    "P20-TRANSCRIPT",
    severity=Severity.ERROR,
    source=f"{TAGS}/transcript.md",
    mend='write <podcast:transcript url="https://…" type="text/vtt" language="de"/> into the item',
)
def p20_transcript(document: FeedDocument) -> Iterator[Finding]:
    """podcast:transcript of an item has url and type (podcast namespace, transcript)."""
    yield from misplaced(document, "podcast:transcript", *ITEMS)
    for transcript in elements(document, "podcast:transcript"):
        yield from required(transcript, "url", "type")
        yield from formed(transcript, "type", MEDIA_TYPE, "a media type such as text/vtt")
        yield from formed(transcript, "language", LANGUAGE, "a language such as de or de-AT")


@rule(
    "P20-CHAPTERS",
    severity=Severity.ERROR,
    source=f"{TAGS}/chapters.md",
    mend='write <podcast:chapters url="https://…" type="application/json+chapters"/> into the item',
)
def p20_chapters(document: FeedDocument) -> Iterator[Finding]:
    """podcast:chapters of an item has url and type, the type that of JSON chapters (podcast namespace, chapters); the
    plain `application/json` of older feeds passes.
    """
    yield from misplaced(document, "podcast:chapters", *ITEMS)
    for chapters in elements(document, "podcast:chapters"):
        yield from required(chapters, "url", "type")
        media_type = chapters.get("type")
        if media_type and media_type.partition(";")[0].strip().lower() not in _CHAPTER_TYPES:
            message = f"the type of <podcast:chapters> is {quoted(media_type)}, and apps read JSON chapters only"
            hint = "write application/json+chapters"
            yield Finding(message=message, at=chapters, missing="@type", hint=hint)


@rule(
    "P20-SOUNDBITE",
    severity=Severity.ERROR,
    source=f"{TAGS}/soundbite.md",
    mend='write <podcast:soundbite startTime="73" duration="60">…</podcast:soundbite> into the item, with 15 to 120 '
    "seconds and at most 128 characters",
)
def p20_soundbite(document: FeedDocument) -> Iterator[Finding]:
    """podcast:soundbite of an item has startTime and duration in seconds, and should have 15 to 120 of them (podcast
    namespace, soundbite).
    """
    yield from misplaced(document, "podcast:soundbite", *ITEMS)
    for soundbite in elements(document, "podcast:soundbite"):
        yield from required(soundbite, "startTime", "duration")
        yield from too_long(soundbite)
        for attribute in ("startTime", "duration"):
            yield from formed(soundbite, attribute, DECIMAL, "seconds such as 73 or 33.833")
        duration = soundbite.get("duration")
        if DECIMAL.fullmatch(duration) and not _SHORT <= float(duration) <= _LONG:
            message = f"the soundbite has {duration} seconds, not {_SHORT} to {_LONG}"
            hint = "choose a passage people listen to"
            weight = Severity.WARNING
            yield Finding(message=message, at=soundbite, missing="@duration", hint=hint, severity=weight)


@rule(
    "P20-SEASON",
    severity=Severity.ERROR,
    source=f"{TAGS}/season.md",
    mend='write <podcast:season name="…">2</podcast:season> into the item: the number inside, a name of at most 128 '
    "characters beside it",
)
def p20_season(document: FeedDocument) -> Iterator[Finding]:
    """podcast:season of an item is a whole number (podcast namespace, season)."""
    yield from misplaced(document, "podcast:season", *ITEMS)
    for season in elements(document, "podcast:season"):
        yield from too_long(season)
        yield from _number_of(season, WHOLE, "a whole number; a name goes into the attribute name")


@rule(
    "P20-EPISODE",
    severity=Severity.ERROR,
    source=f"{TAGS}/episode.md",
    mend='write <podcast:episode display="…">7</podcast:episode> into the item: the number inside, other words of at '
    "most 32 characters in display",
)
def p20_episode(document: FeedDocument) -> Iterator[Finding]:
    """podcast:episode of an item is a number, with decimals or without (podcast namespace, episode)."""
    yield from misplaced(document, "podcast:episode", *ITEMS)
    for episode in elements(document, "podcast:episode"):
        yield from too_long(episode)
        yield from _number_of(episode, DECIMAL, "a number such as 3 or 100.5; other words go into display")


@rule(
    "P20-SEASON-1",
    severity=Severity.WARNING,
    source=f"{TAGS}/season.md",
    mend="write the same number into <podcast:season> and <itunes:season>, <podcast:episode> and <itunes:episode>",
)
def p20_season_1(document: FeedDocument) -> Iterator[Finding]:
    """Season and episode numbers of the podcast and itunes namespaces agree (podcast namespace, season, episode)."""
    for item in document.items:
        for name in ("season", "episode"):
            ours, apples = item.value(f"podcast:{name}"), item.value(f"itunes:{name}")
            if ours and apples and _number(ours) != _number(apples):
                message = f"podcast:{name} is {ours!r} and itunes:{name} is {apples!r}"
                yield Finding(message=message, at=item, missing=f"podcast:{name}", hint="write the same number")


@rule(
    "P20-TRAILER",
    severity=Severity.ERROR,
    source=f"{TAGS}/trailer.md",
    mend='write <podcast:trailer url="https://…" pubdate="Sun, 02 Jun 2024 06:00:00 +0200">…</podcast:trailer> into '
    "the channel, with a title of at most 128 characters",
)
def p20_trailer(document: FeedDocument) -> Iterator[Finding]:
    """podcast:trailer of the channel has a title, url and, as an RFC 2822 date, pubdate (podcast namespace,
    trailer).
    """
    yield from misplaced(document, "podcast:trailer", "channel")
    for trailer in elements(document, "podcast:trailer"):
        yield from blank(trailer, "the title of the trailer")
        yield from too_long(trailer)
        yield from required(trailer, "url", "pubdate")
        yield from formed(trailer, "length", WHOLE, "the size of the file in bytes, in digits only")
        yield from formed(trailer, "type", MEDIA_TYPE, "a media type such as audio/mpeg")
        yield from formed(trailer, "season", WHOLE, "the number of the season")
        date = trailer.get("pubdate")
        if date and (wrong := dates.fault(date)):
            message = f"pubdate {quoted(date)} {wrong}"
            hint = "write day, English month, year, time and zone"
            yield Finding(message=message, at=trailer, missing="@pubdate", hint=hint)


def _number_of(element: Element, form: re.Pattern[str], hint: str) -> Iterator[Finding]:
    text = element.text.strip(SPACE)
    if not form.fullmatch(text):
        yield Finding(message=f"{element.name} is {quoted(text)}", at=element, hint=f"write {hint}")


def _number(text: str) -> float | str:
    return float(text) if DECIMAL.fullmatch(text) else text
