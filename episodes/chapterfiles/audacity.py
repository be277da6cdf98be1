"""Audacity's label track: start, end and title between tabs, in seconds with a point or a comma."""

import re
from collections.abc import Sequence

from episodes.chapterfiles.marks import Mark, Reading, lines_of
from episodes.problems import quoted

LABEL = re.compile(r"[ ]*(-?\d+(?:[.,]\d+)?)[ ]*\t[ ]*(-?\d+(?:[.,]\d+)?)[ ]*(?:\t(.*))?", re.ASCII)
"""A label; what its line has after a second tab is the title."""


def read(text: str, reading: Reading) -> None:
    """Read every label as a chapter; the lines of frequencies below one are none."""
    for number, line in enumerate(lines_of(text), start=1):
        if not line.strip() or line.startswith("\\"):
            continue
        label = LABEL.fullmatch(line)
        if label is None:
            hint = "export the labels again: File, Export Other, Export Labels"
            reading.problem(number, f"{quoted(line)} is not a label", hint)
            continue
        start, end = reading.moment(number, label[1]), reading.moment(number, label[2])
        reading.add(number, start=start, title=label[3] or "", end=end)


def write(marks: Sequence[Mark]) -> str:
    """Return a file of labels; a chapter without an end is a point."""
    lines = []
    for mark in marks:
        start = mark.chapter.start
        end = mark.chapter.end or start
        lines.append(f"{start.total_seconds():.6f}\t{end.total_seconds():.6f}\t{mark.chapter.title}\n")
    return "".join(lines)
