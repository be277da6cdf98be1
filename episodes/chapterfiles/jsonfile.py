"""JSON chapters 1.2 of the podcast namespace (JCH-1 to JCH-5)."""

import json
import re
from collections.abc import Mapping, Sequence

from episodes.addresses import is_geo
from episodes.chapterfiles.marks import Mark, Reading, from_seconds, to_seconds
from episodes.fields import one_line
from episodes.problems import quoted, unfit

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]')
_KNOWN = frozenset({"startTime", "endTime", "title", "img", "url", "toc", "location"})
_PLACE = ("name", "geo", "osm")
ABOUT: Mapping[str, type] = {
    "author": str,
    "title": str,
    "podcastName": str,
    "description": str,
    "fileName": str,
    "waypoints": bool,
}
"""What a file may say of the episode as a whole, and of what kind it is (JCH-4)."""


def read(text: str, reading: Reading) -> None:
    """Read the chapters of a JSON chapters file."""
    try:
        content = json.loads(text, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        reading.problem(error.lineno, f"the JSON is broken: {error.msg}", "export the file again", rule="JCH-1")
        return
    except (ValueError, RecursionError) as error:
        reading.problem(1, f"the JSON cannot be read: {error}", "export the file again", rule="JCH-1")
        return
    chapters = content.get("chapters") if isinstance(content, dict) else None
    if not isinstance(content, dict) or not isinstance(chapters, list):
        hint = 'write {"version": "1.2.0", "chapters": [{"startTime": 0, "title": "…"}]}'
        reading.problem(1, "the JSON has no list of chapters", hint, rule="JCH-1")
        return
    _read_about(content, reading)
    lines = _lines(text)
    for index, chapter in enumerate(chapters):
        _read_chapter(chapter, lines[index] if len(lines) == len(chapters) else 0, reading)


def _read_about(content: Mapping[str, object], reading: Reading) -> None:
    left = []
    for name, value in content.items():
        if isinstance(value, str | bool) and type(value) is ABOUT.get(name) and not unfit(str(value)):
            reading.about[name] = value
        elif name not in ("version", "chapters"):
            left.append(name)
    if left:
        reading.warn(1, f"{', '.join(map(quoted, sorted(left)[:5]))} of the whole file cannot be kept", "")


def _refuse(word: str) -> object:
    raise ValueError(f"{word} is not a number")


def _read_chapter(chapter: object, line: int, reading: Reading) -> None:
    if not isinstance(chapter, dict):
        hint = 'write {"startTime": 0, "title": "…"}'
        reading.problem(line, "a chapter is not an object", hint, rule="JCH-1")
        return
    start = from_seconds(chapter.get("startTime"))
    if start is None:
        found = json.dumps(chapter.get("startTime"), ensure_ascii=False)
        reading.problem(line, f"startTime is {quoted(found)}, not seconds", 'write "startTime": 750.5', rule="JCH-2")
    given = chapter.get("endTime")
    end = from_seconds(given)
    if given is not None and end is None:
        found = json.dumps(given, ensure_ascii=False)
        reading.problem(line, f"endTime is {quoted(found)}, not seconds", 'write "endTime": 750.5', rule="JCH-2")
    toc = chapter.get("toc")
    if toc is not None and not isinstance(toc, bool):
        reading.problem(line, "toc is neither true nor false", 'write "toc": false, or leave it out', rule="JCH-2")
    texts = {}
    for name in ("title", "url", "img"):
        value = chapter.get(name)
        if value is not None and not isinstance(value, str):
            reading.problem(line, f"{name} is not text", "put it in quotes", rule="JCH-2")
        texts[name] = value.strip() if isinstance(value, str) else ""
    if left := sorted(str(name) for name in chapter if name not in _KNOWN):
        reading.warn(line, f"{', '.join(map(quoted, left[:5]))} of the chapter cannot be kept", "")
    reading.add(
        line,
        start=start,
        title=texts["title"],
        end=end,
        link=texts["url"],
        image=texts["img"],
        hidden=toc is False,
        place=_read_place(chapter.get("location"), line, reading),
        rule="JCH-2",
    )


def _read_place(location: object, line: int, reading: Reading) -> tuple[str, str, str]:
    """Return name, geo and osm of a chapter's location, empty where it has none, or a mistake in it was noted."""
    hint = 'write {"name": "Wuppertal", "geo": "geo:51.2562,7.1508"}, or take it out'
    if location is None:
        return "", "", ""
    if not isinstance(location, dict):
        reading.problem(line, "location is not an object", hint, rule="JCH-3")
        return "", "", ""
    found = {name: location.get(name) for name in _PLACE}
    texts = {name: one_line(value) if isinstance(value, str) else "" for name, value in found.items()}
    for name, value in found.items():
        if (value is not None and not isinstance(value, str)) or unfit(texts[name]):
            reading.problem(line, f"{name} of the location is not text", hint, rule="JCH-3")
        elif not texts[name] and name != "osm":
            reading.problem(line, f"the location has no {name}", hint, rule="JCH-3")
    if texts["geo"] and not is_geo(texts["geo"]):
        reading.problem(line, f"{quoted(texts['geo'])} is not a place on earth", hint, rule="JCH-3")
    if left := sorted(str(name) for name in location if name not in _PLACE):
        reading.warn(line, f"{', '.join(map(quoted, left[:5]))} of the location cannot be kept", "")
    return texts["name"], texts["geo"], texts["osm"]


def _lines(text: str) -> list[int]:
    """Return the line of every object in the list of chapters, for findings."""
    lines: list[int] = []
    opened: list[str] = []
    name, at, line = "", 0, 1
    for token in _TOKEN.finditer(text):
        word = token[0]
        line += text.count("\n", at, token.start())
        at = token.start()
        if word in "]}":
            del opened[-1:]
        elif word in "[{":
            if word == "{" and opened == ["{", "["] and name == '"chapters"':
                lines.append(line)
            opened.append(word)
        elif opened == ["{"]:
            name = word
    return lines


def write(marks: Sequence[Mark], about: Mapping[str, str | bool] | None = None) -> str:
    """Return a JSON chapters file, the same for the same chapters (JCH-1 to JCH-4); `about` as in `Reading`."""
    data = {"version": "1.2.0", **(about or {}), "chapters": [_written(mark) for mark in marks]}
    return f"{json.dumps(data, ensure_ascii=False, indent=1)}\n"


def _written(mark: Mark) -> dict[str, object]:
    chapter = mark.chapter
    written: dict[str, object] = {"startTime": to_seconds(chapter.start)}
    if chapter.end is not None:
        written["endTime"] = to_seconds(chapter.end)
    if chapter.title:
        written["title"] = chapter.title
    if chapter.image:
        written["img"] = chapter.image
    if chapter.link:
        written["url"] = chapter.link
    if chapter.hidden:
        written["toc"] = False
    if chapter.place:
        osm = {"osm": chapter.osm} if chapter.osm else {}
        written["location"] = {"name": chapter.place, "geo": chapter.geo, **osm}
    return written
