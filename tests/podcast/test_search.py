"""Search in a real browser, in the files a real publish wrote: everything public is found, and nothing else."""

import gzip
import json
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from podcast.cache import cache_folder
from podcast.publishing import searchfiles
from podcast.publishing.changes import Asked
from podcast.publishing.pagefind import make_index, pagefind_version
from podcast.publishing.searchfiles import live_keys
from podcast.publishing.tidying import Tidier
from podcast.settings import load_settings
from podcast.stores.folder import FolderStore
from podcast.stores.memory import MemoryStore
from tests.browsing import axe_findings, browser, served
from tests.podcast.builders import BASE, GUID_1, ShowFolder, later, make_show, objects
from tests.podcast.spies import Spy

pytestmark = pytest.mark.xdist_group("browser")
__all__ = ["browser"]  # a fixture

HOSTILE = "<img src=x onerror=document.title='mine'> & <mark>Böses</mark> \"Zitat\""
VTT = "WEBVTT\n\n00:00.000 --> 00:00.900\n<v Anna Beispiel>Wir sprechen über Flusskrebse im Rathausbrunnen.\n"
NOTES = {
    1: "Weg mit der Agilität, her mit den **Schildkröten**!",
    2: "Herr Mueller war Bürgermeister in einer Straße ohne Namen.",
    3: "Ein Titel, der angreift.",
    4: "Ganz ohne alles.",
    5: "Geheimnisvolle Wartezeiten.",
    6: "Unfertige Entwurfswörter.",
}
SEARCH = "search/"


def write_show(path: Path) -> ShowFolder:
    show = make_show(path, episodes=0)
    (path / "transcripts").mkdir()
    (path / "transcripts" / "4.vtt").write_text(VTT, encoding="utf-8")
    for number in NOTES:
        more = {
            2: "summary: Über Ehrlichkeit & Anstand.\n",
            4: "transcripts: [transcripts/4.vtt]\n",
            6: "status: draft\n",
        }.get(number, "")
        published = "2030-01-01 06:00" if number == 5 else ""
        title = json.dumps(HOSTILE) if number == 3 else ""
        file = show.episode(number, title=title, more=more, published=published)
        text = file.read_text(encoding="utf-8")
        file.write_text(text[: text.index("Notizen für")] + NOTES[number] + "\n", encoding="utf-8")
    return show


@pytest.fixture
def six(tmp_path: Path) -> ShowFolder:
    """Four episodes that are public, one that waits and a draft."""
    return write_show(tmp_path / "show")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("searched")
    show = write_show(folder / "show")
    show.publish(FolderStore(folder / "public"))
    with served(folder / "public", BASE) as address:
        yield address


@pytest.fixture
def page(browser: Browser, home: str) -> Iterator[Page]:
    with closing(browser.new_context()) as context:
        yield context.new_page()


def results(page: Page) -> list[str]:
    expect(page.locator("#count")).to_contain_text("„")
    return page.locator("#results h2").all_inner_texts()


def tomorrow() -> datetime:
    return datetime.now(UTC) + timedelta(days=1)


def searched(store: MemoryStore, *, live: bool = True) -> bytes:
    """Return everything the index in a store says, unpacked."""
    there = objects(store)
    keys = live_keys(store) if live else [key for key in there if key.startswith(SEARCH)]
    return b"\n".join(gzip.decompress(there[key]) for key in sorted(keys) if ".pf_" in key)


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("Schildkröten", "Mut 1"),
        ("schildkroeten", "Mut 1"),
        ("Schildkröte", "Mut 1"),
        ("Müller", "Mut 2"),
        ("Mueller", "Mut 2"),
        ("buergermeister", "Mut 2"),
        ("burgermeister", "Mut 2"),
        ("strasse", "Mut 2"),
        ("Ehrlichkeit", "Mut 2"),
        ("Flusskrebse", "Mut 4"),
        ("Böses", HOSTILE),
        ("Boeses", HOSTILE),
    ],
)
def test_words_are_found_however_their_umlauts_are_typed_and_in_whatever_form(
    page: Page, home: str, typed: str, title: str
) -> None:
    page.goto(home + SEARCH)
    page.get_by_label("Wörter oder Namen").fill(typed)
    page.keyboard.press("Enter")
    assert results(page) == [title]
    assert page.locator("#count").inner_text() == f"1 Treffer für „{typed}“"
    assert page.url == f"{home}{SEARCH}?q={page.evaluate('encodeURIComponent', typed)}"


def test_an_address_with_words_in_it_searches_and_its_results_lead_to_the_episodes(page: Page, home: str) -> None:
    page.goto(f"{home}{SEARCH}?q=flusskrebse")
    assert results(page) == ["Mut 4"]
    assert page.locator("#results mark").all_inner_texts() == ["Flusskrebse"]
    assert "4. Dezember 2024" in page.locator("#results").inner_text()
    page.keyboard.press("Tab")
    page.get_by_role("link", name="Mut 4").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"{home}folge-4/")


def test_a_title_made_to_attack_is_shown_as_it_is_written(page: Page, home: str) -> None:
    page.goto(f"{home}{SEARCH}?q=angreift")
    assert results(page) == [HOSTILE]
    assert page.locator("#results img").count() == 0
    assert page.title() == "Suche · Kommunen-Podcast"


