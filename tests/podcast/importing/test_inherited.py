"""`[feed] inherited`: rules a feed broke before it came here are warnings, and no others are."""

import re
import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from feed.item import Enclosure
from podcast.cli import run
from tests.feed.builders import a_feed, a_show, an_item

Screen = pytest.CaptureFixture[str]

_AUDIO = "http://old.example/1.mp3"
"""An address that is not https breaks HTTP-1."""


@pytest.fixture
def folder(tmp_path: Path, capsys: Screen) -> Path:
    """A show imported from a feed whose audio is not at an https address, and which breaks nothing else."""
    item = an_item(1, enclosure=Enclosure(url=_AUDIO, bytes=1000, media_type="audio/mpeg"))
    feed = tmp_path / "feed.xml"
    feed.write_bytes(a_feed(item, show=replace(a_show(), locked=False, feed_url="https://old.example/feed.xml")))
    show = tmp_path / "show"
    assert run(["import", str(feed), "--into", str(show), "--yes", "--public-url", "https://neu.example.org/"]) == 0
    capsys.readouterr()
    return show


def _rewrite(folder: Path, change: Callable[[str], str]) -> None:
    path = folder / "podcast.toml"
    before = path.read_text(encoding="utf-8")
    path.write_text(change(before), encoding="utf-8")
    assert path.read_text(encoding="utf-8") != before


def _check(folder: Path, *arguments: str) -> int:
    return run(["-C", str(folder), "check", *arguments])


def test_an_import_names_the_rules_its_feed_broke_and_no_others(folder: Path) -> None:
    settings = tomllib.loads((folder / "podcast.toml").read_text(encoding="utf-8"))
    assert settings["feed"]["inherited"] == ["HTTP-1"]


def test_an_inherited_fault_publishes_with_a_warning_and_a_check_is_content(folder: Path, capsys: Screen) -> None:
    assert _check(folder) == 0
    assert re.search(rf"^warning: episodes/.*'{_AUDIO}' is not https$", capsys.readouterr().out, re.MULTILINE)

    assert run(["-C", str(folder), "publish", "--yes"]) == 0

    assert f"'{_AUDIO}' is not https" in capsys.readouterr().err
    assert _AUDIO.encode() in (folder / "public" / "feed.xml").read_bytes()


def test_a_check_of_that_rule_alone_is_content_too(folder: Path, capsys: Screen) -> None:
    assert _check(folder, "--only", "HTTP-1") == 0
    assert "is not https" in capsys.readouterr().out


def test_without_it_the_same_fault_stops(folder: Path, capsys: Screen) -> None:
    _rewrite(folder, lambda text: re.sub(r"(?m)^inherited = .*\n", "", text))

    assert _check(folder) == 3
    assert run(["-C", str(folder), "publish", "--yes"]) == 3

    assert not (folder / "public").exists()
    assert "error: episodes/" in capsys.readouterr().out


def test_a_rule_the_feed_kept_still_stops(folder: Path, capsys: Screen) -> None:
    _rewrite(folder, lambda text: re.sub(r"(?m)^cover = .*\n", "", text))

    assert _check(folder) == 3

    told = capsys.readouterr().out
    assert "error: podcast.toml:4: show.cover: <itunes:image> is missing" in told
    assert "warning: episodes/" in told


def test_an_id_that_is_no_rule_is_an_error_with_the_nearest(folder: Path, capsys: Screen) -> None:
    _rewrite(folder, lambda text: text.replace('"HTTP-1"', '"HTTP-1", "APPLE-CH-99"'))

    assert _check(folder) == 3

    told = capsys.readouterr().out
    assert "feed.inherited: 'APPLE-CH-99' is not a rule; did you mean 'APPLE-CH-9'?" in told


def test_a_new_show_folder_inherits_nothing(tmp_path: Path) -> None:
    assert run(["init", str(tmp_path / "neu"), "--title", "Neu"]) == 0
    assert "inherited" not in (tmp_path / "neu" / "podcast.toml").read_text(encoding="utf-8")
