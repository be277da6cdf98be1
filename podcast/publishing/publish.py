"""The one flow: load, measure, observe, decide, render, plan, apply; again from observe where somebody moved."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from episodes.model import Episode
from episodes.problems import Problem, ProblemsFound, Severity, UserError, errors
from episodes.timecode import show_moment
from podcast.cache import cache_folder
from podcast.conditions import Conditions
from podcast.facts import Facts
from podcast.newsletter.issues import issue_path
from podcast.publishing.apply import SILENT, Listener, apply
from podcast.publishing.artifacts import Artifact, Stage, lay_out, render
from podcast.publishing.changes import Asked, Decision
from podcast.publishing.checking import check_pages, check_waiting, foretold, waiting_ledger
from podcast.publishing.copies import Copies
from podcast.publishing.decide import decide
from podcast.publishing.editions import held_missing, held_warning, published, with_edition
from podcast.publishing.feeds import compile_pages
from podcast.publishing.gather import Gathered, assemble
from podcast.publishing.hearings import Hearings
from podcast.publishing.inherited import softened
from podcast.publishing.issuing import issues_here, seen_issues, with_issues
from podcast.publishing.ledger import Ledger, State
from podcast.publishing.measuring import Files, measure_files
from podcast.publishing.observe import ATTEMPTS, MovedAway, Observed, observe
from podcast.publishing.pictures import Pictures
from podcast.publishing.plan import Plan, make_plan, new_pages, no_plan, stranger
from podcast.publishing.rendered import Rendered
from podcast.publishing.searchfiles import Search
from podcast.publishing.showchange import another_show
from podcast.publishing.sitepages import site_pages
from podcast.publishing.smallpictures import SmallPictures
from podcast.publishing.waveforms import Waveforms
from podcast.settings import FILE, Settings
from podcast.stores import Moved, Store
from podcast.workspace import Workspace, require_sound
from podcast.written import with_lines

_FAR_BEHIND = timedelta(minutes=5)
"""How far a clock may be behind what is published before that is told; rivals in a hurry date ahead by seconds."""


class Refused(ProblemsFound):
    """Something published would change in a way the producer has to ask for (exit code 3)."""


class Impossible(ProblemsFound):
    """What has to be there is missing, or something else is in its place (exit code 3)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A plan, what it was made from, and the problems that do not stop it.

    `waiting` is a ledger of the episodes that wait, as if they were due; None where there are none, or nobody asks.
    """

    plan: Plan
    observed: Observed
    ledger: Ledger
    problems: tuple[Problem, ...]
    waiting: Ledger | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a publish did. `plan` is the one that was applied; its steps are empty where there was nothing to do.

    `ledger` is what the store says now.
    """

    plan: Plan
    problems: tuple[Problem, ...]
    attempts: int
    observed: Observed
    ledger: Ledger


