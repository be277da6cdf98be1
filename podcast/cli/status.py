"""`folge status`: what is here, what is published, and who did it."""

from dataclasses import replace
from datetime import UTC, datetime

import click

from podcast.cli.options import json_option
from podcast.cli.output import emit, give, problem_data, tell_problems
from podcast.publishing.changes import NOTHING_ASKED
from podcast.publishing.issuing import issues_here, with_issues
from podcast.publishing.status import describe_status, status_data, status_of
from podcast.publishing.survey import survey
from podcast.workspace import open_workspace, producer


@click.command("status")
@click.option("--all", "every", is_flag=True, help="Name every published episode too.")
@json_option
@click.pass_context
def command(ctx: click.Context, as_json: bool, every: bool) -> None:
    """Show where every episode stands: here, published, changed, behind, elsewhere. Nothing is written.

    What wants attention comes first.
    """
    workspace = open_workspace(ctx.obj.folder)
    now, by = datetime.now(UTC), producer()
    seen = survey(workspace, workspace.store(), now=now, by=by)
    issues = issues_here(workspace, seen.observed.ledger)
    decision = with_issues(seen.decision, issues, asked=NOTHING_ASKED, now=now, by=by, zone=workspace.settings.zone)
    status = status_of(seen)
    status = replace(status, issues=decision.issues, problems=(*status.problems, *issues.problems))
    if as_json:
        emit(status_data(status) | {"problems": [problem_data(problem) for problem in status.problems]})
        return
    tell_problems(status.problems)
    give(describe_status(status, every=every))
