"""Reaper's markers and regions, exported as CSV: `#,Name,Start,End,Length`, in minutes or seconds."""

import csv
import re
from collections.abc import Iterator

from episodes.chapterfiles.marks import Reading, lines_of
from episodes.problems import quoted

HEAD = re.compile(r'"?#"?([,;\t])"?Name"?\1"?Start"?\1', re.IGNORECASE)
"""How the file begins; the character between the columns is Reaper's comma, or what a spreadsheet made of it."""

_TIME = r"(?:\d+:){0,2}\d+(?:[.,]\d{1,6})?"
_UNQUOTED = re.compile(rf"([MR]\d+),(.*?),({_TIME})(?:,({_TIME})?,(?:{_TIME})?)(?:,[0-9A-Fa-f]*)?", re.ASCII)
_BEATS = re.compile(r"-?\d+\.\d+\.\d+", re.ASCII)
_FRAMES = re.compile(r"\d+:\d+:\d+:\d+", re.ASCII)


def read(text: str, reading: Reading) -> None:
    """Read markers and regions as chapters."""
    lines = lines_of(text)
    head = HEAD.match(lines[0])
    separator = head[1] if head else ","
    columns = len(next(_rows(lines[0], separator), []))
    for number, line in enumerate(lines[1:], start=2):
        if line.strip():
            _read_row(number, _cells(line, separator, columns), reading)


def _cells(line: str, separator: str, columns: int) -> list[str]:
    """Return the columns of a row, also of one whose commas in names or decimals are not quoted."""
    cells = next(_rows(line, separator), [])
    if separator == "," and len(cells) > columns and (found := _UNQUOTED.fullmatch(line.strip())):
        return [found[1], found[2].strip('"').replace('""', '"'), found[3], found[4] or ""]
    return cells


def _rows(line: str, separator: str) -> Iterator[list[str]]:
    try:
        yield from csv.reader([line], delimiter=separator)
    except csv.Error:
        return


def _read_row(number: int, cells: list[str], reading: Reading) -> None:
    if len(cells) < 3:
        hint = "export the markers again from the Region/Marker Manager"
        reading.problem(number, f"{quoted(','.join(cells))} is not a marker or region", hint)
        return
    title, begins = cells[1], cells[2].strip()
    if _BEATS.fullmatch(begins) or _FRAMES.fullmatch(begins):
        unit = "frames" if _FRAMES.fullmatch(begins) else "bars and beats"
        hint = "set the ruler to Minutes:Seconds and export again"
        reading.problem(number, f"{quoted(begins)} counts {unit}, not minutes", hint)
        return
    ends = cells[3].strip() if len(cells) > 3 else ""
    start = reading.moment(number, begins)
    reading.add(number, start=start, title=title, end=reading.moment(number, ends) if ends else None)
