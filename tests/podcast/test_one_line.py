"""What a stranger wrote into the ledger stays on its line, whichever command tells of it."""

import re

import pytest

from podcast.cli import run
from podcast.layout import LEDGER
from podcast.publishing.ledger import decode_ledger, encode_ledger
from podcast.stores.folder import FolderStore
from tests.podcast.builders import ShowFolder, objects

TITLE = "Mut\nFAKE: alles gut\x1b[2J\u202e"


@pytest.fixture
def store(show: ShowFolder) -> FolderStore:
    """A store whose ledger somebody edited: a title and a producer have lines of their own."""
    show.publish_files_as_they_are()
    store = FolderStore(show.path / "public")
    show.publish(store)
    body = encode_ledger(decode_ledger(objects(store)[LEDGER])).decode()
    written = TITLE.replace("\n", "\\n").replace("\x1b", "\\u001b")
    body = body.replace("Mut 2", written).replace("anna@laptop", "anna\\nFAKE: anna")
    (show.path / "public" / LEDGER).write_bytes(body.encode())
    (show.path / "public" / ".folge" / "inventory.json").unlink()
    return store


@pytest.mark.parametrize(
    "words",
    [
        ["status"],
        ["plan"],
        ["withdraw", "2", "--dry-run"],
        ["withdraw", "2", "--yes"],
        ["replace", "2", "audio/1.mp3", "--as", "fix", "--yes"],
        ["pull", "--dry-run"],
        ["publish", "--yes"],
        ["feed", "log"],
    ],
    ids=" ".join,
)
def test_no_command_lets_it_make_lines_of_its_own(
    show: ShowFolder,
    store: FolderStore,
    words: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    show.file(2).unlink()
    monkeypatch.chdir(show.path)

    run(words)

    told = capsys.readouterr()
    assert "FAKE" in told.out + told.err or words == ["feed", "log"]
    for text in (told.out, told.err):
        assert re.search(r"(?m)^\s*FAKE|[\x1b\u202e]", text) is None, text


def test_a_tidying_does_not_either(
    show: ShowFolder, store: FolderStore, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(show.path)
    run(["withdraw", "2", "--yes"])
    show.file(2).unlink()
    capsys.readouterr()

    run(["tidy", "--grace", "0h", "--dry-run"])

    assert ": of 'Mut\\nFAKE: alles gut\\u001b[2J\\u202e', withdrawn on " in capsys.readouterr().out
