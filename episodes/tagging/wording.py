"""What every format says in the same way: text fit for a tag, the chapters in the list, the picture in front."""

import re
from collections.abc import Iterable
from datetime import date, timedelta

from episodes.covers import picture
from episodes.model import Chapter
from episodes.pictures import USES, make_small
from episodes.problems import UNFIT, UserError
from episodes.tagging.tagset import LARGEST_COVER, TagSet

MOST_KEPT = 64_000
"""Bytes of the master's own tags that are kept, without its cover and its chapters: every listener downloads them."""

_OTHER, _FRONT_COVER = 0, 3
_LARGEST_SHRUNK = 12_000_000  # pixels; 3,000 x 3,000 are 9 million
_SIGN = re.compile(r"(©|\(c\)|copyright|℗|\(p\))\s*", re.IGNORECASE)
_YEAR = re.compile(r"[12]\d{3}\b", re.ASCII)


def fit(text: str) -> str:
    """Return text without the characters no tag may hold, its lines ended by a line feed each."""
    return UNFIT.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def copyright_line(text: str, day: date | None) -> str:
    """Return a copyright as ID3 wants it, for players put the sign in front: a year, a space, and whose it is."""
    bare = fit(text)
    while sign := _SIGN.match(bare):
        bare = bare[sign.end() :]
    return bare if _YEAR.match(bare) or not day or not bare else f"{day.year} {bare}"


def listed(tags: TagSet, duration: timedelta) -> tuple[tuple[Chapter, timedelta], ...]:
    """Return each chapter that has a title and is not hidden with its end: its own, else where the next one begins.

    The last one ends with the sound.
    Those that begin when the sound is over are left out; every chapter lasts a millisecond at least (ID3-2).
    """
    millisecond = timedelta(milliseconds=1)
    named = (one for one in tags.chapters or () if not one.hidden and fit(one.title))
    shown = sorted((one for one in named if one.start + millisecond < duration), key=lambda one: one.start)
    ends = [*(one.start for one in shown[1:]), duration]
    ends = [min(one.end or end, duration) for one, end in zip(shown, ends, strict=bool(shown))]
    return tuple((one, max(end, one.start + millisecond)) for one, end in zip(shown, ends, strict=True))


def front_cover(found: Iterable[tuple[int, bytes]]) -> bytes:
    """Return which of the master's pictures is kept, given with their ID3 types: the front cover, else an untyped one.

    One of more than `LARGEST_COVER` bytes is made small; what is no picture, or has too many pixels, is dropped.
    """
    pictures = list(found)
    chosen = next((data for wanted in (_FRONT_COVER, _OTHER) for kind, data in pictures if kind == wanted), b"")
    shape = picture(chosen)
    if not 0 < shape.width * shape.height <= _LARGEST_SHRUNK:
        return b""
    if len(chosen) <= LARGEST_COVER:
        return chosen
    try:
        return make_small(chosen, "the cover")[USES[1]]
    except UserError:
        return b""
