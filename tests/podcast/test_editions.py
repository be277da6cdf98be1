"""Every published feed is kept, and a producer can give it back to the public, byte for byte."""

import gzip
import json
import tracemalloc
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from episodes.problems import ProblemsFound, UserError
from episodes.timecode import show_moment
from feed.comparison import Effect
from feed.reader import read_feed
from podcast.cli import run
from podcast.layout import edition_key, ledger_copy_key
from podcast.publishing.changelog import changes_of
from podcast.publishing.changes import Asked
from podcast.publishing.editions import (
    END,
    KEPT_EDITIONS,
    held_warning,
    kept_keys,
    pages_of,
    read_edition,
    up_to_date,
    with_edition,
)
from podcast.publishing.ledger import Edition, Entry, Ledger, decode_ledger, encode_ledger
from podcast.publishing.noticing import compare_editions
from podcast.publishing.observe import observe
from podcast.publishing.rollback import PreparedRollback, Rollback
from podcast.settings import load_settings
from podcast.stores import Store, StoredObject
from podcast.stores.folder import FolderStore
from podcast.stores.memory import MemoryStore
from tests.episodes.audio_builders import frames
from tests.podcast.builders import NOW, ShowFolder, assert_whole, later, make_show, objects, titles
from tests.podcast.spies import PowerCutError, Rival, Spy

LEDGER = ".folge/ledger.json"
Screen = pytest.CaptureFixture[str]


def ledger_in(store: Store) -> Ledger:
    stored = store.get(LEDGER)
    assert stored is not None
    return decode_ledger(stored.body)


def feed_bytes(store: Store) -> bytes:
    stored = store.get("feed.xml")
    assert stored is not None
    return stored.body


def rollback(
    show: ShowFolder, store: Store, number: int | None, *, now: datetime = NOW, withdrawn: tuple[str, ...] = ()
) -> PreparedRollback:
    """Roll back to an edition, or end that, without asking."""
    settings, _ = load_settings(show.path, {})
    rolling = Rollback(settings, store, number=number, now=now, by="ben@laptop", withdrawn=withdrawn)
    done = rolling.run(lambda prepared: True)
    assert done is not None
    return done


@pytest.fixture
def store(show: ShowFolder) -> MemoryStore:
    """A store with two editions: the title of episode 1 was changed to `Vertan`."""
    store = MemoryStore()
    show.publish(store)
    show.episode(1, title="Vertan")
    show.publish(store, now=later(1))
    return store


