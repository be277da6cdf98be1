"""What a publish promises, seen through the store as a podcast app sees it."""

from datetime import timedelta
from pathlib import Path

import pytest

from episodes.problems import ProblemsFound
from feed.checks.run import check_feed
from podcast.publishing.changes import Asked, Kind
from podcast.publishing.publish import Refused
from podcast.stores.memory import MemoryStore
from tests.podcast.builders import (
    BASE,
    GUID_1,
    NOW,
    ShowFolder,
    assert_whole,
    feed_in,
    later,
    make_show,
    objects,
    titles,
)
from tests.podcast.spies import Spy


def test_a_publish_puts_feed_audio_pages_and_short_links_into_the_store(show: ShowFolder) -> None:
    store = MemoryStore()

    show.publish(store)

    assert titles(store) == ["Mut 2", "Mut 1"]
    there = objects(store)
    assert {"feed.xml", "index.html", "folge-1/index.html", "f/1/index.html", "f/2/index.html"} <= there.keys()
    assert_whole(store)
    assert check_feed(there["feed.xml"]) == ()


def test_a_second_publish_writes_nothing(show: ShowFolder) -> None:
    store = MemoryStore()
    show.publish(store)
    spy = Spy(store)

    outcome = show.publish(spy, now=later(24))

    assert outcome.plan.empty
    assert spy.written == []


def test_the_same_folder_gives_the_same_bytes_on_two_machines(show: ShowFolder, tmp_path: Path) -> None:
    one, two = MemoryStore(), MemoryStore()

    show.publish(one)
    show.copy(tmp_path / "other").publish(two)

    assert objects(one) == objects(two)


def test_every_object_has_its_type_and_its_time_in_caches(show: ShowFolder) -> None:
    store = MemoryStore()

    show.publish(store)

    stats = {stat.key.split("/")[0].split(".")[-1]: stat for stat in store.list("") if stat.key != "sitemap.xml"}
    assert (stats["xml"].media_type, stats["xml"].cache_control) == (
        "application/rss+xml; charset=utf-8",
        "public, max-age=300",
    )
    assert (stats["audio"].media_type, stats["audio"].cache_control) == (
        "audio/mpeg",
        "public, max-age=31536000, immutable",
    )
    assert {stat.media_type for stat in store.list("covers/")} == {"image/png", "image/jpeg"}
    below = {stat.key: stat for stat in store.list("folge-1/")}
    assert below["folge-1/index.html"].media_type == "text/html; charset=utf-8"
    assert below["folge-1/embed/index.html"].media_type == "text/html; charset=utf-8"
    assert below["folge-1/oembed.json"].media_type == "application/json"
    assert {stat.cache_control for stat in below.values()} == {"public, max-age=300"}
    assert stats["folge"].cache_control == "no-store"


def test_an_edited_episode_changes_its_page_and_the_feed_and_nothing_of_the_others(show: ShowFolder) -> None:
    for number in (3, 4):
        show.episode(number)
    store = MemoryStore()
    show.publish(store)
    show.episode(1, title="Neuer Titel")
    spy = Spy(store)

    show.publish(spy, now=later(1))

    assert titles(store) == ["Mut 4", "Mut 3", "Mut 2", "Neuer Titel"]
    assert feed_in(store).changed == later(1)
    assert "folge-1/index.html" in spy.written
    assert "folge-2/index.html" in spy.written  # it leads to the one before it, by name
    assert not {"folge-3/index.html", "folge-4/index.html"}.intersection(spy.written)
    assert not any(key.startswith("audio/") for key in spy.written)


def test_a_comment_in_an_episode_file_changes_nothing_for_listeners(show: ShowFolder) -> None:
    store = MemoryStore()
    show.publish(store)
    path = show.file(1)
    path.write_text(path.read_text(encoding="utf-8").replace("für immer", "nie ändern"), encoding="utf-8")

    assert show.publish(store, now=later(1)).plan.empty


def test_nothing_of_a_waiting_episode_is_in_the_store_before_it_is_due(show: ShowFolder) -> None:
    store = MemoryStore()
    show.episode(3, title="Streng geheim", published="2024-12-10 14:00")

    outcome = show.publish(store)

    assert [change.kind for change in outcome.plan.changes if change.number == 3] == [Kind.WAIT]
    everything = b"".join(key.encode() + body for key, body in objects(store).items())
    assert b"Streng geheim" not in everything
    assert b"folge-3" not in everything

    show.publish(store, now=later(1))

    assert titles(store)[0] == "Streng geheim"


def test_a_draft_stays_here(show: ShowFolder) -> None:
    store = MemoryStore()
    show.episode(3, title="Entwurf", more="status: draft\n")

    show.publish(store)

    assert "Entwurf" not in titles(store)


def test_an_episode_that_is_missing_here_stays_published(show: ShowFolder) -> None:
    store = MemoryStore()
    show.publish(store)
    show.file(1).unlink()
    show.episode(2, title="Geändert")

    outcome = show.publish(store, now=later(1))

    assert titles(store) == ["Geändert", "Mut 1"]
    assert [change.kind for change in outcome.plan.changes if change.number == 1] == [Kind.ELSEWHERE]


def test_audio_that_is_not_on_this_machine_is_known_from_the_ledger(show: ShowFolder) -> None:
    store = MemoryStore()
    show.publish(store)
    before = {item.guid: item.enclosure for item in feed_in(store).items}
    (show.path / "audio" / "1.mp3").unlink()

    assert show.publish(store, now=later(1)).plan.empty

    show.episode(1, title="Ohne Audio geändert")
    (show.path / "audio" / "1.mp3").unlink()
    show.publish(store, now=later(2))

    assert {item.guid: item.enclosure for item in feed_in(store).items} == before
    assert "Ohne Audio geändert" in titles(store)


