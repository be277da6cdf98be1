"""Every order in which the store operations of several producers can happen, each of whom may stop at any of them.

The producers run the real publish against a store that answers from a record: what a producer does next is a function
of the answers so far, so a record is all there is to know of one. A state is what the store holds and each producer's
record. Two orders that lead to the same state have the same future, which is looked at once: nothing is left out, and
no operations need to be proved independent. A publish that starts over remembers next to nothing, so that its record
starts over too. Answers that are certain (a write that succeeds) are foretold: a producer is run once for each thing it
can learn and not once for each step.
"""

import copy
import functools
import random
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

from feed.checks.run import check_feed
from podcast.cache import cache_folder
from podcast.layout import LEDGER, LEDGERS
from podcast.publishing.artifacts import Artifact, lay_out, render
from podcast.publishing.feeds import compile_pages
from podcast.publishing.ledger import Ledger, decode_ledger, encode_ledger
from podcast.publishing.pagestates import Draft
from podcast.publishing.publish import Outcome, Publisher
from podcast.publishing.rendered import Rendered
from podcast.stores import ABSENT, Moved, Progress, Stat, Store, StoredObject, Unfinished, Upload
from podcast.stores.memory import MemoryStore

_MIDDLE = "feed.xml"
"""Where a listing is torn: a bucket is listed page by page, and what is written meanwhile is seen in part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One thing a producer asks of the store."""

    name: str
    key: str
    run: Callable[[Store], Any]

    @property
    def writes(self) -> bool:
        return self.name in ("put", "upload")

    def __str__(self) -> str:
        return f"{self.name} {self.key}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the store said. `known` is all of it that a producer can tell apart."""

    known: object
    value: Any = None


MOVED = Answer(known="moved")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Ended:
    """How a publish ended: with an outcome, or with an error for the producer."""

    outcome: Outcome | None = None
    error: Exception | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Producer:
    """Somebody who publishes. `publisher` is not run itself; `through` is put between it and the store.

    What is to be written side by side is written by name, or `backwards`: a crash in between shows the difference.
    """

    name: str
    publisher: Publisher
    backwards: bool = False
    through: Callable[[Store], Store] = lambda store: store


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class Record:
    """The answers one producer got so far, and what it does next: None where nobody knows yet."""

    before: "Record | None" = None
    answer: Answer = MOVED
    following: dict[object, "Record"] = field(default_factory=dict)
    next: Operation | Ended | None = None

    def after(self, answer: Answer) -> "Record":
        if answer.known not in self.following:
            self.following[answer.known] = Record(before=self, answer=answer)
        return self.following[answer.known]

    def answers(self) -> list[Answer]:
        found: list[Answer] = []
        record = self
        while record.before is not None:
            found.append(record.answer)
            record = record.before
        return found[::-1]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class World:
    """What a store holds; two worlds that hold the same are one. `tags` are all there is to compare."""

    store: MemoryStore
    tags: Mapping[str, str]


class _Unknown(BaseException):
    """The record ends before a read: nobody can say how this goes on."""


