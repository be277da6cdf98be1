"""Two producers publish at once, in every order of their store operations, and either may stop at any of them.

`make test` looks at all orders of two small cases, and at a sample of each other; `make soak` at all of them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from feed.checks.run import check_feed
from feed.reader import read_feed
from podcast.layout import FEED, LEDGER
from podcast.publishing.artifacts import lay_out, render
from podcast.publishing.changes import NOTHING_ASKED, Asked
from podcast.publishing.feeds import compile_pages
from podcast.publishing.ledger import Ledger, State, decode_ledger
from podcast.publishing.publish import Refused
from podcast.publishing.rendered import Rendered
from podcast.publishing.searchfiles import live_keys
from podcast.stores import Store
from podcast.stores.memory import MemoryStore
from tests.podcast.builders import GUID_1, ShowFolder, assert_whole, later, make_show, objects
from tests.podcast.interleaving import (
    Actor,
    Ended,
    Explored,
    FaultFound,
    Operation,
    Producer,
    Promises,
    World,
    Worlds,
    explore,
    run_alone,
)
from tests.podcast.otherwise import (
    FeedBeforeLedger,
    FeedBeforePages,
    FeedUnconditional,
    LedgerReadFirst,
    LedgerUnconditional,
)
from tests.soaking import SOAK

GUID_3 = "00000003-aaaa-4bbb-8ccc-000000000000"
WIDTH = 16
"""How many states a sample goes on from, where there may be hundreds."""

WRITE_ONCE = (".folge/", "audio/", "covers/", "transcripts/")


Through = Callable[[Store], Store]


def as_it_is(store: Store) -> Store:
    return store


@dataclass(slots=True, kw_only=True)
class Stage:
    """A published show of two episodes, anna and ben who have a copy each, and an old laptop with nothing new."""

    anna: ShowFolder
    ben: ShowFolder
    old: ShowFolder
    published: MemoryStore
    backwards: bool
    worlds: Worlds = field(default_factory=Worlds)

    def actors(self, through: Through = as_it_is, asked: Asked = NOTHING_ASKED) -> list[Actor]:
        """Anna and ben; `asked` is what ben asks for."""
        return [self._actor("anna", self.anna, 1, through), self._actor("ben", self.ben, 2, through, asked)]

    def mender(self, through: Through = as_it_is) -> Actor:
        """Somebody with the oldest folder, who has nothing to publish and puts right what others left."""
        return self._actor("carla", self.old, 3, through)

    def _actor(
        self, name: str, folder: ShowFolder, hours: int, through: Through, asked: Asked = NOTHING_ASKED
    ) -> Actor:
        publisher = folder.publisher(MemoryStore(), now=later(hours), by=f"{name}@laptop", asked=asked)
        return Actor(Producer(name=name, publisher=publisher, through=through, backwards=self.backwards))


@pytest.fixture(params=[False, True] if SOAK else [False], ids=("forwards", "backwards")[: 1 + SOAK])
def stage(tmp_path: Path, request: pytest.FixtureRequest) -> Stage:
    old = make_show(tmp_path / "old")
    old.publish_files_as_they_are()
    settings = old.path / "podcast.toml"  # without hosts: each page that lists episodes multiplies the orders
    settings.write_text(settings.read_text("utf-8").replace('hosts = ["anna"]\n', ""), "utf-8")
    store = MemoryStore()
    old.publish(store, by="carla@laptop")
    return Stage(
        anna=old.copy(tmp_path / "anna"),
        ben=old.copy(tmp_path / "ben"),
        old=old,
        published=store,
        backwards=request.param,
    )


@dataclass(slots=True, kw_only=True)
class Reader:
    """Looks at every store from outside, and at the end as the next producer would."""

    worlds: Worlds
    menders: Sequence[Actor]
    fair: Callable[[Ledger, Sequence[Ended]], None]
    mended: dict[tuple[World, Actor], World | None] = field(default_factory=dict)
    seen: set[World] = field(default_factory=set)
    whole: set[World] = field(default_factory=set)

    def promises(self) -> Promises:
        return Promises(written=self.written, over=self.over)

    def written(self, before: World, operation: Operation, after: World) -> None:
        if operation.key == LEDGER and LEDGER in before.tags:
            _nothing_lost(_ledger(before), _ledger(after))
        if operation.key == FEED:
            _none_disappeared(before, after)
        if after not in self.seen:
            self.seen.add(after)
            assert_whole(after.store)

    def over(self, world: World, ended: Sequence[Ended | None]) -> None:
        for end in ended:
            if end and end.error and not isinstance(end.error, Refused):
                raise AssertionError(f"a publish ended with {end.error!r}") from end.error
        finished = [end for end in ended if end is not None]
        if len(finished) == len(ended):
            self._complete(world)
            self.fair(_ledger(world), finished)
        for mender in self.menders:
            if mended := self._mend(world, mender):
                self._complete(mended)

    def _complete(self, world: World) -> None:
        if world not in self.whole:
            _complete(world)
            self.whole.add(world)

    def _mend(self, world: World, mender: Actor) -> World | None:
        """Return what somebody's publish makes of a world, None where it is refused; the next one writes nothing."""
        if (world, mender) not in self.mended:
            after, ended, _ = run_alone(self.worlds, world, mender)
            refused = isinstance(ended.error, Refused)
            assert refused or not ended.error, f"{mender.name} cannot publish afterwards: {ended.error!r}"
            _, _, again = run_alone(self.worlds, after, mender)
            assert again == 0, f"{mender.name} writes the same again"
            self.mended[world, mender] = None if refused else after
        return self.mended[world, mender]


