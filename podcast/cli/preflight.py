"""`folge issue check`: an issue looked over before it is sent, and whether old ones still hold."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import click

from episodes.problems import Problem, UserError, errors
from podcast.cli import DONE, FINDINGS, STORE
from podcast.cli.options import json_option
from podcast.cli.output import emit, problem_data, problem_lines, say
from podcast.connections import is_private
from podcast.newsletter.issues import Issue
from podcast.newsletter.mails import LARGEST, read_mail
from podcast.preflight.check import Preflight, Sent, open_fetcher
from podcast.preflight.judging import UNREACHABLE
from podcast.publishing.teasing import open_newsletter
from podcast.workspace import open_workspace


@click.command("check")
@click.argument("name", metavar="[ISSUE]", default="")
@click.option(
    "--file",
    "mail",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="Look over this mail too, as a mail system sends it: .eml, .html, .md or .txt.",
)
@click.option("--all", "every", is_flag=True, help="Every issue of all years, each address asked once.")
@click.option("--follow", is_flag=True, help="Ask where counting links of the mail system lead; they count a click.")
@json_option
@click.pass_context
def check_issue(ctx: click.Context, name: str, *, mail: Path | None, every: bool, follow: bool, as_json: bool) -> int:
    """Look over ISSUE before it is sent: are its episodes public, do their pages, audio and pictures answer.

    Leaves with 3 where something is wrong, with 6 where addresses did not answer and nothing else is wrong, with 0
    where there are at most warnings.
    """
    if every == bool(name) and not (mail and not every):
        raise click.UsageError("say which issue, or --all for every one")
    if every and mail:
        raise click.UsageError("--file is the mail of one issue")
    if follow and not mail:
        raise click.UsageError("--follow is about the links of a mail; give it with --file")
    workspace = open_workspace(ctx.obj.folder)
    newsletter = open_newsletter(workspace, workspace.store())
    if newsletter.ledger is None:
        raise UserError("nothing is published yet, so no link can work", hint="folge publish")
    known = newsletter.issues
    issues = known.issues if every else (known.called(name),) if name else ()
    paths = {issue.path for issue in issues}
    problems = [problem for problem in known.problems if problem.path in paths or every]
    sent = _sent(mail, issues) if mail else None
    base = urlsplit(newsletter.ledger.show.release.base_url).hostname or ""
    with open_fetcher(private=is_private(base)) as fetcher:
        today = datetime.now(UTC).date()
        look = Preflight(newsletter=newsletter, ledger=newsletter.ledger, fetcher=fetcher, today=today, follow=follow)
        checked = look.check(issues, sent)
    problems += checked.problems
    if as_json:
        data = [problem_data(problem) | {"class": problem.rule or "issue"} for problem in problems]
        emit({"issues": [issue.name for issue in issues], "asked": checked.asked, "problems": data})
    else:
        for line in problem_lines(problems):
            click.echo(line)
        say(f"asked {checked.asked} addresses")
    return _code(problems)


def _sent(path: Path, issues: Sequence[Issue]) -> Sent:
    """Read the mail of an issue. Raises UserError where it cannot be read."""
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}") from error
    return Sent(name=path.name, mail=read_mail(raw, path.name), issue=issues[0] if issues else None)


def _code(problems: Sequence[Problem]) -> int:
    """Return the exit code for findings: nobody answering is 6 only where nothing else is wrong."""
    grave = errors(tuple(problems))
    if not grave:
        return DONE
    return STORE if all(problem.rule == UNREACHABLE for problem in grave) else FINDINGS
