"""The steps of a move from another host, each judged by what was seen. Pure: what was asked in, steps out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from episodes.problems import Problem, visible
from feed.answers import Answer
from feed.checks.addresses import comparable
from feed.comparison import Comparison, Effect, PagedFeed, compare
from feed.item import Item
from podcast.moving.chain import Chain
from podcast.moving.hosts import OWN, Host, lies_at, same_server, server_lines

_SHOWN = 3


class State(StrEnum):
    """Where a step stands. UNKNOWN is what nobody can see from here."""

    DONE = "done"
    OPEN = "open"
    WRONG = "wrong"
    UNKNOWN = "cannot be checked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a move: what was seen, and the exact thing to do, empty where it is done. `source` is an address."""

    id: str
    title: str
    state: State
    seen: str = ""
    to_do: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was asked of the old address and of the new one.

    `old` is the old feed, as it was served or kept in a file, None where nobody has it or, as `unread` says, a page of
    it cannot be read; `chain` is what its address answers, None where that is not known. `new` is the published feed,
    None where `absent` says why there is none. `audio` are answers by address of audio.
    """

    host: Host
    old_url: str
    new_url: str
    chain: Chain | None = None
    old: PagedFeed | None = None
    unread: str = ""
    new: PagedFeed | None = None
    absent: str = ""
    faults: tuple[Problem, ...] = ()
    audio: Mapping[str, Answer] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A move as it stands: from which host, from where to where, and its steps in the order of doing."""

    host: Host
    old_url: str
    new_url: str
    steps: tuple[Step, ...]

    def count(self, state: State) -> int:
        """Return how many steps stand so."""
        return sum(step.state is state for step in self.steps)


def judge(seen: Seen) -> Move:
    """Say where every step of a move stands."""
    comparison = compare(seen.old, seen.new) if seen.old and seen.new else None
    steps = (
        _lock(seen),
        _published(seen),
        _guids(seen),
        _unnoticed(comparison),
        _audio(seen),
        _audio_home(seen),
        _own_address(seen),
        _redirect(seen),
        _told(seen),
        *_directories(seen),
        _keep(seen),
    )
    return Move(host=seen.host, old_url=seen.old_url, new_url=seen.new_url, steps=steps)


def _lock(seen: Seen) -> Step:
    """podcast:locked of the old feed keeps other hosts from importing it (P20-LOCKED)."""
    state, told, to_do = State.UNKNOWN, "the old feed was not read", ""
    if seen.old:
        missing = len(_missing(seen.old, seen.new))
        locked = seen.old.show.locked
        state = State.OPEN if locked and missing else State.DONE
        told = "the old feed is locked" if locked else "the old feed is not locked"
        told += ", and everything of it is here" if locked and not missing else ""
        to_do = f"{seen.host.unlock}; or import with: folge import --owner ADDRESS" if state is State.OPEN else ""
    return Step(id="locked", title="the old feed lets itself be imported", state=state, seen=told, to_do=to_do)


def _published(seen: Seen) -> Step:
    title = "the new feed is published, and valid"
    if seen.new is None:
        to_do = "folge publish, with public_url below [store] as everybody reaches it"
        return Step(id="published", title=title, state=State.OPEN, seen=seen.absent, to_do=to_do)
    if seen.faults:
        told = _some([str(fault) for fault in seen.faults])
        to_do = f"mend what is wrong: folge check {seen.new_url}"
        return Step(id="published", title=title, state=State.WRONG, seen=told, to_do=to_do)
    told = f"{seen.new_url} has {_episodes(len(seen.new.items))}"
    return Step(id="published", title=title, state=State.DONE, seen=told)


