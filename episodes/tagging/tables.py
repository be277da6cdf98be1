"""Puts right where the tables of an MP4 file look for its sound and pictures, after these have moved.

Only the offsets of chunks change (`stco`, `co64`: ISO/IEC 14496-12 §8.7.5); every other table counts from them.
"""

import sys
from array import array
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from episodes.tagging.boxes import Damaged, Part, changed, parts

_TABLE = (b"mdia", b"minf", b"stbl")
_OFFSETS = {b"stco": "I", b"co64": "Q"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A stretch of samples in the master, and how far it is moved in the copy (bytes)."""

    start: int
    end: int
    shift: int = 0


def offsets(track: bytes) -> "array[int]":
    """Return where each chunk of a track lies; raises Damaged where it has not one table, or one that is too short."""
    for name in _TABLE:
        found = [part for part in parts(track) if part.name == name]
        if len(found) != 1:
            raise Damaged
        track = found[0].content
    tables = [part for part in parts(track) if part.name in _OFFSETS]
    if len(tables) != 1:
        raise Damaged
    return _read(tables[0])


def homes(places: "array[int]", regions: tuple[Region, ...]) -> frozenset[int]:
    """Return the numbers of the regions that hold these offsets; raises Damaged for an offset in none."""
    starts = [region.start for region in regions]
    found = set()
    for place in places:
        number = bisect_right(starts, place) - 1
        if number < 0 or place >= regions[number].end:
            raise Damaged
        found.add(number)
    return frozenset(found)


def widened(track: bytes) -> bytes:
    """Return a track whose offsets have room for a file of more than 4 GB."""

    def wide(part: Part) -> Part:
        return Part(name=b"co64", content=_written(part, "Q", _read(part)))

    return changed(track, (*_TABLE, b"stco"), wide)


def moved(track: bytes, regions: tuple[Region, ...]) -> bytes:
    """Return a track whose offsets lead to where the regions are in the copy."""
    starts = [region.start for region in regions]
    shifts = [region.shift for region in regions]

    def shifted(part: Part) -> Part:
        places = _read(part)
        new = (place + shifts[bisect_right(starts, place) - 1] for place in places)
        return Part(name=part.name, content=_written(part, _OFFSETS[part.name], new))

    for name in _OFFSETS:
        track = changed(track, (*_TABLE, name), shifted)
    return track


def _read(part: Part) -> "array[int]":
    kind = _OFFSETS[part.name]
    count = int.from_bytes(part.content[4:8], "big")
    found = array(kind)
    rows = part.content[8 : 8 + count * found.itemsize]
    if len(part.content) < 8 or len(rows) != count * found.itemsize:
        raise Damaged
    found.frombytes(rows)
    return _turned(found)


def _written(part: Part, kind: str, places: Iterable[int]) -> bytes:
    rows = _turned(array(kind, places))
    return part.content[:4] + len(rows).to_bytes(4, "big") + rows.tobytes()


def _turned(rows: "array[int]") -> "array[int]":
    """Swap the bytes of rows in place between this machine's order and the file's."""
    if sys.byteorder == "little":
        rows.byteswap()
    return rows
