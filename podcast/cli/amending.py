"""Publishing a change of one episode: show what it does, ask, write its file, publish that and nothing else."""

from contextlib import closing
from datetime import UTC, datetime

import click

from episodes.problems import UserError, visible_line
from podcast.cli.output import emit, give, problem_data, say, tell_problems
from podcast.cli.publishing import Session, push, tell_moved
from podcast.publishing.amending import Amendment, alone
from podcast.publishing.changes import Asked, Kind
from podcast.publishing.editions import held_words
from podcast.publishing.plan import describe_plan, plan_data
from podcast.publishing.publish import Prepared, Publisher
from podcast.stores import Store
from podcast.workspace import Workspace, producer

dry_run_option = click.option("--dry-run", is_flag=True, help="Show what it would do, and do nothing.")
yes_option = click.option("-y", "--yes", is_flag=True, help="Do not ask.")


def publish_alone(
    workspace: Workspace,
    store: Store,
    asked: Asked,
    *,
    amendment: Amendment | None,
    session: Session,
    done: str,
    dry_run: bool = False,
    as_json: bool = False,
) -> None:
    """Publish what was asked for, with the episode of `amendment` as its file will be; the file is written on a yes.

    `done` is said where it came to its end.
    """
    here = alone(workspace, *((amendment.episode,) if amendment and not asked.withdraw else ()))
    now = datetime.now(UTC).replace(microsecond=0)
    publisher = Publisher(here, store, now=now, by=producer(), asked=asked)
    if dry_run:
        _show(publisher.prepare(), as_json=as_json)
        return

    def confirm(prepared: Prepared) -> bool:
        if not session.confirm(prepared):
            return False
        if amendment:
            amendment.write()
        return True

    with closing(session):
        outcome = publisher.run(confirm, session.listener, tell_moved)
    if outcome is None:
        say("nothing was changed")
        return
    refused = next((change for change in outcome.plan.changes if change.kind in (Kind.BEHIND, Kind.WITHDRAWN)), None)
    if refused:
        raise UserError(visible_line(f"{refused.title}: {refused.reason}"), hint="nothing was changed")
    if amendment:
        amendment.write()
    push(outcome.plan, outcome.ledger)
    if as_json:
        problems = [problem_data(problem) for problem in outcome.problems]
        emit(plan_data(outcome.plan) | {"attempts": outcome.attempts, "problems": problems})
    elif outcome.plan.empty:
        give("nothing to do")
    else:
        held = held_words(outcome.ledger)
        give(f"{done}; {held}" if held else done)


def _show(prepared: Prepared, *, as_json: bool) -> None:
    if as_json:
        emit(plan_data(prepared.plan))
        return
    tell_problems(prepared.problems)
    give(describe_plan(prepared.plan) or "nothing to do")
