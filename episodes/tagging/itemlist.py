"""Writes what an MP4 file says about itself: the item list of iTunes (`moov/udta/meta/ilst`).

| tag | items |
|---|---|
| title, artist, album, album_artist, genre, copyright | `©nam`, `©ART`, `©alb`, `aART`, `©gen`, `cprt` |
| number | `trkn` for players, `tves` for catalogues of episodes |
| season | `disk` for players, `tvsn` for catalogues of episodes |
| date | `©day` as `YYYY-MM-DD` |
| comment | `©cmt` and `ldes` whole, `desc` with the first 255 characters: iTunes shows no more |
| language | the freeform item `com.apple.iTunes:LANGUAGE`, as MusicBrainz Picard and Kid3 write it |
| link | `©url`, QuickTime's own, which ffmpeg and what is built on it read |
| cover | `covr` |

The media kind (`stik`, `pcst`) stays as it is: it makes iTunes file a song among podcasts it has no feed of.
"""

import struct
from collections.abc import Callable, Iterator, MutableMapping
from io import BytesIO
from typing import BinaryIO, Protocol, cast

from episodes.problems import UNFIT
from episodes.tagging.boxes import Damaged, Part, box, inside, meta_parts, packed, parts
from episodes.tagging.tagset import LARGEST_COVER, TagSet

_SHORT = 255
_MOST_KEPT = 64_000  # bytes of items without covers: every listener downloads them
_HANDLER = box(b"hdlr", bytes(8) + b"mdirappl" + bytes(9))
_UPPERMOST = 0xFFFF

# what mutagen raises, besides its own errors, on items that are damaged in the right place
_DAMAGE = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, AssertionError, struct.error)


class _Film(Protocol):
    """A film of mutagen; it has items, because the skeleton has a list of them."""

    tags: MutableMapping[str, object]

    def save(self, file: BinaryIO, *, padding: Callable[[object], int]) -> None: ...


def metadata(old: bytes, tags: TagSet) -> bytes:
    """Return the content of `meta` with `tags`, keeping of the old content the items they do not replace.

    What is too large is left out, and so is everything where it is damaged or not of iTunes.
    """
    others, kept = _former(old, replaced=bool(tags.cover))
    return bytes(4) + _HANDLER + packed(others) + box(b"ilst", _written(kept, tags) or _written(b"", tags))


def written_names(tags: TagSet) -> frozenset[bytes]:
    """Return the names of the items that `tags` write."""
    return frozenset(name.encode("latin-1") for name in _items(tags) if len(name) == 4)


def _former(old: bytes, *, replaced: bool) -> tuple[list[Part], bytes]:
    """Return what stands in `meta` beside the items, and the items that are worth keeping."""
    try:
        found = meta_parts(old)
        handler = next((part.content for part in found if part.name == b"hdlr"), b"")
        if handler[8:12] != b"mdir":
            return [], b""
        items = next((part.content for part in found if part.name == b"ilst"), b"")
        others = [part for part in found if part.name not in (b"hdlr", b"ilst", b"free", b"skip")]
        return others, packed(_light(parts(items), replaced=replaced))
    except Damaged:
        return [], b""


def _light(items: tuple[Part, ...], *, replaced: bool) -> Iterator[Part]:
    """Yield as many items as are worth their bytes, and of covers only what fits."""
    room, rest = LARGEST_COVER, _MOST_KEPT
    for item in items:
        if item.name != b"covr":
            if len(item.content) <= rest:
                rest -= len(item.content)
                yield item
        elif not replaced:
            covers = []
            for cover in _pictures(item):
                if (size := len(cover.content) - 8) <= room:
                    room -= size
                    covers.append(cover)
            if covers:
                yield Part(name=b"covr", content=packed(covers))


def _pictures(item: Part) -> list[Part]:
    try:
        return [part for part in parts(item.content) if part.name == b"data" and len(part.content) > 8]
    except Damaged:
        return []


def _written(kept: bytes, tags: TagSet) -> bytes:
    """Return the content of `ilst`, empty where what is kept is damaged."""
    from mutagen import MutagenError
    from mutagen.mp4 import MP4

    skeleton = box(b"moov", box(b"udta", box(b"meta", bytes(4), _HANDLER, box(b"ilst", kept))))
    file = BytesIO(skeleton)
    try:
        film = cast("Callable[[BinaryIO], _Film]", MP4)(file)
        film.tags.update(_items(tags))
        file.seek(0)
        film.save(file, padding=lambda _: 0)
        return inside(inside(file.getvalue(), b"moov", b"udta", b"meta")[4:], b"ilst")
    except (MutagenError, Damaged, *_DAMAGE):
        return b""


def _items(tags: TagSet) -> dict[str, object]:
    """Return the items of the tags that are not empty, as mutagen takes them: a cover that says no kind is a JPEG."""
    texts = {
        "\xa9nam": tags.title,
        "\xa9ART": tags.artist,
        "\xa9alb": tags.album,
        "aART": tags.album_artist,
        "\xa9gen": tags.genre,
        "cprt": tags.copyright,
        "\xa9day": tags.date.isoformat() if tags.date else "",
        "\xa9cmt": tags.comment,
        "ldes": tags.comment,
        "desc": tags.comment.strip()[:_SHORT],
        "\xa9url": tags.link,
    }
    found: dict[str, object] = {name: [fit] for name, text in texts.items() if (fit := UNFIT.sub("", text).strip())}
    for value, pair, plain in ((tags.number, "trkn", "tves"), (tags.season, "disk", "tvsn")):
        if value is not None and 0 <= value <= _UPPERMOST:
            found |= {pair: [(value, 0)], plain: [value]}
    if tags.language:
        found["----:com.apple.iTunes:LANGUAGE"] = [tags.language.encode()]
    if tags.cover:
        found["covr"] = [tags.cover]
    return found
