"""`folge tidy`: what nothing refers to goes after a grace time, and nothing else, whoever publishes meanwhile."""

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from episodes.problems import ProblemsFound, UserError
from podcast.cli import run
from podcast.publishing.changes import Asked
from podcast.publishing.ledger import decode_ledger
from podcast.publishing.leftovers import Sort
from podcast.publishing.rollback import Rollback
from podcast.publishing.tidying import Tidied, Tidier
from podcast.settings import load_settings
from podcast.stores import ABSENT, Unfinished
from podcast.stores.folder import FolderStore
from podcast.stores.memory import MemoryStore
from tests.episodes.audio_builders import frames
from tests.podcast.builders import (
    GUID_1,
    NOW,
    ShowFolder,
    assert_whole,
    feed_in,
    later,
    objects,
    titles,
)
from tests.podcast.moments import AT_ONCE, MONTH, SETTINGS_HERE, Between, Old, copied, tidier, tidy
from tests.podcast.spies import PowerCutError, Spy

FIRST = frames(41)


def audio_keys(store: MemoryStore) -> list[str]:
    return sorted(stat.key for stat in store.list("audio/"))


def put(store: MemoryStore, key: str, body: bytes = b"x") -> None:
    store.put(key, body, media_type="text/plain", cache_control="", expected=ABSENT)


@pytest.fixture
def show(show: ShowFolder) -> ShowFolder:
    show.publish_files_as_they_are()
    return show


@pytest.fixture
def store(show: ShowFolder) -> MemoryStore:
    """A store in which the audio of episode 1 was replaced, years ago by the ledger."""
    store = MemoryStore()
    (show.path / "audio" / "1.mp3").write_bytes(FIRST)
    show.publish(store)
    replace_audio(show, store)
    return store


def replace_audio(show: ShowFolder, store: MemoryStore, hours: float = 1) -> None:
    (show.path / "audio" / "1.mp3").write_bytes(frames(99))
    show.publish(store, now=later(hours), asked=Asked(replace_audio=frozenset({GUID_1})))


def rollback(show: ShowFolder, store: MemoryStore, number: int) -> None:
    settings, _ = load_settings(show.path, {})
    Rollback(settings, store, number=number, now=later(2), by="ben@laptop").run(lambda prepared: True)


