"""The plan: every write a publish would do, each with its reason. A value; `apply` does it, `folge plan` shows it."""

import zlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from episodes.problems import Problem, visible_line
from episodes.timecode import show_moment
from podcast.layout import INVENTORY, LEDGER, PRIVATE, cache_control, issue_key, ledger_copy_key, page_key
from podcast.newsletter.issues import issue_path
from podcast.publishing.artifacts import Artifact, Stage, artifact_of
from podcast.publishing.changes import WRITES, Change, Decision, IssueChange, Kind
from podcast.publishing.issuewords import issue_line, issues_data
from podcast.publishing.ledger import Ledger, encode_ledger
from podcast.publishing.observe import Observed
from podcast.publishing.sitepages import own_pages
from podcast.publishing.uploads import Uploads
from podcast.release import Blob, PictureBlob
from podcast.stores import ABSENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One write. Exactly one of `path` (a file, write-once) and `content` (a small object) says what is written.

    `expected` is the tag a small object must still have, None where whatever is there is written over. `sha256` and
    `size` (in bytes) are those of the content.
    """

    stage: Stage
    key: str
    reason: str
    media_type: str
    cache_control: str
    size: int
    sha256: str
    path: Path | None = None
    content: Callable[[], bytes] = field(default=bytes, compare=False)
    expected: str | None = ABSENT

    @property
    def body(self) -> bytes:
        """The small object's content, made anew each time it is asked for where it is a page that was made before."""
        return self.content()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a publish would do. `changes` are for people, `steps` for the store, by stage.

    `pages` are the keys of all mutable objects there should be; `settled` is false where the publish before did not
    come to its end, so that at least the inventory has to be written. `edition` is the number of the newest edition.
    `issues` are what becomes of issues of the newsletter.
    """

    changes: tuple[Change, ...]
    steps: tuple[Step, ...]
    feed_url: str
    store_url: str
    published: int
    pages: frozenset[str] = frozenset()
    settled: bool = True
    edition: int = 0
    issues: tuple[IssueChange, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether there is nothing to write."""
        return not self.steps and self.settled

    @property
    def upload_bytes(self) -> int:
        """Bytes of the files that would be uploaded."""
        return sum(step.size for step in self.steps if step.path)


def make_plan(
    decision: Decision,
    artifacts: tuple[Artifact, ...],
    observed: Observed,
    *,
    uploads: Uploads,
    sources: Mapping[str, Path],
    store_url: str,
    standing: frozenset[str] = frozenset(),
) -> tuple[Plan, tuple[Problem, ...]]:
    """Compare what should be in the store with what is. Returns the plan, and what cannot be done.

    `uploads` knows the files of write-once objects here, `sources` maps guids to episode files, the empty one to
    `podcast.toml`, and paths of issues to their files. `standing` are the keys of pages that are there as they should
    be, besides the artifacts.
    """
    steps, lost = _blob_steps(decision, observed, uploads, sources)
    steps += _issue_steps(decision, observed.ledger, sources)
    ours = _ours(artifacts, observed)
    ledger_step = _ledger_step(decision, observed)
    steps += [ledger_step] if ledger_step else []
    strangers: list[str] = []
    for artifact in artifacts:
        held = observed.held.get(artifact.key)
        if held is not None and not held.sha256 and artifact.key not in ours and not _was_ours(artifact, observed):
            strangers.append(artifact.key)
        elif held is None or held.sha256 != artifact.sha256:
            steps.append(_artifact_step(artifact, held.tag if held else ABSENT))
    steps.sort(key=lambda step: (step.stage, step.key))
    plan = Plan(
        changes=decision.changes,
        steps=tuple(steps),
        feed_url=_feed_url(decision),
        store_url=store_url,
        published=len(decision.ledger.published),
        pages=standing | {artifact.key for artifact in artifacts if not artifact.key.startswith(PRIVATE)},
        settled=observed.settled or not observed.ledger,
        edition=newest_edition(decision.ledger),
        issues=decision.issues,
    )
    return plan, (*map(_lost, lost), *map(stranger, strangers), *_tidied(plan, decision, observed.ledger))


