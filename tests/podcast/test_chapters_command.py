"""`folge chapters`: what is shown, what is written, what is refused."""

import json
import struct
from pathlib import Path
from typing import Any

import pytest

from podcast.cli import run
from podcast.stores.memory import MemoryStore
from tests.episodes.audio_builders import frames, id3, id3_text
from tests.podcast.builders import ShowFolder, objects

WRITTEN = (
    "chapters:  # von Hand\n  - 00:00 Anfang\n  - 00:00.5 Mut\n  - start: 00:01\n    title: Ende\n    hidden: true\n"
)


def folge(show: ShowFolder, *arguments: str) -> int:
    return run(["-C", str(show.path), "chapters", *arguments])


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    path = tmp_path / "marken.txt"
    path.write_bytes("0,000000\t0,000000\tBegrüßung\r\n0,250000\t0,250000\tTeil 1: Mut\r\n0,5\t0,5\tEnde\r\n".encode())
    return path


ROUTE: dict[str, Any] = {
    "version": "1.2.0",
    "waypoints": True,
    "chapters": [
        {"startTime": 0, "title": "Begrüßung"},
        {
            "startTime": 0.25,
            "title": "Die Schwebebahn",
            "location": {"name": "Wuppertal: Döppersberg", "geo": "geo:51.2562,7.1508", "osm": "R62478"},
        },
        {"startTime": 0.5, "toc": False, "location": {"name": "Köln", "geo": "geo:50.94,6.96;u=20"}},
    ],
}
TAKEN = 'chapters:\n  - 00:00 Begrüßung\n  - "00:00.25 Teil 1: Mut"\n  - 00:00.5 Ende\n'


def chap(count: int) -> bytes:
    """Return an ID3 chapter that begins after so many times 2.5 seconds."""
    times = struct.pack(">IIII", count * 2500, 0, 0xFFFFFFFF, 0xFFFFFFFF)
    body = f"c{count}".encode() + b"\0" + times + id3_text("TIT2", f"Teil {count}".encode())
    return b"CHAP\0\0\0" + bytes((len(body), 0, 0)) + body