class TestWhatGoes:
    """What nothing refers to, written longer ago than the grace time."""

    def test_replaced_audio_goes_and_what_the_feed_refers_to_stays(self, store: MemoryStore) -> None:
        before = audio_keys(store)

        tidied = tidy(Old(store, 2 * MONTH))

        (removal,) = tidied.removed
        assert (removal.sort, removal.reason) == (Sort.AUDIO, "nothing refers to it")
        assert audio_keys(store) == [key for key in before if key != removal.key]
        assert_whole(store)

    def test_what_was_written_within_the_grace_time_stays(self, store: MemoryStore) -> None:
        tidied = tidy(Old(store, MONTH - timedelta(hours=1)))

        assert tidied.removed == ()
        assert tidied.plan.young == 1

    def test_what_was_written_long_ago_and_replaced_lately_stays(self, show: ShowFolder) -> None:
        store = MemoryStore()
        show.publish(store)
        hours = (datetime.now(UTC) - NOW) / timedelta(hours=1)
        replace_audio(show, store, hours - 24)

        assert tidy(Old(store, 2 * MONTH)).removed == ()

    def test_a_clock_here_that_is_ahead_takes_nothing_young(self, store: MemoryStore) -> None:
        ahead = Tidier(SETTINGS_HERE, store, clock=lambda: datetime.now(UTC) + 2 * MONTH, by="cora", grace=MONTH)

        tidied = ahead.run(lambda plan: True)

        assert tidied is not None
        assert len(tidied.plan.removals) == 1
        assert tidied.removed == ()
        assert len(audio_keys(store)) == 3

    def test_audio_of_a_withdrawn_episode_is_named_with_its_title_before_it_goes(
        self, show: ShowFolder, store: MemoryStore
    ) -> None:
        show.episode(2, more="status: withdrawn\n")
        show.publish(store, now=later(2))

        plan, _ = tidier(Old(store, 2 * MONTH)).prepare()

        (audio,) = (removal for removal in plan.removals if removal.title)
        assert audio.key.startswith("audio/folge-2-")
        assert audio.reason == "of 'Mut 2', withdrawn on 2024-12-10"

    def test_audio_of_an_episode_withdrawn_lately_stays(self, show: ShowFolder, store: MemoryStore) -> None:
        show.episode(2, more="status: withdrawn\n")
        show.publish(store, now=datetime.now(UTC) - timedelta(days=29))

        tidy(Old(store, 2 * MONTH))

        assert any("folge-2" in key for key in audio_keys(store))

    def test_pages_of_feeds_that_are_no_longer_made_go(self, show: ShowFolder, store: MemoryStore) -> None:
        settings = show.path / "podcast.toml"
        text = settings.read_text(encoding="utf-8")
        settings.write_text(f'{text}\n[[feeds]]\nname = "mut"\ntopic = "Mut"\n', encoding="utf-8")
        show.publish(store, now=later(2))
        settings.write_text(text, encoding="utf-8")
        show.publish(store, now=later(3), asked=Asked(show_mine=True))
        show.episode(1, title="Noch einmal")
        show.publish(store, now=later(4))

        removed = tidy(Old(store, 2 * MONTH)).removed

        assert Sort.FEED in {removal.sort for removal in removed}
        assert "feed/mut.xml" not in objects(store)
        assert "feed.xml" in objects(store)

    def test_texts_of_what_was_never_published_go_and_those_of_episodes_stay(self, store: MemoryStore) -> None:
        orphan = ".folge/sources/0123456789ab/0123456789abcdef01234567.md"
        put(store, orphan)
        before = set(objects(store))

        tidy(Old(store, 2 * MONTH))

        assert {key for key in before - set(objects(store)) if key.startswith(".folge/")} == {orphan}

    def test_uploads_that_were_given_up_are_aborted(self, store: MemoryStore) -> None:
        parted = Parted(store)

        tidied = tidy(parted)

        assert [upload.key for upload in parted.parts] == ["audio/folge-9-0123456789ac.mp3", "fremd.bin"]
        assert Sort.UPLOAD in {removal.sort for removal in tidied.removed}

    def test_what_a_killed_upload_left_in_a_folder_goes_and_one_under_way_stays(
        self, show: ShowFolder, tmp_path: Path
    ) -> None:
        store = FolderStore(tmp_path / "store")
        show.publish(store)
        left, under_way = (tmp_path / "store" / ".folge" / "tmp" / (name * 16) for name in "ab")
        for path, hours in ((left, 2), (under_way, 0)):
            path.write_bytes(b"halb")
            then = datetime.now(UTC).timestamp() - 3600 * hours
            os.utime(path, (then, then))

        (removal,) = (each for each in tidy(store, AT_ONCE).removed if each.sort is Sort.UPLOAD)

        assert removal.key == f".folge/tmp/{left.name}"
        assert not left.exists()
        assert under_way.exists()


class Parted(Old):
    """A store with three unfinished uploads: an old one, a young one, and one of somebody else."""

    def __init__(self, inner: MemoryStore) -> None:
        super().__init__(inner, AT_ONCE)
        now = datetime.now(UTC)
        self.parts = [
            Unfinished(key="audio/folge-9-0123456789ab.mp3", id="1", begun=now - 2 * MONTH, bytes=5),
            Unfinished(key="audio/folge-9-0123456789ac.mp3", id="2", begun=now, bytes=5),
            Unfinished(key="fremd.bin", id="3", begun=now - 2 * MONTH, bytes=5),
        ]

    def unfinished(self) -> Iterator[Unfinished]:
        yield from self.parts.copy()

    def abort(self, unfinished: Unfinished) -> None:
        self.parts.remove(unfinished)


