"""Writes the tagged copy of an MP3 file: a fresh tag, then the sound as it is, without the old tags around it."""

from datetime import timedelta
from io import SEEK_END
from typing import BinaryIO

from episodes.audio import sound_end
from episodes.containers import read_at
from episodes.mpeg import tag_length
from episodes.tagging.id3 import id3_tag
from episodes.tagging.pouring import pour
from episodes.tagging.tagset import TagSet

_MOST_TAGS = 16


def write_mp3(master: BinaryIO, copy: BinaryIO, tags: TagSet, duration: timedelta) -> None:
    """Write the copy of an MP3 file; everything between the tags in front and those behind stays byte for byte."""
    end = sound_end(master, master.seek(0, SEEK_END))
    start = _sound_start(master, end)
    copy.write(id3_tag(master, tags, duration))
    pour(master, start, end, copy)


def _sound_start(master: BinaryIO, end: int) -> int:
    """Return where the sound begins: behind every ID3v2 and APEv2 tag in front."""
    start = 0
    for _ in range(_MOST_TAGS):
        head = read_at(master, start, 32)
        length = tag_length(head, 0) if head[:3] == b"ID3" or head[:8] == b"APETAGEX" else 0
        if not length or start + length > end:
            break
        start += length
    return start
