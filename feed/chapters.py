"""Chapters as the JSON file apps fetch (JSON chapters 1.2)."""

import json
from collections.abc import Sequence
from datetime import timedelta

from episodes.model import Chapter
from feed.text import ascii_url, one_line


def json_chapters(chapters: Sequence[Chapter]) -> bytes:
    """Return chapters as a JSON chapters file, the same bytes for the same chapters (JCH-1, JCH-2)."""
    data = {"version": "1.2.0", "chapters": [_chapter(chapter) for chapter in chapters]}
    return f"{json.dumps(data, ensure_ascii=False, indent=1)}\n".encode()


def _chapter(chapter: Chapter) -> dict[str, object]:
    milliseconds = round(chapter.start / timedelta(milliseconds=1))
    written: dict[str, object] = {"startTime": milliseconds / 1000 if milliseconds % 1000 else milliseconds // 1000}
    if chapter.title:
        written["title"] = one_line(chapter.title)
    if chapter.image:
        written["img"] = ascii_url(chapter.image)
    if chapter.link:
        written["url"] = ascii_url(chapter.link)
    if chapter.hidden:
        written["toc"] = False
    return written
