"""Reads what an audio file says about itself: ID3, MP4 atoms and Vorbis comments, with their pictures and chapters.

Tags come from strangers. What mutagen cannot read is a doubt about the tags and never an error about the audio.
"""

import base64
import struct
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from io import SEEK_END
from typing import BinaryIO, Protocol, cast

from episodes import tagtext
from episodes.containers import chunks
from episodes.covers import picture
from episodes.filmchapters import film_chapters
from episodes.id3frames import excess
from episodes.model import Chapter, Picture, Tags
from episodes.sound import Format

LARGEST = 24_000_000  # bytes of tags that are loaded; several covers and chapter pictures fit
_MOST_PICTURES = 20
_MOST_CHAPTERS = 1000
_FRONT_COVER = 3
_LONGEST = 366 * 24 * 3600.0  # a year; more is damage

DAMAGE = (
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    EOFError,
    OSError,
    MemoryError,
    RecursionError,
    AssertionError,
    NotImplementedError,
    struct.error,
    zlib.error,
)
"""What mutagen raises, besides its own errors, on files that are damaged in the right place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """Everything tags say: the tags proper, the chapters in ascending order, and why they may be incomplete.

    `repairs` tell which texts are read otherwise than they stand there.
    """

    tags: Tags = field(default_factory=Tags)
    chapters: tuple[Chapter, ...] = ()
    doubts: tuple[str, ...] = ()
    repairs: tuple[str, ...] = ()


class _Frame(Protocol):
    """An ID3 frame of mutagen: each kind has some of these."""

    text: list[object]
    desc: str
    type: int
    data: bytes
    url: str
    element_id: str
    child_element_ids: list[str]
    start_time: int
    end_time: int
    sub_frames: "_Frames"


class _Frames(Protocol):
    """The ID3 frames of a file, or of a chapter."""

    def getall(self, key: str) -> list[_Frame]: ...


class _Point(Protocol):
    start: float
    title: str


class _Info(Protocol):
    length: float
    sample_rate: int
    channels: int
    codec: str


class _Film(Protocol):
    tags: Mapping[str, Sequence[object]] | None
    chapters: Iterable[_Point] | None
    info: _Info


class _Block(Protocol):
    type: int
    data: bytes


class _Commented(Protocol):
    tags: Iterable[tuple[str, str]] | None
    pictures: Sequence[_Block]


class _Chunked(Protocol):
    tags: _Frames | None


def read_label(file: BinaryIO, form: Format) -> Label:
    """Return the tags and chapters of a file; damaged ones are missing and leave a doubt."""
    from mutagen import MutagenError

    file.seek(0)
    wording = tagtext.Wording()
    try:
        if form is Format.MP4:
            label = _from_mp4(file, wording)
        elif form in (Format.MP3, Format.WAV, Format.AIFF):
            label = _from_id3(file, form, wording)
        else:
            label = _from_comments(file, form, wording)
        return replace(label, repairs=tuple(wording.repairs()))
    except (MutagenError, *DAMAGE) as error:
        deep = "pieces inside of pieces, thousands deep" if isinstance(error, RecursionError) else ""
        reason = deep or tagtext.line(str(error).replace(repr(file.name), "").strip(), 120)
        return Label(doubts=(f"its tags are damaged and cannot be read{f' ({reason})' if reason else ''}",))


def _first(texts: Iterable[object], *, several: bool = False) -> str:
    """Return the first text that is not blank, or all of them in a row."""
    found = [text for value in texts if (text := str(value)).strip("\0 \t\r\n")]
    return ", ".join(found[:50]) if several else next(iter(found), "")


def _pictures(found: list[tuple[int, bytes]]) -> tuple[Picture, ...]:
    """Return the facts of pictures given with their ID3 type, the front cover first."""
    ordered = sorted(found, key=lambda one: one[0] != _FRONT_COVER)
    return tuple(picture(data) for _, data in ordered[:_MOST_PICTURES] if data)


def _labelled(tags: Tags, found: Iterable[Chapter]) -> Label:
    """Return tags with the chapters that have a title, ascending, each once."""
    unique = {(chapter.start, chapter.title): chapter for chapter in found if chapter.title}
    chapters = sorted(unique.values(), key=lambda chapter: chapter.start)
    many = len(chapters) > _MOST_CHAPTERS
    doubts = (f"it has {len(chapters)} chapters, of which only the first {_MOST_CHAPTERS} are read",) if many else ()
    return Label(tags=tags, chapters=tuple(chapters[:_MOST_CHAPTERS]), doubts=doubts)


# ID3 (id3.org; chapters: ID3v2 Chapter Frame Addendum)


def _from_id3(file: BinaryIO, form: Format, wording: tagtext.Wording) -> Label:
    from mutagen.aiff import AIFF
    from mutagen.id3 import ID3, ID3NoHeaderError
    from mutagen.wave import WAVE

    if much := excess(file, _id3_at(file, form), LARGEST):
        return Label(doubts=(f"its tags are damaged and cannot be read ({much})",))
    file.seek(0)
    frames: _Frames | None
    if form is Format.MP3:
        try:
            frames = cast("Callable[[BinaryIO], _Frames]", ID3)(file)
        except ID3NoHeaderError:
            return Label()
    else:
        frames = cast("Callable[[BinaryIO], _Chunked]", WAVE if form is Format.WAV else AIFF)(file).tags
    if frames is None:
        return Label()

    def text(*names: str, several: bool = False) -> str:
        return next((found for name in names if (found := _first(_texts(frames, name), several=several))), "")

    return _labelled(
        Tags(
            title=wording.line("title", text("TIT2")),
            artist=wording.line("artist", text("TPE1", "TPE2", several=True)),
            album=wording.line("album", text("TALB")),
            date=next((day for name in ("TDRC", "TDRL", "TDOR") if (day := tagtext.iso_date(text(name)))), ""),
            description=wording.lines("description", _id3_description(frames)),
            number=tagtext.number(text("TRCK")),
            season=tagtext.number(_named(frames, "season")),
            language=tagtext.language(text("TLAN")),
            pictures=_pictures([(int(frame.type), frame.data) for frame in frames.getall("APIC")]),
        ),
        _id3_chapters(frames, wording),
    )


def _id3_at(file: BinaryIO, form: Format) -> int:
    """Return where the ID3 tag of an MP3, WAV or AIFF file begins."""
    if form is Format.MP3:
        return 0
    parts = chunks(file, file.seek(0, SEEK_END), "<" if form is Format.WAV else ">")
    return next((part.start for part in parts if part.name.lower() == b"id3 "), 0)


def _texts(frames: _Frames, name: str) -> list[object]:
    return [value for frame in frames.getall(name) for value in frame.text]


def _named(frames: _Frames, name: str) -> str:
    """Return the text of the TXXX frame with this description, in any case of letters."""
    wanted = [frame for frame in frames.getall("TXXX") if frame.desc.strip("\0 ").lower() == name]
    return _first(value for frame in wanted for value in frame.text)


def _id3_description(frames: _Frames) -> str:
    comments = [frame for frame in frames.getall("COMM") if not frame.desc.startswith(("iTun", "Songs-DB"))]
    comments.sort(key=lambda frame: (frame.desc != "", frame.desc == "ID3v1 Comment"))
    candidates = (
        _first(_texts(frames, "TDES")),
        _named(frames, "description"),
        _first(value for frame in comments for value in frame.text),
        _named(frames, "comment"),
    )
    return next(filter(None, candidates), "")


def _id3_chapters(frames: _Frames, wording: tagtext.Wording) -> Iterator[Chapter]:
    """Yield the chapters of a table of contents; those outside every table are silent changes of the picture."""
    tables = frames.getall("CTOC")
    listed = {child for table in tables for child in table.child_element_ids}
    for frame in frames.getall("CHAP"):
        if tables and frame.element_id not in listed:
            continue
        title = wording.line("chapter", _first(_texts(frame.sub_frames, "TIT2")))
        links = [one.url for one in frame.sub_frames.getall("WXXX")]
        start, end = (timedelta(milliseconds=moment) for moment in (frame.start_time, frame.end_time))
        yield Chapter(start=start, title=title, link=tagtext.link(_first(links)), end=end if end > start else None)


# MP4 (iTunes metadata; chapters: a QuickTime text track, else Nero chpl, which cuts titles at 255 bytes)


def _from_mp4(file: BinaryIO, wording: tagtext.Wording) -> Label:
    from mutagen.mp4 import MP4

    film = cast("Callable[[BinaryIO], _Film]", MP4)(file)
    atoms: Mapping[str, Sequence[object]] = film.tags or {}

    def text(*names: str, several: bool = False) -> str:
        values = ((_decoded(value) for value in atoms.get(name, ())) for name in names)
        return next((found for value in values if (found := _first(value, several=several))), "")

    numbers = [*(pair[0] for pair in cast("Sequence[tuple[int, int]]", atoms.get("trkn", ()))), *atoms.get("tves", ())]
    return _labelled(
        Tags(
            title=wording.line("title", text("\xa9nam")),
            artist=wording.line("artist", text("\xa9ART", "aART", several=True)),
            album=wording.line("album", text("\xa9alb")),
            date=tagtext.iso_date(text("\xa9day")),
            description=wording.lines("description", text("ldes", "desc", "\xa9cmt")),
            number=next((count for value in numbers if (count := tagtext.number(str(value)))), None),
            season=tagtext.number(text("tvsn")),
            language=tagtext.language(text("----:com.apple.iTunes:LANGUAGE")),
            pictures=_pictures(
                [(_FRONT_COVER, bytes(data)) for data in cast("Sequence[bytes]", atoms.get("covr", ()))]
            ),
        ),
        film_chapters(file, file.seek(0, SEEK_END), wording) or list(_listed(film, wording)),
    )


def _listed(film: _Film, wording: tagtext.Wording) -> Iterator[Chapter]:
    """Yield the chapters of Nero's list."""
    for one in film.chapters or ():
        start = timedelta(seconds=max(0.0, one.start))
        yield Chapter(start=start, title=wording.line("chapter", one.title))


