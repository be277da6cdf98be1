"""`folge teaser`: ready blocks about episodes for a newsletter, in the form its mail system takes."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

import click

from episodes.problems import Problem, ProblemsFound, Severity, UserError, errors
from podcast.cli.options import json_option
from podcast.cli.output import say, tell_problems
from podcast.files import write_file
from podcast.newsletter.escapes import MailSystem
from podcast.newsletter.forms import Form, Style, write_teasers
from podcast.newsletter.issues import Issue
from podcast.newsletter.teaser import OWN_WORDS, Length, make_teaser
from podcast.newsletter.templating import read_templates
from podcast.publishing.teasing import Newsletter, Subjects, Told, age, open_newsletter
from podcast.publishing.weighing import weigh
from podcast.workspace import open_workspace, producer


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What a call asks for."""

    episodes: tuple[str, ...]
    issue: str
    form: Form
    length: Length
    system: MailSystem
    whole: bool


def _choice(words: type[StrEnum]) -> click.Choice[str]:
    return click.Choice([word.value for word in words])


@click.command("teaser")
@click.argument("episodes", metavar="[EPISODE]...", nargs=-1)
@click.option("--issue", default="", metavar="ISSUE", help="In the words, the order and the name of this issue.")
@click.option("--as", "form", type=_choice(Form), default=Form.HTML.value, help="What to write.", show_default=True)
@click.option(
    "--length", type=_choice(Length), default=Length.MEDIUM.value, help="How much to tell.", show_default=True
)
@click.option(
    "--esp",
    "system",
    type=_choice(MailSystem),
    default=MailSystem.PLAIN.value,
    help="The mail system it goes to, so that it fills nothing into the texts.",
    show_default=True,
)
@click.option("--whole", is_flag=True, help="With --as html: a whole mail, to look at or to send as it is.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write it into this file.")
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    episodes: tuple[str, ...],
    *,
    issue: str,
    form: str,
    length: str,
    system: str,
    whole: bool,
    out: Path | None,
    as_json: bool,
) -> None:
    """Write a teaser of each EPISODE, or of all in an issue, ready to be put into a newsletter.

    They tell what is published. An episode that is not yet is told as it is in this folder, with a warning. In an issue
    they have its order, else the newest comes first.
    """
    if not episodes and not issue:
        raise click.UsageError("say which episodes, or which issue with --issue")
    asked = _Asked(
        episodes=episodes,
        issue=issue,
        form=Form.JSON if as_json else Form(form),
        length=Length(length),
        system=MailSystem(system),
        whole=whole,
    )
    if asked.form is Form.JSON and asked.system is not MailSystem.PLAIN:
        raise click.UsageError("--esp is for what is put into a mail; JSON is escaped where that is done")
    if whole and asked.form is not Form.HTML:
        raise click.UsageError("--whole is for --as html")
    text, problems = _write(ctx.obj.folder, asked)
    tell_problems(problems)
    if out is None:
        click.echo(text, nl=False)
        return
    try:
        write_file(out, text)
    except OSError as error:
        raise UserError(f"{out} cannot be written: {error.strerror}") from error
    say(f"wrote {out}")


def _write(folder: Path, asked: _Asked) -> tuple[str, list[Problem]]:
    """Return the teasers and warnings. Raises UserError where one cannot be made."""
    workspace = open_workspace(folder)
    templates = read_templates(workspace.folder)
    store = workspace.store()
    newsletter = open_newsletter(workspace, store)
    issue = _issue(newsletter, asked.issue) if asked.issue else None
    chosen, problems = _chosen(newsletter, issue, asked.episodes)
    now = datetime.now(UTC).replace(microsecond=0)
    subjects = Subjects(newsletter, store, now=now, by=producer())
    show = subjects.show()
    style = Style(
        language=show.language,
        system=asked.system,
        templates=templates,
        title=issue.label if issue else show.title,
        whole=asked.whole,
    )
    teasers = []
    for told in chosen:
        mention = issue.mention(told.episode.guid) if issue else None
        wording = mention.wording if mention else OWN_WORDS
        campaign = issue.name if issue else ""
        subject = subjects.subject(told)
        teaser = make_teaser(subject, show, wording=wording, length=asked.length, campaign=campaign)
        teasers.append(teaser)
        if asked.form in (Form.HTML, Form.MJML):
            problems += weigh(teaser, style, told, issue)
    return write_teasers(teasers, asked.form, style), [*problems, *subjects.problems]


def _issue(newsletter: Newsletter, name: str) -> Issue:
    """Return an issue without mistakes. Raises ProblemsFound where it has some."""
    issue = newsletter.issues.called(name)
    problems = tuple(problem for problem in newsletter.issues.problems if problem.path == issue.path)
    if errors(problems):
        raise ProblemsFound(problems)
    return issue


def _chosen(newsletter: Newsletter, issue: Issue | None, names: tuple[str, ...]) -> tuple[list[Told], list[Problem]]:
    """Return the episodes to tell of: in the order of the issue, those that are not in it behind, the newest first."""
    named = {told.episode.guid: told for told in map(newsletter.find, names)}
    if issue is None:
        return sorted(named.values(), key=age), []
    wanted = set(named) or {mention.guid for mention in issue.mentions}
    if not wanted:
        raise UserError(f"{issue.path} names no episodes", hint=f"folge issue add {issue.name} EPISODE")
    inside = [newsletter.find(mention.guid) for mention in issue.mentions if mention.guid in wanted]
    outside = sorted((told for guid, told in named.items() if not issue.mention(guid)), key=age)
    hint = "folge issue add {} {}"
    problems = [
        Problem(
            severity=Severity.WARNING,
            path=issue.path,
            message=f"does not name '{told.episode.title}'",
            hint=hint.format(issue.name, told.episode.number or told.episode.slug),
        )
        for told in outside
    ]
    return [*inside, *outside], problems
