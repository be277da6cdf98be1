"""How findings are shown: in groups for people, as JSON, and as annotations of GitHub Actions."""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import click

from episodes.problems import Problem, Severity
from podcast.cli.output import emit, problem_data, say

FORMS = ("text", "json", "github")

_SHOWN = 3
"""So many places of a finding that repeats are named."""

_ORDER = (Severity.NOTE, Severity.WARNING, Severity.ERROR)
_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "blue"}
_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def print_findings(problems: Sequence[Problem], form: str, *, sources: Mapping[str, str], base: Path) -> None:
    """Print findings on stdout in one of FORMS; for people, errors last, where they are read.

    `sources` are the authorities by rule, `base` is the folder that the paths of the findings start from.
    """
    if form == "json":
        emit([problem_data(problem) | {"source": sources.get(problem.rule, "")} for problem in problems])
    elif form == "github":
        for problem in problems:
            click.echo(_annotation(problem, sources.get(problem.rule, ""), base))
    else:
        for group in _groups(problems):
            _print_group(group, sources.get(group[0].rule, ""))
        if problems:
            say(_sum(problems))


def _groups(problems: Iterable[Problem]) -> list[list[Problem]]:
    """Put findings of one rule together that are mended in the same way, the gravest last."""
    groups: dict[tuple[str, ...], list[Problem]] = {}
    for number, problem in enumerate(problems):
        rest = (problem.path, _shape(problem.hint or problem.message)) if problem.rule else (str(number),)
        groups.setdefault((problem.severity, problem.rule, *rest), []).append(problem)
    return sorted(groups.values(), key=lambda group: _ORDER.index(group[0].severity))


def _shape(text: str) -> str:
    """Return a text without the values in it."""
    return re.sub(r"'[^']*'|\"[^\"]*\"|\d+", "…", text)


def _print_group(group: Sequence[Problem], source: str) -> None:
    first = group[0]
    word = click.style(f"{first.severity.value}:", fg=_COLOURS[first.severity], bold=True)
    if not first.rule:
        click.echo(f"{word} {first}")
        return
    hints = {problem.hint for problem in group}
    gap = " " * len(f"{first.severity.value}:")
    for problem in group[:_SHOWN]:
        own = f"; {problem.hint}" if problem.hint and len(hints) > 1 else ""
        click.echo(f"{word if problem is first else gap} {_place(problem)}{problem.message}{own}")
    if len(group) > _SHOWN:
        click.echo(f"{gap} and {len(group) - _SHOWN} more")
    if first.hint and len(hints) == 1:
        click.echo(f"  how to mend it: {first.hint}")
    click.echo(click.style(f"  {first.rule}{f', {source}' if source else ''}", dim=True))


def _place(problem: Problem) -> str:
    where = f"{problem.path}:{problem.line}" if problem.line and problem.path else problem.path
    return "".join(f"{part}: " for part in (where, problem.field) if part)


def _sum(problems: Iterable[Problem]) -> str:
    found = [problem.severity for problem in problems]
    counts = [(found.count(severity), severity.value) for severity in reversed(_ORDER)]
    return ", ".join(f"{count} {word}{'' if count == 1 else 's'}" for count, word in counts if count)


def _annotation(problem: Problem, source: str, base: Path) -> str:
    """Return a finding as a workflow command; only files that are there are named, by their path from here."""
    path = base / problem.path
    properties = []
    is_file = bool(problem.path) and "://" not in problem.path and path.is_file()
    if is_file:
        here = Path.cwd()
        shown = path.absolute().resolve()
        shown = shown.relative_to(here) if shown.is_relative_to(here) else shown
        properties.append(f"file={_escaped(shown.as_posix(), ':,')}")
        if problem.line:
            properties.append(f"line={problem.line}")
    if problem.rule:
        properties.append(f"title={_escaped(problem.rule, ':,')}")
    place = problem.field if is_file else _place(problem).removesuffix(": ")
    text = f"{place}: {problem.message}" if place else problem.message
    told = _escaped("\n".join(line for line in (text, problem.hint, source) if line))
    command = f"{_COMMANDS[problem.severity]} {','.join(properties)}".rstrip()
    return f"::{command}::{told}"


def _escaped(text: str, more: str = "") -> str:
    """Return text as a workflow command wants it, so that no text can end the command or begin another."""
    return "".join(f"%{ord(letter):02X}" if letter in f"%\r\n{more}" else letter for letter in text)
