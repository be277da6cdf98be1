"""After a publish the hubs are told, by a real request to a hub on loopback; nothing a hub does undoes a publish."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from podcast.cli import run
from podcast.fetching import Fetcher, Limits
from podcast.publishing.push import READABLE_TRIES, Push, tell_hubs
from tests.podcast.builders import ShowFolder
from tests.podcast.test_feeds import add_settings


@dataclass(kw_only=True)
class Web:
    """A server that is the public address of a folder and a hub at once; `answers` are the hub's, the last for ever."""

    root: Path
    answers: list[int] = field(default_factory=lambda: [204])
    heard: list[dict[str, str]] = field(default_factory=list)
    port: int = 0

    def __call__(self, environ: dict[str, object], start: object) -> object:
        request = Request(environ)
        return self._answer(request)(environ, start)  # type: ignore[arg-type]  # WSGI's own types

    def _answer(self, request: Request) -> Response:
        if request.path == "/hub":
            self.heard.append(
                dict(request.form) | {"method": request.method, "type": request.mimetype, "feed": self._feed()}
            )
            return Response(b"so ist es", self.answers.pop(0) if len(self.answers) > 1 else self.answers[0])
        path = self.root / request.path.strip("/")
        return Response(path.read_bytes()) if path.is_file() else Response(b"", 404)

    def _feed(self) -> str:
        """The titles in the public feed while the hub is told."""
        path = self.root / "feed.xml"
        return str(path.read_text(encoding="utf-8").count("<item>")) if path.is_file() else ""


@contextmanager
def web(root: Path, *answers: int) -> Iterator[Web]:
    found = Web(root=root, answers=list(answers) or [204])
    server = make_server("127.0.0.1", 0, found, threaded=True)  # type: ignore[arg-type]  # WSGI's own types
    found.port = server.server_port
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def publish(show: ShowFolder) -> int:
    return run(["-C", str(show.path), "publish", "--yes"])


def with_hub(show: ShowFolder, hub: Web, *, hubs: str = "") -> None:
    base = f"http://127.0.0.1:{hub.port}"
    show.settings(base=f"{base}/")
    named = hubs or f'"{base}/hub"'
    add_settings(show, f"[feed]\nhubs = [{named}]\n")


def test_the_hub_hears_of_the_feed_when_it_can_be_read(show: ShowFolder) -> None:
    with web(show.path / "public") as hub:
        with_hub(show, hub)
        assert publish(show) == 0
    assert hub.heard == [
        {
            "hub.mode": "publish",
            "hub.url": f"http://127.0.0.1:{hub.port}/feed.xml",
            "method": "POST",
            "type": "application/x-www-form-urlencoded",
            "feed": "2",
        }
    ]


def test_the_feed_names_its_hub_and_itself(show: ShowFolder) -> None:
    with web(show.path / "public") as hub:
        with_hub(show, hub)
        publish(show)
        feed = (show.path / "public" / "feed.xml").read_text(encoding="utf-8")
    assert f'<atom:link href="http://127.0.0.1:{hub.port}/hub" rel="hub"/>' in feed
    assert feed.count('rel="self"') == 1


def test_where_nothing_changed_nobody_is_told(show: ShowFolder) -> None:
    with web(show.path / "public") as hub:
        with_hub(show, hub)
        publish(show)
        publish(show)
    assert len(hub.heard) == 1


def test_a_hub_that_stumbles_is_asked_again(show: ShowFolder) -> None:
    with web(show.path / "public", 503, 204) as hub:
        with_hub(show, hub)
        assert publish(show) == 0
    assert len(hub.heard) == 2


@pytest.mark.parametrize("answer", [400, 500])
def test_a_hub_that_refuses_is_a_warning_and_the_publish_is_done(
    show: ShowFolder, capsys: pytest.CaptureFixture[str], answer: int
) -> None:
    with web(show.path / "public", answer) as hub:
        with_hub(show, hub)
        assert publish(show) == 0
    told = capsys.readouterr()
    assert f"was not told: it answers with {answer} (so ist es)" in told.err
    assert "published: 2 episodes" in told.out


def test_a_hub_that_is_not_there_is_a_warning(show: ShowFolder, capsys: pytest.CaptureFixture[str]) -> None:
    with web(show.path / "public") as hub:
        with_hub(show, hub, hubs='"http://127.0.0.1:9/hub"')
        assert publish(show) == 0
    assert "the hub http://127.0.0.1:9/hub was not told: " in capsys.readouterr().err


def test_a_hub_is_a_warning_once_that_names_the_feeds(show: ShowFolder, capsys: pytest.CaptureFixture[str]) -> None:
    with web(show.path / "public", 400) as hub:
        base = f"http://127.0.0.1:{hub.port}"
        with_hub(show, hub, hubs=f'"{base}/hub", "http://127.0.0.1:9/hub"')
        for name in ("eins", "zwei"):
            add_settings(show, f'[[feeds]]\nname = "{name}"\nformat = "mp3"\n')
        assert publish(show) == 0
    warnings = [line for line in capsys.readouterr().err.splitlines() if "was not told" in line]
    feeds = f"{base}/feed.xml and of {base}/feed/eins.xml and of {base}/feed/zwei.xml"
    first, second = warnings
    assert first.startswith(f"warning: the hub {base}/hub was not told of {feeds}: it answers with 400 (so ist es); ")
    assert second.startswith(f"warning: the hub http://127.0.0.1:9/hub was not told of {feeds}: ")


def test_a_feed_nobody_can_read_is_no_news(tmp_path: Path) -> None:
    waited: list[float] = []
    with web(tmp_path) as hub, Fetcher(limits=Limits(attempts=1)) as fetcher:
        base = f"http://127.0.0.1:{hub.port}"
        push = Push(hubs=(f"{base}/hub",), topics=((f"{base}/feed.xml", b"<rss/>"),))
        (told,) = tell_hubs(push, fetcher, sleep=waited.append)
    assert told.error == f"the feed cannot be read at {base}/feed.xml: it answers with 404"
    assert hub.heard == []
    assert len(waited) == READABLE_TRIES - 1


def test_a_feed_that_a_cache_still_holds_is_waited_for_and_then_told(tmp_path: Path) -> None:
    (tmp_path / "feed.xml").write_bytes(b"<rss>old</rss>")
    waited: list[float] = []
    with web(tmp_path) as hub, Fetcher() as fetcher:
        base = f"http://127.0.0.1:{hub.port}"
        push = Push(hubs=(f"{base}/hub",), topics=((f"{base}/feed.xml", b"<rss/>"),))
        (told,) = tell_hubs(push, fetcher, sleep=waited.append)
    assert told.error == ""
    assert len(waited) == READABLE_TRIES - 1


def test_every_feed_that_changed_is_told_and_no_archive_page(show: ShowFolder) -> None:
    with web(show.path / "public") as hub:
        with_hub(show, hub)
        add_settings(show, 'items = 1\n[[feeds]]\nname = "mut"\ntopic = "Mut"\n')
        assert publish(show) == 0
    base = f"http://127.0.0.1:{hub.port}"
    assert [heard["hub.url"] for heard in hub.heard] == [f"{base}/feed.xml", f"{base}/feed/mut.xml"]
