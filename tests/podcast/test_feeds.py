"""Long feeds, several feeds, and what may not change their bytes, seen through the store."""

import io
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import podcastparser
import pytest

from episodes.problems import ProblemsFound
from feed.checks.run import check_feed
from feed.comparison import Effect
from feed.compiler import compile_feed
from feed.reader import read_feed
from podcast.publishing.feeds import feed_pages
from podcast.publishing.ledger import decode_ledger
from podcast.publishing.memo import look
from podcast.publishing.noticing import compare_live
from podcast.stores.memory import MemoryStore
from tests.episodes.audio_builders import opus
from tests.podcast.builders import BASE, NOW, ShowFolder, feed_in, later, make_show, objects
from tests.podcast.spies import Spy

FIRST = datetime(2024, 1, 1, 6, tzinfo=UTC)


def long_show(path: Path, episodes: int, feed: str) -> ShowFolder:
    """A show with one episode a day and a `[feed]` of its own."""
    folder = make_show(path, 0)
    add_settings(folder, feed)
    for number in range(1, episodes + 1):
        add(folder, number)
    return folder


def add(folder: ShowFolder, number: int, *, day: int = 0, more: str = "") -> None:
    when = FIRST + timedelta(days=day or number)
    folder.episode(number, published=f"{when:%Y-%m-%d %H:%M} +00:00", more=more)


def add_settings(folder: ShowFolder, text: str) -> None:
    path = folder.path / "podcast.toml"
    path.write_text(f"{path.read_text()}\n{text}", encoding="utf-8")


def feeds_of(store: MemoryStore) -> list[tuple[str, bytes]]:
    """Every page of every feed, by key."""
    return [(key, body) for key, body in objects(store).items() if re.fullmatch(r"feed(/.*)?\.xml", key)]


def guids(store: MemoryStore, key: str = "feed.xml") -> list[str]:
    stored = store.get(key)
    assert stored is not None
    return [item.guid for item in read_feed(stored.body).items]


def followed(store: MemoryStore, key: str = "feed.xml") -> list[str]:
    """The guids gPodder's parser sees that goes from page to page, each once."""
    found: dict[str, None] = {}
    while key:
        stored = store.get(key)
        assert stored is not None, key
        parsed = cast("dict[str, object]", podcastparser.parse(f"{BASE}{key}", io.BytesIO(stored.body)))
        episodes = cast("list[dict[str, str]]", parsed["episodes"])
        found |= dict.fromkeys(episode["guid"] for episode in episodes)
        key = str(parsed.get("paged_feed_next") or "").removeprefix(BASE)
    return list(found)


def archive(store: MemoryStore) -> dict[str, bytes]:
    return {key: body for key, body in objects(store).items() if key.startswith("feed/")}


def test_a_short_show_has_one_page_whatever_its_limit(tmp_path: Path) -> None:
    store = MemoryStore()
    long_show(tmp_path / "show", 4, "[feed]\nitems = 4\n").publish(store)
    assert len(guids(store)) == 4
    assert archive(store) == {}


def test_all_episodes_of_a_long_show_are_reached_from_page_to_page(tmp_path: Path) -> None:
    store = MemoryStore()
    long_show(tmp_path / "show", 11, "[feed]\nitems = 4\n").publish(store)
    assert archive(store).keys() == {"feed/1.xml", "feed/2.xml"}
    everything = [f"0000000{number}-aaaa-4bbb-8ccc-000000000000" for number in range(11, 0, -1)]
    assert sorted(followed(store)) == sorted(everything)
    assert guids(store) == everything[:4]


def test_every_page_passes_the_checks(tmp_path: Path) -> None:
    store = MemoryStore()
    long_show(tmp_path / "show", 9, "[feed]\nitems = 4\nslim_after = 2\n").publish(store)
    for key, body in feeds_of(store):
        assert check_feed(body, name=key, now=NOW) == ()


def test_a_full_page_never_changes_when_episodes_come(tmp_path: Path) -> None:
    store = MemoryStore()
    folder = long_show(tmp_path / "show", 9, "[feed]\nitems = 4\nslim_after = 1\n")
    folder.publish(store)
    before = archive(store)
    assert before.keys() == {"feed/1.xml", "feed/2.xml"}

    for number in range(10, 16):
        add(folder, number, more="kind: trailer\n" if number == 12 else "")
        folder.publish(store, now=later(number))

    after = archive(store)
    assert after.keys() == {"feed/1.xml", "feed/2.xml", "feed/3.xml"}
    assert {key: after[key] for key in before} == before


