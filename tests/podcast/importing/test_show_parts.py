"""Parts of a channel that no episode and no setting has: they come, and come out again."""

import tomllib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from episodes.model import Kind
from feed.item import Enclosure
from feed.reader import read_feed
from feed.show import Show, Trailer
from podcast.cli import run
from tests.feed.builders import a_feed, a_show, an_item

_TRAILER = Trailer(
    title="Staffel 1 & 2",
    url="https://old.example/staffel.mp3",
    published=datetime(2024, 3, 1, 6, tzinfo=UTC),
    bytes=12345,
    media_type="audio/mpeg",
    season=1,
)


def _moved(tmp_path: Path, show: Show, kind: Kind = Kind.FULL) -> Path:
    """Import a feed with one item of a kind, and publish it."""
    audio = Enclosure(url="https://old.example/eins.mp3", bytes=1000, media_type="audio/mpeg")
    feed = tmp_path / "feed.xml"
    feed.write_bytes(a_feed(an_item(1, kind=kind, enclosure=audio), show=replace(show, locked=False)))
    folder = tmp_path / "show"
    assert run(["import", str(feed), "--into", str(folder), "--yes", "--public-url", "https://neu.example.org/"]) == 0
    assert run(["-C", str(folder), "publish", "--yes"]) == 0
    return folder


def test_a_trailer_that_is_no_episode_comes_out_again(tmp_path: Path) -> None:
    folder = _moved(tmp_path, a_show(trailers=(_TRAILER,)))
    assert read_feed((folder / "public" / "feed.xml").read_bytes()).show.trailers == (_TRAILER,)


def test_a_trailer_that_is_an_episode_is_told_once(tmp_path: Path) -> None:
    own = replace(_TRAILER, url="https://old.example/eins.mp3")
    folder = _moved(tmp_path, a_show(trailers=(own,)), kind=Kind.TRAILER)
    (told,) = read_feed((folder / "public" / "feed.xml").read_bytes()).show.trailers
    assert told.url == own.url
    assert "podcast:trailer" not in (folder / "podcast.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("address", ["http://pubsubhubbub.appspot.com/", "https://pubsubhubbub.appspot.com/"])
def test_a_hub_for_everybody_stays_with_or_without_https(address: str, tmp_path: Path) -> None:
    folder = _moved(tmp_path, a_show(hubs=(address, "https://host.example/hub")))
    settings = tomllib.loads((folder / "podcast.toml").read_text(encoding="utf-8"))
    assert settings["feed"]["hubs"] == ["https://pubsubhubbub.appspot.com/"]
