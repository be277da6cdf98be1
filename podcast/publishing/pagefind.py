"""The door to Pagefind, which makes the files a browser searches in: a program, given a folder of small documents."""

import os
import shutil
import subprocess
from collections.abc import Iterable
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path, PurePath

from episodes.problems import UserError

_PROGRAM = "pagefind_bin"
_LONGEST = 3600.0
_PROGRAM_FILES = ("pagefind.js", "pagefind-worker.js", "wasm.*.pagefind")
_KEPT = (*_PROGRAM_FILES, "pagefind-entry.json", "*.pf_meta")
_KEPT_BELOW = ("fragment", "index", "filter")


@cache
def pagefind_version() -> str:
    """Return the version of Pagefind here; empty where there is none for this kind of machine."""
    try:
        return version(_PROGRAM)
    except PackageNotFoundError:
        return ""


def is_program(path: PurePath) -> bool:
    """Say whether a file of an index is the same in every index: of those a browser merges only the first needs it."""
    return any(path.match(pattern) for pattern in _PROGRAM_FILES)


def make_index(documents: Iterable[tuple[str, str]], language: str, folder: Path) -> None:
    """Write the index of documents, HTML by name, into the folder `folder`, which is made anew.

    The same documents give the same bytes, in whichever order they come. Raises UserError where Pagefind fails.
    """
    beside = folder.with_name(f"{folder.name}.{os.getpid()}")
    try:
        shutil.rmtree(beside, ignore_errors=True)
        texts, made = beside / "texts", beside / "made"
        texts.mkdir(parents=True)
        for name, text in documents:
            (texts / f"{name}.html").write_text(text, encoding="utf-8")
        _run(beside, language)
        for path in made.iterdir():
            if path.name not in _KEPT_BELOW and not any(path.match(pattern) for pattern in _KEPT):
                shutil.rmtree(path) if path.is_dir() else path.unlink()  # the widgets that come with it
        shutil.rmtree(folder, ignore_errors=True)
        made.replace(folder)
    except OSError as error:
        raise UserError(f"the search cannot be made: {error.strerror}", hint=f"make room in {folder.parent}") from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _run(folder: Path, language: str) -> None:
    """Run Pagefind in a folder of its own: no settings file and no variable of the producer's gets at it."""
    from pagefind_bin import get_executable

    command = [str(get_executable()), "--site", "texts", "--output-path", "made", f"--force-language={language}"]
    variables = {name: value for name, value in os.environ.items() if not name.startswith("PAGEFIND_")}
    try:
        done = subprocess.run(  # noqa: S603  the program that came with the package
            [*command, "--silent"],
            cwd=folder,
            env=variables,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_LONGEST,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise UserError("the search cannot be made: pagefind does not come to an end") from error
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["it says nothing"]
        raise UserError(f"the search cannot be made: pagefind says: {said[-1][:200]}", hint="publish again")