def _tidied(plan: Plan, decision: Decision, before: Ledger | None) -> Iterator[Problem]:
    """Yield what would be referred to although somebody is taking it away at this moment."""
    wanted = {blob.key for entry in decision.ledger.published for blob in entry.release.blobs()} | plan.pages
    wanted |= {blob.key for blob in (*decision.ledger.show.release.blobs(), *decision.ledger.made)}
    yield from being_tidied(wanted, before)


def being_tidied(keys: Collection[str], ledger: Ledger | None) -> Iterator[Problem]:
    """Yield a problem for each of these keys that somebody is taking away at this moment."""
    if ledger is None or ledger.tidying is None:
        return
    message = f"is being tidied away by {ledger.tidying.by} since {show_moment(ledger.tidying.at)}"
    hint = "try again when that is over; if it was interrupted, run 'folge tidy' first"
    for key in sorted(frozenset(keys).intersection(ledger.tidying.keys)):
        yield Problem(path=key, message=message, hint=hint)


def no_plan(decision: Decision, store_url: str) -> Plan:
    """Return the plan that writes nothing; it has no address of a feed where nothing is published yet."""
    published = len(decision.ledger.published)
    feed_url = _feed_url(decision) if published else ""
    return Plan(
        changes=decision.changes,
        steps=(),
        feed_url=feed_url,
        store_url=store_url,
        published=published,
        issues=decision.issues,
    )


def _lost(blob: Blob) -> Problem:
    message = "is referred to, but neither in the store nor in this folder"
    return Problem(path=blob.key, message=message, hint="publish from the machine that has the file")


def new_pages(plan: Plan, observed: Observed) -> tuple[str, ...]:
    """Return the keys of pages that would be made for the first time, and of which nobody has looked yet.

    What stands below another new page is not asked for: if it is a stranger's, the store refuses to let it be made.
    """
    pages = (Stage.PAGES, Stage.INDEX)
    fresh = [step.key for step in plan.steps if step.stage in pages and step.key not in observed.held]
    if observed.blobs is not None or not fresh:
        return ()
    ours = own_pages(observed.ledger)
    new = {key for key in fresh if key not in ours}
    above = {key: page_key(key.split("/")[0]) for key in new}
    return tuple(key for key in sorted(new) if above[key] == key or above[key] not in new)


def _ours(artifacts: Sequence[Artifact], observed: Observed) -> frozenset[str]:
    """Return the keys folge may write over where nobody knows who wrote what is there."""
    unknown = {key for artifact in artifacts if (held := observed.held.get(key := artifact.key)) and not held.sha256}
    if not unknown:
        return frozenset()
    made = {artifact.key for artifact in artifacts if artifact.stage is Stage.BLOBS}
    return own_pages(observed.ledger) | made


def stranger(key: str) -> Problem:
    """Return what to say of an object that stands where a page should be made."""
    return Problem(
        path=key, message="is in the store already and folge did not write it", hint="choose another address"
    )


def _was_ours(artifact: Artifact, observed: Observed) -> bool:
    """Say whether an earlier publish may have written a page of a feed that settings took away and brought back."""
    return observed.ledger is not None and artifact.key.startswith("feed/")


def _feed_url(decision: Decision) -> str:
    from podcast.release import show_of

    return show_of(decision.ledger.show.release).feed_url


