"""The README is true: its commands are run in the order they stand there."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
import urllib.request
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from episodes.frontmatter import Document, parse
from episodes.schema import FIELDS, read_episode
from podcast.cli import COMMANDS

REPOSITORY = Path(__file__).parents[1]
README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
FOLGE = Path(sys.executable).with_name("folge")


def commands() -> list[str]:
    blocks = re.findall(r"```console\n(.*?)```", README, re.DOTALL)
    return [line.removeprefix("$ ") for block in blocks for line in block.splitlines()]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return os.environ | {"FOLGE_CACHE": str(tmp_path / "cache"), "EDITOR": "true"}


def test_every_command_of_the_readme_works_as_it_stands_there(tmp_path: Path, environment: dict[str, str]) -> None:
    shutil.copy(REPOSITORY / "docs" / "demo" / "diensteid.mp3", tmp_path / "talk.mp3")
    shutil.copy(REPOSITORY / "docs" / "demo" / "cover.png", tmp_path)
    folder = tmp_path
    outputs: dict[str, str] = {}
    for line in commands():
        words = shlex.split(line)
        if words[0] == "cd":
            folder = folder / words[1]
            continue
        assert words[0] == "folge"
        if words[1] == "serve":
            _subscribe(words[1:], folder, environment)
            continue
        done = subprocess.run(
            [FOLGE, *words[1:]], cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8"
        )
        assert done.returncode == 0, f"{line}\n{done.stderr}"
        outputs[line] = done.stdout
    assert outputs["folge publish --yes"].startswith("nothing to do; 1 episode at http")
    assert '"short_link": "http://127.0.0.1:8000/f/1/"' in outputs["folge show 1"]
    told = {line.strip() for line in outputs["folge check"].splitlines() if re.fullmatch(r"  [A-Z0-9-]+", line)}
    assert told <= {"LOUD-1"}  # with PyAV: the recording of the demonstration is 2 LU quieter than Apple wants


def _subscribe(words: list[str], folder: Path, environment: dict[str, str]) -> None:
    """Start the preview, fetch feed and audio as an app would, and end it."""
    server = subprocess.Popen(
        [FOLGE, *words, "--port", "0"], cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    try:
        assert server.stdout is not None
        address = server.stdout.readline().decode().strip()
        with urllib.request.urlopen(address, timeout=20) as answer:
            feed = answer.read().decode()
        found = re.search(r'<enclosure url="([^"]+)" length="(\d+)"', feed)
        assert found is not None
        with urllib.request.urlopen(found[1], timeout=20) as answer:
            assert len(answer.read()) == int(found[2])
    finally:
        server.terminate()
        server.communicate()


def test_the_episode_file_of_the_readme_is_one() -> None:
    example = re.search(r"```yaml\n(.*?)```", README, re.DOTALL)
    assert example is not None
    raw = example[1].encode()
    document = parse(raw, "001-diensteid.md")
    assert isinstance(document, Document)

    episode, problems = read_episode(document, raw, ZoneInfo("Europe/Berlin"))

    assert problems == ()
    assert episode is not None


@pytest.mark.parametrize("field", FIELDS)
def test_every_field_of_an_episode_file_is_shown(field: str) -> None:
    feed = (REPOSITORY / "docs" / "feed.md").read_text(encoding="utf-8")
    assert f"\n{field}:" in README + feed


def test_the_readme_names_every_command() -> None:
    for name in COMMANDS:
        assert f"`folge {name}" in README


def test_every_runtime_dependency_has_its_reason() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    reasons = (REPOSITORY / "CONTRIBUTING.md").read_text(encoding="utf-8")
    for requirement in project["dependencies"]:
        name = re.split(r"[><=;]", requirement)[0].strip()
        assert f"| {name} |" in reasons


def test_both_speak_of_the_same_version() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    newest = re.search(r"^## (\S+)", (REPOSITORY / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert newest is not None
    assert newest[1] == project["version"]
