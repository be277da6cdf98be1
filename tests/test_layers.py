"""The house holds: imports go down only, heavy dependencies enter by their own doors, modules stay short."""

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULES = sorted(path for package in ("episodes", "feed", "podcast") for path in (ROOT / package).rglob("*.py"))

DOORS = {
    "click": ["podcast/cli/*.py"],
    "rich": ["podcast/cli/output.py", "podcast/cli/progress.py"],
    "boto3": ["podcast/stores/s3*.py"],
    "botocore": ["podcast/stores/s3*.py"],
    "mypy_boto3_s3": ["podcast/stores/s3*.py"],
    "feedgen": ["feed/compiler.py"],
    "lxml": [
        "episodes/markup.py",
        "feed/compiler.py",
        "feed/extensions.py",
        "feed/checks/html_tags.py",
        "podcast/importing/notetree.py",
        "podcast/newsletter/mails.py",
    ],
    "mutagen": ["episodes/audiotags.py", "episodes/tagging/*.py"],
    "av": ["episodes/listening/listener.py"],
    "imageio_ffmpeg": ["episodes/encoding/program.py"],
    "PIL": ["episodes/covers.py", "episodes/pictures.py", "episodes/listening/drawing.py"],
    "yaml": ["episodes/fields.py", "episodes/frontmatter.py", "episodes/namespace_schema.py", "podcast/tables.py"],
    "cmarkgfm": ["episodes/notes.py"],
    "nh3": ["episodes/notes.py"],
    "anyascii": ["episodes/slugs.py"],
    "anycrc": ["episodes/oggpages.py"],
    "pagefind_bin": ["podcast/publishing/pagefind.py"],
    "rcssmin": ["podcast/website/static.py"],
    "rjsmin": ["podcast/website/static.py"],
    "segno": ["podcast/website/subscribing.py"],
    "jinja2": ["podcast/newsletter/templating.py", "podcast/website/render.py"],
    "css_inline": ["podcast/newsletter/forms.py"],
    "werkzeug": ["podcast/cli/serve.py", "podcast/livepreview.py", "podcast/preview.py"],
    "filelock": [
        "podcast/doctor/folder.py",
        "podcast/files.py",
        "podcast/stores/claims.py",
        "podcast/stores/folder.py",
    ],
    "platformdirs": ["podcast/cache.py"],
    "msgspec": ["podcast/*.py"],
    "urllib3": ["podcast/connections.py", "podcast/fetching.py"],
}
"""Every dependency, and the modules that may import it."""

LATE = (
    "boto3",
    "botocore",
    "css_inline",
    "feedgen",
    "mutagen",
    "anycrc",
    "lxml",
    "rich",
    "PIL",
    "av",
    "imageio_ffmpeg",
    "filelock",
    "pagefind_bin",
    "rcssmin",
    "rjsmin",
    "segno",
    "cmarkgfm",
    "nh3",
    "urllib3",
)
"""What is imported inside functions only, because it is slow and most commands do without it."""

HOUSE = ("episodes", "feed", "podcast")


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imported(node: ast.AST) -> Iterator[str]:
    """The top-level packages an import statement names."""
    match node:
        case ast.Import(names=names):
            yield from (alias.name.partition(".")[0] for alias in names)
        case ast.ImportFrom(module=str(module), level=0):
            yield module.partition(".")[0]
        case ast.ImportFrom():
            yield "."  # relative: style wants absolute ones


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_bytes())


@cache
def imports(path: Path) -> set[str]:
    """The top-level packages a module imports anywhere."""
    return {package for node in ast.walk(parsed(path)) for package in imported(node)}


@cache
def imports_when_loaded(path: Path) -> set[str]:
    """The top-level packages a module imports as soon as it is itself imported."""
    found: set[str] = set()
    waiting: list[ast.AST] = [parsed(path)]
    while waiting:
        node = waiting.pop()
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
                continue
            case ast.If(test=ast.Name(id="TYPE_CHECKING")):
                waiting += node.orelse
            case _:
                found |= set(imported(node))
                waiting += ast.iter_child_nodes(node)
    return found


def test_the_contracts_between_the_layers_are_kept() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    # the console width decides whether rich cuts the report, and the cache would be written by two workers at once
    done = subprocess.run(
        [linter, "--no-cache"],
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert " 0 broken" in done.stdout


@pytest.mark.parametrize("dependency", DOORS)
def test_a_dependency_is_imported_at_its_door_only(dependency: str) -> None:
    through = {name(path) for path in MODULES if dependency in imports(path)}
    elsewhere = {module for module in through if not any(fnmatch(module, door) for door in DOORS[dependency])}
    assert through, f"nothing imports {dependency}: it need not be a dependency"
    assert not elsewhere
    assert all(any(fnmatch(module, door) for module in through) for door in DOORS[dependency]), "a door nobody uses"


def test_every_dependency_has_a_door() -> None:
    outside = {package for path in MODULES for package in imports(path)} - set(sys.stdlib_module_names) - set(HOUSE)
    assert outside <= set(DOORS)


@pytest.mark.parametrize("dependency", LATE)
def test_a_slow_dependency_is_imported_inside_functions(dependency: str) -> None:
    assert [name(path) for path in MODULES if dependency in imports_when_loaded(path)] == []


def test_a_module_stays_under_400_lines() -> None:
    lines = {name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert {module: count for module, count in lines.items() if count >= 400} == {}
