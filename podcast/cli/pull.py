"""`folge pull`: bring what is published into a show folder, or a whole show into an empty one."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from episodes.catalogue import Catalogue, find_episode
from episodes.problems import UserError, visible
from podcast.cli import FINDINGS
from podcast.cli.options import json_option
from podcast.cli.output import emit, give, problem_data, say, tell_problems
from podcast.publishing.arrivals import Arrival, PullPlan, describe_pull, pull_data
from podcast.publishing.bring import bring
from podcast.publishing.ledger import Ledger
from podcast.publishing.plan import show_bytes
from podcast.publishing.pull import Wished, look_at, plan_pull
from podcast.settings import FILE, find_folder
from podcast.stores import Store
from podcast.stores.opening import StoreOptions, open_store
from podcast.workspace import open_workspace, producer

_EVERY = "all"
_LARGE = 1_000_000  # bytes


@click.command("pull")
@click.argument("url", metavar="[URL]", default="")
@click.option(
    "--into",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write into this folder, which is made where there is none; needs URL.",
)
@click.option(
    "--audio",
    multiple=True,
    metavar="EPISODE",
    help="Bring the published audio of an episode too, or of every one: --audio all.",
)
@click.option("--endpoint-url", default="", help="Address of an S3 server that is not Amazon's.")
@click.option("--region", default="", help="Region of the bucket.")
@click.option("--profile", default="", help="Profile of ~/.aws to use.")
@click.option("-n", "--dry-run", is_flag=True, help="Show what would be written, and write nothing.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    url: str,
    into: Path | None,
    audio: tuple[str, ...],
    endpoint_url: str,
    region: str,
    profile: str,
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> int:
    """Write what is published and this folder lacks, and bring older texts up to date.

    What was changed here is never overwritten: it is shown beside what is published. With URL, as
    s3://bucket/prefix or a folder, a whole show comes into an empty folder.
    """
    if into and not url:
        raise click.UsageError("--into needs the address of the store, as s3://bucket/prefix or a folder")
    options = StoreOptions(endpoint_url=endpoint_url, region=region, profile=profile)
    folder = (ctx.obj.folder / into if into else ctx.obj.folder).absolute()
    folder = folder if url else find_folder(folder)
    store, words = _opened(url, folder, options)
    target, ledger = look_at(folder, store, now=datetime.now(UTC), by=producer(), store_words=words)
    plan = plan_pull(target, ledger, store, _wished(audio, ledger))
    if not as_json and (text := describe_pull(plan)):
        say(text)
    if not (dry_run or plan.empty or yes):
        _ask()
    problems = () if dry_run else bring(plan, folder, store, _tell)
    if as_json:
        emit(pull_data(plan) | {"written": not dry_run, "problems": [problem_data(problem) for problem in problems]})
    elif not dry_run or plan.empty:
        give(_said(plan, len(plan.writes) - len(problems), folder))
        if plan.writes and not target.survey:
            say(f"next: cd {folder}, then folge status")
    tell_problems(problems)
    return FINDINGS if problems else 0


def _opened(url: str, folder: Path, options: StoreOptions) -> tuple[Store, dict[str, str | bool]]:
    """Return the store, and what a new `podcast.toml` in `folder` says of it; without `url` the folder's own store."""
    if not url:
        return open_workspace(folder).store(), {}
    place, root = folder.resolve(), None
    if "://" not in url:
        root = (Path.cwd() / Path(url.removeprefix("folder:")).expanduser()).resolve()
        if not root.is_dir():
            raise UserError(f"there is no folder {root}", hint="write a bucket as s3://bucket/prefix")
        url = root.relative_to(place).as_posix() if root.is_relative_to(place) else root.as_posix()
    _refuse_inside(place, root)
    said = {"endpoint_url": options.endpoint_url, "region": options.region, "profile": options.profile}
    words: dict[str, str | bool] = {"url": url, **{name: value for name, value in said.items() if value}}
    return open_store(url, base=folder, options=options), words


def _refuse_inside(folder: Path, store: Path | None) -> None:
    """Refuse to make a show where it would be public, or part of another show."""
    if store and folder.is_relative_to(store):
        raise UserError(f"{folder} lies in the store, which the public reads", hint="pull into a folder beside it")
    around = next((parent for parent in folder.parents if (parent / FILE).exists()), None)
    if around and not (folder / FILE).exists():
        raise UserError(f"{folder} lies in another show folder, {around}", hint="pull into a folder beside it")


def _wished(names: tuple[str, ...], ledger: Ledger) -> Wished:
    """Return whose audio is wanted. Raises UserError for names that mean no published episode."""
    episodes = tuple(entry.release.episode for entry in ledger.published)
    catalogue = Catalogue(folder=Path("episodes"), episodes=episodes, problems=())
    guids = {find_episode(catalogue, name).guid for name in names if name != _EVERY}
    return Wished(every_audio=_EVERY in names, audio=frozenset(guids))


def _ask() -> None:
    if not sys.stdin.isatty():
        raise click.UsageError("there is no terminal to ask on; say --yes")
    if not click.confirm("write this?", default=True, err=True):
        raise click.Abort


def _tell(arrival: Arrival) -> None:
    """Tell of a large file that has come: until then it looked as if nothing happened."""
    if arrival.bytes > _LARGE:
        say(f"  {visible(arrival.path)}: {show_bytes(arrival.bytes)}")


def _said(plan: PullPlan, written: int, folder: Path) -> str:
    """Return what was done in one line."""
    kept = f"; {len(plan.kept)} kept as {'it is' if len(plan.kept) == 1 else 'they are'} here" if plan.kept else ""
    if not plan.writes:
        return f"nothing to pull{kept}"
    return f"pulled: {written} file{'' if written == 1 else 's'} into {folder}{kept}"
