"""`folge issue`: the issues of the newsletter, which episodes they tease, and which episodes none does."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import click

from episodes.addresses import is_address, web_hint
from episodes.problems import ProblemsFound, UserError, errors, quoted, unfit, visible
from episodes.timecode import show_moment
from podcast.cli import FINDINGS
from podcast.cli.options import Day, json_option
from podcast.cli.output import emit, say, tell_problems, wants_json
from podcast.cli.preflight import check_issue
from podcast.files import create_file, make_folder, write_file
from podcast.newsletter.issuefile import Addition, new_issue, with_additions
from podcast.newsletter.issues import Issue, check_name, issue_path, untold
from podcast.newsletter.teaser import Wording
from podcast.publishing.teasing import Newsletter, Told, age, open_newsletter
from podcast.publishing.weighing import weigh_issue
from podcast.stores import StoreError
from podcast.workspace import open_workspace

_issue_argument = click.argument("name", metavar="ISSUE")
_offline_option = click.option("--offline", is_flag=True, help="Do not ask the store what is published.")


@click.group("issue", context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """Write the issues of the newsletter: files in issues/ that say which episodes each of them teases.

    ISSUE is the name of such a file without .toml, as 2024-12.
    """


command.add_command(check_issue)


@command.command("new")
@_issue_argument
@click.option("--title", default="", help="What readers call it.")
@click.option("--date", "on", type=Day(), help="When it is sent, as 2024-12-10.")
@click.option("--url", default="", help="Where it can be read on the web.")
@json_option
@click.pass_context
def new(ctx: click.Context, name: str, *, title: str, on: date | None, url: str, as_json: bool) -> None:
    """Begin ISSUE; nothing that is there is overwritten."""
    workspace = open_workspace(ctx.obj.folder)
    path = workspace.folder / issue_path(check_name(name))
    if url and not is_address(url):
        raise UserError(f"{quoted(url)} is not a web address", hint=web_hint(url))
    make_folder(path.parent)
    try:
        create_file(path, new_issue(title=_fit(" ".join(title.split())), on=on, url=url))
    except FileExistsError:
        raise UserError(f"{issue_path(name)} is there already", hint=f"folge issue add {name} EPISODE") from None
    if as_json:
        emit({"issue": name, "file": issue_path(name)})
    else:
        click.echo(issue_path(name))


@command.command("add")
@_issue_argument
@click.argument("episodes", metavar="EPISODE...", nargs=-1, required=True)
@click.option("--headline", default="", help="What the issue calls the episode; else its title.")
@click.option("--text", default="", help="What the issue says of the episode; else its summary.")
@_offline_option
@json_option
@click.pass_context
def add(
    ctx: click.Context,
    name: str,
    episodes: tuple[str, ...],
    *,
    headline: str,
    text: str,
    offline: bool,
    as_json: bool,
) -> None:
    """Put each EPISODE into ISSUE, before the first there that is older; every other byte of the file stays.

    Written down is the guid, which never changes, and behind it, for people, number and slug.
    """
    if len(episodes) > 1 and (headline or text):
        raise click.UsageError("--headline and --text are for one episode")
    newsletter = _open(ctx.obj.folder, offline=offline)
    issue = newsletter.issues.called(name)
    wrong = tuple(problem for problem in newsletter.issues.problems if problem.path == issue.path)
    if errors(wrong):
        raise ProblemsFound(wrong)
    found = {told.episode.guid: told for told in map(newsletter.find, episodes)}
    wanted = sorted((told for guid, told in found.items() if not issue.mention(guid)), key=age)
    for told in found.values():
        if told not in wanted:
            say(f"'{told.episode.title}' is in {issue.path} already")
    if wanted:
        path = newsletter.workspace.folder / issue.path
        wording = Wording(headline=_fit(headline.strip()), text=_fit(text.strip()))
        additions = [
            Addition(
                guid=told.episode.guid, remark=told.remark, wording=wording, before=_place(told, issue, newsletter)
            )
            for told in wanted
        ]
        write_file(path, with_additions(path.read_bytes(), issue, additions))
        if wording.text:
            again = Newsletter(newsletter.workspace, newsletter.ledger)
            tell_problems(weigh_issue(again, again.issues.called(issue.name)))
    if as_json:
        emit({"issue": issue.name, "file": issue.path, "added": [told.episode.guid for told in wanted]})
    elif wanted:
        click.echo(issue.path)


@command.command("list")
@_offline_option
@json_option
@click.pass_context
def list_issues(ctx: click.Context, *, offline: bool, as_json: bool) -> int:
    """List the issues, the newest first: a table on a terminal, JSON otherwise."""
    newsletter = _open(ctx.obj.folder, offline=offline)
    found = tuple(reversed(newsletter.issues.issues))
    if wants_json(as_json):
        emit([_issue_data(issue, newsletter) for issue in found])
    elif not found:
        say("no issues; 'folge issue new 2024-12' begins one")
    else:
        for issue in found:
            day = issue.on.isoformat() if issue.on else "–"
            count = len(issue.mentions)
            episodes = f"{count} episode{'' if count == 1 else 's'}"
            click.echo(visible(f"{issue.name:<12}  {day:<10}  {episodes:<11}  {issue.title}".rstrip()))
    return _told(newsletter)


@command.command("show")
@_issue_argument
@_offline_option
@json_option
@click.pass_context
def show(ctx: click.Context, name: str, *, offline: bool, as_json: bool) -> int:
    """Show ISSUE with its episodes in their order, and whether each is public."""
    newsletter = _open(ctx.obj.folder, offline=offline)
    issue = newsletter.issues.called(name)
    if wants_json(as_json):
        emit(_issue_data(issue, newsletter))
    else:
        head = [("title", issue.title), ("date", issue.on.isoformat() if issue.on else ""), ("address", issue.url)]
        for label, value in [("issue", issue.name), *head]:
            if value:
                click.echo(visible(f"{label:>10}  {value}"))
        for mention in issue.mentions:
            told = newsletter.find(mention.guid) if mention.guid else None
            state = _standing(told, offline=offline) if told else "unknown"
            remark = told.remark if told else mention.named
            headline = mention.wording.headline or (told.episode.title if told else "")
            click.echo(visible(f"\n{headline or remark}\n  {remark}: {state}"))
            if mention.wording.text:
                click.echo(visible(f"  {' '.join(mention.wording.text.split())}"))
    return _told(newsletter, issue)


@command.command("report")
@_offline_option
@json_option
@click.pass_context
def report(ctx: click.Context, *, offline: bool, as_json: bool) -> int:
    """Show where every episode was teased, and which public ones no issue teases yet, the newest first.

    Of a show that has published nothing yet, or with --offline, it tells of the episodes in this folder.
    """
    newsletter = _open(ctx.obj.folder, offline=offline)
    known = newsletter.episodes()
    issues = newsletter.all_issues
    asked = [told for told in known if told.public or newsletter.ledger is None]
    never = set(untold([told.episode.guid for told in asked if told.may_be_told], issues))
    teased = [(told, issues.teasing(told.episode.guid)) for told in known if issues.teasing(told.episode.guid)]
    if wants_json(as_json):
        rows = [_told_data(told) | {"issues": [issue.name for issue in named]} for told, named in teased]
        emit({"never": [_told_data(told) for told in asked if told.episode.guid in never], "teased": rows})
        return _told(newsletter)
    if never:
        click.echo("never teased:")
        for told in asked:
            if told.episode.guid in never:
                click.echo(visible(f"  {_row(told)}"))
    if teased:
        click.echo("teased:")
        for told, named in teased:
            click.echo(visible(f"  {_row(told)}: {', '.join(issue.name for issue in named)}"))
    if not never and not teased:
        say("no episodes")
    return _told(newsletter)


def _open(folder: Path, *, offline: bool) -> Newsletter:
    """Read the show folder and the ledger; where the store does not answer, the folder alone, and say so."""
    workspace = open_workspace(folder)
    if offline:
        return open_newsletter(workspace, None)
    try:
        return open_newsletter(workspace, workspace.store())
    except StoreError as error:
        say(f"the store was not asked what is published: {error}")
        return open_newsletter(workspace, None)


def _place(told: Told, issue: Issue, newsletter: Newsletter) -> int:
    """Return before which episode of an issue one belongs: the first that is older."""
    for index, mention in enumerate(issue.mentions):
        if mention.guid and age(newsletter.find(mention.guid)) > age(told):
            return index
    return len(issue.mentions)


def _told(newsletter: Newsletter, issue: Issue | None = None) -> int:
    """Tell what is wrong with issues, all or one; return the exit code that says so."""
    problems = tuple(it for it in newsletter.issues.problems if issue is None or it.path == issue.path)
    tell_problems(problems)
    return FINDINGS if errors(problems) else 0


def _standing(told: Told, *, offline: bool) -> str:
    if told.public:
        return "published"
    if told.entry:
        return told.entry.state.value
    published = told.episode.published
    if published and published > datetime.now(UTC):
        return f"waits until {show_moment(published)}"
    return told.episode.status.value if not told.may_be_told or offline else "not published"


def _row(told: Told) -> str:
    published = told.episode.published
    return f"{published.date().isoformat() if published else '–':<10}  {told.remark}  {told.episode.title}"


def _told_data(told: Told) -> dict[str, object]:
    episode = told.episode
    return {
        "guid": episode.guid,
        "number": episode.number,
        "slug": episode.slug,
        "title": episode.title,
        "published": episode.published.isoformat() if episode.published else None,
        "public": told.public,
    }


def _issue_data(issue: Issue, newsletter: Newsletter) -> dict[str, object]:
    """Return an issue as JSON data; of an episode that is unknown only what is written."""
    mentions: Sequence[dict[str, object]] = [
        {
            "episode": mention.named,
            "headline": mention.wording.headline,
            "text": mention.wording.text,
            "line": mention.line,
            "found": _told_data(newsletter.find(mention.guid)) if mention.guid else None,
        }
        for mention in issue.mentions
    ]
    return {
        "issue": issue.name,
        "file": issue.path,
        "title": issue.title,
        "date": issue.on.isoformat() if issue.on else None,
        "url": issue.url,
        "episodes": list(mentions),
    }


def _fit(text: str) -> str:
    """Return a text that may stand in a file. Raises UserError for one that may not."""
    if sentence := unfit(text):
        raise UserError(f"{quoted(text)} {sentence}", hint="delete it")
    return text
