"""Episode files that are right in every respect, to be changed in one."""

from collections.abc import Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

from episodes.frontmatter import Document, parse
from episodes.model import Episode
from episodes.problems import Problem
from episodes.schema import read_episode

BERLIN = ZoneInfo("Europe/Berlin")
GUID = "5f3d1c9e-0000-4000-8000-000000000001"

FIELDS = {
    "guid": GUID,
    "title": "Diensteid für Transformation",
    "number": "1",
    "published": "2024-12-03 06:00",
    "audio": "audio/diensteid.mp3",
}


def a_file(*lines: str, notes: str = "", changes: Mapping[str, str | None] | None = None, **fields: str | None) -> str:
    """An episode file: sound fields with changes (None leaves one out), then `lines` as they are, then notes."""
    values: dict[str, str | None] = {**FIELDS, **(changes or {}), **fields}
    written = [f"{name}: {value}" for name, value in values.items() if value is not None]
    return "\n".join(["---", *written, *lines, "---", notes])


def document_of(text: str | bytes, path: str = "episodes/001-diensteid.md") -> Document:
    found = parse(text if isinstance(text, bytes) else text.encode(), path)
    assert isinstance(found, Document), str(found)
    return found


def refusal_of(text: str | bytes) -> Problem:
    found = parse(text if isinstance(text, bytes) else text.encode(), "episodes/001-diensteid.md")
    assert isinstance(found, Problem)
    return found


def read(
    text: str, *, zone: ZoneInfo | None = BERLIN, name: str = "001-diensteid.md"
) -> tuple[Episode | None, tuple[Problem, ...]]:
    document = parse(text.encode(), f"episodes/{name}")
    return (None, (document,)) if isinstance(document, Problem) else read_episode(document, text.encode(), zone)


def an_episode(text: str, *, zone: ZoneInfo | None = BERLIN) -> Episode:
    episode, problems = read(text, zone=zone)
    assert episode is not None, "\n".join(map(str, problems))
    assert problems == ()
    return episode


def only_problem(text: str, *, zone: ZoneInfo | None = BERLIN) -> Problem:
    episode, problems = read(text, zone=zone)
    assert episode is None
    assert len(problems) == 1, "\n".join(map(str, problems))
    return problems[0]


def write_files(folder: Path, **files: str) -> Path:
    """Write episode files into `folder`; `_` in a keyword is `-` in the file's name, a leading one is dropped."""
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / f"{name.lstrip('_').replace('_', '-')}.md").write_bytes(text.encode())
    return folder
