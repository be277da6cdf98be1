"""`folge plan`: what a publish would do."""

import click

from podcast.cli import TO_DO
from podcast.cli.asking import Wanted, asked_options
from podcast.cli.options import json_option
from podcast.cli.output import emit, problem_data, tell_problems
from podcast.cli.publishing import make_publisher
from podcast.publishing.plan import describe_plan, plan_data
from podcast.workspace import open_workspace


@click.command("plan")
@asked_options
@click.option("--exit-code", is_flag=True, help="Leave with 4 where there is something to do.")
@json_option
@click.pass_context
def command(ctx: click.Context, as_json: bool, exit_code: bool, wanted: Wanted) -> int:
    """Show what a publish would do. Nothing is written."""
    prepared = make_publisher(open_workspace(ctx.obj.folder), wanted).prepare(thorough=wanted.verify)
    plan = prepared.plan
    if as_json:
        emit(plan_data(plan) | {"problems": [problem_data(problem) for problem in prepared.problems]})
    else:
        tell_problems(prepared.problems)
        text = describe_plan(plan)
        if text:
            click.echo(text)
        if plan.empty:
            click.echo("nothing to do")
    return TO_DO if exit_code and not plan.empty else 0
