"""What a subscriber may rely on, wherever a show is published; a subclass gives the fixture `published`."""

import calendar
import io
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol, cast

import feedparser
import podcastparser
import pytest
from lxml import etree

from tests.clients.asking import ask
from tests.clients.gpodder import Gpodder
from tests.clients.shows import Published

TYPES = {
    ".mp3": "audio/mpeg",
    ".png": "image/png",
    ".vtt": "text/vtt; charset=utf-8",
    ".srt": "application/x-subrip",
    ".json": "application/json+chapters",
    ".xml": "application/rss+xml; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    "": "text/html; charset=utf-8",
}


class Fields(Protocol):
    """A feedparser dictionary."""

    def __getitem__(self, name: str, /) -> object: ...


def fetched(address: str) -> bytes:
    """Fetch an address as the readers themselves would."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(address, timeout=20) as answer:
        return cast("bytes", answer.read())


def addresses(published: Published) -> list[str]:
    """Every address of the show's own that its feed names, in texts and attributes."""
    texts: set[str] = set()
    for element in etree.fromstring(fetched(published.feed)).iter():
        texts |= {str(value) for value in (*element.attrib.values(), element.text or "")}
    return sorted(text for text in texts if text.startswith(published.address))


def audio_addresses(published: Published) -> list[str]:
    return [address for address in addresses(published) if address.endswith(".mp3")]


