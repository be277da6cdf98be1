"""Writes the tagged copy of a WAV or AIFF file: its chunks as they are, and behind them one with an ID3 tag."""

from collections.abc import Iterator
from datetime import timedelta
from io import SEEK_END, BytesIO
from typing import BinaryIO

from episodes.audiotags import LARGEST
from episodes.containers import Box, chunks, read_at, stray
from episodes.sound import LARGE_JUNK, Format
from episodes.tagging.id3 import id3_tag
from episodes.tagging.pouring import pour
from episodes.tagging.refusal import NotTaggable
from episodes.tagging.tagset import TagSet
from episodes.tagging.wording import MOST_KEPT

_HINT = "export it again, best as MP3 or M4A; `[audio] tag = false` in podcast.toml publishes files as they are"
_LARGEST_FILE = 0xFFFFFFFF


def write_chunked(master: BinaryIO, copy: BinaryIO, tags: TagSet, duration: timedelta, form: Format) -> None:
    """Write the copy of a WAV or AIFF file; raises `NotTaggable` where its sizes leave no place behind the sound."""
    big = form is Format.AIFF
    head = read_at(master, 0, 12)
    if head[:4] not in (b"RIFF", b"FORM"):
        raise NotTaggable(f"{form} files larger than 4 GB, and those made to become so, have no tags", hint=_HINT)
    found = _whole(master, form)
    old = next((one for one in found if _is_tag(one)), None)
    body = id3_tag(BytesIO(read_at(master, old.start, min(old.size, LARGEST)) if old else b""), tags, duration)
    size = 4
    copy.write(head)
    for chunk in found:
        if not _is_tag(chunk) and chunk.name not in _said(tags):
            size += _copied(master, copy, chunk, tags, big=big)
    size += _written(copy, b"ID3 " if big else b"id3 ", body, big=big)
    if size > _LARGEST_FILE:
        raise NotTaggable(f"{form} files larger than 4 GB have no tags", hint=_HINT)
    copy.seek(4)
    copy.write(_number(size, big=big))


def _whole(master: BinaryIO, form: Format) -> list[Box]:
    """Return the chunks of a file that is what its sizes say; a little padding behind them is passed over."""
    size, found = master.seek(0, SEEK_END), []
    for chunk in chunks(master, size, ">" if form is Format.AIFF else "<"):
        if chunk.end > size and chunk.name in (b"data", b"SSND"):
            raise NotTaggable(f"the header of this {form} file does not say where its sound ends", hint=_HINT)
        if lost := stray(chunk, size):
            if lost > LARGE_JUNK:
                raise NotTaggable(f"{lost} bytes at the end of this {form} file belong to nothing in it", hint=_HINT)
            break
        found.append(chunk)
    return found


def _copied(master: BinaryIO, copy: BinaryIO, chunk: Box, tags: TagSet, *, big: bool) -> int:
    """Write a chunk of the master and return how many bytes that took; of a list of texts only those that stay."""
    if chunk.name == b"LIST" and read_at(master, chunk.start, 4) == b"INFO":
        kept = b"".join(_texts(read_at(master, chunk.start + 4, min(chunk.size - 4, MOST_KEPT)), tags))
        return _written(copy, chunk.name, b"INFO" + kept, big=big) if kept else 0
    copy.write(chunk.name + _number(chunk.size, big=big))
    pour(master, chunk.start, chunk.end, copy)
    copy.write(bytes(chunk.size & 1))
    return 8 + chunk.size + (chunk.size & 1)


def _texts(body: bytes, tags: TagSet) -> Iterator[bytes]:
    """Yield the texts of an INFO list that say nothing the catalogue says otherwise."""
    said, at = _said(tags), 0
    while at + 8 <= len(body):
        size = int.from_bytes(body[at + 4 : at + 8], "little")
        text = body[at : at + 8 + size]
        if len(text) == 8 + size and text[:4] not in said:
            yield text + bytes(size & 1)
        at += 8 + size + (size & 1)


def _said(tags: TagSet) -> set[bytes]:
    """Return the names of INFO texts and AIFF chunks whose place is taken by what the catalogue says."""
    taken = {
        b"INAM NAME": tags.title,
        b"IART AUTH": tags.artist,
        b"IPRD": tags.album,
        b"IPRT ITRK": tags.number,
        b"ICRD": tags.date,
        b"ILNG": tags.language,
        b"ICMT ANNO": tags.comment,
        b"ICOP": tags.copyright,
        b"IGNR": tags.genre,
    }
    said = {name for names, value in taken.items() if value for name in names.split()}
    return said | {b"(c) "} if tags.copyright else said


def _written(copy: BinaryIO, name: bytes, body: bytes, *, big: bool) -> int:
    """Write a chunk, padded to an even length, and return how many bytes that took."""
    return copy.write(name + _number(len(body), big=big) + body + bytes(len(body) & 1))


def _number(size: int, *, big: bool) -> bytes:
    return (size & _LARGEST_FILE).to_bytes(4, "big" if big else "little")


def _is_tag(chunk: Box) -> bool:
    return chunk.name.lower() == b"id3 "