def test_what_is_not_found_is_said(page: Page, home: str) -> None:
    page.goto(f"{home}{SEARCH}?q=xyzzyx")
    assert results(page) == []
    assert page.locator("#count").inner_text() == "Nichts gefunden für „xyzzyx“."


def test_the_page_asks_only_its_own_server_and_its_policy_is_kept(page: Page, home: str) -> None:
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{home}{SEARCH}?q=Mut")
    assert len(results(page)) == 3
    assert [address for address in asked if not address.startswith(home)] == []
    assert said == []
    assert axe_findings(page) == []


def test_without_a_script_the_page_leads_to_the_archive(browser: Browser, home: str) -> None:
    with closing(browser.new_context(java_script_enabled=False)) as context:
        page = context.new_page()
        page.goto(home + SEARCH)
        assert not page.locator("form").is_visible()
        page.locator("noscript a").click()
        page.wait_for_url(f"{home}archive/")


def test_a_search_that_cannot_be_reached_says_so(page: Page, home: str) -> None:
    page.route("**/pagefind-entry.json*", lambda route: route.abort())
    page.route("**/pagefind.js", lambda route: route.abort())
    page.goto(f"{home}{SEARCH}?q=Mut")
    expect(page.locator("#count")).to_contain_text("nicht erreichbar")


def test_the_index_has_what_is_public_and_nothing_else(six: ShowFolder) -> None:
    store = MemoryStore()
    six.publish(store)
    said = searched(store, live=False).decode("utf-8", "replace")
    assert "Schildkröten" in said and "Flusskrebse" in said
    assert "Geheimnisvolle" not in said and "geheimnisvoll" not in said
    assert "Entwurfsw" not in said and "entwurfsw" not in said


def test_a_withdrawn_episode_is_not_found_and_tidy_takes_its_text_away(six: ShowFolder) -> None:
    store = MemoryStore()
    six.publish(store)
    six.publish(store, asked=Asked(withdraw=frozenset({GUID_1})), now=later(1))
    assert "Schildkröten" not in searched(store).decode("utf-8", "replace")
    assert "Schildkröten" in searched(store, live=False).decode("utf-8", "replace")

    settings, _ = load_settings(six.path, {})
    Tidier(
        settings, store, clock=lambda: datetime.now(UTC) + timedelta(days=1), by="anna@laptop", grace=timedelta()
    ).run(lambda tidy: True)

    assert "Schildkröten" not in searched(store, live=False).decode("utf-8", "replace")
    assert live_keys(store) <= objects(store).keys()


def test_the_same_show_gives_the_same_index_on_two_machines_and_without_a_cache(
    six: ShowFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = MemoryStore(), MemoryStore()
    six.publish(one)
    spy = Spy(one)
    other = six.copy(tmp_path / "other")
    monkeypatch.setenv("FOLGE_CACHE", str(tmp_path / "elsewhere"))

    other.publish(two)
    outcome = six.publish(spy, now=later(24))

    assert {key: body for key, body in objects(one).items() if key.startswith(SEARCH)} == {
        key: body for key, body in objects(two).items() if key.startswith(SEARCH)
    }
    assert outcome.plan.empty
    assert spy.written == []


def test_the_index_is_made_again_only_where_what_is_searched_changed(
    six: ShowFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []

    def counted(documents: Iterable[tuple[str, str]], language: str, folder: Path) -> None:
        made.append("index")
        make_index(documents, language, folder)

    monkeypatch.setattr(searchfiles, "make_index", counted)
    store = MemoryStore()
    six.publish(store)
    six.publish(store, now=later(1))
    settings = six.path / "podcast.toml"
    settings.write_text(settings.read_text("utf-8").replace("Gespräche über", "Reden über"), encoding="utf-8")
    six.publish(store, now=later(2))
    assert made == ["index"]

    six.episode(1, title="Etwas mehr Mut")
    six.publish(store, now=later(3))

    assert made == ["index", "index"]
    assert b"Etwas mehr Mut" in searched(store)


def test_an_episode_published_elsewhere_stays_searchable_and_its_transcript_is_fetched_once(
    six: ShowFolder, tmp_path: Path
) -> None:
    store = MemoryStore()
    six.publish(store)
    other = make_show(tmp_path / "other", episodes=0)
    other.episode(7, title="Von woanders", published="2024-12-07 06:00")

    other.publish(store, now=later(1))

    said = searched(store).decode("utf-8", "replace")
    assert "Flusskrebse" in said and "Von woanders" in said
    assert len(list((cache_folder(other.path) / "searched").iterdir())) == 1


def test_a_machine_without_pagefind_publishes_and_says_what_is_not_found(
    six: ShowFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = MemoryStore()
    six.publish(store)
    before = {key: body for key, body in objects(store).items() if ".pf_" in key}
    monkeypatch.setattr(searchfiles, "pagefind_version", lambda: "")
    six.episode(7, title="Neu")

    outcome = six.publish(store, now=later(1))

    assert [problem.message for problem in outcome.problems if problem.path == SEARCH] == [
        "new and changed episodes are not found by the search: there is no pagefind for this machine"
    ]
    assert {key: body for key, body in objects(store).items() if ".pf_" in key} == before
    monkeypatch.undo()
    assert pagefind_version()
    six.publish(store, now=later(2))
    assert b"Neu" in searched(store)
