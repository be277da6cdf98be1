"""Makes the copy of an audio file that is published: tagged as the catalogue says, the sound untouched."""

from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

from episodes.audiokinds import recognise
from episodes.sound import Format
from episodes.tagging.chunkfile import write_chunked
from episodes.tagging.film import write_film
from episodes.tagging.flacfile import write_flac
from episodes.tagging.mp3 import write_mp3
from episodes.tagging.oggfile import write_ogg
from episodes.tagging.tagset import TagSet

RECIPE = 1
"""Goes up when the same file and tags give other bytes, so that published copies are made anew."""


def tagged_copy(master: Path, copy: Path, tags: TagSet, duration: timedelta) -> None:
    """Write the tagged copy of an audio file, streamed; same master and tags, same bytes.

    `duration` is that of the master's sound, where the last chapter ends. The sound of the copy is that of the master
    byte for byte, and the master is only read. Raises `NotTaggable` where that cannot be, `NotAudio` for what is no
    audio, OSError where a file cannot be read or written; then there is no copy.
    """
    try:
        with master.open("rb") as source, copy.open("wb") as target:
            form, start = recognise(source, master.name)
            _write(form, start, source, target, tags, duration)
    except BaseException:
        with suppress(OSError):
            copy.unlink(missing_ok=True)
        raise


def _write(form: Format, start: int, source: BinaryIO, target: BinaryIO, tags: TagSet, duration: timedelta) -> None:
    match form:
        case Format.MP4:
            write_film(source, target, tags, duration)
        case Format.MP3:
            write_mp3(source, target, tags, duration)
        case Format.FLAC:
            write_flac(source, target, tags, duration, start)
        case Format.WAV | Format.AIFF:
            write_chunked(source, target, tags, duration, form)
        case Format.VORBIS | Format.OPUS | Format.OGG_FLAC:
            write_ogg(source, target, tags, duration, form)
