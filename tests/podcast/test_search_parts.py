"""The search in parts: a new episode changes the newest part only, and a browser finds what is in any of them."""

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
from podcast.publishing.pagefind import make_index
from podcast.publishing.searchfiles import live_keys
from podcast.publishing.tidying import Tidier
from podcast.settings import load_settings
from podcast.stores.folder import FolderStore
from podcast.stores.memory import MemoryStore
from tests.browsing import browser, served
from tests.podcast.builders import BASE, ShowFolder, later, make_show, objects
from tests.podcast.spies import Spy

pytestmark = pytest.mark.xdist_group("browser")
__all__ = ["browser"]  # a fixture

SEARCH = "search/"
STATE, LIST = "search/state.json", "search/parts.json"
NOTES = {
    1: "Einmal die Schildkröten, und Herr Mueller war auch da.",
    2: "Von Brunnen und Bänken.",
    3: "Schildkröten neben Schildkröten: auf Schildkröten stehen Schildkröten.",
    4: "Von Stühlen, und Frau Müller war auch da.",
    5: "Von Tischen.",
    6: "Von Lampen.",
}
TITLES = {5: "Die Schildkröten"}


def write(show: ShowFolder, *numbers: int) -> None:
    for number in numbers:
        file = show.episode(number, title=TITLES.get(number, ""))
        text = file.read_text(encoding="utf-8")
        file.write_text(text[: text.index("Notizen für")] + NOTES[number] + "\n", encoding="utf-8")


@pytest.fixture(autouse=True)
def two_in_a_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searchfiles, "PART_SIZE", 2)


