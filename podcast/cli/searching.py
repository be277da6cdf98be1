"""`folge search`: find episodes by words."""

import click

from episodes.catalogue import Filters, search
from podcast.cli.filtering import filter_options
from podcast.cli.options import json_option
from podcast.cli.output import print_episodes, tell_problems, wants_json
from podcast.workspace import open_workspace


@click.command("search")
@click.argument("words", metavar="WORDS", nargs=-1, required=True)
@filter_options
@json_option
@click.pass_context
def command(ctx: click.Context, words: tuple[str, ...], as_json: bool, filters: Filters) -> None:
    """Find episodes that hold all WORDS in title, people, topics, occasion, summary or notes, best first.

    Case and accents do not matter, and umlauts may be typed either way.
    """
    workspace = open_workspace(ctx.obj.folder)
    split = [word for text in words for word in text.split()]
    print_episodes(search(workspace.catalogue.episodes, split, filters), as_json=wants_json(as_json))
    tell_problems(workspace.problems)
