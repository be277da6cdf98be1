"""A publish that is only rehearsed: what the public would get of everything here, drafts and waiting episodes too."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from episodes.model import Episode, Status
from episodes.problems import Problem, ProblemsFound, Severity, errors
from podcast.cache import cache_folder
from podcast.facts import Facts
from podcast.publishing.artifacts import Artifact, lay_out, render
from podcast.publishing.changes import NOTHING_ASKED, Decision
from podcast.publishing.copies import as_it_is
from podcast.publishing.decide import decide
from podcast.publishing.feeds import compile_pages
from podcast.publishing.gather import Gathered, assemble
from podcast.publishing.hearings import Hearings
from podcast.publishing.issuing import issues_here, with_issues
from podcast.publishing.ledger import Ledger
from podcast.publishing.measuring import measure_files
from podcast.publishing.observe import Observed
from podcast.publishing.pictures import Pictures
from podcast.publishing.rendered import Rendered
from podcast.publishing.searchfiles import Search
from podcast.publishing.smallpictures import SmallPictures
from podcast.publishing.uploads import Uploads
from podcast.publishing.waveforms import Waveforms
from podcast.stores import ABSENT, Store
from podcast.website.words import Words, words_for
from podcast.workspace import Workspace, require_sound
from podcast.written import with_lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """What would be public. `artifacts` are made here, by key; `blobs` are the keys of all that is made of files.

    `problems` stop no publish, or stand for an episode that stays as it is published.
    """

    base_url: str
    artifacts: Mapping[str, Artifact]
    blobs: frozenset[str]
    masters: Mapping[str, Path]
    uploads: Uploads
    problems: tuple[Problem, ...]

    def path(self, key: str) -> Path | None:
        """Return the file here an object is made of; of a tagged copy the producer's own. None where there is none."""
        return self.masters.get(key) or self.uploads.path(key)


def rehearse(workspace: Workspace, ledger: Ledger | None, store: Store, *, now: datetime, by: str) -> Rehearsal:
    """Return what would be public if everything were ready and due now; nothing is written but caches.

    `store` is only read, for transcripts that are not here. Raises ProblemsFound for mistakes.
    """
    require_sound(workspace)
    ready, notes = _as_if_due(workspace, ledger, now)
    gathered = assemble(ready, measure_files(ready, Facts(cache_folder(workspace.folder))), as_it_is, ledger)
    problems = with_lines((*workspace.problems, *notes, *gathered.problems), workspace.folder)
    if errors(problems):
        raise ProblemsFound(problems)
    decision = decide(
        gathered.show,
        gathered.releases,
        gathered.idle,
        ledger,
        now=max([_hour(now), *_dates(ready)]),
        by=by,
        settings_sha256=workspace.settings.source_sha256,
    )
    issues = issues_here(workspace, ledger)
    zone = workspace.settings.zone
    decision = with_issues(decision, issues, asked=NOTHING_ASKED, now=_hour(now), by=by, zone=zone)
    refused = [_refused(change.title, change.reason) for change in decision.refused]
    artifacts, complete, found = _made(workspace, gathered, decision, store)
    published = [entry.release for entry in complete.published]
    blobs = {blob.key for release in published for blob in release.blobs()}
    blobs |= {blob.key for blob in complete.show.release.blobs()}
    blobs |= {blob.key for made in complete.pictures.values() for blob in made}
    return Rehearsal(
        base_url=complete.show.release.base_url,
        artifacts={artifact.key: artifact for artifact in artifacts},
        blobs=frozenset(blobs | {blob.key for blob in complete.peaks.values()}),
        masters={
            release.audio.key: gathered.sounds[release.audio.origin]
            for release in published
            if release.audio.origin in gathered.sounds
        },
        uploads=gathered.uploads,
        problems=(*problems, *issues.problems, *refused, *found),
    )