@pytest.fixture
def show(tmp_path: Path) -> ShowFolder:
    return make_show(tmp_path / "show", episodes=0)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many documents each index is made of."""
    counts: list[int] = []

    def counted(documents: Iterable[tuple[str, str]], language: str, folder: Path) -> None:
        every = list(documents)
        counts.append(len(every))
        make_index(every, language, folder)

    monkeypatch.setattr(searchfiles, "make_index", counted)
    return counts


@pytest.fixture
def home(show: ShowFolder, tmp_path: Path) -> Iterator[str]:
    write(show, *NOTES)
    show.publish(FolderStore(tmp_path / "public"))
    with served(tmp_path / "public", BASE) as address:
        yield address


@pytest.fixture
def page(browser: Browser, home: str) -> Iterator[Page]:
    with closing(browser.new_context()) as context:
        yield context.new_page()


def found(page: Page) -> list[str]:
    expect(page.locator("#count")).to_contain_text("„")
    return page.locator("#results h2").all_inner_texts()


def files(store: MemoryStore, prefix: str = SEARCH) -> dict[str, bytes]:
    return {key: body for key, body in objects(store).items() if key.startswith(prefix) and key in live_keys(store)}


def listed(store: MemoryStore) -> list[str]:
    parts: list[str] = json.loads(objects(store)[LIST])
    return parts


def test_one_search_finds_episodes_of_all_parts_the_best_first(page: Page, home: str) -> None:
    page.goto(f"{home}{SEARCH}?q=Schildkröten")
    assert found(page) == ["Die Schildkröten", "Mut 3", "Mut 1"]


def test_both_spellings_of_a_name_are_found_once_in_whichever_part_they_are(page: Page, home: str) -> None:
    page.goto(f"{home}{SEARCH}?q=Mueller")
    assert sorted(found(page)) == ["Mut 1", "Mut 4"]


def test_a_part_that_cannot_be_reached_is_said_and_tried_again_with_the_next_search(page: Page, home: str) -> None:
    page.route("**/search/2/pagefind-entry.json*", lambda route: route.abort())
    page.goto(f"{home}{SEARCH}?q=Schildkröten")
    expect(page.locator("#count")).to_contain_text("nicht erreichbar")

    page.unroute("**/search/2/pagefind-entry.json*")
    page.get_by_label("Wörter oder Namen").press("Enter")

    assert found(page) == ["Die Schildkröten", "Mut 3", "Mut 1"]


def test_a_new_episode_writes_files_of_the_newest_part_only(show: ShowFolder, made: list[int]) -> None:
    spy = Spy(MemoryStore())
    write(show, 1, 2, 3)
    show.publish(spy)
    assert (made, listed(spy.inner)) == ([2, 1], ["2/"])
    spy.written.clear()

    write(show, 4)
    show.publish(spy, now=later(1))

    written = {key for key in spy.written if key.startswith(SEARCH)}
    assert made == [2, 1, 2]
    assert "search/2/pagefind-entry.json" in written
    assert {key for key in written if not key.startswith("search/2/")} == {STATE}


def test_an_episode_that_begins_a_part_writes_it_and_the_list_of_parts(show: ShowFolder, made: list[int]) -> None:
    spy = Spy(MemoryStore())
    write(show, 1, 2, 3, 4)
    show.publish(spy)
    spy.written.clear()

    write(show, 5)
    show.publish(spy, now=later(1))

    written = [key for key in spy.written if key.startswith(SEARCH)]
    assert made == [2, 2, 1]
    assert listed(spy.inner) == ["2/", "3/"]
    assert {key for key in written if not key.startswith("search/3/")} == {STATE, LIST}
    assert written.index("search/3/pagefind-entry.json") < written.index(LIST)


def test_only_the_first_part_has_the_program_a_browser_runs(show: ShowFolder) -> None:
    store = MemoryStore()
    write(show, 1, 2, 3)
    show.publish(store)
    program = {key for key in files(store) if key.endswith(".js") or "/wasm." in key}
    assert {key.rpartition("/")[0] for key in program} == {"search"}
    assert files(store, "search/2/")


def test_a_withdrawn_episode_makes_its_own_part_again(show: ShowFolder, made: list[int]) -> None:
    store = MemoryStore()
    write(show, *NOTES)
    show.publish(store)
    before = {part: files(store, f"search/{part}") for part in listed(store)}

    withdrawn = frozenset({"00000001-aaaa-4bbb-8ccc-000000000000"})
    show.publish(store, asked=Asked(withdraw=withdrawn), now=later(1))

    assert made == [2, 2, 2, 1]
    assert {part: files(store, f"search/{part}") for part in listed(store)} == before


def test_where_all_of_the_first_part_is_withdrawn_the_next_one_leads_and_tidy_takes_the_rest(
    show: ShowFolder, browser: Browser, tmp_path: Path
) -> None:
    store = FolderStore(tmp_path / "public")
    write(show, *NOTES)
    show.publish(store)
    withdrawn = frozenset(f"0000000{number}-aaaa-4bbb-8ccc-000000000000" for number in (1, 2))
    show.publish(store, asked=Asked(withdraw=withdrawn), now=later(1))
    settings, _ = load_settings(show.path, {})

    tomorrow = datetime.now(UTC) + timedelta(days=1)
    Tidier(settings, store, clock=lambda: tomorrow, by="anna@laptop", grace=timedelta()).run(lambda tidy: True)

    there = {stat.key for stat in store.list(SEARCH)}
    assert not any(key.startswith("search/2/") for key in there)
    assert there - live_keys(store) == {STATE, LIST, "search/index.html"}
    with served(tmp_path / "public", BASE) as home, closing(browser.new_context()) as context:
        page = context.new_page()
        page.goto(f"{home}{SEARCH}?q=Schildkröten")
        assert found(page) == ["Die Schildkröten", "Mut 3"]


def test_parts_are_the_same_on_two_machines_and_nothing_is_written_twice(
    show: ShowFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = MemoryStore(), MemoryStore()
    write(show, 1, 2, 3)
    show.publish(one)
    write(show, 4, 5)
    show.publish(one, now=later(1))
    other = show.copy(tmp_path / "other")
    monkeypatch.setenv("FOLGE_CACHE", str(tmp_path / "elsewhere"))
    spy = Spy(one)

    other.publish(two)
    show.publish(spy, now=later(24))

    assert files(one) == files(two)
    assert spy.written == []


def test_a_machine_that_knows_nothing_fetches_and_makes_only_the_part_of_its_new_episode(
    show: ShowFolder, tmp_path: Path, made: list[int]
) -> None:
    store = MemoryStore()
    (show.path / "transcripts").mkdir()
    for number, word in ((1, "Flusskrebse"), (3, "Seepferdchen")):
        said = f"WEBVTT\n\n00:00.000 --> 00:00.900\n{word} im Brunnen.\n"
        (show.path / "transcripts" / f"{number}.vtt").write_text(said, encoding="utf-8")
        show.episode(number, more=f"transcripts: [transcripts/{number}.vtt]\n")
    write(show, 2)
    show.publish(store)
    other = make_show(tmp_path / "other", episodes=0)
    write(other, 4)

    other.publish(store, now=later(1))

    assert made == [2, 1, 2]
    fetched = [path.read_text("utf-8") for path in (cache_folder(other.path) / "searched").iterdir()]
    assert ["Seepferdchen" in text for text in fetched] == [True]
