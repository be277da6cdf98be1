"""Cues of WebVTT and SRT files, read strictly and line by line.

Sources: https://www.w3.org/TR/webvtt1/#file-structure and, for SRT, the podcast namespace's transcripts.md.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

from episodes.problems import quoted
from feed.checks.linked import Fault, decoded

_MOST_LINES = 500_000
_LINE_END = re.compile(r"\r\n|\n|\r")
_ARROW = re.compile(r"[ \t]*(?P<start>[^ \t]*)[ \t]*-->[ \t]*(?P<end>[^ \t]*)")
_TIME = re.compile(r"(?:(?P<hours>\d{2,6}):)?(?P<minutes>[0-5]\d):(?P<seconds>[0-5]\d)(?P<mark>[.,])(?P<ms>\d{3})")
_TAG = re.compile(r"<[^<>]*>")
_VOICE = re.compile(r"<v(?:\.[^\s<>.]+)*(?:[ \t](?P<name>[^<>]*))?>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """What is said from `start` to `end`, in seconds. `line` is where its text begins; `lines` keep their markup."""

    line: int
    start: float
    end: float
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CueFile:
    """The cues of a file, and what was wrong in the lines that gave none."""

    cues: tuple[Cue, ...] = ()
    faults: tuple[Fault, ...] = ()


def read_webvtt(body: bytes) -> CueFile:
    """Return the cues of a WebVTT file."""
    lines, faults = _lines(body)
    if not re.fullmatch(r"WEBVTT(?:[ \t].*)?", lines[0]):
        faults.append(Fault(1, f"the first line is {quoted(lines[0])}, not WEBVTT"))
    cues: list[Cue] = []
    for number, block in _blocks(lines):
        if number == 1:
            late = next((below for below, line in enumerate(block[1:], start=2) if "-->" in line), 0)
            faults.extend([Fault(late, "a cue begins without an empty line above it")] if late else [])
        elif not re.match(r"(?:NOTE|STYLE|REGION)(?:[ \t]|$)", block[0]):
            named = len(block) > 1 and "-->" not in block[0]
            _sort(_cue(number + named, block[named:], "."), cues, faults)
    return _whole(cues, faults)


def read_srt(body: bytes) -> CueFile:
    """Return the cues of a SubRip file."""
    lines, faults = _lines(body)
    cues: list[Cue] = []
    for number, block in _blocks(lines):
        numbered = len(block) > 1 and bool(re.fullmatch(r"[ \t]*\d{1,9}[ \t]*", block[0], re.ASCII))
        if not numbered and "-->" in block[0]:
            faults.append(Fault(number, "the cue has no number above its time"))
        _sort(_cue(number + numbered, block[numbered:], ","), cues, faults)
    return _whole(cues, faults)


def spoken(line: str) -> str:
    """Return a line of a cue as it is shown: without markup."""
    return html.unescape(_TAG.sub("", line)).strip()


def voices(cue: Cue) -> Iterator[str]:
    """Yield the names in the voice spans of a cue; empty for a span without one."""
    for line in cue.lines:
        for voice in _VOICE.finditer(line):
            yield html.unescape(voice["name"] or "").strip()


def _lines(body: bytes) -> tuple[list[str], list[Fault]]:
    text, faults = decoded(body)
    return _LINE_END.split(text, maxsplit=_MOST_LINES)[:_MOST_LINES], list(faults)


def _blocks(lines: list[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield what stands between empty lines, with the number of its first line."""
    block: list[str] = []
    for number, line in enumerate(lines, start=1):
        if line.strip(" \t"):
            block.append(line)
        elif block:
            yield number - len(block), block
            block = []
    if block:
        yield len(lines) + 1 - len(block), block


def _cue(number: int, block: list[str], mark: str) -> Cue | Fault:
    """Return the cue whose time stands in line `number`, the first of `block`, or what is wrong with it."""
    arrow = _ARROW.match(block[0])
    if arrow is None:
        return Fault(number, f"{quoted(block[0])} has no time above it, and nobody will see it")
    times = []
    for text in (arrow["start"], arrow["end"]):
        time = _TIME.fullmatch(text)
        if time is None or (mark == "," and time["hours"] is None):
            return Fault(number, f"{quoted(text)} is not a time such as 00:01:02{mark}500")
        if time["mark"] != mark:
            return Fault(number, f"{quoted(text)} has a {time['mark']!r} before the milliseconds, not a {mark!r}")
        hours, minutes, whole, ms = (int(time[part] or 0) for part in ("hours", "minutes", "seconds", "ms"))
        times.append(hours * 3600 + minutes * 60 + whole + ms / 1000)
    if times[1] <= times[0]:
        return Fault(number, f"the cue ends at {quoted(arrow['end'])} and begins at {quoted(arrow['start'])}")
    for below, line in enumerate(block[1:], start=number + 1):
        if "-->" in line:
            return Fault(below, "a cue begins without an empty line above it")
    return Cue(line=number + 1, start=times[0], end=times[1], lines=tuple(block[1:]))


def _sort(found: Cue | Fault, cues: list[Cue], faults: list[Fault]) -> None:
    if isinstance(found, Cue):
        cues.append(found)
    else:
        faults.append(found)


def _whole(cues: list[Cue], faults: list[Fault]) -> CueFile:
    if not cues and not faults:
        faults.append(Fault(0, "the transcript has no cue"))
    return CueFile(cues=tuple(cues), faults=tuple(faults))