def _ledger(world: World) -> Ledger:
    stored = world.store.get(LEDGER)
    assert stored is not None, "there is no ledger"
    return decode_ledger(stored.body)


def _nothing_lost(before: Ledger, after: Ledger) -> None:
    rows = after.by_guid()
    for entry in before.entries:
        assert entry.guid in rows, f"the ledger lost {entry.guid}"
        assert rows[entry.guid].history[: len(entry.history)] == entry.history, "the ledger forgot what was"


def _none_disappeared(before: World, after: World) -> None:
    feed = after.store.get(FEED)
    assert feed is not None
    assert check_feed(feed.body) == ()
    old = before.store.get(FEED)
    were = {item.guid for item in read_feed(old.body).items} if old else set()
    are = {item.guid for item in read_feed(feed.body).items}
    assert are <= _ledger(after).by_guid().keys(), "the feed has an episode the ledger knows nothing of"
    withdrawn = {entry.guid for entry in _ledger(after).entries if entry.state is State.WITHDRAWN}
    assert were - are <= withdrawn, "an episode disappeared from the feed"


def _complete(world: World) -> None:
    """Check that a store holds what the ledger says, rendered anew without any cache, and nothing else."""
    ledger = _ledger(world)
    same, feeds = compile_pages(ledger, Rendered())
    assert same == ledger, "the ledger does not know since when the feed says what it says"
    same, _ = lay_out(ledger)
    assert same == ledger, "the ledger does not know since when the pages show what they show"
    wanted = {artifact.key: artifact.body for artifact in render(ledger, feeds)}
    there = {key: body for key, body in objects(world.store).items() if not key.startswith((*WRITE_ONCE, "search/"))}
    wanted.pop("search/index.html")
    assert there.keys() == wanted.keys()
    differing = [key for key, body in wanted.items() if there[key] != body]
    assert not differing, f"{differing} are not what the ledger says"
    assert all(blob.key in world.tags for entry in ledger.published for blob in entry.release.blobs())
    assert live_keys(world.store) <= world.tags.keys(), "the search refers to files that are not there"


def _look(
    stage: Stage,
    actors: Sequence[Actor],
    fair: Callable[[Ledger, Sequence[Ended]], None],
    start: World | None = None,
    *,
    whole: bool = SOAK,
) -> Explored:
    """Look at every order where `whole`, else at a sample."""
    menders = [stage.mender(), *(actors if SOAK else ())]
    reader = Reader(worlds=stage.worlds, menders=menders, fair=fair)
    start = start or stage.worlds.of(stage.published)
    crashes, width = 2 if SOAK else 1, 0 if whole else WIDTH
    return explore(stage.worlds, start, actors, reader.promises(), crashes=crashes, width=width)


def _titles(ledger: Ledger) -> set[str]:
    return {entry.release.episode.title for entry in ledger.published}


def test_of_two_additions_none_is_lost(stage: Stage) -> None:
    stage.anna.episode(3)
    stage.ben.episode(4)

    def both_are_in(ledger: Ledger, ended: Sequence[Ended]) -> None:
        assert all(end.outcome for end in ended)
        assert _titles(ledger) == {"Mut 1", "Mut 2", "Mut 3", "Mut 4"}

    found = _look(stage, stage.actors(), both_are_in)

    assert found.orders > (1_000_000 if SOAK else 100)


def test_an_addition_and_an_update_are_both_in(stage: Stage) -> None:
    stage.anna.episode(3)
    stage.ben.episode(1, title="Besser")

    def both_are_in(ledger: Ledger, ended: Sequence[Ended]) -> None:
        assert all(end.outcome for end in ended)
        assert _titles(ledger) == {"Besser", "Mut 2", "Mut 3"}

    _look(stage, stage.actors(), both_are_in)


