"""`folge move`: the steps of a move from another host, and whether each is done."""

from pathlib import Path

import click

from episodes.problems import ProblemsFound, UserError, errors
from podcast.cli import FINDINGS, TO_DO
from podcast.cli.options import json_option
from podcast.cli.output import emit, give
from podcast.cli.progress import show_work
from podcast.fetching import LARGEST_FEED, Fetcher
from podcast.layout import FEED, public_url
from podcast.moving.looking import look
from podcast.moving.steps import State, describe_move, judge, move_data
from podcast.settings import find_folder, load_settings


@click.command("move")
@click.option(
    "--from",
    "source",
    default="",
    metavar="HOST|FEED",
    help="The address of the old feed; or the name of the old host, as podigee.",
)
@click.option(
    "--copy",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The old feed as you kept it in a file, for when its address redirects already.",
)
@json_option
@click.pass_context
def command(ctx: click.Context, *, source: str, copy: Path | None, as_json: bool) -> int:
    """Show every step of a move to this show from another host, and check it.

    Both feeds are asked, and the audio; nothing is changed anywhere. Leaves with 3 where something is wrong, with 4
    where steps are open, with 0 where all that can be seen from here is done.
    """
    settings, problems = load_settings(find_folder(ctx.obj.folder.absolute()))
    if errors(problems):
        raise ProblemsFound(problems)
    new_url = public_url(settings.store.public_url, FEED)
    with Fetcher(private=False) as fetcher:
        seen = look(source, new_url, fetcher, kept=_kept(copy), told=show_work)
    show_work("")
    move = judge(seen)
    if as_json:
        emit(move_data(move))
    else:
        give(describe_move(move))
    if move.count(State.WRONG):
        return FINDINGS
    return TO_DO if move.count(State.OPEN) else 0


def _kept(path: Path | None) -> bytes:
    if path is None:
        return b""
    try:
        with path.open("rb") as file:
            return file.read(LARGEST_FEED)
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}", hint="name a feed in a file") from error
