"""`folge publish`: publish what is due."""

from dataclasses import replace

import click

from podcast.cli.asking import Wanted, asked_options
from podcast.cli.options import json_option
from podcast.cli.publishing import publish, publish_due
from podcast.settings import find_folder


@click.command("publish")
@asked_options
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@click.option("--due", is_flag=True, help="Publish only new episodes whose time has come, without asking; for cron.")
@json_option
@click.pass_context
def command(ctx: click.Context, as_json: bool, yes: bool, due: bool, wanted: Wanted) -> None:
    """Publish what is due: show the plan, ask, upload, commit, and write pages and feed.

    With --due, edits of published episodes and of the show stay here until a publish without it, and nothing is said
    where nothing is due.
    """
    folder = find_folder(ctx.obj.folder.absolute())
    if not due:
        publish(folder, wanted, yes=yes, as_json=as_json)
    elif wanted == Wanted():
        publish_due(folder, replace(wanted, due=True), as_json=as_json)
    else:
        raise click.UsageError("--due publishes new episodes only; ask for anything else without it")
