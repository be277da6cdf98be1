"""The command line with good and with bad input: what stands on the screen, what is written, and the exit code."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from podcast.cli import run
from tests.podcast.builders import COVER, REPOSITORY, ShowFolder, make_show

TALK = REPOSITORY / "docs" / "demo" / "diensteid.mp3"
FOLGE = Path(sys.executable).with_name("folge")

CORPUS = Path(os.environ.get("FOLGE_CORPUS", REPOSITORY.parent / "shared" / "corpus"))


def folge(folder: Path, *arguments: str) -> int:
    return run(["-C", str(folder), *arguments])


def listing(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


class TestInit:
    """`folge init`."""

    def test_it_makes_a_show_that_publishes(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        told = ["--title", "Möglich: „ja“", "--language", "de", "--author", "A", "--category", "Government"]
        assert run(["init", str(tmp_path / "neu"), *told, "--cover", str(COVER)]) == 0
        assert folge(tmp_path / "neu", "add", str(TALK)) == 0
        assert folge(tmp_path / "neu", "publish", "--yes") == 0
        assert "published: 1 episode" in capsys.readouterr().out

    def test_a_second_run_changes_nothing_and_says_so(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        run(["init", str(tmp_path), "--title", "A"])
        before = listing(tmp_path)
        capsys.readouterr()

        assert run(["init", str(tmp_path), "--title", "B"]) == 0

        assert listing(tmp_path) == before
        assert "already there" in (told := capsys.readouterr().err)
        assert "nothing was changed" in told

    def test_it_never_touches_files_that_are_there(self, tmp_path: Path) -> None:
        (tmp_path / ".gitignore").write_text("mine\n", encoding="utf-8")
        (tmp_path / "cover.png").write_bytes(b"mine")

        run(["init", str(tmp_path), "--title", "A", "--cover", str(COVER)])

        assert (tmp_path / ".gitignore").read_text(encoding="utf-8") == "mine\n"
        assert (tmp_path / "cover.png").read_bytes() == b"mine"

    def test_two_shows_without_an_address_have_different_guids(self, tmp_path: Path) -> None:
        for name in ("a", "b"):
            run(["init", str(tmp_path / name), "--title", "A"])

        guids = {line for name in "ab" for line in _lines(tmp_path / name / "podcast.toml") if line.startswith("guid")}
        assert len(guids) == 2

    def test_the_guid_is_that_of_the_feed_address(self, tmp_path: Path) -> None:
        run(["init", str(tmp_path), "--title", "A", "--public-url", "https://mp3s.nashownotes.com"])

        text = (tmp_path / "podcast.toml").read_text(encoding="utf-8")
        # seed mp3s.nashownotes.com/feed.xml, computed with the method of podcast-namespace docs/tags/guid.md
        from uuid import UUID, uuid5

        expected = uuid5(UUID("ead4c236-bf58-58c6-a2c6-a6b28d128cb6"), "mp3s.nashownotes.com/feed.xml")
        assert f'guid = "{expected}"' in text

    def test_without_a_title_nothing_is_made(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert run(["init", str(tmp_path / "neu")]) == 2
        assert "--title" in capsys.readouterr().err
        assert not (tmp_path / "neu").exists()

    def test_a_wrong_category_is_named_and_nothing_is_made(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert run(["init", str(tmp_path / "neu"), "--title", "A", "--category", "Goverment"]) == 3
        assert "did you mean 'Government'?" in capsys.readouterr().err
        assert not (tmp_path / "neu").exists()


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


class TestAdd:
    """`folge add`."""

    def test_a_tagged_file_needs_one_command(self, show: ShowFolder) -> None:
        assert folge(show.path, "add", str(TALK)) == 0

        path = show.path / "episodes" / "003-brauchen-wir-einen-diensteid-fuer-transformation.md"
        text = path.read_text(encoding="utf-8")
        assert 'title: "Brauchen wir einen Diensteid für Transformation?"' in text
        assert "published: 2024-12-03 12:00 +01:00" in text

    def test_one_bad_file_does_not_stop_the_others(
        self, show: ShowFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        bad = tmp_path / "page.mp3"
        bad.write_bytes(b"<!doctype html><title>404</title>")

        assert folge(show.path, "add", str(bad), str(tmp_path / "missing.mp3"), str(TALK)) == 3

        told = capsys.readouterr()
        assert len(told.out.splitlines()) == 1
        assert len([line for line in told.err.splitlines() if line.startswith("error:")]) == 2
        assert len(list((show.path / "episodes").iterdir())) == 3

    def test_json_has_one_result_for_each_file(
        self, show: ShowFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        empty = tmp_path / "empty.mp3"
        empty.touch()

        assert folge(show.path, "add", "--json", str(empty), str(TALK)) == 3

        results = json.loads(capsys.readouterr().out)
        assert [result["ok"] for result in results] == [False, True]
        assert results[1]["bytes"] == TALK.stat().st_size
        assert results[1]["chapters"] == 3
        assert results[1]["cover"]["media_type"] == "image/jpeg"
        assert results[1]["cover"]["width"] == results[1]["cover"]["height"] == 300
        assert "empty" in results[0]["error"]

    def test_the_same_audio_is_refused_a_second_time(
        self, show: ShowFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        copy = tmp_path / "other name.mp3"
        copy.write_bytes(TALK.read_bytes())
        folge(show.path, "add", str(TALK))

        assert folge(show.path, "add", str(copy)) == 3
        assert "is already the audio of episodes/003-" in capsys.readouterr().err

    def test_the_same_title_gets_an_address_of_its_own(self, show: ShowFolder, tmp_path: Path) -> None:
        other = tmp_path / "other.mp3"
        other.write_bytes(TALK.read_bytes() + b"\0")
        folge(show.path, "add", "--title", "Straße des Möglichmachens", str(TALK))
        folge(show.path, "add", "--title", "Straße des Möglichmachens", str(other))

        names = sorted(path.name for path in (show.path / "episodes").iterdir())[2:]
        assert names == ["003-strasse-des-moeglichmachens.md", "004-strasse-des-moeglichmachens-2.md"]

    def test_everything_that_can_be_said_is_written(
        self, show: ShowFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        notes = tmp_path / "notes.md"
        notes.write_text("# Links\n\n- eins\n", encoding="utf-8")
        said = {
            "--title": "Titel: mit Doppelpunkt",
            "--guest": "Uwe Schneidewind, Oberbürgermeister, Stadt Wuppertal",
            "--topic": "Mut",
            "--occasion": "K360-Festival 2024",
            "--place": "Berlin",
            "--recorded-on": "2024-06-12",
            "--season": "2",
            "--number": "12",
            "--kind": "bonus",
            "--publish-at": "2024-12-24 06:00",
            "--summary": "Kurz.",
            "--notes": str(notes),
        }
        options = [word for pair in said.items() for word in pair]

        assert folge(show.path, "add", *options, "--guest", "anna", "--draft", "--explicit", str(TALK)) == 0
        capsys.readouterr()
        folge(show.path, "show", "12", "--json", "--offline")

        data = json.loads(capsys.readouterr().out)
        assert data["title"] == "Titel: mit Doppelpunkt"
        assert [person["name"] for person in data["appearances"]] == ["Uwe Schneidewind", "Anna Beispiel"]
        assert data["appearances"][0]["function"] == "Oberbürgermeister"
        assert data["appearances"][1]["person"] == "anna"
        assert (data["season"], data["number"], data["kind"], data["status"]) == (2, 12, "bonus", "draft")
        assert data["published"] == "2024-12-24T06:00:00+01:00"
        assert data["recording"]["occasion"] == "K360-Festival 2024"
        assert data["notes"] == "# Links\n\n- eins"
        assert data["explicit"] is True

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            (["--guest", "ana"], "did you mean 'anna'?"),
            (["--publish-at", "2024-03-31 02:30"], "does not exist in Europe/Berlin"),
            (["--publish-at", "morgen"], "write 2024-12-03 06:00"),
            (["--recorded-on", "2024-02-30"], "not on the calendar"),
            (["--notes", "nirgends.md"], "cannot be read"),
            (["--number", "0"], "0"),
        ],
    )
    def test_a_wrong_word_stops_before_anything_is_written(
        self, show: ShowFolder, options: list[str], message: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert folge(show.path, "add", *options, str(TALK)) == 2
        assert message in capsys.readouterr().err
        assert len(list((show.path / "episodes").iterdir())) == 2

    def test_a_title_for_several_files_is_refused(self, show: ShowFolder) -> None:
        assert folge(show.path, "add", "--title", "A", str(TALK), str(TALK)) == 2


class TestNaming:
    """An episode is named by number, slug, guid prefix or file."""

    @pytest.mark.parametrize("name", ["1", "folge-1", "00000001", "001-folge-1.md", "episodes/001-folge-1.md"])
    def test_every_name_means_the_same_episode(
        self, show: ShowFolder, name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(show.path)

        assert run(["show", name, "--json", "--offline"]) == 0
        assert json.loads(capsys.readouterr().out)["number"] == 1

    def test_season_and_number_name_an_episode(self, show: ShowFolder, capsys: pytest.CaptureFixture[str]) -> None:
        show.episode(3, more="season: 2\n")
        for name in ("2/3", "s2e3", "S2E3", "2x3"):
            assert folge(show.path, "show", name, "--json", "--offline") == 0
            assert json.loads(capsys.readouterr().out)["season"] == 2

    def test_a_number_of_two_seasons_is_never_guessed_by_the_name_of_a_file(
        self, show: ShowFolder, capsys: pytest.CaptureFixture[str]
    ) -> None:
        show.episode(1, more="season: 1\n")
        show.episode(2, more="season: 2\n")
        show.file(2).write_text(show.file(2).read_text().replace("number: 2", "number: 1"))
        assert folge(show.path, "set", "1", "title=Neu") == 2
        assert "say 1/1 or 2/1" in capsys.readouterr().err
        assert folge(show.path, "set", "2/1", "title=Neu") == 0
        assert "title: Neu" in show.file(2).read_text()

    def test_an_ambiguous_name_lists_the_candidates(self, show: ShowFolder, capsys: pytest.CaptureFixture[str]) -> None:
        assert folge(show.path, "show", "0000") == 2

        told = capsys.readouterr().err
        assert "means 2 episodes" in told
        assert "folge-1" in told
        assert "folge-2" in told

    def test_an_unknown_name_suggests_the_nearest(self, show: ShowFolder, capsys: pytest.CaptureFixture[str]) -> None:
        assert folge(show.path, "show", "fogle-2") == 2
        assert "did you mean folge-2" in capsys.readouterr().err


class TestSet:
    """`folge set` and `folge edit`."""

    def test_it_changes_one_field_and_keeps_every_other_byte(self, show: ShowFolder) -> None:
        before = show.file(1).read_bytes()

        assert folge(show.path, "set", "1", "title=Neu: „Straße“ # 5") == 0

        assert show.file(1).read_bytes() == before.replace(b"Mut 1", '"Neu: „Straße“ # 5"'.encode())

    @pytest.mark.parametrize(
        ("assignment", "code", "message"),
        [
            ("guid=1", 2, "never changes"),
            ("titel=A", 2, "did you mean 'title'?"),
            ("title", 2, "FIELD=VALUE"),
            ("number=zwölf", 3, "'zwölf' is not a number"),
            ("status=fertig", 3, "'fertig' is not a status"),
            ("published=2024-10-27 02:30", 3, "happens twice"),
            ("title=", 3, "is missing"),
            ("notes=x", 2, "folge edit"),
        ],
    )
    def test_what_would_be_wrong_is_not_written(
        self, show: ShowFolder, assignment: str, code: int, message: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        before = show.file(1).read_bytes()

        assert folge(show.path, "set", "1", assignment) == code

        assert message in capsys.readouterr().err
        assert show.file(1).read_bytes() == before

    def test_edit_opens_the_editor_and_checks_afterwards(
        self, show: ShowFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        editor = tmp_path / "editor.py"
        editor.write_text(
            "import sys, pathlib; p = pathlib.Path(sys.argv[1]); p.write_text(p.read_text().replace('title', 'titel'))"
        )
        monkeypatch.delenv("VISUAL", raising=False)
        monkeypatch.setenv("EDITOR", f"{sys.executable} {editor}")

        assert folge(show.path, "edit", "1") == 3
        assert "did you mean 'title'?" in capsys.readouterr().err
        assert folge(show.path, "edit", "folge-1") == 3

    def test_edit_without_an_editor_names_the_file(
        self, show: ShowFolder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.delenv("VISUAL", raising=False)
        monkeypatch.delenv("EDITOR", raising=False)

        assert folge(show.path, "edit", "1") == 2
        assert "001-folge-1.md" in capsys.readouterr().err


class TestCatalogue:
    """`folge list` and `folge search`."""

    def test_list_is_json_where_nobody_watches(self, show: ShowFolder, capsys: pytest.CaptureFixture[str]) -> None:
        assert folge(show.path, "list", "--since", "2024-12-02") == 0
        assert [episode["number"] for episode in json.loads(capsys.readouterr().out)] == [2]

    def test_search_finds_umlauts_typed_either_way(self, show: ShowFolder, capsys: pytest.CaptureFixture[str]) -> None:
        show.episode(3, title="Mit dem Oberbürgermeister durch die Straße")

        for words in ("Oberbuergermeister strasse", "OBERBÜRGERMEISTER", "oberburgermeister"):
            assert folge(show.path, "search", words) == 0
            assert [episode["number"] for episode in json.loads(capsys.readouterr().out)] == [3]

    def test_a_broken_file_is_named_and_the_others_are_listed(
        self, show: ShowFolder, capsys: pytest.CaptureFixture[str]
    ) -> None:
        show.file(1).write_text("---\ntitle: [\n---\n", encoding="utf-8")

        assert folge(show.path, "list") == 0

        told = capsys.readouterr()
        assert [episode["number"] for episode in json.loads(told.out)] == [2]
        assert "episodes/001-folge-1.md:" in told.err


@pytest.mark.skipif(not CORPUS.is_dir(), reason=f"there is no corpus at {CORPUS}")
def test_every_file_of_the_corpus_is_added_or_refused_with_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    show = make_show(tmp_path / "show", episodes=0)
    files = sorted((CORPUS / "audio").iterdir())

    assert folge(show.path, "add", "--json", *map(str, files)) == 3

    results = json.loads(capsys.readouterr().out)
    assert [Path(result["audio"]) for result in results] == files
    assert {Path(r["audio"]).name for r in results if r["error"] and not r["audio"].endswith(".json")} == {
        "mutagen__64bit.mp4",
        "taglib__compressed_id3_frame.mp3",
        "taglib__extended-header.mp3",
        "tinytag__id3v22_with_image.mp3",
    }
    assert folge(show.path, "list") == 0
    assert len(json.loads(capsys.readouterr().out)) == sum(result["ok"] for result in results)


class TestWhereNobodyReadsOn:
    """`folge … 2>&1 | head`: a pipe whose other end is closed."""

    CALLS = (
        (["show", "99", "--json"], 2),
        (["set", "1", "kind=nichts"], 3),
        (["gibtsnicht"], 2),
        (["list", "--json"], 0),
    )

    @pytest.fixture
    def closed(self) -> Iterator[int]:
        ours, theirs = os.pipe()
        os.close(ours)
        yield theirs
        os.close(theirs)

    @pytest.mark.parametrize(("arguments", "code"), CALLS)
    def test_a_call_ends_with_its_own_code(
        self, show: ShowFolder, closed: int, arguments: list[str], code: int
    ) -> None:
        done = subprocess.run([FOLGE, *arguments], cwd=show.path, stdout=closed, stderr=closed, check=False, timeout=60)
        assert done.returncode == code

    @pytest.mark.parametrize(("arguments", "code"), CALLS)
    def test_what_is_still_read_holds_no_trace(
        self, show: ShowFolder, closed: int, arguments: list[str], code: int
    ) -> None:
        done = subprocess.run(
            [FOLGE, *arguments], cwd=show.path, stdout=closed, stderr=subprocess.PIPE, check=False, timeout=60
        )
        assert done.returncode == code
        assert bool(done.stderr) == bool(code)
        assert b"Traceback" not in done.stderr
        assert b"BrokenPipe" not in done.stderr
