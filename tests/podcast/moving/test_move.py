"""`folge move` asks both ends: an old host before and after the redirect, right and wrong, and the published show."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from werkzeug.utils import send_file
from werkzeug.wrappers import Request, Response

from podcast.cli import run
from tests.podcast.builders import ShowFolder
from tests.podcast.strangers import Stranger, sending, serving

Answer = Callable[[Request], Response]
Screen = pytest.CaptureFixture[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A show published to a folder that is served, and what its old host had of it."""

    show: ShowFolder
    address: str
    old: bytes

    @property
    def feed(self) -> str:
        return f"{self.address}feed.xml"

    def edit(self, old: bytes, new: bytes) -> None:
        """Change the published feed by hand."""
        path = self.show.path / "public" / "feed.xml"
        body = path.read_bytes()
        assert old in body
        path.write_bytes(body.replace(old, new))


@pytest.fixture
def moved(show: ShowFolder) -> Iterator[Moved]:
    show.draw_no_waveforms()

    def public(request: Request) -> Response:
        path = show.path / "public" / request.path.lstrip("/")
        if not path.is_file():
            return Response(status=404)
        return send_file(path, request.environ, mimetype="application/rss+xml" if path.suffix == ".xml" else None)

    with serving(public) as server:
        show.settings(base=server.address)
        show.draw_no_waveforms()
        settings = show.path / "podcast.toml"
        text = settings.read_text(encoding="utf-8")
        own = f'[show]\nnew_feed_url = "{server.address}feed.xml"\n'
        settings.write_text(text.replace("[show]\n", own, 1), encoding="utf-8")
        assert run(["-C", str(show.path), "publish", "--yes"]) == 0
        body = (show.path / "public" / "feed.xml").read_bytes()
        body = re.sub(rb"<generator>[^<]*", b"<generator>Podigee (https://podigee.com)", body)
        body = body.replace(b">yes</podcast:locked>", b">no</podcast:locked>")
        body = re.sub(rb"<itunes:new-feed-url>.*?</itunes:new-feed-url>", b"", body)
        yield Moved(show=show, address=server.address, old=body)


def feed(body: bytes) -> Answer:
    return lambda request: Response(body, mimetype="application/rss+xml")


def redirect(to: str, status: int = 301) -> Answer:
    return lambda request: Response(status=status, headers={"Location": to})


def steps(moved: Moved, answer: Answer, screen: Screen, *options: str) -> tuple[int, dict[str, dict[str, str]]]:
    """Run the command with an old host that answers so, and return its exit code and the steps by id."""
    with serving(answer) as old:
        screen.readouterr()
        code = run(["-C", str(moved.show.path), "move", "--from", f"{old.address}feed/mp3", "--json", *options])
        return code, {step["id"]: step for step in json.loads(screen.readouterr().out)["steps"]}


def states(found: dict[str, dict[str, str]]) -> dict[str, str]:
    return {name: step["state"] for name, step in found.items()}


BY_HAND = dict.fromkeys(("apple", "spotify", "podcastindex", "keep"), "cannot be checked")
DONE = dict.fromkeys(
    ("locked", "published", "guids", "unnoticed", "audio", "audio-home", "new-feed-url", "redirect"), "done"
) | {"old-new-feed-url": "done"}


def test_before_the_redirect_the_redirect_is_what_is_open(moved: Moved, capsys: Screen) -> None:
    code, found = steps(moved, feed(moved.old), capsys)

    assert code == 4
    assert states(found) == DONE | {"redirect": "open", "old-new-feed-url": "open"} | BY_HAND
    assert moved.feed in found["redirect"]["to_do"]
    assert "Podigee" in found["redirect"]["to_do"]
    assert found["redirect"]["source"].startswith("https://hilfe.podigee.com/")
    assert "(200)" in found["redirect"]["seen"]


def test_after_the_redirect_everything_is_done(moved: Moved, tmp_path: Path, capsys: Screen) -> None:
    (tmp_path / "old.xml").write_bytes(moved.old)

    code, found = steps(moved, redirect(moved.feed), capsys, "--copy", str(tmp_path / "old.xml"))

    assert code == 0
    assert states(found) == DONE | BY_HAND
    assert re.search(r"feed/mp3 \(301\) → .*feed\.xml \(200\)", found["redirect"]["seen"])