def mp4_sound(file: BinaryIO) -> tuple[timedelta, int, int, str]:
    """Return duration, sample rate, channels and codec (RFC 6381) of the sound in an MP4 file, zeros if damaged."""
    from mutagen import MutagenError
    from mutagen.mp4 import MP4

    file.seek(0)
    try:
        info = cast("Callable[[BinaryIO], _Film]", MP4)(file).info
        duration = timedelta(seconds=min(max(0.0, info.length), _LONGEST))
        return duration, int(info.sample_rate), int(info.channels), info.codec
    except (MutagenError, *DAMAGE):
        return timedelta(), 0, 0, ""


def _decoded(value: object) -> str:
    return bytes(value).decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


# Vorbis comments (xiph.org; pictures: METADATA_BLOCK_PICTURE; chapters: the Chapter Extension)


def _from_comments(file: BinaryIO, form: Format, wording: tagtext.Wording) -> Label:
    from mutagen.flac import FLAC
    from mutagen.oggflac import OggFLAC
    from mutagen.oggopus import OggOpus
    from mutagen.oggvorbis import OggVorbis

    readers = {Format.FLAC: FLAC, Format.OGG_FLAC: OggFLAC, Format.OPUS: OggOpus, Format.VORBIS: OggVorbis}
    container = cast("Callable[[BinaryIO], _Commented]", readers[form])(file)
    fields: dict[str, list[str]] = {}
    for name, value in container.tags or ():
        fields.setdefault(name.lower(), []).append(value)

    def text(*names: str, several: bool = False) -> str:
        return next((found for name in names if (found := _first(fields.get(name, ()), several=several))), "")

    pictures = [(int(one.type), one.data) for one in getattr(container, "pictures", ())]
    return _labelled(
        Tags(
            title=wording.line("title", text("title")),
            artist=wording.line("artist", text("artist", "albumartist", several=True)),
            album=wording.line("album", text("album")),
            date=tagtext.iso_date(text("date", "year")),
            description=wording.lines("description", text("description", "comment")),
            number=tagtext.number(text("tracknumber")),
            season=tagtext.number(text("season")),
            language=tagtext.language(text("language")),
            pictures=_pictures([*pictures, *comment_pictures(fields)]),
        ),
        _comment_chapters(fields, wording),
    )


def comment_pictures(fields: dict[str, list[str]]) -> Iterator[tuple[int, bytes]]:
    """Yield the ID3 type and the bytes of each picture in a Vorbis comment, whose names are in lower case."""
    from mutagen import MutagenError
    from mutagen.flac import Picture as PictureBlock

    for text in fields.get("metadata_block_picture", [])[:_MOST_PICTURES]:
        try:
            block = cast("Callable[[bytes], _Block]", PictureBlock)(base64.b64decode(text))
        except (MutagenError, *DAMAGE):
            continue  # one damaged picture does not cost the others
        yield int(block.type), block.data
    for text in fields.get("coverart", [])[:_MOST_PICTURES]:
        try:
            yield _FRONT_COVER, base64.b64decode(text)
        except ValueError:
            continue


def _comment_chapters(fields: dict[str, list[str]], wording: tagtext.Wording) -> Iterator[Chapter]:
    for name in [name for name in fields if name.startswith("chapter") and name[7:].isdecimal()]:
        start = tagtext.clock(fields[name][0])
        if start is None:
            continue
        title = wording.line("chapter", _first(fields.get(f"{name}name", ())))
        yield Chapter(start=start, title=title, link=tagtext.link(_first(fields.get(f"{name}url", ()))))
