"""Feeds to import are loaded from files and addresses, with all their pages, within bounds; servers here are real."""

import gzip
import io
from collections.abc import Callable, Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from episodes.problems import UserError
from feed.intake import MOST_BYTES
from feed.remarks import Remark
from podcast.fetching import Limits, Unreachable
from podcast.importing import sources
from podcast.importing.sources import Source, load_sources
from tests.feed.dirty import a_dirty_feed, an_item
from tests.podcast.strangers import Answering, sending, serving

QUICK = Limits(read=0.5, total=1.0, attempts=1)
BERLIN = ZoneInfo("Europe/Berlin")


def load(name: str, **changes: object) -> Source:
    (source,) = load_sources([name], zone=BERLIN, limits=Limits(pause=0.01), **changes)  # type: ignore[arg-type]  # as given
    return source


def page(*guids: str, following: str = "", title: str = "Anderswo") -> bytes:
    """A page of a feed with items of these guids, and the address of the next."""
    link = f'<link xmlns="http://www.w3.org/2005/Atom" rel="next" href="{following}"/>' if following else ""
    items = [an_item(guid=f"<guid>{guid}</guid>", title=f"<title>{guid}</title>") for guid in guids]
    return a_dirty_feed(*items, channel=link).replace("Anderswo", title).encode()


def at(pages: Mapping[str, bytes]) -> Answering:
    def answer(request: Request) -> Response:
        body = pages.get(request.full_path.rstrip("?"))
        return Response(body) if body is not None else Response("weg", status=404)

    return answer


def guids(source: Source) -> list[str]:
    return [item.guid for item in source.intake.feed.items]


def said(source: Source) -> list[str]:
    return [problem.rule for problem in source.intake.problems]


def test_a_feed_is_loaded_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "feed.xml").write_bytes(page("1"))
    source = load(str(tmp_path / "feed.xml"))
    assert (guids(source), source.address, source.pages) == (["1"], "", 1)


def test_a_feed_comes_in_through_standard_input() -> None:
    assert guids(load("-", stdin=io.BytesIO(page("1")))) == ["1"]