class Publisher:
    """One publish of a workspace to its store. `now` is aware; `by` names the producer.

    `working` is told what is being done with files, and an empty text when that is over.
    """

    def __init__(
        self,
        workspace: Workspace,
        store: Store,
        *,
        now: datetime,
        by: str,
        asked: Asked | None = None,
        working: Callable[[str], None] = lambda text: None,
    ) -> None:
        self.workspace = workspace
        self.store = store
        self.now = now
        self.by = by
        self.asked = asked or Asked()
        self._files: Files | None = None
        cache = cache_folder(workspace.folder)
        self._facts = Facts(cache, working)
        self._small = SmallPictures(cache / "pictures")
        self._hearings = Hearings(cache / "heard", workspace.settings.audio.loudness, working)
        self._working = working
        self._seen: dict[str, str] = {}
        self._conditions = Conditions(store, workspace.settings.store)

    def prepare(self, *, thorough: bool = False, every: bool = False) -> Prepared:
        """Make the plan; write nothing. Raises ProblemsFound for errors in files or feed, Refused for refusals.

        Feeds that would be written are checked; with `every` those too that are published as they are. An error in an
        episode that waits is a warning; with `every` it is told as all else there, and stops nothing. What is
        missing or in the way may have come, with its row in the ledger, while the store was looked at: it is an error
        where a second look finds the same ledger.
        """
        require_sound(self.workspace)
        try:
            if self._files is None:
                self._files = measure_files(self.workspace, self._facts)
            before = None
            while True:
                # of what was withdrawn nobody knows whether it was tidied away since
                again = before is not None or bool(self.asked.restore)
                observed = observe(self.store, thorough=thorough or again)
                try:
                    prepared = self._prepared(self._files, observed, every=every)
                    return self._with_waiting(prepared, every=every)
                except Impossible:
                    if observed.ledger_tag == before:
                        raise
                    before = observed.ledger_tag
        finally:
            self._working("")

    def _with_waiting(self, prepared: Prepared, *, every: bool) -> Prepared:
        """Add what will be wrong once the episodes that wait are due."""
        if prepared.waiting is None:
            return prepared
        rendered = Rendered(cache_folder(self.workspace.folder) / "waiting.sqlite3")
        found = self._checked(check_waiting(prepared.waiting, prepared.ledger, rendered))
        told = found if every else foretold(found, prepared.waiting)
        return replace(prepared, problems=tuple(dict.fromkeys((*prepared.problems, *told))))

    def _gathered(self, files: Files, observed: Observed) -> tuple[Gathered, Asked]:
        """Put what is here together with what is published. Returns also what that amounts to being asked for."""
        anew = self.asked.replace_audio | {episode.guid for episode in self._to_copy_anew(files, observed)}
        ledger = _under_new_guids(observed.ledger, self.asked.recall)
        copies = Copies(self.workspace, files, self._facts, self._small, now=self.now, working=self._working)
        gathered = assemble(self.workspace, files, copies.copy, ledger, anew)
        copies.sweep()
        return gathered, replace(self.asked, replace_audio=anew)

    def _to_copy_anew(self, files: Files, observed: Observed) -> Iterator[Episode]:
        """Yield the episodes to restore whose audio was tidied away and whose file is here.

        The copy that was published need not come out the same any more: its tags are those of now.
        """
        gone = {
            entry.guid: entry.release.audio
            for entry in (observed.ledger.entries if observed.ledger else ())
            if entry.guid in self.asked.restore and entry.state is State.WITHDRAWN
            if entry.release.audio.key not in (observed.blobs or {})
        }
        for episode in self.workspace.catalogue.episodes:
            facts, audio = files.audio.get(episode.audio), gone.get(episode.guid)
            if facts and audio and facts.sha256 == audio.origin:
                yield episode

    def _search(self, gathered: Gathered) -> Search:
        return Search(cache_folder(self.workspace.folder), gathered.uploads, self.store, self._working)

    def _prepared(self, files: Files, observed: Observed, *, every: bool) -> Prepared:
        """Make the plan for a store that was looked at. Raises Impossible for what may be otherwise by now."""
        gathered, asked = self._gathered(files, observed)
        found = (*self.workspace.problems, *gathered.problems, *self._conditions.known())
        problems = with_lines(found, self.workspace.folder)
        if errors(problems):
            raise ProblemsFound(problems)
        decision, unread = self._decided(gathered, observed.ledger, asked)
        problems = (*problems, *unread)
        self._seen = self._seen or _digests(observed.ledger)
        if decision.refused:
            raise Refused((*problems, *(_refusal(change.title, change.reason) for change in decision.refused)))
        if observed.ledger is None and self.asked.only_due:
            hint = "the first time by hand: folge publish"
            raise UserError(f"nothing is published in {self.store.url} yet", hint=hint)
        problems = (*problems, *with_lines(tuple(self._hearings.problems(gathered.fresh)), self.workspace.folder))
        idle = observed.ledger is None or (self.asked.only_due and observed.settled)
        if idle and not (decision.writes and (observed.ledger or decision.ledger.published)):
            plan = no_plan(decision, self.store.url)
            return Prepared(
                plan=plan,
                observed=observed,
                ledger=decision.ledger,
                problems=problems,
                waiting=self._waiting(gathered, decision),
            )
        problems = (*problems, *_clock_warning(observed.ledger, decision.ledger, self.now))
        cache = cache_folder(self.workspace.folder)
        made = Pictures(self._small, gathered.uploads, observed)
        drawn = Waveforms(
            self._hearings,
            gathered.sounds,
            self._small.folder.with_name("peaks"),
            gathered.uploads,
            wanted=self.workspace.settings.audio.waveform,
        )
        complete = drawn.complete(made.complete(decision.ledger), observed)
        ledger, feeds = compile_pages(complete, Rendered(cache / "rendered.sqlite3"))
        ledger, draft = lay_out(with_edition(ledger, feeds, observed, now=self.now, by=self.by))
        decision = replace(decision, ledger=ledger)
        pages = render(ledger, feeds, draft, Rendered(cache / "pages.sqlite3"), self.workspace.settings.site.templates)
        site = site_pages(pages, observed, self.store)
        artifacts, observed = site.artifacts, site.observed
        checked = self._checked(check_pages(_unchecked(artifacts, observed, every=every), decision.ledger))
        problems = (*problems, *checked, *held_warning(ledger), *site.problems)
        if errors(problems):
            raise ProblemsFound(problems)
        search = self._search(gathered).files(ledger, observed)
        problems = (*problems, *search.problems)
        public = published(artifacts, ledger, feeds, observed, self.store)
        plan, impossible = make_plan(
            decision,
            (*public.artifacts, *search.artifacts),
            observed,
            uploads=gathered.uploads,
            sources=_sources(self.workspace, decision.ledger),
            store_url=self.store.url,
            standing=public.standing | site.theirs | search.standing,
        )
        strangers = (stranger(key) for key in new_pages(plan, observed) if self.store.stat(key))
        if impossible := (*impossible, *strangers, *held_missing(ledger, artifacts, observed, self.store)):
            raise Impossible(impossible)
        return Prepared(
            plan=plan,
            observed=observed,
            ledger=decision.ledger,
            problems=problems,
            waiting=self._waiting(gathered, decision),
        )

    def _waiting(self, gathered: Gathered, decision: Decision) -> Ledger | None:
        return None if self.asked.only_due else waiting_ledger(gathered, decision.changes)

    def _checked(self, found: tuple[Problem, ...]) -> tuple[Problem, ...]:
        """Return what a check found with its lines; what the feed broke before it came here stops nothing."""
        return with_lines(softened(found, self.workspace.settings.inherited), self.workspace.folder)

    def _decided(self, gathered: Gathered, ledger: Ledger | None, asked: Asked) -> tuple[Decision, tuple[Problem, ...]]:
        """Say what becomes of show, episodes and issues, with a warning for every issue that cannot be read.

        What is published alone leaves issues as they are: those here name episodes besides it.
        """
        decision = decide(
            gathered.show,
            gathered.releases,
            gathered.idle,
            ledger,
            asked=asked,
            now=self.now,
            by=self.by,
            seen=self._seen,
            settings_sha256=self.workspace.settings.source_sha256,
        )
        if self.asked.alone:
            return decision, ()
        issues = issues_here(self.workspace, ledger)
        zone = self.workspace.settings.zone
        decision = with_issues(decision, issues, asked=self.asked, now=self.now, by=self.by, zone=zone, seen=self._seen)
        return decision, issues.problems

    def run(
        self,
        confirm: Callable[[Prepared], bool],
        listener: Listener = SILENT,
        again: Callable[[Moved], None] = lambda moved: None,
        *,
        thorough: bool = False,
    ) -> Outcome | None:
        """Prepare, ask `confirm` once, apply; start over where somebody moved the store, five times at most.

        The count begins anew once the commit is done: what is left then is put right by whoever comes first, and a
        producer is not told to try again because of somebody who was late. Returns None where the producer said no.
        `again` hears of each start over. Raises MovedAway, and ProblemsFound where the store does not keep conditions
        and others may publish.
        """
        asked = committed = False
        told: tuple[Problem, ...] = ()
        attempts, left = 0, ATTEMPTS
        while left:
            attempts, left = attempts + 1, left - 1
            prepared = self.prepare(thorough=thorough)
            if not prepared.plan.empty:
                if not asked:
                    if not confirm(prepared):
                        return None
                    told = with_lines(self._conditions.require(), self.workspace.folder)
                asked = True
                try:
                    apply(prepared.plan, prepared.observed, self.store, listener)
                except Moved as moved:
                    again(moved)
                    thorough = True
                    if not committed and _committed(prepared.plan, moved):
                        committed, left = True, ATTEMPTS
                    continue
            return Outcome(
                plan=prepared.plan,
                problems=tuple(dict.fromkeys((*prepared.problems, *told))),
                attempts=attempts,
                observed=prepared.observed,
                ledger=prepared.ledger,
            )
        ledger = observe(self.store, thorough=False).ledger
        who = ledger.latest_producer(besides=self.by) if ledger else "somebody"
        hint = "your changes are in, and pages and feed follow: run it once more" if committed else "try again"
        raise MovedAway(f"{who} is publishing to {self.store.url} too; gave up after {attempts} tries", hint=hint)


