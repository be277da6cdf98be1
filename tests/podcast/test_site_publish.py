"""What becomes of pages that list episodes when a publish changes what they list."""

import pytest

from episodes.problems import Severity
from podcast.stores.memory import MemoryStore
from tests.podcast.builders import ShowFolder, later, objects

INVENTORY = ".folge/inventory.json"
GUEST = "appearances: [{name: Uwe Schneidewind, function: Oberbürgermeister}]\n"
TOPIC = "topics: [Mut]\n"
EVENT = "recording: {occasion: K360-Festival 2024, place: Berlin}\n"
LISTS = ("people/uwe-schneidewind/index.html", "topics/mut/index.html", "occasions/k360-festival-2024/index.html")


@pytest.fixture
def full(show: ShowFolder) -> ShowFolder:
    """A show whose first episode has all a list can be made of, and a title of its own."""
    show.episode(1, title="Geheimnis", more=GUEST + TOPIC + EVENT)
    return show


def withdraw(show: ShowFolder) -> None:
    show.episode(1, title="Geheimnis", more=f"{GUEST}{TOPIC}{EVENT}status: withdrawn\n")


def texts(store: MemoryStore) -> dict[str, str]:
    pages = {key: body for key, body in objects(store).items() if not key.startswith(".folge/")}
    return {key: body.decode() for key, body in pages.items() if key.endswith((".html", ".xml"))}


def naming(store: MemoryStore, word: str) -> set[str]:
    return {key for key, text in texts(store).items() if word in text}


def test_an_episode_stands_on_the_pages_of_its_guest_topic_occasion_and_year(full: ShowFolder) -> None:
    store = MemoryStore()
    full.publish(store)
    listed = naming(store, "Geheimnis")
    assert {*LISTS, "archive/2024/index.html", "people/anna-beispiel/index.html", "index.html"} <= listed
    assert "Oberbürgermeister" in texts(store)[LISTS[0]]


def test_no_page_goes_on_naming_an_episode_that_was_withdrawn(full: ShowFolder) -> None:
    store = MemoryStore()
    full.publish(store)
    withdraw(full)
    full.publish(store, now=later(1))
    assert naming(store, "Geheimnis") == set()
    for key in LISTS:
        assert '<meta name="robots" content="noindex">' in texts(store)[key]
    assert full.publish(store, now=later(2)).plan.empty


def test_neither_does_one_where_the_inventory_was_lost(full: ShowFolder) -> None:
    store = MemoryStore()
    full.publish(store)
    store.delete(INVENTORY)
    withdraw(full)
    full.publish(store, now=later(1))
    assert naming(store, "Geheimnis") == set()
    assert full.publish(store, now=later(2)).plan.empty


def test_a_topic_that_no_episode_has_any_more_lists_none(full: ShowFolder) -> None:
    store = MemoryStore()
    full.publish(store)
    full.episode(1, title="Geheimnis", more="topics: [Eid]\n")
    full.publish(store, now=later(1))
    assert "Geheimnis" not in texts(store)["topics/mut/index.html"]
    assert "Geheimnis" in texts(store)["topics/eid/index.html"]
    full.episode(1, title="Geheimnis", more="topics: [Eid, Mut]\n")
    full.publish(store, now=later(2))
    assert "Geheimnis" in texts(store)["topics/mut/index.html"]


def test_a_lost_inventory_makes_no_stranger_of_any_page(full: ShowFolder) -> None:
    store = MemoryStore()
    full.publish(store)
    before = texts(store)
    store.delete(INVENTORY)
    assert full.publish(store, now=later(1)).problems == ()
    assert texts(store) == before


@pytest.mark.parametrize("first", [True, False])
def test_a_file_of_the_host_stays_and_is_told(full: ShowFolder, first: bool) -> None:
    store = MemoryStore()
    if first:
        full.publish(store)
        store.delete("robots.txt")
        store.delete(INVENTORY)
    store.put("robots.txt", b"User-agent: *\nDisallow: /\n", media_type="text/plain", cache_control="", expected=None)
    outcome = full.publish(store, now=later(1))
    again = full.publish(store, now=later(2))

    assert objects(store)["robots.txt"] == b"User-agent: *\nDisallow: /\n"
    for done in (outcome, again):
        (told,) = [problem for problem in done.problems if problem.path == "robots.txt"]
        assert told.severity is Severity.WARNING
        assert "folge did not write it; it stays" in told.message
    assert again.plan.empty
    assert "sitemap.xml" in objects(store)


def test_below_a_path_no_robots_are_told_anything(show: ShowFolder) -> None:
    show.settings(base="https://cdn.example.org/podcast/")
    store = MemoryStore()
    show.publish(store)
    assert "robots.txt" not in objects(store)
    assert "https://cdn.example.org/podcast/folge-1/" in texts(store)["sitemap.xml"]


def test_two_names_with_one_slug_have_a_page_each(show: ShowFolder) -> None:
    show.episode(1, more="appearances: [Jörg Müller, Joerg Mueller, '???']\n")
    store = MemoryStore()
    show.publish(store)
    pages = sorted(key for key in objects(store) if key.startswith("people/") and key.count("/") == 2)
    assert len(pages) == 4  # the host too
    assert "people/joerg-mueller/index.html" in pages
    assert {"Jörg Müller", "Joerg Mueller", "???"} <= {
        text.partition("<h1>")[2].partition("</h1>")[0] for text in texts(store).values()
    }


def test_one_person_in_two_spellings_of_space_and_case_has_one_page(show: ShowFolder) -> None:
    show.episode(1, more="appearances: [{name: Uwe  Schneidewind, function: Präsident}]\n")
    show.episode(2, more="appearances: [{name: uwe schneidewind, function: Oberbürgermeister}]\n")
    store = MemoryStore()
    show.publish(store)
    text = texts(store)["people/uwe-schneidewind/index.html"]
    assert "Präsident" in text
    assert "Oberbürgermeister" in text


def test_headings_and_tables_of_notes_are_in_no_list_and_the_description_of_the_feed_stays_whole(
    show: ShowFolder,
) -> None:
    path = show.episode(1)
    notes = "# Links zur Folge\n\nFür *Leser:innen*.\n\n| Stadt | Jahr |\n|---|---|\n| Unna | 2023 |\n"
    path.write_text(path.read_text(encoding="utf-8").partition("Notizen")[0] + notes, encoding="utf-8")
    store = MemoryStore()
    show.publish(store)
    pages = texts(store)
    assert '<p class="teaser">Für Leser:innen.</p>' in pages["index.html"]
    assert '<meta name="description" content="Für Leser:innen.">' in pages["folge-1/index.html"]
    assert "<description>Links zur Folge\n\nFür Leser:innen.\n\nStadt" in pages["feed.xml"]
