"""Chapters as the JSON file apps fetch (JSON chapters 1.2)."""

from collections.abc import Sequence
from dataclasses import replace

from episodes.chapterfiles.jsonfile import write
from episodes.chapterfiles.marks import Mark, without_plain_ends
from episodes.model import Chapter
from feed.text import ascii_url, one_line


def json_chapters(chapters: Sequence[Chapter], *, waypoints: bool = False) -> bytes:
    """Return chapters as a JSON chapters file, the same bytes for the same chapters (JCH-1 to JCH-4).

    `waypoints` says that their places are a route.
    """
    marks = [Mark(chapter=_public(chapter)) for chapter in without_plain_ends(chapters)]
    return write(marks, {"waypoints": True} if waypoints else {}).encode()


def _public(chapter: Chapter) -> Chapter:
    """Return a chapter as it may be published: a title on one line, addresses in ASCII."""
    link, image = (ascii_url(address) if address else "" for address in (chapter.link, chapter.image))
    return replace(chapter, title=one_line(chapter.title), link=link, image=image)