def require_own(settings: Settings, ledger: Ledger) -> None:
    """Raise Refused where a ledger is that of another show than the settings are of."""
    if wrong := another_show(settings.guid, ledger.show.release):
        raise Refused((_refusal(settings.title, wrong),))


def _committed(plan: Plan, moved: Moved) -> bool:
    """Say whether a plan that was stopped had changed the ledger by then."""
    stages = {step.key: step.stage for step in plan.steps}
    return Stage.LEDGER in stages.values() and stages.get(moved.key, Stage.INDEX) > Stage.LEDGER


def _under_new_guids(ledger: Ledger | None, recall: Mapping[str, str]) -> Ledger | None:
    """Return a ledger in which episodes that are recalled stand under their new guids: their files are the same."""
    if ledger is None or not recall:
        return ledger
    new = {former: guid for guid, former in recall.items()}
    rows = (replace(entry, guid=new.get(entry.guid, entry.guid)) for entry in ledger.entries)
    return replace(ledger, entries=tuple(rows))


def _digests(ledger: Ledger | None) -> dict[str, str]:
    """Return what is published of each guid; the empty guid stands for the show."""
    if ledger is None:
        return {}
    return (
        seen_issues(ledger)
        | {"": ledger.show.current.digest}
        | {entry.guid: entry.current.digest for entry in ledger.entries}
    )


