"""Recognises what a file is by its first bytes, and says in words what it is where it is no audio."""

import re
from pathlib import PurePath
from typing import BinaryIO

from episodes.containers import read_at
from episodes.mpeg import tag_length
from episodes.oggpages import codec
from episodes.sound import ENCODE, Format, NotAudio

_FETCH = "the download probably failed: fetch the audio file again"
_EXPORT = "export it as MP3 or M4A"
_WRONG = "check that this is the file you meant"
_MOST_TAGS = 16

_OTHERS = (
    (b"%PDF", "a PDF document", _WRONG),
    (b"PK\x03\x04", "a ZIP archive", "unpack it first"),
    (b"\x1f\x8b", "a gzip archive", "unpack it first"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", "unpack it first"),
    (b"Rar!", "a RAR archive", "unpack it first"),
    (b"\xff\xd8\xff", "a JPEG picture", _WRONG),
    (b"\x89PNG", "a PNG picture", _WRONG),
    (b"GIF8", "a GIF picture", _WRONG),
    (b"BM", "a BMP picture", _WRONG),
    (b"II*\0", "a TIFF picture", _WRONG),
    (b"MM\0*", "a TIFF picture", _WRONG),
    (b"\x1a\x45\xdf\xa3", "a Matroska or WebM file", _EXPORT),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "a Windows Media file", _EXPORT),
    (b"#!AMR", "an AMR voice recording", _EXPORT),
    (b"caff", "a Core Audio file", _EXPORT),
    (b"MThd", "a MIDI file", _EXPORT),
    (b"wvpk", "a WavPack file", _EXPORT),
    (b"MAC ", "a Monkey's Audio file", _EXPORT),
    (b"ADIF", "a raw AAC stream", "put it into an M4A file"),
    (b"SQLite format 3", "a database (perhaps a project of your editor)", _EXPORT),
)
_MARKUP = (
    (re.compile(r"<(!doctype html|html|head|body)\b", re.I), "an HTML page", _FETCH),
    (re.compile(r"<(\?xml|rss|feed|svg|error)\b", re.I), "an XML document", _FETCH),
    (re.compile(r"[{\[][\s\"{\[\]}\d-]"), "a JSON document", _FETCH),
    (re.compile(r"version https://git-lfs"), "a Git LFS pointer", "fetch the audio with `git lfs pull`"),
    (re.compile(r"#EXTM3U|\[playlist\]", re.I), "a playlist", "fetch the file it names"),
)
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f\ufffd]")
_MP4_BOXES = (b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide")
_SEGMENTS = (b"styp", b"sidx", b"moof")
_BEGINNING = re.compile(
    rb"(?s)fLaC[\x00\x80]\x00\x00\x22|RIFF.{4}WAVE|FORM.{4}AIF[FC]|OggS\x00\x02|\x00\x00\x00[\x10-\x40]ftyp"
)
_SEARCHED = 1 << 20
_NAMES = {
    Format.MP3: (".mp3", ".mpga"),
    Format.VORBIS: (".ogg", ".oga"),
    Format.OPUS: (".opus", ".ogg", ".oga"),
    Format.OGG_FLAC: (".ogg", ".oga"),
    Format.FLAC: (".flac",),
    Format.WAV: (".wav", ".wave"),
    Format.AIFF: (".aiff", ".aif", ".aifc"),
}
_M4A_NAMES, _VIDEO_NAMES = (".m4a", ".m4b", ".mp4"), (".mp4", ".m4v")


def recognise(file: BinaryIO, name: str) -> tuple[Format, int]:
    """Return the format of an open file and where it begins behind ID3 tags.

    MP3 is what is left when nothing else fits: only a walk over its frames can tell. Raises `NotAudio`.
    """
    start, head = 0, read_at(file, 0, 4096)
    for _ in range(_MOST_TAGS):
        skipped = tag_length(head, 0) if head[:3] == b"ID3" else 0
        if not skipped:
            break
        start += skipped
        head = read_at(file, start, 4096)
    form = _by_magic(head, name)
    if form:
        return form, start
    if start == 0:
        _refuse_others(head, name)
    if head[:1] == b"\xff" and len(head) > 6 and head[1] & 0xF6 == 0xF0:
        message = f"{name} is a raw AAC stream (ADTS): nothing in it says how long it is or where a minute begins"
        raise NotAudio(message, hint=ENCODE)
    return Format.MP3, start


def hidden(file: BinaryIO, name: str) -> tuple[int, Format] | None:
    """Return where in the first megabyte of a file another begins that could be published, None where none does.

    Raises `NotAudio` as `recognise` does.
    """
    found = _BEGINNING.search(read_at(file, 0, _SEARCHED))
    if found is None:
        return None
    return found.start(), _by_magic(read_at(file, found.start(), 4096), name) or Format.MP4


def name_doubts(name: str, form: Format, *, video: bool) -> tuple[str, ...]:
    """Return a doubt where the extension promises something else than the file holds."""
    extension = PurePath(name).suffix.lower()
    known = (_VIDEO_NAMES if video else _M4A_NAMES) if form is Format.MP4 else _NAMES[form]
    if not extension or extension in known:
        return ()
    held = ("an MP4 video" if video else "M4A audio") if form is Format.MP4 else f"{form} audio"
    return (f"its name ends in {extension}, but it holds {held}",)


def _by_magic(head: bytes, name: str) -> Format | None:
    if head[:4] == b"OggS":
        found = {"vorbis": Format.VORBIS, "opus": Format.OPUS, "flac": Format.OGG_FLAC}.get(codec(head))
        if found is None:
            raise NotAudio(f"{name} is an Ogg file with neither Vorbis nor Opus inside", hint=_EXPORT)
        return found
    if head[:4] == b"fLaC":
        return Format.FLAC
    if head[:4] in (b"RIFF", b"RF64", b"BW64") and head[8:12] == b"WAVE":
        return Format.WAV
    if head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
        return Format.AIFF
    if head[4:12] in (b"ftypheic", b"ftypavif", b"ftypmif1", b"ftypheix"):
        raise NotAudio(f"{name} is a HEIC or AVIF picture, not audio", hint=_WRONG)
    if head[4:8] in _SEGMENTS:
        message = f"{name} is a segment of an MP4 stream without the index at its beginning"
        raise NotAudio(message, hint="fetch the whole recording, not one piece of its stream")
    return Format.MP4 if head[4:8] in _MP4_BOXES else None


def _refuse_others(head: bytes, name: str) -> None:
    """Raise `NotAudio` for whatever is known and no audio that can be published, and for plain text."""
    if head[:4] == b"RIFF":
        kind = {b"WEBP": "a WebP picture", b"AVI ": "an AVI video"}.get(head[8:12], "a RIFF file of an unknown kind")
        raise NotAudio(f"{name} is {kind}, not audio", hint=_WRONG)
    for magic, kind, hint in _OTHERS:
        if head.startswith(magic):
            raise NotAudio(f"{name} is {kind}{', not audio' if hint is not _EXPORT else ''}", hint=hint)
    encoding = "utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    text = head[: len(head) - 4 if len(head) == 4096 else None].decode(encoding, "replace").lstrip("\ufeff \t\r\n")
    for pattern, kind, hint in _MARKUP:
        if pattern.match(text):
            raise NotAudio(f"{name} is {kind}, not audio", hint=hint)
    if text and not _CONTROL.search(text if len(head) < 4096 else text[:-3]):
        raise NotAudio(f"{name} is a text file, not audio", hint=_WRONG)
    if not head.strip(b"\0") and len(head) < 4096:
        raise NotAudio(f"{name} holds nothing but zeros", hint=_FETCH)
