"""`folge publish`: publish what is due."""

import sys
from contextlib import AbstractContextManager, closing, nullcontext

import click

from podcast.cli.options import json_option
from podcast.cli.output import emit, problem_data, say, tell_problems
from podcast.cli.progress import show_progress
from podcast.cli.publishing_options import Wanted, asked_options, make_publisher
from podcast.publishing.apply import SILENT, Listener
from podcast.publishing.plan import Plan, describe_plan, plan_data
from podcast.publishing.publish import Outcome, Prepared
from podcast.stores import Moved
from podcast.workspace import open_workspace


@click.command("publish")
@asked_options
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    as_json: bool,
    yes: bool,
    replace_audio: tuple[str, ...],
    change_date: tuple[str, ...],
    mine: tuple[str, ...],
    restore: tuple[str, ...],
    new_address: bool,
    verify: bool,
) -> int:
    """Publish what is due: show the plan, ask, upload, commit, and write pages and feed."""
    wanted = Wanted(
        replace_audio=replace_audio,
        change_date=change_date,
        mine=mine,
        restore=restore,
        new_address=new_address,
        verify=verify,
    )
    publisher = make_publisher(open_workspace(ctx.obj.folder), wanted)
    session = _Session(yes=yes, quiet=as_json)
    with closing(session):
        outcome = publisher.run(session.confirm, session.listener, _tell_moved, thorough=verify)
    if outcome is None:
        say("nothing was published")
        return 0
    _tell(outcome, as_json)
    return 0


class _Session:
    """Shows the plan once, asks, and then shows how the uploads come along."""

    def __init__(self, *, yes: bool, quiet: bool) -> None:
        self.yes = yes
        self.quiet = quiet
        self.listener = Listener(done=self._done, sent=self._sent)
        self._progress: AbstractContextManager[Listener] = nullcontext(SILENT)
        self._inner = SILENT

    def confirm(self, prepared: Prepared) -> bool:
        """Show the plan and ask whether to do it. Raises UsageError where nobody can be asked."""
        tell_problems(prepared.problems)
        if not self.quiet:
            say(describe_plan(prepared.plan))
        if not self.yes:
            if not sys.stdin.isatty():
                raise click.UsageError("there is no terminal to ask on; say --yes")
            if not click.confirm("publish this?", default=True, err=True):
                return False
        self._progress = show_progress(prepared.plan)
        self._inner = self._progress.__enter__()
        return True

    def close(self) -> None:
        """Take the progress display away."""
        self._progress.__exit__(None, None, None)

    def _done(self, step: object) -> None:
        from podcast.publishing.plan import Step

        if isinstance(step, Step):
            self._inner.done(step)

    def _sent(self, count: int) -> None:
        self._inner.sent(count)


def _tell_moved(moved: Moved) -> None:
    say(f"{moved.key} was changed by somebody else meanwhile; looking again")


def _tell(outcome: Outcome, as_json: bool) -> None:
    plan: Plan = outcome.plan
    if as_json:
        emit(
            plan_data(plan)
            | {"attempts": outcome.attempts, "problems": [problem_data(problem) for problem in outcome.problems]}
        )
        return
    if plan.empty:
        tell_problems(outcome.problems)
        text = describe_plan(plan)
        if text:
            say(text)
        click.echo("nothing to do" + (f"; {_count(plan)} at {plan.feed_url}" if plan.feed_url else ""))
        return
    click.echo(f"published: {_count(plan)} at {plan.feed_url}")


def _count(plan: Plan) -> str:
    return f"{plan.published} episode{'' if plan.published == 1 else 's'}"
