"""Readers, apps and strangers before `folge serve`: what is public is there, and nothing else of the machine."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.browsing import served
from tests.clients.asking import ask, ask_server
from tests.clients.promises import Promises, audio_addresses, fetched
from tests.clients.shows import Published

pytestmark = pytest.mark.xdist_group("preview")

TRICKS = [
    *("/../podcast.toml", "/audio/../feed.xml", "/./feed.xml", "/%2e%2e/podcast.toml", "/%2e%2e%2fpodcast.toml"),
    *("/%252e%252e/podcast.toml", "/audio/%2e%2e/.folge/ledger.json", "/%2efolge/ledger.json", "/.folge%2fledger.json"),
    *("/.FOLGE/ledger.json", "//.folge/ledger.json", "///etc/passwd", "//etc/passwd", "/%2fetc/passwd", "/f//1/"),
    *("/..%5cpodcast.toml", "/audio\\..\\podcast.toml", "/feed.xml%00", "/feed.xml%00.html", "/%00", "/feed.xml%0a"),
    *("/feed.xml/", "/feed.xml/index.html", "/audio", "/audio/", "/%ff%fe", "/%c3%a4", "/feed.xml;a", "/%20feed.xml"),
    *("/" + "a" * 2000, "/" + "a/" * 1000),
]


class TestPreview(Promises):
    @pytest.fixture
    def published(self, preview: Published) -> Published:
        return preview

    @pytest.mark.parametrize("path", TRICKS, ids=lambda path: str(path)[:40])
    def test_a_path_that_is_no_object_is_answered_with_the_page_of_the_show_for_that(
        self, published: Published, path: str
    ) -> None:
        answer = ask_server(urlsplit(published.address).netloc, path)
        assert (answer.status, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
        assert answer.body == fetched(f"{published.address}404.html")

    def test_that_page_has_its_style_wherever_it_stands_in_for_another(self, published: Published) -> None:
        page = ask(f"{published.address}a/b/c/").body.decode()
        sheets = re.findall(r'<link rel="stylesheet" href="([^"]+)"', page)
        assert sheets
        assert {ask(sheet).status for sheet in sheets} == {200}

    @pytest.mark.parametrize("host", ["example.org", "127.0.0.1.example.org", "[::1]", "evil@127.0.0.1", ""])
    def test_a_foreign_host_is_refused(self, published: Published, host: str) -> None:
        """A name that leads to this machine for a web page elsewhere (DNS rebinding) opens nothing."""
        answer = ask(published.feed, Host=host)
        assert answer.status == 400
        assert b"<rss" not in answer.body

    def test_localhost_is_this_machine_too(self, published: Published) -> None:
        port = urlsplit(published.address).port
        answer = ask(published.feed, Host=f"localhost:{port}")
        assert answer.status == 200
        assert f"http://localhost:{port}/audio/".encode() in answer.body

    def test_the_root_is_the_show_page(self, published: Published) -> None:
        answer = ask(published.address)
        assert (answer.status, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert b"Kommunen-Podcast" in answer.body

    @pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
    def test_nothing_can_be_written(self, published: Published, method: str) -> None:
        answer = ask(published.feed, method)
        assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")
        assert b"<rss" in fetched(published.feed)

    @pytest.mark.parametrize("wanted", ["bytes=0-3,10-12", "bytes=abc", "bytes=9-3", "bytes=-0", "lines=1-2", "bytes="])
    def test_a_range_that_is_not_one_part_gives_the_whole_or_is_refused(
        self, published: Published, wanted: str
    ) -> None:
        for address in (audio_addresses(published)[0], published.feed):
            answer = ask(address, Range=wanted)
            whole = fetched(address)
            assert (answer.status, answer.body) == (200, whole) or (
                answer.status == 416 and answer.headers["content-range"] == f"bytes */{len(whole)}"
            )

    def test_a_broken_download_goes_on_only_in_the_same_file(self, published: Published) -> None:
        """A bucket may ignore If-Range (SeaweedFS does): there an address never gets other bytes."""
        address = audio_addresses(published)[0]
        tag = ask(address, "HEAD").headers["etag"]
        assert ask(address, Range="bytes=1000-", If_Range=tag).status == 206
        assert ask(address, Range="bytes=1000-", If_Range='"another"').status == 200

    def test_a_preview_is_never_taken_from_a_cache(self, published: Published) -> None:
        assert ask(published.feed, "HEAD").headers["cache-control"] == "no-cache"

    def test_a_page_without_its_slash_leads_to_the_page(self, published: Published) -> None:
        base = published.feed.removesuffix("feed.xml")
        answer = ask(f"{base}f/1")
        assert (answer.status, answer.headers["location"]) == (302, "/f/1/")


def test_a_folder_without_a_page_for_that_says_in_plain_words_that_nothing_is_there(tmp_path: Path) -> None:
    with served(tmp_path, "https://cdn.example.org/") as address:
        answer = ask(f"{address}a/b/c/")
    assert answer.status == 404
    assert b"Not Found" in answer.body