class TestKept:
    """What is kept of each publish."""

    def test_a_publish_that_changes_the_feed_keeps_its_very_bytes_with_one_more_object(
        self, show: ShowFolder, store: MemoryStore
    ) -> None:
        before = objects(store).keys()
        show.episode(3)
        spy = Spy(store)

        show.publish(spy, now=later(2), by="ben@laptop")

        kept = [key for key in objects(store) if key.startswith(".folge/feeds/") and key not in before]
        (edition,) = (edition for edition in ledger_in(store).editions if edition.number == 3)
        assert (edition.at, edition.by, edition.bytes) == (later(2), "ben@laptop", len(feed_bytes(store)))
        assert kept == [edition_key(edition.pages["feed.xml"])]
        assert gzip.decompress(objects(store)[kept[0]]) == feed_bytes(store)
        assert b".folge/feeds" not in objects(store)[".folge/inventory.json"]
        assert spy.written.index(kept[0]) < spy.written.index(LEDGER) < spy.written.index("feed.xml")

    def test_a_publish_that_changes_no_feed_keeps_nothing(self, show: ShowFolder, store: MemoryStore) -> None:
        before = objects(store)
        assert show.publish(store, now=later(2)).plan.empty
        assert objects(store) == before

    def test_the_same_bytes_are_kept_once_and_are_another_edition_nevertheless(
        self, show: ShowFolder, store: MemoryStore
    ) -> None:
        for title in ("Mut 1", "Vertan"):
            show.episode(1, title=title)
            show.publish(store, now=later(2), asked=Asked(mine=frozenset({"00000001-aaaa-4bbb-8ccc-000000000000"})))
        assert [edition.number for edition in ledger_in(store).editions] == [1, 2, 3, 4]
        assert kept_keys(ledger_in(store)) == {key for key in objects(store) if key.startswith(".folge/feeds/")}

    def test_all_pages_and_further_feeds_of_a_publish_are_one_edition_of_which_each_keeps_what_is_new(
        self, show: ShowFolder
    ) -> None:
        more = '\n[feed]\nitems = 1\n\n[[feeds]]\nname = "mut"\ntopic = "Mut"\ntitle = "Mut"\ndescription = "Mut"\n'
        settings = show.path / "podcast.toml"
        settings.write_text(settings.read_text(encoding="utf-8") + more, encoding="utf-8")
        show.episode(2, more="topics: [Mut]\n")
        store = MemoryStore()
        show.publish(store)
        show.episode(3)
        show.publish(store, now=later(1))

        ledger = ledger_in(store)

        assert pages_of(ledger, 1).keys() == {"feed.xml", "feed/1.xml", "feed/mut.xml"}
        assert pages_of(ledger, 2).keys() == {"feed.xml", "feed/1.xml", "feed/2.xml", "feed/mut.xml"}
        assert "feed/mut.xml" not in ledger.editions[1].pages
        assert read_edition(ledger, 2, store) == {key: objects(store)[key] for key in pages_of(ledger, 2)}

    def test_a_feed_that_is_no_longer_made_is_in_no_later_edition(self, show: ShowFolder) -> None:
        settings = show.path / "podcast.toml"
        before = settings.read_text(encoding="utf-8")
        settings.write_text(f'{before}\n[[feeds]]\nname = "mut"\nseason = 1\n', encoding="utf-8")
        show.episode(2, more="season: 1\n")
        store = MemoryStore()
        show.publish(store)
        settings.write_text(before, encoding="utf-8")
        show.publish(store, now=later(1))
        assert pages_of(ledger_in(store), 1).keys() == {"feed.xml", "feed/mut.xml"}
        assert pages_of(ledger_in(store)).keys() == {"feed.xml"}

    def test_only_the_newest_editions_are_known_and_the_oldest_of_them_is_whole(self, store: MemoryStore) -> None:
        observed, ledger = observe(store, thorough=False), ledger_in(store)
        pages = {"feed.xml": b"x", "feed/1.xml": b"full"}
        for number in range(3, KEPT_EDITIONS + 11):
            body = {**pages, "feed.xml": str(number).encode()}
            ledger = with_edition(ledger, body, observed, now=later(number), by="anna")

        assert [edition.number for edition in ledger.editions] == list(range(11, KEPT_EDITIONS + 11))
        assert pages_of(ledger, 11).keys() == {"feed.xml", "feed/1.xml"} == ledger.editions[0].pages.keys()
        assert ledger.editions[1].pages.keys() == {"feed.xml"}
        assert decode_ledger(encode_ledger(ledger)) == ledger

    def test_a_ledger_of_before_begins_with_the_next_change(self, show: ShowFolder, store: MemoryStore) -> None:
        whole = json.loads(objects(store)[LEDGER])
        del whole["editions"]
        store.put(LEDGER, json.dumps(whole).encode(), media_type="", cache_control="", expected=None)
        assert show.publish(store, now=later(2)).plan.steps == ()
        assert ledger_in(store).editions == ()
        show.episode(3)
        show.publish(store, now=later(3))
        assert [edition.number for edition in ledger_in(store).editions] == [1]
        assert read_edition(ledger_in(store), 1, store) == {"feed.xml": feed_bytes(store)}

    def test_a_publish_that_is_cut_off_anywhere_leaves_every_edition_readable(self, show: ShowFolder) -> None:
        start = MemoryStore()
        show.publish(start)
        show.episode(3)
        whole = Spy(_copy(start))
        show.publish(whole, now=later(1))
        for writes in range(len(whole.written)):
            store = _copy(start)
            with pytest.raises(PowerCutError):
                show.publish(Spy(store, writes), now=later(1))
            _assert_readable(store)
            show.publish(store, now=later(2), by="ben@laptop")
            _assert_readable(store)
            assert read_edition(ledger_in(store), 2, store) == {"feed.xml": feed_bytes(store)}

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("number", 0),
            ("back_to", 7),
            ("back_to", -1),
            ("pages", {"index.html": "0" * 64}),
            ("pages", {"feed/../ledger.xml": "0" * 64}),
            ("pages", {"feed.xml": "../../secret"}),
            ("at", "2024-12-10T12:00:00"),
        ],
    )
    def test_a_hostile_edition_is_refused(self, store: MemoryStore, field: str, value: object) -> None:
        whole = json.loads(objects(store)[LEDGER])
        whole["editions"][0][field] = value
        with pytest.raises(UserError, match="damaged"):
            decode_ledger(json.dumps(whole).encode())

    def test_a_kept_page_that_was_exchanged_or_blown_up_is_not_read(self, store: MemoryStore) -> None:
        (key, *_) = kept_keys(ledger_in(store)) - {edition_key(pages_of(ledger_in(store))["feed.xml"])}
        for body in (gzip.compress(bytes(50_000_000)), gzip.compress(b"<rss/>"), b"", b"\x1f\x8b"):
            store.put(key, body, media_type="", cache_control="", expected=None)
            ledger = ledger_in(store)
            tracemalloc.start()
            try:
                with pytest.raises(UserError, match="is damaged"):
                    read_edition(ledger, 1, store)
                assert tracemalloc.get_traced_memory()[1] < 1_000_000
            finally:
                tracemalloc.stop()

    def test_verify_puts_back_what_is_kept_of_the_published_feed(self, show: ShowFolder, store: MemoryStore) -> None:
        before = objects(store)
        store.delete(edition_key(pages_of(ledger_in(store))["feed.xml"]))
        outcome = show.publisher(store, now=later(2)).run(lambda prepared: True, thorough=True)
        assert outcome is not None
        assert objects(store) == before


