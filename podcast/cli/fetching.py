"""`folge fetch`: bring audio and other files that stay elsewhere into the show folder."""

from collections.abc import Sequence
from pathlib import Path
from threading import Lock

import click

from episodes.catalogue import find_episode
from episodes.problems import UserError
from podcast.cache import cache_folder
from podcast.cli import DONE, FINDINGS, STORE
from podcast.cli.options import json_option
from podcast.cli.output import emit, give, say
from podcast.cli.progress import show_fetching
from podcast.fetching import Fetcher
from podcast.files import unless_running
from podcast.importing.audiofetch import LIMITS
from podcast.importing.bringing import Brought, bring
from podcast.importing.plan import ImportPlan
from podcast.importing.prefixes import without_prefixes
from podcast.importing.remotes import Kind, Remote, remotes_of, show_remotes
from podcast.settings import FILE
from podcast.workspace import Workspace, open_workspace


@click.command("fetch")
@click.argument("episodes", metavar="[EPISODE...]", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Of every episode, and the cover of the show.")
@click.option("--private", is_flag=True, help="Also from this machine and from private networks.")
@click.option("-n", "--dry-run", is_flag=True, help="Show what would be fetched, and fetch nothing.")
@json_option
@click.pass_context
def command(
    ctx: click.Context, episodes: tuple[str, ...], everything: bool, private: bool, dry_run: bool, as_json: bool
) -> int:
    """Fetch audio, covers, transcripts and chapters of EPISODE that stay elsewhere, and name them in its file.

    They come into audio/, covers/, transcripts/ and chapters/ of the show folder; nothing there is overwritten. What
    broke off is gone on with when the same command is run again. The audio of a published episode moves with
    'folge publish --replace-audio EPISODE'.
    """
    if bool(episodes) == everything:
        raise click.UsageError("name episodes, or say --all")
    workspace = open_workspace(ctx.obj.folder)
    chosen = workspace.catalogue.episodes
    if episodes:
        chosen = tuple(dict.fromkeys(find_episode(workspace.catalogue, name) for name in episodes))
    cover = show_remotes(workspace.settings.cover) if everything else ()
    remotes = (*cover, *(remote for episode in chosen for remote in remotes_of(episode)))
    if not remotes:
        say("nothing to fetch: every file is named by a path")
    if dry_run:
        return _show(remotes, as_json=as_json)
    results = fetch_home(workspace, remotes, private=private, quiet=as_json)
    if as_json:
        emit([fetched_data(result) for result in results])
    return exit_code(results)


def fetch_home(workspace: Workspace, remotes: Sequence[Remote], *, private: bool, quiet: bool) -> list[Brought]:
    """Fetch files into a show folder, telling of each when it is there, and return what became of them."""
    results = []
    with unless_running(cache_folder(workspace.folder) / "fetch.lock") as free:
        if not free:
            raise UserError("files are being fetched into this show folder already", hint="wait until that is done")
        expected = {remote.url: remote.bytes for remote in remotes}
        with show_fetching(expected) as shown, Fetcher(limits=LIMITS, private=private) as fetcher, fetcher.ending():
            turn = Lock()

            def told(remote: Remote, done: int, total: int) -> None:
                with turn:
                    shown(remote.url, done, total)

            for result in bring(workspace, remotes, fetcher, told=told):
                results.append(result)
                _tell(result, quiet=quiet)
    return sorted(results, key=lambda result: (result.file, result.fetched.remote.kind, result.fetched.remote.url))


def fetch_imported(folder: Path, plan: ImportPlan, *, private: bool, quiet: bool) -> list[Brought]:
    """Fetch the files of imported episodes that stay elsewhere, also those an earlier import left there."""
    workspace = open_workspace(folder)
    guids = {deed.guid for deed in plan.deeds if deed.guid}
    episodes = (episode for episode in workspace.catalogue.episodes if episode.guid in guids)
    remotes = [*show_remotes(workspace.settings.cover), *(one for episode in episodes for one in remotes_of(episode))]
    return fetch_home(workspace, remotes, private=private, quiet=quiet)


def exit_code(results: Sequence[Brought]) -> int:
    """Return the exit code of a call that fetched files: that of the network where it is to blame."""
    if any(result.fetched.unreachable for result in results):
        return STORE
    return FINDINGS if any(result.error for result in results) else DONE


def _tell(result: Brought, *, quiet: bool) -> None:
    fetched = result.fetched
    for finding in fetched.findings:
        say(f"warning: {result.file}: {fetched.remote.url}: {finding}")
    if result.error:
        say(f"error: {result.file}: {result.error}")
    elif not quiet:
        give(f"{fetched.path}  {fetched.bytes:,} bytes{', was there already' if fetched.there else ''}")


def _show(remotes: Sequence[Remote], *, as_json: bool) -> int:
    """Print what would be fetched."""
    if as_json:
        emit([_remote_data(remote) | {"counted_by": list(without_prefixes(remote.url).names)} for remote in remotes])
        return DONE
    for remote in remotes:
        names = without_prefixes(remote.url).names
        size = f"  {remote.bytes:,} bytes" if remote.bytes else ""
        counted = f"  (counted by {', '.join(names)})" if names else ""
        give(f"{(Path(remote.kind.value) / remote.name).as_posix()}  {remote.url}{size}{counted}")
    return DONE


def _remote_data(remote: Remote) -> dict[str, object]:
    return {
        "file": FILE if remote.kind is Kind.SHOW_COVER else f"episodes/{remote.name}.md",
        "kind": remote.kind.name.lower().replace("_", " "),
        "url": remote.url,
        "stated_bytes": remote.bytes or None,
    }


def fetched_data(result: Brought) -> dict[str, object]:
    """Return what became of a file as JSON data."""
    fetched = result.fetched
    return _remote_data(fetched.remote) | {
        "path": fetched.path,
        "bytes": fetched.bytes or None,
        "resumed": fetched.resumed,
        "there": fetched.there,
        "findings": list(fetched.findings),
        "error": result.error,
    }