def _unchecked(artifacts: Sequence[Artifact], observed: Observed, *, every: bool) -> Iterator[tuple[str, bytes]]:
    """Yield key and bytes of pages of feeds that are not in the store as they are, where they were checked before."""
    for artifact in artifacts:
        held = observed.held.get(artifact.key)
        if artifact.stage in (Stage.ARCHIVE, Stage.FEED) and (every or held is None or held.sha256 != artifact.sha256):
            yield artifact.key, artifact.body


def _clock_warning(before: Ledger | None, ledger: Ledger, now: datetime) -> Iterator[Problem]:
    """Yield the warning that a change is dated by what is published already, for the clock here is far behind it."""
    if before is not None and ledger.changed != before.changed and before.changed - now > _FAR_BEHIND:
        who, zone = before.latest_producer(besides=""), before.changed.tzinfo
        yield Problem(
            path=FILE,
            severity=Severity.WARNING,
            message=f"the clock here says {show_moment(now.astimezone(zone))}, and {who} published "
            f"on {show_moment(before.changed)}; this publish is dated {show_moment(ledger.changed)}",
            hint="set the clock that is wrong; folge doctor compares the one here with the store's",
        )


def _refusal(title: str, reason: str) -> Problem:
    return Problem(path=title, message=reason)


def _sources(workspace: Workspace, ledger: Ledger) -> Mapping[str, Path]:
    """Return the file of each guid, the empty one standing for the show, and of each issue by its path."""
    issues = {issue_path(name): workspace.folder / issue_path(name) for name in ledger.issues}
    return (
        issues
        | {"": workspace.folder / FILE}
        | {episode.guid: workspace.catalogue.path(episode) for episode in workspace.catalogue.episodes}
    )
