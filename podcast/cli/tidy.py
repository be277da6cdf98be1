"""`folge tidy`: take away what nothing refers to any more."""

import re
from datetime import UTC, datetime, timedelta

import click

from podcast.cli.amending import dry_run_option, yes_option
from podcast.cli.options import json_option
from podcast.cli.output import emit, give, say, tell_problems
from podcast.cli.publishing import agreed
from podcast.publishing.leftovers import Tidy, count_objects, describe_tidy, tidy_data
from podcast.publishing.plan import show_bytes
from podcast.publishing.tidying import Tidier
from podcast.workspace import open_workspace, producer


class Grace(click.ParamType[timedelta]):
    """A time such as 30d or 12h."""

    name = "time"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """Read a time, or fail with a sentence."""
        found = re.fullmatch(r"(\d{1,4})(h|d|w)", str(value))
        if found is None:
            self.fail(f"'{value}' is no time; write it as 30d, 12h or 2w", param, ctx)
        return int(found[1]) * {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}[found[2]]


@click.command("tidy")
@click.option(
    "--grace", type=Grace(), default="30d", show_default=True, help="Leave alone what was in use or written since."
)
@yes_option
@dry_run_option
@json_option
@click.pass_context
def command(ctx: click.Context, grace: timedelta, yes: bool, dry_run: bool, as_json: bool) -> None:
    """List what lies in the store and nothing refers to any more, and delete it.

    That is audio, covers, transcripts and chapters that were replaced, those of episodes withdrawn longer ago than
    the grace time, texts of episodes that were never published, pages and feeds that are no longer made, and uploads
    that were given up. What folge did not write is never touched.
    """
    workspace = open_workspace(ctx.obj.folder)
    tidier = Tidier(workspace.settings, workspace.store(), clock=lambda: datetime.now(UTC), by=producer(), grace=grace)
    if dry_run:
        tidy, _ = tidier.prepare()
        if as_json:
            emit(tidy_data(tidy) | {"deleted": []})
        else:
            give(describe_tidy(tidy) or "nothing to tidy")
        return

    def confirm(tidy: Tidy) -> bool:
        if not as_json:
            say(describe_tidy(tidy))
        return yes or agreed(f"delete {count_objects(len(tidy.removals))} for good?")

    tidied = tidier.run(confirm)
    if tidied is None:
        say("nothing was deleted")
        return
    tell_problems(tidied.problems)
    left = len(tidied.plan.removals) - len(tidied.removed)
    if left:
        say(f"{count_objects(left)} left: in use again, younger by the store's clock, or for the next time")
    if as_json:
        emit(tidy_data(tidied.plan) | {"deleted": [removal.key for removal in tidied.removed]})
    elif tidied.removed:
        size = show_bytes(sum(removal.bytes for removal in tidied.removed))
        give(f"deleted: {count_objects(len(tidied.removed))}, {size}")
    else:
        say(describe_tidy(tidied.plan))
        give("nothing to tidy")