def _guids(seen: Seen) -> Step:
    """A guid never changes, whatever else does (APPLE-IT-6)."""
    title = "every episode of the old feed is in the new one, under its guid"
    if seen.old is None or seen.new is None:
        return Step(id="guids", title=title, state=State.UNKNOWN, seen=_unread(seen), to_do=_to_read(seen))
    missing = _missing(seen.old, seen.new)
    if missing:
        told = f"{_episodes(len(missing))} missing: {_some([f'{item.title} ({item.guid})' for item in missing])}"
        to_do = f"folge import {seen.old_url or 'FEED'}, then folge publish"
        return Step(id="guids", title=title, state=State.WRONG, seen=told, to_do=to_do)
    told = f"all {len(seen.old.items)} guids are there"
    if seen.old.problems:
        told += f"; not of what could not be read: {_some([str(problem) for problem in seen.old.problems])}"
        to_do = f"see what becomes of it: folge import --dry-run {seen.old_url or 'FEED'}"
        return Step(id="guids", title=title, state=State.UNKNOWN, seen=told, to_do=to_do)
    return Step(id="guids", title=title, state=State.DONE, seen=told)


_GRAVE = {
    Effect.AGAIN: "is the same under another guid, and would be downloaded again",
    Effect.REUSED: "has the guid of another episode",
    Effect.OVERWRITTEN: "is another file under the same address",
    Effect.REPLACED: "is another file",
    Effect.LEFT: "leaves the first page of the feed",
    Effect.REDATED: "has another date",
}


def _unnoticed(comparison: Comparison | None) -> Step:
    title = "apps show nothing as new, download nothing again, and lose nothing"
    if comparison is None:
        to_do = "compare with a kept copy of the old feed: folge move --copy FILE"
        return Step(id="unnoticed", title=title, state=State.UNKNOWN, seen="there is no feed to compare", to_do=to_do)
    grave = [f"{one.item.title} {_GRAVE[one.effect]}" for one in comparison.noticed if one.effect in _GRAVE]
    grave += [
        f"podcast:guid is {one.after} and was {one.before}: directories take it for another show"
        for one in comparison.show
        if one.field == "guid" and one.before and one.after
    ]
    if grave:
        to_do = "look at everything with: folge diff OLD NEW"
        return Step(id="unnoticed", title=title, state=State.WRONG, seen=_some(grave), to_do=to_do)
    changed = sum(one.effect in (Effect.CHANGED, Effect.MOVED) for one in comparison.noticed)
    told = f"{_episodes(changed)} with other texts or addresses of files, which is no harm" if changed else "nothing"
    return Step(id="unnoticed", title=title, state=State.DONE, seen=told)


def _audio(seen: Seen) -> Step:
    """Audio answers HEAD, with the length the feed says (APPLE-IT-5, APPLE-HTTP-1)."""
    title = "the audio of the new feed can be had"
    if seen.new is None or seen.audio is None:
        return Step(id="audio", title=title, state=State.UNKNOWN, seen="the new feed was not read")
    faults = [fault for item in seen.new.items if (fault := _fault(item, seen.audio.get(item.enclosure.url)))]
    if faults:
        to_do = f"mend it, and see more with: folge check {seen.new_url} --online"
        return Step(id="audio", title=title, state=State.WRONG, seen=_some(faults), to_do=to_do)
    asked = len(seen.audio)
    return Step(id="audio", title=title, state=State.DONE, seen=f"{asked} of {len(seen.new.items)} asked, all there")


def _fault(item: Item, answer: Answer | None) -> str:
    if answer is None:
        return ""
    if answer.status != 200:
        return f"{item.title}: {item.enclosure.url} answers {answer.status or answer.error}"
    said = answer.headers.get("content-length", "")
    if said.isascii() and said.isdigit() and int(said) != item.enclosure.bytes:
        return f"{item.title}: the feed says {item.enclosure.bytes:,} bytes, the server {int(said):,}"
    return ""


