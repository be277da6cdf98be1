"""`folge import`: make a show folder of a feed, or bring one up to date with it."""

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from enum import Enum, auto
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from episodes.problems import UserError, quoted, visible
from podcast.cli import FINDINGS
from podcast.cli.fetching import exit_code, fetch_imported, fetched_data
from podcast.cli.findings import print_findings
from podcast.cli.importfolder import import_folders
from podcast.cli.options import json_option
from podcast.cli.output import count_episodes, emit, give, problem_data, say, tell_problems
from podcast.cli.restoring import bring_back
from podcast.exporting.archive import is_archive
from podcast.files import create_file
from podcast.importing.findings import SOURCE
from podcast.importing.folder import look_at, write_import
from podcast.importing.merging import State, merge
from podcast.importing.plan import WRITES, Action, Deed, ImportPlan, plan_import
from podcast.importing.reading import refuse_locked, state_of
from podcast.importing.showtext import Wanted
from podcast.importing.sources import is_address, load_sources
from podcast.layout import IGNORED
from podcast.settings import FILE, find_folder

_LISTED = 20
"""So many files of a kind are named; --json names them all."""

_SIGNS = {Action.CREATE: "+", Action.UPDATE: "~", Action.KEEP: "!", Action.DELETED: "-"}
_REASONS = {
    Action.KEEP: "edited here and changed in the feed; kept as it is here",
    Action.DELETED: "deleted here, and not made again",
}


class Kind(Enum):
    """What something that is imported is."""

    FEED = auto()
    FOLDER = auto()
    ARCHIVE = auto()


