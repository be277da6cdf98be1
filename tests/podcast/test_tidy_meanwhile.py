"""Nothing is referred to that a tidying took, whoever brings an episode or an edition back at the same time."""

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from episodes.problems import ProblemsFound, UserError
from podcast.layout import LEDGER
from podcast.publishing import tidying
from podcast.publishing.changes import Asked
from podcast.publishing.editions import pages_of
from podcast.publishing.ledger import decode_ledger
from podcast.publishing.observe import MovedAway, observe
from podcast.publishing.rollback import Rollback
from podcast.settings import load_settings
from podcast.stores import Stat, Store
from podcast.stores.memory import MemoryStore
from tests.episodes.audio_builders import frames
from tests.podcast.builders import BASE, GUID_1, ShowFolder, assert_whole, feed_in, later, objects, titles
from tests.podcast.moments import AT_ONCE, Between, copied, tidy
from tests.podcast.spies import Spy
from tests.soaking import SOAK

RESTORE = Asked(restore=frozenset({GUID_1}))
SAMPLE = 1 if SOAK else 7
"""Of so many moments in which to give way, one is tried."""


@pytest.fixture
def show(show: ShowFolder) -> ShowFolder:
    show.publish_files_as_they_are()
    return show


@pytest.fixture
def withdrawn(show: ShowFolder) -> MemoryStore:
    """A store from which episode 1 was withdrawn; its audio is in no folder any more."""
    store = MemoryStore()
    show.publish(store)
    show.publish(store, now=later(2), asked=Asked(withdraw=frozenset({GUID_1}), alone=True))
    (show.path / "audio" / "1.mp3").unlink()
    return store


@pytest.fixture
def replaced(show: ShowFolder) -> MemoryStore:
    """A store in which the audio of episode 1 was replaced: edition 1 has the former one."""
    store = MemoryStore()
    show.publish(store)
    (show.path / "audio" / "1.mp3").write_bytes(frames(99))
    show.publish(store, now=later(1), asked=Asked(replace_audio=frozenset({GUID_1})))
    return store


def restore(show: ShowFolder, store: MemoryStore) -> None:
    show.publish(store, now=later(3), asked=RESTORE)


def rollback(show: ShowFolder, store: Store) -> None:
    settings, _ = load_settings(show.path, {})
    Rollback(settings, store, number=1, now=later(3), by="ben@laptop").run(lambda prepared: True)


def clean(store: MemoryStore) -> None:
    with suppress(UserError):  # a publish is going on
        tidy(store, AT_ONCE)


def moments(store: MemoryStore, command: Callable[[MemoryStore], None]) -> Iterator[MemoryStore]:
    """Yield the stores that come of a whole tidying before each operation of a command."""
    step = 0
    while True:
        step += 1
        inner = copied(store)
        between = Between(inner, step, clean)
        with suppress(ProblemsFound):
            command(between)
        if between.at > 0:
            assert step > 8
            return
        yield inner


def test_at_any_moment_of_a_restore_a_tidying_leaves_a_whole_feed(show: ShowFolder, withdrawn: MemoryStore) -> None:
    found = set()
    for store in moments(withdrawn, lambda store: restore(show, store)):
        assert_whole(store)
        found.add(tuple(titles(store)))
    assert found == {("Mut 2",), ("Mut 2", "Mut 1")}


def test_at_any_moment_of_a_rollback_a_tidying_leaves_a_whole_feed_and_no_held_one_that_is_not(
    show: ShowFolder, replaced: MemoryStore
) -> None:
    held = set()
    for store in moments(replaced, lambda store: rollback(show, store)):
        assert_whole(store)
        held.add(held_at(store))
        show.publish(store, now=later(4))
        assert_whole(store)
    assert held == {0, 1}


@pytest.mark.parametrize("tidied_first", [False, True])
@pytest.mark.parametrize("command", [restore, rollback])
def test_a_tidying_and_what_brings_something_back_take_turns_and_leave_a_whole_feed(
    show: ShowFolder,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    command: Callable[[ShowFolder, MemoryStore], None],
    tidied_first: bool,
) -> None:
    monkeypatch.setattr(tidying, "_WORKERS", 1)
    before: MemoryStore = request.getfixturevalue("withdrawn" if command is restore else "replaced")

    def bring_back(store: MemoryStore) -> None:
        with suppress(ProblemsFound, MovedAway):
            command(show, store)

    one, other = (clean, bring_back) if tidied_first else (bring_back, clean)
    turns = 0
    for first in range(1, 60):
        for second in range(1 + first % SAMPLE, 60, SAMPLE):
            store = before.copy()
            took = take_turns(store, (one, first), (other, second))
            assert_whole(store)
            if not took:
                break
            turns += 1
    assert turns > (50 if SOAK else 5)