def _audio_home(seen: Seen) -> Step:
    """Audio that stays with the old host goes when the account goes."""
    title = "no audio is left with the old host"
    if seen.new is None:
        return Step(id="audio-home", title=title, state=State.UNKNOWN, seen="the new feed was not read")
    old = [item for item in seen.new.items if _is_theirs(seen, item.enclosure.url)]
    if old:
        told = f"the audio of {_episodes(len(old))} still lies with {seen.host.name}"
        to_do = "before the account ends, bring it here: folge fetch --all, then folge publish"
        return Step(id="audio-home", title=title, state=State.OPEN, seen=told, to_do=to_do)
    return Step(id="audio-home", title=title, state=State.DONE, seen="none is")


def _is_theirs(seen: Seen, url: str) -> bool:
    ours = same_server(url, seen.new_url)
    return not ours and (lies_at(url, seen.host.audio) or same_server(url, seen.old_url))


def _own_address(seen: Seen) -> Step:
    """Apple wants itunes:new-feed-url with the new address in the new feed (APPLE-CH-11)."""
    title = "the new feed says its own address in itunes:new-feed-url"
    to_do = f'write new_feed_url = "{seen.new_url}" below [show] in podcast.toml, then folge publish'
    if seen.new is None:
        return Step(id="new-feed-url", title=title, state=State.OPEN, seen=seen.absent, to_do=to_do, source=_APPLE)
    said = seen.new.show.tags.new_feed_url
    if not said:
        return Step(id="new-feed-url", title=title, state=State.OPEN, seen="it says none", to_do=to_do, source=_APPLE)
    state = State.DONE if _same(said, seen.new_url) else State.WRONG
    todo = to_do if state is State.WRONG else ""
    return Step(id="new-feed-url", title=title, state=state, seen=f"it says {said}", to_do=todo, source=_APPLE)


def _redirect(seen: Seen) -> Step:
    """The old address sends on for ever, straight to the new one."""
    title = "the old address redirects to the new one, for ever (301)"
    to_do, source, chain = _how(seen), seen.host.source, seen.chain
    if chain is None:
        told = "the old address is not known; say it with --from"
        return Step(id="redirect", title=title, state=State.UNKNOWN, seen=told, to_do=to_do, source=source)
    told, arrives = str(chain), _same(chain.end, seen.new_url)
    state = State.WRONG
    if arrives and chain.permanent and not chain.error:
        state, to_do = State.DONE, ""
    elif chain.error:
        told += f": {chain.error}"
    elif chain.redirects and not chain.permanent:
        told += ": a redirect that is not for ever; apps go on asking the old address"
    elif chain.redirects:
        told += ": not the address of the new feed"
    elif seen.unread:
        told += f": {seen.unread}"
    elif seen.old is None:
        told += ": no feed, but something else, such as a web page"
    else:
        state, told = State.OPEN, f"{told}: the old feed is still served"
    return Step(id="redirect", title=title, state=state, seen=told, to_do=to_do, source=source)


def _how(seen: Seen) -> str:
    text = seen.host.redirect.format(new=seen.new_url)
    if seen.host.id != OWN:
        return f"at {seen.host.name}, {text}"
    lines = server_lines(seen.old_url or "https://old.example/feed.xml", seen.new_url)
    return f"{text}\nnginx:\n{lines['nginx']}\nApache:\n{lines['apache']}"


def _told(seen: Seen) -> Step:
    """While it can be read, the old feed names the new address too."""
    title = "the old feed names the new address, as long as it can be read"
    if seen.chain and seen.chain.permanent and _same(seen.chain.end, seen.new_url):
        told = "it redirects, and cannot be read any more"
        return Step(id="old-new-feed-url", title=title, state=State.DONE, seen=told)
    if seen.old is None:
        return Step(id="old-new-feed-url", title=title, state=State.UNKNOWN, seen=_unread(seen))
    said = seen.old.show.tags.new_feed_url
    if said and _same(said, seen.new_url):
        return Step(id="old-new-feed-url", title=title, state=State.DONE, seen=f"it says {said}")
    if said:
        to_do = seen.host.tell.format(new=seen.new_url) or f"ask {seen.host.name} to take it out"
        return Step(id="old-new-feed-url", title=title, state=State.WRONG, seen=f"it says {said}", to_do=to_do)
    if not seen.host.tell:
        told = f"{seen.host.name} has no field for it; its redirect is enough"
        return Step(id="old-new-feed-url", title=title, state=State.DONE, seen=told)
    to_do = seen.host.tell.format(new=seen.new_url)
    return Step(id="old-new-feed-url", title=title, state=State.OPEN, seen="it says none", to_do=to_do)