def test_an_episode_dated_back_changes_no_full_page_and_is_reached(tmp_path: Path) -> None:
    store = MemoryStore()
    folder = long_show(tmp_path / "show", 9, "[feed]\nitems = 4\n")
    folder.publish(store)
    before = archive(store)

    add(folder, 10, day=-300)
    folder.publish(store, now=later(1))

    assert archive(store) == before
    assert "000000010-aaaa-4bbb-8ccc-000000000000" in followed(store)


def test_only_the_page_of_an_edited_episode_changes(tmp_path: Path) -> None:
    store = MemoryStore()
    folder = long_show(tmp_path / "show", 9, "[feed]\nitems = 4\n")
    folder.publish(store)
    before = archive(store)

    folder.file(1).write_text(folder.file(1).read_text() + "\nBerichtigt.\n", encoding="utf-8")
    folder.publish(store, now=later(1))

    assert [key for key, body in archive(store).items() if body != before[key]] == ["feed/1.xml"]


def test_a_withdrawn_episode_leaves_its_page_and_moves_no_other(tmp_path: Path) -> None:
    store = MemoryStore()
    folder = long_show(tmp_path / "show", 9, "[feed]\nitems = 4\n")
    folder.publish(store)
    before = archive(store)
    text = folder.file(2).read_text().replace("title:", "status: withdrawn\ntitle:", 1)
    folder.file(2).write_text(text, encoding="utf-8")

    folder.publish(store, now=later(1))

    after = archive(store)
    assert len(read_feed(after["feed/1.xml"]).items) == 3
    assert after["feed/2.xml"] == before["feed/2.xml"]


def test_pages_say_where_they_stand(tmp_path: Path) -> None:
    store = MemoryStore()
    long_show(tmp_path / "show", 9, "[feed]\nitems = 4\n").publish(store)
    first, old = objects(store)["feed.xml"].decode(), objects(store)["feed/1.xml"].decode()
    assert f'<atom:link href="{BASE}feed/2.xml" rel="next"' in first
    assert "<fh:archive" not in first
    assert "<fh:archive/>" in old
    assert f'<atom:link href="{BASE}feed/1.xml" rel="self"' in old
    assert f'<atom:link href="{BASE}feed.xml" rel="current"' in old
    assert 'rel="next"' not in old


def test_older_episodes_are_slim_where_that_is_wished(tmp_path: Path) -> None:
    store = MemoryStore()
    long_show(tmp_path / "show", 5, "[feed]\nslim_after = 2\n").publish(store)
    items = read_feed(objects(store)["feed.xml"]).items
    assert [bool(item.notes_html) for item in items] == [True, True, False, False, False]
    assert all(item.summary for item in items)


SELECTIONS = """
[[feeds]]
name = "opus"
title = "Kommunen-Podcast (Opus)"
format = "opus"

[[feeds]]
name = "staffel-2"
season = 2

[[feeds]]
name = "mut"
topic = "mut"
description = "Nur Mut"
"""


@pytest.fixture
def selections(tmp_path: Path) -> tuple[ShowFolder, MemoryStore]:
    folder = make_show(tmp_path / "show", 0)
    add_settings(folder, SELECTIONS)
    (folder.path / "audio" / "2.opus").write_bytes(opus(30))
    add(folder, 1, more="topics: [Mut]\n")
    add(folder, 2, more="season: 2\nalternates: [audio/2.opus]\n")
    add(folder, 3, more="season: 2\ntopics: [Mut, Wandel]\n")
    store = MemoryStore()
    folder.publish(store)
    return folder, store


def test_each_feed_has_its_episodes_its_address_and_its_guid(selections: tuple[ShowFolder, MemoryStore]) -> None:
    _, store = selections
    feeds = {key: read_feed(body) for key, body in feeds_of(store)}
    assert {key: [item.title for item in feed.items] for key, feed in feeds.items()} == {
        "feed.xml": ["Mut 3", "Mut 2", "Mut 1"],
        "feed/opus.xml": ["Mut 2"],
        "feed/staffel-2.xml": ["Mut 3", "Mut 2"],
        "feed/mut.xml": ["Mut 3", "Mut 1"],
    }
    assert all(feed.show.feed_url == f"{BASE}{key}" for key, feed in feeds.items())
    assert len({feed.show.guid for feed in feeds.values()}) == 4
    assert feeds["feed/opus.xml"].show.title == "Kommunen-Podcast (Opus)"
    assert feeds["feed/mut.xml"].show.description == "Nur Mut"
    main = {item.guid for item in feeds["feed.xml"].items}
    assert all({item.guid for item in feed.items} <= main for feed in feeds.values())


