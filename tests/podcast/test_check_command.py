"""`folge check`: what is checked, what stands on the screen, and the exit code."""

import io
import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from feed.checks.run import all_rules
from podcast.cli import run
from podcast.preview import make_preview_server
from podcast.probing import EVERY, NEWEST
from tests.feed.builders import a_feed, a_show, an_item
from tests.feed.checks.cases import SOUND, edited
from tests.podcast.builders import BASE, ShowFolder
from tests.podcast.strangers import sending, serving

FOLGE = Path(sys.executable).with_name("folge")
SOURCE = "https://podcasters.apple.com/"
BAD_LANGUAGE = edited("<language>de-de<", "<language>deutsch<")


def a_picture(side: int) -> bytes:
    from PIL import Image

    file = io.BytesIO()
    Image.new("RGB", (side, side)).save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    path = tmp_path / "feed.xml"
    path.write_text(SOUND, encoding="utf-8")
    return path


@pytest.fixture
def preview(show: ShowFolder) -> Iterator[str]:
    """The public address of a published show."""
    server = make_preview_server(show.path / "public", BASE, 0)
    address = f"http://127.0.0.1:{server.port}/"
    show.settings(base=address)
    assert run(["-C", str(show.path), "publish", "--yes"]) == 0
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield address
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_sound_feed_in_a_file_is_met_with_silence(feed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", str(feed)]) == 0
    assert capsys.readouterr() == ("", "")


def test_a_finding_says_where_what_how_to_mend_it_and_who_asks(feed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    feed.write_text(BAD_LANGUAGE, encoding="utf-8")
    assert run(["check", str(feed)]) == 3
    told = capsys.readouterr()
    line = BAD_LANGUAGE[: BAD_LANGUAGE.index("<language>")].count("\n") + 1
    first, mend, why = told.out.splitlines()
    assert first.startswith(f"error: {feed}:{line}: /rss/channel/language: ")
    assert "'deutsch'" in first
    assert mend.startswith("  how to mend it: ")
    assert why.startswith("  APPLE-CH-5, https://")
    assert told.err == "1 error\n"


def test_what_repeats_is_said_once_with_the_first_places(feed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    items = [an_item(number) for number in range(1, 301)]
    body = a_feed(*items).decode().replace("<itunes:duration>1231<", "<itunes:duration>20:31<")
    feed.write_text(body, encoding="utf-8")

    assert run(["check", str(feed), "--only", "APPLE-IT-9"]) == 0
    told = capsys.readouterr()
    assert told.out.count("20:31") == 4  # three places, and the hint
    assert "and 297 more" in told.out
    assert told.err == "300 warnings\n"

    run(["check", str(feed), "--only", "APPLE-IT-9", "--json"])
    assert len(json.loads(capsys.readouterr().out)) == 300
    run(["check", str(feed), "--only", "APPLE-IT-9", "--format", "github"])
    assert len(capsys.readouterr().out.splitlines()) == 300


def test_json_tells_rule_source_place_message_and_hint(feed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    feed.write_text(BAD_LANGUAGE, encoding="utf-8")
    for form in (["--json"], ["--format", "json"]):
        assert run(["check", str(feed), *form]) == 3
        told = capsys.readouterr()
        (finding,) = json.loads(told.out)
        assert told.err == ""
        assert (finding["rule"], finding["severity"], finding["path"]) == ("APPLE-CH-5", "error", str(feed))
        assert (finding["field"], finding["line"] > 1) == ("/rss/channel/language", True)
        assert finding["source"].startswith("https://")
        assert finding["message"]
        assert finding["hint"]


class TestGithub:
    """`--format github`: annotations."""

    def test_a_file_is_named_from_where_one_stands(
        self, feed: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        feed.write_text(BAD_LANGUAGE, encoding="utf-8")
        monkeypatch.chdir(feed.parent)
        assert run(["check", "feed.xml", "--format", "github"]) == 3
        (line,) = capsys.readouterr().out.splitlines()
        assert re.match(r"::error file=feed\.xml,line=\d+,title=APPLE-CH-5::/rss/channel/language: ", line)
        assert "%0Ahttps://" in line

    def test_nothing_in_a_feed_begins_a_command_of_its_own(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        path = tmp_path / "100%,a:b.xml"
        told = "x\n::warning file=a::100%"
        path.write_text(edited("<language>de-de<", f"<language>{told}<"), encoding="utf-8")
        run(["check", str(path), "--format", "github", "--only", "APPLE-CH-5"])
        lines = capsys.readouterr().out.splitlines()
        assert [line for line in lines if not line.startswith("::error ")] == []
        assert "100%25%2Ca%3Ab.xml" in lines[0]
        assert "100%25" in lines[0].rpartition("::")[2]

    def test_a_file_of_the_show_folder_is_named_from_where_one_stands(
        self, show: ShowFolder, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        show.file(1).write_text(show.file(1).read_text(encoding="utf-8").replace("title:", "titel:"), encoding="utf-8")
        monkeypatch.chdir(show.path.parent)
        assert run(["-C", "show", "check", "--format", "github"]) == 3
        assert "::error file=show/episodes/001-folge-1.md,line=3::" in capsys.readouterr().out

    def test_an_address_is_no_file(self, capsys: pytest.CaptureFixture[str]) -> None:
        with serving(lambda request: Response(BAD_LANGUAGE, mimetype="text/xml")) as stranger:
            assert run(["check", stranger.address, "--format", "github", "--only", "APPLE-CH-5"]) == 3
        (line,) = capsys.readouterr().out.splitlines()
        assert line.startswith(f"::error title=APPLE-CH-5::{stranger.address}:")


class TestSelection:
    """`--only` and `--skip`."""

    @pytest.mark.parametrize(
        ("words", "found"),
        [
            (["--only", "APPLE-CH-5"], {"APPLE-CH-5"}),
            (["--only", "apple-ch"], {"APPLE-CH-5"}),
            (["--only", "APPLE,RSS"], {"APPLE-CH-5"}),
            (["--only", "PSP"], {"PSP-TXT-1"}),
            (["--only", "APPLE-CH-5", "--only", "PSP-TXT"], {"APPLE-CH-5", "PSP-TXT-1"}),
            (["--skip", "APPLE"], {"PSP-TXT-1"}),
            (["--only", "APPLE", "--skip", "APPLE-CH"], set()),
            (["--skip", "APPLE-CH-5, PSP-TXT-1"], set()),
        ],
    )
    def test_rules_are_chosen_by_id_or_beginning(
        self, feed: Path, capsys: pytest.CaptureFixture[str], words: list[str], found: set[str]
    ) -> None:
        text = edited("<title>Kommunen-Podcast<", "<title> Kommunen-Podcast<", feed=BAD_LANGUAGE)
        feed.write_text(text, encoding="utf-8")
        assert run(["check", str(feed), "--json", *words]) == (3 if "APPLE-CH-5" in found else 0)
        assert {finding["rule"] for finding in json.loads(capsys.readouterr().out)} == found

    @pytest.mark.parametrize("rule_id", ["APPLE-CH-1", "PSP-CH-1"])
    def test_what_two_rules_ask_for_is_found_by_each(
        self, feed: Path, capsys: pytest.CaptureFixture[str], rule_id: str
    ) -> None:
        feed.write_text(edited("<language>de-de</language>", ""), encoding="utf-8")
        assert run(["check", str(feed), "--json", "--only", rule_id]) == 3
        assert [finding["rule"] for finding in json.loads(capsys.readouterr().out)] == [rule_id]

    def test_one_rule_is_not_the_ten_that_begin_like_it(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert run(["check", "--list", "--json", "--only", "APPLE-IT-1"]) == 0
        assert [rule["rule"] for rule in json.loads(capsys.readouterr().out)] == ["APPLE-IT-1"]

    @pytest.mark.parametrize("option", ["--only", "--skip", "--explain"])
    def test_an_unknown_rule_is_answered_with_the_nearest(
        self, feed: Path, capsys: pytest.CaptureFixture[str], option: str
    ) -> None:
        assert run(["check", str(feed), option, "APLE-CH-5"]) == 2
        assert "there is no rule 'APLE-CH-5'; did you mean 'APPLE-CH-5'?" in capsys.readouterr().err

    def test_a_word_like_no_rule_is_answered_with_the_list(
        self, feed: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert run(["check", str(feed), "--only", "xylophon"]) == 2
        assert "'folge check --list' shows them all" in capsys.readouterr().err

    def test_a_mistake_in_a_file_is_never_left_out(self, show: ShowFolder, capsys: pytest.CaptureFixture[str]) -> None:
        show.file(1).write_text("---\n---\n", encoding="utf-8")
        assert run(["-C", str(show.path), "check", "--only", "APPLE"]) == 3
        assert "error: episodes/001-folge-1.md" in capsys.readouterr().out


class TestRules:
    """`--list` and `--explain`."""

    def test_every_rule_is_listed(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert run(["check", "--list"]) == 0
        lines = capsys.readouterr().out.splitlines()
        assert [line.split()[0] for line in lines] == [rule.id for rule in all_rules()]
        assert run(["check", "--list", "--json"]) == 0
        told = json.loads(capsys.readouterr().out)
        assert [rule["rule"] for rule in told] == [rule.id for rule in all_rules()]
        assert {rule["online"] for rule in told} == {True, False}
        assert [rule["mend"] for rule in told] == [rule.mend for rule in all_rules()]
        measured = ["APPLE-ART-1", "APPLE-ART-2", "APPLE-ART-3", "APPLE-ART-7"]
        assert [rule["rule"] for rule in told if rule["offline"]] == measured

    @pytest.mark.parametrize(
        ("rule_id", "when"), [("HTTP-3", "error, with --online only"), ("RSS-1", "error"), ("RSS-5", "warning")]
    )
    def test_a_rule_says_when_it_speaks(self, capsys: pytest.CaptureFixture[str], rule_id: str, when: str) -> None:
        assert run(["check", "--explain", rule_id]) == 0
        assert capsys.readouterr().out.startswith(f"{rule_id}  {when}\n")

    def test_a_rule_says_what_it_asks_for_and_who_asks(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert run(["check", "--explain", "apple-art-1"]) == 0
        told = capsys.readouterr().out
        assert told.startswith("APPLE-ART-1  error, with --online\n")
        assert "1400 to 3000 pixels" in told
        assert "  The covers of a show folder are measured without --online, too.\n" in told
        assert "  how to mend it: export the cover as a square of 3000 x 3000 pixels\n" in told
        assert f"  {SOURCE}support/896-artwork-requirements\n" in told

    def test_a_family_of_rules_is_explained_together(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert run(["check", "--explain", "APPLE-ART", "--json"]) == 0
        told = json.loads(capsys.readouterr().out)
        assert [rule["rule"] for rule in told][:3] == ["APPLE-ART-1", "APPLE-ART-2", "APPLE-ART-3"]
        assert all(rule["asks"] and rule["source"] for rule in told)


class TestFile:
    """A feed in a file."""

    @pytest.mark.parametrize("name", ["nowhere.xml", "a" * 5000, ".", "file:///etc/passwd", "ftp://a.example/feed.xml"])
    def test_what_cannot_be_read_is_a_sentence(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, name: str
    ) -> None:
        monkeypatch.chdir(tmp_path)
        assert run(["check", name]) == 2
        told = capsys.readouterr()
        assert told.out == ""
        assert name in told.err
        assert "root:" not in told.err

    @pytest.mark.parametrize(
        ("name", "body", "kind"),
        [
            ("diensteid.mp3", b"ID3\x04" + bytes(100), "an MP3 file"),
            ("cover.png", a_picture(10), "a PNG picture"),
            ("feed.xml.gz", b"\x1f\x8b\x08\0", "a file that is compressed (gzip)"),
            ("leer.xml", b"", "an empty file"),
            ("notizen.txt", "Über Mut".encode(), "plain text"),
        ],
    )
    def test_what_is_no_feed_is_said_to_be_what_it_is(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, body: bytes, kind: str
    ) -> None:
        (tmp_path / name).write_bytes(body)
        assert run(["check", str(tmp_path / name)]) == 3
        assert f"{name}:1: this is no feed, but {kind}" in capsys.readouterr().out

    def test_a_web_page_is_said_to_be_one(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        page = tmp_path / "page.html"
        page.write_text('<html><link rel=alternate type="application/rss+xml" href="feed.xml"></html>')
        assert run(["check", str(page)]) == 3
        told = capsys.readouterr().out
        assert "this is a web page, not a feed" in told
        assert "check the feed that this page names: feed.xml" in told

    def test_a_feed_of_a_stranger_does_not_reach_this_machine(
        self, feed: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with serving(lambda request: Response("secret")) as stranger:
            text = SOUND.replace("https://kommunen-podcast.example/", stranger.address)
            feed.write_text(text.replace("https://wuppertal.example/", stranger.address), encoding="utf-8")
            assert run(["check", str(feed), "--online"]) == 3
            assert stranger.asked == []
        assert "it is on this machine or in a private network" in capsys.readouterr().out


class TestAddress:
    """A feed at an address."""

    def test_our_own_feed_is_met_with_silence(self, preview: str, capsys: pytest.CaptureFixture[str]) -> None:
        capsys.readouterr()
        assert run(["check", f"{preview}feed.xml"]) == 0
        assert capsys.readouterr() == ("", "")
        online = ["check", f"{preview}feed.xml", "--online"]
        assert run(online) == 0
        assert capsys.readouterr() == ("", "asked 7 of 7 addresses\n")
        assert run([*online, "--json"]) == 0
        assert capsys.readouterr() == ("[]\n", "")

    @pytest.mark.parametrize("status", [401, 403, 404, 410, 500])
    def test_an_address_that_gives_no_feed_has_its_own_exit_code(
        self, capsys: pytest.CaptureFixture[str], status: int
    ) -> None:
        with serving(lambda request: Response(status=status, headers={"Retry-After": "999"})) as stranger:
            assert run(["check", stranger.address]) == 6
        told = capsys.readouterr()
        assert told.out == ""
        assert f"answers {status}" in told.err
        assert "Traceback" not in told.err

    def test_nobody_there_has_its_own_exit_code(self, capsys: pytest.CaptureFixture[str]) -> None:
        with sending() as address:
            pass
        assert run(["check", address]) == 6
        assert f"folge: {address} cannot be fetched: nobody answers there; " in capsys.readouterr().err

    def test_an_address_may_be_longer_than_the_name_of_a_file(self, capsys: pytest.CaptureFixture[str]) -> None:
        with serving(lambda request: Response(SOUND, mimetype="text/xml")) as stranger:
            assert run(["check", f"{stranger.address}?{'a' * 5000}", "--only", "RSS-1"]) == 0

    def test_a_web_page_names_its_feed(self, preview: str, capsys: pytest.CaptureFixture[str]) -> None:
        assert run(["check", preview]) == 3
        assert f"check the feed that this page names: {preview}feed.xml" in capsys.readouterr().out

    def test_a_feed_behind_a_redirect_may_call_either_address_its_own(self, capsys: pytest.CaptureFixture[str]) -> None:
        def answer(request: Request) -> Response:
            if request.path == "/old":
                return redirect("/new")
            body = a_feed(show=a_show(feed_url=request.url.replace("/new", f"/{request.args.get('own', 'old')}")))
            return Response(body, mimetype="text/xml")

        with serving(answer) as stranger:
            assert run(["check", f"{stranger.address}old", "--only", "ATOM-1"]) == 0
            assert run(["check", f"{stranger.address}new?own=other", "--only", "ATOM-1"]) == 3
        assert "ATOM-1" in capsys.readouterr().out

    def test_everything_a_careless_server_does_is_found(self, capsys: pytest.CaptureFixture[str]) -> None:
        feed = b""

        def answer(request: Request) -> Response:
            if request.path == "/feed.xml":
                return Response(feed, mimetype="text/html")
            if request.path.endswith(".mp3"):
                return Response(b"x" * 5000, mimetype="application/octet-stream", headers={"Content-Encoding": "gzip"})
            if request.path.endswith(".png"):
                return Response("<html>please log in", mimetype="text/html")
            return Response(status=404)

        with serving(answer) as stranger:
            address = f"{stranger.address}feed.xml"
            feed = a_feed(an_item(1)).replace(b"https://kommunen-podcast.example/", stranger.address.encode())
            assert run(["check", address, "--online", "--json"]) == 3
        found = {(finding["rule"], finding["severity"]) for finding in json.loads(capsys.readouterr().out)}
        assert {("S3-4", "error"), ("HTTP-2", "error"), ("HTTP-2", "warning"), ("HTTP-4", "warning")} <= found
        assert {("HTTP-7", "warning"), ("APPLE-HTTP-1", "error"), ("APPLE-ART-2", "error")} <= found

    def test_an_endless_audio_is_asked_and_never_fetched(self, capsys: pytest.CaptureFixture[str]) -> None:
        feed, sent = b"", 0

        def endless() -> Iterator[bytes]:
            nonlocal sent
            while True:
                sent += 65_536
                yield bytes(65_536)

        def answer(request: Request) -> Response:
            if request.path == "/feed.xml":
                return Response(feed, mimetype="text/xml")
            length = {"Content-Length": "5000000"} if request.method == "HEAD" else {}
            return Response(endless(), mimetype="audio/mpeg", headers=length)

        with serving(answer) as stranger:
            feed = a_feed(an_item(1)).replace(b"https://kommunen-podcast.example/", stranger.address.encode())
            assert run(["check", f"{stranger.address}feed.xml", "--online", "--only", "HTTP"]) == 3
        assert (
            "ignores ranges: asked for bytes 2500000-2500999 it sends the whole file (200)" in capsys.readouterr().out
        )
        assert sent < 100_000_000

    def test_of_a_long_show_a_sample_is_asked_and_that_is_said(self, capsys: pytest.CaptureFixture[str]) -> None:
        feed = b""
        with serving(lambda request: Response(feed, mimetype="text/xml")) as stranger:
            items = [an_item(number) for number in range(1, 102)]
            feed = a_feed(*items).replace(b"https://kommunen-podcast.example/", stranger.address.encode())
            address = f"{stranger.address}feed.xml"
            run(["check", address, "--online"])
            asked = {path for path in stranger.asked if path.endswith(".mp3") and path.startswith("HEAD")}
            told = capsys.readouterr().err
            run(["check", address, "--online", "--all"])
            every = {path for path in stranger.asked if path.endswith(".mp3") and path.startswith("HEAD")}
        assert len(asked) == NEWEST + (101 - NEWEST) // EVERY
        assert {f"HEAD /audio/diensteid-{number}-a1b2c3d4.mp3" for number in range(82, 102)} <= asked
        assert "--all asks those of every episode" in told
        assert len(every) == 101

    def test_all_without_online_is_a_mistake(self, feed: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert run(["check", str(feed), "--all"]) == 2
        assert "--online" in capsys.readouterr().err

    def test_ctrl_c_ends_it(self) -> None:
        asked, over = threading.Event(), threading.Event()

        def answer(request: Request) -> Response:
            asked.set()
            over.wait(60)
            return Response()

        with serving(answer) as stranger:
            command = [str(FOLGE), "check", stranger.address]
            with subprocess.Popen(command, stderr=subprocess.PIPE, env=os.environ, text=True) as process:
                assert asked.wait(60)
                process.send_signal(signal.SIGINT)
                _, told = process.communicate(timeout=30)
            over.set()
        assert process.returncode == 130
        assert told.strip().startswith("interrupted")


class TestFolder:
    """The show folder."""

    def test_it_is_met_with_silence(self, show: ShowFolder, capsys: pytest.CaptureFixture[str]) -> None:
        assert run(["-C", str(show.path), "check"]) == 0
        assert capsys.readouterr() == ("", "")
        assert not (show.path / "public").exists()

    def test_a_finding_names_the_file_it_comes_from(self, show: ShowFolder, capsys: pytest.CaptureFixture[str]) -> None:
        show.episode(1, title="Nr. 1 Mut")
        for words in ([], ["--only", "APPLE-IT-10"]):
            assert run(["-C", str(show.path), "check", *words]) == 0
            assert "warning: episodes/001-folge-1.md:3: title: " in capsys.readouterr().out

    def test_what_stops_the_feed_is_not_kept_quiet(self, show: ShowFolder, capsys: pytest.CaptureFixture[str]) -> None:
        (show.path / "cover.png").write_bytes(a_picture(500))
        assert run(["-C", str(show.path), "check"]) == 3
        assert "APPLE-ART-1" in capsys.readouterr().out
        assert run(["-C", str(show.path), "check", "--skip", "APPLE-ART"]) == 0
        told = capsys.readouterr()
        assert told.out == ""
        assert "errors of other rules stop the feed from being made" in told.err

    def test_online_asks_what_is_published(
        self, show: ShowFolder, preview: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (audio,) = (show.path / "public" / "audio").glob("folge-1-*")
        audio.write_bytes(audio.read_bytes()[:-1])
        capsys.readouterr()

        assert run(["-C", str(show.path), "check", "--online"]) == 3
        assert "the feed says" in capsys.readouterr().out
        assert run(["-C", str(show.path), "check", "--online", "--json", "--only", "HTTP-2"]) == 3

        (finding,) = json.loads(capsys.readouterr().out)
        assert finding["path"] == f"{preview}feed.xml"
        assert f"the feed says {audio.stat().st_size + 1}" in finding["message"]

    def test_online_asks_every_feed_of_the_show(
        self, show: ShowFolder, preview: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        settings = show.path / "podcast.toml"
        more = '\n[[feeds]]\nname = "zweite"\nseason = 1\nguid = "1a2b3c4d-1e2f-5a6b-8c7d-0123456789ab"\n'
        settings.write_text(settings.read_text(encoding="utf-8") + more, encoding="utf-8")
        assert run(["-C", str(show.path), "publish", "--yes"]) == 0
        (show.path / "public" / "feed" / "zweite.xml").unlink()
        capsys.readouterr()

        assert run(["-C", str(show.path), "check", "--online", "--only", "HTTP-2", "--json"]) == 3

        (finding,) = json.loads(capsys.readouterr().out)
        assert finding["message"] == f"{preview}feed/zweite.xml answers 404 Not Found"

    def test_online_before_the_first_publish_is_a_finding(
        self, show: ShowFolder, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with serving(lambda request: Response(status=404)) as stranger:
            monkeypatch.setenv("FOLGE_PUBLIC_URL", stranger.address)
            assert run(["-C", str(show.path), "check", "--online"]) == 3
        assert f"{stranger.address}feed.xml answers 404 Not Found" in capsys.readouterr().out
