"""When feeds and pages say that they changed: later than whatever they said before, and only where they say something
else."""

from datetime import timedelta

import pytest

from podcast.layout import LEDGER
from podcast.publishing.changes import Asked
from podcast.publishing.ledger import decode_ledger
from podcast.stores.memory import MemoryStore
from tests.podcast.builders import GUID_1, ShowFolder, feed_in, later, objects, undated
from tests.podcast.spies import Spy


def test_changes_at_one_moment_are_told_a_second_apart(show: ShowFolder) -> None:
    store = MemoryStore()
    for step, title in enumerate(("Mut 1", "Anders", "Noch anders")):
        show.episode(1, title=title)
        show.publish(store, now=later(0) + timedelta(milliseconds=step))

        assert feed_in(store).changed == later(0) + timedelta(seconds=step)


def test_of_a_clock_a_minute_behind_nothing_is_said(show: ShowFolder) -> None:
    store = MemoryStore()
    show.publish(store)
    show.episode(1, title="Neu")

    assert show.publish(store, now=later(-1 / 60)).problems == ()


@pytest.mark.parametrize("hours", [0, -1, 1], ids=["no time", "an hour less", "an hour more"])
def test_what_changes_and_changes_back_is_never_the_same_bytes(show: ShowFolder, hours: int) -> None:
    store = MemoryStore()
    show.publish(store)
    first = objects(store)
    for step, title in enumerate(("Anders", "Mut 1"), start=1):
        show.episode(1, title=title)
        show.publish(store, now=later(hours * step), asked=Asked(mine=frozenset({GUID_1})))

    last = objects(store)
    shown = ("index.html", "folge-1/index.html", "f/1/index.html", "folge-2/index.html", "archive/2024/index.html")
    for key in ("feed.xml", *shown):
        assert last[key] != first[key]
        assert undated(last[key]) == undated(first[key])
    for key in ("f/2/index.html", "archive/index.html", "subscribe/index.html", "404.html"):
        assert last[key] == first[key]


def test_a_change_of_the_show_that_no_page_tells_rewrites_no_page(show: ShowFolder) -> None:
    store = MemoryStore()
    show.publish(store)
    settings = show.path / "podcast.toml"
    text = settings.read_text(encoding="utf-8")
    for old, new in (
        ("podcast@example.org", "sendung@example.org"),
        ('["Government"]', '["Arts"]'),
        ("[people.anna]", 'type = "serial"\nlocked = false\nexplicit = true\n\n[people.anna]'),
    ):
        text = text.replace(old, new)
    settings.write_text(text, encoding="utf-8")

    spy = Spy(store)
    show.publish(spy, now=later(1))

    (change,) = (change for change in decode_ledger(objects(store)[LEDGER]).show.history[1:])
    assert change.replaced.keys() == {"email", "categories", "kind", "locked", "explicit"}
    assert [key for key in spy.written if key.endswith(".html")] == []


def test_a_change_of_the_show_that_every_page_tells_rewrites_every_page(show: ShowFolder) -> None:
    store = MemoryStore()
    show.publish(store)
    first = objects(store)
    for title in ("Anders", "Kommunen-Podcast"):
        show.settings(title=title)
        show.publish(store, asked=Asked(show_mine=True))

    last = objects(store)
    for key in (key for key in first if key.endswith(".html")):
        assert last[key] != first[key]
        assert undated(last[key]) == undated(first[key])
