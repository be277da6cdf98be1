"""Chapters as people write them: one a line, the time first, the title after it, perhaps with a link."""

import re
from collections.abc import Sequence
from datetime import timedelta

from episodes.chapterfiles.marks import Mark, Reading, lines_of
from episodes.problems import quoted
from episodes.timecode import type_position

_TIME = r"(?:\d{1,3}:)?\d{1,3}:\d{2}(?:[.,]\d{1,6})?"
LINE = re.compile(
    rf"\s*(?P<bullet>[-*+•]\s+|\d{{1,4}}[.)]\s+)?"
    rf"(?P<open>[(\[])?(?P<start>{_TIME})(?:\s*(?:-->|[-–—])\s*(?P<end>{_TIME})(?![\d:]))?(?(open)[)\]](?:\(\S*\))?)"
    rf"(?:\s*[-–—:|]\s+|\s+|$)(?P<rest>.*)",
    re.ASCII,
)
"""A line of the list: perhaps a bullet, the time, perhaps its end, and the rest."""

_LINKED = re.compile(r"\[(?P<title>(?:[^\[\]\\]|\\.)*)\]\((?P<link>https?://\S+)\)")
_TRAILING = re.compile(r"(?P<title>.*?)\s+(?:<(?P<a>https?://[^\s>]+)>|\((?P<b>https?://\S+)\)|(?P<c>https?://\S+))")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_SPECIAL = re.compile(r"([\\`*_\[\]<>&~])")
_SECOND = timedelta(seconds=1)


def read(text: str, reading: Reading) -> None:
    """Read every line that begins with a time; another is told, and left out."""
    for number, line in enumerate(lines_of(text), start=1):
        if not line.strip():
            continue
        found = LINE.fullmatch(line)
        if found is None:
            if not line.lstrip().startswith("#"):
                reading.warn(number, f"{quoted(line.strip())} does not begin with a time, and is left out", "")
            continue
        title, link = _parted(found["rest"].strip(), escaped=bool(found["bullet"]))
        end = reading.moment(number, found["end"]) if found["end"] else None
        reading.add(number, start=reading.moment(number, found["start"]), title=title, end=end, link=link)


def _parted(rest: str, *, escaped: bool) -> tuple[str, str]:
    """Return title and link of the text after the time; `escaped` says that it is Markdown."""
    if whole := _LINKED.fullmatch(rest):
        return _ESCAPED.sub(r"\1", whole["title"]), whole["link"]
    link = ""
    if found := _TRAILING.fullmatch(rest):
        rest, link = found["title"], found["a"] or found["b"] or found["c"]
    return _ESCAPED.sub(r"\1", rest) if escaped else rest, link


def write(marks: Sequence[Mark]) -> str:
    """Return a plain list, to the millisecond where a start has any: `02:10 Mut <https://…>`."""
    lines = []
    for mark in marks:
        chapter = mark.chapter
        times = type_position(chapter.start) + (f"-{type_position(chapter.end)}" if chapter.end else "")
        lines.append(f"{times} {chapter.title}{f' <{chapter.link}>' if chapter.link else ''}\n")
    return "".join(lines)


def write_markdown(marks: Sequence[Mark]) -> str:
    """Return a Markdown list for the notes, to the second: `- 02:10 [Mut](https://…)`."""
    lines = []
    for chapter in (mark.chapter for mark in marks):
        title = _SPECIAL.sub(r"\\\1", chapter.title)
        link = chapter.link.replace("(", "%28").replace(")", "%29")
        text = f"[{title}]({link})" if link else title
        lines.append(f"- {type_position(chapter.start // _SECOND * _SECOND)} {text}\n")
    return "".join(lines)