def test_without_a_copy_of_the_old_feed_what_it_had_cannot_be_checked(moved: Moved, capsys: Screen) -> None:
    code, found = steps(moved, redirect(moved.feed, 308), capsys)

    assert code == 0
    unknown = dict.fromkeys(("locked", "guids", "unnoticed"), "cannot be checked")
    assert states(found) == DONE | unknown | BY_HAND
    assert "--copy" in found["guids"]["to_do"]


@pytest.mark.parametrize("status", [302, 303, 307])
def test_a_redirect_that_is_not_for_ever_is_wrong(status: int, moved: Moved, capsys: Screen) -> None:
    code, found = steps(moved, redirect(moved.feed, status), capsys)
    assert code == 3
    assert found["redirect"]["state"] == "wrong"
    assert f"({status})" in found["redirect"]["seen"]
    assert "not for ever" in found["redirect"]["seen"]


def test_one_redirect_among_several_that_is_not_for_ever_is_wrong(moved: Moved, capsys: Screen) -> None:
    def answer(request: Request) -> Response:
        if request.path == "/feed/mp3":
            return Response(status=301, headers={"Location": "/then"})
        return Response(status=302, headers={"Location": moved.feed})

    code, found = steps(moved, answer, capsys)

    assert (code, found["redirect"]["state"]) == (3, "wrong")
    assert re.search(r"mp3 \(301\) → .*/then \(302\) → ", found["redirect"]["seen"])


def test_a_chain_of_redirects_for_ever_is_done_and_shown(moved: Moved, capsys: Screen) -> None:
    def answer(request: Request) -> Response:
        onward = "/then" if request.path == "/feed/mp3" else moved.feed
        return Response(status=301, headers={"Location": onward})

    code, found = steps(moved, answer, capsys)

    assert (code, found["redirect"]["state"]) == (0, "done")
    assert found["redirect"]["seen"].count("(301)") == 2


@pytest.mark.parametrize(
    ("answer", "seen"),
    [
        (redirect("/feed/mp3"), "in a circle"),
        (lambda request: Response(status=301, headers={"Location": f"{request.path}x"}), "more than 10 times"),
        (lambda request: Response("<!doctype html><title>Weg</title>", mimetype="text/html"), "a web page"),
        (lambda request: Response(status=404), "it answers 404"),
        (lambda request: Response(status=410), "it answers 410"),
        (lambda request: Response(b"<rss", mimetype="application/rss+xml"), "no feed"),
    ],
)
def test_an_old_address_that_leads_nowhere_is_wrong(answer: Answer, seen: str, moved: Moved, capsys: Screen) -> None:
    code, found = steps(moved, answer, capsys)
    assert (code, found["redirect"]["state"]) == (3, "wrong")
    assert seen in found["redirect"]["seen"]
    assert found["redirect"]["to_do"]


def test_a_redirect_to_what_is_no_address_is_wrong(moved: Moved, capsys: Screen) -> None:
    with sending(b"HTTP/1.1 301 Moved\r\nLocation: http://[::1\r\nContent-Length: 0\r\n\r\n") as old:
        assert run(["-C", str(moved.show.path), "move", "--from", old]) == 3
    assert "which is no address" in capsys.readouterr().out


def test_a_redirect_to_another_feed_is_wrong(moved: Moved, capsys: Screen) -> None:
    with serving(feed(moved.old)) as other:
        code, found = steps(moved, redirect(f"{other.address}feed.xml"), capsys)
    assert (code, found["redirect"]["state"]) == (3, "wrong")
    assert "not the address of the new feed" in found["redirect"]["seen"]


def test_a_host_that_does_not_answer_is_wrong(moved: Moved, capsys: Screen) -> None:
    with serving(feed(moved.old)) as gone:
        pass
    capsys.readouterr()
    assert run(["-C", str(moved.show.path), "move", "--from", f"{gone.address}feed/mp3"]) == 3
    assert "(no answer)" in capsys.readouterr().out