def test_audio_that_is_nowhere_stops_the_publish_before_anything_is_written(show: ShowFolder) -> None:
    store = MemoryStore()
    (show.path / "audio" / "2.mp3").unlink()

    with pytest.raises(ProblemsFound, match=r"episodes/002-folge-2.md:6: audio: 'audio/2.mp3' is not there"):
        show.publish(store)

    assert objects(store) == {}


def test_new_audio_is_refused_unless_asked_for_and_then_gets_a_new_address(show: ShowFolder) -> None:
    store = MemoryStore()
    show.publish(store)
    old = feed_in(store).items[1].enclosure.url
    master = show.path / "audio" / "1.mp3"
    master.write_bytes(master.read_bytes() * 2)

    with pytest.raises(Refused, match="--replace-audio"):
        show.publish(store, now=later(1))

    show.publish(store, now=later(1), asked=Asked(replace_audio=frozenset({GUID_1})))

    item = feed_in(store).items[1]
    assert item.guid == GUID_1
    assert item.enclosure.url != old
    assert old.removeprefix(BASE) in objects(store)
    assert_whole(store)


def test_a_new_date_is_refused_unless_asked_for(show: ShowFolder) -> None:
    store = MemoryStore()
    show.publish(store)
    show.episode(1, published="2024-11-30 06:00")

    with pytest.raises(Refused, match=r"from 2024-12-01 06:00 \+01:00 to 2024-11-30 06:00 \+01:00"):
        show.publish(store, now=later(1))

    show.publish(store, now=later(1), asked=Asked(change_date=frozenset({GUID_1})))

    assert feed_in(store).items[1].published.day == 30


def test_a_published_episode_does_not_become_a_draft(show: ShowFolder) -> None:
    store = MemoryStore()
    show.publish(store)
    show.episode(1, more="status: draft\n")

    with pytest.raises(Refused, match="folge withdraw folge-1"):
        show.publish(store, now=later(1))


def test_a_changed_guid_is_refused_and_the_right_one_is_named(show: ShowFolder) -> None:
    store = MemoryStore()
    show.publish(store)
    show.episode(1, guid="99999999-aaaa-4bbb-8ccc-000000000000")

    with pytest.raises(Refused, match=GUID_1):
        show.publish(store, now=later(1))


def test_a_withdrawn_episode_leaves_the_feed_and_returns_only_when_asked(show: ShowFolder) -> None:
    store = MemoryStore()
    show.publish(store)
    audio = feed_in(store).items[1].enclosure.url.removeprefix(BASE)
    show.episode(1, more="status: withdrawn\n")

    show.publish(store, now=later(1))
    assert titles(store) == ["Mut 2"]
    assert audio in objects(store)
    for key in ("folge-1/index.html", "f/1/index.html"):
        assert "Diese Folge ist nicht mehr verfügbar" in objects(store)[key].decode()

    show.episode(1)
    show.publish(store, now=later(2))
    assert titles(store) == ["Mut 2"]

    show.publish(store, now=later(3), asked=Asked(restore=frozenset({GUID_1})))
    assert titles(store) == ["Mut 2", "Mut 1"]


def test_a_renamed_episode_keeps_its_audio_address_and_its_old_addresses_lead_to_the_new_one(
    show: ShowFolder,
) -> None:
    store = MemoryStore()
    show.publish(store)
    enclosure = feed_in(store).items[1].enclosure
    show.file(1).rename(show.file(1, "ein-neuer-name"))

    show.publish(store, now=later(1))

    item = feed_in(store).items[1]
    assert item.enclosure == enclosure
    assert item.link == f"{BASE}ein-neuer-name/"
    there = objects(store)
    assert f"url={item.link}".encode() in there["folge-1/index.html"]
    assert f"url={item.link}".encode() in there["f/1/index.html"]


def test_the_short_link_stays_when_the_number_changes(show: ShowFolder) -> None:
    store = MemoryStore()
    show.publish(store)
    path = show.file(1)
    path.write_text(path.read_text(encoding="utf-8").replace("number: 1", "number: 7"), encoding="utf-8")

    show.publish(store, now=later(1))

    assert b"folge-1/" in objects(store)["f/1/index.html"]


def test_a_folder_with_nothing_due_publishes_nothing(tmp_path: Path) -> None:
    store = MemoryStore()
    show = make_show(tmp_path / "show", episodes=0)

    assert show.publish(store).plan.empty
    assert objects(store) == {}


def test_no_means_no(show: ShowFolder) -> None:
    store = MemoryStore()

    assert show.publisher(store).run(lambda prepared: False) is None
    assert objects(store) == {}


def test_the_build_date_is_the_newest_change_and_never_the_clock(show: ShowFolder) -> None:
    store = MemoryStore()
    show.publish(store)
    show.publish(store, now=later(1))

    assert feed_in(store).changed == NOW
    assert later(1) - NOW == timedelta(hours=1)


def test_a_finding_about_the_feed_names_the_file_it_comes_from(show: ShowFolder) -> None:
    path = show.path / "podcast.toml"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(line for line in lines if not line.startswith(("category", "cover"))), encoding="utf-8")
    show.episode(1, title="Folge 1 über Mut")
    store = MemoryStore()

    with pytest.raises(ProblemsFound) as found:
        show.publish(store)

    told = {(problem.path, problem.field) for problem in found.value.problems}
    assert {("podcast.toml", "show.category"), ("podcast.toml", "show.cover")} <= told
    assert ("episodes/001-folge-1.md", "title") in told
    assert objects(store) == {}
