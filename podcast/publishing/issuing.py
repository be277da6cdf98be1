"""What a publish does with issues of the newsletter: keeps their texts, and says which of them pages may tell of.

No publish is stopped by an issue. Older text never takes the place of newer text, and what another producer published
stays although its file is not here.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import msgspec

from episodes.problems import Problem, Severity
from episodes.timecode import show_moment
from podcast.newsletter.issues import Issue, Issues, issue_path, read_issues
from podcast.publishing.changes import Asked, Decision, IssueChange, IssueKind
from podcast.publishing.issuerecords import IssueRecord, IssueVersion
from podcast.publishing.ledger import Ledger, State
from podcast.publishing.teasing import Newsletter
from podcast.publishing.tombstones import KEPT_VERSIONS
from podcast.workspace import Workspace

SEEN = "issues/"
"""What names of issues begin with among the digests a producer was shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """The issues in a show folder that can be read; of every other file its path, and a warning."""

    issues: tuple[Issue, ...]
    unread: frozenset[str]
    problems: tuple[Problem, ...]


def issues_here(workspace: Workspace, ledger: Ledger | None) -> Shelf:
    """Read the issues in a show folder; which episodes they mean, folder and ledger say."""
    rows = ledger.by_guid() if ledger else {}
    newsletter = Newsletter(workspace, ledger)

    def find(name: str) -> str:
        entry = rows.get(name)
        return name if entry and entry.state is State.PUBLISHED else newsletter.find(name).episode.guid

    found = read_issues(workspace.folder, find)
    wrong = _mistakes(found)
    return Shelf(
        issues=tuple(issue for issue in found.issues if issue.path not in wrong),
        unread=frozenset(wrong),
        problems=tuple(_unpublished(problems) for problems in wrong.values()),
    )


def _mistakes(found: Issues) -> Mapping[str, list[Problem]]:
    """Return the errors in files of issues by path."""
    wrong: dict[str, list[Problem]] = {}
    for problem in found.problems:
        if problem.severity is Severity.ERROR:
            wrong.setdefault(problem.path, []).append(problem)
    return wrong


def _unpublished(problems: Sequence[Problem]) -> Problem:
    first = problems[0]
    more = f", and {len(problems) - 1} more" if len(problems) > 1 else ""
    message = f"{first.message}{more}; so this issue of the newsletter is not published as it is here"
    return replace(first, severity=Severity.WARNING, message=message)


def prints_of(issue: Issue) -> dict[str, str]:
    """Return a short hash of everything an issue says, by field; comments say nothing."""
    told = [(mention.guid, mention.wording.headline, mention.wording.text) for mention in issue.mentions]
    said = {"title": issue.title, "date": issue.on, "url": issue.url, "episodes": told}
    return {name: hashlib.sha256(msgspec.json.encode(value)).hexdigest()[:12] for name, value in said.items()}


def digest_of(prints: Mapping[str, str]) -> str:
    """Return the hex sha256 that stands for what an issue says."""
    return hashlib.sha256(msgspec.json.encode(prints, order="deterministic")).hexdigest()


def seen_issues(ledger: Ledger) -> dict[str, str]:
    """Return what is published of each issue, by a name that is no guid."""
    return {f"{SEEN}{name}": record.current.digest for name, record in ledger.issues.items()}


def with_issues(
    decision: Decision,
    here: Shelf,
    *,
    asked: Asked,
    now: datetime,
    by: str,
    zone: ZoneInfo | None,
    seen: Mapping[str, str] | None = None,
) -> Decision:
    """Return a decision that also says what becomes of issues; pure.

    `now` is aware; an issue appears when its date begins in `zone`. `by` and `seen` are as in `decide`. With
    `only_due` nothing that is published changes, but for issues whose date has come.
    """
    judge = _Judge(asked, now, by, zone, seen or {})
    there = decision.ledger.issues
    local = {issue.name: issue for issue in here.issues}
    records: dict[str, IssueRecord] = {}
    changes: list[IssueChange] = []
    for name in sorted({*local, *there}):
        record, change = judge.issue(name, local.get(name), there.get(name))
        changes += [change] if change and issue_path(name) not in here.unread else []
        if record:
            record, change = judge.dated(name, record)
            changes += [change] if change else []
            records[name] = record
    return replace(decision, ledger=replace(decision.ledger, issues=records), issues=tuple(changes))


