"""Writes the chapters of an MP4 file twice, as apps read one or the other (MP4-2): Nero's list and a track of texts.

Links of chapters are left out: some write QuickTime's `href` behind the title, others into a second track, and there is
no form that apps agree on.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from episodes import tagtext
from episodes.model import Chapter
from episodes.tagging.boxes import box

_MOST_IN_A_LIST = 255  # their number, and the length of a title, is one byte
_MILLISECOND = timedelta(milliseconds=1)
_TICKS = 10_000  # of Nero's clock in a millisecond
_PER_SECOND = 1000
_LARGEST = 0xFFFFFFFF
_UTF_8 = struct.pack(">I4sI", 12, b"encd", 0x0100)
_UNDETERMINED = 0x55C4  # the language `und`, three times five bits
_MATRIX = struct.pack(">9I", 1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30)
_CENTRED = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mark:
    start: int
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChapterTrack:
    """Chapters as a track: its samples, what stands in each, and how long each lasts (milliseconds)."""

    samples: tuple[bytes, ...]
    lengths: tuple[int, ...]

    @property
    def data(self) -> bytes:
        """Return the samples in a row."""
        return b"".join(self.samples)

    def box(self, number: int, offset: int, clock: int) -> bytes:
        """Return the `trak` of these chapters; its samples stand at `offset`, `clock` is the film's in Hz."""
        total = sum(self.lengths)
        ticks = min(total * clock // _PER_SECOND, _LARGEST)
        header = struct.pack(">IIIIII8xhhhh36sII", 0, 0, 0, number, 0, ticks, 0, 0, 0, 0, _MATRIX, 0, 0)
        media = struct.pack(">IIIIIHH", 0, 0, 0, _PER_SECOND, min(total, _LARGEST), _UNDETERMINED, 0)
        handler = bytes(4) + b"mhlrtext" + bytes(12) + b"\0"
        generic = box(b"gmin", struct.pack(">IHHHHhH", 0, 0x40, 0x8000, 0x8000, 0x8000, 0, 0))
        here = box(b"dinf", box(b"dref", struct.pack(">II", 0, 1), box(b"url ", b"\0\0\0\1")))
        return box(
            b"trak",
            box(b"tkhd", header),
            box(
                b"mdia",
                box(b"mdhd", media),
                box(b"hdlr", handler),
                box(b"minf", box(b"gmhd", generic, box(b"text", _MATRIX)), here, self._table(offset)),
            ),
        )

    def _table(self, offset: int) -> bytes:
        count = len(self.samples)
        look = struct.pack(">II6x8x8xHHxH6xx", 0, _CENTRED, 0, 0, 0)
        lengths = b"".join(struct.pack(">II", 1, min(length, _LARGEST)) for length in self.lengths)
        sizes = struct.pack(f">{count}I", *map(len, self.samples))
        return box(
            b"stbl",
            box(b"stsd", struct.pack(">II", 0, 1), box(b"text", bytes(6) + b"\0\1" + look)),
            box(b"stts", struct.pack(">II", 0, count), lengths),
            box(b"stsc", struct.pack(">IIIII", 0, 1, 1, count, 1)),
            box(b"stsz", struct.pack(">III", 0, 0, count), sizes),
            box(b"stco", struct.pack(">III", 0, 1, offset)),
        )


def chapter_track(chapters: Sequence[Chapter], duration: timedelta) -> ChapterTrack | None:
    """Return a track of the chapters that can be heard, None where there are none.

    A track begins at 0: before a first chapter that does not, stands a text without letters, which is no chapter.
    """
    marks = _marks(chapters, duration)
    if not marks:
        return None
    if marks[0].start:
        marks = (_Mark(start=0, title=""), *marks)
    ends = [*(mark.start for mark in marks[1:]), max(duration // _MILLISECOND, marks[-1].start + 1)]
    texts = [mark.title.encode() for mark in marks]
    return ChapterTrack(
        samples=tuple(struct.pack(">H", len(text)) + text + _UTF_8 for text in texts),
        lengths=tuple(end - mark.start for mark, end in zip(marks, ends, strict=True)),
    )


def chapter_list(chapters: Sequence[Chapter], duration: timedelta) -> bytes:
    """Return the content of Nero's `chpl` with the first 255 chapters, empty where there are none."""
    marks = _marks(chapters, duration)[:_MOST_IN_A_LIST]
    rows = [(mark.start * _TICKS, _cut(mark.title.encode())) for mark in marks]
    entries = b"".join(struct.pack(">QB", start, len(title)) + title for start, title in rows)
    return struct.pack(">IIB", 1 << 24, 0, len(rows)) + entries if rows else b""


def _marks(chapters: Sequence[Chapter], duration: timedelta) -> tuple[_Mark, ...]:
    """Return the chapters to be listed, ascending, without those that begin where nothing is heard any more."""
    found = [
        _Mark(start=round(chapter.start / _MILLISECOND), title=title)
        for chapter in chapters
        if not chapter.hidden and chapter.start < duration and (title := tagtext.line(chapter.title))
    ]
    return tuple(sorted(found, key=lambda mark: mark.start))


def _cut(title: bytes) -> bytes:
    """Return as many whole characters as an entry of the list can hold."""
    return title[:_MOST_IN_A_LIST].decode(errors="ignore").encode()