def _blob_steps(
    decision: Decision, observed: Observed, uploads: Uploads, sources: Mapping[str, Path]
) -> tuple[list[Step], list[Blob]]:
    """Return a step for each write-once object that is not known to be in the store."""
    steps: list[Step] = []
    lost: list[Blob] = []
    planned: set[str] = set()
    old = observed.ledger
    there = {blob.key for entry in old.published for blob in entry.release.blobs()} if old else set()
    there |= {blob.key for blob in (*old.show.release.blobs(), *old.made)} if old else set()
    wanted = [("the show's picture", blob) for blob in decision.ledger.show.release.blobs()]
    wanted += [(_made_for(blob), blob) for blob in decision.ledger.made]
    for entry in decision.ledger.published:
        wanted += [(f"for {entry.release.episode.slug}", blob) for blob in entry.release.blobs()]
    for reason, blob in wanted:
        if observed.blobs is not None:
            if observed.blobs.get(blob.key) == blob.bytes:
                continue
        elif blob.key in there:
            continue
        path = uploads.path(blob.key)
        if path is None:
            lost.append(blob)
        elif blob.key not in planned:
            planned.add(blob.key)
            steps.append(_upload(blob.key, path, blob.sha256, blob.bytes, blob.media_type, f"{reason}, from {path}"))
    known = {old.show.settings_key, *(entry.source_key for entry in old.entries)} if old else set()
    show = decision.ledger.show
    if show.settings_key and show.settings_key not in known:
        path = sources[""]
        size = path.stat().st_size if path.is_file() else 0  # whoever took it away meanwhile is told at the upload
        reason = f"the text of {path.name}"
        steps.append(_upload(show.settings_key, path, show.settings_sha256, size, "application/toml", reason))
    for entry in decision.ledger.entries:
        path = sources.get(entry.guid)
        if entry.source_key and entry.source_key not in known and path and path.is_file():
            reason = f"the text of {entry.release.episode.slug}"
            sha256 = entry.release.episode.source_sha256
            steps.append(_upload(entry.source_key, path, sha256, path.stat().st_size, "text/markdown", reason))
    return steps, lost


def _issue_steps(decision: Decision, before: Ledger | None, sources: Mapping[str, Path]) -> Iterator[Step]:
    """Yield a step for the text of every issue of the newsletter that is not known to be in the store."""
    known = {record.source_sha256 for record in before.issues.values()} if before else set()
    for name, record in decision.ledger.issues.items():
        path = sources.get(issue_path(name))
        if record.source_sha256 not in known and path and path.is_file():
            known.add(record.source_sha256)
            key, size = issue_key(record.source_sha256), path.stat().st_size
            yield _upload(key, path, record.source_sha256, size, "application/toml", f"the issue {name}")


def _made_for(blob: Blob) -> str:
    """Return what something is that was made of a file."""
    return f"a cover with {blob.width} x {blob.height} pixels" if isinstance(blob, PictureBlob) else "a waveform"


def _upload(key: str, path: Path, sha256: str, size: int, media_type: str, reason: str) -> Step:
    return Step(
        stage=Stage.BLOBS,
        key=key,
        reason=reason,
        media_type=media_type,
        cache_control=cache_control(key),
        size=size,
        sha256=sha256,
        path=path,
    )


def _ledger_step(decision: Decision, observed: Observed) -> Step | None:
    if observed.ledger is not None and observed.ledger == decision.ledger:
        return None
    written = [change for change in decision.changes if change.kind in WRITES]
    reason = f"{len(written)} changed" if written else "what the feeds say, and since when"
    issues = any(change.writes for change in decision.issues)
    if observed.ledger and observed.ledger.feeds == decision.ledger.feeds and not written:
        reason = "issues of the newsletter" if issues else "what else folge keeps in mind"
    reason = reason if observed.ledger else "the first publish"
    return ledger_step(decision.ledger, observed.ledger_tag, f"the commit: {reason}")


def _artifact_step(artifact: Artifact, tag: str) -> Step:
    reason = "not in the store yet" if tag == ABSENT else "differs from what is in the store"
    return _write(artifact, artifact.media_type, tag, reason)


def _write(artifact: Artifact, media_type: str, expected: str, reason: str) -> Step:
    return Step(
        stage=artifact.stage,
        key=artifact.key,
        reason=reason,
        media_type=media_type,
        cache_control=artifact.cache_control,
        size=artifact.size,
        sha256=artifact.sha256,
        content=artifact.content,
        expected=expected,
    )


def newest_edition(ledger: Ledger) -> int:
    """Return the number of the newest edition, 0 where none is kept."""
    return ledger.editions[-1].number if ledger.editions else 0


