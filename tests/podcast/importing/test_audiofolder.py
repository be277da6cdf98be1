"""A folder of audio becomes a show: tags are taken, guesses are named, a second run adds only what is new."""

import json
import os
import shutil
import subprocess
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from podcast.cli import run
from podcast.importing.filenames import Named, read_name
from podcast.settings import load_settings
from podcast.workspace import open_workspace
from tests.episodes.audio_builders import frames, id3, id3_text
from tests.podcast.builders import ShowFolder


def mp3(seed: int, **texts: str) -> bytes:
    """An MP3 of its own length with text frames, as TIT2."""
    tags = b"".join(id3_text(name, text.encode()) for name, text in texts.items())
    return (id3(tags) if tags else b"") + frames(40 + seed)


def put(folder: Path, name: str, body: bytes, changed: str = "2023-03-04 10:20") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)
    moment = datetime.fromisoformat(changed).replace(tzinfo=UTC).timestamp()
    os.utime(path, (moment, moment))
    return path


def folge(folder: Path, *arguments: str) -> int:
    return run(["-C", str(folder), "import", *arguments])


def planned(capsys: pytest.CaptureFixture[str], folder: Path, *arguments: str) -> dict[str, Any]:
    capsys.readouterr()
    assert folge(folder, *arguments, "--json") == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


@pytest.fixture
def audio(tmp_path: Path) -> Path:
    return tmp_path / "aufnahmen"


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    folder = tmp_path / "show"
    folder.mkdir()
    return folder


class TestNames:
    @pytest.mark.parametrize(
        ("stem", "named"),
        [
            ("2024-06-06 Titel", Named(day=date(2024, 6, 6), title="Titel")),
            ("20240606_Titel_zwei", Named(day=date(2024, 6, 6), title="Titel zwei")),
            ("6.6.2024 Titel", Named(day=date(2024, 6, 6), title="Titel")),
            ("03 - Titel", Named(number=3, title="Titel")),
            ("03 Titel", Named(number=3, title="Titel")),
            ("Folge 12 - Mut: eins", Named(number=12, title="Mut: eins")),
            ("S02E03 Titel", Named(season=2, number=3, title="Titel")),
            ("01_2024-06-06_Mut", Named(day=date(2024, 6, 6), number=1, title="Mut")),
            ("1984 und wir", Named(title="1984 und wir")),
            ("12 Freunde", Named(title="12 Freunde")),
            ("2024 - Rückblick", Named(title="2024 - Rückblick")),
            ("2024-13-45", Named(title="2024-13-45")),
            ("", Named()),
        ],
    )
    def test_what_a_name_tells(self, stem: str, named: Named) -> None:
        assert read_name(stem) == named