def test_a_feed_of_a_format_has_that_file(selections: tuple[ShowFolder, MemoryStore]) -> None:
    _, store = selections
    there = objects(store)
    (item,) = read_feed(there["feed/opus.xml"]).items
    assert item.enclosure.url.endswith(".opus")
    assert item.enclosure.media_type == "audio/ogg"
    assert len(there[item.enclosure.url.removeprefix(BASE)]) == item.enclosure.bytes


def test_a_feed_changes_only_with_what_is_in_it(selections: tuple[ShowFolder, MemoryStore]) -> None:
    folder, store = selections
    before = objects(store)
    folder.file(1).write_text(folder.file(1).read_text() + "\nBerichtigt.\n", encoding="utf-8")

    folder.publish(store, now=later(5))

    changed = [key for key, body in feeds_of(store) if body != before.get(key)]
    assert sorted(changed) == ["feed.xml", "feed/mut.xml"]


def test_a_name_that_is_no_address_and_a_feed_of_nothing_are_refused(tmp_path: Path) -> None:
    folder = make_show(tmp_path / "show")
    add_settings(folder, '[[feeds]]\nname = "Staffel 2"\nseason = 2\n\n[[feeds]]\nname = "leer"\n')
    with pytest.raises(ProblemsFound) as refused:
        folder.publish(MemoryStore())
    (name, empty) = refused.value.problems
    assert (name.field, name.line) == ("feeds[1].name", 24)
    assert (empty.field, empty.message) == ("feeds[2].name", "'leer' selects nothing")


