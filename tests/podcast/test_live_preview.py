"""`folge serve`: what is not published yet is seen as it will be, marked, on this machine alone, and pages follow."""

import json
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from feed.reader import read_feed
from podcast.livepreview import LivePreview, Shown, make_live_server
from podcast.stores.folder import FolderStore
from tests.browsing import axe_findings, browser
from tests.clients.asking import Answer, ask
from tests.clients.shows import FOLGE, loopback_only
from tests.podcast.builders import ShowFolder, objects

__all__ = ["browser"]  # a fixture

WAITING = "2099-06-06 06:00"


@dataclass(kw_only=True)
class Preview:
    """A running preview; `told` are all the states it spoke of."""

    address: str
    live: LivePreview
    told: list[Shown]

    def get(self, path: str = "", **headers: str) -> Answer:
        return ask(self.address + path, **headers)

    def text(self, path: str = "") -> str:
        return self.get(path).body.decode()

    def problems(self) -> list[str]:
        return [str(problem) for problem in self.live.shown.problems]


@contextmanager
def preview_of(show: ShowFolder, *, follows: bool = False) -> Iterator[Preview]:
    told: list[Shown] = []
    live = LivePreview(show.path, "anna@laptop", told.append)
    live.refresh()
    server = make_live_server(live, 0)
    stop = threading.Event()
    threads = [threading.Thread(target=server.serve_forever, daemon=True)]
    threads += [threading.Thread(target=live.follow, args=(stop, 0.05), daemon=True)] if follows else []
    for thread in threads:
        thread.start()
    try:
        yield Preview(address=f"http://127.0.0.1:{server.port}/", live=live, told=told)
    finally:
        stop.set()
        server.shutdown()
        for thread in threads:
            thread.join(timeout=10)
        server.server_close()


@pytest.fixture
def mixed(show: ShowFolder) -> ShowFolder:
    """A show with an episode of each kind: one that is due, one that waits, and a draft."""
    show.episode(2, published=WAITING)
    draft = show.episode(3, more="status: draft\n")
    draft.write_text(draft.read_text("utf-8").replace("published: 2024-12-03 06:00\n", ""), encoding="utf-8")
    return show