class TestWhatStays:
    """What folge did not write, what is referred to, and everything where nobody said yes."""

    def test_what_folge_did_not_write_is_listed_and_never_touched(self, store: MemoryStore) -> None:
        strange = ["audio/jingle.mp3", "feed/fremd.xml", "impressum/index.html", "verzeichnis.txt"]
        for key in [*strange, ".folge/notiz.txt"]:
            put(store, key)

        tidied = tidy(Old(store, 2 * MONTH))

        assert sorted(tidied.plan.strangers) == strange
        assert {*strange, ".folge/notiz.txt"} <= objects(store).keys()

    def test_what_a_feed_refers_to_that_is_held_stays(self, show: ShowFolder, store: MemoryStore) -> None:
        rollback(show, store, number=1)
        assert tidy(Old(store, 2 * MONTH)).removed == ()

    def test_an_edition_whose_audio_was_tidied_away_does_not_come_back(
        self, show: ShowFolder, store: MemoryStore
    ) -> None:
        (gone,) = tidy(Old(store, 2 * MONTH)).removed
        with pytest.raises(ProblemsFound, match=f"{gone.key}: the edition refers to it, and it is no longer"):
            rollback(show, store, number=1)

    def test_a_no_deletes_nothing_and_writes_nothing(self, store: MemoryStore) -> None:
        before = objects(store)

        assert tidier(Old(store, 2 * MONTH)).run(lambda plan: False) is None
        assert objects(store) == before

    def test_a_publish_that_did_not_come_to_its_end_comes_first(self, show: ShowFolder, store: MemoryStore) -> None:
        show.episode(3)
        with suppress(PowerCutError):
            show.publish(Spy(store, writes=9), now=later(2))

        with pytest.raises(UserError, match="run 'folge publish' first"):
            tidy(Old(store, 2 * MONTH))

    def test_a_publish_afterwards_writes_nothing(self, show: ShowFolder, store: MemoryStore) -> None:
        tidy(Old(store, 2 * MONTH))
        before = objects(store)

        assert show.publish(store, now=later(5)).plan.empty
        assert objects(store) == before


class TestMeanwhile:
    """A publish that begins to refer to an old object while it is tidied away."""

    def test_at_any_moment_of_a_tidying_a_publish_loses_nothing(self, show: ShowFolder, store: MemoryStore) -> None:
        audio = show.path / "audio" / "1.mp3"
        again = Asked(replace_audio=frozenset({GUID_1}))
        audio.write_bytes(FIRST)
        told: list[str] = []

        def publish(into: MemoryStore) -> None:
            try:
                show.publish(into, now=later(3), asked=again)
            except ProblemsFound as error:
                told.append(error.problems[0].message)

        steps = 0
        while True:
            steps += 1
            inner = copied(store)
            between = Between(inner, steps, publish)
            with suppress(UserError):  # the publish is not through
                tidy(between, AT_ONCE)
            if between.at > 0:
                break
            assert_whole(inner)
            show.publish(inner, now=later(4), asked=again)
            assert_whole(inner)
            assert feed_in(inner).items[1].enclosure.bytes == len(FIRST)
            assert show.publish(inner, now=later(5)).plan.empty

        assert steps > 8
        assert any("is being tidied away by cora@laptop" in message for message in told)

    def test_at_any_moment_of_a_publish_a_tidying_takes_nothing_it_needs(
        self, show: ShowFolder, store: MemoryStore
    ) -> None:
        again = Asked(replace_audio=frozenset({GUID_1}))
        (show.path / "audio" / "1.mp3").write_bytes(FIRST)
        tidied: list[Tidied] = []

        def clean(into: MemoryStore) -> None:
            with suppress(UserError):
                tidied.append(tidy(into, AT_ONCE))

        steps = 0
        while True:
            steps += 1
            inner = copied(store)
            between = Between(inner, steps, clean)
            show.publish(between, now=later(3), asked=again)
            if between.at > 0:
                break
            assert_whole(inner)
            assert feed_in(inner).items[1].enclosure.bytes == len(FIRST)

        assert steps > 8
        assert any(removal.sort is Sort.AUDIO for outcome in tidied for removal in outcome.removed)

    def test_an_episode_restored_meanwhile_keeps_its_audio(self, show: ShowFolder, store: MemoryStore) -> None:
        show.publish(store, now=later(2), asked=Asked(withdraw=frozenset({GUID_1}), alone=True))
        restore = Asked(restore=frozenset({GUID_1}))

        def publish(into: MemoryStore) -> None:
            with suppress(ProblemsFound):
                show.publish(into, now=later(3), asked=restore)

        for step in range(1, 14):
            inner = copied(store)
            with suppress(UserError):
                tidy(Between(inner, step, publish), AT_ONCE)
            assert_whole(inner)
            show.publish(inner, now=later(4), asked=restore)
            assert titles(inner) == ["Mut 2", "Mut 1"]
            assert_whole(inner)

    def test_a_crash_after_any_write_leaves_a_whole_feed_and_the_next_ones_mend_the_rest(
        self, show: ShowFolder, store: MemoryStore
    ) -> None:
        for writes in range(5):
            inner = copied(store)
            with suppress(PowerCutError):
                tidy(Spy(inner, writes=writes), AT_ONCE)

            assert_whole(inner)
            show.publish(inner, now=later(4))
            later_on = Tidier(
                SETTINGS_HERE,
                inner,
                clock=lambda: datetime.now(UTC) + timedelta(minutes=20),
                by="cora@laptop",
                grace=AT_ONCE,
            )
            later_on.run(lambda plan: True)
            assert len(audio_keys(inner)) == 2
            ledger = decode_ledger(objects(inner)[".folge/ledger.json"])
            assert not ledger.tidying or not ledger.tidying.keys
            assert show.publish(inner, now=later(5)).plan.empty

    def test_two_tidyings_at_once_are_one_after_the_other(self, store: MemoryStore) -> None:
        def second(into: MemoryStore) -> None:
            with suppress(UserError):
                tidy(into, AT_ONCE)

        for step in range(1, 12):
            inner = copied(store)
            with suppress(UserError):
                tidy(Between(inner, step, second), AT_ONCE)
            assert len(audio_keys(inner)) == 2
            assert_whole(inner)