def test_a_guid_that_is_missing_is_named(moved: Moved, capsys: Screen) -> None:
    item = re.findall(rb"<item>.*?</item>", moved.old, re.DOTALL)[0]
    third = item.replace(b"00000002-aaaa", b"00000009-aaaa").replace(b"Mut 2", b"Vergessen")
    code, found = steps(moved, feed(moved.old.replace(item, item + third)), capsys)
    assert (code, found["guids"]["state"]) == (3, "wrong")
    assert "Vergessen (00000009-aaaa" in found["guids"]["seen"]
    assert "folge import" in found["guids"]["to_do"]


def test_a_page_of_the_old_feed_that_is_missing_is_told_and_not_taken_for_its_end(moved: Moved, capsys: Screen) -> None:
    paged = moved.old.replace(b"<item>", b'<atom:link rel="next" href="http://127.0.0.1:9/2.xml"/><item>', 1)
    code, found = steps(moved, feed(paged), capsys)
    assert (code, found["guids"]["state"]) == (3, "cannot be checked")
    assert "127.0.0.1:9/2.xml cannot be fetched" in found["redirect"]["seen"]


def test_an_item_of_the_old_feed_that_cannot_be_read_is_told(moved: Moved, capsys: Screen) -> None:
    silent = b"<item><title>Ohne Ton</title><guid>stumm</guid></item><item>"
    code, found = steps(moved, feed(moved.old.replace(b"<item>", silent, 1)), capsys)
    assert (code, found["guids"]["state"]) == (4, "cannot be checked")
    assert "Ohne Ton" in found["guids"]["seen"]
    assert "folge import --dry-run" in found["guids"]["to_do"]


def test_a_guid_that_changed_is_a_second_download_for_everybody(moved: Moved, capsys: Screen) -> None:
    code, found = steps(moved, feed(moved.old.replace(b"00000001-aaaa", b"altes-guid")), capsys)
    assert (code, found["unnoticed"]["state"]) == (3, "wrong")
    assert "Mut 1 is the same under another guid" in found["unnoticed"]["seen"]
    assert "folge diff" in found["unnoticed"]["to_do"]


def test_texts_and_addresses_that_changed_are_told_and_no_harm(moved: Moved, capsys: Screen) -> None:
    old = moved.old.replace(b"Notizen f\xc3\xbcr", b"Shownotes f\xc3\xbcr")
    code, found = steps(moved, feed(old), capsys)
    assert (code, found["unnoticed"]["state"]) == (4, "done")
    assert "2 episodes with other texts" in found["unnoticed"]["seen"]


def test_another_podcast_guid_is_another_show_for_directories(moved: Moved, capsys: Screen) -> None:
    _, found = steps(moved, feed(moved.old.replace(b"917393e3-1b1e", b"aaaaaaaa-1b1e")), capsys)
    assert found["unnoticed"]["state"] == "wrong"
    assert "another show" in found["unnoticed"]["seen"]


def test_a_lock_matters_as_long_as_something_is_missing(moved: Moved, capsys: Screen) -> None:
    locked = moved.old.replace(b">no</podcast:locked>", b">yes</podcast:locked>")
    _, found = steps(moved, feed(locked), capsys)
    assert found["locked"]["state"] == "done"
    _, found = steps(moved, feed(locked.replace(b"00000001-aaaa", b"00000008-aaaa")), capsys)
    assert found["locked"]["state"] == "open"
    assert "--owner" in found["locked"]["to_do"]


def test_audio_that_is_gone_or_of_another_length_is_named(moved: Moved, capsys: Screen) -> None:
    first, second = sorted((moved.show.path / "public" / "audio").iterdir())
    first.unlink()
    with second.open("ab") as file:
        file.write(b"x")
    code, found = steps(moved, feed(moved.old), capsys)
    assert (code, found["audio"]["state"]) == (3, "wrong")
    assert "answers 404" in found["audio"]["seen"]
    assert "bytes, the server" in found["audio"]["seen"]


def test_audio_that_stays_with_the_old_host_is_open(moved: Moved, capsys: Screen) -> None:
    audio = moved.show.path / "public" / "audio" / "stay.mp3"
    audio.write_bytes(b"x")
    moved.edit(f"{moved.address}audio/".encode(), b"https://audio.podigee-cdn.net/")
    _, found = steps(moved, feed(moved.old), capsys)
    assert found["audio-home"]["state"] == "open"
    assert "2 episodes" in found["audio-home"]["seen"]
    assert "folge fetch" in found["audio-home"]["to_do"]


