"""`folge import --fetch`, `--drop-prefixes` and several feeds: one command, and the second time it changes nothing."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from podcast.cli import run
from podcast.settings import load_settings
from podcast.workspace import open_workspace
from tests.episodes.audio_builders import frames
from tests.episodes.picture_builders import file_of, quarters
from tests.servers.hosting import Host, Hosted, hosting

FEED = """\
<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:atom="http://www.w3.org/2005/Atom">
<channel><title>Kommunen-Podcast</title><link>https://example.org/</link><language>de</language>
<description>Gespräche</description><itunes:author>Anna</itunes:author>{own}
{items}
</channel></rss>
"""
ITEM = """\
<item><title>{title}</title><guid isPermaLink="false">{guid}</guid><pubDate>{day:02} Jan 2024 06:00:00 +0100</pubDate>
<enclosure url="{url}" length="{size}" type="{media_type}"/><itunes:duration>52</itunes:duration></item>
"""
AUDIO = {number: frames(2000 + number) for number in (1, 2, 3)}


def an_item(number: int, url: str, *, title: str = "", guid: str = "", media_type: str = "audio/mpeg") -> str:
    named = {"title": title or f"Mut {number}", "guid": guid or f"old-{number}", "url": url, "media_type": media_type}
    return ITEM.format(day=number, size=len(AUDIO[number]), **named)


def a_feed(*items: str, own: str = "") -> bytes:
    return FEED.format(items="".join(items), own=own).encode()


@pytest.fixture
def host() -> Iterator[Host]:
    with hosting() as host:
        for number, body in AUDIO.items():
            host.put(f"{number}.mp3", Hosted(body=body))
        yield host


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "show"
    path.mkdir()
    return path


def folge(folder: Path, *arguments: str) -> int:
    return run(["-C", str(folder), "import", "--yes", *arguments])


def told(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def state_of(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_one_command_brings_a_show_with_its_audio_and_the_second_changes_nothing(
    folder: Path, host: Host, capsys: pytest.CaptureFixture[str]
) -> None:
    cover = f'<itunes:image href="{host.put("cover", Hosted(body=file_of(quarters())))}"/>'
    items = (an_item(n, f"{host.address}{n}.mp3") for n in AUDIO)
    feed = host.put("feed.xml", Hosted(body=a_feed(*items, own=cover)))
    assert folge(folder, feed, "--fetch") == 0
    assert load_settings(folder, {})[0].cover == "cover.png"
    found = open_workspace(folder).catalogue.episodes
    assert [(folder / episode.audio).read_bytes() for episode in found] == list(AUDIO.values())
    before = state_of(folder)
    asked = len(host.asked)
    capsys.readouterr()
    assert folge(folder, feed, "--fetch", "--json") == 0
    again = told(capsys)
    assert {one["action"] for one in again["files"]} == {"same"}
    assert (again["fetched"], state_of(folder)) == ([], before)
    assert len(host.asked) == asked + 1


def test_a_later_state_updates_the_text_and_leaves_what_was_fetched(folder: Path, host: Host) -> None:
    hosted = Hosted(body=a_feed(an_item(1, f"{host.address}1.mp3")))
    feed = host.put("feed.xml", hosted)
    assert folge(folder, feed, "--fetch") == 0
    hosted.body = a_feed(an_item(1, f"{host.address}1.mp3", title="Neuer Titel"), an_item(2, f"{host.address}2.mp3"))
    assert folge(folder, feed) == 0
    first, second = open_workspace(folder).catalogue.episodes
    assert (first.title, first.remote) == ("Neuer Titel", None)
    assert (folder / first.audio).read_bytes() == AUDIO[1]
    assert second.audio == f"{host.address}2.mp3"


def test_a_feed_in_a_file_opens_no_private_address(
    folder: Path, host: Host, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    feed = tmp_path / "feed.xml"
    feed.write_bytes(a_feed(an_item(1, f"{host.address}1.mp3")))
    assert folge(folder, str(feed), "--fetch") == 6
    assert "is on this machine or in a private network" in capsys.readouterr().err
    assert host.asked == []


class TestPrefixes:
    counted = "https://op3.dev/e/chrt.fm/track/AB12/cdn.example.org/1.mp3"

    def test_they_are_named_and_stay(self, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        feed = tmp_path / "feed.xml"
        feed.write_bytes(a_feed(an_item(1, self.counted)))
        assert folge(folder, str(feed), "--json") == 0
        (finding,) = [one for one in told(capsys)["problems"] if one["rule"] == "import-prefix"]
        assert "through services that count it: Chartable (1), OP3 (1)" in finding["message"]
        assert open_workspace(folder).catalogue.episodes[0].audio == self.counted

    def test_they_are_dropped_on_a_word_which_later_imports_remember(self, folder: Path, tmp_path: Path) -> None:
        feed = tmp_path / "feed.xml"
        feed.write_bytes(a_feed(an_item(1, self.counted)))
        assert folge(folder, str(feed), "--drop-prefixes") == 0
        assert open_workspace(folder).catalogue.episodes[0].audio == "https://cdn.example.org/1.mp3"
        before = state_of(folder)
        assert folge(folder, str(feed)) == 0
        assert state_of(folder) == before


def test_feeds_of_two_forms_of_audio_become_one_show(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = '<atom:link rel="self" href="https://example.org/{}.xml"/>'
    mp3, aac = tmp_path / "mp3.xml", tmp_path / "aac.xml"
    mp3.write_bytes(a_feed(*(an_item(n, f"https://example.org/{n}.mp3") for n in AUDIO), own=own.format("mp3")))
    forms = [
        an_item(n, f"https://example.org/{n}.m4a", guid=f"aac-{n}", title=f"Folge {n}: Mut {n}", media_type="audio/mp4")
        for n in (1, 2)
    ]
    doubtful = an_item(3, "https://example.org/3.m4a", guid="aac-3", title="Wut", media_type="audio/mp4")
    aac.write_bytes(a_feed(*forms, doubtful, own=own.format("aac")))
    assert folge(folder, str(mp3), str(aac), "--json") == 0
    found = {episode.guid: episode for episode in open_workspace(folder).catalogue.episodes}
    assert sorted(found) == ["aac-3", "old-1", "old-2", "old-3"]
    assert found["old-1"].alternates[0].urls == ("https://example.org/1.m4a",)
    problems = [one["message"] for one in told(capsys)["problems"]]
    assert any(
        "'Mut 3' (2024-01-03) and 'Wut' (2024-01-03) have the same date, but another title" in p for p in problems
    )
    assert any("the item with the guid aac-1 is the same as old-1, by date and title" in p for p in problems)
