"""`folge export`: the whole show in one archive, or its episodes in the form of another program."""

from pathlib import Path

import click

from episodes.problems import visible
from podcast.cli.options import json_option
from podcast.cli.output import count_episodes, emit, give, say
from podcast.cli.progress import show_work
from podcast.exporting.manifest import Manifest
from podcast.exporting.packing import pack
from podcast.publishing.plan import show_bytes
from podcast.workspace import Workspace, open_workspace


@click.command("export")
@click.argument("target", metavar="ARCHIVE|DIR", type=click.Path(path_type=Path))
@click.option("--audio", is_flag=True, help="Put the audio into the archive too.")
@json_option
@click.pass_context
def command(ctx: click.Context, *, target: Path, audio: bool, as_json: bool) -> None:
    """Write the whole show into one file, ARCHIVE: 'folge import ARCHIVE' brings it back as it was.

    The archive holds drafts, and what producers wrote; it is not for the public. Nothing is written over.
    """
    workspace = open_workspace(ctx.obj.folder)
    _archive(workspace, ctx.obj.folder / target, audio=audio, as_json=as_json)


def _archive(workspace: Workspace, path: Path, *, audio: bool, as_json: bool) -> None:
    manifest = pack(workspace, workspace.store(), path, audio=audio, working=show_work)
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
