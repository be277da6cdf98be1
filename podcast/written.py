"""Where the fields of a show folder's files stand, for findings that were made of what became of them."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from episodes.fields import line_of, lines_of
from episodes.frontmatter import parse
from episodes.problems import Problem, UserError
from podcast.settings import FILE
from podcast.tables import read_toml


def with_lines(problems: Iterable[Problem], folder: Path) -> tuple[Problem, ...]:
    """Return problems with the line of their field, where they name a file of the show folder and have none yet."""
    known: dict[str, Mapping[str, int]] = {}
    found = []
    for problem in problems:
        if not problem.line and problem.field and (problem.path == FILE or problem.path.startswith("episodes/")):
            if problem.path not in known:
                known[problem.path] = _lines(folder, problem.path)
            problem = replace(problem, line=line_of(known[problem.path], problem.field))
        found.append(problem)
    return tuple(found)


def _lines(folder: Path, path: str) -> Mapping[str, int]:
    """Return the line of every field of a file; of one that cannot be read, of none."""
    try:
        if path == FILE:
            return read_toml(folder / FILE).lines
        document = parse((folder / path).read_bytes(), path)
    except (OSError, UserError):
        return {}
    if isinstance(document, Problem):
        return {}
    return lines_of(document, document.fields) | {"notes": document.body_line}
