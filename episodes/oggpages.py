"""Walks the pages of an Ogg file (RFC 3533) with Vorbis, Opus or FLAC inside, from the first to the last."""

import struct
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import cache
from zlib import adler32

from episodes.model import BitrateMode
from episodes.oggstreams import Stream, stream_of
from episodes.sound import LARGE_JUNK, MINUTE, NOTABLE, NotAudio, Sound, length, mean_bitrate

_UNCHECKED = bytes(4)
_LARGEST_PAGE = 27 + 255 + 255 * 255  # bytes
_REACHES = (1 << 13, _LARGEST_PAGE)  # how far the page that begins in one piece is looked for in the next
_MAGIC = b"OggS\0"
PAGE = struct.Struct("<4sBBqIIIB")
"""The head of a page: magic, version, type, position, serial, number, checksum, segments."""

_NO_HEAD = (b"", 0, 0, 0, 0, 0, 0, 0)
_LEAPT = struct.Struct("<5sBqQIB")  # what of it is read of every page that is leapt over: serial and number as one
_NUMBER = 1 << 32  # where in that the number begins
_LARGEST_HEAD = PAGE.size + 255
_CAPTURE = struct.Struct(">I")  # the first four bytes of a page
_CAPTURED = int.from_bytes(_MAGIC[:4], "big")
_LAST_POSITION = 1 << 63
FIRST = 2  # a bit of the page's type
_SKELETON = b"fishead\0"  # describes the other streams


def codec(head: bytes) -> str:
    """Return `vorbis`, `opus` or `flac` for the bytes an Ogg file begins with, empty for anything else."""
    link = stream_of(head[27 + head[26] :][:64]) if len(head) > 27 else None
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


class PageWalk:
    """Reads the pages of a file of `size` bytes that is fed to it in pieces, from its first byte to its last."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.links: list[Stream] = []
        self.by_serial: dict[int, Stream] = {}
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
            head = PAGE.unpack_from(data, at) if body <= size else _NO_HEAD
            magic, version, kind, position, serial, number, claimed, segments = head
            if magic != _MAGIC[:4] or version:
                at = self._lost(data, at, final=final)
                continue
            laces = data[body : body + segments]
            body += segments
            end = body + (adler32(laces) & 0xFFFF) - 1  # the low half is 1 and the sum, and quicker than sum()
            if end > size and not final:
                return at
            self.pages += 1
            if kind & FIRST:
                self._begin(serial, number, data[body : min(end, body + 64)])
            elif self.opening:
                self.opening, self.heard = 0, False
            if end > size:
                self.missing = end - size
                return size
            if check(b"".join((view[at : at + 22], _UNCHECKED, view[at + 26 : end]))) != claimed:
                end = self._skip(data, at, end, final=final)
            elif (owner := self.by_serial.get(serial)) and not kind & FIRST:
                known, begun = self.minute_at, owner.position
                if self._sounds(owner, position, number, at + start):
                    owner.hear(kind, position, number, laces, data[body:end])
                    self._count(owner, end - body, end + start)
                if self.minute_at != known or (not begun and len(self.links) == 1):
                    end = self._leap(data, end, stop)
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
        expected = (owner.number + 1) * _NUMBER + serial
        if not owner.position or data[at + 14 : at + 22] != expected.to_bytes(9, "little")[:8]:
            return at
        until = _LAST_POSITION if self.minute_at else owner.position_after(MINUTE - self.before)
        copy, size, begin, laced, last, ends = bytearray(data), len(data), at, 0, 0, owner.position
        stop, longest = min(stop, size - _LARGEST_HEAD), owner.longest
        while at < stop:
            magic, kind, position, its, claimed, segments = _LEAPT.unpack_from(data, at)
            if kind > 1 or its != expected or not ends < position <= ends + segments * longest or magic != _MAGIC:
                break
            body = at + PAGE.size + segments
            end = body + (adler32(data[at + PAGE.size : body]) & 0xFFFF) - 1
            if end > size or position >= until:
                break
            _CAPTURE.pack_into(copy, at, _CAPTURED ^ last)
            copy[at + 22 : at + 26] = _UNCHECKED
            last, ends, laced, at = claimed, position, laced + segments, end
            expected += _NUMBER
        if _check()(memoryview(copy)[begin:at]) != last:
            return begin
        pages = (expected // _NUMBER) - owner.number - 1
        owner.leap(pages, ends)
        self.pages += pages
        self.sound_bytes += at - begin - laced - pages * PAGE.size
        return at

    def _skip(self, data: bytes, at: int, end: int, *, final: bool) -> int:
        """Note a damaged page, whose stream nobody can tell for certain; return where the next may begin."""
        self.damaged += 1
        if self.links:
            self.links[-1].skipped += 1
        if len(data) - end < len(_MAGIC) or data.startswith(_MAGIC, end):
            return end
        junk, found = self.junk, self._lost(data, at, final=final)
        self.junk = junk  # told as damaged
        return found

    def _sounds(self, owner: Stream, position: int, number: int, at: int) -> bool:
        """Return whether a page is sound; the headers before it have no position."""
        if not owner.position and position <= 0:
            owner.number = number
            return False
        self.header_bytes = self.header_bytes or at
        return True

    def _count(self, owner: Stream, size: int, end: int) -> None:
        """Count a page of sound that was heard; the next one stands at `end` in the file."""
        self.sound_bytes += size
        if not self.minute_at and owner is self.links[-1] and self.before + owner.duration >= MINUTE:
            self.minute_at = end

    def _begin(self, serial: int, number: int, packet: bytes) -> None:
        """Note a stream: the first pages of all that play at once stand together; the first sound of them counts."""
        if packet[:8] == _SKELETON:
            return
        link = stream_of(packet[:64])
        if link and not self.heard:
            self.before += self.links[-1].duration if self.links else timedelta()
            link.number = number
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
    doubts.extend(_misplaced(walk, duration))
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


def _misplaced(walk: PageWalk, duration: timedelta) -> Iterator[str]:
    """Yield the doubts about pages that do not follow one another, or not in time."""
    if repeated := sum(link.repeated for link in walk.links):
        yield f"players play again what stands in the wrong place: {repeated} of {walk.pages} pages"
    if any(link.beheaded for link in walk.links):
        yield "pages before its first sound are missing: it was cut out of a longer recording, or the copy lost them"
    if gaps := sum(link.gaps for link in walk.links):
        places = "one place" if gaps == 1 else f"{gaps} places"
        yield f"pages are missing, or in the wrong order, in {places}: copy it again from the original"
    if astray := sum(link.astray for link in walk.links):
        yield f"pages that tell a wrong time, so that players jump to the wrong place: {astray} of {walk.pages}"
    promised = sum((link.promised for link in walk.links), timedelta())
    if abs(promised - duration) > NOTABLE:
        yield f"players that trust its positions show {length(promised)}, but its pages play {length(duration)}"
