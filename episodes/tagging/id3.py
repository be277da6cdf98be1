"""Writes ID3v2.3 tags, which the oldest players and Windows read too (ID3-4): text is Latin-1 or UTF-16 there."""

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from io import BytesIO
from typing import BinaryIO, Protocol, cast
from urllib.parse import quote

from episodes.audiotags import DAMAGE, LARGEST
from episodes.covers import picture
from episodes.id3frames import excess
from episodes.mpeg import tag_length
from episodes.tagging.languages import three_letters
from episodes.tagging.tagset import TagSet
from episodes.tagging.wording import MOST_KEPT, copyright_line, fit, front_cover, listed

_MOST_CHILDREN = 255  # their count is one byte (ID3-1)
_UNUSED = 0xFFFFFFFF
_LATEST = 0xFFFFFFFE  # milliseconds
_ORDERED, _TOP_LEVEL = 1, 2
_SEPARATOR = " / "
_IN_ADDRESSES = "%/:=&?~#+!$,;'@()*[]"
_COMMENTS = ("description", "comment")
_CHAPTERS = ("CHAP", "CTOC")
_DATES = ("TYER", "TDAT", "TIME", "TORY")


class _Frame(Protocol):
    """An ID3 frame of mutagen: each kind has some of these."""

    FrameID: str
    HashKey: str
    encoding: int
    lang: str
    text: object
    desc: str
    type: int
    data: bytes


class _Tag(Protocol):
    """The ID3 tag of mutagen."""

    def add(self, frame: object) -> None: ...
    def clear(self) -> None: ...
    def getall(self, key: str) -> list[_Frame]: ...
    def values(self) -> Iterable[_Frame]: ...
    def update_to_v23(self) -> None: ...
    def save(self, target: BinaryIO, **options: object) -> None: ...


def id3_tag(old: BinaryIO, tags: TagSet, duration: timedelta) -> bytes:
    """Return the tag of the copy; what `tags` leaves empty is taken from the one in `old`, where it can be read."""
    frames, found = _kept(old, tags)
    if cover := tags.cover or front_cover(found):
        frames.append(_frame("APIC", encoding=0, mime=picture(cover).media_type, type=3, desc="", data=cover))
    body = b"".join(_rendered(one) for one in [*_fresh(tags), *_fresh_chapters(tags, duration), *frames])
    size = len(body)
    return b"ID3\x03\x00\x00" + bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0)) + body


def _empty() -> _Tag:
    from mutagen.id3 import ID3

    return cast("Callable[[], _Tag]", ID3)()


def _frame(name: str, **values: object) -> _Frame:
    from mutagen import id3

    return cast("Callable[..., _Frame]", getattr(id3, name))(**values)


def _rendered(frame: _Frame) -> bytes:
    """Return the bytes of one frame; mutagen would sort them by size, and chapters with them."""
    tag, target = _empty(), BytesIO()
    tag.add(frame)
    tag.save(target, v1=0, v2_version=3, v23_sep=_SEPARATOR, padding=lambda _: 0)
    return target.getvalue()[10:]


def _text(name: str, text: str, **values: object) -> _Frame:
    """Return a text frame, in UTF-16 beyond ASCII: Windows takes what is declared Latin-1 for its own code page."""
    plain = fit(text)
    return _frame(name, encoding=0 if plain.isascii() else 1, text=plain, **values)


# what the catalogue says


def _fresh(tags: TagSet) -> Iterator[_Frame]:
    language = three_letters(tags.language)
    day = tags.date
    texts = {
        "TIT2": tags.title,
        "TPE1": tags.artist,
        "TALB": tags.album,
        "TPE2": tags.album_artist,
        "TRCK": str(tags.number or ""),
        "TPOS": str(tags.season or ""),
        "TYER": f"{day.year:04}" if day else "",
        "TDAT": f"{day:%d%m}" if day else "",
        "TLAN": language,
        "TCON": tags.genre,
        "TCOP": copyright_line(tags.copyright, day),
    }
    yield from (_text(name, text) for name, text in texts.items() if fit(text))
    if tags.season:
        yield _text("TXXX", str(tags.season), desc="SEASON")
    if fit(tags.link):
        yield _frame("WOAF", url=_address(tags.link))
    if fit(tags.comment):
        yield _text("COMM", tags.comment, lang=language or "XXX", desc="")


def _address(link: str) -> str:
    """Return a web address in ASCII, as its frames hold nothing but Latin-1."""
    return quote(fit(link), safe=_IN_ADDRESSES)


