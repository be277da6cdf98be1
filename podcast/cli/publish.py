"""`folge publish`: publish what is due. Loads the machinery of publishing only where there may be something to do."""

from datetime import UTC, datetime
from pathlib import Path

import click

from podcast.cli.asking import NOTHING, Wanted, asked_options
from podcast.cli.options import json_option
from podcast.cli.output import tell_nothing_to_do
from podcast.opening import settings_store
from podcast.publishing.memo import Quiet, recall
from podcast.settings import find_folder, load_settings


@click.command("publish")
@asked_options
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@json_option
@click.pass_context
def command(ctx: click.Context, as_json: bool, yes: bool, wanted: Wanted) -> int:
    """Publish what is due: show the plan, ask, upload, commit, and write pages and feed."""
    folder = find_folder(ctx.obj.folder.absolute())
    if wanted == NOTHING and not as_json and (quiet := _unchanged(folder)):
        tell_nothing_to_do(quiet)
        return 0
    from podcast.cli.publishing import publish

    publish(folder, wanted, yes=yes, as_json=as_json)
    return 0


def _unchanged(folder: Path) -> Quiet | None:
    """Return what the last publish said where nothing has changed since."""
    settings, problems = load_settings(folder)
    return None if problems else recall(settings, settings_store(settings), datetime.now(UTC))