def test_a_new_feed_that_says_another_address_sends_listeners_away(moved: Moved, capsys: Screen) -> None:
    moved.edit(f"<itunes:new-feed-url>{moved.feed}".encode(), b"<itunes:new-feed-url>https://anders.example/feed.xml")
    code, found = steps(moved, feed(moved.old), capsys)
    assert (code, found["new-feed-url"]["state"]) == (3, "wrong")
    moved.edit(b"<itunes:new-feed-url>https://anders.example/feed.xml</itunes:new-feed-url>", b"")
    _, found = steps(moved, feed(moved.old), capsys)
    assert found["new-feed-url"]["state"] == "open"
    assert f'new_feed_url = "{moved.feed}"' in found["new-feed-url"]["to_do"]


def test_an_old_feed_that_names_the_new_one_is_done_and_another_wrong(moved: Moved, capsys: Screen) -> None:
    for address, state in ((moved.feed, "done"), ("https://anders.example/feed.xml", "wrong")):
        said = f"<itunes:new-feed-url>{address}</itunes:new-feed-url><item>".encode()
        _, found = steps(moved, feed(moved.old.replace(b"<item>", said, 1)), capsys)
        assert found["old-new-feed-url"]["state"] == state


def test_a_new_feed_with_mistakes_is_wrong(moved: Moved, capsys: Screen) -> None:
    moved.edit(b"<language>de</language>", b"")
    code, found = steps(moved, feed(moved.old), capsys)
    assert (code, found["published"]["state"]) == (3, "wrong")
    assert "language" in found["published"]["seen"]


def test_nothing_is_published_yet(show: ShowFolder, capsys: Screen) -> None:
    with serving(lambda request: Response(status=404)) as server:
        show.settings(base=server.address)
        assert run(["-C", str(show.path), "move", "--from", "libsyn", "--json"]) == 4
    data = json.loads(capsys.readouterr().out)
    found = {step["id"]: step for step in data["steps"]}
    assert data["host"] == "libsyn"
    assert found["published"]["state"] == "open"
    assert "404" in found["published"]["seen"]
    assert found["redirect"]["state"] == "cannot be checked"


def test_an_address_of_the_preview_is_nothing_anybody_can_follow(show: ShowFolder, capsys: Screen) -> None:
    show.settings(base="http://127.0.0.1:8000/")
    assert run(["-C", str(show.path), "move", "--from", "acast"]) == 4
    assert "on this machine only" in capsys.readouterr().out


def test_the_screen_shows_each_step_and_what_to_do(moved: Moved, capsys: Screen) -> None:
    with serving(feed(moved.old)) as old:
        run(["-C", str(moved.show.path), "move", "--from", f"{old.address}feed/mp3"])
    told = capsys.readouterr().out
    assert told.startswith(f"from Podigee, {old.address}feed/mp3 to {moved.feed}\n")
    assert "\n○ the old address redirects to the new one, for ever (301): " in told
    assert "\n    see https://hilfe.podigee.com/" in told
    assert told.endswith("7 done, 2 open, 4 cannot be checked\n")


def test_a_host_nobody_knows_is_answered_with_the_nearest(show: ShowFolder, capsys: Screen) -> None:
    assert run(["-C", str(show.path), "move", "--from", "podige"]) == 2
    assert "did you mean 'podigee'?" in capsys.readouterr().err


def test_nothing_is_changed_anywhere(moved: Moved, capsys: Screen) -> None:
    before = {path: path.stat().st_mtime_ns for path in moved.show.path.rglob("*")}
    asked: list[Stranger] = []
    with serving(feed(moved.old)) as old:
        asked.append(old)
        run(["-C", str(moved.show.path), "move", "--from", f"{old.address}feed/mp3"])
    assert {path: path.stat().st_mtime_ns for path in moved.show.path.rglob("*")} == before
    assert {line.partition(" ")[0] for line in asked[0].asked} == {"GET"}
