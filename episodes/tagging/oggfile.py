"""Writes the tagged copy of an Ogg file (RFC 3533): the pages of its headers anew, those of the sound renumbered."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from io import SEEK_END
from typing import BinaryIO, Protocol, cast

from episodes.audiotags import LARGEST
from episodes.containers import read_at
from episodes.oggpages import FIRST, PAGE, checksum
from episodes.sound import Format
from episodes.tagging.comments import comment, with_picture
from episodes.tagging.flacfile import comment_of, headed, kept_of, pictures_of
from episodes.tagging.pouring import pour
from episodes.tagging.refusal import NotTaggable
from episodes.tagging.tagset import TagSet

_HINT = "encode it again, best as MP3 or M4A; `[audio] tag = false` in podcast.toml publishes files as they are"
_MAGIC = {Format.VORBIS: b"\x03vorbis", Format.OPUS: b"OpusTags"}
_COMMENT = 4
_FULL = 255
_SETUP = b"\x05vorbis"
_COUNT_AT = 7  # where the first packet of FLAC in Ogg counts the headers behind it
_WINDOW = 1 << 16


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """A page: where it begins, its head as it stands, what it says of itself, and its packets or pieces of them."""

    at: int
    head: bytes
    laces: bytes
    body: bytes
    kind: int
    serial: int
    number: int
    whole: bool

    @property
    def end(self) -> int:
        return self.at + len(self.head) + len(self.laces) + sum(self.laces)


class _NewPage(Protocol):
    """A page of mutagen."""

    serial: int
    sequence: int

    def write(self) -> bytes: ...


def write_ogg(master: BinaryIO, copy: BinaryIO, tags: TagSet, duration: timedelta, form: Format) -> None:
    """Write the copy of an Ogg file; of recordings joined end to end the first one gets the tags."""
    size = master.seek(0, SEEK_END)
    first = _page(master, 0)
    if first is None or not first.whole:
        raise NotTaggable("the first page of this Ogg file is damaged", hint=_HINT)
    packets, numbers, behind = _headers(master, first, form)
    beginning, headers = _retagged(first, packets, tags, duration, form)
    copy.write(beginning)
    pages = _new_pages(headers)
    for page in pages:
        page.serial = first.serial
        page.sequence += first.number + 1
        copy.write(page.write())
    _copy_sound(master, copy, behind, size, first.serial, shift=len(pages) - numbers)


def _page(master: BinaryIO, at: int) -> _Page | None:
    """Return the page that begins at an offset, None where none does."""
    head = read_at(master, at, PAGE.size)
    if len(head) < PAGE.size or head[:5] != b"OggS\0":
        return None
    _, _, kind, _, serial, number, _, segments = PAGE.unpack(head)
    laces = master.read(segments)
    body = master.read(sum(laces))
    whole = len(laces) == segments and len(body) == sum(laces)
    return _Page(
        at=at,
        head=head,
        laces=laces,
        body=body,
        kind=kind,
        serial=serial,
        number=number,
        whole=whole,
    )


def _headers(master: BinaryIO, first: _Page, form: Format) -> tuple[list[bytes], int, int]:
    """Return the header packets behind the first, how many pages they take, and where the sound begins."""
    packets: list[bytes] = []
    pieces: list[bytes] = []
    at, pages, loaded = first.end, 0, 0
    while not _complete(packets, form):
        page = _page(master, at)
        if page is None or not page.whole or page.kind & FIRST or page.serial != first.serial or loaded > LARGEST:
            raise NotTaggable("the headers of this Ogg file are damaged, or it holds several streams", hint=_HINT)
        start = 0
        for lace in page.laces:
            pieces.append(page.body[start : start + lace])
            start += lace
            if lace < _FULL:
                packets.append(b"".join(pieces))
                pieces = []
        at, pages, loaded = page.end, pages + 1, loaded + len(page.body)
    if pieces or len(packets) != _needed(packets, form):
        raise NotTaggable("sound stands among the headers of this Ogg file", hint=_HINT)
    return packets, pages, at


def _needed(packets: list[bytes], form: Format) -> int:
    """Return how many header packets there are behind the first, one more than was read where that is unknown."""
    if form is not Format.OGG_FLAC:
        return 2 if form is Format.VORBIS else 1
    last = next((place for place, packet in enumerate(packets, 1) if packet[:1] >= b"\x80"), None)
    return last or len(packets) + 1


def _complete(packets: list[bytes], form: Format) -> bool:
    return len(packets) >= _needed(packets, form)


def _retagged(
    first: _Page, packets: list[bytes], tags: TagSet, duration: timedelta, form: Format
) -> tuple[bytes, list[bytes]]:
    """Return the first page and the packets of the other headers, with the tags of the copy among them."""
    if form is not Format.OGG_FLAC:
        magic = _MAGIC[form]
        if not packets[0].startswith(magic) or (form is Format.VORBIS and not packets[1].startswith(_SETUP)):
            raise NotTaggable("the headers of this Ogg file are damaged", hint=_HINT)
        block = with_picture(*comment(packets[0][len(magic) :], tags, duration))
        text = magic + block + (b"\x01" if form is Format.VORBIS else b"")
        return first.head + first.laces + first.body, [text, *packets[1:]]
    blocks = [(packet[0] & 0x7F, packet[4:]) for packet in packets if len(packet) >= _COMMENT]
    block = with_picture(*comment(comment_of(blocks), tags, duration, pictures_of(blocks)))
    headers = list(headed([(_COMMENT, block), *kept_of(blocks)]))
    counted = first.body[:_COUNT_AT] + len(headers).to_bytes(2, "big") + first.body[_COUNT_AT + 2 :]
    bare = first.head[:22] + bytes(4) + first.head[26:] + first.laces + counted
    return bare[:22] + checksum(bare).to_bytes(4, "little") + bare[26:], headers


def _new_pages(packets: list[bytes]) -> list[_NewPage]:
    from mutagen.ogg import OggPage

    return cast("Callable[[list[bytes]], list[_NewPage]]", OggPage.from_packets)(packets)


def _copy_sound(master: BinaryIO, copy: BinaryIO, at: int, size: int, serial: int, *, shift: int) -> None:
    """Copy what stands behind the headers; the pages of this stream get other numbers, up to the next recording."""
    while shift and at < size:
        page = _page(master, at)
        if page is None:
            found = _next_page(master, at + 1, size)
            pour(master, at, found, copy)
            at = found
        elif page.kind & FIRST:
            break
        else:
            copy.write(_renumbered(page, shift) if page.serial == serial and page.whole else _as_it_is(page))
            at = min(page.end, size)
    pour(master, at, size, copy)


def _renumbered(page: _Page, shift: int) -> bytes:
    """Return a page with another number; the checksum changes as much, so that a damaged page stays damaged."""
    number = (page.number + shift) % (1 << 32)
    change = (number ^ page.number).to_bytes(4, "little")
    length = page.end - page.at
    claimed = int.from_bytes(page.head[22:26], "little") ^ checksum(bytes(18) + change + bytes(length - 22))
    numbers = number.to_bytes(4, "little") + claimed.to_bytes(4, "little")
    return page.head[:18] + numbers + page.head[26:] + page.laces + page.body


def _as_it_is(page: _Page) -> bytes:
    return page.head + page.laces + page.body


def _next_page(master: BinaryIO, at: int, size: int) -> int:
    """Return where the next page begins, the end of the file where none does."""
    while at < size:
        if (found := read_at(master, at, _WINDOW).find(b"OggS\0")) >= 0:
            return at + found
        at += _WINDOW - 4
    return size
