"""`folge list`: the episodes of the show."""

from datetime import date

import click

from podcast.cli.options import filter_options, json_option, make_filters
from podcast.cli.output import print_episodes, tell_problems, wants_json
from podcast.workspace import open_workspace


@click.command("list")
@filter_options
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    as_json: bool,
    guest: str,
    topic: str,
    occasion: str,
    season: int | None,
    status: str | None,
    since: date | None,
    until: date | None,
) -> None:
    """List the episodes, newest first: a table on a terminal, JSON otherwise."""
    workspace = open_workspace(ctx.obj.folder)
    filters = make_filters(guest, topic, occasion, season, status, since, until)
    found = [episode for episode in reversed(workspace.catalogue.episodes) if filters.accept(episode)]
    print_episodes(found, as_json=wants_json(as_json))
    tell_problems(workspace.problems)