class Promises:
    @pytest.fixture
    def published(self) -> Published:
        raise NotImplementedError

    def test_the_feed_names_every_object_a_listener_needs(self, published: Published) -> None:
        endings = [Path(address).suffix for address in addresses(published)]
        assert (endings.count(".mp3"), endings.count(".vtt"), endings.count(".png")) == (2, 2, 1)
        assert published.feed in addresses(published)
        assert {episode.link for episode in published.episodes} <= set(addresses(published))

    def test_podcastparser_reads_what_was_written(self, published: Published) -> None:
        parsed = podcastparser.parse(published.feed, io.BytesIO(fetched(published.feed)))
        found = {episode["guid"]: episode for episode in parsed["episodes"]}
        assert parsed["title"] == published.title
        assert len(parsed["episodes"]) == len(published.episodes)
        for episode in published.episodes:
            told = found[episode.guid]
            (enclosure,) = told["enclosures"]
            assert (told["title"], told["link"]) == (episode.title, episode.link)
            assert told["published"] == int(episode.published.timestamp())
            assert abs(told["total_time"] - episode.duration) <= 1
            assert (enclosure["mime_type"], enclosure["file_size"]) == (episode.media_type, len(episode.audio))
            assert fetched(enclosure["url"]) == episode.audio

    def test_feedparser_reads_what_was_written(self, published: Published) -> None:
        parsed = feedparser.parse(fetched(published.feed))
        entries = cast("list[Fields]", parsed.entries)
        found = {entry["id"]: entry for entry in entries}
        assert not parsed.bozo
        assert cast("Fields", parsed.feed)["title"] == published.title
        assert len(entries) == len(published.episodes)
        for episode in published.episodes:
            entry = found[episode.guid]
            (enclosure,) = cast("list[Fields]", entry["enclosures"])
            when = cast("tuple[int, ...]", entry["published_parsed"])
            assert (entry["title"], entry["link"], entry["guidislink"]) == (episode.title, episode.link, False)
            assert datetime.fromtimestamp(calendar.timegm(when), UTC) == episode.published
            assert abs(int(cast("str", entry["itunes_duration"])) - episode.duration) <= 1
            assert (enclosure["type"], enclosure["length"]) == (episode.media_type, str(len(episode.audio)))
            assert fetched(cast("str", enclosure["href"])) == episode.audio

    def test_every_address_in_the_feed_is_there_in_its_own_kind(self, published: Published) -> None:
        for address in addresses(published):
            answer = ask(address)
            assert answer.status == 200, address
            kind = TYPES[Path(address).suffix if address[-1] != "/" else ""]
            if "/transcripts/" in address and address.endswith(".json"):
                kind = "application/json"
            assert answer.headers["content-type"] == kind, address
            assert answer.headers["content-length"] == str(len(answer.body)), address
            assert answer.headers["accept-ranges"] == "bytes", address
            assert "content-encoding" not in answer.headers, address

    def test_head_says_of_every_address_what_get_says(self, published: Published) -> None:
        for address in addresses(published):
            told, answer = ask(address, "HEAD"), ask(address)
            assert (told.status, told.body) == (200, b""), address
            for name in ("content-type", "content-length", "etag", "last-modified", "cache-control", "accept-ranges"):
                assert told.headers[name] == answer.headers[name], address

    @pytest.mark.parametrize(
        ("wanted", "first", "last"),
        [("bytes=0-0", 0, 0), ("bytes=100-199", 100, 199), ("bytes=5000-", 5000, -1), ("bytes=-128", -128, -1)],
    )
    def test_a_part_of_the_audio_can_be_fetched(self, published: Published, wanted: str, first: int, last: int) -> None:
        masters = [episode.audio for episode in published.episodes]
        for address in audio_addresses(published):
            answer = ask(address, Range=wanted)
            whole = fetched(address)
            size = len(whole)
            start, end = first % size, last % size
            assert whole in masters
            assert answer.status == 206
            assert answer.body == whole[start : end + 1]
            assert answer.headers["content-range"] == f"bytes {start}-{end}/{size}"
            assert answer.headers["content-type"] == "audio/mpeg"

    def test_a_part_can_be_fetched_of_every_address_in_the_feed(self, published: Published) -> None:
        for address in addresses(published):
            answer = ask(address, Range="bytes=2-9")
            assert (answer.status, answer.body) == (206, fetched(address)[2:10]), address

    def test_a_range_beyond_the_end_is_refused_with_the_size(self, published: Published) -> None:
        for address in audio_addresses(published):
            size = len(fetched(address))
            answer = ask(address, Range=f"bytes={size}-")
            assert answer.status == 416
            # SeaweedFS leaves Content-Range out, which RFC 9110 section 15.5.17 only recommends
            assert answer.headers.get("content-range", f"bytes */{size}") == f"bytes */{size}"

    def test_what_did_not_change_is_not_sent_again(self, published: Published) -> None:
        for address in addresses(published):
            seen = ask(address).headers
            by_tag = ask(address, If_None_Match=seen["etag"])
            by_date = ask(address, If_Modified_Since=seen["last-modified"])
            assert (by_tag.status, by_tag.body) == (304, b""), address
            assert (by_date.status, by_date.body) == (304, b""), address
            assert ask(address, If_None_Match='"another"').status == 200

    @pytest.mark.parametrize("key", [".folge/ledger.json", ".folge/inventory.json", ".folge/", ".folge", ".folge/lock"])
    def test_what_is_private_is_refused(self, published: Published, key: str) -> None:
        for method in ("GET", "HEAD"):
            answer = ask(f"{published.address}{key}", method)
            assert answer.status in (403, 404)
            assert not any(episode.guid.encode() in answer.body for episode in published.episodes)

    def test_gpodder_subscribes_and_downloads_every_episode(self, published: Published, gpodder: Gpodder) -> None:
        gpodder("subscribe", published.feed)
        assert published.feed in gpodder("list")
        assert "2 new episodes" in gpodder("update")
        episodes = gpodder("episodes", published.feed)
        assert all(episode.title in episodes for episode in published.episodes)
        gpodder("download")
        assert gpodder.downloads() == sorted(episode.audio for episode in published.episodes)

    def test_gpodder_finds_nothing_new_the_second_time(self, published: Published, gpodder: Gpodder) -> None:
        gpodder("subscribe", published.feed)
        gpodder("update")
        gpodder("download")
        assert "0 new episodes" in gpodder("update")
        assert "0 episodes downloaded" in gpodder("download")