class _Replay:
    """A store that answers from a record and foretells what is certain. For one thread."""

    url = "memory:"

    def __init__(self, record: Record) -> None:
        self.record = record
        self.commits = 0
        self._answers = deque(record.answers())
        self._at = record if not self._answers else Record()
        self._thread = threading.current_thread()

    def get(self, key: str) -> StoredObject | None:
        if key.startswith(LEDGERS):  # copies of the ledger change no publish's way: they are neither written nor found
            return None
        found: StoredObject | None = self._ask(
            Operation(name="get", key=key, run=lambda store: _known_object(store.get(key)))
        )
        return found

    def stat(self, key: str) -> Stat | None:
        found: Stat | None = self._ask(Operation(name="stat", key=key, run=lambda store: _known_stat(store.stat(key))))
        return found

    def list(self, prefix: str) -> Iterator[Stat]:
        for name, late in (("list the first half of", False), ("list the second half of", True)):
            run = _listing(prefix, late)
            yield from self._ask(Operation(name=name, key=f"/{prefix}", run=run))

    def put(self, key: str, body: bytes, *, media_type: str, cache_control: str, expected: str | None) -> str:
        def run(store: Store) -> Answer:
            try:
                tag = store.put(key, body, media_type=media_type, cache_control=cache_control, expected=expected)
            except Moved:
                return MOVED
            return Answer(known=tag, value=tag)

        if key.startswith(LEDGERS):
            return ""
        tag = MemoryStore().put(key, body, media_type=media_type, cache_control=cache_control, expected=ABSENT)
        if self._ask(Operation(name="put", key=key, run=run), foretold=Answer(known=tag, value=tag)) is None:
            raise Moved(key)
        self.commits += key == LEDGER
        return tag

    def put_files(self, uploads: Sequence[Upload], progress: Progress | None = None) -> None:
        for upload in uploads:
            done = Answer(known="done")
            self._ask(Operation(name="upload", key=upload.key, run=_uploading(upload, done)), foretold=done)

    def delete(self, key: str) -> None:
        raise AssertionError("a publish deletes nothing")

    def fetch(self, key: str, path: Path, most: int) -> bool:
        raise AssertionError("a publish fetches no files")

    def unfinished(self) -> Iterator[Unfinished]:
        raise AssertionError("a publish leaves uploads that did not end alone")

    def abort(self, unfinished: Unfinished) -> None:
        raise AssertionError("a publish leaves uploads that did not end alone")

    def _ask(self, operation: Operation, foretold: Answer | None = None) -> Any:
        assert threading.current_thread() is self._thread
        if self._answers:
            answer = self._answers.popleft()
            if not self._answers:
                self._at = self.record
            return answer.value
        self._at.next = operation
        if foretold is None:
            raise _Unknown
        self._at = self._at.after(foretold)
        return foretold.value

    def end(self, ended: Ended) -> None:
        self._at.next = ended


def _known_object(found: StoredObject | None) -> Answer:
    return Answer(known=found and found.tag, value=found)


def _known_stat(found: Stat | None) -> Answer:
    return Answer(known=found and found.tag, value=found)


def _listing(prefix: str, late: bool) -> Callable[[Store], Answer]:
    def run(store: Store) -> Answer:
        found = [stat for stat in store.list(prefix) if (stat.key >= _MIDDLE) is late]
        return Answer(known=frozenset((stat.key, stat.tag) for stat in found), value=found)

    return run


def _uploading(upload: Upload, done: Answer) -> Callable[[Store], Answer]:
    def run(store: Store) -> Answer:
        store.put_files((upload,))
        return done

    return run


class _InTurn(Executor):
    """Does what is to be done side by side one after the other, all of it, whatever becomes of the first.

    Such writes go to different keys and do not wait for each other: any order of theirs may happen.
    """

    backwards = False

    def __init__(self, workers: int) -> None:
        self._jobs: list[Callable[[], None]] = []

    def submit(self, call: Callable[..., Any], /, *args: Any, **more: Any) -> Future[Any]:
        future = _Later(self._work)
        self._jobs.append(lambda: future.settle(call, *args))
        return future

    def _work(self) -> None:
        jobs, self._jobs = self._jobs, []
        for job in reversed(jobs) if self.backwards else jobs:
            job()


class _Backwards(_InTurn):
    backwards = True


class _Later(Future[Any]):
    def __init__(self, work: Callable[[], None]) -> None:
        super().__init__()
        self._work = work

    def settle(self, call: Callable[..., Any], *args: Any) -> None:
        try:
            self.set_result(call(*args))
        except Exception as error:
            self.set_exception(error)

    def result(self, timeout: float | None = None) -> Any:
        self._work()
        return super().result(timeout)