class _Judge:
    """Decides about one issue after the other."""

    def __init__(self, asked: Asked, now: datetime, by: str, zone: ZoneInfo | None, seen: Mapping[str, str]) -> None:
        self.asked = asked
        self.now = now
        self.by = by
        self.zone = zone or UTC
        self.seen = seen

    def issue(
        self, name: str, issue: Issue | None, old: IssueRecord | None
    ) -> tuple[IssueRecord | None, IssueChange | None]:
        """Decide what of an issue is kept: what is here, or what is published."""
        if issue is None:
            who = f"; {old.current.by} published it" if old else ""
            return old, IssueChange(kind=IssueKind.ELSEWHERE, name=name, reason=f"not in this folder{who}")
        if old is None:
            if self.asked.only_due and not self._has_come(issue.on):
                waits = IssueChange(kind=IssueKind.WAIT, name=name, reason=f"until {issue.on}", due=self._due(issue.on))
                return None, waits if issue.on else None
            return self._recorded(issue, None), IssueChange(kind=IssueKind.RECORD, name=name, reason="new")
        prints = prints_of(issue)
        if self.asked.only_due or digest_of(prints) == old.current.digest:
            return old, None
        return self._changed(issue, old, prints)

    def _changed(self, issue: Issue, old: IssueRecord, prints: Mapping[str, str]) -> tuple[IssueRecord, IssueChange]:
        changed = [field for field, value in prints.items() if old.prints.get(field) != value]
        if issue.name not in self.asked.issues_mine:
            stale, yours = stale_in(prints, old), f"to publish yours: folge publish --mine {issue.path}"
            if any(version.digest == digest_of(prints) for version in old.history) or stale == changed:
                reason = f"is older here than {_who_published(old)}; to get that: folge pull; {yours}"
                return old, IssueChange(kind=IssueKind.BEHIND, name=issue.name, reason=reason)
            if reason := self._conflict(issue, old, changed, stale):
                reason = f"{reason}; to see both: folge pull; {yours}"
                return old, IssueChange(kind=IssueKind.CONFLICT, name=issue.name, reason=reason)
        reason = f"changed here: {', '.join(changed)}"
        return self._recorded(issue, old), IssueChange(kind=IssueKind.RECORD, name=issue.name, reason=reason)

    def _conflict(self, issue: Issue, old: IssueRecord, changed: Sequence[str], stale: Sequence[str]) -> str:
        """Say why what is here would take away what another producer wrote, or nothing."""
        if stale:
            are = "is" if len(stale) == 1 else "are"
            return f"{' and '.join(stale)} here {are} older than {_who_published(old)}"
        digest = old.current.digest
        if self.seen and self.seen.get(f"{SEEN}{issue.name}") != digest:
            return f"was changed by {old.current.by} meanwhile"
        if old.current.by != self.by and {"title", "episodes"} <= {*changed}:
            return f"is another issue than {_who_published(old)} under this name"
        return ""

    def dated(self, name: str, record: IssueRecord) -> tuple[IssueRecord, IssueChange | None]:
        """Let an issue appear whose date has come; say of another when it does."""
        if record.public or record.on is None:
            return record, None
        if self._has_come(record.on):
            appears = IssueChange(kind=IssueKind.APPEAR, name=name, reason=f"dated {record.on}")
            return replace(record, public=True), appears
        waits = f"until {record.on}"
        return record, IssueChange(kind=IssueKind.WAIT, name=name, reason=waits, due=self._due(record.on))

    def _recorded(self, issue: Issue, old: IssueRecord | None) -> IssueRecord:
        """Return what the ledger says of an issue that is published as it is here; whether it is public comes later.

        Once a date has come, no clock that is behind takes the issue off the pages again.
        """
        prints = prints_of(issue)
        replaced = {field: value for field, value in (old.prints if old else {}).items() if value != prints.get(field)}
        version = IssueVersion(digest=digest_of(prints), at=self.now, by=self.by, replaced=replaced)
        return IssueRecord(
            title=issue.title,
            on=issue.on,
            url=issue.url,
            guids=tuple(mention.guid for mention in issue.mentions),
            public=bool(old and old.public and issue.on and old.on == issue.on),
            prints=prints,
            source_sha256=issue.sha256,
            history=(*(old.history if old else ()), version)[-KEPT_VERSIONS:],
        )

    def _has_come(self, on: date | None) -> bool:
        return on is not None and on <= self.now.astimezone(self.zone).date()

    def _due(self, on: date | None) -> datetime | None:
        return datetime.combine(on, time.min, tzinfo=self.zone) if on else None


def _who_published(record: IssueRecord) -> str:
    return f"what {record.current.by} published on {show_moment(record.current.at)}"


def stale_in(prints: Mapping[str, str], record: IssueRecord) -> list[str]:
    """Return the fields that differ from what is published and have a value that a published version replaced."""
    changed = (field for field, value in prints.items() if record.prints.get(field) != value)
    return [
        field for field in changed if any(version.replaced.get(field) == prints[field] for version in record.history)
    ]
