"""Command start: `folge --help` against an interpreter that imports click."""

from collections.abc import Iterator
from pathlib import Path

from bench.processes import FOLGE, PYTHON, measure
from bench.rows import Row

LIMIT = 1.5


def run(folder: Path, *, quick: bool) -> Iterator[Row]:
    """Yield the rows; CPU seconds and wall seconds."""
    help_command, import_command = [FOLGE, "--help"], [PYTHON, "-c", "import click"]
    for command in (help_command, import_command):  # what is read from disk and compiled, once
        measure(command, cwd=folder)
    pairs = [
        (measure(help_command, cwd=folder), measure(import_command, cwd=folder)) for _ in range(7 if quick else 21)
    ]
    for kind in ("wall", "cpu"):
        yield Row(
            what=f"folge --help, {kind}",
            unit="ms",
            ours=[1000 * getattr(ours, kind) for ours, _ in pairs],
            peer_name="import click",
            peer=[1000 * getattr(peer, kind) for _, peer in pairs],
            limit=LIMIT,
        )