def test_twenty_files_become_a_show_in_one_command(
    audio: Path, empty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for n in range(1, 21):
        tags = {"TIT2": f"Thema {n}", "TALB": "Kommunen-Podcast", "TPE1": "Anna Beispiel", "TRCK": f"{n}/20"}
        put(audio, f"{n}.mp3", mp3(n, **tags, TDRC=f"2023-01-{n:02}", TLAN="deu", COMM=""))
    assert folge(empty, str(audio), "--yes") == 0
    workspace = open_workspace(empty)
    found = workspace.catalogue.episodes
    assert [(episode.number, episode.title) for episode in found] == [(n, f"Thema {n}") for n in range(1, 21)]
    assert len({episode.guid for episode in found}) == 20
    assert [workspace.resolve(episode.audio).parent for episode in found] == [audio] * 20
    settings, problems = load_settings(empty, {})
    assert (settings.title, settings.author, settings.language) == ("Kommunen-Podcast", "Anna Beispiel", "de")
    assert not [problem for problem in problems if problem.severity.value == "error"]
    assert "20 episodes name audio outside" in capsys.readouterr().out
    assert run(["-C", str(empty), "list", "--json"]) == 0


def test_where_tags_are_silent_name_and_time_tell_and_every_guess_is_named(
    audio: Path, empty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(audio, "2022-06-06 Anfang.mp3", mp3(1))
    put(audio, "07 - Mut.mp3", mp3(2))
    put(audio, "wut.mp3", mp3(3, TIT2="Wut", TDRC="2019"))
    plan = planned(capsys, empty, str(audio), "--dry-run", "--zone", "Europe/Berlin")
    guesses = {one["title"]: (one["number"], one["published"][:16], one["guesses"]) for one in plan["episodes"]}
    assert guesses == {
        "Mut": (7, "2023-03-04T11:20", [
            "title from the file's name", "number 7 from the file's name", "2023-03-04 11:20 from the file's time",
        ]),
        "Wut": (8, "2019-01-01T12:00", [
            "the first day of 2019: its tags tell only the year", "number 8: the next, by date",
        ]),
        "Anfang": (9, "2022-06-06T12:00", [
            "title from the file's name", "2022-06-06 from the file's name", "number 9: the next, by date",
        ]),
    }  # fmt: skip
    assert plan["title"] == "aufnahmen"
    assert list(empty.iterdir()) == []


def test_numbers_and_dates_that_two_claim_are_given_once(
    audio: Path, empty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in "abc":
        put(audio, f"{name}.mp3", mp3(ord(name), TIT2=f"Titel {name}", TRCK="1", TDRC="2023-01-01"))
    plan = planned(capsys, empty, str(audio), "--dry-run", "--zone", "UTC")
    assert [(one["title"], one["number"], one["published"][11:16]) for one in plan["episodes"]] == [
        ("Titel a", 1, "12:00"),
        ("Titel b", 2, "12:01"),
        ("Titel c", 3, "12:02"),
    ]
    assert plan["episodes"][1]["guesses"] == ["number 2: 1 is another's", "12:01, because another has the same date"]


def test_what_becomes_no_episode_is_named(audio: Path, empty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(audio, "1.mp3", mp3(1))
    put(audio, "kopie/1 Kopie.mp3", mp3(1))
    put(audio, "notizen.txt", b"Nur Text\n")
    put(audio, "leer.mp3", b"")
    put(audio, "login.mp3", b"<!DOCTYPE html><html></html>")
    put(audio, ".DS_Store", b"\0\1")
    plan = planned(capsys, empty, str(audio), "--yes")
    assert len(plan["episodes"]) == 1
    left = {Path(one["file"]).name: one["why"] for one in plan["left_out"]}
    assert left == {
        "1 Kopie.mp3": "holds the same as 1.mp3",
        "notizen.txt": "is a text file, not audio",
        "leer.mp3": "is empty",
        "login.mp3": "is an HTML page, not audio",
    }


def test_a_folder_without_audio_is_said_with_what_is_in_it(
    audio: Path, empty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(audio, "notizen.txt", b"Nur Text\n")
    assert folge(empty, str(audio), "--yes") == 2
    told = capsys.readouterr().err
    assert "notizen.txt: is a text file, not audio" in told
    assert f"there is no audio in {audio}" in told
    assert list(empty.iterdir()) == []


def test_a_second_run_adds_only_what_is_new(audio: Path, empty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(audio, "1.mp3", mp3(1, TIT2="Eins"))
    assert folge(empty, str(audio), "--yes") == 0
    before = {path: path.read_bytes() for path in empty.rglob("*") if path.is_file()}
    again = planned(capsys, empty, str(audio), "--yes")
    assert (again["episodes"], again["made"]) == ([], [])
    put(audio, "umbenannt.mp3", (audio / "1.mp3").read_bytes())
    put(audio, "2.mp3", mp3(2, TIT2="Zwei"))
    third = planned(capsys, empty, str(audio), "--yes")
    assert [one["title"] for one in third["episodes"]] == ["Zwei"]
    assert {Path(one["file"]).name: one["why"].split("/")[0] for one in third["left_out"]} == {
        "1.mp3": "is the audio of episodes",
        "umbenannt.mp3": "is the audio of episodes",
    }
    assert {path: path.read_bytes() for path in before} == before


def test_an_existing_show_keeps_everything_and_numbers_go_on(
    show: ShowFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {path: path.read_bytes() for path in show.path.rglob("*") if path.is_file()}
    put(show.path / "audio", "neu.mp3", mp3(9, TIT2="Neu", TRCK="2"))
    plan = planned(capsys, show.path, str(show.path / "audio"), "--yes")
    assert [(one["title"], one["number"], one["file"]) for one in plan["episodes"]] == [
        ("Neu", 3, "episodes/003-neu.md")
    ]
    episode = open_workspace(show.path).catalogue.episodes[0]
    assert (episode.title, episode.audio) == ("Neu", "audio/neu.mp3")
    assert {path: path.read_bytes() for path in before} == before


def test_nothing_is_written_without_a_yes(audio: Path, empty: Path) -> None:
    put(audio, "1.mp3", mp3(1))
    assert folge(empty, str(audio)) == 2
    assert list(empty.iterdir()) == []


def test_other_formats_are_taken_too(audio: Path, empty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ffmpeg = shutil.which("ffmpeg")
    if ffmpeg is None:
        pytest.skip("there is no ffmpeg")
    audio.mkdir()
    tone = [ffmpeg, "-v", "error", "-f", "lavfi", "-i", "sine=duration=2"]
    tags = ["-metadata", "title=Über Mut", "-metadata", "album=Kommunen", "-metadata", "date=2023-05-06"]
    for name in ("a.m4a", "b.ogg", "c.flac"):
        subprocess.run([*tone, *tags, "-metadata", f"track={name}", str(audio / name)], check=True, timeout=60)
    plan = planned(capsys, empty, str(audio), "--yes")
    assert ([one["title"] for one in plan["episodes"]], plan["title"]) == (["Über Mut"] * 3, "Kommunen")
    assert [Path(one["audio"]).name for one in plan["episodes"]] == ["a.m4a", "b.ogg", "c.flac"]
    assert len({one["file"] for one in plan["episodes"]}) == 3
