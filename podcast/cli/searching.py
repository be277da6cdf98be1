"""`folge search`: find episodes by words."""

from datetime import date

import click

from episodes.catalogue import search
from podcast.cli.options import filter_options, json_option, make_filters
from podcast.cli.output import print_episodes, tell_problems, wants_json
from podcast.workspace import open_workspace


@click.command("search")
@click.argument("words", metavar="WORDS", nargs=-1, required=True)
@filter_options
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    words: tuple[str, ...],
    as_json: bool,
    guest: str,
    topic: str,
    occasion: str,
    season: int | None,
    status: str | None,
    since: date | None,
    until: date | None,
) -> None:
    """Find episodes that hold all WORDS in title, people, topics, occasion, summary or notes, best first.

    Case and accents do not matter, and umlauts may be typed either way.
    """
    workspace = open_workspace(ctx.obj.folder)
    filters = make_filters(guest, topic, occasion, season, status, since, until)
    split = [word for text in words for word in text.split()]
    print_episodes(search(workspace.catalogue.episodes, split, filters), as_json=wants_json(as_json))
    tell_problems(workspace.problems)