@click.command("import")
@click.argument("feeds", metavar="FEED...", nargs=-1, required=True)
@click.option("--into", type=click.Path(path_type=Path, file_okay=False), help="Write into this folder.")
@click.option("--store", default="", help="Where the new show will be published: a folder, or s3://bucket/prefix.")
@click.option("--public-url", default="", help="Address under which the public will read the store.")
@click.option("--zone", default="", help="Time zone of the show, as Europe/Berlin.")
@click.option("--owner", default="", metavar="EMAIL", help="You, the owner a locked feed names.")
@click.option("--drop-prefixes", is_flag=True, help="Leave services out that only count downloads of the audio.")
@click.option("--fetch", is_flag=True, help="Fetch audio and other files into the show folder, too: see folge fetch.")
@click.option("-n", "--dry-run", is_flag=True, help="Show what would be written, and write nothing.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    feeds: tuple[str, ...],
    into: Path | None,
    store: str,
    public_url: str,
    zone: str,
    owner: str,
    drop_prefixes: bool,
    fetch: bool,
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> int:
    """Make a show folder of FEED, an address or a file, or bring one up to date with it.

    A folder of audio files is a FEED, too: each file becomes an episode, by its tags, its name and its time. So is an
    archive of 'folge export', which brings the whole show back, with what was published.

    Audio and pictures stay where they are, unless --fetch is said. Several FEED are states of one feed, of which the
    newer wins, or feeds of one show, of which the first named does. Of an earlier import only what was not edited here
    is updated; nothing is ever deleted.
    """
    folder = _folder(ctx.obj.folder, into)
    if Kind.ARCHIVE in map(kind_of, feeds):
        if len(feeds) > 1 or any((store, public_url, zone, owner, drop_prefixes, fetch)):
            raise click.UsageError("an archive comes alone, with its own settings; FOLGE_STORE names another store")
        bring_back(Path(feeds[0]), folder, dry_run=dry_run, yes=yes, as_json=as_json)
        return 0
    _check(store, public_url)
    if all(kind_of(source) is Kind.FOLDER for source in feeds):
        wanted = Wanted(store=store, public_url=public_url, zone=zone)
        ask = None if yes else _ask
        return import_folders(tuple(map(Path, feeds)), folder, wanted, ask=ask, dry_run=dry_run, as_json=as_json)
    here = look_at(folder)
    clock = _zone(zone or here.record.zone)
    states = _read(feeds, clock)
    refuse_locked(states, owner)
    wanted = Wanted(store=store, public_url=public_url, zone=zone, drop_prefixes=drop_prefixes)
    plan = plan_import(merge(states), here, wanted)
    if not as_json:
        _show(plan, folder)
    if plan.writes and not (dry_run or yes):
        _ask()
    problems = () if dry_run else write_import(plan, folder)
    if plan.writes and not dry_run and not (folder / ".gitignore").exists():
        create_file(folder / ".gitignore", IGNORED)
    private = any(state.private for state in states)
    fetched = fetch_imported(folder, plan, private=private, quiet=as_json) if fetch and not dry_run else []
    if as_json:
        result = _data(plan, folder) | {"written": not dry_run, "fetched": [fetched_data(one) for one in fetched]}
        emit(result | {"failed": [problem_data(problem) for problem in problems]})
    elif not dry_run or not plan.writes:
        give(_said(plan, len(plan.writes) - len(problems), folder))
        if any(deed.path == FILE for deed in plan.writes):
            say(f"next: look through {folder / FILE}, then folge check")
    tell_problems(problems)
    return FINDINGS if problems else exit_code(fetched)


def kind_of(source: str) -> Kind:
    """Return what is imported: an address is a feed, a file is an archive by its ending or by what is in it."""
    if is_address(source):
        return Kind.FEED
    if Path(source).is_dir():
        return Kind.FOLDER
    return Kind.ARCHIVE if source.lower().endswith(".zip") or is_archive(Path(source)) else Kind.FEED


def _folder(start: Path, into: Path | None) -> Path:
    """Return the folder to write into: the one that was said, else the show here, else here."""
    folder = (start / into if into else start).resolve()
    try:
        around = find_folder(folder)
    except UserError:
        return folder
    if into and around != folder:
        raise UserError(f"{folder} lies in another show folder, {around}", hint="import into a folder beside it")
    return around


def _check(store: str, public_url: str) -> None:
    if store.startswith("s3://") and not public_url:
        raise click.UsageError("a bucket needs the address under which the public reads it; say --public-url")
    if public_url and not is_address(public_url):
        raise click.UsageError(f"{quoted(public_url)} is not a web address; write https://…")


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise click.UsageError(f"{quoted(name)} is not a time zone; write one such as Europe/Berlin") from error


def _read(feeds: Sequence[str], zone: ZoneInfo | None) -> tuple[State, ...]:
    """Read the states of a feed, with all their pages."""
    for source in feeds:
        if (kind := kind_of(source)) is not Kind.FEED:
            what = "a folder" if kind is Kind.FOLDER else "an archive"
            raise UserError(
                f"{visible(source)} is {what}, and no feed", hint="import it without naming feeds beside it"
            )
    return tuple(map(state_of, load_sources(feeds, zone=zone, told=_tell_page, stdin=sys.stdin.buffer)))


def _tell_page(name: str, page: int) -> None:
    """Tell of a further page: until then it looked as if nothing happened."""
    if page > 1:
        say(f"  {visible(name)}: page {page}")


def _ask() -> None:
    if not sys.stdin.isatty():
        raise click.UsageError("there is no terminal to ask on; say --yes")
    if not click.confirm("write this?", default=True, err=True):
        raise click.Abort


def _show(plan: ImportPlan, folder: Path) -> None:
    """Show a plan: files, what is left out, findings; errors last, where they are read."""
    give("\n".join(_lines(plan)))
    print_findings(plan.problems, "text", sources=dict.fromkeys(_rules(plan), SOURCE), base=folder)


def _rules(plan: ImportPlan) -> set[str]:
    return {problem.rule for problem in plan.problems if problem.rule}


def _lines(plan: ImportPlan) -> Iterator[str]:
    for action, sign in _SIGNS.items():
        deeds = [deed for deed in plan.deeds if deed.action is action]
        for deed in deeds[:_LISTED]:
            yield from _deed_lines(deed, sign)
        if len(deeds) > _LISTED:
            yield f"{sign} and {len(deeds) - _LISTED} more"
    yield from _capped("left out: ", plan.left_out)
    yield from _capped("no longer in the feed, and kept: ", plan.gone)
    counts = Counter(deed.action for deed in plan.deeds if deed.guid)
    told = {Action.CREATE: "new", Action.UPDATE: "changed", Action.SAME: "the same", Action.EDITED: "edited here"}
    parts = [f"{counts[action]} {word}" for action, word in told.items() if counts[action]]
    listed = f" ({', '.join(parts)})" if parts else ""
    yield visible(f"{quoted(plan.title)}: {count_episodes(sum(counts.values()))}{listed}")


def _deed_lines(deed: Deed, sign: str) -> Iterator[str]:
    reason = f" ({_REASONS[deed.action]})" if deed.action in _REASONS else ""
    yield visible(f"{sign} {deed.path}: {deed.title}{reason}".replace("\n", " "))
    yield from (visible(f"    {line}") for line in deed.diff.splitlines())


def _capped(before: str, texts: Sequence[str]) -> Iterator[str]:
    for text in texts[:_LISTED]:
        yield visible(before + text.replace("\n", " "))
    if len(texts) > _LISTED:
        yield f"{before}{len(texts) - _LISTED} more"


def _said(plan: ImportPlan, written: int, folder: Path) -> str:
    """Return what was done in one line."""
    kept = f"; {len(plan.kept)} edited here and kept" if plan.kept else ""
    if not plan.writes:
        return f"nothing to import{kept}"
    return f"imported: {written} file{'' if written == 1 else 's'} into {folder}{kept}"


def _data(plan: ImportPlan, folder: Path) -> dict[str, object]:
    """Return a plan as JSON data."""
    return {
        "title": plan.title,
        "folder": folder.as_posix(),
        "files": [
            {
                "action": deed.action.value,
                "path": deed.path,
                "title": deed.title,
                "guid": deed.guid,
                "writes": deed.action in WRITES,
                "diff": deed.diff,
            }
            for deed in plan.deeds
        ],
        "gone": list(plan.gone),
        "left_out": list(plan.left_out),
        "problems": [problem_data(problem) for problem in plan.problems],
    }