def test_kept_items_change_no_byte_and_are_not_compiled_again(
    tmp_path: Path, own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = long_show(tmp_path / "show", 6, "[feed]\nitems = 2\n")
    warm = MemoryStore()
    folder.publish(warm)
    folder.file(6).write_text(folder.file(6).read_text() + "\nNeu.\n", encoding="utf-8")
    cold = MemoryStore()
    cold_objects = objects(warm)
    for key, body in cold_objects.items():
        cold.put(key, body, media_type="", cache_control="", expected=None)
    (kept,) = own_cache.rglob("rendered.sqlite3")
    folder.publish(warm, now=later(1))

    stamps = look([kept])
    kept.unlink()
    folder.publish(cold, now=later(1))

    def feeds(store: MemoryStore) -> dict[str, bytes]:
        return dict(feeds_of(store))

    assert feeds(warm) == feeds(cold)
    assert look([kept]) != stamps


@pytest.mark.parametrize("damage", [b"", b"not a database", b"SQLite format 3\x00" + b"\xff" * 5000])
def test_a_damaged_cache_is_as_good_as_none(tmp_path: Path, own_cache: Path, damage: bytes) -> None:
    folder = long_show(tmp_path / "show", 2, "")
    folder.publish(MemoryStore())
    (kept,) = own_cache.rglob("rendered.sqlite3")
    kept.write_bytes(damage)
    store = MemoryStore()
    folder.publish(store)
    assert len(guids(store)) == 2


def test_items_compiled_one_by_one_are_the_bytes_of_the_whole_feed(tmp_path: Path) -> None:
    store = MemoryStore()
    long_show(tmp_path / "show", 3, "").publish(store)
    ledger = decode_ledger(objects(store)[".folge/ledger.json"])
    (page,) = feed_pages(ledger)
    items = [slot.item(ledger.show.release) for slot in page.slots]
    assert compile_feed(page.show, items, changed=ledger.changed) == objects(store)["feed.xml"]


def dates(store: MemoryStore) -> dict[str, datetime | None]:
    return {key: read_feed(body).changed for key, body in feeds_of(store)}


def test_the_date_of_a_page_moves_with_what_it_says_and_only_then(tmp_path: Path) -> None:
    store = MemoryStore()
    folder = long_show(tmp_path / "show", 9, '[feed]\nitems = 4\n[[feeds]]\nname = "mut"\ntopic = "Mut"\n')
    add(folder, 1, more="topics: [Mut]\n")
    folder.publish(store)
    assert set(dates(store).values()) == {NOW}

    add(folder, 1, more="topics: [Mut]\nsummary: Berichtigt\n")
    folder.publish(store, now=later(1))
    assert {key for key, date in dates(store).items() if date == later(1)} == {"feed/1.xml", "feed/mut.xml"}

    add(folder, 1, more="topics: [Wandel]\nsummary: Berichtigt\n")
    folder.publish(store, now=later(2))
    assert {key for key, date in dates(store).items() if date == later(2)} == {"feed/mut.xml"}
    assert guids(store, "feed/mut.xml") == []

    spy = Spy(store)
    assert folder.publish(spy, now=later(3)).plan.empty


def test_a_lost_feed_comes_back_with_its_date(tmp_path: Path) -> None:
    store = MemoryStore()
    folder = long_show(tmp_path / "show", 2, "")
    folder.publish(store)
    folder.file(1).write_text(folder.file(1).read_text() + "\nNeu.\n", encoding="utf-8")
    folder.publish(store, now=later(1))
    before = objects(store)["feed.xml"]
    store.put("feed.xml", b"verloren", media_type="", cache_control="", expected=None)
    folder.publisher(store, now=later(9)).run(lambda prepared: True, thorough=True)
    assert objects(store)["feed.xml"] == before


def test_a_host_with_an_umlaut_is_no_news(tmp_path: Path) -> None:
    store = MemoryStore()
    folder = long_show(tmp_path / "show", 5, "[feed]\nitems = 2\n")
    folder.settings(base="https://müller.example/")
    add_settings(folder, "[feed]\nitems = 2\n")
    folder.publish(store)
    add(folder, 6)
    (feed,) = compare_live(folder.publisher(store, now=later(1)).prepare(), store)
    assert {noticed.effect for noticed in feed.comparison.items} <= {Effect.NEW, Effect.SAME, Effect.ARCHIVED}


def test_notes_cannot_be_kept_on_archive_pages_by_their_number(tmp_path: Path) -> None:
    folder = long_show(tmp_path / "show", 1, "[feed]\nitems = 2\nslim_after = 6\n")
    with pytest.raises(ProblemsFound, match=r"feed.slim_after: is 6, and all but the newest 2 episodes"):
        folder.publish(MemoryStore())


def test_an_archive_page_whose_episodes_are_gone_is_no_empty_show(tmp_path: Path) -> None:
    store = MemoryStore()
    folder = long_show(tmp_path / "show", 3, "[feed]\nitems = 1\n")
    folder.publish(store)
    text = folder.file(1).read_text().replace("title:", "status: withdrawn\ntitle:", 1)
    folder.file(1).write_text(text, encoding="utf-8")
    assert folder.publish(store, now=later(1)).problems == ()
    assert guids(store, "feed/1.xml") == []


def test_the_notes_end_with_a_list_of_the_chapters_unless_they_have_one(show: ShowFolder) -> None:
    chapters = "chapters: ['0:00 Anfang & Ende', '0:00.5 Mut']\n"
    show.episode(1, more=chapters)
    path = show.episode(2, more=chapters)
    path.write_text(path.read_text(encoding="utf-8") + "\nAb 00:00 geht es los.\n", encoding="utf-8")
    store = MemoryStore()
    show.publish(store)
    second, first = feed_in(store).items
    assert first.notes_html.rstrip().endswith("<li>00:00 Anfang &amp; Ende</li>\n<li>00:00 Mut</li>\n</ul>")
    assert second.notes_html.rstrip().endswith("<p>Ab 00:00 geht es los.</p>")


def test_a_summary_stands_above_the_list_of_chapters_where_there_are_no_notes(show: ShowFolder) -> None:
    path = show.episode(
        1, more="chapters: ['0:00 Anfang', '0:00.5 Mut']\nsummary: Bürger*innen & https://a.example/x_y_z\n"
    )
    path.write_text(path.read_text(encoding="utf-8").partition("\nNotizen")[0], encoding="utf-8")
    store = MemoryStore()
    show.publish(store)
    _, first = feed_in(store).items
    link = '<a href="https://a.example/x_y_z">https://a.example/x_y_z</a>'
    assert first.notes_html.startswith(f"<p>Bürger*innen &amp; {link}</p>\n<ul>\n<li>00:00 Anfang</li>")
