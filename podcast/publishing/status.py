"""Where every episode stands: here, in the store, or both. Pure: a survey in, a status out."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from episodes.problems import Problem, Severity, visible_line
from episodes.timecode import show_moment
from podcast.layout import FEED, public_url
from podcast.publishing.changes import Change, IssueChange, Kind
from podcast.publishing.editions import held_warning
from podcast.publishing.issuewords import issue_line, issues_data
from podcast.publishing.ledger import Entry, Ledger, Version
from podcast.publishing.survey import Survey
from podcast.settings import FILE

SHOWN = 5
"""How many episodes that are simply published are shown by name, the newest."""


class Standing(StrEnum):
    """Where an episode or the show stands, what wants attention first."""

    BROKEN = "broken"
    REFUSED = "refused"
    BEHIND = "behind"
    CHANGED = "changed here"
    LEAVING = "withdrawn here"
    HERE = "here"
    WAITING = "waiting"
    DRAFT = "draft"
    ELSEWHERE = "elsewhere"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


_BY_KIND = {
    Kind.ADD: Standing.HERE, Kind.UPDATE: Standing.CHANGED, Kind.WITHDRAW: Standing.LEAVING,
    Kind.RESTORE: Standing.CHANGED, Kind.SAME: Standing.PUBLISHED, Kind.DRAFT: Standing.DRAFT,
    Kind.WAIT: Standing.WAITING, Kind.BEHIND: Standing.BEHIND, Kind.ELSEWHERE: Standing.ELSEWHERE,
    Kind.WITHDRAWN: Standing.WITHDRAWN, Kind.REFUSE: Standing.REFUSED,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeStatus:
    """Where one episode stands, and why. `file` is its place in this folder, empty where it is elsewhere.

    `fields` are those that differ from what is published; `published` is its date; `last` is None for what nobody
    published.
    """

    standing: Standing
    guid: str
    slug: str
    title: str
    number: int | None
    file: str
    reason: str
    fields: tuple[str, ...]
    published: datetime | None
    last: Version | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowStatus:
    """Where the show's own settings stand, and why."""

    standing: Standing
    reason: str
    fields: tuple[str, ...]
    last: Version | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """Where a show stands. `settled` is false where the last publish did not come to its end.

    `last` is the newest change of anything, None before the first publish; `problems` are mistakes that are told
    nowhere else. `issues` are what becomes of issues of the newsletter.
    """

    title: str
    store_url: str
    feed_url: str
    show: ShowStatus
    episodes: tuple[EpisodeStatus, ...]
    settled: bool
    last: Version | None
    problems: tuple[Problem, ...]
    issues: tuple[IssueChange, ...] = ()

    @property
    def totals(self) -> Mapping[Standing, int]:
        """How many episodes stand where, in the order of `Standing`."""
        counts = Counter(episode.standing for episode in self.episodes)
        return {standing: counts[standing] for standing in Standing if counts[standing]}


def status_of(survey: Survey) -> Status:
    """Return where everything stands that a survey saw, what wants attention first, then the newest."""
    ledger, settings = survey.observed.ledger, survey.workspace.settings
    found = [*_known(survey), *_unread(survey)]
    found.sort(key=lambda it: it.published.timestamp() if it.published else float("inf"), reverse=True)
    found.sort(key=lambda it: list(Standing).index(it.standing))
    own = {FILE, *(it.file for it in found)}
    base = ledger.show.release.base_url if ledger else settings.store.public_url
    mistakes = (problem for problem in survey.problems if _is_error(problem) and problem.path not in own)
    return Status(
        title=settings.title,
        store_url=settings.store.url,
        feed_url=public_url(base, FEED),
        show=_show(survey),
        episodes=tuple(found),
        settled=survey.observed.settled or ledger is None,
        last=_last(ledger) if ledger else None,
        problems=(*mistakes, *(held_warning(ledger) if ledger else ())),
    )


def _known(survey: Survey) -> Iterator[EpisodeStatus]:
    """Yield every episode that a publish would decide about, and those it lacks a file for."""
    there = survey.observed.ledger.by_guid() if survey.observed.ledger else {}
    here = {episode.guid: episode for episode in survey.workspace.catalogue.episodes}
    changes = {change.guid: change for change in survey.decision.changes if change.guid}
    for guid in {**here, **there}:
        change, entry = changes.get(guid), there.get(guid)
        episode = here.get(guid) or (entry.release.episode if entry else None)
        if episode is None:
            continue
        file = f"episodes/{episode.source_name}" if guid in here else ""
        wrong = [problem for problem in survey.problems if _is_error(problem) and problem.path == file]
        broken = bool(wrong) or change is None
        yield EpisodeStatus(
            standing=Standing.BROKEN if broken or change is None else _BY_KIND[change.kind],
            guid=guid,
            slug=episode.slug,
            title=episode.title,
            number=episode.number,
            file=file,
            reason=_wrong(wrong) if broken or change is None else _reason(change, entry),
            fields=change.fields if change else (),
            published=episode.published,
            last=entry.current if entry else None,
        )


def _unread(survey: Survey) -> Iterator[EpisodeStatus]:
    """Yield the episode files that could not be read."""
    read = {f"episodes/{episode.source_name}" for episode in survey.workspace.catalogue.episodes}
    files: dict[str, list[Problem]] = {}
    for problem in survey.workspace.catalogue.problems:
        if _is_error(problem) and problem.path not in read:
            files.setdefault(problem.path, []).append(problem)
    for file, wrong in files.items():
        name = file.rpartition("/")[2].removesuffix(".md")
        yield EpisodeStatus(
            standing=Standing.BROKEN,
            guid="",
            slug=name,
            title=name,
            number=None,
            file=file,
            reason=_wrong(wrong),
            fields=(),
            published=None,
            last=None,
        )


