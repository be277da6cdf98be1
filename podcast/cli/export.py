"""`folge export`: the whole show in one archive, or its episodes in the form of another program."""

from pathlib import Path

import click

from episodes.problems import UserError, visible
from podcast.cli.options import json_option
from podcast.cli.output import count_episodes, emit, give, say
from podcast.cli.progress import show_work
from podcast.exporting.forms import Form, make_files, write_files
from podcast.exporting.manifest import Manifest
from podcast.exporting.outgoing import outgoing
from podcast.exporting.packing import pack
from podcast.publishing.observe import observe
from podcast.publishing.plan import show_bytes
from podcast.publishing.publish import require_own
from podcast.stores.folder import FolderStore
from podcast.workspace import Workspace, open_workspace


@click.command("export")
@click.argument("target", metavar="ARCHIVE|DIR", type=click.Path(path_type=Path))
@click.option(
    "--to",
    "form",
    type=click.Choice([form.value for form in Form]),
    help="Write what is published into the folder DIR, in the form of another program.",
)
@click.option("--audio", is_flag=True, help="Put the audio into the archive too.")
@json_option
@click.pass_context
def command(ctx: click.Context, *, target: Path, form: str | None, audio: bool, as_json: bool) -> None:
    """Write the whole show into one file, ARCHIVE: 'folge import ARCHIVE' brings it back as it was.

    The archive holds drafts, and what producers wrote; it is not for the public. With --to, what is published is
    written into the folder DIR for another program. Nothing is ever written over.
    """
    if form and audio:
        raise click.UsageError("--audio is for an archive; with --to the files name the audio where it is published")
    if not form and target.is_dir():
        raise click.UsageError(f"{target} is a folder; name a file, or say --to with a form")
    workspace = open_workspace(ctx.obj.folder)
    if form:
        _files(workspace, target, Form(form), as_json=as_json)
    else:
        _archive(workspace, target, audio=audio, as_json=as_json)


def _files(workspace: Workspace, folder: Path, form: Form, *, as_json: bool) -> None:
    store = workspace.store()
    ledger = observe(store, thorough=False).ledger
    if ledger is None:
        raise UserError(f"nothing is published in {store.url} yet", hint="publish first: folge publish")
    require_own(workspace.settings, ledger)
    show = outgoing(ledger)
    fresh = write_files(make_files(show, form), folder)
    if as_json:
        emit({"folder": str(folder), "to": form.value, "episodes": len(show.episodes), "written": list(fresh)})
    else:
        count = f"{len(fresh)} file{'' if len(fresh) == 1 else 's'}"
        give(visible(f"exported: {count_episodes(len(show.episodes))} as {form.value}, {count} written into {folder}"))


def _archive(workspace: Workspace, path: Path, *, audio: bool, as_json: bool) -> None:
    store = workspace.store()
    if isinstance(store, FolderStore) and path.resolve().is_relative_to(store.root.resolve()):
        message = f"{path} lies in the store, which the public reads, and an archive holds drafts"
        raise UserError(message, hint="name a file elsewhere")
    manifest = pack(workspace, store, path, audio=audio, working=show_work)
    if as_json:
        emit(_data(manifest, path))
        return
    for left in manifest.left_out:
        say(f"warning: {left.path} is not in it: {left.reason}")
    if not manifest.feed:
        say("nothing of this show is published yet, so there is no ledger in it")
    count = count_episodes(len(workspace.catalogue.episodes))
    give(visible(f"exported: {count}, {len(manifest.files)} files, {show_bytes(manifest.bytes)}, to {path}"))


def _data(manifest: Manifest, path: Path) -> dict[str, object]:
    return {
        "archive": str(path),
        "title": manifest.title,
        "format": manifest.format,
        "feed": manifest.feed,
        "audio": manifest.with_audio,
        "bytes": manifest.bytes,
        "files": [member.path for member in manifest.files],
        "left_out": [{"path": left.path, "reason": left.reason} for left in manifest.left_out],
    }