def _copy(store: MemoryStore) -> MemoryStore:
    new = MemoryStore()
    for stat in store.list(""):
        stored = store.get(stat.key)
        assert stored is not None
        new.put(stat.key, stored.body, media_type=stat.media_type, cache_control=stat.cache_control, expected=None)
    return new


def _assert_readable(store: MemoryStore) -> None:
    assert_whole(store)
    for edition in ledger_in(store).editions:
        assert read_edition(ledger_in(store), edition.number, store)


class TestLog:
    """What is said to have changed."""

    def test_each_edition_says_what_became_of_which_episode(self, show: ShowFolder, store: MemoryStore) -> None:
        show.episode(1, title="Vertan", more="status: withdrawn\n")
        show.episode(3)
        show.settings(title="Neu")
        show.publish(store, now=later(2))
        show.episode(1, title="Vertan")
        show.publish(store, now=later(3), asked=Asked(restore=frozenset({"00000001-aaaa-4bbb-8ccc-000000000000"})))
        ledger = ledger_in(store)
        said = []
        for edition in ledger.editions:
            changes = changes_of(ledger, edition)
            kinds = (changes.added, changes.updated, changes.withdrawn, changes.restored)
            said.append(([[entry.release.episode.number for entry in kind] for kind in kinds], changes.show))
        assert said == [
            ([[1, 2], [], [], []], False),
            ([[], [1], [], []], False),
            ([[3], [], [1], []], True),
            ([[], [], [], [1]], False),
        ]

    def test_the_edition_after_a_rollback_tells_what_was_published_meanwhile(
        self, show: ShowFolder, store: MemoryStore
    ) -> None:
        rollback(show, store, 1, now=later(2))
        show.episode(3)
        show.publish(store, now=later(3))
        rollback(show, store, None, now=later(4))
        ledger = ledger_in(store)
        told = [changes_of(ledger, edition) for edition in ledger.editions]
        assert [entry.guid[7] for entry in told[3].added] == ["3"]
        assert told[2].added == told[2].updated == ()


