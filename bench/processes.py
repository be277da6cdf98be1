"""Whole processes, measured: wall and CPU seconds, and the peak of their memory."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PYTHON = sys.executable
FOLGE = str(Path(sys.executable).with_name("folge"))
HERE = Path(__file__).resolve().parent
_LONGEST_SECONDS = 3600


class NotMeasuredError(Exception):
    """A command that was to be measured did not do its work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What a process took: seconds, seconds, bytes."""

    wall: float
    cpu: float
    peak: int


def measure(
    command: Sequence[str], *, cwd: Path, environment: Mapping[str, str] | None = None, stdin: str = ""
) -> Usage:
    """Run a command to its end; raises NotMeasuredError where it fails or takes longer than ten minutes."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "usage.json"
        launched = [PYTHON, "-I", "-S", str(HERE / "launch.py"), str(report), *command]
        surroundings = {**_without_python_settings(os.environ), **(environment or {})}
        try:
            done = subprocess.run(
                launched,
                cwd=cwd,
                env=surroundings,
                input=stdin,
                capture_output=True,
                text=True,
                timeout=_LONGEST_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise NotMeasuredError(f"{_shown(command)} took more than {_LONGEST_SECONDS} seconds") from error
        if done.returncode != 0:
            raise NotMeasuredError(f"{_shown(command)} failed: {(done.stderr or done.stdout).strip()[-600:]}")
        return Usage(**json.loads(report.read_text(encoding="ascii")))


def _without_python_settings(environment: Mapping[str, str]) -> dict[str, str]:
    """With PYTHONDONTWRITEBYTECODE, for one, our modules would be compiled anew each time, and installed ones not."""
    return {name: value for name, value in environment.items() if not name.startswith("PYTHON")}


def _shown(command: Sequence[str]) -> str:
    return " ".join([Path(command[0]).name, *command[1:]])
