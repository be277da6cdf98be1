"""What a pull would bring: texts this folder lacks or has in an earlier state, and the files they name."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from episodes.catalogue import Catalogue, load_catalogue
from episodes.frontmatter import LARGEST, parse, replace_field
from episodes.listing import episode_files
from episodes.model import Episode, Status
from episodes.problems import Problem, UserError
from episodes.timecode import show_moment
from podcast.layout import SOURCES, source_key
from podcast.publishing.arrivals import Action, Arrival, PullPlan, difference, written
from podcast.publishing.changes import Change, Kind
from podcast.publishing.ledger import Entry, Ledger, State
from podcast.publishing.observe import observe
from podcast.publishing.places import episode_name
from podcast.publishing.pulledfiles import PulledFiles
from podcast.publishing.pulledissues import pulled_issues
from podcast.publishing.pulledshow import pulled_show
from podcast.publishing.strayaudio import naming, own_path, ways_to_name
from podcast.publishing.survey import Survey, is_behind, survey
from podcast.settings import FILE
from podcast.stores import Store
from podcast.workspace import open_workspace

_READERS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Wished:
    """What a pull brings besides texts, covers and transcripts: the audio of every episode, or of these guids."""

    every_audio: bool = False
    audio: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The folder a pull writes into. `survey` is None where it holds no show yet.

    `store_words` is what its new `podcast.toml` says of the store.
    """

    folder: Path
    catalogue: Catalogue
    survey: Survey | None
    store_words: Mapping[str, str | bool]


def look_at(
    folder: Path, store: Store, *, now: datetime, by: str, store_words: Mapping[str, str | bool] | None = None
) -> tuple[Target, Ledger]:
    """Return a folder as a pull sees it, and the ledger of the store it is compared with.

    `now` is aware, `by` names the producer; `store_words` are for the new `podcast.toml` of a folder without one.
    Raises UserError where the store holds no show, or another one than the folder.
    """
    if (folder / FILE).exists():
        workspace = open_workspace(folder)
        seen: Survey | None = survey(workspace, store, now=now, by=by)
        catalogue = workspace.catalogue
    else:
        seen, catalogue = None, load_catalogue(folder / "episodes", None, base=folder)
    ledger = (seen.observed if seen else observe(store, thorough=False)).ledger
    if ledger is None:
        raise UserError(f"nothing is published in {store.url} yet", hint="look at the address, or publish first")
    show = ledger.show.release
    if seen and seen.workspace.settings.guid != show.guid:
        message = f"{store.url} holds '{show.title}', another show than {folder / FILE}"
        raise UserError(message, hint="pull it into a folder of its own: --into DIR")
    return Target(folder=folder, catalogue=catalogue, survey=seen, store_words=store_words or {}), ledger


def plan_pull(target: Target, ledger: Ledger, store: Store, wished: Wished) -> PullPlan:
    """Compare a folder with what is published. Nothing is written; texts that may be needed are read.

    What differs here and was never published is kept, whatever it is. Raises StoreError.
    """
    texts = _Texts(target, ledger, store)
    show, settings = pulled_show(target.folder, target.survey, ledger, store, target.store_words)
    arrivals = [*show, *texts.arrivals()]
    files = PulledFiles(target.folder, store, target.survey.files if target.survey else None)
    if settings:
        files.show(settings, ledger.show.release)
    coming = {arrival.guid for arrival in arrivals if arrival.writes}
    for entry in ledger.published:
        here = texts.here[entry.guid].audio if entry.guid in texts.here else ""
        wanted = wished.every_audio or entry.guid in wished.audio
        files.episode(entry, audio=wanted, here=here, text_comes=entry.guid in coming)
    arrivals = [_naming(arrival, files.paths.get(arrival.guid, "")) for arrival in arrivals]
    workspace = target.survey.workspace if target.survey else None
    arrivals += pulled_issues(target.folder, workspace, ledger, store)
    title = ledger.show.release.title
    return PullPlan(title=title, store_url=store.url, arrivals=(*arrivals, *files.arrivals))


