"""`folge plan`: what a publish would do."""

from pathlib import Path

import click

from podcast.cli import TO_DO
from podcast.cli.asking import Wanted, asked_options, only_due
from podcast.cli.noticing import plan_remarks
from podcast.cli.options import json_option
from podcast.cli.output import emit, give, problem_data, tell_problems
from podcast.cli.publishing import make_publisher
from podcast.publishing.changes import WRITES
from podcast.publishing.noticing import UnreadableFeedError, compare_live, first_pages
from podcast.publishing.plan import Plan, describe_plan, plan_data
from podcast.publishing.publish import Prepared
from podcast.stores import Store
from podcast.workspace import open_workspace


@click.command("plan")
@asked_options
@click.option("--due", is_flag=True, help="Show only what 'folge publish --due' would make public now.")
@click.option("--exit-code", is_flag=True, help="Leave with 4 where there is something to do.")
@json_option
@click.pass_context
def command(ctx: click.Context, as_json: bool, exit_code: bool, due: bool, wanted: Wanted) -> int:
    """Show what a publish would do. Nothing is written."""
    plan = show_plan(ctx.obj.folder, only_due(wanted) if due else wanted, as_json=as_json)
    return TO_DO if exit_code and not plan.empty else 0


def show_plan(folder: Path, wanted: Wanted, *, as_json: bool) -> Plan:
    """Show and return what a publish of the show in `folder` would do."""
    publisher = make_publisher(open_workspace(folder), wanted)
    prepared = publisher.prepare(thorough=wanted.verify)
    plan = prepared.plan
    remarks = _remarks(prepared, publisher.store)
    if as_json:
        problems = [problem_data(problem) for problem in prepared.problems]
        emit(plan_data(plan) | {"remarks": remarks, "problems": problems})
    else:
        tell_problems(prepared.problems)
        text = describe_plan(plan, remarks=remarks)
        if text:
            give(text)
        if plan.empty:
            give("nothing is due" if wanted.due else "nothing to do")
    return plan


def _remarks(prepared: Prepared, store: Store) -> list[str]:
    """Return what an app makes of feeds that would be replaced or end, beyond what the changes of the plan say."""
    if prepared.ledger.rolled_back:
        return []
    before, after = first_pages(prepared.observed.ledger), first_pages(prepared.ledger)
    if not before or (before <= after and all(step.key not in after for step in prepared.plan.steps)):
        return []
    told = {change.guid for change in prepared.plan.changes if change.kind in WRITES}
    try:
        return plan_remarks(compare_live(prepared, store), told)
    except UnreadableFeedError as error:
        return [f"! {error.message}"]
