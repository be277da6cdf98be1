"""Writes the tagged copy of a FLAC file: its frames, its seek table and whatever an encoder needs stay as they are."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from io import SEEK_END
from typing import BinaryIO

from episodes.audiotags import LARGEST
from episodes.containers import read_at
from episodes.tagging.comments import comment, picture_block, read_picture
from episodes.tagging.pouring import pour
from episodes.tagging.refusal import NotTaggable
from episodes.tagging.tagset import TagSet

SHAPE, _PADDING, _APPLICATION, _SEEK_TABLE, _COMMENT, _CUE_SHEET, _PICTURE = range(7)
_LAST = 0x80
_MOST_BLOCKS = 10_000
_MOST_KEPT = 1 << 20  # bytes of blocks that are neither comment nor picture; a seek table of ten hours has 0.6 million


def write_flac(master: BinaryIO, copy: BinaryIO, tags: TagSet, duration: timedelta, start: int) -> None:
    """Write the copy of a FLAC file that begins at `start`, behind the ID3 tags some programs put in front."""
    blocks, first = _blocks(master, start)
    if not blocks or blocks[0][0] != SHAPE:
        raise NotTaggable("its FLAC header is damaged", hint="export it again")
    text, cover = comment(comment_of(blocks), tags, duration, pictures_of(blocks))
    fresh = [(_COMMENT, text), *([(_PICTURE, picture_block(cover))] if cover else [])]
    copy.write(b"fLaC" + b"".join(headed([blocks[0], *kept_of(blocks[1:]), *fresh])))
    pour(master, first, master.seek(0, SEEK_END), copy)


def headed(blocks: list[tuple[int, bytes]]) -> Iterator[bytes]:
    """Yield metadata blocks, given by kind, each with its head; the last says that it is."""
    for place, (kind, body) in enumerate(blocks, 1):
        yield bytes((kind | (_LAST if place == len(blocks) else 0),)) + len(body).to_bytes(3, "big") + body


def comment_of(blocks: Iterable[tuple[int, bytes]]) -> bytes:
    """Return the Vorbis comment among metadata blocks, empty where there is none."""
    return next((body for kind, body in blocks if kind == _COMMENT), b"")


def pictures_of(blocks: Iterable[tuple[int, bytes]]) -> Iterator[tuple[int, bytes]]:
    """Yield type and bytes of each picture among metadata blocks; damaged ones are left out."""
    for kind, body in blocks:
        if kind == _PICTURE and (found := read_picture(body)):
            yield found


def kept_of(blocks: Iterable[tuple[int, bytes]]) -> Iterator[tuple[int, bytes]]:
    """Yield the metadata blocks that stay as they are, as far as there is room for them."""
    left = _MOST_KEPT
    for kind, body in blocks:
        if kind in (_APPLICATION, _SEEK_TABLE, _CUE_SHEET) and len(body) <= left:
            left -= len(body)
            yield kind, body


def _blocks(master: BinaryIO, start: int) -> tuple[list[tuple[int, bytes]], int]:
    """Return the metadata blocks by kind, without padding and what nobody should load, and where the frames begin."""
    found: list[tuple[int, bytes]] = []
    at, left = start + 4, LARGEST
    for _ in range(_MOST_BLOCKS):
        head = read_at(master, at, 4)
        length = int.from_bytes(head[1:], "big")
        if len(head) < 4:
            break
        if head[0] & 0x7F != _PADDING and length <= left:
            found.append((head[0] & 0x7F, read_at(master, at + 4, length)))
            left -= length
        at += 4 + length
        if head[0] & _LAST:
            return found, at
    raise NotTaggable("its FLAC header has no end", hint="export it again")