def take_turns(
    store: MemoryStore,
    one: tuple[Callable[[MemoryStore], None], int],
    other: tuple[Callable[[MemoryStore], None], int],
) -> bool:
    """Run one command up to an operation, then the other up to one, then the first to its end, then the other.

    Says whether both were as long as that.
    """
    reached, go, paused = threading.Event(), threading.Event(), threading.Event()

    def pause(_: MemoryStore) -> None:
        paused.set()
        reached.set()
        assert go.wait(60)

    def run_other() -> None:
        try:
            other[0](Between(store, other[1], pause))
        finally:
            reached.set()

    thread = threading.Thread(target=run_other)

    def meanwhile(_: MemoryStore) -> None:
        thread.start()
        assert reached.wait(60)

    between = Between(store, one[1], meanwhile)
    try:
        one[0](between)
    finally:
        go.set()
        if between.at <= 0:
            thread.join(60)
    return between.at <= 0 and paused.is_set()


def held_at(store: MemoryStore) -> int:
    rolled_back = decode_ledger(objects(store)[LEDGER]).rolled_back
    return rolled_back.back_to if rolled_back else 0


def test_an_edition_does_not_come_back_while_its_archive_pages_are_tidied_away(show: ShowFolder) -> None:
    settings = show.path / "podcast.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(f"{text}\n[feed]\nitems = 1\n", encoding="utf-8")
    show.episode(3)
    before = MemoryStore()
    show.publish(before)
    settings.write_text(text, encoding="utf-8")
    show.publish(before, now=later(1), asked=Asked(show_mine=True))
    told: list[str] = []

    def go_back(store: MemoryStore) -> None:
        try:
            rollback(show, store)
        except ProblemsFound as error:
            told.append(error.problems[0].message)

    for step in range(1, 40):
        store = before.copy()
        between = Between(store, step, go_back)
        with suppress(UserError):
            tidy(between, AT_ONCE)
        if between.at > 0:
            break
        there = objects(store)
        assert held_at(store) in (0, 1)
        assert not held_at(store) or pages_of(decode_ledger(there[LEDGER])).keys() <= there.keys()
    assert any("is being tidied away by cora@laptop" in message for message in told)


def test_verify_names_audio_that_the_held_feed_refers_to_and_that_is_gone(
    show: ShowFolder, replaced: MemoryStore
) -> None:
    rollback(show, replaced)
    enclosure = feed_in(replaced).items[1].enclosure.url.removeprefix(BASE)
    replaced.delete(enclosure)
    show.publish(replaced, now=later(4))

    with pytest.raises(ProblemsFound, match=f"{enclosure}: the edition refers to it") as told:
        show.publisher(replaced, now=later(5)).run(lambda prepared: True, thorough=True)

    assert told.value.problems[0].hint == "to bring the feed up to date: folge feed rollback --end"


def test_an_edition_that_is_refused_after_its_commit_does_not_stay(show: ShowFolder, replaced: MemoryStore) -> None:
    withdraw = Asked(withdraw=frozenset({GUID_1}), alone=True)

    class Rivals(Spy):
        """A store in which episode 1 is withdrawn right after the commit."""

        def put(self, key: str, body: bytes, *, media_type: str, cache_control: str, expected: str | None) -> str:
            tag = super().put(key, body, media_type=media_type, cache_control=cache_control, expected=expected)
            if key == LEDGER and len(self.written) == 1:
                show.publish(self.inner, now=later(4), by="anna@laptop", asked=withdraw)
            return tag

    with pytest.raises(ProblemsFound, match="was withdrawn by anna@laptop"):
        rollback(show, Rivals(replaced))

    assert (held_at(replaced), titles(replaced)) == (0, ["Mut 2"])


class Moving(Spy):
    """A store whose ledger is another after each listing."""

    def list(self, prefix: str) -> Iterator[Stat]:
        yield from self.inner.list(prefix)
        stored = self.inner.get(LEDGER)
        assert stored is not None
        self.inner.put(LEDGER, stored.body + b" ", media_type="", cache_control="", expected=stored.tag)


def test_a_look_at_a_store_that_never_stands_still_comes_to_an_end(show: ShowFolder) -> None:
    store = MemoryStore()
    show.publish(store)
    with pytest.raises(MovedAway, match="others are publishing to memory: all the time; gave up after 5 looks"):
        observe(Moving(store), thorough=True)
