"""Builds small silent audio files byte by byte, so that a test needs no encoder: MP3, WAV, AIFF, MP4, Ogg, FLAC."""

import struct
import zlib
from pathlib import Path

from episodes.audio import measure
from episodes.model import Audio
from episodes.oggpages import checksum  # files of real encoders prove it

FRAME_SECONDS = 1152 / 44100


def frame(kbits: int = 128, *, mono: bool = False, padding: bool = False) -> bytes:
    """Return a silent MPEG 1 layer III frame at 44.1 kHz: a header, and a side info that says there is nothing."""
    rates = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
    size = 144_000 * kbits // 44100 + padding
    return bytes((0xFF, 0xFB, rates.index(kbits) << 4 | padding << 1, 0xC0 if mono else 0)).ljust(size, b"\0")


def low_frame() -> bytes:
    """Return a silent MPEG 2 layer III frame: 48 kbit/s, 22.05 kHz, mono."""
    return bytes((0xFF, 0xF3, 0x60, 0xC0)).ljust(72_000 * 48 // 22050, b"\0")


def frames(count: int, kbits: int = 128) -> bytes:
    return frame(kbits) * count


def xing(count: int, size: int = 0) -> bytes:
    """Return the frame encoders put first to say how many frames and bytes follow."""
    body = b"Xing" + struct.pack(">III", 3 if size else 1, count, size)
    return frame()[:36] + body + frame()[36 + len(body) :]


def vbri(count: int) -> bytes:
    body = b"VBRI" + struct.pack(">HHHII", 1, 0, 0, 0, count)
    return frame()[:36] + body + frame()[36 + len(body) :]


def id3(content: bytes = b"", *, padding: int = 0) -> bytes:
    """Return an ID3v2.4 tag around frames that are given ready."""
    size = len(content) + padding
    packed = bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\x04\x00\x00" + packed + content + bytes(padding)


def id3_text(name: str, text: bytes, encoding: int = 3) -> bytes:
    body = bytes((encoding,)) + text
    packed = bytes(len(body) >> shift & 0x7F for shift in (21, 14, 7, 0))
    return name.encode() + packed + b"\0\0" + body


def id3v1(title: bytes = b"Alt") -> bytes:
    return b"TAG" + title.ljust(30, b"\0") + bytes(95)


def apev2() -> bytes:
    """Return an empty APEv2 tag with its header and footer."""
    return b"".join(
        b"APETAGEX" + struct.pack("<IIII", 2000, 32, 0, flags) + bytes(8) for flags in (0xA0000000, 0x80000000)
    )


def wav(seconds: float, *, claimed: int | None = None, code: int = 1) -> bytes:
    """Return 16 bit mono at 8 kHz; `claimed` is the size the header gives instead of the true one."""
    data = bytes(int(seconds * 16000))
    shape = struct.pack("<4sIHHIIHH", b"fmt ", 16, code, 1, 8000, 16000, 2, 16)
    size = len(data) if claimed is None else claimed
    return b"RIFF" + struct.pack("<I", 36 + len(data)) + b"WAVE" + shape + b"data" + struct.pack("<I", size) + data


def aiff(seconds: float) -> bytes:
    """Return 16 bit mono at 8 kHz."""
    data = bytes(int(seconds * 16000))
    rate = struct.pack(">HQ", 16383 + 12, 8000 << 51)
    comm = b"COMM" + struct.pack(">IhIh", 18, 1, len(data) // 2, 16) + rate
    ssnd = b"SSND" + struct.pack(">III", len(data) + 8, 0, 0) + data
    return b"FORM" + struct.pack(">I", 4 + len(comm) + len(ssnd)) + b"AIFF" + comm + ssnd


def box(name: bytes, content: bytes = b"") -> bytes:
    return struct.pack(">I4s", 8 + len(content), name) + content


def mp4(
    seconds: int, *, handlers: tuple[bytes, ...] = (b"soun",), brand: bytes = b"M4A ", index_first: bool = True
) -> bytes:
    """Return an MP4 file at 8 kHz with an index, a track for each handler, and 1,000 bytes per second of sound data."""
    tracks = b""
    for handler in handlers:
        mdhd = box(b"mdhd", struct.pack(">IIIIIHH", 0, 0, 0, 8000, seconds * 8000, 0, 0))
        hdlr = box(b"hdlr", bytes(8) + handler + bytes(13))
        tracks += box(b"trak", box(b"mdia", mdhd + hdlr + box(b"minf", box(b"stbl"))))
    moov, mdat = box(b"moov", tracks), box(b"mdat", bytes(1000 * seconds))
    return box(b"ftyp", brand + bytes(4)) + (moov + mdat if index_first else mdat + moov)


def page(*packets: bytes, position: int, kind: int = 0, serial: int = 1, number: int = 0) -> bytes:
    """Return an Ogg page of whole packets."""
    table = b"".join(bytes([255] * (len(one) // 255) + [len(one) % 255]) for one in packets)
    head = struct.pack("<4sBBqII", b"OggS", 0, kind, position, serial, number)
    rest = bytes((len(table),)) + table + b"".join(packets)
    return head + struct.pack("<I", checksum(head + bytes(4) + rest)) + rest


def opus(seconds: int, *, serial: int = 1, ended: bool = True) -> bytes:
    """Return an Opus file with one page of 1,031 bytes per second: enough to be measured, not to be heard."""
    head = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, 312, 48000, 0, 0)
    tags = b"OpusTags" + struct.pack("<I", 4) + b"test" + struct.pack("<I", 0)
    pages = page(head, position=0, kind=2, serial=serial) + page(tags, position=0, serial=serial, number=1)
    for second in range(1, seconds + 1):
        last = 4 if ended and second == seconds else 0
        frames = (6 if second == 1 else 5, *[5] * 9)  # of 20 ms; the first packet holds what players skip, too
        packets = [bytes((0x0B, count)).ljust(99, b"\0") for count in frames]
        packets[-1] += bytes(4)
        position = second * 48000 + 312
        pages += page(*packets, position=position, kind=last, serial=serial, number=second + 1)
    return pages


def crc8(data: bytes) -> int:
    """Return the checksum of a FLAC frame header (polynomial x^8 + x^2 + x + 1), by long division."""
    value = int.from_bytes(data, "big") << 8
    for bit in range(value.bit_length() - 1, 7, -1):
        if value >> bit & 1:
            value ^= 0x107 << bit - 8
    return value


def flac(seconds: int, *, claimed: int | None = None) -> bytes:
    """Return a FLAC file of 4,096-sample blocks at 44.1 kHz; `claimed` replaces the true length in its header."""
    blocks = -(-seconds * 44100 // 4096)
    total = blocks * 4096 if claimed is None else claimed * 44100
    packed = 44100 << 44 | 0 << 41 | 15 << 36 | total
    info = struct.pack(">HH6sQ16s", 4096, 4096, bytes(6), packed, bytes(16))
    body = b"fLaC" + b"\x80" + len(info).to_bytes(3, "big") + info
    for number in range(blocks):
        head = b"\xff\xf8\xc9\x08" + chr(number).encode()
        body += head + bytes((crc8(head),)) + bytes(5)
    return body


def enormous_png() -> bytes:
    """Return a few bytes that claim to be a picture of 60,000 x 60,000 pixels."""
    header = b"IHDR" + struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    chunks = (header, b"IDAT" + zlib.compress(bytes(100)), b"IEND")
    body = (struct.pack(">I", len(one) - 4) + one + struct.pack(">I", zlib.crc32(one)) for one in chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(body)


def measured(folder: Path, body: bytes, name: str = "talk.mp3") -> Audio:
    """Return the facts of a file with these bytes."""
    path = folder / name
    path.write_bytes(body)
    return measure(path)
