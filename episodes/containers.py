"""Reads how long the sound in MP4, FLAC, WAV and AIFF files is and whether it is all there, box by box.

Nothing is decoded and no more than a few kilobytes of a file are held: the readers jump from one box or
chunk to the next. A file that lacks its index or its sound is `NotAudio`.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import BinaryIO

from episodes.model import BitrateMode
from episodes.sound import NOTABLE, NotAudio, Sound, length, mean_bitrate, samples

_MOST_BOXES = 100_000
_FARTHEST = 1 << 62
_TO_THE_END = 0xFFFFFFFF
_CUT_OFF = "copy or upload it again from the original"


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A box of an MP4 file or a chunk of a RIFF or AIFF file: where its content starts, and the size it claims."""

    name: bytes
    start: int
    size: int

    @property
    def end(self) -> int:
        """Return the offset behind the content."""
        return self.start + self.size


def read_at(file: BinaryIO, offset: int, count: int) -> bytes:
    """Return up to `count` bytes from `offset`, none where a damaged size points beyond any file."""
    if offset > _FARTHEST:
        return b""
    file.seek(offset)
    return file.read(count)


# MP4 (ISO/IEC 14496-12)


def boxes(file: BinaryIO, start: int, end: int) -> Iterator[Box]:
    """Yield the boxes between two offsets, the last possibly larger than what is there."""
    for _ in range(_MOST_BOXES):
        head = read_at(file, start, 16)
        if start + 8 > end or len(head) < 8:
            return
        size, header = int.from_bytes(head[:4], "big"), 8
        if size == 1 and len(head) == 16:
            size, header = int.from_bytes(head[8:], "big"), 16
        elif size == 0:
            size = end - start
        if size < header:
            return
        yield Box(name=head[4:8], start=start + header, size=size - header)
        start += size


@dataclass(frozen=True, slots=True, kw_only=True)
class Film:
    """The shape of an MP4 file: whether it shows a picture, where its sound is, and how large its index is."""

    video: bool
    header_bytes: int
    sound_bytes: int
    index_bytes: int
    doubts: tuple[str, ...] = ()


def film(file: BinaryIO, size: int, name: str) -> Film:
    """Return the shape of an MP4 file; raises `NotAudio` where the index (`moov`) is not there or not whole."""
    top = list(boxes(file, 0, size))
    index = next((box for box in top if box.name == b"moov"), None)
    data = [box for box in top if box.name == b"mdat"]
    if index is None or index.end > size:
        cut = bool(index) or not data or data[-1].end >= size
        message = f"{name} is truncated: its index (moov) is missing" if cut else f"{name} has no index (moov)"
        raise NotAudio(message, hint=_CUT_OFF if cut else "export it again")
    handlers = _handlers(file, index)
    if not {b"soun", b"vide"} & set(handlers):
        raise NotAudio(f"{name} is an MP4 file without sound", hint="export it again with its sound")
    if b"soun" not in handlers:
        raise NotAudio(f"{name} is a video without sound", hint="export it again with its sound")
    missing = sum(max(0, box.end - size) for box in data)
    promised = sum(box.size for box in data)
    doubts = [] if not missing else [f"{missing} of {promised} bytes of its sound are missing: the file was cut off"]
    if not data:
        doubts.append("it holds no sound data (mdat), only an index")
    brand = read_at(file, 4, 8)
    return Film(
        video=b"vide" in handlers and brand not in (b"ftypM4A ", b"ftypM4B "),
        header_bytes=min(data[0].start if data else size, size),
        sound_bytes=promised,
        index_bytes=index.size,
        doubts=tuple(doubts),
    )


def _handlers(file: BinaryIO, index: Box) -> list[bytes]:
    """Return the handler of each track: `soun`, `vide`, `text` …"""
    found = []
    for track in (box for box in boxes(file, index.start, index.end) if box.name == b"trak"):
        media = next((box for box in boxes(file, track.start, track.end) if box.name == b"mdia"), None)
        handler = (
            next((box for box in boxes(file, media.start, media.end) if box.name == b"hdlr"), None) if media else None
        )
        if handler:
            found.append(read_at(file, handler.start + 8, 4))
    return found


# WAV (RIFF) and AIFF (IFF)


def _chunks(file: BinaryIO, size: int, order: str) -> Iterator[Box]:
    start = 12
    for _ in range(_MOST_BOXES):
        head = read_at(file, start, 8)
        if len(head) < 8:
            return
        name, claimed = struct.unpack(f"{order}4sI", head)
        if name == b"data" and order == "<" and claimed in (0, _TO_THE_END):
            claimed = _long_size(file) or (_TO_THE_END if claimed else 0)
            if not claimed and start + 8 < size:
                claimed = _TO_THE_END
        yield Box(name=name, start=start + 8, size=claimed)
        start += 8 + claimed + (claimed & 1)
        if start >= size:
            return


def _long_size(file: BinaryIO) -> int:
    """Return the size of the sound in an RF64 file (EBU Tech 3306), 0 in any other."""
    head = read_at(file, 12, 24)
    return struct.unpack("<Q", head[16:24])[0] if head[:4] == b"ds64" and len(head) == 24 else 0


