"""Rules for JSON chapters in the files that items link to; silent where a file was not fetched."""

from collections.abc import Iterator
from typing import NamedTuple

from episodes.problems import Severity, quoted
from feed.checks.linked import Fault, Linked, is_secure, linked, parse_json, reported, seconds, text_or_kind
from feed.checks.locations import is_geo, is_osm
from feed.checks.rule import Finding, rule
from feed.document import FeedDocument
from feed.reader import parse_duration

_FORMAT = "https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/examples/chapters/jsonChapters.md"
_HINT = "mend the file or write it anew"
_TOP = {"author": str, "title": str, "podcastName": str, "description": str, "fileName": str, "waypoints": bool}
_KINDS = {str: "text", bool: "true or false"}


class _Chapters(NamedTuple):
    file: Linked
    content: dict[str, object]
    chapters: tuple[dict[str, object], ...]


@rule(
    "JCH-1",
    severity=Severity.ERROR,
    source=_FORMAT,
    online=True,
    mend='write the file as `{"version": "1.2.0", "chapters": […]}`, in UTF-8, with a JSON library and not by hand',
)
def jch_1(document: FeedDocument) -> Iterator[Finding]:
    """A chapters file is a JSON object with a version and a list of chapters (podcast namespace, JSON chapters);
    how it is sent is the matter of HTTP-2.
    """
    for file in linked(document, "podcast:chapters"):
        yield from reported(_form_faults(file.body), file.element, _HINT)


@rule(
    "JCH-2",
    severity=Severity.ERROR,
    source=_FORMAT,
    online=True,
    mend='write each chapter as `{"startTime": 93.5, "title": "…"}`: times are numbers and not text, in their order',
)
def jch_2(document: FeedDocument) -> Iterator[Finding]:
    """Every chapter has a startTime in seconds, no earlier than the one before, and what else it has is of its kind
    (podcast namespace, JSON chapters).
    """
    for found in _read(document):
        faults = []
        before = 0.0
        for count, chapter in enumerate(found.chapters, start=1):
            start = seconds(chapter.get("startTime"))
            if start is not None and start < before:
                faults.append(Fault(0, f"chapter {count} begins at {start:g}, before the one above it"))
            elif why := _chapter_fault(chapter, start):
                faults.append(Fault(0, f"chapter {count} {why}"))
            before = max(before, start or 0)
        yield from reported(tuple(faults), found.file.element, _HINT)


@rule(
    "JCH-3",
    severity=Severity.ERROR,
    source=_FORMAT,
    online=True,
    mend='write `"location": {"name": "Berlin", "geo": "geo:52.520,13.405", "osm": "R62422"}`, or take the location '
    "out",
)
def jch_3(document: FeedDocument) -> Iterator[Finding]:
    """The location of a chapter has a name and a geo, and an osm that is one (podcast namespace, JSON chapters)."""
    for found in _read(document):
        numbered = enumerate(found.chapters, start=1)
        located = [(count, chapter["location"]) for count, chapter in numbered if "location" in chapter]
        faults = (Fault(0, f"chapter {count} {why}") for count, place in located if (why := _location_fault(place)))
        yield from reported(tuple(faults), found.file.element, _HINT)


@rule(
    "JCH-4",
    severity=Severity.NOTE,
    source=_FORMAT,
    online=True,
    mend="write author, title, podcastName, description and fileName as text in quotes, and waypoints as true or false",
)
def jch_4(document: FeedDocument) -> Iterator[Finding]:
    """What a chapters file says of the episode as a whole is text, and waypoints is a boolean (podcast namespace, JSON
    chapters).
    """
    for found in _read(document):
        for name, kind in _TOP.items():
            if name in found.content and not isinstance(found.content[name], kind):
                message = f"{name} of the chapters file is not {_KINDS[kind]}"
                yield Finding(message=message, at=found.file.element, hint=_HINT)


@rule(
    "JCH-5",
    severity=Severity.WARNING,
    source=_FORMAT,
    online=True,
    mend="let the first chapter begin at 0, take out what begins behind the end of the episode, and write whole https "
    "addresses",
)
def jch_5(document: FeedDocument) -> Iterator[Finding]:
    """The first visible chapter begins at 0, all begin before the episode ends, and their addresses are https (podcast
    namespace, JSON chapters).
    """
    for found in _read(document):
        length = parse_duration(found.file.item.value("itunes:duration")).total_seconds()
        faults = []
        visible = [chapter for chapter in found.chapters if chapter.get("toc") is not False]
        first = seconds(visible[0].get("startTime")) if visible else None
        if first:
            faults.append(Fault(0, f"the first chapter begins at {first:g} and not at 0"))
        for count, chapter in enumerate(found.chapters, start=1):
            start = seconds(chapter.get("startTime"))
            if length and start is not None and start >= length:
                faults.append(Fault(0, f"chapter {count} begins at {start:g}, and the episode ends at {length:g}"))
            for name in ("img", "url"):
                address = chapter.get(name)
                if isinstance(address, str) and address and not is_secure(address.strip()):
                    faults.append(Fault(0, f"{name} of chapter {count} is {quoted(address)}, not an https address"))
        yield from reported(tuple(faults), found.file.element, _HINT)


def _read(document: FeedDocument) -> Iterator[_Chapters]:
    """Yield the chapters files that can be read, and of their chapters the objects."""
    for file in linked(document, "podcast:chapters"):
        try:
            content = parse_json(file.body)
        except ValueError:
            continue
        chapters = content.get("chapters") if isinstance(content, dict) else None
        if isinstance(content, dict) and isinstance(chapters, list):
            objects = tuple(chapter for chapter in chapters if isinstance(chapter, dict))
            yield _Chapters(file, content, objects)


def _form_faults(body: bytes) -> tuple[Fault, ...]:
    try:
        content = parse_json(body)
    except ValueError as error:
        return (Fault(0, f"the chapters file is broken: {error}"),)
    if not isinstance(content, dict):
        return (Fault(0, "the chapters file is not a JSON object"),)
    faults = []
    version = content.get("version")
    if not isinstance(version, str) or not version.startswith("1."):
        faults.append(Fault(0, f"the version of the chapters file is {text_or_kind(version)}, not '1.2.0'"))
    chapters = content.get("chapters")
    if not isinstance(chapters, list):
        faults.append(Fault(0, "the chapters file has no list of chapters"))
    elif not all(isinstance(chapter, dict) for chapter in chapters):
        faults.append(Fault(0, "the chapters file has chapters that are no objects"))
    return tuple(faults)


def _chapter_fault(chapter: dict[str, object], start: float | None) -> str:
    if start is None:
        return "has no startTime in seconds"
    for name, kind in (("title", str), ("img", str), ("url", str), ("toc", bool)):
        if chapter.get(name) is not None and not isinstance(chapter[name], kind):
            return f"has a {name} that is not {_KINDS[kind]}"
    end = chapter.get("endTime")
    if end is None:
        return ""
    time = seconds(end)
    if time is None:
        return "has an endTime that is no number of seconds"
    return "" if time >= start else f"ends at {time:g} and begins at {start:g}"


def _location_fault(location: object) -> str:
    if not isinstance(location, dict):
        return "has a location that is not an object"
    name, geo, osm = (location.get(key) for key in ("name", "geo", "osm"))
    if not isinstance(name, str) or not name.strip():
        return "has a location without a name"
    if not isinstance(geo, str) or not is_geo(geo.strip()):
        return "has a location without a geo such as geo:52.520,13.405"
    if osm is not None and not (isinstance(osm, str) and is_osm(osm.strip())):
        return "has a location whose osm is not N, W or R and a number"
    return ""
