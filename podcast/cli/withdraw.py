"""`folge withdraw`: take an episode out of the feed, and bring it back."""

from functools import partial

import click

from episodes.model import Status
from episodes.problems import UserError, visible_line
from podcast.cli.amending import dry_run_option, publish_alone, yes_option
from podcast.cli.options import episode_argument, json_option
from podcast.cli.output import say
from podcast.cli.publishing import Session, agreed
from podcast.publishing.amending import Amendment, Named, amend, find_named
from podcast.publishing.changes import Asked
from podcast.publishing.ledger import State
from podcast.publishing.observe import observe
from podcast.publishing.teasing import Newsletter
from podcast.workspace import Workspace, open_workspace


@click.command("withdraw")
@episode_argument
@click.option("--restore", is_flag=True, help="Bring a withdrawn episode back, with its guid, address and audio.")
@yes_option
@dry_run_option
@json_option
@click.pass_context
def command(ctx: click.Context, episode: str, restore: bool, yes: bool, dry_run: bool, as_json: bool) -> None:
    """Take EPISODE out of the feed, and write that into its file. Nothing else is published.

    Its page then says that it is gone; its audio stays where it is until 'folge tidy'. An episode that is published
    and not in this folder can be named too.
    """
    workspace = open_workspace(ctx.obj.folder)
    store = workspace.store()
    observed = observe(store, thorough=False)
    named = find_named(workspace, observed.ledger, episode)
    title, guid = visible_line(named.episode.title), frozenset({named.episode.guid})
    if named.entry is None:
        hint = f"to keep it from the next publish: folge set {named.episode.slug} status=withdrawn"
        raise UserError(f"'{title}' is not published", hint="" if restore else hint)
    if restore and named.entry.successor:
        raise UserError(f"'{title}' was recalled", hint=f"it goes on with the guid {named.entry.successor}")
    if not named.here:
        say(visible_line(f"'{title}' is not in this folder; {named.entry.current.by} published it"))
    if not restore:
        for issue in Newsletter(workspace, observed.ledger).all_issues.teasing(named.episode.guid):
            sent = f" of {issue.on.isoformat()}" if issue.on else ""
            say(f"the newsletter '{issue.label}'{sent} ({issue.path}) links to it; readers will find that it is gone")
    if restore:
        question, done = f"bring '{title}' back into the feed?", f"restored: {title}"
        asked = Asked(restore=guid, alone=True)
    else:
        question, done = f"take '{title}' out of the feed?", f"withdrawn: {title}"
        asked = Asked(withdraw=guid, alone=True)
    publish_alone(
        workspace,
        store,
        asked,
        amendment=_amendment(workspace, named, Status.READY if restore else Status.WITHDRAWN),
        session=Session(yes=yes, quiet=as_json, ask=partial(agreed, question)),
        done=done,
        dry_run=dry_run,
        as_json=as_json,
    )


def _amendment(workspace: Workspace, named: Named, status: Status) -> Amendment | None:
    """Return the episode file with another status, None where it is not here or there is nothing to restore."""
    published = named.entry is not None and named.entry.state is State.PUBLISHED
    # a published one whose file says withdrawn: its withdrawal was cut off before the commit
    stands = published and named.episode.status is not Status.WITHDRAWN
    if not named.here or (stands and status is Status.READY):
        return None
    return amend(workspace, named.episode, {} if named.episode.status is status else {"status": status.value})
