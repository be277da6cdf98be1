"""Reads a FLAC file (RFC 9639) by its frames: each says which sample it begins with, whatever the header promises."""

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import BinaryIO

from episodes.containers import read_at
from episodes.model import BitrateMode
from episodes.sound import MINUTE, NOTABLE, NotAudio, Sound, length, mean_bitrate, samples

_CUT_OFF = "copy or upload it again from the original"
_MOST_BLOCKS = 100_000
_MOST_JOINED = 100
_WINDOW = 1 << 16
_STEREO = {1, 8, 9, 10}  # independent, left and side, side and right, mid and side (RFC 9639, section 9.1.3)
_LONGEST_HEADER = 16
_LARGEST_FRAME = 1 << 20  # those of recordings have less than 100 kB
_MOST_GUESSES = 100_000
_BEGINNING = re.compile(rb"fLaC[\x00\x80]\x00\x00\x22")  # nearly twice as fast as `bytes.find`


class Joints:
    """Finds where further FLAC files begin in one that is fed to it in pieces."""

    def __init__(self) -> None:
        self.found: list[int] = []
        self._tail = b""
        self._read = 0

    def feed(self, piece: bytes) -> None:
        """Take the next piece of the file."""
        self._look(self._tail + piece[:7], self._read - len(self._tail))
        self._look(piece, self._read)
        self._read += len(piece)
        self._tail = (self._tail + piece)[-7:] if len(piece) < 7 else piece[-7:]

    def _look(self, data: bytes, offset: int) -> None:
        for joint in _BEGINNING.finditer(data):
            if len(self.found) > _MOST_JOINED:
                break
            self.found.append(offset + joint.start())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """One FLAC stream: where its frames begin and end in the file, and what its header says of them.

    `ends` counts the samples up to the end of the last frame, `behind` the bytes from that frame's first on.
    """

    first: int
    end: int
    block: int
    rate: int
    channels: int
    claimed: timedelta
    ends: int = 0
    behind: int = 0

    @property
    def duration(self) -> timedelta:
        return samples(self.ends, self.rate)


def flac(file: BinaryIO, size: int, name: str, start: int, joints: tuple[int, ...]) -> Sound:
    """Return the facts of a FLAC file that begins at `start`: its length is where its last frame ends.

    `joints` are the offsets at which a FLAC header stands; those within tags are no joints.
    """
    header = _header(file, start, size, name)
    starts = [at for at in joints if at > header.first]
    parts: list[_Part] = []
    for at, end in zip((start, *starts), (*starts, size), strict=True):
        part = _part(file, at, end, name)
        parts += [part] if part.ends or not parts else []
    if not parts[0].ends:
        raise NotAudio(f"{name} is truncated: a FLAC file without a frame", hint=_CUT_OFF)
    first, duration = parts[0], sum((part.duration for part in parts), timedelta())
    return Sound(
        duration=duration,
        header_bytes=first.first,
        minute_at=_minute_at(file, parts),
        bitrate=mean_bitrate(sum(part.end - part.first for part in parts), duration),
        tag_bytes=first.first,
        bitrate_mode=BitrateMode.VARIABLE,
        sample_rate=first.rate,
        channels=first.channels,
        doubts=_doubts(parts),
    )


def _doubts(parts: list[_Part]) -> tuple[str, ...]:
    first, found = parts[0], []
    if not first.claimed:
        found.append(f"its header does not say how long it is; {length(first.duration)} are there")
    elif abs(first.claimed - first.duration) > NOTABLE:
        promise = f"its header promises {length(first.claimed)}, but {length(first.duration)} are there"
        found.append(f"{promise}: the file is incomplete")
    if parts[-1].behind > _LARGEST_FRAME:
        found.append(f"about {parts[-1].behind} bytes at its end are not audio")
    if len(parts) > 1:
        found.append(f"{len(parts)} recordings are joined in it, and many players stop after the first")
    return tuple(found)


def _header(file: BinaryIO, start: int, end: int, name: str) -> _Part:
    """Return what stands before the first frame of the stream that begins at `start`."""
    shape, at = read_at(file, start + 8, 34), start + 4
    for _ in range(_MOST_BLOCKS):
        head = read_at(file, at, 4)
        if len(head) < 4:
            raise NotAudio(f"{name} is truncated: a FLAC file without a frame", hint=_CUT_OFF)
        at += 4 + int.from_bytes(head[1:], "big")
        if head[0] & 0x80:
            break
    packed = int.from_bytes(shape[10:18], "big")
    rate, total = packed >> 44, packed & (1 << 36) - 1
    if not rate:
        raise NotAudio(f"{name} is a FLAC file with a damaged header", hint="export it again")
    return _Part(
        first=at,
        end=end,
        block=int.from_bytes(shape[:2], "big"),
        rate=rate,
        channels=(packed >> 41 & 7) + 1,
        claimed=samples(total, rate),
    )