def _naming(arrival: Arrival, audio: str) -> Arrival:
    """Return the arrival of a text that names its audio where a pull brings it; the same where that is no matter."""
    if not audio or not arrival.writes:
        return arrival
    try:
        text = naming(arrival.text, audio)
    except ValueError:
        return replace(arrival, reason=f"{arrival.reason}; write audio: {audio} into it yourself")
    reason = f"{arrival.reason}; its audio is {audio} here"
    return written(
        arrival.action, arrival.path, text, reason, here=arrival.here, former=arrival.former, guid=arrival.guid
    )


class _Texts:
    """Decides about episode files, in the light of what a publish from this folder would decide."""

    def __init__(self, target: Target, ledger: Ledger, store: Store) -> None:
        self.target = target
        self.store = store
        self.entries = sorted(ledger.entries, key=lambda entry: entry.position)
        self.here = {episode.guid: episode for episode in target.catalogue.episodes}
        self.sizes = {stat.key: stat.bytes for stat in store.list(SOURCES)}
        self.changes: dict[str, Change] = {}
        if target.survey:
            self.changes = {change.guid: change for change in target.survey.decision.changes}
        read = {episode.source_name for episode in target.catalogue.episodes}
        files = episode_files(target.catalogue.folder)
        self.unread = {path: _text(path) for path in files if path.name not in read}
        self.names = {path.name.lower() for path in files}

    def arrivals(self) -> Iterator[Arrival]:
        """Yield what happens to episode files, oldest episode first."""
        local = {guid: self.target.catalogue.path(episode).read_bytes() for guid, episode in self.here.items()}
        recalled = {entry.successor: entry for entry in self.entries if entry.successor and entry.guid in self.here}
        rows = [entry for entry in self.entries if not entry.successor]
        needed = [entry for entry in rows if self._differs(entry, local.get(entry.guid))]
        with ThreadPoolExecutor(_READERS) as pool:
            texts = list(pool.map(self._published, needed))
        for entry, text in zip(needed, texts, strict=True):
            if isinstance(text, Arrival):
                yield text
            elif entry.guid in self.here:
                yield from self._known(entry, self.here[entry.guid], local[entry.guid], text)
            elif former := recalled.get(entry.guid):
                yield self._recalled(entry, former, self.here[former.guid], local[former.guid], text)
            else:
                yield from self._new(entry, text)

    def _differs(self, entry: Entry, raw: bytes | None) -> bool:
        """Say whether a folder may have something else than what is published."""
        if raw is None:
            return True
        change, episode = self.changes.get(entry.guid), self.here[entry.guid]
        if entry.state is State.WITHDRAWN:
            return episode.status is not Status.WITHDRAWN
        if change and change.kind is Kind.SAME:
            return False
        same = hashlib.sha256(raw).hexdigest() == entry.release.episode.source_sha256
        return not same or _renamed(entry, episode)

    def _published(self, entry: Entry) -> str | Arrival:
        """Return the published text of an episode, or why it cannot be had; of a withdrawn one as it is now."""
        episode = entry.release.episode
        path = f"episodes/{episode_name(entry.release, ())}"
        size = self.sizes.get(entry.source_key)
        if size is None or size > LARGEST:
            reason = "its text is not in the store" if size is None else f"its text has {size:,} bytes"
            return Arrival(action=Action.SKIP, path=path, reason=f"{reason}; ask {entry.current.by} for the file")
        stored = self.store.get(entry.source_key)
        raw = stored.body if stored else b""
        text = raw.decode(errors="replace")
        if hashlib.sha256(raw).hexdigest() != episode.source_sha256 or text.encode() != raw:
            reason = f"its text in the store is not what was published; ask {entry.current.by} for the file"
            return Arrival(action=Action.SKIP, path=path, reason=reason)
        return _withdrawn(text) if entry.state is State.WITHDRAWN else text

    def _new(self, entry: Entry, text: str) -> Iterator[Arrival]:
        """Bring a text whose guid is not in this folder, unless a file here may be that episode all the same."""
        name = episode_name(entry.release, self.names)
        held = next((path for path, raw in self.unread.items() if entry.guid in raw), None)
        if held and self.unread[held] == text:
            return
        if held:
            reason = "is that episode but cannot be read; it is kept"
            shown = difference(text, self.unread[held])
            yield Arrival(action=Action.KEEP, path=f"episodes/{held.name}", reason=reason, diff=shown)
        elif name.lower() in self.names:
            reason = f"is another file here; rename it, and '{entry.release.episode.title}' is brought"
            yield Arrival(action=Action.SKIP, path=f"episodes/{name}", reason=reason)
        else:
            self.names.add(name.lower())
            yield written(Action.CREATE, f"episodes/{name}", text, _who(entry), guid=entry.guid)

    def _recalled(self, entry: Entry, former: Entry, episode: Episode, raw: bytes, text: str) -> Arrival:
        """Put the text of a recalled episode in the place of its former one, if that was published as it is."""
        path, here = f"episodes/{episode.source_name}", hashlib.sha256(raw).hexdigest()
        if self._was_published(former, raw):
            return written(Action.REPLACE, path, text, _who(entry), here=here, guid=entry.guid)
        reason = f"was recalled by {former.current.by}, is changed here, and is kept"
        return Arrival(action=Action.KEEP, path=path, reason=reason, here=here, diff=difference(text, raw.decode()))

    def _was_published(self, entry: Entry, raw: bytes) -> bool:
        guid_digest = hashlib.sha256(entry.guid.encode()).hexdigest()
        return source_key(guid_digest, hashlib.sha256(raw).hexdigest()) in self.sizes

    def _known(self, entry: Entry, episode: Episode, raw: bytes, text: str) -> Iterator[Arrival]:
        """Replace a text that was published before and is as it was then; keep any other."""
        path, here = f"episodes/{episode.source_name}", hashlib.sha256(raw).hexdigest()
        renamed = _renamed(entry, episode)
        ways = self._as_published(entry, episode, raw)
        if text.encode() in ways and not renamed:
            return
        if not self._is_earlier(entry, ways, text):
            reason = f"differs from what {entry.current.by} published, and is kept"
            yield Arrival(action=Action.KEEP, path=path, reason=reason, here=here, diff=difference(text, raw.decode()))
            return
        name = episode_name(entry.release, self.names) if renamed else episode.source_name
        former = ""
        if renamed and name.lower() not in self.names:
            path, former = f"episodes/{name}", path
            self.names.add(name.lower())
        yield written(Action.REPLACE, path, text, _who(entry), here=here, former=former, guid=entry.guid)

    def _as_published(self, entry: Entry, episode: Episode, raw: bytes) -> tuple[bytes, ...]:
        """Return a text here, and as it was published if its audio has another place here."""
        if not own_path(self.target.folder, entry, episode.audio):
            return (raw,)
        ways = ways_to_name(raw.decode(), entry.release.episode.audio)
        return (raw, *(way.encode() for way in ways))

    def _is_earlier(self, entry: Entry, ways: Sequence[bytes], text: str) -> bool:
        """Say whether a text is one that was published, and nothing a publish from here would publish."""
        stored = any(self._was_published(entry, way) for way in ways)
        change = self.changes.get(entry.guid)
        if change is None or not (stored or _withdrawn(text).encode() in ways):
            return False
        release = self.target.survey.releases.get(entry.guid) if self.target.survey else None
        return change.kind is Kind.WITHDRAWN or (release is not None and is_behind(change, release, entry.history))


def _withdrawn(text: str) -> str:
    """Return the text of an episode as a pull writes it while it is withdrawn."""
    document = parse(text.encode(), "")
    return text if isinstance(document, Problem) else replace_field(document, "status", Status.WITHDRAWN.value)


def _renamed(entry: Entry, episode: Episode) -> bool:
    """Say whether the file has the name that somebody published another one in place of."""
    return episode.slug in entry.former_slugs and episode.slug != entry.release.episode.slug


def _who(entry: Entry) -> str:
    title = entry.release.episode.title
    withdrawn = ", withdrawn" if entry.state is State.WITHDRAWN else ""
    return f"{title}, {show_moment(entry.current.at)} by {entry.current.by}{withdrawn}"


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(LARGEST).decode(errors="replace")
    except OSError:
        return ""
