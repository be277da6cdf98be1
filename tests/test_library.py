"""What the commands do can be called from Python: nothing below the command line knows a terminal."""

import ast
import importlib
import os
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.podcast.builders import make_show

ROOT = Path(__file__).parents[1]
GUIDE = (ROOT / "docs" / "library.md").read_text(encoding="utf-8")
BELOW = sorted(path for path in (ROOT / "podcast").rglob("*.py") if "cli" not in path.parts and path.stem != "start")
PUBLISHING = [f"podcast.publishing.{path.stem}" for path in BELOW if path.parent.name == "publishing"]
TERMINAL = {"print", "input", "breakpoint", "exit", "quit"}


def run_python(code: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    environment = os.environ | {"PYTHONPATH": str(ROOT), "FOLGE_CACHE": str(folder / "cache"), "PYTHONUTF8": "1"}
    command = [sys.executable, "-c", code]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


def test_the_example_of_the_guide_publishes_and_pulls(tmp_path: Path) -> None:
    make_show(tmp_path / "my-show", 2)
    done = run_python("\n".join(re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)), tmp_path)
    assert done.returncode == 0, done.stderr
    assert "2 episodes would be published" in done.stdout
    assert "2 published" in done.stdout
    assert (tmp_path / "my-show" / "public" / "feed.xml").is_file()
    assert (tmp_path / "other-laptop" / "audio" / "1.mp3").is_file()
    assert "error" not in done.stdout


def test_publishing_loads_without_the_command_line_and_in_silence(tmp_path: Path) -> None:
    code = f"import importlib, sys\nfor name in {PUBLISHING}: importlib.import_module(name)\n"
    done = run_python(code + "assert not {'click', 'rich', 'podcast.cli'} & set(sys.modules)", tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert len(PUBLISHING) > 20


@pytest.mark.parametrize("path", BELOW, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_nothing_below_the_command_line_prints_or_asks(path: Path) -> None:
    tree = ast.parse(path.read_bytes())
    called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    streams = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert not called & TERMINAL
    assert not streams & {"stdout", "stderr", "stdin"}


def test_every_place_the_guide_names_is_there() -> None:
    names = re.findall(r"`((?:podcast|feed|episodes)\.[a-z_.]+(?:\.[A-Za-z_]+)?)`", GUIDE)
    assert len(names) > 8
    for name in names:
        module, _, attribute = name.rpartition(".")
        package = importlib.import_module(module)
        submodules = {found.name for found in pkgutil.iter_modules(getattr(package, "__path__", ()))}
        assert hasattr(package, attribute) or attribute in submodules, name
