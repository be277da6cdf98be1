"""What a published audio file says about itself, whatever its format calls it."""

import datetime
from dataclasses import dataclass

from episodes.model import Chapter

LARGEST_COVER = 300_000
"""Bytes a picture in a file may have at most: they delay playback, and every listener downloads them (ID3-6)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TagSet:
    """The tags folge writes; what is empty here stays as it is in the file.

    `artist` are the people heard, `album` is the show and `album_artist` who makes it. `language` is a BCP 47 tag,
    `comment` text of several lines, `link` the web page of the episode, `cover` a JPEG of at most `LARGEST_COVER`
    bytes. `chapters` of None keeps those the file has, an empty tuple removes them; hidden ones are left out.
    """

    title: str
    artist: str = ""
    album: str = ""
    album_artist: str = ""
    number: int | None = None
    season: int | None = None
    date: datetime.date | None = None
    language: str = ""
    comment: str = ""
    link: str = ""
    copyright: str = ""
    genre: str = ""
    cover: bytes = b""
    chapters: tuple[Chapter, ...] | None = None
