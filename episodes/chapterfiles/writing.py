"""Writes chapters in every format, and says what a format cannot hold."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from episodes.chapterfiles import audacity, jsonfile, simple, timelist, webvtt
from episodes.chapterfiles.marks import NAMES, Form, Mark
from episodes.chapterfiles.reading import read_chapters
from episodes.frontmatter import write_plain, write_scalar
from episodes.model import Chapter
from episodes.problems import Problem
from episodes.timecode import type_position

WRITTEN = tuple(form for form in Form if form is not Form.REAPER)
"""The formats that are written."""


def write_chapters(
    marks: Sequence[Mark], form: Form, length: timedelta | None = None, about: Mapping[str, str | bool] | None = None
) -> str:
    """Return chapters in a format; `length` is that of the audio, where it is known, `about` as in `Reading`.

    Where a format has no hidden chapters they are left out, for there they would be seen.
    """
    shown = marks if form is Form.JSON else [mark for mark in marks if not mark.chapter.hidden]
    match form:
        case Form.JSON:
            return jsonfile.write(shown, about)
        case Form.PSC:
            return simple.write(shown)
        case Form.VTT:
            return webvtt.write(shown, length)
        case Form.AUDACITY:
            return audacity.write(shown)
        case Form.LIST:
            return timelist.write(shown)
        case Form.MARKDOWN:
            return timelist.write_markdown(shown)
        case Form.REAPER:
            raise ValueError("Reaper's markers are read only")


def losses(
    marks: Sequence[Mark], form: Form, length: timedelta | None = None, about: Mapping[str, str | bool] | None = None
) -> tuple[str, ...]:
    """Return a sentence for each kind of thing a format did not keep, found by reading back what was written."""
    visible = [mark for mark in marks if form is Form.JSON or not mark.chapter.hidden]
    hidden = len(marks) - len(visible)
    found = read_chapters(write_chapters(marks, form, length).encode("utf-8", "replace"), "")
    back = () if isinstance(found, Problem) else found.marks
    lost = dict(_differences(visible, back, length)) if len(back) == len(visible) else {"titles": len(visible)}
    told = [f"{NAMES[form]} cannot keep the {what} of {_count(number)}" for what, number in lost.items() if number]
    if about and form is not Form.JSON:
        told.append(f"{NAMES[form]} cannot keep {', '.join(about)} of the whole file")
    if hidden:
        told.insert(0, f"{NAMES[form]} cannot hide a chapter: {_count(hidden)} left out")
    return tuple(told)


def _differences(marks: Sequence[Mark], back: Sequence[Mark], length: timedelta | None) -> Iterator[tuple[str, int]]:
    pairs = list(zip(marks, back, strict=True))
    yield "titles", sum(one.chapter.title != other.chapter.title for one, other in pairs)
    yield "links", sum(one.chapter.link != other.chapter.link for one, other in pairs)
    yield "images", sum(one.chapter.image != other.chapter.image for one, other in pairs)
    places = [[(mark.chapter.place, mark.chapter.geo, mark.chapter.osm) for mark in pair] for pair in pairs]
    yield "places", sum(one != other for one, other in places)
    yield "fractions of a second", sum(one.chapter.start != other.chapter.start for one, other in pairs)
    ends = ((one.chapter.end, other.chapter.end) for one, other in pairs)
    meant = (one is not None and one not in (other, length) for one, other in ends)
    yield "ends", sum(meant)


def _count(number: int) -> str:
    return f"{number} chapter{'' if number == 1 else 's'}"


def write_field(chapters: Sequence[Chapter]) -> str:
    """Return chapters as the list an episode file holds, in YAML: a line each, fields where there is more to say."""
    return "\n".join(_entry(chapter) for chapter in chapters)


def _entry(chapter: Chapter) -> str:
    start = type_position(chapter.start)
    more = chapter.end or chapter.link or chapter.image or chapter.hidden or chapter.place
    if chapter.title and not more:
        return f"- {write_scalar(f'{start} {chapter.title}')}"
    end = type_position(chapter.end) if chapter.end else ""
    texts = (("title", chapter.title), ("link", chapter.link), ("image", chapter.image))
    fields = [("start", start), ("end", end), *texts]
    lines = [f"{name}: {write_scalar(value)}" for name, value in fields if value]
    lines += ["hidden: true"] if chapter.hidden else []
    lines += [f"place: {write_scalar(chapter.place)}", f"geo: {write_plain(chapter.geo)}"] if chapter.place else []
    lines += [f"osm: {write_scalar(chapter.osm)}"] if chapter.osm else []
    return "- " + "\n  ".join(lines)