def _made(
    workspace: Workspace, gathered: Gathered, decision: Decision, store: Store
) -> tuple[list[Artifact], Ledger, tuple[Problem, ...]]:
    """Return feeds, pages and search, the ledger they are made of, and what is wrong with the search."""
    cache = cache_folder(workspace.folder)
    nothing = Observed(
        ledger=None, ledger_tag=ABSENT, ledger_sha256="", inventory_tag=ABSENT, held={}, blobs=None, settled=True
    )
    complete = Pictures(SmallPictures(cache / "pictures"), gathered.uploads, nothing).complete(decision.ledger)
    hearings = Hearings(cache / "heard", workspace.settings.audio.loudness, _in_silence)
    # whoever writes is not made to wait until hours of sound were listened to: what a publish heard is drawn
    complete = Waveforms(hearings, {}, cache / "peaks", gathered.uploads, wanted=False).complete(complete, nothing)
    own = cache / "preview"
    dated, feeds = compile_pages(_named_as_preview(complete), Rendered(own / "rendered.sqlite3"))
    complete, draft = lay_out(replace(dated, show=complete.show))
    pages = render(complete, feeds, draft, Rendered(own / "pages.sqlite3"), workspace.settings.site.templates)
    search = Search(own, gathered.uploads, store, _in_silence).files(complete, nothing)
    return [*pages, *search.artifacts], complete, search.problems


def _in_silence(text: str) -> None:
    """Say nothing of what is being done."""


def _as_if_due(workspace: Workspace, ledger: Ledger | None, now: datetime) -> tuple[Workspace, list[Problem]]:
    """Return the folder as if every draft were ready, each named as what it is, and what is missing for that."""
    words = words_for(workspace.settings.language)
    known = ledger.by_guid() if ledger else {}
    problems = []
    episodes = []
    for episode in workspace.catalogue.episodes:
        bare = episode.status is Status.DRAFT and not (episode.remote or workspace.there(episode.audio))
        if bare and episode.guid not in known:
            name = f"episodes/{episode.source_name}"
            message = "a draft without audio, so the preview does not show it yet"
            problems.append(Problem(severity=Severity.NOTE, path=name, field="audio", message=message))
        marked = episode if bare or episode.guid in known else _marked(episode, words, now)
        episodes.append(marked)
    return replace(workspace, catalogue=replace(workspace.catalogue, episodes=tuple(episodes))), problems


def _marked(episode: Episode, words: Words, now: datetime) -> Episode:
    """Return an episode that is ready, with what it still is before its title."""
    if episode.status is Status.DRAFT:
        mark = words.say("preview_draft")
    elif episode.status is Status.READY and episode.published and episode.published > now:
        moment = episode.published
        mark = words.say("preview_waits", day=words.day(moment.date()), time=f"{moment.hour}:{moment:%M}")
    else:
        return episode
    title = f"{mark}: {episode.title or episode.slug}"
    return replace(episode, title=title, status=Status.READY, published=episode.published or _hour(now))


def _named_as_preview(ledger: Ledger) -> Ledger:
    """Return a ledger whose feed says that it is none to subscribe to, and that no catalogue takes."""
    release = ledger.show.release
    title = f"{words_for(release.language).say('preview')}: {release.title}"
    release = replace(release, title=title, tags=replace(release.tags, blocked=True))
    return replace(ledger, show=replace(ledger.show, release=release))


def _hour(now: datetime) -> datetime:
    """Return the full hour: what is new is dated by it, so that pages stay the same from one look to the next."""
    return now.replace(minute=0, second=0, microsecond=0)


def _dates(workspace: Workspace) -> Iterator[datetime]:
    yield from (episode.published for episode in workspace.catalogue.episodes if episode.published)


def _refused(title: str, reason: str) -> Problem:
    message = f"'{title}' {reason}" if title else reason
    return Problem(severity=Severity.WARNING, message=message, hint="the preview shows what is published")
