"""What a pull does with issues of the newsletter: brings those a folder lacks, and newer texts of the others."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from episodes.timecode import show_moment
from podcast.layout import issue_key
from podcast.newsletter.issues import LARGEST, Issue, issue_path
from podcast.publishing.arrivals import Action, Arrival, difference, written
from podcast.publishing.issuerecords import IssueRecord
from podcast.publishing.issuing import digest_of, issues_here, prints_of, stale_in
from podcast.publishing.ledger import Ledger
from podcast.stores import Store
from podcast.workspace import Workspace


def pulled_issues(folder: Path, workspace: Workspace | None, ledger: Ledger, store: Store) -> Iterator[Arrival]:
    """Yield what happens to each file of an issue; `workspace` is None where the folder holds no show yet.

    One that was changed here is kept, whatever is published. Raises StoreError.
    """
    found = issues_here(workspace, ledger).issues if workspace and ledger.issues else ()
    here = {issue.name: issue for issue in found}
    for name, record in sorted(ledger.issues.items()):
        path = folder / issue_path(name)
        try:
            raw = path.read_bytes()
        except FileNotFoundError:
            yield _brought(name, record, store, here="")
            continue
        except OSError as error:
            reason = f"cannot be read: {error.strerror}; it is kept"
            yield Arrival(action=Action.KEEP, path=issue_path(name), reason=reason)
            continue
        sha256, issue = hashlib.sha256(raw).hexdigest(), here.get(name)
        if sha256 == record.source_sha256 or (issue and digest_of(prints_of(issue)) == record.current.digest):
            continue
        arrival = _brought(name, record, store, here=sha256)
        if issue and arrival.writes and _is_earlier(issue, record) and store.stat(issue_key(sha256)):
            yield arrival
        else:
            yield _kept(name, record, raw, arrival.text)


def _is_earlier(issue: Issue, record: IssueRecord) -> bool:
    """Say whether an issue says what was published before, and nothing that was not."""
    prints = prints_of(issue)
    changed = [field for field, value in prints.items() if record.prints.get(field) != value]
    before = any(version.digest == digest_of(prints) for version in record.history)
    return before or stale_in(prints, record) == changed


def _brought(name: str, record: IssueRecord, store: Store, *, here: str) -> Arrival:
    """Return the arrival of the published text, or why it cannot be had."""
    key, path = issue_key(record.source_sha256), issue_path(name)
    found = store.stat(key)
    stored = store.get(key) if found and found.bytes <= LARGEST else None
    raw = stored.body if stored else b""
    text = raw.decode(errors="replace")
    if hashlib.sha256(raw).hexdigest() != record.source_sha256 or text.encode() != raw:
        reason = "is not what was published" if stored else "is not in the store"
        return Arrival(action=Action.SKIP, path=path, reason=f"its text {reason}; ask {record.current.by} for the file")
    action = Action.REPLACE if here else Action.CREATE
    reason = f"an issue of the newsletter, {show_moment(record.current.at)} by {record.current.by}"
    return written(action, path, text, reason, here=here)


def _kept(name: str, record: IssueRecord, raw: bytes, published: str) -> Arrival:
    return Arrival(
        action=Action.KEEP,
        path=issue_path(name),
        reason=f"differs from what {record.current.by} published, and is kept",
        here=hashlib.sha256(raw).hexdigest(),
        diff=difference(published, raw.decode(errors="replace")) if published else "",
    )
