"""`folge inspect`: what is said of files, on a terminal and to a program, and the exit code."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from episodes.problems import Severity, visible
from podcast.cli import run
from podcast.stores.memory import MemoryStore
from tests.episodes.audio_builders import frames, id3, id3_text, opus, wav, xing
from tests.podcast.builders import ShowFolder

FOLGE = Path(sys.executable).with_name("folge")
TALK = id3(id3_text("TIT2", "Schildkröten".encode())) + frames(2500)


@pytest.fixture
def talk(tmp_path: Path) -> Path:
    path = tmp_path / "Über den Mut – Straße.mp3"
    path.write_bytes(TALK)
    return path


def inspected(capsys: pytest.CaptureFixture[str], *paths: Path) -> tuple[int, list[dict[str, object]]]:
    code = run(["inspect", "--json", *map(str, paths)])
    return code, json.loads(capsys.readouterr().out)


def on_a_terminal(*arguments: str) -> str:
    """Return what a command shows where somebody watches."""
    ours, theirs = pty.openpty()
    environment = os.environ | {"COLUMNS": "160", "TERM": "xterm-256color"}
    with subprocess.Popen([FOLGE, *arguments], stdin=theirs, stdout=theirs, stderr=theirs, env=environment):
        os.close(theirs)
        shown = b""
        while piece := _read(ours):
            shown += piece
    os.close(ours)
    return shown.decode()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # how Linux says that nobody writes to it any more
        return b""


def test_everything_about_a_file_is_an_object(talk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, (found,) = inspected(capsys, talk)
    assert code == 0
    assert found | {"sha256": "", "chapters": "", "tags": ""} == {
        "path": str(talk),
        "media_type": "audio/mpeg",
        "bytes": len(TALK),
        "sha256": "",
        "duration": 65.306,
        "header_bytes": len(TALK) - 2500 * 417,
        "minute_bytes": len(TALK) - 203 * 417,
        "bitrate": 128000,
        "bitrate_mode": "constant",
        "sample_rate": 44100,
        "channels": 2,
        "chapters": "",
        "tags": "",
        "pictures": [],
        "problems": [],
    }
    assert isinstance(found["tags"], dict)
    assert found["tags"]["title"] == "Schildkröten"


def test_a_file_that_cannot_be_trusted_ends_with_3_and_the_others_are_shown(
    talk: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "cut.mp3").write_bytes(xing(5000) + frames(200))
    (tmp_path / "page.mp3").write_text("<!doctype html><html>", "utf-8")
    paths = [tmp_path / "cut.mp3", tmp_path / "page.mp3", tmp_path, tmp_path / "missing.mp3", talk]

    code, found = inspected(capsys, *paths)

    assert code == 3
    assert [one["path"] for one in found] == [str(path) for path in paths]
    assert [one["duration"] for one in found] == [5.224, None, None, None, 65.306]
    problems = [[problem["message"] for problem in one["problems"]] for one in found]  # type: ignore[attr-defined]
    assert "the file is incomplete" in problems[0][0]
    assert problems[1] == ["page.mp3 is an HTML page, not audio"]
    assert "is a folder" in problems[2][0]
    assert problems[3] == [f"{tmp_path / 'missing.mp3'} does not exist"]
    assert problems[4] == []
    assert all(one.keys() == found[0].keys() for one in found)


def test_a_terminal_shows_facts_for_people(talk: Path, tmp_path: Path) -> None:
    (tmp_path / "lang.opus").write_bytes(opus(3725))
    (tmp_path / "kurz.wav").write_bytes(wav(2, claimed=160_000))
    shown = on_a_terminal("inspect", str(talk), str(tmp_path / "lang.opus"), str(tmp_path / "kurz.wav"))
    for text in (
        "Über den Mut – Straße.mp3",
        "audio/mpeg, 128 kbit/s constant, 44.1 kHz, stereo",
        "Schildkröten",
        "1:02:05 (3725.00 s)",
        "the whole file",
        "its header promises 10.0 s, but 2.0 s are there: the file is incomplete",
    ):
        assert text in shown
    assert '"path"' not in shown


def test_what_a_stranger_named_cannot_steer_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "\x1b]0;owned\x07[bold]talk.mp3"
    path.write_bytes(id3(id3_text("TIT2", b"\x1b[2J[red]hidden")) + frames(100))
    shown = on_a_terminal("inspect", str(path))
    assert "\x1b]0;" not in shown
    assert "\x1b[2J" not in shown
    assert "[bold]talk.mp3" in shown
    assert "[red]hidden" in shown


def test_a_text_in_a_wrong_encoding_is_told_with_how_it_stands_there_and_costs_no_trust(
    show: ShowFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "talk.mp3"
    meant, written = "Leser:in Müller – Straße", "Leser:in Müller – Straße".encode().decode("cp1252")
    right = id3_text("TALB", "Größe".encode("latin-1"), encoding=0)
    path.write_bytes(id3(id3_text("TIT2", meant.encode(), encoding=0) + right) + frames(100))
    told = f"its title '{visible(meant.encode().decode('latin-1'))}', written in a wrong encoding, is read as '{meant}'"

    code, (found,) = inspected(capsys, path)
    assert code == 0
    assert written not in str(found)
    assert isinstance(found["tags"], dict)
    assert (found["tags"]["title"], found["tags"]["album"]) == (meant, "Größe")
    assert [(one["severity"], one["message"]) for one in found["problems"]] == [("note", told)]  # type: ignore[attr-defined]
    assert "note" in on_a_terminal("inspect", str(path))

    assert run(["-C", str(show.path), "add", str(path), "--json"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)[0]["notes"] == [told]
    assert f"note: {path}: {told}" in err
    problems = show.publish(MemoryStore()).problems
    assert [p.severity for p in problems if told in p.message] == [Severity.NOTE]


STEERING = "\u200e\u200f\u061c" + "".join(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x9B, 0x85, 7)))
"""What turns the writing direction, and what commands a terminal without an escape."""


def test_nothing_that_steers_reaches_a_terminal_as_more_than_text(show: ShowFolder, tmp_path: Path) -> None:
    path = tmp_path / f"{STEERING}talk\x1b[2J.mp3"
    path.write_bytes(id3(id3_text("TIT2", f"Titel{STEERING}".encode())) + frames(100))
    missing = tmp_path / f"{STEERING}fehlt\x1b[2J.mp3"
    folder = ("-C", str(show.path))
    told = [
        on_a_terminal("inspect", str(path), str(missing)),
        on_a_terminal("inspect", "--json", str(path), str(missing)),
        on_a_terminal(*folder, "add", str(path), str(missing)),
        on_a_terminal(*folder, "add", str(path), "--number", str(missing)),
        on_a_terminal(*folder, "show", str(missing)),
        on_a_terminal("cover", str(missing)),
        on_a_terminal("encode", str(path), str(missing)),
        on_a_terminal(*folder, str(missing)),
    ]
    for shown in told:
        assert [f"U+{ord(letter):04X}" for letter in shown if letter in STEERING] == []
        assert "\x1b[2J" not in shown
        assert "\\u200e" in shown
    assert json.loads(told[1])[0]["path"] == str(path)


def test_neither_a_show_nor_a_cache_is_needed_and_nothing_is_written(
    talk: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path_factory.mktemp("empty")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("FOLGE_CACHE", str(folder))
    assert run(["inspect", str(talk)]) == 0
    assert list(folder.iterdir()) == []
    assert [path.name for path in talk.parent.iterdir()] == [talk.name]


def test_no_text_of_strangers_turns_the_writing_direction(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    odd = "".join(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))
    talk, empty = tmp_path / "talk.mp3", tmp_path / "talk\u202e3pm.exe"
    talk.write_bytes(id3(id3_text("TIT2", f"Titel{odd}".encode())) + frames(50))
    empty.touch()
    _, found = inspected(capsys, talk, empty)
    tags, problems = found[0]["tags"], found[1]["problems"]
    assert isinstance(tags, dict)
    assert isinstance(problems, list)
    assert (tags["title"], problems[0]["message"]) == ("Titel", "talk\\u202e3pm.exe is empty")
    assert not set(on_a_terminal("inspect", str(talk), str(empty))) & set(odd)
