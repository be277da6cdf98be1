"""Walks the pages of an Ogg file (RFC 3533) with Vorbis, Opus or FLAC inside, from the first to the last."""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from zlib import adler32

from episodes.model import BitrateMode
from episodes.sound import LARGE_JUNK, MINUTE, NotAudio, Sound, mean_bitrate, samples

_UNCHECKED = bytes(4)
_LARGEST_PAGE = 27 + 255 + 255 * 255  # bytes
_REACHES = (1 << 13, _LARGEST_PAGE)  # how far the page that begins in one piece is looked for in the next
_MAGIC = b"OggS\0"
PAGE = struct.Struct("<4sBBqIIIB")
"""The head of a page: magic, version, type, position, serial, number, checksum, segments."""

_HEAD = struct.Struct("<5sBqI4xIB")  # what of it is read of every page; its version is 0
_NO_HEAD = (b"", 0, 0, 0, 0, 0)
_LARGEST_HEAD = PAGE.size + 255
_CAPTURE = struct.Struct(">I")  # the first four bytes of a page
_CAPTURED = int.from_bytes(_MAGIC[:4], "big")
_LAST_POSITION = 1 << 63
FIRST, _LAST = 2, 4  # bits of the page's type
_MINUTE = 60
_SKELETON = b"fishead\0"  # describes the other streams


@dataclass(slots=True, kw_only=True)
class _Link:
    """One logical stream: files joined end to end have several."""

    codec: str
    rate: int
    channels: int
    skip: int = 0
    begins: int = -1
    ends: int = 0
    finished: bool = False
    repeated: int = 0

    def note(self, position: int, *, last: bool) -> None:
        self.finished = self.finished or last
        if position <= 0:
            return
        if self.begins < 0:  # a recording cut out of a running broadcast does not begin at 0
            self.begins = position if position > _MINUTE * self.rate else 0
        self.repeated += position < self.ends
        self.ends = max(self.ends, position)

    @property
    def duration(self) -> timedelta:
        return samples(self.ends - max(self.begins, self.skip), self.rate)

    def position_after(self, duration: timedelta) -> int:
        """Return the position at which it has played for the whole seconds of `duration`."""
        return max(self.begins, self.skip) + duration // timedelta(seconds=1) * self.rate


def codec(head: bytes) -> str:
    """Return `vorbis`, `opus` or `flac` for the bytes an Ogg file begins with, empty for anything else."""
    link = _link(head[27 + head[26] :][:64]) if len(head) > 27 else None
    return link.codec if link else ""


@cache
def _check() -> Callable[[bytes | memoryview], int]:
    """Return what computes the checksum of a page whose own is zeroed (RFC 3533 §6)."""
    from anycrc import CRC

    compute: Callable[[bytes | memoryview], int] = CRC(32, 0x04C11DB7, 0, False, False, 0).calc
    return compute


def checksum(*parts: bytes) -> int:
    """Return the CRC-32 of a page, in parts, whose own checksum is zeroed (RFC 3533 §6)."""
    return _check()(b"".join(parts))


def _link(packet: bytes) -> _Link | None:
    if packet[:7] == b"\x01vorbis" and len(packet) >= 16:
        return _Link(codec="vorbis", channels=packet[11], rate=int.from_bytes(packet[12:16], "little"))
    if packet[:8] == b"OpusHead" and len(packet) >= 12:
        return _Link(codec="opus", channels=packet[9], rate=48000, skip=int.from_bytes(packet[10:12], "little"))
    if packet[:5] == b"\x7fFLAC" and len(packet) >= 35:
        packed = int.from_bytes(packet[27:35], "big")
        return _Link(codec="flac", channels=(packed >> 41 & 7) + 1, rate=packed >> 44)
    return None


