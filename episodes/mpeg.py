"""Walks the frames of an MPEG audio layer III stream (MP3), because its headers may say anything.

The frame header is ISO/IEC 11172-3 §2.4.1.3 and 13818-3; the Xing, Info and VBRI frames are the encoders' own
and count no audio.
"""

import math
import re
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from episodes.model import BitrateMode
from episodes.sound import LARGE_JUNK, MINUTE, NOTABLE, Sound, length, mean_bitrate

_KBITS_1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_KBITS_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_RATES = (44100, 48000, 32000)
_VERSION_1, _VERSION_2, _VERSION_25 = 0x18, 0x10, 0x00

_FRAME = (
    rb"\xff[\xe2\xe3\xf2\xf3\xfa\xfb][\x10-\x1b\x20-\x2b\x30-\x3b\x40-\x4b\x50-\x5b\x60-\x6b\x70-\x7b"
    rb"\x80-\x8b\x90-\x9b\xa0-\xab\xb0-\xbb\xc0-\xcb\xd0-\xdb\xe0-\xeb]"
)
_LANDMARK = re.compile(_FRAME + rb"|ID3[\x02-\x04][\x00-\x10]|APETAGEX")
_BLOCKS = (256, 16)  # frames that are matched at once
_MOST_STOPS = 10_000  # more than there are frames, and it is no MP3 that was damaged but something else
_LOOK_AHEAD = 3 * 1442  # the longest frame has 1,441 bytes; a frame is believed when two follow it


def _version(key: bytes) -> int:
    return key[1] & 0x18


def _rate(key: bytes) -> int:
    return _RATES[(key[2] & 0x0C) >> 2] // {_VERSION_1: 1, _VERSION_2: 2, _VERSION_25: 4}[_version(key)]


def _bits(key: bytes) -> int:
    table = _KBITS_1 if _version(key) == _VERSION_1 else _KBITS_2
    return table[key[2] >> 4] * 1000


def _samples(key: bytes) -> int:
    return 1152 if _version(key) == _VERSION_1 else 576


@cache
def _lengths() -> dict[bytes, int]:
    """Return the length in bytes of every valid frame, by the first three bytes of its header."""
    found: dict[bytes, int] = {}
    for second in (0xE2, 0xE3, 0xF2, 0xF3, 0xFA, 0xFB):
        for third in (bitrate << 4 | low for bitrate in range(1, 15) for low in range(12)):
            key = bytes((0xFF, second, third))
            found[key] = _samples(key) // 8 * _bits(key) // _rate(key) + (third >> 1 & 1)
    return found


@cache
def _family(version: int, rate: int) -> dict[bytes, int]:
    """Return the lengths of the frames that can belong to one stream: same version and sample rate."""
    return {key: size for key, size in _lengths().items() if (_version(key), _rate(key)) == (version, rate)}


@cache
def _block(second: int, third: int, frames: int) -> re.Pattern[bytes]:
    """Return what matches so many frames whose headers have this second byte, and this third but for the padding.

    A third byte without a bitrate stands for all of them. The frames are matched in C: it takes a fifth of the time of
    a step for each, and what it matches is what the steps would have found.
    """
    bitrates = (third >> 4,) if third >> 4 else range(1, 15)
    thirds = [bitrate << 4 | third & 0x0D | padding << 1 for padding in (0, 1) for bitrate in bitrates]
    rests = (rb"\x%02x.{%d}+" % (one, _lengths()[bytes((0xFF, second, one))] - 3) for one in thirds)
    return re.compile(rb"(?:\xff\x%02x(?:%s)){%d}+" % (second, b"|".join(rests), frames), re.DOTALL)


def tag_length(data: bytes, at: int) -> int:
    """Return how many bytes the tag at `at` takes, 0 where there is none (or its size is damaged).

    Knows ID3v2 (with footer), ID3v1 and APEv2; needs 32 bytes after `at` to see them.
    """
    start = data[at : at + 32]
    if start[:3] == b"ID3" and len(start) >= 10 and max(start[6:10]) < 0x80:
        size = start[6] << 21 | start[7] << 14 | start[8] << 7 | start[9]
        return size + (20 if start[5] & 0x10 else 10)
    if start[:3] == b"TAG":
        return 128
    if start[:8] == b"APETAGEX" and len(start) == 32:
        size = int.from_bytes(start[12:16], "little")
        return size + (32 if start[23] & 0x20 else 0)  # the size counts the footer, not the header
    return 0


