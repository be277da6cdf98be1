"""What a recording says about itself, carried over to the file that is encoded from it."""

import re
from datetime import date
from pathlib import Path

from episodes.encoding.program import EncodingError, Program
from episodes.encoding.recipe import picture_arguments
from episodes.model import Audio
from episodes.tagging.tagset import TagSet

_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def carried_tags(audio: Audio, cover: bytes = b"") -> TagSet | None:
    """Return the tags and chapters of a recording, None where it has neither; a date that is no day is left out."""
    tags = audio.tags
    if not (audio.chapters or cover or any((tags.title, tags.artist, tags.album, tags.date, tags.description))):
        return None
    return TagSet(
        title=tags.title,
        artist=tags.artist,
        album=tags.album,
        number=tags.number,
        season=tags.season,
        date=_day(tags.date),
        language=tags.language,
        comment=tags.description,
        cover=cover,
        chapters=audio.chapters,
    )


def picture_in(program: Program, source: Path, audio: Audio, spare: Path) -> bytes:
    """Return the first picture in a recording as it is there, nothing where there is none that can be taken out.

    `spare` is a file that is written on the way.
    """
    if not audio.tags.pictures:
        return b""
    arguments = picture_arguments(source, audio, spare)
    try:
        program.run(("-loglevel", "error", *arguments), lambda _: None)
    except EncodingError:
        return b""
    return spare.read_bytes()


def _day(text: str) -> date | None:
    found = _DAY.match(text)
    try:
        return date.fromisoformat(found[0]) if found else None
    except ValueError:
        return None
