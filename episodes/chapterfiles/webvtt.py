"""WebVTT used for chapters: each cue is one, its text the title (W3C WebVTT)."""

import re
from collections.abc import Sequence
from datetime import timedelta
from html import unescape

from episodes.chapterfiles.marks import MOST, Mark, Reading, TooMany, lines_of
from episodes.problems import quoted
from episodes.timecode import show_position

_TAG = re.compile(r"<[^>]*>")
_NO_CUE = re.compile(r"(NOTE|STYLE|REGION)(\s|$)")
_OPEN_END = timedelta(seconds=1)


def read(text: str, reading: Reading) -> None:
    """Read every cue as a chapter; notes, styles and regions are none."""
    block: list[tuple[int, str]] = []
    for number, line in enumerate([*lines_of(text), ""], start=1):
        if line.strip():
            if len(block) == MOST:
                raise TooMany(f"has a cue of more than {MOST:,} lines")
            block.append((number, line))
        elif block:
            _read_block(block, reading)
            block = []


def _read_block(block: list[tuple[int, str]], reading: Reading) -> None:
    number, first = block[0]
    if first.lstrip().startswith("WEBVTT") or _NO_CUE.match(first):
        return
    at = next((index for index, (_, line) in enumerate(block[:2]) if "-->" in line), None)
    if at is None:
        hint = "write 00:00:00.000 --> 00:12:30.000 above the title"
        reading.problem(number, f"{quoted(first)} has no times", hint)
        return
    number, timing = block[at]
    begins, _, rest = timing.partition("-->")
    ends = rest.split()
    start = reading.moment(number, begins)
    end = reading.moment(number, ends[0] if ends else "")
    title = " ".join(unescape(_TAG.sub("", line)) for _, line in block[at + 1 :])
    reading.add(number, start=start, title=title, end=end)


def write(marks: Sequence[Mark], length: timedelta | None = None) -> str:
    """Return a WebVTT file; a chapter without an end lasts until the next, the last to `length` where it is known."""
    follow = [*(mark.chapter.start for mark in marks[1:]), length]
    cues = []
    for mark, next_start in zip(marks, follow, strict=False):
        start = mark.chapter.start
        end = mark.chapter.end or (next_start if next_start and next_start > start else start + _OPEN_END)
        title = mark.chapter.title.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        cues.append(f"\n{show_position(start)} --> {show_position(end)}\n{title}\n")
    return "".join(["WEBVTT\n", *cues])
