"""What commands print: results on stdout, narration on stderr, JSON where asked or where nobody watches."""

import json
import sys
from collections.abc import Iterable, Sequence

import click

from episodes.model import Episode, Status
from episodes.problems import Problem, Severity, visible
from episodes.timecode import show_moment

_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "blue"}


def say(text: str) -> None:
    """Tell something that is not a result."""
    click.echo(visible(text), err=True)


def give(result: str | bytes, *, nl: bool = True) -> None:
    """Print a result; on a terminal nothing a stranger wrote is more than text, elsewhere every byte is as it is."""
    if sys.stdout.isatty():
        result = visible(result if isinstance(result, str) else result.decode(errors="replace"))
    click.echo(result, nl=nl)


def emit(data: object) -> None:
    """Print a result as JSON, two spaces deep, in its own letters, those that are not to be seen as escapes."""
    click.echo(visible(json.dumps(data, ensure_ascii=False, indent=2)))


def wants_json(flag: bool) -> bool:
    """Say whether a result goes out as JSON: it was asked for, or stdout is no terminal."""
    return flag or not sys.stdout.isatty()


def tell_problems(problems: Iterable[Problem]) -> None:
    """Tell problems on stderr, one a line, errors last, where they are read."""
    for line in problem_lines(problems):
        say(line)


def problem_lines(problems: Iterable[Problem]) -> list[str]:
    """Return problems as lines, errors last."""
    ordered = sorted(problems, key=lambda p: p.severity is Severity.ERROR)
    return [f"{problem.severity.value}: {problem}" for problem in ordered]


def problem_data(problem: Problem) -> dict[str, object]:
    """Return a problem as JSON data."""
    return {
        "severity": problem.severity.value,
        "path": problem.path,
        "line": problem.line,
        "field": problem.field,
        "message": problem.message,
        "hint": problem.hint,
        "rule": problem.rule,
    }


def episode_data(episode: Episode) -> dict[str, object]:
    """Return what was written of an episode as JSON data; times in ISO 8601."""
    import msgspec

    data: dict[str, object] = msgspec.to_builtins(episode)
    data["file"] = f"episodes/{data.pop('source_name')}"
    data.pop("source_sha256")
    return data


def standing(episode: Episode) -> str:
    """Return the status of an episode in one word."""
    return episode.status.value if episode.status is not Status.READY or episode.published else "ready"


def print_episodes(episodes: Sequence[Episode], *, as_json: bool) -> None:
    """Print episodes: a table on a terminal, JSON otherwise."""
    if as_json:
        emit([episode_data(episode) for episode in episodes])
        return
    if not episodes:
        say("no episodes")
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("No.", "Published", "Title", "With", "Status"):
        table.add_column(name, overflow="fold", justify="right" if name == "No." else "left")
    for episode in episodes:
        number = f"{episode.season}/{episode.number or '–'}" if episode.season else str(episode.number or "–")
        when = show_moment(episode.published)[:16] if episode.published else "–"
        people = ", ".join(person.name for person in episode.appearances)
        table.add_row(number, when, Text(visible(episode.title)), Text(visible(people)), standing(episode))
    Console().print(table)


def print_sheet(title: str, rows: Sequence[tuple[str, str]], problems: Sequence[Problem]) -> None:
    """Print facts about one thing on a terminal: its title, a row for each fact, and what is wrong with it."""
    from rich.console import Console
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    sheet = Table.grid(padding=(0, 2, 0, 0))
    sheet.add_column(justify="right", style="dim", no_wrap=True)
    sheet.add_column(overflow="fold")
    for name, value in rows:
        sheet.add_row(name, Text(visible(value)))
    for problem in problems:
        colour = _COLOURS[problem.severity]
        sheet.add_row(Text(problem.severity.value, style=f"bold {colour}"), Text(str(problem)))
    console = Console()
    console.print(Text(visible(title), style="bold"), soft_wrap=True)
    console.print(Padding(sheet, (0, 0, 1, 2)))


def count_episodes(count: int) -> str:
    """Write a number of episodes: `1 episode`."""
    return f"{count} episode{'' if count == 1 else 's'}"
