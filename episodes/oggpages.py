"""Walks the pages of an Ogg file (RFC 3533) with Vorbis, Opus or FLAC inside, from the first to the last."""

import struct
import zlib
from dataclasses import dataclass
from datetime import timedelta
from typing import BinaryIO

from episodes.model import BitrateMode
from episodes.sound import LARGE_JUNK, MINUTE, NotAudio, Sound, mean_bitrate, samples

_WINDOW = 1 << 16
PAGE = struct.Struct("<4sBBqIIIB")
"""The head of a page: magic, version, type, position, serial, number, checksum, segments."""

FIRST, _LAST = 2, 4  # bits of the page's type
_MINUTE = 60
_SKELETON = b"fishead\0"  # describes the other streams
_MIRRORED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


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


def codec(head: bytes) -> str:
    """Return `vorbis`, `opus` or `flac` for the bytes an Ogg file begins with, empty for anything else."""
    link = _link(head[27 + head[26] :][:64]) if len(head) > 27 else None
    return link.codec if link else ""


def checksum(*parts: bytes) -> int:
    """Return the CRC-32 of a page, in parts, whose own checksum is zeroed (RFC 3533 §6): zlib's, with mirrored bits."""
    mirrored = 0xFFFFFFFF
    for part in parts:
        mirrored = zlib.crc32(part.translate(_MIRRORED), mirrored)
    mirrored ^= 0xFFFFFFFF
    return int.from_bytes(mirrored.to_bytes(4, "little").translate(_MIRRORED), "big")


def _link(packet: bytes) -> _Link | None:
    if packet[:7] == b"\x01vorbis" and len(packet) >= 16:
        return _Link(codec="vorbis", channels=packet[11], rate=int.from_bytes(packet[12:16], "little"))
    if packet[:8] == b"OpusHead" and len(packet) >= 12:
        return _Link(codec="opus", channels=packet[9], rate=48000, skip=int.from_bytes(packet[10:12], "little"))
    if packet[:5] == b"\x7fFLAC" and len(packet) >= 35:
        packed = int.from_bytes(packet[27:35], "big")
        return _Link(codec="flac", channels=(packed >> 41 & 7) + 1, rate=packed >> 44)
    return None


class _Walk:
    def __init__(self, file: BinaryIO, size: int) -> None:
        self.file, self.size = file, size
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

    def run(self) -> None:
        at = self.file.seek(0)
        while at < self.size:
            head = self.file.read(PAGE.size)
            whole = len(head) == PAGE.size and head[:5] == b"OggS\0"
            at = self._page(head, at) if whole else self.file.seek(self._lost(at))

    def _page(self, head: bytes, at: int) -> int:
        position: int
        _, _, kind, position, serial, _, claimed, segments = PAGE.unpack(head)
        laces = self.file.read(segments)
        packets = self.file.read(body := sum(laces))
        end: int = at + len(head) + segments + body
        self.pages += 1
        if kind & FIRST:
            self._begin(serial, packets)
        else:
            self.opening, self.heard = 0, False
        owner = self.by_serial.get(serial)
        if end > self.size:
            self.missing = end - self.size
        elif checksum(head[:22] + bytes(4) + head[26:] + laces, packets) != claimed:
            self.damaged += 1
        elif owner:
            owner.note(position, last=bool(kind & _LAST))
            if position > 0 and not self.header_bytes:
                self.header_bytes = at
            self.sound_bytes += body if self.header_bytes else 0
            if not self.minute_at and owner is self.links[-1] and self.before + owner.duration >= MINUTE:
                self.minute_at = end
        return end

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

    def _lost(self, at: int) -> int:
        """Return where the next page begins, the end of the file where none does."""
        start = at
        while at < self.size:
            self.file.seek(at + 1)
            found = self.file.read(_WINDOW).find(b"OggS\0")
            if found >= 0:
                self.junk += at + 1 + found - start
                return at + 1 + found
            at += _WINDOW - 4
        self.junk += self.size - start
        return self.size


def ogg(file: BinaryIO, size: int, name: str) -> Sound:
    """Return the facts of an Ogg file: joined recordings count together, as a listener would hear them."""
    walk = _Walk(file, size)
    walk.run()
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