class TestTakingOver:
    """`folge chapters EPISODE FILE`."""

    def test_chapters_are_written_and_every_other_byte_kept(
        self, show: ShowFolder, labels: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        path = show.episode(1, more="# bleibt\ntopics: [Mut]   # auch\n")
        before = path.read_text("utf-8")

        assert folge(show, "1", str(labels)) == 0

        assert path.read_text("utf-8").replace(TAKEN, "") == before
        out, err = capsys.readouterr()
        assert out == "episodes/001-folge-1.md\n"
        assert "3 chapters of" in err
        assert "Audacity labels" in err

    def test_places_of_json_chapters_are_kept_to_the_file_that_is_published(
        self, show: ShowFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        given = tmp_path / "route.json"
        given.write_text(json.dumps(ROUTE | {"author": "Ina"}), "utf-8")
        assert folge(show, "1", str(given)) == 0
        assert "warning: author of" in capsys.readouterr().err
        assert folge(show, "1", "--to", "json") == 0
        assert json.loads(capsys.readouterr().out) == ROUTE
        assert folge(show, "1", "--to", "psc") == 0
        err = capsys.readouterr().err
        assert "Podlove Simple Chapters cannot keep waypoints of the whole file" in err
        assert "Podlove Simple Chapters cannot keep the places of 1 chapter" in err

        store = MemoryStore()
        show.publish(store)
        (published,) = [json.loads(body) for key, body in objects(store).items() if key.startswith("chapters/")]
        assert published == ROUTE

        assert folge(show, "1", str(given)) == 0
        assert "nothing was changed" in capsys.readouterr().err
        given.write_text(json.dumps({**ROUTE, "waypoints": False, "chapters": ROUTE["chapters"][:2]}), "utf-8")
        assert folge(show, "1", str(given), "--replace") == 0
        assert "waypoints" not in show.file(1).read_text("utf-8")

    def test_a_second_run_changes_nothing(
        self, show: ShowFolder, labels: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        folge(show, "1", str(labels))
        before = show.file(1).read_bytes()
        capsys.readouterr()
        assert folge(show, "1", str(labels)) == 0
        assert show.file(1).read_bytes() == before
        assert capsys.readouterr() == ("", "nothing was changed\n")

    def test_chapters_that_are_there_are_not_overwritten(
        self, show: ShowFolder, labels: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        path = show.episode(1, more=WRITTEN)
        before = path.read_bytes()
        assert folge(show, "1", str(labels)) == 2
        assert path.read_bytes() == before
        assert "has 3 chapters already" in (told := capsys.readouterr().err)
        assert "--replace" in told

    def test_they_are_replaced_where_that_is_asked_for(self, show: ShowFolder, labels: Path) -> None:
        path = show.episode(1, more=WRITTEN + "topics: [Mut]\n")
        before = path.read_text("utf-8")
        assert folge(show, "1", str(labels), "--replace") == 0
        replaced = TAKEN.replace("chapters:", "chapters:  # von Hand")
        assert path.read_text("utf-8") == before.replace(WRITTEN, replaced)

    def test_mistakes_are_named_with_their_lines_and_nothing_is_written(
        self, show: ShowFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        before = show.file(1).read_bytes()
        (tmp_path / "liste.txt").write_text("00:00 A\n00:75 B\n01:00\n", "utf-8")
        assert folge(show, "1", str(tmp_path / "liste.txt")) == 3
        assert show.file(1).read_bytes() == before
        out, err = capsys.readouterr()
        assert out == ""
        assert "liste.txt:2: '00:75'" in err
        assert "liste.txt:3: the chapter has no title" in err

    def test_what_the_rules_find_is_told_with_the_line_in_the_file(
        self, show: ShowFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (tmp_path / "liste.txt").write_text("\n00:00.5 A\n00:12 B\n", "utf-8")
        assert folge(show, "1", str(tmp_path / "liste.txt"), "--json") == 0
        found = json.loads(capsys.readouterr().out)
        assert (found["changed"], found["file"]) == (True, "episodes/001-folge-1.md")
        assert [(one["rule"], one["line"]) for one in found["problems"]] == [
            ("JCH-5", 2), ("APPLE-CHAP-1", 3), ("JCH-5", 3)
        ]  # fmt: skip

    def test_an_end_comes_through_the_episode_file(
        self, show: ShowFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        chapter = {"startTime": 0, "endTime": 0.05, "title": "A"}
        (tmp_path / "a.json").write_text(json.dumps({"chapters": [chapter]}), "utf-8")
        assert folge(show, "1", str(tmp_path / "a.json")) == 0
        assert 'end: "00:00.05"' in show.file(1).read_text("utf-8")
        capsys.readouterr()
        assert folge(show, "1", "--to", "json") == 0
        assert json.loads(capsys.readouterr().out)["chapters"] == [chapter]

    def test_an_episode_file_with_mistakes_is_left_as_it_is(
        self, show: ShowFolder, labels: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        path = show.episode(1, more="chapters:\n  - 00:05 A\n  - 00:04 B\n")
        before = path.read_bytes()
        assert folge(show, "1", str(labels), "--replace") == 3
        assert path.read_bytes() == before
        assert "episodes/001-folge-1.md:9: chapters[2].start" in capsys.readouterr().err

    def test_a_file_that_is_not_there_is_named(self, show: ShowFolder, capsys: pytest.CaptureFixture[str]) -> None:
        assert folge(show, "1", "fehlt.txt") == 2
        assert "fehlt.txt cannot be read" in capsys.readouterr().err

    def test_front_matter_in_braces_is_left_alone(
        self, show: ShowFolder, labels: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        text = '---\n{guid: "1", title: A, status: draft, audio: audio/1.mp3}\n---\n'
        show.file(1).write_text(text, "utf-8")
        assert folge(show, "folge-1", str(labels)) == 2
        assert show.file(1).read_text("utf-8") == text
        assert "folge edit" in capsys.readouterr().err


class TestShowing:
    """`folge chapters EPISODE`, and `--to`."""

    def test_those_of_the_episode_file_are_shown(self, show: ShowFolder, capsys: pytest.CaptureFixture[str]) -> None:
        show.episode(1, more=WRITTEN)
        assert folge(show, "1", "--json") == 0
        found = json.loads(capsys.readouterr().out)
        assert found["source"] == "episodes/001-folge-1.md"
        assert [(one["start"], one["title"], one["hidden"]) for one in found["chapters"]] == [
            (0, "Anfang", False), (0.5, "Mut", False), (1, "Ende", True)
        ]  # fmt: skip

    def test_findings_about_them_name_the_line_in_the_episode_file(
        self, show: ShowFolder, capsys: pytest.CaptureFixture[str]
    ) -> None:
        show.episode(1, more="chapters:\n  - 00:00 A\n  - 00:00.1 B\n  - 12:30 C\n")
        assert folge(show, "1") == 0
        out, err = capsys.readouterr()
        assert out == "00:00 A\n00:00.1 B\n12:30 C\n"
        assert "episodes/001-folge-1.md:10: chapters[3]: the chapter 'C' begins at 12:30, and the audio ends" in err

    def test_those_in_the_audio_are_shown_where_the_file_has_none(
        self, show: ShowFolder, capsys: pytest.CaptureFixture[str]
    ) -> None:
        audio = show.path / "audio" / "1.mp3"
        audio.write_bytes(id3(b"".join(chap(count) for count in range(3))) + frames(400))
        assert folge(show, "1") == 0
        assert capsys.readouterr() == ("00:00 Teil 0\n00:02.5 Teil 1\n00:05 Teil 2\n", "")

    def test_an_episode_without_chapters_says_so(self, show: ShowFolder, capsys: pytest.CaptureFixture[str]) -> None:
        assert folge(show, "1") == 0
        out, err = capsys.readouterr()
        assert out == ""
        assert "has no chapters" in err

    def test_a_format_is_printed_and_what_it_cannot_hold_is_told(
        self, show: ShowFolder, capsys: pytest.CaptureFixture[str]
    ) -> None:
        show.episode(1, more=WRITTEN)
        assert folge(show, "1", "--to", "markdown") == 0
        out, err = capsys.readouterr()
        assert out == "- 00:00 Anfang\n- 00:00 Mut\n"
        assert "cannot hide a chapter: 1 chapter left out" in err
        assert "fractions of a second of 1 chapter" in err

    def test_a_file_is_converted_without_touching_the_episode(
        self, show: ShowFolder, labels: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        before = show.file(1).read_bytes()
        assert folge(show, "1", str(labels), "--to", "json") == 0
        assert [one["title"] for one in json.loads(capsys.readouterr().out)["chapters"]] == [
            "Begrüßung", "Teil 1: Mut", "Ende"
        ]  # fmt: skip
        assert show.file(1).read_bytes() == before

    def test_replacing_without_a_file_is_refused(self, show: ShowFolder) -> None:
        assert folge(show, "1", "--replace") == 2
