"""Reads the sample table of the sound in an MP4 file (ISO/IEC 14496-12 §8.6, §8.7): how long it is and where it lies.

The table is what players go by; the length in the header before it is a promise.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import BinaryIO

from episodes import editlist
from episodes.containers import Box, read_at, within
from episodes.sound import MINUTE, NOTABLE, samples


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """The sound of an MP4 file as its table lists it.

    `duration` is what players play of the `listed` length by its edit list, after a `delay` in silence, `there`
    how much of that lies in the file. `claimed` is the length in the header of the sound, `shown` that in the header
    of the track, nothing where it gives none. `packets` counts the samples of the index, of which each may be several
    of sound. `minute_at` is the offset of the first sample played at or after 60 s, 0 where there is none. `first` and
    `last` are the offsets of the first and the last chunk of samples, `bytes` the size of all. `contradicts` says that
    the parts of the table disagree about how many samples there are, or hold other numbers of rows than they say: what
    decoders make of those differs.
    """

    duration: timedelta
    listed: timedelta
    delay: timedelta
    claimed: timedelta
    shown: timedelta
    packets: int
    there: timedelta
    minute_at: int
    first: int
    last: int
    bytes: int
    contradicts: bool


def sound_track(file: BinaryIO, index: Box, size: int, *, cut: bool) -> Track | None:
    """Return the first track of sound in an index that is small enough to be loaded, None where its table is damaged.

    `cut` says that data are missing behind `size`, so that what is there has to be counted.
    """
    media = next((box for box in _medias(file, index) if _handler(file, box) == b"soun"), None)
    head = _child(file, media, b"mdhd") if media else None
    inside = _child(file, media, b"minf") if media else None
    table = _child(file, inside, b"stbl") if inside else None
    if media is None or head is None or table is None:
        return None
    track = next(box for box in within(file, index) if box.start <= media.start < box.end)
    try:
        rate, claimed = _clock(_body(file, head))
        film = _body(file, _child(file, index, b"mvhd"))
        clock = _clock(film)[0] if film else 0
        edits = editlist.edits(file, track, rate, clock)
        shown = _shown(_body(file, _child(file, track, b"tkhd")))
        found = _Table.read(file, table)
    except struct.error:
        return None
    total = sum(count * delta for count, delta in found.times())
    if not rate or not total:
        return None
    there = found.time_of(found.samples_before(size)) if cut else total
    place = editlist.place(edits, total, round(MINUTE.total_seconds() * rate))
    minute = found.sample_at(place) if place else 0
    return Track(
        duration=samples(editlist.played(edits, total), rate),
        listed=samples(total, rate),
        delay=samples(editlist.silence(edits), rate),
        claimed=samples(claimed, rate),
        shown=samples(shown, clock),
        packets=sum(count for count, _ in found.times()),
        there=samples(editlist.played(edits, there), rate),
        minute_at=found.offset_of(minute) if minute else 0,
        first=min(found.places(), default=0),
        last=max(found.places(), default=0),
        bytes=found.bytes(),
        contradicts=found.contradicts(rate),
    )


def most_samples(file: BinaryIO, index: Box) -> int:
    """Return how many samples the longest track of an index claims to have, before anybody makes room for them."""
    most = 0
    for media in _medias(file, index):
        inside = _child(file, media, b"minf")
        table = _child(file, inside, b"stbl") if inside else None
        sizes = _child(file, table, b"stsz") if table else None
        most = max(most, int.from_bytes(read_at(file, sizes.start + 8, 4), "big") if sizes else 0)
    return most


def _medias(file: BinaryIO, index: Box) -> Iterator[Box]:
    for track in within(file, index):
        if track.name == b"trak" and (media := _child(file, track, b"mdia")):
            yield media


def _handler(file: BinaryIO, media: Box) -> bytes:
    handler = _child(file, media, b"hdlr")
    return read_at(file, handler.start + 8, 4) if handler else b""


def _child(file: BinaryIO, parent: Box, name: bytes) -> Box | None:
    return next((box for box in within(file, parent) if box.name == name), None)


def _body(file: BinaryIO, box: Box | None) -> bytes:
    return read_at(file, box.start, box.size) if box else b""


def _clock(head: bytes) -> tuple[int, int]:
    """Return ticks per second and the length in ticks that the header of a film or of its sound gives."""
    rate, ticks = struct.unpack_from(">IQ", head, 20) if head[:1] == b"\1" else struct.unpack_from(">II", head, 12)
    return rate, _known(ticks)


def _shown(head: bytes) -> int:
    """Return the length that the header of a track gives, in ticks of the film; nothing where it has no header."""
    if not head:
        return 0
    (ticks,) = struct.unpack_from(">Q", head, 28) if head[:1] == b"\1" else struct.unpack_from(">I", head, 20)
    return _known(ticks)


def _known(ticks: int) -> int:
    """Return a length, nothing for all ones, which mean that it is unknown."""
    return 0 if ticks in (0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF) else ticks


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """The boxes of a table without their heads: times, samples to a chunk, sizes, and offsets of chunks.

    `miscounted` says that one of them holds another number of rows than its head says.
    """

    stts: bytes
    stsc: bytes
    sizes: bytes
    same_size: int
    sized: int
    offsets: bytes
    width: int
    miscounted: bool

    @classmethod
    def read(cls, file: BinaryIO, table: Box) -> "_Table":
        boxes = {box.name: box for box in within(file, table)}
        wide = b"co64" in boxes
        times, chunks, sizes, places = (
            _body(file, boxes.get(name)) for name in (b"stts", b"stsc", b"stsz", b"co64" if wide else b"stco")
        )
        same_size, sized = int.from_bytes(sizes[4:8], "big"), int.from_bytes(sizes[8:12], "big")
        counted = [_counts(times, 8), _counts(chunks, 12), _counts(places, 8 if wide else 4)]
        return cls(
            stts=_rows(times[8:], 8),
            stsc=_rows(chunks[8:], 12),
            sizes=_rows(sizes[12:], 4),
            same_size=same_size,
            sized=sized,
            offsets=places[8:],
            width=8 if wide else 4,
            miscounted=not all(counted) or (not same_size and sized != len(sizes[12:]) // 4),
        )

    def times(self) -> Iterator[tuple[int, int]]:
        """Yield how many samples follow each other with the same length, and that length in ticks."""
        return struct.iter_unpack(">II", self.stts)

    def contradicts(self, rate: int) -> bool:
        """Say whether sizes and chunks count other samples, or the times a second of sound more or less of them."""
        timed = sum(count for count, _ in self.times())
        if self.miscounted or self.sized != sum(count for _, _, count in self._chunks()):
            return True
        return abs(timed - self.sized) * self.time_of(timed) > NOTABLE.total_seconds() * rate * timed

    def sample_at(self, ticks: int) -> int:
        """Return the number of the first sample at or after `ticks`, counted from 0; 0 where there is none."""
        before = 0
        for count, delta in self.times():
            if delta and count * delta > ticks:
                return before + -(-ticks // delta)
            ticks -= count * delta
            before += count
        return 0

    def time_of(self, sample: int) -> int:
        """Return the tick at which a sample begins; behind the last, the end of all."""
        ticks = 0
        for count, delta in self.times():
            ticks += min(count, sample) * delta
            sample -= min(count, sample)
        return ticks

    def places(self) -> Iterator[int]:
        """Yield the offset of each chunk."""
        whole = _rows(self.offsets, self.width)
        return (offset for (offset,) in struct.iter_unpack(">Q" if self.width == 8 else ">I", whole))

    def bytes(self) -> int:
        """Return the size of all samples."""
        return self._size(0, sum(count for count, _ in self.times()))

    def offset_of(self, sample: int) -> int:
        """Return the offset of a sample in the file, 0 where the table does not lead to it."""
        for chunk, first, count in self._chunks():
            if first <= sample < first + count:
                offset = self._offset(chunk)
                return offset + self._size(first, sample) if offset else 0
        return 0

    def samples_before(self, end: int) -> int:
        """Return how many samples the chunks hold that begin and end before an offset of the file."""
        seen = 0
        for chunk, first, count in self._chunks():
            offset = self._offset(chunk)
            if not offset or offset >= end:
                break
            whole = offset + self._size(first, first + count) <= end
            seen = first + (count if whole else self._fitting(first, count, end - offset))
            if not whole:
                break
        return seen

    def _fitting(self, first: int, count: int, room: int) -> int:
        """Return how many of `count` samples fit into `room` bytes."""
        if self.same_size:
            return min(count, room // self.same_size)
        for done in range(min(count, len(self.sizes) // 4 - first)):
            room -= self._size(first + done, first + done + 1)
            if room < 0:
                return done
        return count

    def _chunks(self) -> Iterator[tuple[int, int, int]]:
        """Yield each chunk with its number from 1, its first sample from 0 and how many it holds."""
        rows = struct.iter_unpack(">III", self.stsc)
        last, before = len(self.offsets) // self.width, 0
        here = next(rows, None)
        while here:
            following = next(rows, None)
            start, per_chunk, _ = here
            for chunk in range(start, min(last + 1, following[0] if following else last + 1)):
                yield chunk, before, per_chunk
                before += per_chunk
            here = following

    def _offset(self, chunk: int) -> int:
        return int.from_bytes(self.offsets[(chunk - 1) * self.width : chunk * self.width], "big")

    def _size(self, first: int, last: int) -> int:
        """Return the bytes of the samples from `first` to before `last`."""
        if self.same_size:
            return self.same_size * (last - first)
        return sum(size for (size,) in struct.iter_unpack(">I", self.sizes[4 * first : 4 * last]))


def _counts(body: bytes, width: int) -> bool:
    """Say whether a table holds as many rows as its head says."""
    return int.from_bytes(body[4:8], "big") == len(body[8:]) // width


def _rows(body: bytes, width: int) -> bytes:
    """Return the whole rows of a table; a count before them that says otherwise is believed by nobody."""
    return body[: len(body) - len(body) % width]
