"""Writes a tagged copy of an MP4 file."""

from datetime import timedelta
from typing import BinaryIO

from episodes.tagging.refusal import NotTaggable
from episodes.tagging.tagset import TagSet


def write_film(master: BinaryIO, copy: BinaryIO, tags: TagSet, duration: timedelta) -> None:
    """Write the copy of an MP4 file; raises `NotTaggable`, for this is still to be written."""
    message = "MP4 files cannot be tagged yet"
    raise NotTaggable(message, hint="`[audio] tag = false` in podcast.toml publishes files as they are")
