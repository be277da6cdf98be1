"""Reads a FLAC file (RFC 9639) by its frames, which are numbered: what its header promises need not be there.

While the file is hashed, `Numbers` sees whether the numbers follow each other, which costs next to nothing; only a file
in which they do not is read again, frame by frame.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import BinaryIO

from episodes.containers import read_at
from episodes.model import BitrateMode
from episodes.sound import MINUTE, NOTABLE, NotAudio, Sound, length, mean_bitrate, samples

_CUT_OFF = "copy or upload it again from the original"
_MOST_BLOCKS = 100_000
_MOST_JOINED = 100
_MOST_FRAMES = 5_000_000  # more than a day has
_LAST_NUMBER = 0x10FFFF  # what `chr` takes; a frame more often than not has 4,096 samples
_WINDOW = 1 << 16
_RATES = (0, 88200, 176400, 192000, 8000, 16000, 22050, 24000, 32000, 44100, 48000, 96000)  # 0: as in the header
_DEPTHS = (0, 8, 12, 0, 16, 20, 24, 32)
_SIZES = (0, 192, 576, 1152, 2304, 4608, 0, 0, *(256 << power for power in range(8)))  # 6 and 7: in the header
_STEREO = (1, 8, 9, 10)  # independent, left and side, side and right, mid and side (RFC 9639, section 9.1.3)
_LONGEST_HEADER = 16
_LARGEST_FRAME = 1 << 20  # those of recordings have less than 100 kB
_NUMBER = rb"([\0-\x7F]|[\xC0-\xDF][\x80-\xBF]|[\xE0-\xEF][\x80-\xBF]{2}|[\xF0-\xF7][\x80-\xBF]{3})"
_ACROSS = 7  # bytes, one less than the longest beginning of a frame with such a number
_JOINT = re.compile(rb"fLaC[\x00\x80]\x00\x00\x22")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """One FLAC stream: where its frames begin and end in the file, and what its header says of them.

    `model` is how the first frame begins, `agrees` whether that says of the sound what the header does. The rest is
    what its frames tell: `count` are their samples, `breaks` the places at which their numbers do not follow each
    other, `minute_at` is the offset of the first at or after the minute, 0 where there is none, `behind` counts the
    bytes from the last on.
    """

    first: int
    end: int
    rate: int
    channels: int
    claimed: timedelta
    model: bytes
    agrees: bool
    count: int = 0
    breaks: int = 0
    minute_at: int = 0
    behind: int = 0

    @property
    def duration(self) -> timedelta:
        return samples(self.count, self.rate)

    @property
    def block(self) -> int:
        """The samples of every frame but the last, 0 where each frame has its own number of them."""
        frame = _frame(self.model)
        return frame[1] if frame and self.model[1:2] == b"\xf8" else 0

    def beginnings(self, exact: bytes) -> bytes:
        """Return the pattern of how frames of this stream begin; `exact` is that of their third byte.

        Two channels may be kept apart or together, frame by frame.
        """
        kind, depth = self.model[3] >> 4, self.model[3] & 0x0F
        kinds = _STEREO if kind in _STEREO else (kind,)
        return re.escape(self.model[:2]) + exact + _one_of(kind << 4 | depth for kind in kinds)


class Numbers:
    """Sees whether the frames of a FLAC file that is fed to it in pieces are all there and numbered from 0.

    `follows` says so; `at` is where the last piece with frames begins, and `count` how many are before it.
    """

    def __init__(self, file: BinaryIO, size: int, start: int, name: str) -> None:
        self.start = start
        self.part = _header(file, start, size, name)
        self.block = self.part.block
        self.follows = self.block > 0
        self.at, self.count = self.part.first, 0
        self.minute, self.minute_from = 0, (0, 0)
        if self.follows:
            self.minute = -(-round(MINUTE.total_seconds() * self.part.rate) // self.block)
            self._pattern = re.compile(self.part.beginnings(re.escape(self.part.model[2:3])) + _NUMBER)
        self._tail, self._read, self._found = b"", 0, 0

    def feed(self, piece: bytes) -> None:
        """Take the next piece of the file."""
        skipped = max(0, self.part.first - self._read)
        if self.follows and skipped < len(piece):
            self._look(piece[skipped:], self._read + skipped)
        self._read += len(piece)

    def _look(self, data: bytes, offset: int) -> None:
        tail = self._tail
        self._tail = (tail + data[-_ACROSS:])[-_ACROSS:]
        joint = self._pattern.finditer(tail + data[:_ACROSS])
        across = [frame for frame in joint if frame.start() < len(tail) < frame.end()]
        split = [frame[1] for frame in across]
        found = split + self._pattern.findall(data)
        if not self._next(found):  # perhaps what looks like a frame is none
            found = split + [frame[1] for frame in self._pattern.finditer(data) if _likely(data, frame.start())]
            self.follows = self._next(found)
        if found:
            self.at, self.count = offset - len(tail) + across[0].start() if across else offset, self._found
            self._found += len(found)
            if self.count <= self.minute < self._found:
                self.minute_from = self.at, self.count

    def _next(self, found: list[bytes]) -> bool:
        end = self._found + len(found)
        if end > _LAST_NUMBER:
            return False
        numbers = "".join(map(chr, range(self._found, end)))
        return b"".join(found) == numbers.encode("utf-8", "surrogatepass")


def flac(file: BinaryIO, size: int, name: str, seen: Numbers) -> Sound:
    """Return the facts of a FLAC file: it is as long as the frames that are in it."""
    parts = _whole(file, size, seen) or _parts(file, size, name, seen.start)
    if not parts[0].count:
        raise NotAudio(f"{name} is truncated: a FLAC file without a frame", hint=_CUT_OFF)
    first, duration = parts[0], sum((part.duration for part in parts), timedelta())
    return Sound(
        duration=duration,
        header_bytes=first.first,
        minute_at=next((part.minute_at for part in parts if part.minute_at), 0),
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
    if not all(part.agrees for part in parts):
        found.append(f"its header contradicts its frames, and players refuse it or play it wrongly: {_CUT_OFF}")
    if breaks := sum(part.breaks for part in parts):
        places = "1 place" if breaks == 1 else f"{breaks:,} places"
        found.append(f"sound is missing, damaged or repeated in {places}: {_CUT_OFF}")
    if parts[-1].behind > _LARGEST_FRAME:
        found.append(f"about {parts[-1].behind} bytes at its end are not audio")
    if len(parts) > 1:
        found.append(f"{len(parts)} recordings are joined in it, and many players stop after the first")
    return tuple(found)


def _header(file: BinaryIO, start: int, end: int, name: str) -> _Part:
    """Return what stands before the first frame of the stream that begins at `start`, and how that frame begins."""
    shape, at, sound = read_at(file, start + 8, 34), start + 4, True
    for number in range(_MOST_BLOCKS):
        head = read_at(file, at, 4)
        if len(head) < 4:
            raise NotAudio(f"{name} is truncated: a FLAC file without a frame", hint=_CUT_OFF)
        sound = sound and (head[0] & 0x7F in (0, 127)) == (number == 0)  # players refuse a second header
        at += 4 + int.from_bytes(head[1:], "big")
        if head[0] & 0x80:
            break
    packed = int.from_bytes(shape[10:18], "big")
    rate, total = packed >> 44, packed & (1 << 36) - 1
    if not rate:
        raise NotAudio(f"{name} is a FLAC file with a damaged header", hint="export it again")
    model = read_at(file, at, _LONGEST_HEADER)
    model = model if len(model) > 4 and model[0] == 0xFF and model[1] & 0xFE == 0xF8 else b""
    channels, depth = (packed >> 41 & 7) + 1, (packed >> 36 & 31) + 1
    return _Part(
        first=at,
        end=end,
        rate=rate,
        channels=channels,
        claimed=samples(total, rate),
        model=model,
        agrees=sound and (not model or _agrees(model, rate, channels, depth, int.from_bytes(shape[2:4], "big"))),
    )


def _agrees(model: bytes, rate: int, channels: int, depth: int, largest: int) -> bool:
    """Say whether a frame has what the header promises, as far as it says so itself."""
    kind, rate_code = model[3] >> 4, model[2] & 0x0F
    said = _RATES[rate_code] if rate_code < len(_RATES) else 0
    deep, frame = _DEPTHS[model[3] >> 1 & 7], _frame(model)
    if frame and frame[1] > largest:
        return False
    return said in (0, rate) and deep in (0, depth) and (kind + 1 if kind < 8 else 2) == channels


def _whole(file: BinaryIO, size: int, seen: Numbers) -> list[_Part]:
    """Return the only part of a file whose frames follow each other, nothing where there may be more or fewer."""
    if not seen.follows or _joints(file, seen.at, size):
        return []
    part = _walked(file, seen.part, MINUTE, at=seen.at, before=seen.count)
    if part.breaks:
        return []
    at, number = seen.minute_from
    if at:
        frames = enumerate(_frames(file, seen.part, at), number)
        part = replace(part, minute_at=next((frame[0] for here, frame in frames if here == seen.minute), 0))
    return [part]


def _parts(file: BinaryIO, size: int, name: str, start: int) -> list[_Part]:
    """Return all parts of a file, frame by frame; a header within tags begins none."""
    parts: list[_Part] = []
    left, starts = MINUTE, [start, *_joints(file, _header(file, start, size, name).first, size)]
    for at, end in zip(starts, (*starts[1:], size), strict=True):
        header = _header(file, at, end, name)
        part = _walked(file, header, left, at=header.first)
        left -= part.duration
        parts += [part] if part.count or not parts else []
    return parts


def _joints(file: BinaryIO, at: int, end: int) -> list[int]:
    """Return where from `at` on further FLAC files begin."""
    found: list[int] = []
    while at < end and len(found) < _MOST_JOINED:
        found += [at + joint.start() for joint in _JOINT.finditer(read_at(file, at, _WINDOW + 7))]
        at += _WINDOW
    return found[:_MOST_JOINED]


def _walked(file: BinaryIO, part: _Part, minute: timedelta, *, at: int, before: int = 0) -> _Part:
    """Return the part with what its frames tell; `before` are the frames that stand before `at`."""
    block = part.block
    count, breaks, minute_at, last = before * block, 0, 0, part.end
    mark, following = round(minute.total_seconds() * part.rate), before if before else -1
    for offset, number, size in _frames(file, part, at):
        if count >= mark and not minute_at:
            minute_at = offset
        breaks += following not in (-1, number)
        following = number + (1 if block else size)
        count, last = count + size, offset
    return replace(part, count=count, breaks=breaks, minute_at=minute_at, behind=part.end - last)


def _frames(file: BinaryIO, part: _Part, at: int) -> Iterator[tuple[int, int, int]]:
    """Yield offset, number and samples of each frame from `at` on."""
    if not part.model:
        return
    sizes = _one_of(size << 4 | part.model[2] & 0x0F for size in range(16))
    pattern, guesses = re.compile(part.beginnings(sizes)), 0
    while at < part.end and guesses < _MOST_FRAMES:
        data = read_at(file, at, min(_WINDOW + _LONGEST_HEADER, part.end - at))
        for guess in pattern.finditer(data, 0, _WINDOW + 3):
            guesses += 1
            if frame := _frame(data[guess.start() : guess.start() + _LONGEST_HEADER]):
                yield at + guess.start(), *frame
        at += _WINDOW


def _one_of(values: Iterator[int]) -> bytes:
    """Return the pattern of a byte that is one of these."""
    return b"[" + b"".join(re.escape(bytes((value,))) for value in values) + b"]"


def _likely(data: bytes, at: int) -> bool:
    """Say whether a frame begins there, or may: its checksum is in the next piece."""
    return len(data) - at < _LONGEST_HEADER or _frame(data[at : at + _LONGEST_HEADER]) is not None


def _frame(header: bytes) -> tuple[int, int] | None:
    """Return the number of a FLAC frame and how many samples it has, None where it is none (its checksum tells)."""
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
        count = _SIZES[code]
    at += {12: 1, 13: 2, 14: 2}.get(header[2] & 0x0F, 0)
    return (number, count) if count and _crc8(header[:at]) == header[at] else None


def _crc8(data: bytes) -> int:
    crc = 0
    for byte in data:
        crc = _CRC8[crc ^ byte]
    return crc


def _remainder(byte: int) -> int:
    for _ in range(8):
        byte = byte << 1 ^ (0x107 if byte & 0x80 else 0)
    return byte


_CRC8 = bytes(_remainder(byte) for byte in range(256))
