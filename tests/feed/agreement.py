"""What parsers of others have to make of our feeds: a table from the fields of the model to places in their results."""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Generic, TypeVar

from episodes.model import Kind
from episodes.namespace import EpisodeTags, ShowTags
from feed.compiler import compile_feed
from feed.item import Item
from feed.reader import Feed, read_feed
from feed.show import Show
from tests.clients.shows import make_demo
from tests.feed.builders import CHANGED, a_full_item, a_full_show, a_show, an_item

Model = TypeVar("Model")

FEEDS = ("the demo", "every field", "2,000 items")

SHOW_FIELDS = {field.name for field in fields(Show)} - {"tags"} | {f"tags.{field.name}" for field in fields(ShowTags)}
ITEM_FIELDS = {field.name for field in fields(Item)} - {"tags"} | {
    f"tags.{field.name}" for field in fields(EpisodeTags)
}


@dataclass(frozen=True, slots=True)
class Told(Generic[Model]):
    """Where a parser puts a field, `itunes.image`, and what it should hold there for a show or an item."""

    path: str
    expected: Callable[[Model], object]


@dataclass(frozen=True, slots=True)
class Blind:
    """A parser does not tell a field; why."""

    reason: str


@cache
def feed(name: str) -> bytes:
    """The bytes of one of FEEDS."""
    if name == "the demo":
        with tempfile.TemporaryDirectory() as folder:
            make_demo(Path(folder) / "show", Path(folder))
            return (Path(folder) / "show" / "public" / "feed.xml").read_bytes()
    if name == "every field":
        return compile_feed(a_full_show(), (a_full_item(1), a_full_item(2)), changed=CHANGED)
    return compile_feed(a_show(), tuple(map(_one_of_many, range(1, 2001))), changed=CHANGED)


def _one_of_many(count: int) -> Item:
    if count % 50 == 0:
        return a_full_item(count)
    if count % 3 == 0:
        return an_item(count, number=None, season=None, kind=Kind.TRAILER, people=(), image_url="", notes_html="")
    odd = "👩🏽‍💻 \u202bעברית\u202c Q&A: a < b, é ]]>"
    notes = f"<p>Über &amp; <b>mehr</b> ]]> {odd[:8]}</p>"
    return an_item(count, title=f"{count}: {odd}", summary=f"Grüße {odd}", notes_html=notes, explicit=count % 2 == 0)


def read(name: str) -> Feed:
    """One of FEEDS as we read it ourselves."""
    return read_feed(feed(name))


def disagreements(model: Model, parsed: object, table: Mapping[str, Told[Model] | Blind]) -> Sequence[str]:
    """Return where a parser says something else than the model, field by field."""
    found: list[str] = []
    for field, told in table.items():
        if isinstance(told, Told):
            expected, said = _plain(told.expected(model)), _plain(at(parsed, told.path))
            if expected != said:
                found.append(f"{field}: {told.path} is {said!r}, not {expected!r}")
    return found


def at(parsed: object, path: str) -> object:
    """Return what stands at a path such as `podcast.images.0`; None where it leads nowhere."""
    for step in path.split("."):
        if isinstance(parsed, Mapping):
            parsed = parsed.get(step)
        elif isinstance(parsed, Sequence) and not isinstance(parsed, str) and int(step) < len(parsed):
            parsed = parsed[int(step)]
        else:
            return None
    return parsed


def _plain(value: object) -> object:
    """The same without what is empty: parsers leave it out, or say so each in its own way."""
    if isinstance(value, Mapping):
        kept = {str(key): _plain(inner) for key, inner in value.items()}
        return {key: inner for key, inner in kept.items() if inner is not None} or None
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(inner) for inner in value] or None
    return None if value == "" else value


def iso(when: datetime) -> str:
    """A time as JavaScript writes it."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def seconds(duration: timedelta) -> float:
    """A length in seconds."""
    return duration.total_seconds()
