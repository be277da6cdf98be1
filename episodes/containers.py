"""Reads how long the sound in WAV and AIFF files is, what an MP4 file holds, and whether it is all there, box by box.

Nothing is decoded and no more than a few kilobytes of a file are held: the readers jump from one box or
chunk to the next. A file that lacks its index or its sound is `NotAudio`.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import BinaryIO

from episodes.model import BitrateMode
from episodes.sound import ENCODE, LARGE_JUNK, MINUTE, NOTABLE, NotAudio, Sound, length, mean_bitrate, samples

_MOST_BOXES = 100_000
_MINUTE = 60
_EXTENSIBLE = 0xFFFE  # a WAV format that is described further on; in practice as plain as the others
_PLAIN_CODES = (1, 3, _EXTENSIBLE)
_LAWS = (6, 7)  # A-law and mu-law: a byte for each sample
_PLAIN = (b"NONE", b"raw ", b"sowt", b"twos", b"23ni", b"42ni", b"in24", b"in32", b"fl32", b"FL32", b"fl64", b"FL64")
_PACKETS = {b"alaw": (1, 1), b"ALAW": (1, 1), b"ulaw": (1, 1), b"ULAW": (1, 1), b"ima4": (34, 64)}
"""Kinds of AIFC whose packets have one size: bytes and samples of each, for one channel."""
_FARTHEST = 1 << 42  # no file system seeks much beyond
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


def within(file: BinaryIO, parent: Box) -> Iterator[Box]:
    """Yield the boxes inside another; a size that leads out of it is cut, so that no byte is read as part of two."""
    for box in boxes(file, parent.start, parent.end):
        yield Box(name=box.name, start=box.start, size=max(0, min(box.end, parent.end) - box.start))


@dataclass(frozen=True, slots=True, kw_only=True)
class Film:
    """The shape of an MP4 file: whether it shows a picture, where its sound and its index are.

    `missing` counts the bytes of sound that the file should have and has not.
    """

    video: bool
    header_bytes: int
    sound_bytes: int
    sound_end: int
    index: Box
    missing: int
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
    if any(box.name == b"moof" for box in top):
        message = f"{name} is a fragmented MP4 file, made for streaming: its index lists at most its beginning"
        raise NotAudio(message, hint=ENCODE)
    handlers = _handlers(file, index)
    if not {b"soun", b"vide"} & set(handlers):
        raise NotAudio(f"{name} is an MP4 file without sound", hint="export it again with its sound")
    if b"soun" not in handlers:
        raise NotAudio(f"{name} is a video without sound", hint="export it again with its sound")
    missing = sum(max(0, box.end - size) for box in data)
    promised = sum(box.size for box in data)
    doubts = [] if not missing else [f"{missing} of {promised} bytes of its sound are missing: the file was cut off"]
    if sum(box.name == b"moov" for box in top) > 1:
        doubts.append("several recordings are joined in it, and players stop after the first")
    lost = next(filter(None, (stray(box, size) for box in top if box not in data)), 0)
    if lost > LARGE_JUNK:
        doubts.append(f"its last {lost} bytes belong to nothing in it: it was damaged by an edit or a copy")
    if not data:
        doubts.append("it holds no sound data (mdat), only an index")
    brand = read_at(file, 4, 8)
    return Film(
        video=b"vide" in handlers and brand not in (b"ftypM4A ", b"ftypM4B "),
        header_bytes=min(data[0].start if data else size, size),
        sound_bytes=promised,
        sound_end=max((box.end for box in data), default=size),
        index=index,
        missing=missing,
        doubts=tuple(doubts),
    )


def _handlers(file: BinaryIO, index: Box) -> list[bytes]:
    """Return the handler of each track: `soun`, `vide`, `text` …"""
    found = []
    for track in (box for box in within(file, index) if box.name == b"trak"):
        media = next((box for box in within(file, track) if box.name == b"mdia"), None)
        handler = next((box for box in within(file, media) if box.name == b"hdlr"), None) if media else None
        if handler:
            found.append(read_at(file, handler.start + 8, 4))
    return found


# WAV (RIFF) and AIFF (IFF)


def chunks(file: BinaryIO, size: int, order: str) -> Iterator[Box]:
    """Yield the chunks of a WAV (`order` is `<`) or AIFF file (`>`), the last possibly larger than what is there."""
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
    shape, data, tags, lost, counted = b"", None, 0, 0, 0
    for chunk in chunks(file, size, "<"):
        lost = lost or stray(chunk, size)
        if chunk.name == b"fmt ":
            shape = read_at(file, chunk.start, 16)
        elif chunk.name == b"data" and data is None:
            data = chunk
        elif chunk.name == b"fact":
            counted = int.from_bytes(read_at(file, chunk.start, 4), "little")
        elif chunk.name.lower() == b"id3 ":
            tags = chunk.size
    if len(shape) < 16 or data is None:
        raise NotAudio(f"{name} is a WAV file without sound", hint=_CUT_OFF)
    code, channels, rate, per_second, block, depth = struct.unpack("<HHIIHH", shape)
    if code in _PLAIN_CODES and depth and channels:  # nothing is compressed: the other two follow from these
        block = channels * -(-depth // 8)
        per_second = block * rate
    per_second = per_second or block * rate
    if not per_second:
        raise NotAudio(f"{name} is a WAV file with a damaged header", hint="export it again")
    there = max(0, min(data.size, size - data.start))
    counted %= _TO_THE_END
    plain = samples(there, per_second)
    duration = _wav_length(code, there, data.size, plain, samples(counted, rate))
    doubts = list(_compression_doubts(code, counted))
    if data.size == _TO_THE_END:
        doubts.append(f"its header does not say how long it is; {length(duration)} are there")
    elif data.size > there:
        claimed = samples(data.size, per_second) if duration == plain else samples(counted, rate)
        doubts.append(_promise(claimed, duration))
    if lost > LARGE_JUNK and data.size == there:
        doubts.append(_behind(lost, samples(lost, per_second)))
    minute = per_second * _MINUTE if duration in (plain, timedelta()) else round(there * (MINUTE / duration))
    return Sound(
        duration=duration,
        header_bytes=data.start,
        minute_at=data.start + minute if duration > MINUTE else 0,
        tag_bytes=tags,
        bitrate=mean_bitrate(there, duration),
        bitrate_mode=BitrateMode.CONSTANT,
        sample_rate=rate,
        channels=channels,
        doubts=tuple(doubts),
    )


def _wav_length(code: int, there: int, promised: int, plain: timedelta, counted: timedelta) -> timedelta:
    """Return how long the sound there is: compressed sound is as long as the samples that the file counts."""
    if code in (*_PLAIN_CODES, *_LAWS) or not counted or promised in (0, _TO_THE_END):
        return plain
    return counted * (there / promised)


def _compression_doubts(code: int, counted: int) -> Iterator[str]:
    if code not in _PLAIN_CODES:
        yield f"it is a compressed WAV file (format {code}), which few players know"
        if code not in _LAWS and not counted:
            yield "its length is a guess: nothing in it counts its samples"


def aiff(file: BinaryIO, size: int, name: str) -> Sound:
    """Return the facts of an AIFF file: its length is what is there, whatever the header promises."""
    parts = list(chunks(file, size, ">"))
    found = {chunk.name: chunk for chunk in reversed(parts)}
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
    kind = read_at(file, found[b"COMM"].start + 18, 4) if found[b"COMM"].size >= 22 else _PLAIN[0]
    if plain := kind in _PLAIN:
        duration = samples(there // (channels * -(-depth // 8)), rate)
    elif kind in _PACKETS:
        size, held = _PACKETS[kind]
        duration, claimed = (samples(count // (size * channels) * held, rate) for count in (there, promised))
    else:
        duration = claimed if there >= promised else samples(frames * there // promised, rate)
    lost = next(filter(None, (stray(chunk, size) for chunk in parts)), 0) if there == promised else 0
    doubts = list(_packing_doubts(kind))
    if there < promised or (plain and claimed - duration > NOTABLE):
        doubts.append(_promise(claimed, duration))
    elif plain and duration - claimed > NOTABLE:
        doubts.append(f"its header promises {length(claimed)}, but {length(duration)} are there: export it again")
    if lost > LARGE_JUNK and there:
        doubts.append(_behind(lost, duration * (lost / there)))
    return Sound(
        duration=duration,
        header_bytes=data.start + 8,
        minute_at=data.start + 8 + round(there * (MINUTE / duration)) if duration > MINUTE else 0,
        bitrate=mean_bitrate(there, duration),
        tag_bytes=found[b"ID3 "].size if b"ID3 " in found else 0,
        bitrate_mode=BitrateMode.CONSTANT,
        sample_rate=rate,
        channels=channels,
        doubts=tuple(doubts),
    )


def _packing_doubts(kind: bytes) -> Iterator[str]:
    if kind not in _PLAIN:
        name = "".join(letter if letter.isalnum() else "." for letter in kind.decode("latin-1")).strip(".")
        yield f"it is a compressed AIFF file ({name}), which few players know"
        if kind not in _PACKETS:
            yield "its length is a guess: its header may count samples or packets of them"


def stray(chunk: Box, size: int) -> int:
    """Return how many bytes from this chunk to the end of the file are no chunk of it, 0 where it is one."""
    sane = all(0x20 <= letter < 0x7F for letter in chunk.name) and chunk.name not in (b"RIFF", b"FORM", b"RF64")
    fits = chunk.end <= size or chunk.name in (b"data", b"SSND")
    return 0 if sane and fits else max(0, size - chunk.start + 8)


def _behind(lost: int, duration: timedelta) -> str:
    return (
        f"players stop {lost} bytes (perhaps {length(duration)}) before its end: were several files joined, "
        "or does its header lie?"
    )


def _promise(claimed: timedelta, there: timedelta) -> str:
    return f"its header promises {length(claimed)}, but {length(there)} are there: the file is incomplete"