class TestRollback:
    """`Rollback`: the old feed, held."""

    def test_the_public_gets_the_very_bytes_and_every_publish_keeps_them_and_says_so(
        self, show: ShowFolder, store: MemoryStore
    ) -> None:
        first = read_edition(ledger_in(store), 1, store)["feed.xml"]

        rollback(show, store, 1, now=later(2))

        assert feed_bytes(store) == first
        assert titles(store) == ["Mut 2", "Mut 1"]
        show.episode(3)
        outcome = show.publish(store, now=later(3))
        assert feed_bytes(store) == first
        assert {entry.release.episode.title for entry in ledger_in(store).published} == {"Vertan", "Mut 2", "Mut 3"}
        assert "folge-3/index.html" in objects(store)
        (warning,) = (problem for problem in outcome.problems if problem.path == "feed.xml")
        assert "held at edition 1" in warning.message
        assert "ben@laptop" in warning.message
        assert show.publish(store, now=later(4)).plan.empty
        assert len(ledger_in(store).editions) == 3

    def test_the_end_brings_everything_that_was_published_meanwhile(self, show: ShowFolder, store: MemoryStore) -> None:
        rollback(show, store, 1, now=later(2))
        show.episode(3)
        show.publish(store, now=later(3))

        rollback(show, store, None, now=later(4))

        assert titles(store) == ["Mut 3", "Mut 2", "Vertan"]
        assert held_warning(ledger_in(store)) == ()
        assert_whole(store)
        assert show.publish(store, now=later(5)).plan.empty
        assert read_edition(ledger_in(store), 4, store) == {"feed.xml": feed_bytes(store)}

    def test_an_end_without_a_change_gives_back_the_bytes_of_before_and_keeps_nothing_new(
        self, show: ShowFolder, store: MemoryStore
    ) -> None:
        before = objects(store)
        rollback(show, store, 1, now=later(2))
        rollback(show, store, None, now=later(3))
        after = objects(store)
        changed = {key for key in before | after if before.get(key) != after.get(key)}
        assert changed == {LEDGER, ledger_copy_key(3), ledger_copy_key(4), ".folge/inventory.json"}
        assert show.publish(store, now=later(4)).plan.empty

    def test_a_second_rollback_to_the_same_edition_writes_nothing(self, show: ShowFolder, store: MemoryStore) -> None:
        rollback(show, store, 1, now=later(2))
        before = objects(store)
        assert rollback(show, store, 1, now=later(3)).plan.empty
        assert rollback(show, store, 3, now=later(3)).plan.empty  # that is edition 1 again
        assert objects(store) == before
        rollback(show, store, 2, now=later(4))
        assert titles(store) == ["Mut 2", "Vertan"]
        assert rollback(show, store, None, now=later(5)).plan.steps
        assert rollback(show, store, None, now=later(6)).plan.empty

    def test_all_pages_of_a_long_show_come_back(self, show: ShowFolder) -> None:
        settings = show.path / "podcast.toml"
        settings.write_text(settings.read_text(encoding="utf-8") + "\n[feed]\nitems = 1\n", encoding="utf-8")
        show.episode(3)
        store = MemoryStore()
        show.publish(store)
        before = objects(store)
        show.episode(1, title="Vertan")
        show.episode(4)
        show.publish(store, now=later(1))

        rollback(show, store, 1, now=later(2))

        pages = pages_of(ledger_in(store), 1).keys()
        assert pages == {"feed.xml", "feed/1.xml", "feed/2.xml"}
        assert {key: objects(store)[key] for key in pages} == {key: before[key] for key in pages}
        (feed,) = compare_editions(read_edition(ledger_in(store), 2, store), read_edition(ledger_in(store), 1, store))
        effects = {noticed.item.title: noticed.effect for noticed in feed.comparison.noticed}
        assert effects == {"Mut 4": Effect.GONE, "Mut 3": Effect.BACK, "Mut 1": Effect.CHANGED}
        assert show.publish(store, now=later(3)).plan.empty

    def test_an_edition_whose_audio_is_gone_is_refused(self, show: ShowFolder, store: MemoryStore) -> None:
        (audio,) = (stat.key for stat in store.list("audio/") if "folge-1" in stat.key)
        store.delete(audio)
        before = objects(store)
        with pytest.raises(ProblemsFound, match=f"{audio}: the edition refers to it, and it is no longer in the store"):
            rollback(show, store, 1)
        store.put(audio, b"short", media_type="audio/mpeg", cache_control="", expected=None)
        with pytest.raises(ProblemsFound, match="has 5 bytes, not"):
            rollback(show, store, 1)
        store.delete(audio)
        assert objects(store) == before

    def test_a_withdrawn_episode_comes_back_only_where_it_is_named(self, show: ShowFolder, store: MemoryStore) -> None:
        show.episode(1, title="Vertan", more="status: withdrawn\n")
        show.publish(store, now=later(2))
        with pytest.raises(ProblemsFound, match="--withdrawn folge-1"):
            rollback(show, store, 2, now=later(3))
        assert titles(store) == ["Mut 2"]

        rollback(show, store, 2, now=later(3), withdrawn=("1",))

        assert titles(store) == ["Mut 2", "Vertan"]

    def test_what_is_withdrawn_while_the_feed_is_held_is_named(self, show: ShowFolder, store: MemoryStore) -> None:
        rollback(show, store, 1, now=later(2))
        show.episode(1, title="Vertan", more="status: withdrawn\n")
        outcome = show.publish(store, now=later(3))
        assert any("'Vertan' may still be in it, although withdrawn" in each.message for each in outcome.problems)

    def test_of_a_rollback_that_is_cut_off_anywhere_the_next_publish_makes_a_whole_one_or_none(
        self, show: ShowFolder, store: MemoryStore
    ) -> None:
        first = read_edition(ledger_in(store), 1, store)["feed.xml"]
        whole = Spy(_copy(store))
        rollback(show, whole, 1, now=later(2))
        assert whole.written == [LEDGER, ledger_copy_key(3), "feed.xml", ".folge/inventory.json"]
        for writes in range(len(whole.written)):
            cut = _copy(store)
            with pytest.raises(PowerCutError):
                rollback(show, Spy(cut, writes), 1, now=later(2))
            show.publish(cut, now=later(3))
            held = ledger_in(cut).rolled_back is not None
            assert held == (writes > 0)
            assert feed_bytes(cut) == (first if held else feed_bytes(store))
            assert_whole(cut)
            assert show.publish(cut, now=later(4)).plan.empty

    def test_a_publish_in_the_middle_of_a_rollback_loses_nothing_and_does_not_undo_it(
        self, show: ShowFolder, store: MemoryStore, tmp_path: Path
    ) -> None:
        other = show.copy(tmp_path / "other")
        other.episode(3)
        first = read_edition(ledger_in(store), 1, store)["feed.xml"]

        rollback(show, Rival(store, [other]), 1, now=later(3))

        assert feed_bytes(store) == first
        assert {entry.guid[7] for entry in ledger_in(store).published} == {"1", "2", "3"}
        assert other.publish(store, now=later(4)).plan.empty
        rollback(show, store, None, now=later(5))
        assert titles(store) == ["Mut 3", "Mut 2", "Vertan"]

    def test_a_rollback_in_the_middle_of_a_publish_holds_too(self, show: ShowFolder, store: MemoryStore) -> None:
        first = read_edition(ledger_in(store), 1, store)["feed.xml"]
        show.episode(3)

        class Meanwhile(Spy):
            def put(self, key: str, body: bytes, *, media_type: str, cache_control: str, expected: str | None) -> str:
                if key == "feed.xml" and feed_bytes(self.inner) != first:
                    rollback(show, self.inner, 1, now=later(2))
                return super().put(key, body, media_type=media_type, cache_control=cache_control, expected=expected)

        outcome = show.publish(Meanwhile(store), now=later(2))

        assert outcome.attempts == 2
        assert feed_bytes(store) == first
        assert {entry.guid[7] for entry in ledger_in(store).published} == {"1", "2", "3"}

    def test_a_held_feed_that_is_edited_by_hand_is_put_back(self, show: ShowFolder, store: MemoryStore) -> None:
        rollback(show, store, 1, now=later(2))
        first = feed_bytes(store)
        store.put("feed.xml", b"edited by hand", media_type="", cache_control="", expected=None)
        outcome = show.publish(store, now=later(3))
        assert [step.key for step in outcome.plan.steps] == ["feed.xml"]
        assert feed_bytes(store) == first

    def test_a_publish_reads_no_edition_where_the_public_feed_is_the_one_held(
        self, show: ShowFolder, store: MemoryStore
    ) -> None:
        rollback(show, store, 1, now=later(2))
        show.episode(3)
        asked: list[str] = []

        class Reading(Spy):
            def get(self, key: str) -> StoredObject | None:
                asked.append(key)
                return super().get(key)

        show.publish(Reading(store), now=later(3))
        assert LEDGER in asked
        assert not any(key.startswith(".folge/feeds/") for key in asked)

    def test_a_feed_whose_edition_is_lost_can_be_ended(self, show: ShowFolder, store: MemoryStore) -> None:
        rollback(show, store, 1, now=later(2))
        store.delete(edition_key(pages_of(ledger_in(store))["feed.xml"]))
        assert show.publish(store, now=later(3)).plan.empty  # the public one is right, nothing has to be read
        store.put("feed.xml", b"edited by hand", media_type="", cache_control="", expected=None)
        with pytest.raises(UserError, match="rollback --end"):
            show.publish(store, now=later(3))
        done = rollback(show, store, None, now=later(4))
        assert done.unreadable.startswith("the published feed cannot be read")
        assert titles(store) == ["Mut 2", "Vertan"]

    def test_another_number_than_there_are_names_those_there_are(self, show: ShowFolder, store: MemoryStore) -> None:
        with pytest.raises(UserError, match="no edition 9 of the feed; kept are 1 to 2"):
            rollback(show, store, 9)

    def test_an_end_makes_an_edition_only_where_the_feed_is_held(self, store: MemoryStore) -> None:
        ledger = ledger_in(store)
        assert up_to_date(ledger, {}, now=later(2), by="ben") == ledger
        edition = Edition(number=3, at=later(2), by="ben", pages={}, bytes=1, back_to=1)
        held = replace(ledger, editions=(*ledger.editions, edition))
        assert up_to_date(held, {}, now=later(2), by="ben").rolled_back is None


