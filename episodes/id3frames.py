"""Walks the heads of the frames in an ID3 tag (id3.org, 2.2 to 2.4) to see whether reading them would take too long.

mutagen takes time for every frame, and squared time for a text of many pieces. What no program writes is told from
the heads alone.
"""

from collections.abc import Iterator
from typing import BinaryIO

from episodes.mpeg import tag_length

_MOST_FRAMES = 5000
_MOST_PIECES = 5000
_UNSYNCHRONISED, _EXTENDED = 0x80, 0x40
_CHAPTER = b"CHAP"
_MOMENTS = 16  # bytes of start and end behind the name of a chapter


def excess(file: BinaryIO, at: int, largest: int) -> str:
    """Say what the tag at `at` holds so much of that reading it would take minutes; empty where it can be read.

    No more than `largest` bytes of it are looked at. The file is left where the tag begins.
    """
    file.seek(at)
    head = file.read(10)
    body = file.read(min(largest, tag_length(head, 0)))
    file.seek(at)
    version, flags = (head[3], head[5]) if len(head) == 10 else (0, 0)
    if version < 4 and flags & _UNSYNCHRONISED:
        body = body.replace(b"\xff\0", b"\xff")
    start = 0
    if version > 2 and flags & _EXTENDED:
        start = int.from_bytes(body[:4], "big")
        start = _packed(start) if version == 4 else start + 4
    frames = chapters = 0
    for name, first, last in _frames(body, start, len(body), version):
        frames += 1
        if name == _CHAPTER:
            chapters += 1
            inside = body.find(b"\0", first, last) + 1 + _MOMENTS
            frames += sum(1 for _ in _frames(body, inside, last, version)) if inside > _MOMENTS else 0
        elif last - first > _MOST_PIECES and (name[:1] == b"T" or name[:3] == b"COM") and _shredded(body[first:last]):
            return "a text of thousands of empty pieces"
    if frames <= _MOST_FRAMES:
        return ""
    return f"{chapters} chapters" if chapters > frames // 4 else f"{frames} pieces"


def _frames(body: bytes, at: int, end: int, version: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield the name of each frame between two offsets, and the offsets between which its content stands."""
    width = 3 if version == 2 else 4
    head = 6 if version == 2 else 10
    while at + head <= end and (name := body[at : at + width]).isalnum():
        size = int.from_bytes(body[at + width : at + 2 * width], "big")
        if version == 4 and not size & 0x80808080:
            size = _packed(size)
        first = at + head
        at = first + size
        yield name, first, min(at, end)


def _packed(size: int) -> int:
    """Return the number that four bytes hold of which only seven bits count."""
    return size >> 3 & 0xFE00000 | size >> 2 & 0x1FC000 | size >> 1 & 0x3F80 | size & 0x7F


def _shredded(text: bytes) -> bool:
    """Say whether a text falls into thousands of pieces at its NULs."""
    return text.count(b"\0\0" if text[:1] in (b"\1", b"\2") else b"\0") > _MOST_PIECES
