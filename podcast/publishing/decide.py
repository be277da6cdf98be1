"""What a publish would change, decided for each guid in catalogue and ledger. Pure: values and `now` in, values out."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from episodes.model import Episode, Status
from episodes.timecode import show_moment
from podcast.layout import source_key
from podcast.publishing.ledger import Entry, Ledger, ShowEntry, State, Version
from podcast.release import Release, ShowRelease, differences, digest

KEPT_VERSIONS = 50
"""How many earlier states of an episode the ledger remembers, to know an old copy when it meets one."""


class Kind(StrEnum):
    """What would happen to an episode."""

    ADD = "add"
    UPDATE = "update"
    WITHDRAW = "withdraw"
    RESTORE = "restore"
    SAME = "same"
    DRAFT = "draft"
    WAIT = "wait"
    BEHIND = "behind"
    ELSEWHERE = "elsewhere"
    WITHDRAWN = "withdrawn"
    REFUSE = "refuse"


WRITES = frozenset({Kind.ADD, Kind.UPDATE, Kind.WITHDRAW, Kind.RESTORE})
"""The kinds that change the ledger."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a listener would notice of one episode (or of the show: guid empty), and why."""

    kind: Kind
    guid: str
    title: str
    reason: str
    slug: str = ""
    number: int | None = None
    fields: tuple[str, ...] = ()
    due: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the producer named: guids whose audio, date or older text may replace what is published.

    `restore` names withdrawn episodes to publish again; `new_address` allows the whole show to move.
    """

    replace_audio: frozenset[str] = frozenset()
    change_date: frozenset[str] = frozenset()
    mine: frozenset[str] = frozenset()
    restore: frozenset[str] = frozenset()
    show_mine: bool = False
    new_address: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The changes, and the ledger that would follow from them. `ledger` is the old one where nothing is written."""

    changes: tuple[Change, ...]
    ledger: Ledger

    @property
    def refused(self) -> tuple[Change, ...]:
        """The changes that stop a publish."""
        return tuple(change for change in self.changes if change.kind is Kind.REFUSE)


def decide(
    show: ShowRelease,
    releases: Sequence[Release],
    idle: Sequence[Episode],
    ledger: Ledger | None,
    *,
    asked: Asked,
    now: datetime,
    by: str,
) -> Decision:
    """Compare what is here with what is published.

    `idle` are episodes nobody published and that are not to be: drafts and withdrawn ones. `now` is aware;
    `by` names the producer in the ledger's history.
    """
    here = {release.episode.guid: release for release in releases}
    show_entry, show_change = _show(show, ledger.show if ledger else None, asked, now, by)
    changes = [show_change] if show_change else []
    changes += [_idle(episode) for episode in idle]
    entries: list[Entry] = []
    entry: Entry | None
    taken = _Addresses(ledger)
    there = ledger.by_guid() if ledger else {}
    for guid in sorted({*here, *there}):
        old = there.get(guid)
        release = here.get(guid)
        if release is None and old is not None:
            entry, change = old, _absent(old)
        elif release is not None and old is not None:
            entry, change = _known(release, old, taken, asked, now, by)
        elif release is not None:
            change = _new(release, taken, now)
            entry = _enter(release, taken, now, by) if change.kind is Kind.ADD else None
        else:
            continue
        changes.append(change)
        if entry is not None:
            entries.append(entry)
    changes.sort(key=lambda change: (change.guid != "", change.number is None, change.number or 0, change.slug))
    return Decision(changes=tuple(changes), ledger=Ledger(show=show_entry, entries=tuple(entries)))


def _change(kind: Kind, release: Release, reason: str, fields: tuple[str, ...] = ()) -> Change:
    return _about(kind, release.episode, reason, fields)


def _about(kind: Kind, episode: Episode, reason: str, fields: tuple[str, ...] = ()) -> Change:
    return Change(
        kind=kind, guid=episode.guid, title=episode.title, reason=reason, slug=episode.slug, number=episode.number,
        fields=fields,
    )  # fmt: skip


def _idle(episode: Episode) -> Change:
    if episode.status is Status.DRAFT:
        return _about(Kind.DRAFT, episode, "a draft; publish it with status=ready")
    return _about(Kind.WITHDRAWN, episode, "withdrawn before it was published")


def _show(
    release: ShowRelease, old: ShowEntry | None, asked: Asked, now: datetime, by: str
) -> tuple[ShowEntry, Change | None]:
    version = Version(digest=digest(release), at=now, by=by)
    if old is None:
        return ShowEntry(release=release, history=(version,)), None
    if version.digest == old.current.digest:
        return old, None

    def change(kind: Kind, reason: str) -> Change:
        return Change(kind=kind, guid="", title=release.title, reason=reason, fields=differences(old.release, release))

    if release.guid != old.release.guid:
        reason = f"this store holds another show (podcast guid {old.release.guid}); say another store in podcast.toml"
        return old, change(Kind.REFUSE, reason)
    if any(version.digest == earlier.digest for earlier in old.history) and not asked.show_mine:
        return old, change(Kind.BEHIND, f"podcast.toml here is older than what {_who(old.current)} published")
    if release.base_url != old.release.base_url and not asked.new_address:
        reason = f"every address would change from {old.release.base_url} to {release.base_url}; ask with --new-address"
        return old, change(Kind.REFUSE, reason)
    return ShowEntry(release=release, history=(*old.history, version)[-KEPT_VERSIONS:]), change(
        Kind.UPDATE, "the show's settings changed"
    )


def _who(version: Version) -> str:
    return f"{version.by} published on {show_moment(version.at)}" if version.by else show_moment(version.at)