def copy_step(ledger: bytes, edition: int) -> Step:
    """Return the write of a copy of a ledger, compressed: the way back where the ledger is damaged."""
    body = zlib.compress(ledger, 6, wbits=31)
    copy = artifact_of(ledger_copy_key(edition), body, Stage.PAGES)
    return replace(_write(copy, "application/gzip", ABSENT, "a copy of the ledger"), expected=None)


def ledger_step(ledger: Ledger, expected: str, reason: str) -> Step:
    """Return the write of the ledger, the commit point; `expected` is the tag of the one that is there."""
    return _write(artifact_of(LEDGER, encode_ledger(ledger), Stage.LEDGER), "application/json", expected, reason)


def inventory_step(body: bytes, expected: str) -> Step:
    """Return the last write of a publish: the record of what it left."""
    inventory = artifact_of(INVENTORY, body, Stage.INDEX)
    return _write(inventory, "application/json", expected, "what the store holds now")


_SIGNS = {
    Kind.ADD: "+", Kind.UPDATE: "~", Kind.WITHDRAW: "-", Kind.RESTORE: "+", Kind.WAIT: "…", Kind.REFUSE: "!",
    Kind.BEHIND: "<", Kind.ELSEWHERE: "=", Kind.WITHDRAWN: "=", Kind.DRAFT: "·", Kind.SAME: "=",
}  # fmt: skip


def describe_change(change: Change) -> str:
    """Return one line about a change: sign, kind, name, reason, and the fields that differ."""
    name = f"{change.number}  {change.title}" if change.number else change.title
    fields = f" ({', '.join(change.fields)})" if change.fields else ""
    return visible_line(f"{_SIGNS[change.kind]} {change.kind.value:<9} {name}: {change.reason}{fields}")


def describe_plan(plan: Plan, *, keys: bool = True, remarks: Sequence[str] = ()) -> str:
    """Return a plan as text: what listeners would notice, then what would be written, key by key or in sum.

    `remarks` are lines about what their apps make of it.
    """
    lines = [describe_change(change) for change in plan.changes if change.kind is not Kind.SAME]
    lines += [f"  {line}"] if (line := issue_line(plan.issues)) else []
    lines += ["  in a listener's app:", *(f"    {remark}" for remark in remarks)] if remarks else []
    if plan.steps and not keys:
        files = [step for step in plan.steps if step.path]
        total, small = show_bytes(plan.upload_bytes), len(plan.steps) - len(files)
        lines.append(f"  to upload: {len(files)} ({total}), to write: {small}, in {plan.store_url}")
    for stage in Stage if keys else ():
        steps = [step for step in plan.steps if step.stage is stage]
        if steps:
            size = sum(step.size for step in steps)
            shown = [f"    {step.key}  ({step.reason})" for step in steps[:8]]
            more = [f"    … and {len(steps) - 8} more"] if len(steps) > 8 else []
            lines += [f"  write {stage.name.lower()}: {len(steps)}, {show_bytes(size)}", *shown, *more]
    if not plan.settled:
        lines.append("  the publish before did not come to its end; this one does")
    return "\n".join(map(visible_line, lines))


def show_bytes(count: int) -> str:
    """Write a number of bytes for people: `312 kB`."""
    if count < 1000:
        return f"{count} bytes"
    return f"{count / 1000:.0f} kB" if count < 1_000_000 else f"{count / 1_000_000:.1f} MB"


def plan_data(plan: Plan) -> dict[str, object]:
    """Return a plan as JSON data: `changes`, `steps` (without bodies), totals."""
    return {
        "feed": plan.feed_url,
        "store": plan.store_url,
        "published": plan.published,
        "changes": [
            {
                "kind": change.kind.value,
                "guid": change.guid,
                "number": change.number,
                "slug": change.slug,
                "title": change.title,
                "reason": change.reason,
                "fields": list(change.fields),
            }
            for change in plan.changes
        ],
        "steps": [
            {"stage": step.stage.name.lower(), "key": step.key, "bytes": step.size, "reason": step.reason}
            for step in plan.steps
        ],
        "issues": issues_data(plan.issues),
    }
