"""Reads chapters from a file of any format, which its content tells."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from episodes.chapterfiles import audacity, jsonfile, reaper, simple, timelist, webvtt
from episodes.chapterfiles.encodings import decode
from episodes.chapterfiles.marks import NAMES, Form, Mark, Reading, TooMany, lines_of, without_plain_ends
from episodes.problems import Problem, Severity, quoted
from episodes.timecode import type_position

_READERS: Mapping[Form, Callable[[str, Reading], None]] = {
    Form.JSON: jsonfile.read,
    Form.PSC: simple.read,
    Form.VTT: webvtt.read,
    Form.AUDACITY: audacity.read,
    Form.REAPER: reaper.read,
    Form.LIST: timelist.read,
}
_TOLD = 20
_ORDER_RULES = {Form.JSON: "JCH-2", Form.PSC: "PSC-2"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChapterFile:
    """What a file of chapters holds, in the order of time, and what is wrong with it; `about` as in `Reading`."""

    form: Form
    encoding: str
    marks: tuple[Mark, ...]
    problems: tuple[Problem, ...]
    about: Mapping[str, str | bool]


def read_chapters(raw: bytes, path: str, length: timedelta | None = None) -> ChapterFile | Problem:
    """Read a file of chapters; one that is no text, or in no format that is known, comes back as one problem.

    `length` is that of the audio, where it is known: a chapter that ends there has no end of its own.
    """
    decoded = decode(raw, path)
    if isinstance(decoded, Problem):
        return decoded
    form = recognise(decoded.text)
    if form is None:
        formats = ", ".join(NAMES[known] for known in _READERS)
        message = "holds no chapters" if decoded.text.strip() else "is empty"
        return Problem(path=path, message=message, hint=f"what is read: {formats} (00:00 Title)")
    reading = Reading(path=path)
    try:
        _READERS[form](decoded.text, reading)
        _tell_order(reading, form)
        if not reading.marks and not any(one.severity is Severity.ERROR for one in reading.problems):
            reading.problem(0, "holds no chapters", f"it was read as {NAMES[form]}")
    except TooMany as error:
        return Problem(path=path, message=str(error), hint="look whether it is the right file")
    if decoded.encoding == "cp1252":
        message = "is not UTF-8, and was read as Windows-1252"
        note = Problem(severity=Severity.NOTE, path=path, message=message, hint="look whether umlauts are right")
        reading.problems.insert(0, note)
    marks = sorted(reading.marks, key=lambda mark: mark.chapter.start)
    chapters = without_plain_ends([mark.chapter for mark in marks], length)
    return ChapterFile(
        form=form,
        encoding=decoded.encoding,
        marks=tuple(Mark(chapter=chapter, line=mark.line) for chapter, mark in zip(chapters, marks, strict=True)),
        problems=_bounded(reading.problems),
        about=reading.about,
    )


def recognise(text: str) -> Form | None:
    """Return the format of a text; None where no line of it is a chapter of any."""
    begins = text.lstrip()
    if begins.startswith("WEBVTT"):
        return Form.VTT
    if begins.startswith("{") or re.match(r"\[\s*[{\]]", begins):
        return Form.JSON
    if begins.startswith("<"):
        return Form.PSC
    if reaper.HEAD.match(text):
        return Form.REAPER
    lines = [line for line in lines_of(text) if line.strip()]
    if any(audacity.LABEL.fullmatch(line) for line in lines[:20]):
        return Form.AUDACITY
    return Form.LIST if any(timelist.LINE.fullmatch(line) for line in lines) else None


def _bounded(problems: list[Problem]) -> tuple[Problem, ...]:
    """Return the problems of a file; of very many the first, errors before the rest, and how many more there are."""
    if len(problems) <= _TOLD:
        return tuple(problems)
    ordered = sorted(problems, key=lambda problem: problem.severity is not Severity.ERROR)
    rest = Problem(
        severity=ordered[_TOLD].severity,
        path=ordered[0].path,
        message=f"has {len(problems) - _TOLD} more problems",
        hint="mend these first",
    )
    return (*ordered[:_TOLD], rest)


def _tell_order(reading: Reading, form: Form) -> None:
    """Warn of every chapter that stands behind a later one, which is put in order; no two may begin at one time."""
    rule = _ORDER_RULES.get(form, "")
    latest = timedelta()
    titles: dict[timedelta, str] = {}
    for mark in reading.marks:
        start, title = mark.chapter.start, mark.chapter.title
        begins = f"the chapter {quoted(title)} begins at {type_position(start)}"
        if start in titles:
            hint = "move one of them, or delete it"
            reading.problem(mark.line, f"{begins}, as {quoted(titles[start])} does", hint, rule=rule)
        elif start < latest:
            message = f"{begins}, before the one above it, and is put in its place"
            reading.warn(mark.line, message, "look whether the time is right", rule=rule)
        latest = max(latest, start)
        titles[start] = title
