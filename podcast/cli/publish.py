"""`folge publish`: publish what is due."""

import click

from podcast.cli.asking import Wanted, asked_options, only_due
from podcast.cli.options import json_option
from podcast.cli.plan import show_plan
from podcast.cli.publishing import publish, publish_due
from podcast.settings import find_folder


@click.command("publish")
@asked_options
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@click.option("--due", is_flag=True, help="Publish only new episodes whose time has come, without asking; for cron.")
@click.option("-n", "--dry-run", is_flag=True, help="Show what it would do, as 'folge plan' does, and do nothing.")
@json_option
@click.pass_context
def command(ctx: click.Context, as_json: bool, yes: bool, due: bool, dry_run: bool, wanted: Wanted) -> None:
    """Publish what is due: show the plan, ask, upload, commit, and write pages and feed.

    With --due, edits of published episodes and of the show stay here until a publish without it, and nothing is said
    where nothing is due.
    """
    folder = find_folder(ctx.obj.folder.absolute())
    wanted = only_due(wanted) if due else wanted
    if dry_run:
        show_plan(folder, wanted, as_json=as_json)
    elif due:
        publish_due(folder, wanted, as_json=as_json)
    else:
        publish(folder, wanted, yes=yes, as_json=as_json)
