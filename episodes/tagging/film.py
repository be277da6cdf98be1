"""Writes a tagged copy of an MP4 file: its index first, its sound and pictures moved but not touched (MP4-1, MP4-2).

Only the index is in memory. The copy holds `ftyp`, `moov`, the texts of the chapters and then everything else in the
order of the master, without what no sample is in: padding, rests of other files, and texts of chapters now replaced.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from io import SEEK_END
from typing import BinaryIO, NoReturn

from episodes.audiotags import LARGEST
from episodes.containers import Box, boxes, read_at
from episodes.sound import LARGE_JUNK
from episodes.tagging.boxes import Damaged, Part, box, head, inside, meta_parts, packed, parts
from episodes.tagging.chaptertrack import ChapterTrack, chapter_list, chapter_track
from episodes.tagging.itemlist import metadata, written_names
from episodes.tagging.refusal import NotTaggable
from episodes.tagging.tables import Region, homes, moved, offsets, widened
from episodes.tagging.tagset import TagSet

_PIECE = 1 << 20
_MOST_TRACKS = 50
_FOUR_GIGABYTES = 1 << 32
_LARGEST_NUMBER = 0xFFFFFFFF
_PADDING = (b"free", b"skip", b"wide", b"sidx", b"ssix")  # the last two are indexes of what follows them
_PROTECTED = (b"enca", b"encv", b"enct", b"encs", b"encu", b"drms", b"drmi")
_AGAIN = "export it again as M4A, or publish it as it is with [audio] tag = false"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Master:
    """The boxes of a master in its order: what is copied, and where samples are in that."""

    kind: bytes
    index: tuple[Part, ...]
    copied: tuple[Box, ...]

    def regions(self) -> tuple[Region, ...]:
        return tuple(Region(start=one.start, end=one.end) for one in self.copied if one.name == b"mdat")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """What a copy consists of: everything before what is copied, and that."""

    beginning: bytes
    copied: tuple[Box, ...]


def write_film(master: BinaryIO, copy: BinaryIO, tags: TagSet, duration: timedelta) -> None:
    """Write an MP4 file to `copy` that says what `tags` say and plays what `master` plays, for `duration`.

    The same master and tags give the same bytes, and so does a copy in place of its master. Raises NotTaggable.
    """
    try:
        plan = _planned(_read(master), tags, duration)
    except Damaged:
        _refuse("the index (moov) of the MP4 file is damaged or leads nowhere")
    copy.write(plan.beginning)
    for one in plan.copied:
        copy.write(head(one.name, one.size))
        _stream(master, copy, one)


def _refuse(message: str, hint: str = _AGAIN) -> NoReturn:
    raise NotTaggable(message, hint=hint)


def _stream(master: BinaryIO, copy: BinaryIO, one: Box) -> None:
    """Copy the content of a box, a piece at a time."""
    master.seek(one.start)
    left = one.size
    while left:
        piece = master.read(min(left, _PIECE))
        if not piece:
            _refuse("the MP4 file changed while it was read", "wait until the recording or the copy is finished")
        copy.write(piece)
        left -= len(piece)


def _read(master: BinaryIO) -> _Master:
    """Return the boxes of a file that can be tagged."""
    size = master.seek(0, SEEK_END)
    top = list(boxes(master, 0, size))
    names = [one.name for one in top]
    if b"moof" in names:
        _refuse("the MP4 file is fragmented (moof)")
    if names.count(b"moov") > 1:
        _refuse("several recordings are joined in the MP4 file", "export it again as one recording")
    for one in top:
        if one.name in (b"ftyp", b"moov", b"mdat") and one.end > size:
            _refuse("the MP4 file was cut off", "copy or upload it again from the original")
    found = {one.name: one for one in reversed(top)}
    index = found.get(b"moov")
    if index is None or b"mdat" not in found:
        _refuse(f"the MP4 file has no {'sound data (mdat)' if index else 'index (moov)'}", "export it again")
    if index.size > LARGEST:
        _refuse(f"the index of the MP4 file takes {index.size // 1_000_000} MB", "remove large pictures from its tags")
    kind = found.get(b"ftyp")
    if kind and kind.size > LARGE_JUNK:
        raise Damaged
    return _Master(
        kind=box(b"ftyp", read_at(master, kind.start, kind.size)) if kind else b"",
        index=parts(read_at(master, index.start, index.size)),
        copied=tuple(one for one in top if _is_copied(master, one, size)),
    )


def _is_copied(master: BinaryIO, one: Box, size: int) -> bool:
    """Say whether a box is worth its place in the copy: not padding, nor the rest of another file."""
    if one.name in (b"ftyp", b"moov", *_PADDING) or one.end > size:
        return False
    if one.name == b"meta":
        _refuse_places(read_at(master, one.start, min(one.size, LARGEST)))
    return all(0x20 <= letter < 0x7F for letter in one.name)


def _refuse_places(meta: bytes) -> None:
    """Raise NotTaggable where `meta` says where in the file something stands."""
    try:
        found = meta_parts(meta)
    except Damaged:
        return
    if any(part.name == b"iloc" for part in found):
        _refuse("the MP4 file holds pictures with places of their own (iloc)")


def _planned(master: _Master, tags: TagSet, duration: timedelta) -> _Plan:
    """Return what the copy consists of."""
    _refuse_strange(master.index)
    tracks = [part.content for part in master.index if part.name == b"trak"]
    former = _chapter_tracks(tracks) if tags.chapters is not None else []
    kept = [track for track in tracks if track not in former]
    regions = master.regions()
    used = frozenset[int]().union(*(homes(offsets(track), regions) for track in kept))
    if not any(_handler(track) == b"soun" and offsets(track) for track in kept):
        _refuse("the MP4 file has no sound", "export it again with its sound")
    abandoned = frozenset[int]().union(*(_former_homes(track, regions) for track in former)) - used
    media = [one for one in master.copied if one.name == b"mdat"]
    copied = [one for one in master.copied if one not in [media[number] for number in abandoned]]

    chapters = chapter_track(tags.chapters or (), duration)
    if tags.chapters is not None:
        number = _free_number(kept) if chapters else 0
        kept = [_referring(track, number) for track in kept]
    texts = box(b"mdat", chapters.data) if chapters else b""
    if sum(one.size + 16 for one in copied) + LARGEST > _FOUR_GIGABYTES:
        kept = [widened(track) for track in kept]
    draft = _Draft(master=master, tracks=tuple(kept), chapters=chapters, tags=tags, duration=duration)
    before = len(master.kind) + len(draft.index(regions=(), texts_at=0))
    shifted = _shifted(copied, before + len(texts))
    index = draft.index(regions=shifted, texts_at=before + len(head(b"mdat", len(texts))))
    return _Plan(beginning=master.kind + index + texts, copied=tuple(copied))


def _shifted(copied: Iterable[Box], at: int) -> tuple[Region, ...]:
    """Return how far each stretch of samples moves, if what is copied begins at an offset."""
    found = []
    for one in copied:
        at += len(head(one.name, one.size))
        if one.name == b"mdat":
            found.append(Region(start=one.start, end=one.end, shift=at - one.start))
        at += one.size
    return tuple(found)


def _refuse_strange(index: tuple[Part, ...]) -> None:
    """Raise NotTaggable for an index whose samples are not simply where its tables say."""
    tracks = [part.content for part in index if part.name == b"trak"]
    if any(part.name == b"mvex" for part in index):
        _refuse("the MP4 file is fragmented (mvex)")
    for part in index:
        if part.name == b"meta":
            _refuse_places(part.content)
    if len(tracks) > _MOST_TRACKS:
        _refuse(f"the MP4 file has {len(tracks)} tracks")
    for track in tracks:
        media = inside(track, b"mdia", b"minf")
        table = inside(media, b"stbl")
        if any(part.name in _PROTECTED for part in parts(inside(table, b"stsd")[8:])):
            _refuse("the MP4 file is protected against copying", "export it again without protection")
        if any(part.name == b"saio" for part in parts(table)):
            _refuse("the MP4 file holds data beside its samples (saio)")
        for place in parts(inside(media, b"dinf", b"dref")[8:]):
            if len(place.content) < 4 or not place.content[3] & 1:
                _refuse("the sound of the MP4 file is in another file", "export it again as one file")


def _handler(track: bytes) -> bytes:
    return inside(track, b"mdia", b"hdlr")[8:12]


def _number(track: bytes) -> int:
    header = inside(track, b"tkhd")
    return int.from_bytes(header[20:24] if header[:1] == b"\1" else header[12:16], "big")


def _chapter_tracks(tracks: list[bytes]) -> list[bytes]:
    """Return the tracks of texts and pictures that others name as their chapters."""
    listed = b"".join(inside(track, b"tref", b"chap") for track in tracks)
    wanted = {int.from_bytes(listed[at : at + 4], "big") for at in range(0, len(listed), 4)}
    return [track for track in tracks if _number(track) in wanted and _is_chapters(track)]


def _is_chapters(track: bytes) -> bool:
    """Say whether a track can be one of chapters: of texts, or of pictures that are not shown as a film."""
    shown = inside(track, b"tkhd")[3:4] > b"\0" and inside(track, b"tkhd")[3] & 1
    return _handler(track) in (b"text", b"sbtl") or (_handler(track) == b"vide" and not shown)


def _former_homes(track: bytes, regions: tuple[Region, ...]) -> frozenset[int]:
    """Return where the samples of a track are that is left out; it may be as damaged as it likes."""
    try:
        return homes(offsets(track), regions)
    except Damaged:
        return frozenset()


def _free_number(tracks: list[bytes]) -> int:
    """Return the smallest number no track has."""
    taken = {_number(track) for track in tracks}
    return next(number for number in range(1, len(taken) + 2) if number not in taken)


def _referring(track: bytes, number: int) -> bytes:
    """Return a track that names track `number` as its chapters if it can be heard or seen, and no other; 0 is none."""
    found = parts(track)
    references = [one for part in found if part.name == b"tref" for one in parts(part.content) if one.name != b"chap"]
    if number and _handler(track) in (b"soun", b"vide"):
        references.append(Part(name=b"chap", content=number.to_bytes(4, "big")))
    rest = [part for part in found if part.name != b"tref"]
    if references:
        place = next((at for at, part in enumerate(rest) if part.name == b"mdia"), len(rest))
        rest.insert(place, Part(name=b"tref", content=packed(references)))
    return packed(rest)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    """The index of a copy, whose size does not depend on where the samples are."""

    master: _Master
    tracks: tuple[bytes, ...]
    chapters: ChapterTrack | None
    tags: TagSet
    duration: timedelta

    def index(self, *, regions: tuple[Region, ...], texts_at: int) -> bytes:
        """Return `moov` for samples in `regions`, if any (else where they were), and texts of chapters at an offset."""
        tracks = [box(b"trak", moved(track, regions) if regions else track) for track in self.tracks]
        header = next((part.content for part in self.master.index if part.name == b"mvhd"), b"")
        if len(header) < 100:
            raise Damaged
        clock = int.from_bytes(header[20:24] if header[:1] == b"\1" else header[12:16], "big")
        if self.chapters:
            number = _free_number(list(self.tracks))
            tracks.append(self.chapters.box(number, texts_at, clock))
            following = min(1 + max(number, *map(_number, self.tracks)), _LARGEST_NUMBER)
            header = header[:-4] + following.to_bytes(4, "big")
        others = [part for part in self.master.index if part.name not in (b"mvhd", b"trak", b"udta", b"free", b"skip")]
        return box(b"moov", box(b"mvhd", header), *tracks, packed(others), box(b"udta", self._said()))

    def _said(self) -> bytes:
        """Return the content of `udta`: what the file says about itself."""
        found = self._former()
        meta = next((part.content for part in found if part.name == b"meta"), b"")
        points = b"".join(part.content for part in found if part.name == b"chpl")
        if self.tags.chapters is not None:
            points = chapter_list(self.tags.chapters, self.duration)
        gone = {b"meta", b"chpl", b"free", b"skip", *written_names(self.tags)}
        return (
            packed(part for part in found if part.name not in gone)
            + box(b"meta", metadata(meta, self.tags))
            + (box(b"chpl", points) if points else b"")
        )

    def _former(self) -> tuple[Part, ...]:
        try:
            return tuple(one for part in self.master.index if part.name == b"udta" for one in parts(part.content))
        except Damaged:
            return ()