def _show(survey: Survey) -> ShowStatus:
    ledger = survey.observed.ledger
    change = next((change for change in survey.decision.changes if not change.guid), None)
    last = ledger.show.current if ledger else None
    wrong = [problem for problem in survey.problems if _is_error(problem) and problem.path == FILE]
    if wrong:
        return ShowStatus(standing=Standing.BROKEN, reason=_wrong(wrong), fields=(), last=last)
    if change is None:
        standing = Standing.PUBLISHED if ledger else Standing.HERE
        return ShowStatus(standing=standing, reason="" if ledger else "not published yet", fields=(), last=last)
    return ShowStatus(standing=_BY_KIND[change.kind], reason=change.reason, fields=change.fields, last=last)


def _last(ledger: Ledger) -> Version:
    versions = [ledger.show.current, *(entry.current for entry in ledger.entries)]
    return max(versions, key=lambda version: version.at)


def _is_error(problem: Problem) -> bool:
    return problem.severity is Severity.ERROR


def _wrong(problems: list[Problem]) -> str:
    """Return the first of several mistakes and how many more there are."""
    if not problems:
        return "cannot be published as it is; 'folge check' says why"
    first = problems[0]
    more = f"; and {len(problems) - 1} more, see 'folge check'" if len(problems) > 1 else ""
    return f"{f'{first.field}: ' if first.field else ''}{first.message}{more}"


def _reason(change: Change, entry: Entry | None) -> str:
    """Return why an episode stands where it does; nothing where its standing says it all."""
    if change.kind is Kind.ADD:
        return "the next publish adds it"
    if change.kind in (Kind.UPDATE, Kind.SAME):
        return ""
    if change.kind is Kind.BEHIND and entry:
        ours = f"folge publish --mine {change.slug}"
        than = f"{entry.current.by} published on {show_moment(entry.current.at)}"
        return f"older than what {than}; to get that: folge pull; to publish what is here: {ours}"
    if change.kind is Kind.ELSEWHERE and entry:
        return "not in this folder; to get it: folge pull"
    return change.reason


def describe_status(status: Status, *, every: bool = False) -> str:
    """Return a status as text; of what is simply published the newest, unless `every` one is asked for."""
    lines = [f"{status.title}: {status.feed_url}, in {status.store_url}", f"{FILE} {_show_line(status.show)}"]
    if status.last:
        unsettled = "" if status.settled else "; it did not come to its end: 'folge publish' finishes it"
        lines.append(f"last published on {show_moment(status.last.at)} by {status.last.by}{unsettled}")
    left = SHOWN
    for episode in status.episodes:
        if episode.standing is Standing.PUBLISHED:
            left -= 1
            if left < 0 and not every:
                continue
        lines.append(f"  {episode.standing.value:<14} {_line(episode)}")
    if left < 0 and not every:
        lines.append(f"  … and {-left} more published; all of them: folge status --all")
    counts = ", ".join(f"{count} {standing.value}" for standing, count in status.totals.items())
    lines.append(counts or "no episodes")
    lines += [line] if (line := issue_line(status.issues)) else []
    return "\n".join(map(visible_line, lines))


def _show_line(show: ShowStatus) -> str:
    if show.standing is Standing.PUBLISHED:
        return "is as it was published"
    fields = f" ({', '.join(show.fields)})" if show.fields else ""
    if show.standing is Standing.CHANGED:
        return f"is changed here{fields}"
    return f"is {show.standing.value}: {show.reason}{fields}" if show.last else f"is {show.reason}"


_SIGNED = (Standing.PUBLISHED, Standing.CHANGED, Standing.LEAVING, Standing.ELSEWHERE)


def _line(episode: EpisodeStatus) -> str:
    name = f"{episode.number}  {episode.title}" if episode.number else episode.title
    fields = ", ".join(episode.fields)
    said = [part for part in (episode.reason, fields) if part]
    if episode.last and episode.standing in _SIGNED:
        said.append(f"{show_moment(episode.last.at)} by {episode.last.by}")
    return f"{name}: {'; '.join(said)}" if said else name


def status_data(status: Status) -> dict[str, object]:
    """Return a status as JSON data: the show, every episode, totals by standing."""
    return {
        "title": status.title,
        "feed": status.feed_url,
        "store": status.store_url,
        "settled": status.settled,
        "last": _version_data(status.last),
        "show": {
            "status": status.show.standing.value,
            "reason": status.show.reason,
            "fields": list(status.show.fields),
            "last": _version_data(status.show.last),
        },
        "episodes": [
            {
                "status": episode.standing.value,
                "guid": episode.guid,
                "number": episode.number,
                "slug": episode.slug,
                "title": episode.title,
                "file": episode.file,
                "reason": episode.reason,
                "fields": list(episode.fields),
                "published": episode.published.isoformat() if episode.published else None,
                "last": _version_data(episode.last),
            }
            for episode in status.episodes
        ],
        "issues": issues_data(status.issues),
        "totals": {standing.value: count for standing, count in status.totals.items()},
    }


def _version_data(version: Version | None) -> dict[str, str] | None:
    return {"at": version.at.isoformat(), "by": version.by} if version else None
