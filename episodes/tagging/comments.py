"""Writes Vorbis comments, as FLAC, Ogg Vorbis and Opus files have them: a name and a text each, in UTF-8."""

import base64
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from io import BytesIO
from typing import BinaryIO, Protocol, cast

from episodes.audiotags import DAMAGE, comment_pictures
from episodes.covers import picture
from episodes.tagging.tagset import TagSet
from episodes.tagging.wording import MOST_KEPT, fit, front_cover, listed
from episodes.timecode import show_position

_CHAPTER = re.compile(r"chapter\d+(name|url)?", re.ASCII)
_FRONT_COVER = 3
_DEPTH = 24  # bits of a pixel
_MOST_CHAPTERS = 1 << 20  # bytes
_PICTURES = ("metadata_block_picture", "coverart", "coverartmime")


class _Comment(Protocol):
    """The Vorbis comment of mutagen: a list of names and texts."""

    vendor: str

    def __iter__(self) -> Iterator[tuple[str, str]]: ...
    def load(self, source: BinaryIO, errors: str, framing: bool) -> None: ...
    def write(self, framing: bool) -> bytes: ...
    def extend(self, fields: Iterable[tuple[str, str]]) -> None: ...
    def __delitem__(self, place: slice) -> None: ...


class _Block(Protocol):
    """The FLAC picture block of mutagen."""

    type: int
    mime: str
    data: bytes
    width: int
    height: int
    depth: int

    def write(self) -> bytes: ...


def comment(
    old: bytes, tags: TagSet, duration: timedelta, found: Iterable[tuple[int, bytes]] = ()
) -> tuple[bytes, bytes]:
    """Return the comment of the copy without its picture, and the front cover, empty where there is none.

    What `tags` leaves empty is taken from the `old` comment, as far as it can be read, and the cover from the pictures
    `found` elsewhere, given with their ID3 types. The name of the encoder stays the master's.
    """
    fields = _read(old)
    pictures: dict[str, list[str]] = {}
    for name, text in fields:
        if name.lower() in _PICTURES:
            pictures.setdefault(name.lower(), []).append(text)
    kept = list(_kept(fields, tags))
    del fields[:]
    fields.extend((*_fresh(tags), *_fresh_chapters(tags, duration), *kept))
    return fields.write(framing=False), tags.cover or front_cover([*found, *comment_pictures(pictures)])


def picture_block(cover: bytes) -> bytes:
    """Return a JPEG or PNG as the front cover in a FLAC picture block (RFC 9639 §8.8), without its head."""
    from mutagen.flac import Picture

    shape, block = picture(cover), cast("Callable[[], _Block]", Picture)()
    block.type, block.mime, block.data = _FRONT_COVER, shape.media_type, cover
    block.width, block.height, block.depth = shape.width, shape.height, _DEPTH
    return block.write()


def read_picture(block: bytes) -> tuple[int, bytes] | None:
    """Return the ID3 type and the bytes of the picture in a FLAC picture block, None where it is damaged."""
    return next(comment_pictures({"metadata_block_picture": [base64.b64encode(block).decode()]}), None)


def with_picture(block: bytes, cover: bytes) -> bytes:
    """Return a comment with the front cover as its last field, as Ogg files have it."""
    if not cover:
        return block
    at = 4 + int.from_bytes(block[:4], "little")
    count = int.from_bytes(block[at : at + 4], "little") + 1
    field = b"METADATA_BLOCK_PICTURE=" + base64.b64encode(picture_block(cover))
    return block[:at] + count.to_bytes(4, "little") + block[at + 4 :] + len(field).to_bytes(4, "little") + field


def _read(old: bytes) -> _Comment:
    from mutagen import MutagenError
    from mutagen.flac import VCFLACDict

    fields = cast("Callable[[], _Comment]", VCFLACDict)()
    fields.vendor = ""  # never that of mutagen, which has a version in it
    try:
        fields.load(BytesIO(old), errors="replace", framing=False)
    except (MutagenError, *DAMAGE):
        del fields[:]
    return fields


def _fresh(tags: TagSet) -> Iterator[tuple[str, str]]:
    day = tags.date
    season = str(tags.season or "")
    texts = {
        "TITLE": tags.title,
        "ARTIST": tags.artist,
        "ALBUM": tags.album,
        "ALBUMARTIST": tags.album_artist,
        "TRACKNUMBER": str(tags.number or ""),
        "DISCNUMBER": season,
        "SEASON": season,
        "DATE": day.isoformat() if day else "",
        "LANGUAGE": tags.language,
        "GENRE": tags.genre,
        "COPYRIGHT": tags.copyright,
        "URL": tags.link,
        "DESCRIPTION": tags.comment,
    }
    yield from ((name, fit(text)) for name, text in texts.items() if fit(text))


def _fresh_chapters(tags: TagSet, duration: timedelta) -> Iterator[tuple[str, str]]:
    for number, (chapter, _) in enumerate(listed(tags, duration), 1):
        name = f"CHAPTER{number:03}"
        yield name, show_position(chapter.start)
        yield f"{name}NAME", fit(chapter.title)
        if fit(chapter.link):
            yield f"{name}URL", fit(chapter.link)


def _kept(fields: Iterable[tuple[str, str]], tags: TagSet) -> Iterator[tuple[str, str]]:
    """Yield the master's fields that say nothing the catalogue says otherwise, as far as there is room for them."""
    taken = {
        "title": tags.title,
        "artist": tags.artist,
        "album": tags.album,
        "albumartist": tags.album_artist,
        "tracknumber": tags.number,
        "discnumber season": tags.season,
        "date year": tags.date,
        "language": tags.language,
        "genre": tags.genre,
        "copyright": tags.copyright,
        "url": tags.link,
        "description comment": tags.comment,
    }
    said = {name for names, value in taken.items() if value for name in names.split()}
    room = {False: MOST_KEPT, True: _MOST_CHAPTERS if tags.chapters is None else 0}
    for name, text in fields:
        word, size = name.lower(), len(name) + len(text.encode()) + 5
        chapter = _CHAPTER.fullmatch(word) is not None
        if word not in said and word not in _PICTURES and size <= room[chapter]:
            room[chapter] -= size
            yield name, text
