"""A feed of a stranger, moved: imported, published to a folder, and compared with what it was."""

import json
import os
import re
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from feed.intake import Intake, take_in
from podcast.cli import run

CORPUS = Path(os.environ.get("FOLGE_CORPUS", Path(__file__).parents[4] / "shared" / "corpus")) / "feeds"

_FILLED_IN = {
    "title": "Ohne Titel",
    "description": "Ohne Beschreibung",
    "language": "de",
    "link": "https://show.example.org/",
}
"""What a producer writes where the feed tells nothing; a feed needs it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """The bodies of a feed before and after, what an import reads of the first, and what `folge diff` tells."""

    name: str
    before: bytes
    after: bytes
    intake: Intake
    diff: dict[str, Any]
    folder: Path


def said(*arguments: str) -> str:
    """Run a command that ends well, and return what it says on stdout."""
    out, err = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        exit_code = run(list(arguments))
    assert exit_code == 0, (arguments, exit_code, out.getvalue()[-2000:], err.getvalue()[-2000:])
    return out.getvalue()


def import_arguments(path: Path, intake: Intake, folder: Path) -> list[str]:
    """Return the command that imports a feed, as its owner gives it."""
    owner = intake.lock_owner or intake.feed.show.owner_email
    return ["import", str(path), "--into", str(folder), "--yes", *(["--owner", owner] if owner else [])]


def move(path: Path, folder: Path) -> Moved:
    """Import a feed into a folder and publish it there."""
    before = path.read_bytes()
    intake = take_in(before)
    new = ["--public-url", "https://neu.example.org/", "--store", "public"]
    said(*import_arguments(path, intake, folder), *new)
    fill_in(folder / "podcast.toml")
    said("-C", str(folder), "publish", "--yes")
    published = folder / "public" / "feed.xml"
    diff = json.loads(said("diff", str(path), str(published), "--json"))
    return Moved(
        name=path.name, before=before, after=published.read_bytes(), intake=intake, diff=diff["feeds"][0], folder=folder
    )


def fill_in(path: Path) -> None:
    """Write into a `podcast.toml` what its feed does not tell."""
    text = path.read_text(encoding="utf-8")
    for name, value in _FILLED_IN.items():
        if re.search(f"(?m)^{name} =", text) is None:
            text = text.replace("[show]\n", f'[show]\n{name} = ""\n', 1)
        text = re.sub(f'(?m)^{name} = ""$', f'{name} = "{value}"', text)
    path.write_text(text, encoding="utf-8")
