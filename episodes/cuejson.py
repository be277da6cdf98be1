"""Cues of JSON transcripts: Podcasting 2.0 (TR-JSON-1), Whisper and whisper.cpp, Podlove."""

import json
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import repeat
from typing import NoReturn

from episodes.captions import parse_time
from episodes.cues import LONGEST, Reading, require_few
from episodes.problems import UserError, quoted

VERSION = "1.0.0"
"""The version of the format of Podcasting 2.0."""

_LISTS = ("segments", "transcription")
_STARTS = (("startTime", 1.0), ("start_ms", 0.001), ("start", 1.0))
_ENDS = (("endTime", 1.0), ("end_ms", 0.001), ("end", 1.0))
_TEXTS = ("body", "text", "word")


def read_json(text: str, reading: Reading) -> None:
    """Read the cues of a JSON transcript; any form but that of Podcasting 2.0 is taken for mendable."""
    data = _parsed(text)
    rows = data if isinstance(data, list) else None
    if isinstance(data, dict):
        rows = next((data[name] for name in _LISTS if isinstance(data.get(name), list)), None)
        language = data.get("language")
        reading.language = language if isinstance(language, str) else ""
    if rows is None or (isinstance(data, list) and not any(_is_podlove(row) for row in rows)):
        raise UserError("is not a JSON transcript: it has no list 'segments'")
    require_few(len(rows))
    if not isinstance(data, dict) or data.get("version") != VERSION:
        reading.sound = False
        if isinstance(data, dict) and any(isinstance(row, dict) and "startTime" in row for row in rows):
            version = data.get("version")
            found = quoted(version) if isinstance(version, str) else "missing" if version is None else "no text"
            reading.mended("the version is another", 1, f"the version is {found}, not '{VERSION}'")
    for number, (line, row) in enumerate(zip(_lines(text, rows), rows, strict=False), start=1):
        _segment(number, line, row, reading)


def _parsed(text: str) -> object:
    try:
        return json.loads(text, parse_constant=_refuse, parse_int=_whole)
    except json.JSONDecodeError as error:
        message = f"is not valid JSON: line {error.lineno}: {error.msg[:1].lower()}{error.msg[1:]}"
        raise UserError(message, hint="export it again") from error
    except RecursionError as error:
        raise UserError("is not valid JSON: it is nested too deeply") from error


def _whole(digits: str) -> int | float:
    return int(digits) if len(digits) < 20 else float(digits)


def _refuse(constant: str) -> NoReturn:
    raise UserError(f"is not valid JSON: {constant} is no number", hint="export it again")


def _is_podlove(row: object) -> bool:
    return isinstance(row, dict) and "start" in row and ("text" in row or "items" in row)


def _lines(text: str, rows: Sequence[object]) -> Iterator[int]:
    """Return the line each row begins on; zeros where that cannot be told."""
    decoder = json.JSONDecoder(parse_int=_whole)
    for opening in [re.match(r"\s*\[", text), *list(re.finditer(rf'"(?:{"|".join(_LISTS)})"\s*:\s*\[', text))[:3]]:
        if opening is None:
            continue
        found: list[int] = []
        at, line, counted = opening.end(), 1, 0
        try:
            for row in rows:
                at += len(text[at : at + 10_000]) - len(text[at : at + 10_000].lstrip(" \t\n\r,"))
                line, counted = line + text.count("\n", counted, at), at
                same, at = decoder.raw_decode(text, at)
                if same != row:
                    break
                found.append(line)
        except json.JSONDecodeError:
            continue
        if len(found) == len(rows):
            return iter(found)
    return repeat(0)


def _segment(number: int, line: int, row: object, reading: Reading) -> None:
    which = f"segment {number}"
    if not isinstance(row, dict):
        reading.broken("a segment is none", line, f"{which} is not an object", "export the transcript again")
        return
    parts = row.get("items")
    if isinstance(parts, list) and parts and "text" not in row:
        require_few(len(parts) + len(reading.cues))
        for part in (part for part in parts if isinstance(part, dict)):
            _cue(which, line, {"speaker": row.get("speaker"), "voice": row.get("voice"), **part}, reading)
    else:
        _cue(which, line, row, reading)


def _cue(which: str, line: int, row: dict[str, object], reading: Reading) -> None:
    if not {"startTime", "endTime", "body"} <= row.keys():
        reading.sound = False
    words = [word for word in _list(row.get("words")) if isinstance(word, dict)]
    start = _first(_time(part, _STARTS, "from") for part in (row, *words))
    end = _first(_time(part, _ENDS, "to") for part in (row, *reversed(words)))
    if start is None:
        reading.broken("a segment has no time", line, f"{which} has no start in seconds", "export the transcript again")
        return
    if end is None:
        reading.mended("a segment has no end", line, f"{which} has no end in seconds; it is given a second")
    elif end <= start:
        message = f"{which} ends at {end / timedelta(seconds=1):g} and begins at {start / timedelta(seconds=1):g}"
        reading.mended("a cue ends before it begins", line, f"{message}; it is given a second", "mend its times")
    end = end if end is not None and end > start else start + timedelta(seconds=1)
    said = next((row[name] for name in _TEXTS if isinstance(row.get(name), str)), None)
    if said is None:
        spoken = "".join(str(word.get("word", "")) for word in words)
        if not spoken:
            reading.mended("a cue is empty", line, f"{which} has no text, and is left out")
            return
        said = spoken
    speaker = next((row[name] for name in ("speaker", "voice") if isinstance(row.get(name), str) and row[name]), "")
    reading.add(line, start, end, str(said), str(speaker))


def _first(times: Iterable[timedelta | None]) -> timedelta | None:
    return next((time for time in times if time is not None), None)


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _time(row: dict[str, object], names: Sequence[tuple[str, float]], offset: str) -> timedelta | None:
    """Return the time under the first of some names: a number of seconds or of their part, or a time of a clock."""
    offsets = row.get("offsets")
    if isinstance(offsets, dict) and offset:
        row, names = offsets, ((offset, 0.001),)
    for name, unit in names:
        value = row.get(name)
        if isinstance(value, str):
            try:
                return parse_time(value)
            except ValueError:
                continue
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
            seconds = value * unit
            if 0 <= seconds <= LONGEST.total_seconds():
                return timedelta(milliseconds=round(seconds * 1000))
    return None
