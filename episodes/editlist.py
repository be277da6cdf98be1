"""Reads the edit list of a track in an MP4 file (ISO/IEC 14496-12 §8.6.6): which stretches of it players play.

Encoders leave out with it the samples a decoder starts with; editors cut sound with it that stays in the file.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from episodes.containers import Box, read_at, within

_MOST = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """A stretch that is played, in ticks of the track: from `start`, or of silence where that is None."""

    start: int | None
    length: int


def edits(file: BinaryIO, track: Box, rate: int, clock: int) -> tuple[Edit, ...]:
    """Return the edits of a track with `rate` ticks per second in a film with `clock`, none where all is played.

    As ffmpeg does, the bytes of the list are believed, and not the number of edits it gives.
    """
    holder = next((box for box in within(file, track) if box.name == b"edts"), None)
    found = next((box for box in within(file, holder) if box.name == b"elst"), None) if holder else None
    if found is None or not clock:
        return ()
    shape = ">QqI" if read_at(file, found.start, 1) == b"\1" else ">IiI"
    width = struct.calcsize(shape)
    body = read_at(file, found.start + 8, min(_MOST, max(0, found.size - 8) // width) * width)
    return tuple(
        Edit(start=None if start < 0 else start, length=length * rate // clock)
        for length, start, _ in struct.iter_unpack(shape, body[: len(body) - len(body) % width])
    )


def played(found: tuple[Edit, ...], total: int) -> int:
    """Return how many ticks of a track of `total` are played; silence counts between sound only."""
    ticks = 0
    for before, _, length in _heard(found, total):
        ticks = before + length
    return ticks


def place(found: tuple[Edit, ...], total: int, ticks: int) -> int:
    """Return which tick of a track is played after that many, 0 where it has ended before."""
    for before, start, length in _heard(found, total):
        if before + length > ticks:
            return start + max(0, ticks - before)
    return 0


def silence(found: tuple[Edit, ...]) -> int:
    """Return how many ticks players wait before the sound."""
    ticks = 0
    for edit in found:
        if edit.start is not None:
            break
        ticks += edit.length
    return ticks


def _heard(found: tuple[Edit, ...], total: int) -> Iterator[tuple[int, int, int]]:
    """Yield for each stretch of sound the ticks before it, where it begins in the track and how many it has."""
    if not found:
        yield 0, 0, total
    before, sounding = 0, False
    for edit in found:
        if edit.start is None:
            before += edit.length if sounding else 0
            continue
        length = max(0, min(edit.length, total - edit.start))
        if length:
            yield before, edit.start, length
        sounding = sounding or length > 0
        before += length