class TestCommand:
    """The screen, the exit code."""

    @pytest.fixture
    def replaced(self, show: ShowFolder) -> FolderStore:
        store = FolderStore(show.path / "public")
        show.publish(store)
        (show.path / "audio" / "1.mp3").write_bytes(frames(99))
        show.publish(store, now=later(1), asked=Asked(replace_audio=frozenset({GUID_1})))
        return store

    def folge(self, show: ShowFolder, *arguments: str) -> int:
        return run(["-C", str(show.path), "tidy", *arguments])

    def test_a_dry_run_lists_with_sizes_and_deletes_nothing(
        self, show: ShowFolder, replaced: FolderStore, capsys: pytest.CaptureFixture[str]
    ) -> None:
        before = objects(replaced)

        assert self.folge(show, "--dry-run", "--grace", "0d") == 0

        told = capsys.readouterr().out
        assert "- audio/folge-1-" in told
        assert "in sum 1 object, " in told
        assert objects(replaced) == before

    def test_without_a_terminal_and_without_yes_nothing_is_deleted(
        self, show: ShowFolder, replaced: FolderStore
    ) -> None:
        before = objects(replaced)

        assert self.folge(show, "--grace", "0d") == 2
        assert objects(replaced) == before

    def test_json_says_what_was_deleted(
        self, show: ShowFolder, replaced: FolderStore, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert self.folge(show, "--grace", "0d", "--yes", "--json") == 0

        said = json.loads(capsys.readouterr().out)
        assert [removal["key"] for removal in said["removals"]] == said["deleted"]
        assert said["bytes"] > 0
        assert not any(key in objects(replaced) for key in said["deleted"])

    def test_a_month_is_left_and_said(
        self, show: ShowFolder, replaced: FolderStore, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert self.folge(show, "--yes") == 0

        told = capsys.readouterr()
        assert told.out == "nothing to tidy\n"
        assert "1 object more, of the last 30d: left until then" in told.err

    @pytest.mark.parametrize("word", ["30", "d", "-1d", "1m"])
    def test_a_grace_time_that_is_none_is_a_sentence(
        self, show: ShowFolder, word: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert self.folge(show, "--grace", word) == 2
        assert f"'{word}' is no time; write it as 30d" in capsys.readouterr().err

    def test_the_store_of_another_show_is_refused_with_the_words_of_a_publish(
        self, show: ShowFolder, replaced: FolderStore, capsys: pytest.CaptureFixture[str]
    ) -> None:
        path = show.path / "podcast.toml"
        path.write_text(path.read_text(encoding="utf-8").replace("917393e3", "9b024349"), encoding="utf-8")
        before = objects(replaced)
        said = set()
        commands = (["tidy", "-y", "--grace", "0d"], ["tidy", "--dry-run"], ["feed", "rollback", "1", "-y"])
        for command in (["publish", "-y"], ["publish", "--due"], *commands):
            assert run(["-C", str(show.path), *command]) == 3
            said.add(capsys.readouterr().err.splitlines()[0])
        (line,) = said
        assert "this store holds another show, 'Kommunen-Podcast' (podcast guid 917393e3-" in line
        assert objects(replaced) == before

    def test_a_store_without_a_show_is_a_sentence(self, show: ShowFolder, capsys: pytest.CaptureFixture[str]) -> None:
        assert self.folge(show, "--yes") == 2
        assert "nothing is published at" in capsys.readouterr().err