def wav(file: BinaryIO, size: int, name: str) -> Sound:
    """Return the facts of a WAV file: its length is what is there, whatever the header promises."""
    shape, data, tags = b"", None, 0
    for chunk in _chunks(file, size, "<"):
        if chunk.name == b"fmt ":
            shape = read_at(file, chunk.start, 16)
        elif chunk.name == b"data" and data is None:
            data = chunk
        elif chunk.name.lower() == b"id3 ":
            tags = chunk.size
    if len(shape) < 16 or data is None:
        raise NotAudio(f"{name} is a WAV file without sound", hint=_CUT_OFF)
    code, channels, rate, per_second, block, _ = struct.unpack("<HHIIHH", shape)
    per_second = per_second or block * rate
    if not per_second:
        raise NotAudio(f"{name} is a WAV file with a damaged header", hint="export it again")
    there = max(0, min(data.size, size - data.start))
    duration = samples(there, per_second)
    doubts = []
    if data.size == _TO_THE_END:
        doubts.append(f"its header does not say how long it is; {length(duration)} are there")
    elif data.size > there:
        doubts.append(_promise(samples(data.size, per_second), duration))
    if code not in (1, 3, 0xFFFE):
        doubts.append(f"it is a compressed WAV file (format {code}), which few players know")
    return Sound(
        duration=duration,
        header_bytes=data.start,
        tag_bytes=tags,
        bitrate=mean_bitrate(there, duration),
        bitrate_mode=BitrateMode.CONSTANT,
        sample_rate=rate,
        channels=channels,
        doubts=tuple(doubts),
    )


def aiff(file: BinaryIO, size: int, name: str) -> Sound:
    """Return the facts of an AIFF file: its length is what is there, whatever the header promises."""
    found = {chunk.name: chunk for chunk in _chunks(file, size, ">")}
    shape = read_at(file, found[b"COMM"].start, 18) if b"COMM" in found else b""
    if len(shape) < 18 or b"SSND" not in found:
        raise NotAudio(f"{name} is an AIFF file without sound", hint=_CUT_OFF)
    channels, frames, depth, exponent, mantissa = struct.unpack(">hIhHQ", shape)
    rate = int(mantissa / 2 ** (16446 - (exponent & 0x7FFF))) if 16383 <= exponent & 0x7FFF < 16383 + 32 else 0
    if rate <= 0 or channels <= 0 or not 0 < depth <= 64:
        raise NotAudio(f"{name} is an AIFF file with a damaged header", hint="export it again")
    data = found[b"SSND"]
    promised, there = max(0, data.size - 8), max(0, min(data.end, size) - data.start - 8)
    claimed = samples(frames, rate)
    duration = claimed if there >= promised else samples(frames * there // promised, rate)
    return Sound(
        duration=duration,
        header_bytes=data.start + 8,
        bitrate=mean_bitrate(there, duration),
        tag_bytes=found[b"ID3 "].size if b"ID3 " in found else 0,
        bitrate_mode=BitrateMode.CONSTANT,
        sample_rate=rate,
        channels=channels,
        doubts=() if there >= promised else (_promise(claimed, duration),),
    )


def _promise(claimed: timedelta, there: timedelta) -> str:
    return f"its header promises {length(claimed)}, but {length(there)} are there: the file is incomplete"


# FLAC (RFC 9639)


def flac(file: BinaryIO, size: int, name: str, start: int = 0) -> Sound:
    """Return the facts of a FLAC file that begins at `start`: its length is where its last frame ends."""
    shape, at = read_at(file, start + 8, 34), start + 4
    for _ in range(_MOST_BOXES):
        head = read_at(file, at, 4)
        if len(head) < 4:
            raise NotAudio(f"{name} is truncated: a FLAC file without a frame", hint=_CUT_OFF)
        at += 4 + int.from_bytes(head[1:], "big")
        if head[0] & 0x80:
            break
    packed = int.from_bytes(shape[10:18], "big")
    rate, channels, total = packed >> 44, (packed >> 41 & 7) + 1, packed & (1 << 36) - 1
    if not rate:
        raise NotAudio(f"{name} is a FLAC file with a damaged header", hint="export it again")
    ends = _last_sample(file, at, size, block=int.from_bytes(shape[:2], "big"))
    if not ends:
        raise NotAudio(f"{name} is truncated: a FLAC file without a frame", hint=_CUT_OFF)
    claimed, duration = samples(total, rate), samples(ends, rate)
    doubts = []
    if not total:
        doubts.append(f"its header does not say how long it is; {length(duration)} are there")
    elif abs(claimed - duration) > NOTABLE:
        doubts.append(_promise(claimed, duration))
    return Sound(
        duration=duration,
        header_bytes=at,
        bitrate=mean_bitrate(size - at, duration),
        tag_bytes=at,
        bitrate_mode=BitrateMode.VARIABLE,
        sample_rate=rate,
        channels=channels,
        doubts=tuple(doubts),
    )


def _last_sample(file: BinaryIO, first: int, size: int, *, block: int) -> int:
    """Return the number of samples up to the end of the last frame that begins in the file, 0 where none does."""
    model = read_at(file, first, 4)
    if len(model) < 4 or model[0] != 0xFF or model[1] & 0xFE != 0xF8:
        return 0
    for window in (1 << 16, 1 << 20):
        start = max(first, size - window)
        data = read_at(file, start, window)
        at = len(data)
        while (at := data.rfind(model[:2], 0, at)) >= 0:
            same = data[at + 3 : at + 4] == model[3:] and (data[at + 2] ^ model[2]) & 0x0F == 0
            if same and (ends := _frame_end(data[at : at + 16], block)):
                return ends
    return 0


def _frame_end(header: bytes, block: int) -> int:
    """Return the sample a FLAC frame ends with, 0 where the header is none (its checksum tells)."""
    if len(header) < 16:
        header += bytes(16 - len(header))
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
    if _crc8(header[:at]) != header[at]:
        return 0
    return number + count if header[1] & 1 else number * block + count


def _crc8(data: bytes) -> int:
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc << 1 ^ (0x107 if crc & 0x80 else 0)
    return crc
