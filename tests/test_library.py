"""What the commands do can be called from Python: nothing below the command line knows a terminal."""

import ast
import hashlib
import importlib
import json
import os
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest

from podcast.layout import LEDGER
from podcast.publishing.ledger import decode_ledger
from podcast.publishing.plan import describe_plan, plan_data
from podcast.stores.folder import FolderStore
from podcast.stores.memory import MemoryStore
from tests.episodes.audio_builders import frames
from tests.podcast.builders import GUID_2, assert_whole, make_show

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


def test_the_examples_of_the_guide_do_what_they_say(tmp_path: Path) -> None:
    show = make_show(tmp_path / "my-show", 2)
    show.publish_files_as_they_are()
    for number, name in enumerate(("fixed", "reissued", "recalled"), start=70):
        (show.path / "audio" / f"{name}.mp3").write_bytes(frames(number))
    done = run_python("\n".join(re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)), tmp_path)
    assert done.returncode == 0, done.stderr
    assert "2 episodes would be published" in done.stdout
    assert "2 published" in done.stdout
    assert (tmp_path / "other-laptop" / "audio" / "1.mp3").is_file()
    assert "error" not in done.stdout
    assert done.stdout.count("rolled back") == 2

    store = FolderStore(show.path / "public")
    stored = store.get(LEDGER)
    assert stored is not None
    ledger = decode_ledger(stored.body)
    states = {entry.release.episode.number: entry for entry in ledger.published}
    assert [version.state for version in states[1].history] == ["published", "withdrawn", "published"]
    assert states[2].guid != GUID_2
    assert (
        states[2].release.audio.sha256
        == hashlib.sha256((show.path / "audio" / "recalled.mp3").read_bytes()).hexdigest()
    )
    assert ledger.by_guid()[GUID_2].successor == states[2].guid
    assert "Corrected edition" in show.file(2).read_text(encoding="utf-8")
    assert len([edition for edition in ledger.editions if edition.back_to]) == 1
    assert ledger.rolled_back is None
    assert_whole(store)


def test_a_plan_is_text_and_json(tmp_path: Path) -> None:
    show = make_show(tmp_path / "show")
    plan = show.publisher(MemoryStore()).prepare().plan
    assert "write ledger: 1" in describe_plan(plan)
    read = json.loads(json.dumps(plan_data(plan)))
    assert {step["key"] for step in read["steps"]} == {step.key for step in plan.steps}
    assert [change["kind"] for change in read["changes"]] == [change.kind for change in plan.changes]


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
    if path.name != "pagefind.py":  # what it reads is what another program says
        assert not streams & {"stdout", "stderr", "stdin"}


def test_every_place_the_guide_names_is_there() -> None:
    names = re.findall(r"`((?:podcast|feed|episodes)\.[a-z_.]+(?:\.[A-Za-z_]+)?)`", GUIDE)
    assert len(names) > 8
    for name in names:
        module, _, attribute = name.rpartition(".")
        package = importlib.import_module(module)
        submodules = {found.name for found in pkgutil.iter_modules(getattr(package, "__path__", ()))}
        assert hasattr(package, attribute) or attribute in submodules, name