def free_format(header: bytes) -> bool:
    """Say whether the bytes start a layer III frame of free format, whose length nobody wrote down."""
    return len(header) > 2 and header[0] == 0xFF and header[1] & 0xE6 == 0xE2 and header[2] & 0xFC in (0, 4, 8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a Xing, Info or VBRI frame says: the number of frames, and of bytes from this frame on; 0 unknown."""

    frames: int = 0
    bytes: int = 0


def _claim(frame: bytes) -> Claim | None:
    """Return the claim of a frame that carries a length instead of audio, None for an audio frame."""
    if len(frame) < 60:
        return None
    mono = frame[3] >> 6 == 3
    side = (17 if mono else 32) if _version(frame) == _VERSION_1 else (9 if mono else 17)
    at = 4 + side
    if frame[at : at + 4] in (b"Xing", b"Info"):
        flags = int.from_bytes(frame[at + 4 : at + 8], "big")
        fields = (frame[at + 8 : at + 12], frame[at + 12 : at + 16])
        frames = fields[0] if flags & 1 else b""
        size = fields[1 if flags & 1 else 0] if flags & 2 else b""
        return Claim(frames=int.from_bytes(frames, "big"), bytes=int.from_bytes(size, "big"))
    if frame[36:40] == b"VBRI":
        return Claim(frames=int.from_bytes(frame[50:54], "big"), bytes=int.from_bytes(frame[46:50], "big"))
    return None


class FrameWalk:
    """Counts the frames of a file that is fed to it in pieces, from its first byte to its last.

    `end` is the offset where audio must end: the size of the file less the tags behind it. Keeps one
    piece and a few kilobytes in memory.
    """

    def __init__(self, end: int) -> None:
        self.end = end
        self.frames: Counter[int] = Counter()  # by their sample rate
        self.bitrates: set[int] = set()
        self.sound_bytes = 0
        self.claim: Claim | None = None
        self.first: bytes = b""
        self.first_at = 0
        self.header_bytes = 0
        self.tags = 0
        self.junk = 0
        self.changes = 0
        self.missing = 0
        self.minute_at = 0
        self.stops = 0
        self._played = 0.0
        self._synced = False
        self._family: dict[bytes, int] = {}
        self._open = b""  # how the frame begins whose end was not seen yet
        self._like = b""  # how the last frame began that was counted, while others follow it
        self._tail = b""
        self._read = 0
        self._ahead = 0

    @property
    def lost(self) -> bool:
        """Say whether the walk stopped so much more often than it found frames that it gave up."""
        return self.stops > _MOST_STOPS

    def feed(self, chunk: bytes) -> None:
        """Take the next piece of the file."""
        data = self._tail + chunk[: max(0, self.end - self._read)]
        self._read += len(chunk)
        at = self._advance(data, self._ahead, final=self._read >= self.end)
        self._tail, self._ahead = data[at:], max(0, at - len(data))

    def finish(self) -> None:
        """Judge the end of the file; afterwards the numbers are whole."""
        self.junk += len(self._tail)
        self._tail = b""
        if self._open:
            self.missing, self._ahead, self._open = self._ahead, 0, b""

    def _advance(self, data: bytes, at: int, *, final: bool) -> int:
        while True:
            if self._synced:
                at = self._run(data, at)
                self._synced = at > len(data) - 3
            self.stops += 1
            if self.lost:
                self.junk += max(0, len(data) - at)
                return max(at, len(data))
            if at + (0 if final else _LOOK_AHEAD) >= len(data):
                return at
            skipped = tag_length(data, at)
            if skipped and self._offset(data, at) + skipped <= self.end:
                self.tags += skipped
                at += skipped
            elif self._sync(data, at, final=final):
                self._synced = True
                if self.claim and self._offset(data, at) == self.first_at:  # it carries no audio
                    at += _lengths()[self.first[:3]]
            else:
                landmark = _LANDMARK.search(data, at + 1)
                place = landmark.start() if landmark else max(at + 1, len(data) - (0 if final else 9))
                self.junk += place - at
                at = place

    def _offset(self, data: bytes, at: int) -> int:
        return min(self._read, self.end) - len(data) + at

    def _run(self, data: bytes, at: int) -> int:
        """Go from frame to frame while they follow each other; return where they stop."""
        if at > len(data):
            return at
        if self._open:
            self._count([self._open], self._offset(data, at) - self._family[self._open])
            self._open = b""
        while True:
            if self._like:
                at = self._leap(data, at, self._like)
            seen: list[bytes] = []
            start = self._offset(data, at)
            at = self._step(data, at, seen)
            if at > len(data):
                self._open = seen.pop()
            self._count(seen, start)
            if len(seen) < _BLOCKS[-1]:
                return at

    def _leap(self, data: bytes, at: int, like: bytes) -> int:
        """Leap over whole blocks of frames which bring no new bitrate, up to the minute; return where they end."""
        for frames in _BLOCKS:
            match = _block(like[1], like[2] & (0xFD if len(self.bitrates) == 1 else 0x0D), frames).match
            most = len(data) if self.minute_at else (self._until_minute(like) - 1) // frames
            start, blocks = at, 0
            while blocks < most and (found := match(data, at)):
                at = found.end()
                blocks += 1
            self._add(blocks * frames, at - start, like)
        return at

    def _step(self, data: bytes, at: int, seen: list[bytes]) -> int:
        """Step over the frames of a small block at most, note what they begin with, and return where it stopped."""
        lengths, limit = self._family, len(data) - 3
        note = seen.append
        with suppress(KeyError):  # what follows is no frame of this stream
            for _ in range(_BLOCKS[-1]):
                if at > limit:
                    break
                key = data[at : at + 3]
                at += lengths[key]
                note(key)
        return at

    def _count(self, seen: list[bytes], at: int) -> None:
        """Count frames that begin at `at`, and note where the first one at or after 60 s begins."""
        if not seen:
            return
        self._like = seen[-1]
        self.bitrates.update(map(_bits, set(seen)))
        if not self.minute_at and (needed := self._until_minute(self._like)) <= len(seen):
            self.minute_at = at + sum(self._family[key] for key in seen[:needed])
        self._add(len(seen), sum(self._family[key] for key in seen), self._like)

    def _add(self, frames: int, size: int, like: bytes) -> None:
        self.stops -= frames
        self.frames[_rate(like)] += frames
        self.sound_bytes += size
        self._played += frames * _samples(like) / _rate(like)

    def _until_minute(self, key: bytes) -> int:
        """Return how many frames like this one are left until 60 s have been played."""
        return math.ceil((MINUTE.total_seconds() - self._played) * _rate(key) / _samples(key) - 1e-6)

    def _sync(self, data: bytes, at: int, *, final: bool) -> bool:
        """Believe the frame at `at` if others follow it, and take its version and sample rate for the run to come."""
        key = data[at : at + 3]
        size = _lengths().get(key, 0)
        if not size:
            return False
        family = _family(_version(key), _rate(key))
        announced = not self.first and _claim(data[at : at + size]) is not None
        needed = 1 if family is self._family else 2
        if not announced and not _confirmed(data, at, family, needed=needed, final=final):
            return False
        if self._family and family is not self._family:
            self.changes += 1
        self._family, self._like = family, b""
        if not self.first:
            self._begin(data[at : at + size], self._offset(data, at))
        return True

    def _begin(self, frame: bytes, offset: int) -> None:
        self.first, self.first_at, self.header_bytes = frame[:4], offset, offset
        self.claim = _claim(frame)
        if self.claim:
            self.header_bytes += len(frame)


def _confirmed(data: bytes, at: int, family: dict[bytes, int], *, needed: int, final: bool) -> bool:
    """Say whether `needed` frames follow the one at `at`; at the end of the file fewer will do."""
    seen = 0
    at += family[data[at : at + 3]]
    while seen < needed:
        if at + 3 > len(data):
            return final and (seen > 0 or at == len(data))
        key = data[at : at + 3]
        if key not in family:
            return final and seen == 0 and data[at : at + 3] == b"TAG"
        at += family[key]
        seen += 1
    return True


def sound(walk: FrameWalk) -> Sound | None:
    """Return what a finished walk found, None where there is no audio frame worth the name."""
    frames, size = walk.frames.total(), walk.sound_bytes
    if not frames or (frames < 10 and walk.junk > size):
        return None
    counts = ((count * (1152 if rate >= _RATES[2] else 576), rate) for rate, count in walk.frames.items())
    duration = sum((timedelta(microseconds=n * 1_000_000 // rate) for n, rate in counts), timedelta())
    constant = len(walk.bitrates) == 1
    return Sound(
        duration=duration,
        header_bytes=walk.header_bytes,
        minute_at=walk.minute_at,
        tag_bytes=walk.header_bytes,
        bitrate=next(iter(walk.bitrates)) if constant else mean_bitrate(size, duration),
        bitrate_mode=BitrateMode.CONSTANT if constant else BitrateMode.VARIABLE,
        sample_rate=_rate(walk.first),
        channels=1 if walk.first[3] >> 6 == 3 else 2,
        doubts=(*_length_doubts(walk, duration), *_shape_doubts(walk)),
    )


def _length_doubts(walk: FrameWalk, duration: timedelta) -> list[str]:
    key = walk.first[:3]
    if walk.claim and walk.claim.frames:
        claimed = timedelta(seconds=walk.claim.frames * _samples(key) / _rate(key))
        origin = "its header"
    else:
        claimed = timedelta(seconds=(walk.end - walk.first_at) * 8 / _bits(key))
        origin = "the bitrate of its first frame (a length header is missing)"
    there = walk.end - walk.first_at
    if claimed - duration > NOTABLE and walk.claim and walk.claim.frames:
        return [f"its header promises {length(claimed)}, but {length(duration)} are there: the file is incomplete"]
    if abs(claimed - duration) > NOTABLE:
        return [
            f"players that trust {origin} show {length(claimed)}, but {length(duration)} are there: "
            + ("were several files joined?" if walk.claim and walk.claim.frames else "encode it again")
        ]
    if walk.claim and walk.claim.bytes > there + 2 * 1441:
        return [f"its header promises {walk.claim.bytes} bytes of audio, but {there} are there: the file is incomplete"]
    return []


def _shape_doubts(walk: FrameWalk) -> list[str]:
    found = []
    if walk.missing:
        found.append(f"its last frame lacks {walk.missing} bytes: the file was cut off")
    if walk.junk > LARGE_JUNK:
        found.append(f"{walk.junk} bytes between its frames are not audio")
    if walk.changes:
        found.append("its sample rate changes on the way, which many players get wrong: were several files joined?")
    return found
