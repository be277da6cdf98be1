"""What a publish would change, decided for each guid in catalogue and ledger. Pure: values and `now` in, values out."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from episodes.model import Episode, Status
from episodes.timecode import show_moment
from podcast.digests import differences, digest
from podcast.layout import source_key
from podcast.publishing.addresses import Addresses
from podcast.publishing.changes import NOTHING_ASKED, Asked, Change, Decision, Kind
from podcast.publishing.differing import (
    older_words,
    replaced_alternate,
    replaced_fields,
    sound_words,
    stale_fields,
    who_published,
)
from podcast.publishing.ledger import Entry, Ledger, State, Version, with_positions
from podcast.publishing.showchange import decide_show
from podcast.publishing.tombstones import handed_on, recalled, restored, with_version, withdrawn
from podcast.release import Release, ShowRelease

_FILES = frozenset({"audio", "audio_facts", "alternates"})
"""Fields a producer can ask for anew with `replace_audio`."""


def decide(
    show: ShowRelease,
    releases: Sequence[Release],
    idle: Sequence[Episode],
    ledger: Ledger | None,
    *,
    now: datetime,
    by: str,
    asked: Asked = NOTHING_ASKED,
    seen: Mapping[str, str] | None = None,
    settings_sha256: str = "",
) -> Decision:
    """Compare what is here with what is published.

    `idle` are episodes nobody published and that are not to be: drafts and withdrawn ones. `now` is aware;
    `by` names the producer in the ledger's history. `seen` maps guids to the digests that were published when
    the producer was asked: what moved on since then is not overwritten. `settings_sha256` is that of `podcast.toml`.
    """
    at = ledger.following(now) if ledger else now
    judge = _Judge(ledger, asked, now, at, by, seen or {})
    here = {release.episode.guid: release for release in releases}
    show_entry, show_change = decide_show(
        show,
        ledger.show if ledger else None,
        Version(digest=digest(show), at=at, by=by),
        asked=asked,
        seen=seen or {},
        settings_sha256=settings_sha256,
    )
    changes = [show_change] if show_change else []
    changes += [_idle(episode) for episode in idle]
    there = ledger.by_guid() if ledger else {}
    entries: list[Entry] = []
    for guid in sorted({*here, *there}, key=lambda guid: _age(here.get(guid) or there[guid].release)):
        entry, change = judge.episode(here.get(guid), there.get(guid))
        changes.append(change)
        if entry is not None:
            entries.append(entry)
    changes.sort(key=lambda change: (change.guid != "", change.number is None, change.number or 0, change.slug))
    entries.sort(key=lambda entry: entry.guid)
    rows = with_positions(entries)
    next_ledger = replace(ledger, show=show_entry, entries=rows) if ledger else Ledger(show=show_entry, entries=rows)
    return Decision(changes=tuple(changes), ledger=next_ledger)


def _age(release: Release) -> tuple[int, float, str]:
    """Return what orders episodes as listeners met them: season, date, guid."""
    episode = release.episode
    return (episode.season or 0, episode.published.timestamp() if episode.published else 0.0, episode.guid)


def _change(kind: Kind, release: Release, reason: str, fields: tuple[str, ...] = ()) -> Change:
    return _about(kind, release.episode, reason, fields)


def _about(kind: Kind, episode: Episode, reason: str, fields: tuple[str, ...] = ()) -> Change:
    return Change(
        kind=kind,
        guid=episode.guid,
        title=episode.title,
        reason=reason,
        slug=episode.slug,
        number=episode.number,
        fields=fields,
    )


def _idle(episode: Episode) -> Change:
    if episode.status is Status.DRAFT:
        return _about(Kind.DRAFT, episode, f"a draft; to publish it: folge set {episode.slug} status=ready")
    return _about(Kind.WITHDRAWN, episode, "withdrawn before it was published")


class _Judge:
    """Decides about one episode after the other, in the light of the ledger and of what was asked for."""

    def __init__(
        self,
        ledger: Ledger | None,
        asked: Asked,
        now: datetime,
        at: datetime,
        by: str,
        seen: Mapping[str, str],
    ) -> None:
        self.ledger = ledger
        self.taken = Addresses(ledger)
        self.asked = asked
        self.now = now
        self.at = at
        self.by = by
        self.seen = seen

    def episode(self, release: Release | None, old: Entry | None) -> tuple[Entry | None, Change]:
        if release is None and old is not None:
            return self._absent(old)
        if release is None:
            raise ValueError("an episode is here, in the ledger, or both")
        if old is None:
            return self._new(release)
        if self.asked.only_due:
            return old, _change(Kind.SAME, old.release, "left as it is")
        return self._known(release, old)

    def _moved_on(self, guid: str, current: Version) -> bool:
        return guid in self.seen and self.seen[guid] != current.digest

    def _absent(self, old: Entry) -> tuple[Entry, Change]:
        """Decide about an episode that is in the ledger and not here: it stays, unless it was named."""
        release = old.release
        successor = next((new for new, former in self.asked.recall.items() if former == old.guid), "")
        if successor:
            entry = recalled(old, successor, self.at, self.by)
            return entry, _change(Kind.WITHDRAW, release, "leaves the feed; its page leads to the new edition")
        if old.guid in self.asked.withdraw and old.state is State.PUBLISHED:
            return withdrawn(old, self.at, self.by), _change(Kind.WITHDRAW, release, _LEAVES)
        if old.guid in self.asked.restore and old.state is State.WITHDRAWN and not old.successor:
            return restored(old, self.at, self.by), _change(Kind.RESTORE, release, _RETURNS)
        if self.asked.alone:
            return old, _change(Kind.SAME, release, old.state.value)
        if old.state is State.WITHDRAWN:
            return old, _change(Kind.WITHDRAWN, release, "withdrawn; it stays so")
        reason = f"is not in this folder; {old.current.by} published it; it is kept"
        return old, _change(Kind.ELSEWHERE, release, reason)

    def _known(self, release: Release, old: Entry) -> tuple[Entry, Change]:
        """Decide about an episode that is both here and in the ledger."""
        episode = release.episode
        if old.successor:
            reason = f"was recalled by {old.current.by}; it goes on as guid {old.successor}, which folge pull brings"
            return old, _change(Kind.WITHDRAWN, release, reason)
        if episode.status is Status.WITHDRAWN or old.guid in self.asked.withdraw:
            return self._withdrawn(release, old)
        if old.state is State.WITHDRAWN and episode.guid not in self.asked.restore:
            return old, _change(
                Kind.WITHDRAWN, release, f"was withdrawn; to publish it again: {_ask('restore', release)}"
            )
        if episode.status is Status.DRAFT:
            reason = f"is published but a draft here; to take it back: folge withdraw {episode.slug}"
            return old, _change(Kind.REFUSE, release, reason)
        owner = self.taken.owner(episode.slug)
        if episode.slug != old.release.episode.slug and owner is not None and owner.guid != old.guid:
            reason = f"the address '{episode.slug}' belongs to the episode with guid {owner.guid}; rename the file"
            return old, _change(Kind.REFUSE, release, reason)
        return self._published(release, old)

    def _withdrawn(self, release: Release, old: Entry) -> tuple[Entry, Change]:
        if old.state is State.WITHDRAWN:
            return old, _change(Kind.WITHDRAWN, old.release, "withdrawn")
        before = any(version.state is State.WITHDRAWN for version in old.history)
        if before and old.guid not in self.asked.mine | self.asked.withdraw:
            how = _ask("mine", release)
            reason = f"was withdrawn once, and is back since {who_published(old.current)}; to withdraw it again: {how}"
            return old, _change(Kind.BEHIND, release, reason)
        return withdrawn(old, self.at, self.by), _change(Kind.WITHDRAW, release, _LEAVES)

    def _published(self, release: Release, old: Entry) -> tuple[Entry, Change]:
        version = self._version(release)
        mine = old.guid in self.asked.mine
        back = old.state is State.WITHDRAWN
        same = version.digest == old.current.digest
        if same and not back:
            return old, _change(Kind.SAME, release, "published")
        changed = differences(old.release, release)
        if not same and not mine:
            asked = old.guid in self.asked.replace_audio and {*changed} <= _FILES  # with the tags of before, say
            if any(version.digest == earlier.digest for earlier in old.history) and not asked:
                return self._older(old, release, changed)
            stale = stale_fields(release, old.history, changed)
            if stale and not asked:
                if {*stale} == {*changed}:  # nobody edited it here: audio that is not here is the newest already
                    return self._older(old, release, changed, stale)
                both = f"{_ask('restore', release)} --mine {release.episode.slug}" if back else _ask("mine", release)
                reason = f"{older_words(stale, old.current)}; take those over, or: {both}"
                return old, _change(Kind.REFUSE, release, reason, changed)
            if self._moved_on(old.guid, old.current):
                reason = f"was changed by {old.current.by} meanwhile; look at both, or: {_ask('mine', release)}"
                return old, _change(Kind.REFUSE, release, reason, changed)
        refusal = self._refusal(release, old.release, changed)
        if refusal:
            return old, _change(Kind.REFUSE, release, refusal, changed)
        version = replace(version, replaced=replaced_fields(old.release, changed))
        entry = replace(
            with_version(old, version),
            release=release,
            source_key=_source(release),
            short=old.short or self.taken.short(release),
            former_slugs=handed_on(old, release.episode.slug),
        )
        if back:
            return entry, _change(Kind.RESTORE, release, _RETURNS, changed)
        return entry, _change(Kind.UPDATE, release, "changed here", changed)

    def _older(
        self, old: Entry, release: Release, changed: tuple[str, ...], stale: Sequence[str] = ()
    ) -> tuple[Entry, Change]:
        """Keep what is published where the text here is an older one; what returns, returns as it was."""
        if old.state is State.WITHDRAWN:
            return restored(old, self.at, self.by), _change(Kind.RESTORE, old.release, _RETURNS_AS_IT_WAS)
        reason = f"the text here is older than what {who_published(old.current)}, which is kept; to publish it: "
        reason += _ask("mine", release)
        if stale:
            reason = f"{older_words(stale, old.current)}; to take it over: folge pull"
        return old, _change(Kind.BEHIND, release, reason, changed)

    def _version(self, release: Release) -> Version:
        audio = release.audio
        copy = audio.sha256 if audio.master else ""
        return Version(digest=digest(release), at=self.at, by=self.by, audio=audio.origin, copy=copy)

    def _refusal(self, release: Release, old: Release, changed: tuple[str, ...]) -> str:
        """Return why an update of a live episode must be asked for by its own flag, or nothing."""
        guid, new, was = release.episode.guid, release.episode.published, old.episode.published
        if "published" in changed and new and was and guid not in self.asked.change_date:
            how = _ask("change-date", release)
            return f"its date would change from {show_moment(was)} to {show_moment(new)}; to change it: {how}"
        if new and new > self.now:
            return f"it is published, and its date here is still to come ({show_moment(new)})"
        if "audio" in changed and guid not in self.asked.replace_audio:
            files = f"{sound_words(old.audio)} → {sound_words(release.audio)}"
            how = f"{_ask('replace-audio', release)}, or folge replace"
            return f"its audio is another file now: {files}; to give it a new address and keep the guid: {how}"
        if guid not in self.asked.replace_audio and (other := replaced_alternate(release, old)):
            how = _ask("replace-audio", release)
            return f"{other}; to give it a new address: {how}"
        return ""

    def _new(self, release: Release) -> tuple[Entry | None, Change]:
        episode = release.episode
        old = self.ledger.by_guid().get(self.asked.recall.get(episode.guid, "")) if self.ledger else None
        taken = (Addresses(self.ledger, without=old.guid) if old else self.taken).taken_from(release)
        if taken:
            return None, _change(Kind.REFUSE, release, taken)
        if old and release.episode.published != old.release.episode.published:
            reason = f"its date is {_moment(old.release)} as published, and {_moment(release)} here; a recall keeps it"
            return None, _change(Kind.REFUSE, release, reason)
        if episode.published and episode.published > self.now:
            change = _change(Kind.WAIT, release, f"waits until {show_moment(episode.published)}")
            return None, replace(change, due=episode.published)
        version = self._version(release)
        entry = Entry(
            guid=episode.guid,
            state=State.PUBLISHED,
            release=release,
            history=(version,),
            source_key=_source(release),
            short=old.short if old else self.taken.short(release),
            former_slugs=handed_on(old, episode.slug) if old else (),
        )
        return entry, _change(Kind.ADD, release, _RECALLED if old else "new")


_LEAVES = "leaves the feed; its audio stays where it is until 'folge tidy'"
_RETURNS = "returns to the feed"
_RETURNS_AS_IT_WAS = f"{_RETURNS} as it was published; the text here is older"
_RECALLED = "its new edition with a guid of its own: everyone downloads it again"


def _moment(release: Release) -> str:
    return show_moment(release.episode.published) if release.episode.published else "none"


def _ask(flag: str, release: Release) -> str:
    """Return the command that asks for a change by name."""
    return f"folge publish --{flag} {release.episode.slug}"


def _source(release: Release) -> str:
    guid_digest = hashlib.sha256(release.episode.guid.encode()).hexdigest()
    return source_key(guid_digest, release.episode.source_sha256)