def _part(file: BinaryIO, start: int, end: int, name: str) -> _Part:
    header = _header(file, start, end, name)
    ends, at = _last_frame(file, header.first, end, block=header.block)
    return replace(header, ends=ends, behind=end - at)


def _model(file: BinaryIO, first: int) -> bytes:
    """Return the beginning of the first frame, which those of all others resemble; empty where there is none."""
    model = read_at(file, first, 4)
    return model if len(model) == 4 and model[0] == 0xFF and model[1] & 0xFE == 0xF8 else b""


def _last_frame(file: BinaryIO, first: int, end: int, *, block: int) -> tuple[int, int]:
    """Return the number of samples up to the end of the last frame and where it begins, 0 and `end` where none does."""
    model, guesses, high = _model(file, first), 0, end
    while model and high > first and guesses < _MOST_GUESSES:
        low = max(first, high - _WINDOW)
        data = read_at(file, low, min(high - low + _LONGEST_HEADER, end - low))
        place = high - low + 1
        while (place := data.rfind(model[:2], 0, place)) >= 0:
            guesses += 1
            if _alike(data, place, model) and (frame := _frame(data[place : place + _LONGEST_HEADER], block)):
                return frame[1], low + place
        high = low
    return 0, end


def _minute_at(file: BinaryIO, parts: list[_Part]) -> int:
    """Return the offset of the first frame at or after 60 s, 0 where there is none."""
    left = MINUTE
    for part in parts:
        if left < part.duration:
            return _offset_of(file, part, round(left.total_seconds() * part.rate))
        left -= part.duration
    return 0


def _offset_of(file: BinaryIO, part: _Part, sample: int) -> int:
    """Return where the first frame that begins with `sample` or a later one stands, by halving what may hold it."""
    model = _model(file, part.first)
    low, high = part.first, part.end
    while high - low > _WINDOW:
        middle = (low + high) // 2
        found = _next_frame(file, middle, high, model, part)
        if found and found[1] < sample:
            low = found[0]
        else:
            high = middle
    while found := _next_frame(file, low, part.end, model, part):
        low = found[0] + 1
        if found[1] >= sample:
            return found[0]
    return 0


def _next_frame(file: BinaryIO, at: int, end: int, model: bytes, part: _Part) -> tuple[int, int] | None:
    """Return offset and first sample of the first frame from `at` on, None where none begins within two windows."""
    data = read_at(file, at, min(2 * _WINDOW, max(0, end - at)))
    place = -1
    while (place := data.find(model[:2], place + 1)) >= 0:
        frame = _frame(data[place : place + _LONGEST_HEADER], part.block) if _alike(data, place, model) else None
        if frame and frame[0] < part.ends:
            return at + place, frame[0]
    return None


def _alike(data: bytes, at: int, model: bytes) -> bool:
    """Say whether a frame may be of the same stream: two channels may be kept apart or together, frame by frame."""
    if len(data) <= at + 3 or (data[at + 3] ^ model[3]) & 0x0F or (data[at + 2] ^ model[2]) & 0x0F:
        return False
    kind = data[at + 3] >> 4
    return kind == model[3] >> 4 or {kind, model[3] >> 4} <= _STEREO


def _frame(header: bytes, block: int) -> tuple[int, int] | None:
    """Return the sample a FLAC frame begins with and the one behind it, None where it is none (its checksum tells)."""
    header = header.ljust(_LONGEST_HEADER, b"\0")
    extra = max(0, 7 - (header[4] ^ 0xFF).bit_length())
    number = header[4] & (0x7F if not extra else 0x3F >> extra)
    for byte in header[5 : 5 + extra]:
        number = number << 6 | byte & 0x3F
    at, code = 5 + extra, header[2] >> 4
    if code in (6, 7):
        length_bytes = code - 5
        count = int.from_bytes(header[at : at + length_bytes], "big") + 1
        at += length_bytes
    else:
        count = {0: 0, 1: 192}.get(code, 576 << code - 2 if code < 6 else 256 << code - 8 if code > 7 else 0)
    at += {12: 1, 13: 2, 14: 2}.get(header[2] & 0x0F, 0)
    if _crc8(header[:at]) != header[at] or not count:
        return None
    begins = number if header[1] & 1 else number * block
    return begins, begins + count


def _crc8(data: bytes) -> int:
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc << 1 ^ (0x107 if crc & 0x80 else 0)
    return crc
