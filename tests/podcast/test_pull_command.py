"""`folge pull`: the screen, the folder, the exit code."""

import json
from pathlib import Path

import pytest

from podcast.cli import run
from tests.podcast.builders import ShowFolder
from tests.podcast.test_pull import files


@pytest.fixture
def store(show: ShowFolder) -> Path:
    assert run(["-C", str(show.path), "publish", "--yes"]) == 0
    return show.path / "public"


def test_a_lost_show_comes_back_and_has_nothing_to_publish(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ben = tmp_path / "tief" / "ben"
    assert run(["pull", str(store), "--into", str(ben), "--audio", "all", "--yes"]) == 0
    assert f"pulled: 6 files into {ben}" in capsys.readouterr().out
    assert f'url = "{store}"' in (ben / "podcast.toml").read_text(encoding="utf-8")
    assert run(["-C", str(ben), "publish", "--yes"]) == 0
    assert capsys.readouterr().out.startswith("nothing to do; 2 episodes")
    assert run(["-C", str(ben), "pull", "--audio", "all"]) == 0
    assert capsys.readouterr().out == "nothing to pull\n"


def test_a_store_inside_the_folder_is_named_from_there(show: ShowFolder, tmp_path: Path, store: Path) -> None:
    store.rename(tmp_path / "public")
    assert run(["pull", str(tmp_path / "public"), "--into", str(tmp_path), "-y"]) == 0
    assert 'url = "public"' in (tmp_path / "podcast.toml").read_text(encoding="utf-8")


def test_a_dry_run_writes_nothing(store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["pull", str(store), "--into", str(tmp_path / "ben"), "--dry-run"]) == 0
    assert "+ podcast.toml" in capsys.readouterr().err
    assert not (tmp_path / "ben").exists()


def test_without_a_terminal_and_without_yes_nothing_is_written(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["pull", str(store), "--into", str(tmp_path / "ben")]) == 2
    assert "--yes" in capsys.readouterr().err
    assert not (tmp_path / "ben").exists()


def test_what_is_kept_is_shown_and_no_failure(
    show: ShowFolder, store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ben = ShowFolder(path=tmp_path / "ben")
    assert run(["pull", str(store), "--into", str(ben.path), "-y"]) == 0
    text = ben.file(1).read_text(encoding="utf-8")
    ben.file(1).write_text(text.replace("Mut 1", "Größerer Mut"), encoding="utf-8")
    before = files(ben.path)
    capsys.readouterr()
    assert run(["-C", str(ben.path), "pull"]) == 0
    out, err = capsys.readouterr()
    assert out == "nothing to pull; 1 kept as it is here\n"
    assert "+title: Größerer Mut" in err
    assert files(ben.path) == before


def test_the_plan_is_data_for_programs(store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert run(["pull", str(store), "--into", str(tmp_path / "ben"), "--dry-run", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert (data["written"], data["title"]) == (False, "Kommunen-Podcast")
    assert {file["action"] for file in data["files"]} == {"create"}


def test_the_audio_of_an_episode_that_is_not_there_is_a_sentence(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["pull", str(store), "--into", str(tmp_path / "ben"), "-y", "--audio", "folge-9"]) == 2
    assert "there is no episode 'folge-9'" in capsys.readouterr().err


@pytest.mark.parametrize("url", ["nirgends", "gopher://nirgends", "s3://"])
def test_an_address_without_a_store_is_a_sentence(tmp_path: Path, url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["pull", url, "--into", str(tmp_path / "ben"), "-y"]) == 2
    assert "folge: " in capsys.readouterr().err


@pytest.mark.parametrize("into", ["public", "public/neu", "episodes", "neu"])
def test_a_show_is_not_made_in_a_store_or_in_another_show(
    show: ShowFolder, store: Path, into: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = files(show.path)
    assert run(["-C", str(show.path), "pull", str(store), "--into", into, "--yes"]) == 2
    assert "pull into a folder beside it" in capsys.readouterr().err
    assert files(show.path) == before


def test_a_dry_run_with_nothing_to_do_says_so(
    show: ShowFolder, store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert run(["-C", str(show.path), "pull", "--dry-run"]) == 0
    assert capsys.readouterr().out == "nothing to pull\n"


def test_a_folder_to_write_into_needs_an_address(show: ShowFolder, tmp_path: Path) -> None:
    assert run(["-C", str(show.path), "pull", "--into", str(tmp_path)]) == 2


def test_audio_missing_in_the_store_is_an_error_and_the_rest_comes(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    (audio,) = (store / "audio").glob("folge-1-*")
    audio.unlink()
    assert run(["pull", str(store), "--into", str(tmp_path / "ben"), "-y", "--audio", "all", "--json"]) == 3
    out, err = capsys.readouterr()
    assert "is not in the store" in err
    assert [problem["path"] for problem in json.loads(out)["problems"]] == ["audio/1.mp3"]
    assert (tmp_path / "ben" / "audio" / "2.mp3").is_file()
