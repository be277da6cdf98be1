"""The command line starts without what it does not need, and every command says what it is and how it ends."""

import importlib
import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

import podcast.cli
from podcast.cli import COMMANDS, EPILOG

FOLGE = Path(sys.executable).with_name("folge")
LATE = {
    "boto3",
    "botocore",
    "s3transfer",
    "feedgen",
    "lxml",
    "mutagen",
    "rich",
    "PIL",
    "av",
    "nh3",
    "cmarkgfm",
    "css_inline",
    "filelock",
}
"""What no command loads before it is needed."""

SLOW = LATE | {
    "yaml",
    "jinja2",
    "werkzeug",
    "msgspec",
    "anyascii",
    "platformdirs",
    "urllib3",
    "ssl",
    "asyncio",
    "zoneinfo",
}
"""What the group itself does without."""

CODES = ("0 done", "1 unexpected", "2 usage", "3 findings", "4 there", "5 somebody", "6 store", "130 interrupted")


def folge(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the installed command, wide enough that no line of help is folded."""
    environment = {**os.environ, "COLUMNS": "200", **variables}
    return subprocess.run(
        [FOLGE, *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


def folded(text: str) -> str:
    return " ".join(text.split())


def loaded(told: subprocess.CompletedProcess[str]) -> set[str]:
    """The top-level packages a call with PYTHONPROFILEIMPORTTIME imported."""
    found = {line.rpartition("|")[2].strip().partition(".")[0] for line in told.stderr.splitlines() if "|" in line}
    assert "click" in found
    return found


@pytest.mark.parametrize("argument", ["--help", "--version", "publsh"])
def test_the_group_loads_nothing_slow(argument: str) -> None:
    assert loaded(folge(argument, PYTHONPROFILEIMPORTTIME="1")) & SLOW == set()


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_loads_nothing_late_for_its_help(command: str) -> None:
    assert loaded(folge(command, "--help", PYTHONPROFILEIMPORTTIME="1")) & LATE == set()


def test_help_lists_every_command_with_its_line() -> None:
    told = folge("--help")
    assert (told.returncode, told.stderr) == (0, "")
    listed = dict(re.findall(r"^  ([a-z]+) {2,}(\S.*)$", told.stdout, re.MULTILINE))
    assert listed == {command: line for command, (_, line) in COMMANDS.items()}


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_the_help_of_a_command_names_the_exit_codes(command: str) -> None:
    told = folge(*([command] if command else []), "--help")
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.startswith(f"Usage: folge {command}".rstrip())
    assert folded(EPILOG) in folded(told.stdout)
    assert all(code in folded(EPILOG) for code in CODES)


def test_every_module_with_a_command_is_in_the_table() -> None:
    """The table repeats what the modules say, so that `folge --help` loads none of them; it must not drift."""
    modules = {path.stem for path in Path(podcast.cli.__file__).parent.glob("*.py")} - {"__init__"}
    found = {stem: getattr(importlib.import_module(f"podcast.cli.{stem}"), "command", None) for stem in modules}
    named = {command.name: stem for stem, command in found.items() if isinstance(command, click.Command)}
    assert named == {command: module for command, (module, _) in COMMANDS.items()}
    assert all(line.endswith(".") and len(line) < 60 for _, line in COMMANDS.values())


@pytest.mark.parametrize(
    ("typed", "meant"), [("publsh", "publish"), ("lst", "list"), ("serach", "search"), ("Publish", "publish")]
)
def test_a_misspelt_command_is_answered_with_the_nearest(typed: str, meant: str) -> None:
    told = folge(typed)
    assert (told.returncode, told.stdout) == (2, "")
    assert f"there is no command '{typed}'; did you mean '{meant}'?" in told.stderr


def test_a_command_like_no_other_is_answered_with_all() -> None:
    told = folge("xylophon")
    assert (told.returncode, told.stdout) == (2, "")
    assert all(command in told.stderr for command in COMMANDS)


def test_no_command_at_all_is_answered_with_help() -> None:
    told = folge()
    assert told.returncode == 2
    assert "publish" in told.stdout + told.stderr
    assert "Traceback" not in told.stderr