class Actor:
    """A producer whose every publish begins with the same record."""

    def __init__(self, producer: Producer) -> None:
        self.name = producer.name
        self._executor = _Backwards if producer.backwards else _InTurn
        self.beginning = Record()
        self.runs = 0
        self._again: dict[object, Record] = {}
        self._producer = producer
        producer.publisher.store = MemoryStore()
        producer.publisher.prepare()  # once, against nothing: files are measured, and nothing is known of any store
        self._searched = cache_folder(producer.publisher.workspace.folder) / "search.json"
        self._known_of_search = self._searched.read_bytes()

    def next(self, record: Record) -> Operation | Ended:
        """Return what the producer does after these answers."""
        if record.next is None:
            self._run(record)
        assert record.next is not None
        return record.next

    def after(self, record: Record, answer: Answer) -> Record:
        """Return the record with one more answer. Where a publish starts over, all that start over alike are one."""
        following = record.after(answer)
        if answer is MOVED and following.next is None:
            carried = self._run(following)
            record.following[MOVED.known] = self._again.setdefault(carried, following)
        return record.following[answer.known]

    def _run(self, record: Record) -> object:
        """Run the publish as far as the record goes; returns what it carried along when it last started over."""
        self.runs += 1
        self._searched.write_bytes(self._known_of_search)  # what a run remembers there saves another one a question
        replay = _Replay(record)
        publisher = copy.copy(self._producer.publisher)
        publisher.store = self._producer.through(replay)
        same = vars(publisher).copy()
        carried: list[tuple[int, object]] = []

        def again(moved: Moved) -> None:
            new = {name: value for name, value in vars(publisher).items() if value is not same[name]}
            assert new.keys() <= {"_seen"}, "a publish that starts over remembers more than the tests know"
            carried.append((replay.commits, frozenset(publisher._seen.items())))

        try:
            with ExitStack() as stack:
                stack.enter_context(patch("podcast.publishing.apply.ThreadPoolExecutor", self._executor))
                for name, once in _ONCE.items():
                    stack.enter_context(patch(f"podcast.publishing.{name}", once))
                outcome = publisher.run(lambda prepared: True, again=again)
        except _Unknown:
            pass
        except Exception as error:
            replay.end(Ended(error=error))
        else:
            replay.end(Ended(outcome=outcome))
        return tuple(carried) if carried and not isinstance(record.next, Ended) else record


@functools.cache
def _compiled(body: bytes) -> tuple[Ledger, Mapping[str, bytes]]:
    return compile_pages(decode_ledger(body), Rendered())


@functools.cache
def _laid_out(body: bytes) -> tuple[Ledger, Draft]:
    return lay_out(decode_ledger(body))


@functools.cache
def _rendered(body: bytes) -> tuple[Artifact, ...]:
    return render(decode_ledger(body))


_ONCE = {
    "checking.check_feed": functools.cache(check_feed),
    "publish.compile_pages": lambda ledger, rendered: _compiled(encode_ledger(ledger)),
    "publish.lay_out": lambda ledger: _laid_out(encode_ledger(ledger)),
    "publish.render": lambda ledger, feeds, draft, rendered, folder: _rendered(encode_ledger(ledger)),
    "observe.decode_ledger": functools.cache(decode_ledger),
}
"""Functions without a memory of their own, each asked once for the same: most of the time goes there."""


class Worlds:
    """Every content a store was seen to have, each once."""

    def __init__(self) -> None:
        self._known: dict[frozenset[tuple[str, str]], World] = {}

    def of(self, store: MemoryStore) -> World:
        return self._intern(store, {stat.key: stat.tag for stat in store.list("")})

    def after(self, world: World, operation: Operation) -> tuple[World, Answer]:
        """Return what an operation makes of a world, and what the store answers."""
        if not operation.writes:
            return world, operation.run(world.store)
        store = world.store.copy()
        answer: Answer = operation.run(store)
        if answer is MOVED:
            return world, answer
        stat = store.stat(operation.key)
        assert stat is not None
        return self._intern(store, {**world.tags, operation.key: stat.tag}), answer

    def _intern(self, store: MemoryStore, tags: Mapping[str, str]) -> World:
        return self._known.setdefault(frozenset(tags.items()), World(store=store, tags=tags))

    def __len__(self) -> int:
        return len(self._known)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class State:
    """A store, and where each producer is: None for one that stopped in the middle."""

    world: World
    records: tuple[Record | None, ...]

    @property
    def crashes(self) -> int:
        return self.records.count(None)