_APPLE = "https://podcasters.apple.com/support/3965-how-to-change-hosting-providers"


def _directories(seen: Seen) -> Iterator[Step]:
    """Yield what has to be looked after where only the owner of the show gets in."""
    todo = {
        "apple": (
            "Apple Podcasts follows",
            f"in Apple Podcasts Connect, look at the RSS address of the show; where it is not {seen.new_url} two days "
            "after the redirect, write it there",
            _APPLE,
        ),
        "spotify": (
            "Spotify follows",
            f"in Spotify for Creators, look at the RSS address of the show; where it is not {seen.new_url}, write it "
            "there",
            "https://support.spotify.com/",
        ),
        "podcastindex": (
            "Podcastindex follows, and with it many apps",
            f"look for the show at podcastindex.org; where it has not {seen.new_url}, add that feed there",
            "https://podcastindex.org/add",
        ),
    }
    for name, (title, text, source) in todo.items():
        yield Step(id=name, title=title, state=State.UNKNOWN, to_do=text, source=source)


def _keep(seen: Seen) -> Step:
    text = (
        "leave the redirect in place for as long as anybody asks the old address, for four weeks at the very least; do "
        "not delete the account before; leave new_feed_url in podcast.toml as long"
    )
    return Step(id="keep", title="the redirect stays", state=State.UNKNOWN, to_do=text, source=_APPLE)


def _missing(old: PagedFeed, new: PagedFeed | None) -> list[Item]:
    there = {item.guid for item in new.items} if new else set()
    return [item for item in old.items if item.guid not in there]


def _unread(seen: Seen) -> str:
    return "the old feed was not read" if seen.old is None else "the new feed was not read"


def _to_read(seen: Seen) -> str:
    return "name a copy of the old feed that you kept: folge move --copy FILE" if seen.old is None else "folge publish"


def _same(one: str, other: str) -> bool:
    return comparable(one) == comparable(other)


def _some(texts: Sequence[str]) -> str:
    more = f"; and {len(texts) - _SHOWN} more" if len(texts) > _SHOWN else ""
    return "; ".join(texts[:_SHOWN]) + more


def _episodes(count: int) -> str:
    return f"{count} episode{'' if count == 1 else 's'}"


def describe_move(move: Move) -> str:
    """Return a move as text: every step with what was seen, and below it what is to be done."""
    lines = [f"from {move.host.name}{f', {move.old_url}' if move.old_url else ''} to {move.new_url}", ""]
    for step in move.steps:
        lines.append(f"{_MARKS[step.state]} {step.title}" + (f": {step.seen}" if step.seen else ""))
        lines += [f"    {line}" for line in step.to_do.splitlines()]
        if step.source and step.to_do:
            lines.append(f"    see {step.source}")
    counts = ", ".join(f"{count} {state.value}" for state in State if (count := move.count(state)))
    return visible("\n".join([*lines, "", counts]))


_MARKS = {State.DONE: "✓", State.OPEN: "○", State.WRONG: "✗", State.UNKNOWN: "?"}


def move_data(move: Move) -> dict[str, object]:
    """Return a move as JSON data."""
    return {
        "host": move.host.id,
        "old": move.old_url,
        "new": move.new_url,
        "steps": [
            {
                "id": step.id,
                "title": step.title,
                "state": step.state.value,
                "seen": step.seen,
                "to_do": step.to_do,
                "source": step.source,
            }
            for step in move.steps
        ],
    }