def _absent(old: Entry) -> Change:
    if old.state is State.WITHDRAWN:
        return _change(Kind.WITHDRAWN, old.release, "withdrawn; it stays so")
    return _change(Kind.ELSEWHERE, old.release, f"is not in this folder; {old.current.by} published it; it is kept")


def _known(
    release: Release, old: Entry, taken: "_Addresses", asked: Asked, now: datetime, by: str
) -> tuple[Entry, Change]:
    """Decide about an episode that is both here and in the ledger."""
    episode = release.episode
    if episode.status is Status.WITHDRAWN:
        if old.state is State.WITHDRAWN:
            return old, _change(Kind.WITHDRAWN, old.release, "withdrawn")
        version = replace(old.current, at=now, by=by)
        entry = replace(old, state=State.WITHDRAWN, history=(*old.history, version)[-KEPT_VERSIONS:])
        return entry, _change(Kind.WITHDRAW, release, "leaves the feed; its audio stays where it is")
    if old.state is State.WITHDRAWN and episode.guid not in asked.restore:
        return old, _change(Kind.WITHDRAWN, release, "was withdrawn; publish it again with --restore")
    if episode.status is Status.DRAFT:
        return old, _change(Kind.REFUSE, release, "is published but a draft here; to take it back set status=withdrawn")
    owner = taken.slugs.get(episode.slug)
    if owner is not None and owner.guid != episode.guid:
        reason = f"the address '{episode.slug}' belongs to the episode with guid {owner.guid}; choose another file name"
        return old, _change(Kind.REFUSE, release, reason)
    return _published(release, old, asked, now, by)


def _published(release: Release, old: Entry, asked: Asked, now: datetime, by: str) -> tuple[Entry, Change]:
    version = Version(digest=digest(release), at=now, by=by)
    guid = release.episode.guid
    restored = old.state is State.WITHDRAWN
    if version.digest == old.current.digest and not restored:
        return old, _change(Kind.SAME, release, "published")
    if (
        any(version.digest == earlier.digest for earlier in old.history[:-1])
        and guid not in asked.mine
        and not restored
    ):
        reason = f"the text here is older than what {_who(old.current)}; that is kept; publish yours with --mine"
        return old, _change(Kind.BEHIND, release, reason)
    changed = differences(old.release, release)
    refusal = _refusal(release, old.release, changed, asked, now)
    if refusal:
        return old, _change(Kind.REFUSE, release, refusal, changed)
    former = [slug for slug in (*old.former_slugs, old.release.episode.slug) if slug != release.episode.slug]
    entry = replace(
        old,
        state=State.PUBLISHED,
        release=release,
        history=(*old.history, version)[-KEPT_VERSIONS:],
        source_key=_source(release),
        former_slugs=tuple(dict.fromkeys(former)),
    )
    kind = Kind.RESTORE if restored else Kind.UPDATE
    return entry, _change(kind, release, "returns to the feed" if restored else "changed here", changed)


def _refusal(release: Release, old: Release, changed: tuple[str, ...], asked: Asked, now: datetime) -> str:
    """Return why an update of a live episode must be asked for by its own flag, or nothing."""
    guid, new_date, old_date = release.episode.guid, release.episode.published, old.episode.published
    if "published" in changed and new_date and old_date and guid not in asked.change_date:
        return f"its date would change from {show_moment(old_date)} to {show_moment(new_date)}; ask with --change-date"
    if new_date and new_date > now:
        return f"it is published, and its date here is still to come ({show_moment(new_date)})"
    if "audio" in changed and guid not in asked.replace_audio:
        return "its audio is another file now; ask with --replace-audio to give it a new address and the same guid"
    return ""


class _Addresses:
    """The slugs, short links and audio that are taken in the ledger."""

    def __init__(self, ledger: Ledger | None) -> None:
        entries = ledger.entries if ledger else ()
        self.slugs = {slug: e for e in entries for slug in (e.release.episode.slug, *e.former_slugs)}
        self.shorts = {entry.short for entry in entries if entry.short}
        self.audio = {entry.release.audio.sha256: entry for entry in entries}

    def short(self, release: Release) -> str:
        """Return what follows `/f/` for a new episode: its number, with the season where the number is taken."""
        number, season = release.episode.number, release.episode.season
        if number is None:
            return ""
        wanted = [f"{number}", f"s{season or 1}e{number}"]
        free = next((short for short in wanted if short not in self.shorts), "")
        self.shorts.add(free)
        return free


def _new(release: Release, taken: _Addresses, now: datetime) -> Change:
    episode = release.episode
    other = taken.slugs.get(episode.slug) or taken.audio.get(release.audio.sha256)
    if other is not None and other.state is State.PUBLISHED:
        what = "address" if episode.slug in taken.slugs else "audio"
        reason = (
            f"its {what} belongs to the published episode with guid {other.guid}; restore that guid, it never changes"
        )
        return _change(Kind.REFUSE, release, reason)
    if episode.published and episode.published > now:
        change = _change(Kind.WAIT, release, f"waits until {show_moment(episode.published)}")
        return replace(change, due=episode.published)
    return _change(Kind.ADD, release, "new")


def _enter(release: Release, taken: _Addresses, now: datetime, by: str) -> Entry:
    return Entry(
        guid=release.episode.guid,
        state=State.PUBLISHED,
        release=release,
        history=(Version(digest=digest(release), at=now, by=by),),
        source_key=_source(release),
        short=taken.short(release),
    )


def _source(release: Release) -> str:
    guid_digest = hashlib.sha256(release.episode.guid.encode()).hexdigest()
    return source_key(guid_digest, release.episode.source_sha256)