class FaultFound(AssertionError):
    """A promise was broken; says by which order of operations, the shortest there is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explored:
    """How much was looked at: states, different contents of the store, orders without a crash, runs of a publish."""

    states: int
    worlds: int
    orders: int
    runs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Promises:
    """What must hold. Each raises AssertionError: after every write, and when all have ended or stopped."""

    written: Callable[[World, Operation, World], None]
    over: Callable[[World, Sequence[Ended | None]], None]


def explore(
    worlds: Worlds, start: World, actors: Sequence[Actor], promises: Promises, *, crashes: int = 1, width: int = 0
) -> Explored:
    """Go through every state the producers can bring about from `start`, at most `crashes` of them stopping.

    With a `width` go on from so many states after each number of operations: a sample, the same in every run. Raises
    FaultFound at the first promise that is broken, with the fewest operations before it.
    """
    first = State(world=start, records=tuple(actor.beginning for actor in actors))
    came: dict[State, tuple[State, str] | None] = {first: None}
    orders = Counter({first: 1})
    whole = looked_at = 0
    chosen = random.Random(width)
    layer = [first]
    while layer:
        reached: list[State] = []
        for state in layer:
            looked_at += 1
            try:
                moves = list(_moves(worlds, state, actors, promises))
                if not moves:
                    promises.over(state.world, [_ended(actor, record) for actor, record in _pairs(actors, state)])
                    whole += 0 if state.crashes else orders[state]
            except AssertionError as error:
                raise FaultFound(_story(came, state, error)) from error
            for _, following in moves:
                orders[following] += orders[state]
            crashed = _crashed(state, actors) if moves and state.crashes < crashes else ()
            for label, following in (*moves, *crashed):
                if following not in came:
                    came[following] = (state, label)
                    reached.append(following)
        layer = _sample(chosen, reached, width) if 0 < width < len(reached) else reached
    runs = sum(actor.runs for actor in actors)
    return Explored(states=looked_at, worlds=len(worlds), orders=whole, runs=runs)


def _sample(chosen: random.Random, reached: Sequence[State], width: int) -> list[State]:
    """Return some states, half of them such as nobody stopped in: else only those are left in the end."""
    going = [state for state in reached if not state.crashes]
    kept = chosen.sample(going, min(width // 2, len(going)))
    rest = [state for state in reached if state not in kept]
    return kept + chosen.sample(rest, width - len(kept))


def run_alone(worlds: Worlds, world: World, actor: Actor) -> tuple[World, Ended, int]:
    """Let one producer publish with nobody else about: the world after it, how it ended, how much it wrote."""
    record, written = actor.beginning, 0
    while isinstance(operation := actor.next(record), Operation):
        world, answer = worlds.after(world, operation)
        written += operation.writes
        record = actor.after(record, answer)
    return world, operation, written


def _pairs(actors: Sequence[Actor], state: State) -> list[tuple[Actor, Record | None]]:
    return list(zip(actors, state.records, strict=True))


def _ended(actor: Actor, record: Record | None) -> Ended | None:
    found = actor.next(record) if record else None
    assert not isinstance(found, Operation)
    return found


def _moves(worlds: Worlds, state: State, actors: Sequence[Actor], promises: Promises) -> Iterator[tuple[str, State]]:
    for index, (actor, record) in enumerate(_pairs(actors, state)):
        operation = actor.next(record) if record else None
        if record is None or not isinstance(operation, Operation):
            continue
        world, answer = worlds.after(state.world, operation)
        if world is not state.world:
            promises.written(state.world, operation, world)
        refused = " (refused)" if answer is MOVED else ""
        records = (*state.records[:index], actor.after(record, answer), *state.records[index + 1 :])
        yield f"{actor.name}: {operation}{refused}", State(world=world, records=records)


def _crashed(state: State, actors: Sequence[Actor]) -> Iterator[tuple[str, State]]:
    for index, (actor, record) in enumerate(_pairs(actors, state)):
        if record is not None and isinstance(actor.next(record), Operation):
            records = (*state.records[:index], None, *state.records[index + 1 :])
            yield f"{actor.name}: stops", State(world=state.world, records=records)


def _story(came: Mapping[State, tuple[State, str] | None], state: State, error: AssertionError) -> str:
    lines: list[str] = []
    step = came[state]
    while step is not None:
        lines.append(step[1])
        step = came[step[0]]
    return "\n".join([str(error), "after", *lines[::-1]])
