"""A chapter as a file holds it, and how readers of every format gather marks and what is wrong with them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum

from episodes.addresses import is_address, web_hint
from episodes.fields import one_line
from episodes.model import Chapter
from episodes.problems import Problem, Severity, quoted, unfit
from episodes.timecode import parse_position

LONGEST_TITLE = 255
"""Characters a title may have, here as in an episode file."""

MOST = 5000
"""Chapters, mistakes, and lines of one chapter that a file may have; an episode has some dozen chapters."""

_LONGEST = timedelta(hours=1000)
_LONGEST_LINE = 5000
_NEAR = timedelta(seconds=1)
_MILLISECOND = timedelta(milliseconds=1)
_TOO_FINE = re.compile(r"([.,]\d{6})\d+$", re.ASCII)


class Form(StrEnum):
    """The formats chapters are read from; all but Reaper's are written too."""

    JSON = "json"
    PSC = "psc"
    VTT = "vtt"
    AUDACITY = "audacity"
    REAPER = "reaper"
    LIST = "list"
    MARKDOWN = "markdown"


NAMES = {
    Form.JSON: "JSON chapters",
    Form.PSC: "Podlove Simple Chapters",
    Form.VTT: "WebVTT chapters",
    Form.AUDACITY: "Audacity labels",
    Form.REAPER: "Reaper markers",
    Form.LIST: "a plain list",
    Form.MARKDOWN: "a Markdown list",
}
"""What people call each format."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A chapter as a file holds it, and the line it stands on, 0 for none."""

    chapter: Chapter
    line: int = field(default=0, compare=False)


class TooMany(Exception):
    """What a file has more of than anybody means, as a sentence without a subject."""


@dataclass(kw_only=True)
class Reading:
    """The marks of one file as they are read, to the millisecond, and every mistake with its line.

    Whatever would take up more than `MOST` of either raises `TooMany`.
    `about` is what the file says of the episode as a whole, by the names of JSON chapters (JCH-4).
    """

    path: str
    about: dict[str, str | bool] = field(default_factory=dict)
    marks: list[Mark] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def problem(self, line: int, message: str, hint: str, *, rule: str = "") -> None:
        """Note a mistake that leaves the file unusable."""
        self._note(Problem(path=self.path, line=line, message=message, hint=hint, rule=rule))

    def warn(self, line: int, message: str, hint: str, *, rule: str = "") -> None:
        """Note what a producer should know of, though the file can be used."""
        self._note(Problem(severity=Severity.WARNING, path=self.path, line=line, message=message, hint=hint, rule=rule))

    def _note(self, problem: Problem) -> None:
        if len(self.problems) == MOST:
            raise TooMany(f"has more than {MOST:,} mistakes")
        self.problems.append(problem)

    def moment(self, line: int, text: str, *, rule: str = "") -> timedelta | None:
        """Return the point in the audio a text means; None, and a problem, where it means none."""
        try:
            return to_milliseconds(parse_position(_TOO_FINE.sub(r"\1", text.strip())))
        except ValueError as error:
            message, _, hint = str(error).partition("; ")
            self.problem(line, message, hint, rule=rule)
            return None

    def add(
        self,
        line: int,
        *,
        start: timedelta | None,
        title: str,
        end: timedelta | None = None,
        link: str = "",
        image: str = "",
        hidden: bool = False,
        place: tuple[str, str, str] = ("", "", ""),
        rule: str = "",
    ) -> None:
        """Take up a chapter, or note why it cannot be one; one without a start was noted when that was read.

        `place` is its name, geo and osm. `rule` is the rule a chapter without a title breaks.
        """
        if start is None:
            return
        before = len(self.problems)
        title = one_line(title)
        if why := unfit(title):
            self.problem(line, f"the title {quoted(title)} {why}", "delete it")
        if not title and not hidden:
            self.problem(line, "the chapter has no title", "write what it is about, or delete it", rule=rule)
        if len(title) > LONGEST_TITLE:
            what = f"the title {quoted(title)} has {len(title)} characters"
            self.problem(line, f"{what}; podcast apps take at most {LONGEST_TITLE}", "shorten it")
        for name, address in (("link", link), ("image", image)):
            if address and not is_address(address):
                self.problem(line, f"the {name} {quoted(address)} is not a web address", web_hint(address))
        if end is not None and end < start:
            self.problem(line, f"the chapter {quoted(title)} ends before it begins", "change its end", rule="JCH-2")
        if len(self.problems) == before:
            if len(self.marks) == MOST:
                raise TooMany(f"has more than {MOST:,} chapters")
            last = None if end == start else end
            name, geo, osm = place
            chapter = Chapter(
                start=start, title=title, link=link, image=image, hidden=hidden, end=last, place=name, geo=geo, osm=osm
            )
            self.marks.append(Mark(chapter=chapter, line=line))


def without_plain_ends(chapters: Sequence[Chapter], length: timedelta | None = None) -> tuple[Chapter, ...]:
    """Return chapters, in order, without ends that say no more than that the next one begins, or that the audio ends.

    `length` is that of the audio, where it is known.
    """
    begins = [*(chapter.start for chapter in chapters[1:]), None]
    return tuple(
        replace(chapter, end=None) if _plain(chapter.end, begin, length) else chapter
        for chapter, begin in zip(chapters, begins, strict=False)
    )


def _plain(end: timedelta | None, begin: timedelta | None, length: timedelta | None) -> bool:
    return end is not None and (end == begin or (length is not None and end > length - _NEAR))


def to_milliseconds(position: timedelta) -> timedelta:
    """Return a point in the audio rounded to the millisecond, the finest that every format holds."""
    return round(position / _MILLISECOND) * _MILLISECOND


def from_seconds(value: object) -> timedelta | None:
    """Return the point in the audio a number of seconds means, None for what is no number or out of any range."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    limit = _LONGEST.total_seconds()
    return to_milliseconds(timedelta(seconds=value)) if 0 <= value <= limit else None


def to_seconds(position: timedelta) -> int | float:
    """Return a point in the audio in seconds, a whole number where it is one."""
    milliseconds = round(position / _MILLISECOND)
    return milliseconds / 1000 if milliseconds % 1000 else milliseconds // 1000


def lines_of(text: str) -> list[str]:
    """Return the lines of a text, of each no more than any chapter fills; only `\\n`, `\\r\\n` and `\\r` end one."""
    return [line[:_LONGEST_LINE] for line in re.split(r"\r\n|\n|\r", text)]
