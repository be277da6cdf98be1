"""A look at folder and store together: what a publish would decide of everything, and nothing is made for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from episodes.problems import Problem
from podcast.cache import cache_folder
from podcast.facts import Facts
from podcast.publishing.changes import Change, Decision, Kind
from podcast.publishing.copies import as_it_is
from podcast.publishing.decide import decide
from podcast.publishing.differing import stale_fields
from podcast.publishing.gather import assemble
from podcast.publishing.ledger import Version
from podcast.publishing.measuring import Files, measure_files
from podcast.publishing.observe import Observed, observe
from podcast.release import Release, ShowRelease
from podcast.stores import Store
from podcast.workspace import Workspace
from podcast.written import with_lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What is here, what is in the store, and how they compare.

    `show` and `releases` (by guid) are those of this folder; `problems` include those that stop a publish.
    """

    workspace: Workspace
    files: Files
    observed: Observed
    decision: Decision
    releases: Mapping[str, Release]
    show: ShowRelease
    problems: tuple[Problem, ...]


def survey(workspace: Workspace, store: Store, *, now: datetime, by: str) -> Survey:
    """Look at folder and store, and write to neither. No audio is copied, and mistakes are no exceptions.

    `now` is aware, `by` names the producer. Raises StoreError where the store cannot be reached.
    """
    files = measure_files(workspace, Facts(cache_folder(workspace.folder)))
    observed = observe(store, thorough=False)
    gathered = assemble(workspace, files, as_it_is, observed.ledger)
    decision = decide(
        gathered.show,
        gathered.releases,
        gathered.idle,
        observed.ledger,
        now=now,
        by=by,
        settings_sha256=workspace.settings.source_sha256,
    )
    problems = with_lines((*workspace.problems, *gathered.problems), workspace.folder)
    return Survey(
        workspace=workspace,
        files=files,
        observed=observed,
        decision=decision,
        releases={release.episode.guid: release for release in gathered.releases},
        show=gathered.show,
        problems=problems,
    )


def is_behind(change: Change, release: Release | ShowRelease, history: Sequence[Version]) -> bool:
    """Say whether everything that differs here from what is published was published before."""
    if change.kind is Kind.BEHIND:
        return True
    older = change.kind is Kind.REFUSE and bool(change.fields)
    return older and set(change.fields) == set(stale_fields(release, history, change.fields))