def test_several_feeds_keep_their_order_and_their_problems_say_which(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_bytes(page("1"))
    (tmp_path / "b.xml").write_bytes(b"zzz" + page("2"))
    names = [str(tmp_path / name) for name in ("b.xml", "a.xml")]
    loaded = load_sources(names, zone=None)
    assert [guids(source) for source in loaded] == [["2"], ["1"]]
    assert [problem.path for problem in sources.all_problems(loaded)] == names[:1]


@pytest.mark.parametrize("name", ["missing.xml", ".", "a\0b"])
def test_a_file_that_cannot_be_read_is_said(name: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be read"):
        load(f"{tmp_path}/{name}")


def test_an_address_of_another_kind_is_called_one() -> None:
    with pytest.raises(UserError, match="is no address of the web"):
        load("ftp://a.example/feed")


def test_a_file_beyond_the_bounds_is_refused_without_reading_it_whole(tmp_path: Path) -> None:
    with (tmp_path / "feed.xml").open("wb") as file:
        file.truncate(100 * MOST_BYTES)  # a hole: nothing of it is on the disk
    with pytest.raises(UserError, match="more than 50,000,000 bytes"):
        load(str(tmp_path / "feed.xml"))


def test_redirects_are_followed_and_recorded_and_relative_addresses_start_where_they_end() -> None:
    body = page("1").replace(b"https://a.example/1.mp3", b"1.mp3")

    def answer(request: Request) -> Response:
        return Response(body) if request.path == "/new/feed" else redirect("/new/feed", 301)

    with serving(answer) as stranger:
        source = load(f"{stranger.address}old")
    assert source.address == f"{stranger.address}new/feed"
    assert source.hops == (f"{stranger.address}old",)
    assert source.intake.feed.items[0].enclosure.url == f"{stranger.address}new/1.mp3"


def test_an_address_that_leads_to_another_private_place_is_refused() -> None:
    def answer(request: Request) -> Response:
        port = request.host.rpartition(":")[2]
        return Response(page("1")) if request.path == "/in" else redirect(f"http://localhost:{port}/in")

    with serving(answer) as stranger, pytest.raises(UserError, match=r"leads to 'http://localhost:.*private network"):
        load(stranger.address)


def test_a_compressed_feed_is_read() -> None:
    answer = Response(gzip.compress(page("1")), headers={"Content-Encoding": "gzip"})
    with serving(lambda request: answer) as stranger:
        assert guids(load(stranger.address)) == ["1"]


def test_the_encoding_of_the_header_counts() -> None:
    body = a_dirty_feed(an_item(title="<title>Тест</title>"), declaration="").encode("koi8-r")
    with serving(lambda request: Response(body, content_type="text/xml; charset=koi8-r")) as stranger:
        assert load(stranger.address).intake.feed.items[0].title == "Тест"


def test_cookies_are_not_kept() -> None:
    def answer(request: Request) -> Response:
        if request.cookies:
            return Response("cookies", status=500)
        going = redirect("/feed") if request.path == "/" else Response(page("1"))
        going.set_cookie("session", "1")
        return going

    with serving(answer) as stranger:
        assert guids(load(stranger.address)) == ["1"]


WRONG: dict[str, tuple[Callable[[], Response], str]] = {
    "a page": (lambda: Response("<!doctype html><title>Wartung</title>"), "this is a web page ('Wartung'), not a feed"),
    "an error": (lambda: Response("weg", status=410), "answers 410 Gone"),
    "a password": (lambda: Response("nein", status=401), "not open to everybody"),
    "a file": (lambda: redirect("file:///etc/passwd"), "only http and https are fetched, not file"),
    "a circle": (lambda: redirect("/"), "redirects in a circle"),
    "damage": (lambda: Response(b"\x1f\x8bxxxx", headers={"Content-Encoding": "gzip"}), "its compression is damaged"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_feed_at_an_address_is_said_with_the_address(name: str) -> None:
    answer, words = WRONG[name]
    with serving(lambda request: answer()) as stranger, pytest.raises(UserError) as refused:
        load(stranger.address)
    assert words in str(refused.value)
    assert stranger.address in str(refused.value)


def test_a_slow_server_is_left() -> None:
    slowly = (b"<!-- -->" for _ in range(100_000))
    begun = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n"
    with sending(begun, then=slowly, pause=0.05) as address, pytest.raises(Unreachable, match=r"slowly|longer"):
        load_sources([address], zone=None, limits=QUICK)


def test_an_answer_without_end_is_left() -> None:
    endless = (b"<a/>" * 250_000 for _ in range(1000))
    begun = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n<rss>"
    with sending(begun, then=endless) as address, pytest.raises(UserError, match="has more than 50,000,000 bytes"):
        load_sources([address], zone=None, limits=Limits(attempts=1))


class TestPages:
    """The pages of a feed are one feed."""

    def test_all_are_followed_in_their_order_and_the_newest_wins(self) -> None:
        pages = {"/": page("4", "3", following="?p=2"), "/?p=2": page("3", "2", following="?p=3"), "/?p=3": page("1")}
        heard: list[int] = []
        with serving(at(pages)) as stranger:
            source = load(stranger.address, told=lambda name, number: heard.append(number))
            assert len(stranger.asked) == 3
        assert (guids(source), source.pages, said(source), heard) == (["4", "3", "2", "1"], 3, [], [1, 2, 3])
        assert source.intake.next_page == ""
        assert source.bytes == sum(map(len, pages.values()))

    def test_a_file_is_followed_to_pages_elsewhere(self, tmp_path: Path) -> None:
        (tmp_path / "feed.xml").write_bytes(page("2", following="https://a.invalid/2"))
        source = load(str(tmp_path / "feed.xml"))
        assert (guids(source), said(source)) == (["2"], [Remark.PAGE_MISSING])

    def test_a_circle_is_named_and_left(self) -> None:
        pages = {"/": page("2", following="?p=2"), "/?p=2": page("1", following="/")}
        with serving(at(pages)) as stranger:
            source = load(stranger.address)
            assert len(stranger.asked) == 2
        assert (guids(source), said(source)) == (["2", "1"], [Remark.PAGE_REPEATED])

    def test_pages_that_repeat_themselves_for_ever_are_left(self) -> None:
        def answer(request: Request) -> Response:
            return Response(page("1", following=f"?p={int(request.args.get('p', 0)) + 1}"))

        with serving(answer) as stranger:
            source = load(stranger.address)
            assert len(stranger.asked) == 2
        assert said(source) == [Remark.PAGE_REPEATED]

    def test_pages_without_end_are_bounded(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sources, "MOST_PAGES", 5)

        def answer(request: Request) -> Response:
            number = int(request.args.get("p", 0))
            return Response(page(str(number), following=f"?p={number + 1}"))

        with serving(answer) as stranger:
            source = load(stranger.address)
            assert len(stranger.asked) == 5
        assert (len(guids(source)), said(source)) == (5, [Remark.PAGES_MANY])

    def test_a_page_that_is_missing_is_named_and_the_others_stay(self) -> None:
        with serving(at({"/": page("2", following="?p=2")})) as stranger:
            source = load(stranger.address)
        (problem,) = source.intake.problems
        assert (guids(source), problem.rule) == (["2"], Remark.PAGE_MISSING)
        assert "answers 404 Not Found" in problem.message

    def test_a_page_of_another_show_is_not_read(self) -> None:
        other = page("1", title="Woanders").replace(b"https://a.example/<", b"https://b.example/<")
        with serving(at({"/": page("2", following="?p=2"), "/?p=2": other})) as stranger:
            source = load(stranger.address)
        assert (guids(source), said(source)) == (["2"], [Remark.PAGE_OTHER])

    @pytest.mark.parametrize(
        "address", ["http://127.0.0.1:9/2", "http://localhost/2", "http://169.254.169.254/2", "http://[::1]/"]
    )
    def test_a_page_that_only_this_machine_can_reach_is_not_asked(self, address: str, tmp_path: Path) -> None:
        (tmp_path / "feed.xml").write_bytes(page("2", following=address))
        (problem,) = load(str(tmp_path / "feed.xml")).intake.problems
        assert (problem.rule, "private network" in problem.message) == (Remark.PAGE_MISSING, True)

    def test_nor_one_of_another_private_place_than_the_feed(self) -> None:
        with serving(at({"/": page("2", following="http://192.168.0.1/2")})) as stranger:
            assert said(load(stranger.address)) == [Remark.PAGE_MISSING]

    def test_a_page_that_is_a_file_is_not_one(self) -> None:
        with serving(at({"/": page("2", following="file:///etc/passwd")})) as stranger:
            assert guids(load(stranger.address)) == ["2"]
            assert len(stranger.asked) == 1