def _fresh_chapters(tags: TagSet, duration: timedelta) -> Iterator[_Frame]:
    """Yield the table of contents and its chapters; more than a table can list are listed by tables within it."""
    chapters = listed(tags, duration)
    if not chapters:
        return
    names = [f"chp{number}" for number in range(len(chapters))]
    rows = [names[at : at + _MOST_CHILDREN] for at in range(0, len(names), _MOST_CHILDREN)]
    tables = [f"toc{number}" for number in range(len(rows))]
    if len(rows) == 1:
        yield _table("toc", names, _TOP_LEVEL | _ORDERED)
    else:
        yield _table("toc", tables, _TOP_LEVEL | _ORDERED)
        yield from (_table(name, row, _ORDERED) for name, row in zip(tables, rows, strict=True))
    for name, (chapter, end) in zip(names, chapters, strict=True):
        parts = [_text("TIT2", chapter.title)]
        if fit(chapter.link):
            parts.append(_frame("WXXX", encoding=0, desc="chapter url", url=_address(chapter.link)))
        yield _frame(
            "CHAP",
            element_id=name,
            start_time=_milliseconds(chapter.start),
            end_time=_milliseconds(end),
            start_offset=_UNUSED,
            end_offset=_UNUSED,
            sub_frames=parts,
        )


def _table(name: str, children: list[str], flags: int) -> _Frame:
    return _frame("CTOC", element_id=name, flags=flags, child_element_ids=children, sub_frames=[])


def _milliseconds(moment: timedelta) -> int:
    return min(moment // timedelta(milliseconds=1), _LATEST)


# what the master says besides


def _kept(old: BinaryIO, tags: TagSet) -> tuple[list[_Frame], list[tuple[int, bytes]]]:
    """Return the frames of the master that stay, in an order of their own, and its pictures with their types."""
    from mutagen import MutagenError

    try:
        tag = _read(old)
        found = [(int(one.type), one.data) for one in tag.getall("APIC")]
        tag.update_to_v23()
        staying = {one.HashKey: one for one in map(_tidied, tag.values()) if _stays(one, tags)}
        rendered = [(one, len(_rendered(one))) for one in staying.values()]
    except (MutagenError, *DAMAGE):
        return [], []
    chapters = [one for one, _ in rendered if one.FrameID in _CHAPTERS]
    kept, left = [], MOST_KEPT
    for one, size in sorted(rendered, key=lambda pair: pair[0].HashKey):
        if one.FrameID not in _CHAPTERS and 10 < size <= left:
            kept.append(one)
            left -= size
    return [*chapters, *kept], found


def _read(old: BinaryIO) -> _Tag:
    """Return the tag of the master as mutagen reads it, an empty one where there is none or far too much of it."""
    from mutagen.id3 import ID3, ID3NoHeaderError

    old.seek(0)
    head = old.read(10)
    old.seek(0)
    if tag_length(head, 0) > LARGEST or excess(old, 0, LARGEST):
        return _empty()
    try:
        return cast("Callable[[BinaryIO], _Tag]", ID3)(old)
    except ID3NoHeaderError:
        return _empty()


def _tidied(frame: _Frame) -> _Frame:
    """Return a frame so that it is read again as it is written: without blank texts and impossible languages."""
    if isinstance(text := getattr(frame, "text", None), list):
        frame.text = [one for one in text if str(one).strip("\0 ")]
    if frame.FrameID in ("COMM", "USLT") and not frame.lang.isalpha():
        frame.lang = "XXX"
    if frame.FrameID in _DATES:
        frame.encoding = 0  # mutagen makes them of a date, in that one's encoding, which reading them again loses
    return frame


def _stays(frame: _Frame, tags: TagSet) -> bool:
    """Say whether a frame is one of those that are kept, and says nothing that the catalogue says otherwise."""
    name = frame.FrameID
    if getattr(frame, "text", None) == "":
        return False
    if name in _CHAPTERS:
        return tags.chapters is None
    if name == "COMM":
        return not tags.comment or frame.desc.startswith("iTun")
    if name in ("TXXX", "WXXX"):
        word = frame.desc.strip("\0 ").lower()
        return word not in ((*_COMMENTS,) if tags.comment else ()) and not (word == "season" and tags.season)
    return (name[0] in "TW" or name in ("USLT", "IPLS", "PCST", "GRP1")) and name not in _said(tags)


def _said(tags: TagSet) -> set[str]:
    """Return the names of the frames whose place is taken by what the catalogue says."""
    taken = {
        "TIT2": tags.title,
        "TPE1": tags.artist,
        "TALB": tags.album,
        "TPE2": tags.album_artist,
        "TRCK": tags.number,
        "TPOS": tags.season,
        "TYER TDAT TIME": tags.date,
        "TLAN": three_letters(tags.language),
        "TCON": tags.genre,
        "TCOP": tags.copyright,
        "WOAF": tags.link,
        "TDES": tags.comment,
    }
    return {name for names, value in taken.items() if value for name in names.split()}
