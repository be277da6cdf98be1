"""Reads the chapter track of an MP4 file: a text track the sound refers to (QuickTime File Format, chapter lists).

Sizes and counts in the file are believed only as far as a file of chapters can go; no more is read.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import islice, repeat
from typing import BinaryIO

from episodes import tagtext
from episodes.containers import Box, boxes, read_at
from episodes.model import Chapter

_MOST = 5000  # texts; between chapters may be empty ones
_MOST_TRACKS = 50
_LARGEST_TEXT = 4096
_LONGEST = 366 * 24 * 3600
_BOMS = {b"\xfe\xff": "utf-16-be", b"\xff\xfe": "utf-16-le"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sample:
    start: timedelta
    offset: int
    size: int


def film_chapters(file: BinaryIO, size: int, wording: tagtext.Wording | None = None) -> tuple[Chapter, ...]:
    """Return the chapters of an MP4 file of `size` bytes: those with a title in the first track of chapters.

    `wording` remembers which titles were repaired. Raises struct.error where a table is shorter than its kind must be.
    """
    index = next((box for box in boxes(file, 0, size) if box.name == b"moov"), None)
    tracks = list(islice(_named(file, index, b"trak"), _MOST_TRACKS)) if index else []
    wanted = {number for track in tracks for number in _chapter_tracks(file, track)}
    texts = [
        list(_chapters(file, track, wording or tagtext.Wording()))
        for track in tracks
        if _number(file, track) in wanted and _handler(file, track) in (b"text", b"sbtl")
    ]
    # Hindenburg writes the links to a second track, whose texts are not those of the chapters
    links = {chapter.start: chapter.link for track in texts for chapter in track if chapter.link}
    first = next(filter(None, texts), [])
    return tuple(replace(chapter, link=links.get(chapter.start, "")) for chapter in first if chapter.title)


def _named(file: BinaryIO, parent: Box, name: bytes) -> Iterator[Box]:
    return (box for box in boxes(file, parent.start, parent.end) if box.name == name)


def _inside(file: BinaryIO, parent: Box | None, *names: bytes) -> Box | None:
    """Return the first box down a path of names."""
    for name in names:
        parent = next(_named(file, parent, name), None) if parent else None
    return parent


def _chapter_tracks(file: BinaryIO, track: Box) -> tuple[int, ...]:
    """Return the numbers of the tracks that hold the chapters of this one."""
    references = _inside(file, track, b"tref", b"chap")
    if references is None:
        return ()
    raw = read_at(file, references.start, min(references.size, 4 * _MOST_TRACKS) // 4 * 4)
    return struct.unpack(f">{len(raw) // 4}I", raw[: len(raw) // 4 * 4])


def _number(file: BinaryIO, track: Box) -> int:
    header = _inside(file, track, b"tkhd")
    raw = read_at(file, header.start, 24) if header else b""
    return int.from_bytes(raw[20:24] if raw[:1] == b"\1" else raw[12:16], "big")


def _handler(file: BinaryIO, track: Box) -> bytes:
    handler = _inside(file, track, b"mdia", b"hdlr")
    return read_at(file, handler.start + 8, 4) if handler else b""


def _chapters(file: BinaryIO, track: Box, wording: tagtext.Wording) -> Iterator[Chapter]:
    for sample in _samples(file, track):
        raw = read_at(file, sample.offset, min(sample.size, _LARGEST_TEXT))
        end = 2 + int.from_bytes(raw[:2], "big")
        title = wording.line("chapter", _text(raw[2:end]))
        yield Chapter(start=sample.start, title=title, link=_link(raw[end:]))


def _link(extras: bytes) -> str:
    """Return the address in the first box behind a text, where that is a link (QuickTime's `href`)."""
    return tagtext.link(_text(extras[13 : 13 + extras[12]])) if extras[4:8] == b"href" and len(extras) > 13 else ""


def _text(raw: bytes) -> str:
    encoding = _BOMS.get(raw[:2])
    return raw[2:].decode(encoding, "replace") if encoding else raw.decode("utf-8", "replace")


def _samples(file: BinaryIO, track: Box) -> Iterator[_Sample]:
    """Yield where each text of a track begins, in time and in the file, until a table ends."""
    table = _inside(file, track, b"mdia", b"minf", b"stbl")
    header = _inside(file, track, b"mdia", b"mdhd")
    if table is None or header is None:
        return
    raw = read_at(file, header.start, 24)
    scale = struct.unpack(">I", raw[20:24] if raw[:1] == b"\1" else raw[12:16])[0]
    if not scale:
        return
    time = 0
    for duration, size, offset in zip(
        _durations(file, table), _sizes(file, table), _offsets(file, table), strict=False
    ):
        if time > _LONGEST * scale:
            return
        yield _Sample(start=timedelta(milliseconds=round(time * 1000 / scale)), offset=offset, size=size)
        time += duration


def _rows(file: BinaryIO, table: Box, name: bytes, shape: str, skipped: int = 0) -> Iterator[tuple[int, ...]]:
    """Yield the rows of a table of samples; `skipped` are bytes between its version and its count."""
    box = _inside(file, table, name)
    raw = read_at(file, box.start, 8 + skipped) if box else b""
    if box is None or len(raw) < 8 + skipped:
        return
    count = min(int.from_bytes(raw[4 + skipped :], "big"), _MOST)
    width = struct.calcsize(shape)
    body = read_at(file, box.start + 8 + skipped, min(count * width, max(0, box.size - 8 - skipped)))
    yield from struct.iter_unpack(shape, body[: len(body) // width * width])


def _durations(file: BinaryIO, table: Box) -> Iterator[int]:
    for count, duration in _rows(file, table, b"stts", ">II"):
        yield from repeat(duration, min(count, _MOST))


def _sizes(file: BinaryIO, table: Box) -> Iterator[int]:
    """Yield the size of each sample: one for all of them, or a table."""
    box = _inside(file, table, b"stsz")
    raw = read_at(file, box.start, 12) if box else b""
    if len(raw) < 12:
        return
    same, count = struct.unpack(">II", raw[4:])
    if same:
        yield from repeat(same, min(count, _MOST))
    else:
        yield from (size for (size,) in _rows(file, table, b"stsz", ">I", skipped=4))


def _offsets(file: BinaryIO, table: Box) -> Iterator[int]:
    """Yield where each sample stands, from where the chunks do and how many samples are in each."""
    chunks = [offset for (offset,) in _rows(file, table, b"stco", ">I")]
    chunks = chunks or [offset for (offset,) in _rows(file, table, b"co64", ">Q")]
    runs = list(_rows(file, table, b"stsc", ">III"))
    sizes = list(_sizes(file, table))
    run, done = -1, 0
    for number, offset in enumerate(chunks, start=1):
        while run + 1 < len(runs) and runs[run + 1][0] <= number:
            run += 1
        for size in sizes[done : done + runs[run][1]] if run >= 0 else ():
            yield offset
            offset += size
            done += 1
