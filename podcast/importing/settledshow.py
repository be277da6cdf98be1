"""The text of `podcast.toml` as it will be read: what it cannot hold is taken out, and told."""

import re
import tempfile
from pathlib import Path

from episodes.problems import Problem, errors
from podcast.importing.findings import Findings
from podcast.importing.showtext import Tables, Wanted, missing, write_show
from podcast.settings import FILE, PREVIEW_URL, load_settings

_ROUNDS = 4
_PLACE = re.compile(r"(?:show\.)?(\w+)(?:\[(\d+)\])?")


def settle_show(tables: Tables, wanted: Wanted, findings: Findings) -> str:
    """Return the text of a `podcast.toml` without errors but for what the feed does not tell, which is told here.

    Takes out of `tables` what cannot be read.
    """
    for name, said in missing(tables):
        findings.add("missing", f"{name}: {said}", hint=f"write it into {FILE}")
    text = write_show(tables, wanted, PREVIEW_URL)
    for _ in range(_ROUNDS):
        wrong = [problem for problem in _errors(text) if "is missing" not in problem.message]
        if not wrong:
            return text
        for problem in wrong:
            findings.add("left-out", f"{problem.field}: {problem.message}; it is left out")
        _take_out(tables, wrong)
        text = write_show(tables, wanted, PREVIEW_URL)
    return text


def _errors(text: str) -> tuple[Problem, ...]:
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / FILE).write_bytes(text.encode(errors="replace"))
        return errors(load_settings(Path(name), {})[1])


def _take_out(tables: Tables, wrong: list[Problem]) -> None:
    """Empty the settings, and delete the tables, that problems are about."""
    gone: dict[str, set[int]] = {}
    for problem in wrong:
        if match := _PLACE.match(problem.field):
            gone.setdefault(match[1], set()).add(int(match[2] or 0))
    for name, numbers in gone.items():
        if name in tables.lists:
            whole = 0 in numbers
            entries = enumerate(tables.lists[name], start=1)
            tables.lists[name] = [] if whole else [entry for number, entry in entries if number not in numbers]
        elif name in tables.groups:
            tables.groups[name] = {}
        elif name in tables.show:
            value = tables.show[name]
            tables.show[name] = type(value)()