def test_of_two_updates_of_one_episode_one_is_in_and_the_other_producer_is_told_by_whom(stage: Stage) -> None:
    stage.anna.episode(1, title="Annas Titel")
    stage.ben.episode(1, more="summary: Bens Zusammenfassung\n")

    def one_is_in(ledger: Ledger, ended: Sequence[Ended]) -> None:
        (winner,) = (index for index, end in enumerate(ended) if end.outcome)
        (refused,) = (end.error for end in ended if end.error)
        assert ("anna@laptop", "ben@laptop")[winner] in str(refused)
        assert ledger.by_guid()[GUID_1].current.by == ("anna@laptop", "ben@laptop")[winner]

    _look(stage, stage.actors(), one_is_in, whole=True)


def test_a_withdrawn_episode_stays_withdrawn_whoever_updates_it(stage: Stage) -> None:
    stage.anna.episode(1, more="status: withdrawn\n")
    stage.ben.episode(1, title="Besser")

    def it_is_withdrawn(ledger: Ledger, ended: Sequence[Ended]) -> None:
        assert all(end.outcome for end in ended)
        assert _titles(ledger) == {"Mut 2"}

    _look(stage, stage.actors(), it_is_withdrawn)


def test_the_same_addition_from_one_folder_twice_is_one_addition(stage: Stage) -> None:
    stage.anna.episode(3)
    stage.ben.episode(3)

    def it_is_in_once(ledger: Ledger, ended: Sequence[Ended]) -> None:
        assert all(end.outcome for end in ended)
        assert _titles(ledger) == {"Mut 1", "Mut 2", "Mut 3"}
        assert len(ledger.by_guid()["00000003-aaaa-4bbb-8ccc-000000000000"].history) == 1

    _look(stage, stage.actors(), it_is_in_once)


@pytest.mark.parametrize(
    ("broken", "repairing", "message"),
    [
        (LedgerReadFirst, True, "disappeared from the feed"),
        (FeedUnconditional, False, "disappeared from the feed"),
        (LedgerUnconditional, False, "the ledger lost"),
        (FeedBeforePages, False, "folge-"),
        (FeedBeforeLedger, False, "the ledger knows nothing of"),
    ],
)
def test_a_publish_that_did_it_otherwise_would_be_found_out(
    stage: Stage, broken: Through, repairing: bool, message: str
) -> None:
    stage.anna.episode(3)
    stage.ben.episode(4)
    actors = stage.actors(broken)
    start = stage.worlds.of(stage.published)
    if repairing:
        start = _cut_off(stage, stage.actors()[0])[2]
        actors = [stage.actors()[1], stage.mender(broken)]

    with pytest.raises(FaultFound, match=message):
        _look(stage, actors, _whatever, start, whole=True)


def _whatever(ledger: Ledger, ended: Sequence[Ended]) -> None: ...


def test_a_publish_and_a_repair_of_one_that_was_cut_off_do_not_disturb_each_other(stage: Stage) -> None:
    stage.anna.episode(3)
    stage.ben.episode(4)
    anna, ben = stage.actors()
    actors = [ben, stage.mender()]

    cut_off = _cut_off(stage, anna)
    for start in cut_off if SOAK else (cut_off[1], cut_off[3]):
        known = {entry.guid for entry in _ledger(start).entries}

        def all_are_in(ledger: Ledger, ended: Sequence[Ended], known: set[str] = known) -> None:
            assert all(end.outcome for end in ended)
            assert set(ledger.by_guid()) == known | {"00000004-aaaa-4bbb-8ccc-000000000000"}

        _look(stage, actors, all_are_in, start)


def _cut_off(stage: Stage, actor: Actor) -> list[World]:
    """Return what a publish leaves that stops after each of its writes but the last."""
    world, record, left = stage.worlds.of(stage.published), actor.beginning, []
    while isinstance(operation := actor.next(record), Operation):
        world, answer = stage.worlds.after(world, operation)
        record = actor.after(record, answer)
        left += [world] if operation.writes else []
    return left[:-1]


@pytest.mark.skipif(not SOAK, reason="80 thousand million orders; make soak looks at them")
def test_two_first_publishes_to_one_empty_store_are_one_show(stage: Stage) -> None:
    stage.published = MemoryStore()
    stage.anna.file(2).unlink()

    def both_are_in(ledger: Ledger, ended: Sequence[Ended]) -> None:
        assert all(end.outcome for end in ended)
        assert _titles(ledger) == {"Mut 1", "Mut 2"}

    _look(stage, stage.actors(), both_are_in)


def test_a_change_that_another_producer_takes_back_at_once_leaves_no_trace(stage: Stage) -> None:
    stage.anna.episode(1, title="Anders")

    def it_is_one_of_both(ledger: Ledger, ended: Sequence[Ended]) -> None:
        assert all(end.outcome for end in ended)

    _look(stage, stage.actors(asked=Asked(mine=frozenset({GUID_1}))), it_is_one_of_both, whole=True)