def _recalled(store: Store) -> list[Entry]:
    """Return the rows that were recalled, the first one first."""
    rows = [entry for entry in ledger_in(store).entries if entry.successor]
    return sorted(rows, key=lambda entry: entry.position)


class TestCommand:
    """`folge feed`: screen, JSON, exit code."""

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        """A show folder whose store has two editions."""
        show = make_show(tmp_path / "show")
        store = FolderStore(show.path / "public")
        show.publish(store)
        show.episode(1, title="Größe")
        show.publish(store, now=later(1))
        return show.path

    def test_log_has_a_line_for_each_edition_the_newest_first(self, folder: Path, capsys: Screen) -> None:
        capsys.readouterr()
        assert run(["-C", str(folder), "feed", "log"]) == 0
        lines = capsys.readouterr().out.splitlines()
        assert [line.split()[0] for line in lines] == ["2", "1"]
        assert lines[0].endswith("kB  changed: Größe")
        assert lines[1].endswith("kB  new: Größe, Mut 2")

    def test_show_prints_the_bytes(self, folder: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
        capsysbinary.readouterr()
        assert run(["-C", str(folder), "feed", "show", "2"]) == 0
        assert capsysbinary.readouterr().out == (folder / "public" / "feed.xml").read_bytes()

    def test_diff_says_what_apps_notice_from_one_to_the_other(self, folder: Path, capsys: Screen) -> None:
        capsys.readouterr()
        assert run(["-C", str(folder), "feed", "diff", "1"]) == 0
        assert "title: 'Mut 1' → 'Größe'" in capsys.readouterr().out
        assert run(["-C", str(folder), "feed", "diff", "2", "1"]) == 0
        assert "title: 'Größe' → 'Mut 1'" in capsys.readouterr().out
        assert run(["-C", str(folder), "feed", "diff", "2"]) == 0
        assert capsys.readouterr().out == "an app notices nothing\n"

    def test_rollback_shows_what_apps_notice_before_it_asks(self, folder: Path, capsys: Screen) -> None:
        capsys.readouterr()
        before = (folder / "public" / "feed.xml").read_bytes()
        assert run(["-C", str(folder), "feed", "rollback", "1"]) == 2
        told = capsys.readouterr().err
        assert "title: 'Größe' → 'Mut 1'" in told
        assert "--yes" in told
        assert (folder / "public" / "feed.xml").read_bytes() == before

    def test_plan_and_publish_warn_while_the_feed_is_held(self, folder: Path, capsys: Screen) -> None:
        assert run(["-C", str(folder), "feed", "rollback", "1", "--yes"]) == 0
        assert capsys.readouterr().out.endswith(
            "the feed is that of edition 1 until you say: folge feed rollback --end\n"
        )
        for command in (["plan"], ["publish", "--yes"], ["feed", "log"]):
            assert run(["-C", str(folder), *command]) == 0
            assert "is held at edition 1" in capsys.readouterr().err
        assert run(["-C", str(folder), "feed", "rollback", "--end", "--yes"]) == 0
        assert run(["-C", str(folder), "plan"]) == 0
        assert "held" not in capsys.readouterr().err

    def test_every_result_is_json_where_that_is_asked_for(self, folder: Path, capsys: Screen) -> None:
        def data(*arguments: str) -> object:
            capsys.readouterr()
            assert run(["-C", str(folder), "feed", *arguments, "--json"]) == 0
            return json.loads(capsys.readouterr().out)

        log = data("log")
        assert isinstance(log, list)
        assert [(row["number"], row["newest"], row["back_to"]) for row in log] == [(2, True, None), (1, False, None)]
        assert log[1]["added"][1]["title"] == "Mut 2"
        shown, compared = data("show", "1"), data("diff", "1")
        assert isinstance(shown, dict)
        assert isinstance(compared, dict)
        assert read_feed(shown["text"].encode()).show.title == "Kommunen-Podcast"
        assert (compared["noticed"], compared["from"]["number"], compared["to"]["number"]) == (True, 1, 2)
        done, ended = data("rollback", "1", "--yes"), data("rollback", "--end", "--yes")
        assert isinstance(done, dict)
        assert isinstance(ended, dict)
        assert (done["held_at"], done["edition"], done["noticed"]) == (1, 3, True)
        assert (ended["held_at"], ended["edition"]) == (None, 4)

    @pytest.mark.parametrize(
        "arguments",
        [["rollback"], ["rollback", "1", "--end"], ["rollback", "--end", "--withdrawn", "1"], ["rollback", "0"]],
    )
    def test_a_rollback_wants_one_number_or_its_end(self, folder: Path, arguments: list[str]) -> None:
        assert run(["-C", str(folder), "feed", *arguments]) == 2

    @pytest.mark.parametrize(
        "arguments",
        [
            ["rollback", "eins"],
            ["rollback", "9"],
            ["rollback", "9" * 5000],
            ["show", "²"],
            ["diff", "x"],
            ["diff", "1", "x"],
        ],
    )
    def test_what_is_no_edition_is_answered_with_those_there_are(
        self, folder: Path, capsys: Screen, arguments: list[str]
    ) -> None:
        assert run(["-C", str(folder), "feed", *arguments]) == 2
        told = capsys.readouterr().err
        assert "there is no edition " in told
        assert "kept are 1 to 2" in told
        assert "integer" not in told

    def test_a_publish_says_that_the_feed_is_held_and_counts_what_it_recorded(
        self, folder: Path, capsys: Screen, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("FOLGE_PRODUCER", "anna@laptop")
        assert run(["-C", str(folder), "feed", "rollback", "1", "--yes"]) == 0
        ShowFolder(path=folder).episode(2, title="Neu benannt")
        capsys.readouterr()

        assert run(["-C", str(folder), "plan"]) == 0
        assert "in a listener's app" not in capsys.readouterr().out
        said = []
        for command in (["publish", "--yes"], ["publish", "--yes"], ["publish", "--yes"], ["withdraw", "2", "--yes"]):
            assert run(["-C", str(folder), *command]) == 0
            said.append(capsys.readouterr().out)

        since = show_moment(ledger_in(FolderStore(folder / "public")).editions[-1].at)
        held = f"the feed is held at edition 1 since {since} by anna@laptop; to bring it up to date: {END}\n"
        assert said == [
            f"recorded: 1 change; {held}",
            f"nothing to do; {held}",
            f"nothing to do; {held}",
            f"withdrawn: Neu benannt; {held}",
        ]

    def test_of_two_recalls_of_an_episode_each_is_named_as_it_can_be_typed(self, folder: Path, capsys: Screen) -> None:
        show = ShowFolder(path=folder)
        for number in (90, 91):
            (folder / "audio" / f"{number}.mp3").write_bytes(frames(number))
            again = ["replace", "1", str(folder / "audio" / f"{number}.mp3"), "--as", "recall", "--confirm", "1"]
            assert run(["-C", str(folder), *again]) == 0
        first, second = (entry.guid for entry in _recalled(FolderStore(folder / "public")))
        capsys.readouterr()

        assert run(["-C", str(folder), "feed", "rollback", "3", "--yes"]) == 3
        hint = capsys.readouterr().err
        assert f"--withdrawn {second}" in hint
        assert run(["-C", str(folder), "feed", "rollback", "3", "--yes", "--withdrawn", show.file(1).stem[4:]]) == 2
        assert f"say {first} or {second}" in capsys.readouterr().err
        assert run(["-C", str(folder), "feed", "rollback", "3", "--yes", "--withdrawn", second]) == 0

    def test_an_episode_that_is_not_withdrawn_need_not_come_back(self, folder: Path, capsys: Screen) -> None:
        assert run(["-C", str(folder), "feed", "rollback", "1", "--yes", "--withdrawn", "2"]) == 2
        assert "no withdrawn episode is called '2'" in capsys.readouterr().err

    def test_before_the_first_publish_there_is_nothing_to_show(self, show: ShowFolder, capsys: Screen) -> None:
        assert run(["-C", str(show.path), "feed", "log"]) == 2
        assert "nothing is published" in capsys.readouterr().err

    def test_a_page_that_an_edition_does_not_have_is_named_with_those_it_has(
        self, folder: Path, capsys: Screen
    ) -> None:
        assert run(["-C", str(folder), "feed", "show", "1", "--page", "feed/9.xml"]) == 2
        assert "it has feed.xml" in capsys.readouterr().err