class TestWhatIsShown:
    def test_drafts_and_waiting_episodes_are_marked_on_their_pages_and_in_lists(self, mixed: ShowFolder) -> None:
        with preview_of(mixed) as preview:
            assert preview.problems() == []
            home = preview.text()
            for title in ("Entwurf: Mut 3", "Erscheint am 6. Juni 2099, 6:00: Mut 2"):
                assert title in home
            assert "<h1>Entwurf: Mut 3</h1>" in preview.text("folge-3/")
            assert "Erscheint am 6. Juni 2099, 6:00: Mut 2" in preview.text("folge-2/")
            assert "<h1>Mut 1</h1>" in preview.text("folge-1/")

    def test_the_store_is_not_touched(self, mixed: ShowFolder) -> None:
        with preview_of(mixed):
            assert not (mixed.path / "public").exists()
        mixed.publish(FolderStore(mixed.path / "public"))
        before = objects(FolderStore(mixed.path / "public"))
        with preview_of(mixed) as preview:
            assert "Entwurf: Mut 3" in preview.text()
        assert objects(FolderStore(mixed.path / "public")) == before

    def test_the_feed_says_that_it_is_a_preview_and_no_catalogue_takes_it(self, mixed: ShowFolder) -> None:
        with preview_of(mixed) as preview:
            answer = preview.get("feed.xml")
            feed = read_feed(answer.body)
        assert feed.show.title == "Vorschau: Kommunen-Podcast"
        assert b"<itunes:block>Yes</itunes:block>" in answer.body
        assert answer.headers["x-robots-tag"] == "noindex"
        assert len(feed.items) == 3

    def test_the_audio_is_the_producers_file_in_parts_too(self, mixed: ShowFolder) -> None:
        whole = (mixed.path / "audio" / "3.mp3").read_bytes()
        with preview_of(mixed) as preview:
            draft = next(item for item in read_feed(preview.get("feed.xml").body).items if "Entwurf" in item.title)
            assert draft.enclosure.url.startswith(f"{preview.address}audio/")
            assert ask(draft.enclosure.url).body == whole
            part = ask(draft.enclosure.url, Range="bytes=100-199")
        assert (part.status, part.body) == (206, whole[100:200])
        assert draft.enclosure.bytes == len(whole)

    def test_of_an_episode_published_elsewhere_the_store_has_the_audio(self, show: ShowFolder) -> None:
        store = FolderStore(show.path / "public")
        show.publish(store)
        (show.path / "audio" / "1.mp3").unlink()
        with preview_of(show) as preview:
            item = next(item for item in read_feed(preview.get("feed.xml").body).items if item.title == "Mut 1")
            key = item.enclosure.url.removeprefix(preview.address)
            stored = store.get(key)
            assert stored is not None
            assert ask(item.enclosure.url).body == stored.body

    def test_an_edit_of_a_published_episode_is_shown(self, show: ShowFolder) -> None:
        show.publish(FolderStore(show.path / "public"))
        show.episode(1, title="Mehr Mut")
        with preview_of(show) as preview:
            assert "<h1>Mehr Mut</h1>" in preview.text("folge-1/")

    def test_what_a_publish_would_refuse_is_told_and_shown_as_it_is(self, show: ShowFolder) -> None:
        show.publish(FolderStore(show.path / "public"))
        show.episode(1, title="Mehr Mut", published="2024-12-03 06:00")
        with preview_of(show) as preview:
            assert ["its date would change" in problem for problem in preview.problems()] == [True]
            assert "<h1>Mut 1</h1>" in preview.text("folge-1/")

    def test_a_draft_without_audio_is_no_mistake(self, show: ShowFolder) -> None:
        show.episode(3, more="status: draft\n")
        (show.path / "audio" / "3.mp3").unlink()
        with preview_of(show) as preview:
            (problem,) = preview.problems()
            assert problem.startswith("episodes/003-folge-3.md")
            assert "a draft without audio" in problem
            assert "Mut 3" not in preview.text()

    def test_without_the_store_it_is_made_of_what_is_here(
        self, mixed: ShowFolder, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        settings = mixed.path / "podcast.toml"
        text = settings.read_text(encoding="utf-8").replace('url = "public"', 'url = "s3://nowhere"', 1)
        settings.write_text(f'{text}endpoint_url = "http://127.0.0.1:9"\n', encoding="utf-8")
        for name, value in (("ACCESS_KEY_ID", "x"), ("SECRET_ACCESS_KEY", "geheim"), ("MAX_ATTEMPTS", "1")):
            monkeypatch.setenv(f"AWS_{name}", value)
        with preview_of(mixed) as preview:
            (problem,) = preview.problems()
            assert "the preview is made of what is here" in problem
            assert "Entwurf: Mut 3" in preview.text()

    def test_nothing_private_and_nothing_else_of_the_machine_is_there(self, mixed: ShowFolder) -> None:
        mixed.publish(FolderStore(mixed.path / "public"))
        with preview_of(mixed) as preview:
            for path in (".folge/ledger.json", ".FOLGE/ledger.json", "podcast.toml", "../podcast.toml", "nothing/"):
                answer = preview.get(path)
                assert answer.status == 404, path
                assert b"917393e3" not in answer.body
            assert preview.get("", Host="example.org").status == 400
            assert ask(preview.address, "POST").status == 405


class TestChanges:
    def test_a_mistake_is_told_by_file_and_line_while_the_last_good_state_stays(self, show: ShowFolder) -> None:
        with preview_of(show) as preview:
            path = show.file(1)
            good = path.read_text(encoding="utf-8")
            path.write_text(good.replace("number: 1", "number: viele"), encoding="utf-8")
            assert preview.live.changed()
            preview.live.refresh()
            state = json.loads(preview.text(".preview/state.json"))
            assert state["version"] == 1
            assert ["episodes/001-folge-1.md:4" in problem for problem in state["problems"]] == [True]
            assert "<h1>Mut 1</h1>" in preview.text("folge-1/")
            path.write_text(good.replace("Mut 1", "Neuer Mut"), encoding="utf-8")
            preview.live.refresh()
            assert json.loads(preview.text(".preview/state.json")) == {"version": 2, "problems": []}
            assert "<h1>Neuer Mut</h1>" in preview.text("folge-1/")
        assert [bool(shown.problems) for shown in preview.told] == [False, True, False]

    def test_a_mistake_at_the_start_is_shown_in_place_of_every_page(self, show: ShowFolder) -> None:
        show.file(1).write_text("---\ntitle: <b>\nnumber: viele\n---\n", encoding="utf-8")
        with preview_of(show) as preview:
            answer = preview.get("folge-2/")
            assert answer.status == 503
            assert b"episodes/001-folge-1.md:3" in answer.body
            show.episode(1)
            preview.live.refresh()
            assert preview.get("folge-2/").status == 200

    def test_audio_that_arrives_and_a_new_episode_are_noticed_and_rest_is_kept(self, show: ShowFolder) -> None:
        with preview_of(show) as preview:
            show.episode(3, more="status: draft\n")
            (show.path / "audio" / "3.mp3").unlink()
            assert preview.live.changed()
            preview.live.refresh()
            preview.live.refresh()
            assert not preview.live.changed()
            assert preview.live.shown.version == 1
            show.episode(3, more="status: draft\n")
            assert preview.live.changed()
            preview.live.refresh()
            assert "Entwurf: Mut 3" in preview.text()


@pytest.mark.xdist_group("browser")
class TestInABrowser:
    def test_a_page_follows_its_file_and_shows_what_is_wrong_in_it(self, browser: Browser, mixed: ShowFolder) -> None:
        with preview_of(mixed, follows=True) as preview, closing(browser.new_context()) as context:
            page = context.new_page()
            said: list[str] = []
            page.on("console", lambda message: said.append(message.text))
            page.goto(f"{preview.address}folge-3/")
            assert axe_findings(page) == []
            draft = mixed.file(3)
            good = draft.read_text(encoding="utf-8")
            draft.write_text(good.replace("Mut 3", "Übermut"), encoding="utf-8")
            expect(page.get_by_role("heading", level=1)).to_have_text("Entwurf: Übermut", timeout=10_000)
            draft.write_text(good.replace("number: 3", "number: drei"), encoding="utf-8")
            expect(page.get_by_role("status").last).to_contain_text("episodes/003-folge-3.md:4", timeout=10_000)
            expect(page.get_by_role("heading", level=1)).to_have_text("Entwurf: Übermut")
            draft.write_text(good, encoding="utf-8")
            expect(page.get_by_role("heading", level=1)).to_have_text("Entwurf: Mut 3", timeout=10_000)
            assert said == []


@pytest.mark.parametrize("published", [False, True])
def test_the_command_names_the_address_and_ends_with_ctrl_c(
    show: ShowFolder, tmp_path: Path, *, published: bool
) -> None:
    show.publish(FolderStore(show.path / "public"))
    more = ["--published"] if published else []
    command = [str(FOLGE), "-C", str(show.path), "serve", "--port", "0", *more]
    with subprocess.Popen(command, env=loopback_only(tmp_path), stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            address = server.stdout.readline().strip()
            assert address.endswith("/feed.xml") is published
            assert ask(address).status == 200
            assert (b"Vorschau" in ask(f"{address.removesuffix('feed.xml')}feed.xml").body) is not published
            server.send_signal(2)
            assert server.wait(10) == 0
        finally:
            server.kill()
