"""`folge publish`: publish what is due."""

import click

from podcast.cli.asking import Wanted, asked_options
from podcast.cli.options import json_option
from podcast.cli.publishing import publish
from podcast.settings import find_folder


@click.command("publish")
@asked_options
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@json_option
@click.pass_context
def command(ctx: click.Context, as_json: bool, yes: bool, wanted: Wanted) -> None:
    """Publish what is due: show the plan, ask, upload, commit, and write pages and feed."""
    publish(find_folder(ctx.obj.folder.absolute()), wanted, yes=yes, as_json=as_json)
