"""What `folge check` finds before it is too late: settings nothing can be read of, and what waits for its day."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from podcast.cli import run
from podcast.stores.folder import FolderStore
from tests.episodes.audio_builders import flac
from tests.podcast.builders import ShowFolder, titles

FILE = "episodes/003-folge-3.md"
LINE = 6


def folge(show: ShowFolder, *arguments: str) -> int:
    return run(["-C", str(show.path), *arguments])


def test_settings_that_are_no_toml_are_a_finding_with_its_line(
    show: ShowFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = show.path / "podcast.toml"
    text = settings.read_text(encoding="utf-8").replace('language = "de"', 'language = "de')
    settings.write_text(text, encoding="utf-8")
    line = text[: text.index('language = "de')].count("\n") + 1

    assert run(["-C", str(show.path), "check", "--json", "--only", "APPLE"]) == 3
    (finding,) = json.loads(capsys.readouterr().out)
    assert (finding["path"], finding["line"], finding["severity"]) == ("podcast.toml", line, "error")

    assert run(["-C", str(show.path), "check", "--format", "github"]) == 3
    assert f"podcast.toml,line={line}::not valid TOML: " in capsys.readouterr().out

    assert run(["-C", str(show.path), "check"]) == 3
    assert f"error: podcast.toml:{line}: not valid TOML: " in capsys.readouterr().out

    assert run(["-C", str(show.path), "plan"]) == 2
    assert f"folge: podcast.toml:{line}: not valid TOML: " in capsys.readouterr().err


@pytest.fixture
def awaited(show: ShowFolder, capsys: pytest.CaptureFixture[str]) -> ShowFolder:
    """A published show in which an episode waits whose format no directory takes."""
    assert folge(show, "publish", "--yes") == 0
    path = show.episode(3, published=f"{datetime.now(UTC) + timedelta(days=2):%Y-%m-%d} 06:00")
    (show.path / "audio" / "3.mp3").unlink()
    (show.path / "audio" / "3.flac").write_bytes(flac(5))
    path.write_text(path.read_text(encoding="utf-8").replace("3.mp3", "3.flac"), encoding="utf-8")
    capsys.readouterr()
    return show


class TestWaiting:
    """An episode no feed can have, before it is due."""

    @pytest.mark.parametrize("words", [[], ["--only", "APPLE-IT"]])
    def test_a_check_names_the_file_and_its_line_as_an_error(
        self, awaited: ShowFolder, capsys: pytest.CaptureFixture[str], words: list[str]
    ) -> None:
        assert folge(awaited, "check", *words) == 3
        assert f"error: {FILE}:{LINE}: audio: " in capsys.readouterr().out

    def test_a_check_of_other_rules_is_silent(self, awaited: ShowFolder, capsys: pytest.CaptureFixture[str]) -> None:
        assert folge(awaited, "check", "--only", "RSS") == 0
        assert capsys.readouterr() == ("", "")

    def test_a_plan_warns_and_names_the_day(self, awaited: ShowFolder, capsys: pytest.CaptureFixture[str]) -> None:
        assert folge(awaited, "plan", "--json") == 0
        problems = json.loads(capsys.readouterr().out)["problems"]
        assert {(it["severity"], it["path"], it["line"]) for it in problems} == {("warning", FILE, LINE)}
        day = datetime.now(UTC) + timedelta(days=2)
        assert all(it["message"].startswith(f"from {day:%Y-%m-%d} 06:00") for it in problems)

    def test_publishes_of_others_go_through_and_every_one_warns(
        self, awaited: ShowFolder, capsys: pytest.CaptureFixture[str]
    ) -> None:
        awaited.episode(4)
        for _ in range(3):
            assert folge(awaited, "publish", "--yes") == 0
            assert f"warning: {FILE}:{LINE}: audio: from " in capsys.readouterr().err
        assert titles(FolderStore(awaited.path / "public")) == ["Mut 4", "Mut 2", "Mut 1"]

    def test_cron_hears_of_it_when_it_is_due(self, awaited: ShowFolder, capsys: pytest.CaptureFixture[str]) -> None:
        assert folge(awaited, "publish", "--due") == 0
        assert capsys.readouterr() == ("", "")

    def test_before_the_first_publish_it_is_told_too(
        self, tmp_path: Path, awaited: ShowFolder, capsys: pytest.CaptureFixture[str]
    ) -> None:
        for number in (1, 2):
            awaited.file(number).unlink()
        (awaited.path / "public").rename(tmp_path / "elsewhere")
        assert folge(awaited, "publish", "--yes") == 0
        assert f"warning: {FILE}:{LINE}: audio: from " in capsys.readouterr().err

    def test_before_the_first_publish_a_mistake_in_the_settings_is_told_too(
        self, show: ShowFolder, capsys: pytest.CaptureFixture[str]
    ) -> None:
        show.file(2).unlink()
        show.episode(1, published="2099-01-01 06:00")
        settings = show.path / "podcast.toml"
        text = settings.read_text(encoding="utf-8")
        settings.write_text(text.replace('category = ["Government"]\n', ""), encoding="utf-8")
        assert folge(show, "check") == 3
        assert "error: podcast.toml" in capsys.readouterr().out

    def test_the_audio_of_another_episode_elsewhere_is_an_error(
        self, show: ShowFolder, capsys: pytest.CaptureFixture[str]
    ) -> None:
        facts = "audio_facts: {type: audio/mpeg, bytes: 1000000, duration: '10:00'}\n"
        for number, day in ((1, ""), (3, "2099-01-01 06:00")):
            path = show.episode(number, published=day, more=facts)
            text = path.read_text(encoding="utf-8").replace(f"audio/{number}.mp3", "https://media.example.org/1.mp3")
            path.write_text(text, encoding="utf-8")
        assert folge(show, "check") == 3
        assert "'https://media.example.org/1.mp3' is that of line" in capsys.readouterr().out

    def test_a_sound_episode_is_met_with_silence(self, show: ShowFolder, capsys: pytest.CaptureFixture[str]) -> None:
        show.episode(3, published="2099-01-01 06:00")
        assert folge(show, "check") == 0
        assert capsys.readouterr() == ("", "")