class PageWalk:
    """Reads the pages of a file of `size` bytes that is fed to it in pieces, from its first byte to its last."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.links: list[_Link] = []
        self.by_serial: dict[int, _Link] = {}
        self.header_bytes = 0
        self.minute_at = 0
        self.before = timedelta()
        self.sound_bytes = 0
        self.junk = 0
        self.missing = 0
        self.opening = 0
        self.heard = False
        self.several = False
        self.pages = 0
        self.damaged = 0
        self._tail = b""
        self._read = 0

    def feed(self, piece: bytes) -> None:
        """Take the next piece of the file."""
        start, kept = self._read, len(self._tail)
        self._read += len(piece)
        final = self._read >= self.size
        at = 0
        if kept:
            if len(piece) <= _LARGEST_PAGE:
                seam = self._tail + piece
                self._tail = seam[self._advance(seam, 0, len(seam), start - kept, final=final) :]
                return
            for reach in _REACHES:  # not the whole piece: its copy would take a tenth of the time
                at = self._advance(self._tail + piece[:reach], at, kept, start - kept, final=False)
                if at >= kept:
                    break
            at -= kept
        self._tail = piece[self._advance(piece, at, len(piece), start, final=final) :]

    def _advance(self, data: bytes, at: int, stop: int, start: int, *, final: bool) -> int:
        """Read the pages that begin before `stop` in data that stand at `start` in the file; return where they end."""
        check = _check()
        size, view = len(data), memoryview(data)
        at = self._leap(data, at, stop)
        while at < stop:
            body = at + PAGE.size
            if body > size and not final:
                return at
            magic, kind, position, serial, claimed, segments = _HEAD.unpack_from(data, at) if body <= size else _NO_HEAD
            if magic != _MAGIC:
                at = self._lost(data, at, final=final)
                continue
            laces = data[body : body + segments]
            body += segments
            end = body + (adler32(laces) & 0xFFFF) - 1  # the low half is 1 and the sum, and quicker than sum()
            if end > size and not final:
                return at
            self.pages += 1
            if kind & FIRST:
                self._begin(serial, data[body : min(end, body + 64)])
            elif self.opening:
                self.opening, self.heard = 0, False
            if end > size:
                self.missing = end - size
                return size
            if check(b"".join((view[at : at + 22], _UNCHECKED, view[at + 26 : end]))) != claimed:
                self.damaged += 1
            elif owner := self.by_serial.get(serial):
                known = self.minute_at
                self._hear(owner, kind, position, at + start, body + start, end + start)
                end = end if self.minute_at == known else self._leap(data, end, stop)
            at = end
        return at

    def _leap(self, data: bytes, at: int, stop: int) -> int:
        """Leap over whole pages that go on with the sound, when the checksums of all are right; return where they end.

        A checksum is a remainder, so one computation over a copy checks them all: its own checksum is zeroed in every
        page, and the checksum of the page before, added to the first four bytes, brings the remainder back to 0.
        """
        if stop - at < _LARGEST_PAGE or not self.header_bytes or self.opening:
            return at
        serial, owner = next(reversed(self.by_serial.items()))
        if not owner.ends:
            return at
        until = _LAST_POSITION if self.minute_at else owner.position_after(MINUTE - self.before)
        copy, size, begin, pages, laced, last, ends = bytearray(data), len(data), at, 0, 0, 0, owner.ends
        stop = min(stop, size - _LARGEST_HEAD)
        while at < stop:
            magic, kind, position, its, claimed, segments = _HEAD.unpack_from(data, at)
            if kind > 1 or its != serial or not ends < position < until or magic != _MAGIC:
                break
            body = at + PAGE.size + segments
            end = body + (adler32(data[at + PAGE.size : body]) & 0xFFFF) - 1
            if end > size:
                break
            _CAPTURE.pack_into(copy, at, _CAPTURED ^ last)
            copy[at + 22 : at + 26] = _UNCHECKED
            last, ends, laced, at = claimed, position, laced + segments, end
            pages += 1
        if _check()(memoryview(copy)[begin:at]) != last:
            return begin
        self.pages += pages
        self.sound_bytes += at - begin - laced - pages * PAGE.size
        owner.ends = ends
        return at

    def _hear(self, owner: _Link, kind: int, position: int, at: int, body: int, end: int) -> None:
        """Note a whole page: where it, its packets and the page behind it stand in the file."""
        if 0 < owner.ends < position and not kind & _LAST:
            owner.ends = position
        else:
            owner.note(position, last=bool(kind & _LAST))
        if not self.header_bytes:
            if position <= 0:
                return
            self.header_bytes = at
        self.sound_bytes += end - body
        if not self.minute_at and owner is self.links[-1] and self.before + owner.duration >= MINUTE:
            self.minute_at = end

    def _begin(self, serial: int, packet: bytes) -> None:
        """Note a stream: the first pages of all that play at once stand together; the first sound of them counts."""
        if packet[:8] == _SKELETON:
            return
        link = _link(packet[:64])
        if link and not self.heard:
            self.before += self.links[-1].duration if self.links else timedelta()
            self.links.append(link)
            self.by_serial[serial] = link
            self.heard = True
        self.opening += 1
        self.several = self.several or self.opening > 1

    def _lost(self, data: bytes, at: int, *, final: bool) -> int:
        """Return where the next page begins, or may begin in what comes next."""
        found = data.find(_MAGIC, at + 1)
        if found < 0:
            found = len(data) if final else max(at + 1, len(data) - len(_MAGIC) + 1)
        self.junk += found - at
        return found


def ogg(walk: PageWalk, name: str) -> Sound:
    """Return the facts of an Ogg file: joined recordings count together, as a listener would hear them."""
    duration = sum((link.duration for link in walk.links), timedelta())
    if not walk.links or not duration:
        raise NotAudio(f"{name} is an Ogg file without sound", hint="copy or upload it again from the original")
    first, doubts = walk.links[0], []
    if walk.missing:
        doubts.append(f"its last page lacks {walk.missing} bytes: the file was cut off")
    elif not walk.links[-1].finished:
        doubts.append("its end mark is missing: the recording or the copy may have stopped early")
    if walk.damaged:
        doubts.append(f"players skip damaged pages: {walk.damaged} of {walk.pages}")
    if repeated := sum(link.repeated for link in walk.links):
        doubts.append(f"players play again what stands in the wrong place: {repeated} of {walk.pages} pages")
    if len(walk.links) > 1:
        doubts.append(f"{len(walk.links)} recordings are joined in it, and many players stop after the first")
    if walk.several:
        doubts.append("it holds several streams at once, and players take one of them: export it again with one")
    if walk.junk > LARGE_JUNK:
        doubts.append(f"{walk.junk} bytes between its pages are not audio")
    return Sound(
        duration=duration,
        header_bytes=walk.header_bytes,
        minute_at=walk.minute_at,
        tag_bytes=walk.header_bytes,
        bitrate=mean_bitrate(walk.sound_bytes, duration),
        bitrate_mode=BitrateMode.VARIABLE,
        sample_rate=first.rate,
        channels=first.channels,
        doubts=tuple(doubts),
    )
