"""`folge list`: the episodes of the show."""

import click

from episodes.catalogue import Filters
from podcast.cli.filtering import filter_options
from podcast.cli.options import json_option
from podcast.cli.output import print_episodes, tell_problems, wants_json
from podcast.workspace import open_workspace


@click.command("list")
@filter_options
@json_option
@click.pass_context
def command(ctx: click.Context, as_json: bool, filters: Filters) -> None:
    """List the episodes, newest first: a table on a terminal, JSON otherwise."""
    workspace = open_workspace(ctx.obj.folder)
    found = [episode for episode in reversed(workspace.catalogue.episodes) if filters.accept(episode)]
    print_episodes(found, as_json=wants_json(as_json))
    tell_problems(workspace.problems)
