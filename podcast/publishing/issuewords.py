"""What becomes of issues of the newsletter, in one line for people, and as data for programs."""

from collections.abc import Sequence

from podcast.publishing.changes import IssueChange, IssueKind

_WORDS = {
    IssueKind.RECORD: "to publish",
    IssueKind.APPEAR: "on pages from now on",
    IssueKind.WAIT: "waits",
    IssueKind.BEHIND: "kept as published",
    IssueKind.CONFLICT: "kept as published",
    IssueKind.ELSEWHERE: "elsewhere",
}
_SHOWN = 3


def issue_line(changes: Sequence[IssueChange]) -> str:
    """Return one line about all issues, nothing where nothing is to be told; of each kind the latest few by name."""
    parts = []
    for kind, words in _WORDS.items():
        of_kind = [change for change in changes if change.kind is kind][::-1]
        if of_kind:
            shown = ", ".join(f"{change.name} ({change.reason})" for change in of_kind[:_SHOWN])
            more = f" and {len(of_kind) - _SHOWN} more" if len(of_kind) > _SHOWN else ""
            parts.append(f"{words}: {shown}{more}")
    return f"newsletter: {'; '.join(parts)}".replace("\n", "\\n") if parts else ""  # names of producers are theirs


def issues_data(changes: Sequence[IssueChange]) -> list[dict[str, object]]:
    """Return what becomes of issues as JSON data."""
    return [
        {
            "kind": change.kind.value,
            "issue": change.name,
            "reason": change.reason,
            "due": change.due.isoformat() if change.due else None,
        }
        for change in changes
    ]
