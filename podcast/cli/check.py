"""`folge check`: the show folder and the feed it would publish, or a feed in a file."""

from datetime import UTC, datetime
from pathlib import Path

import click

from episodes.problems import Problem, ProblemsFound, UserError, errors
from feed.checks.run import check_feed
from podcast.cli import FINDINGS
from podcast.cli.options import json_option
from podcast.cli.output import emit, problem_data, tell_problems
from podcast.publishing.publish import Publisher
from podcast.workspace import open_workspace, producer


@click.command("check")
@click.argument("feed", required=False, type=click.Path(path_type=Path))
@json_option
@click.pass_context
def command(ctx: click.Context, feed: Path | None, as_json: bool) -> int:
    """Check the show folder and the feed it would publish, or the FEED in a file. Silence means: nothing found."""
    found = _check_file(feed) if feed else _check_folder(ctx.obj.folder)
    if as_json:
        emit([problem_data(problem) for problem in found])
    else:
        tell_problems(found)
    return FINDINGS if errors(found) else 0


def _check_file(path: Path) -> tuple[Problem, ...]:
    if "://" in str(path) or str(path).startswith(("http:", "https:")):
        raise UserError(
            f"{path} is an address; folge check reads files", hint="fetch the feed first, then check the file"
        )
    try:
        return check_feed(path.read_bytes(), name=str(path))
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}") from error


def _check_folder(folder: Path) -> tuple[Problem, ...]:
    workspace = open_workspace(folder)
    publisher = Publisher(workspace, workspace.store(), now=datetime.now(UTC), by=producer())
    try:
        return publisher.prepare().problems
    except ProblemsFound as found:
        return found.problems
