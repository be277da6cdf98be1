"""`folge feed`: the editions of the feed that are kept, what they changed, and the way back to one of them."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click

from episodes.problems import UserError, quoted, visible
from episodes.timecode import show_moment
from podcast.cache import cache_folder
from podcast.cli.noticing import comparison_lines, feeds_data
from podcast.cli.options import json_option
from podcast.cli.output import count_episodes, emit, give, say, tell_problems
from podcast.cli.publishing import agreed, push, tell_moved
from podcast.layout import FEED, LEDGER
from podcast.opening import settings_store
from podcast.publishing.changelog import Changes, changes_of
from podcast.publishing.editions import END, edition_called, held_warning, pages_of, read_edition
from podcast.publishing.ledger import Edition, Ledger, decode_ledger
from podcast.publishing.noticing import compare_editions
from podcast.publishing.plan import plan_data, show_bytes
from podcast.publishing.recovery import PreparedRecovery, Recovery
from podcast.publishing.rendered import Rendered
from podcast.publishing.rollback import PreparedRollback, Rollback
from podcast.settings import Settings, find_folder, load_settings
from podcast.stores import Store
from podcast.workspace import producer

_NAMED = 3
"""So many episodes are named in a line of the log; JSON has them all."""


@click.group("feed", context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """Show earlier editions of the feed, or go back to one.

    Each publish that changes a feed makes an edition: all feeds and their pages as they were then. The newest hundred
    are kept in the store, where the public cannot read them.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """The store of a show and its ledger."""

    settings: Settings
    store: Store
    ledger: Ledger


def _open(folder: Path) -> _Kept:
    """Open the store of the show in a folder. Raises UserError where nothing is published there."""
    settings, problems = load_settings(find_folder(folder.absolute()), os.environ)
    tell_problems(problems)
    store = settings_store(settings)
    stored = store.get(LEDGER)
    if stored is None:
        raise UserError(f"nothing is published in {store.url} yet", hint="look at its address, or publish first")
    return _Kept(settings=settings, store=store, ledger=decode_ledger(stored.body))


@command.command("log")
@json_option
@click.pass_context
def log(ctx: click.Context, as_json: bool) -> None:
    """List the editions that are kept, the newest first: number, when, by whom, size, and what changed."""
    kept = _open(ctx.obj.folder)
    ledger = kept.ledger
    rows = [(edition, changes_of(ledger, edition)) for edition in reversed(ledger.editions)]
    if as_json:
        emit([_edition_data(edition, ledger) | _changes_data(changes) for edition, changes in rows])
        return
    if not rows:
        say("no edition is kept yet; the next publish that changes the feed makes the first")
    for edition, changes in rows:
        line = f"{edition.number:>4}  {show_moment(edition.at)}  {edition.by}  {show_bytes(edition.bytes)}"
        give(visible(f"{line}  {_what(edition, changes)}").replace("\n", " "))
    tell_problems(held_warning(ledger))


@command.command("diff")
@click.argument("number", metavar="N")
@click.argument("other", metavar="[M]", required=False)
@json_option
@click.pass_context
def diff(ctx: click.Context, number: str, other: str | None, as_json: bool) -> None:
    """Show what an app notices between edition N and edition M, or the newest."""
    kept = _open(ctx.obj.folder)
    earlier = edition_called(kept.ledger, number)
    later = edition_called(kept.ledger, other) if other is not None else kept.ledger.editions[-1]
    old, new = (read_edition(kept.ledger, each.number, kept.store) for each in (earlier, later))
    feeds = compare_editions(old, new)
    if as_json:
        ends = {"from": _edition_data(earlier, kept.ledger), "to": _edition_data(later, kept.ledger)}
        emit(ends | feeds_data(feeds))
    else:
        say(f"from {_named(earlier)} to {_named(later)}:")
        give("\n".join(comparison_lines(feeds)) or "an app notices nothing")


@command.command("show")
@click.argument("number", metavar="N")
@click.option("--page", default=FEED, show_default=True, metavar="KEY", help="Another feed or archive page of it.")
@json_option
@click.pass_context
def show(ctx: click.Context, number: str, page: str, as_json: bool) -> None:
    """Print the feed of edition N, byte for byte."""
    kept = _open(ctx.obj.folder)
    edition = edition_called(kept.ledger, number)
    pages = pages_of(kept.ledger, edition.number)
    if page not in pages:
        raise UserError(
            f"edition {edition.number} has no page {quoted(page)}", hint=f"it has {', '.join(sorted(pages))}"
        )
    body = read_edition(kept.ledger, edition.number, kept.store, (page,))[page]
    if as_json:
        emit(_edition_data(edition, kept.ledger) | {"page": page, "text": body.decode()})
    else:
        give(body, nl=False)


@command.command("rollback")
@click.argument("number", metavar="[N]", required=False)
@click.option("--end", is_flag=True, help="Bring the feed up to date again.")
@click.option("--withdrawn", multiple=True, metavar="EPISODE", help="Let this withdrawn episode come back with it.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@json_option
@click.pass_context
def rollback(
    ctx: click.Context, number: str | None, end: bool, withdrawn: tuple[str, ...], yes: bool, as_json: bool
) -> None:
    """Give the public the feed of edition N again, byte for byte, and hold it there.

    Every publish of anybody goes on to be recorded, with its pages, and leaves the feed as it is, until `folge feed
    rollback --end` brings it up to date. Nothing is deleted.
    """
    if end == (number is not None) or (end and withdrawn):
        raise click.UsageError("say the number of an edition, or --end by itself")
    kept = _open(ctx.obj.folder)
    edition = edition_called(kept.ledger, number) if number is not None else None
    rolling = Rollback(
        kept.settings,
        kept.store,
        number=edition.number if edition else None,
        now=datetime.now(UTC).replace(microsecond=0),
        by=producer(),
        withdrawn=withdrawn,
        rendered=Rendered(cache_folder(kept.settings.folder) / "rendered.sqlite3"),
    )

    def confirm(prepared: PreparedRollback) -> bool:
        if not as_json:
            lines = comparison_lines(prepared.noticed) if prepared.noticed else [prepared.unreadable]
            say("in a listener's app:\n" + "\n".join(f"  {line or 'nothing is noticed'}" for line in lines or [""]))
        question = f"go back to {_named(edition)}?" if edition else "bring the feed up to date?"
        return yes or agreed(question)

    done = rolling.run(confirm, again=tell_moved)
    if done is None:
        say("nothing was changed")
        return
    tell_problems(done.problems)
    told = push(done.plan, done.ledger)
    if as_json:
        pushed = [{"hub": one.hub, "feed": one.topic, "error": one.error} for one in told]
        noticed = feeds_data(done.noticed) if done.noticed else {"noticed": False, "feeds": []}
        emit(_standing(done.ledger) | plan_data(done.plan) | noticed | {"hubs": pushed})
    else:
        give(_done(done))


@command.command("recover")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@json_option
@click.pass_context
def recover(ctx: click.Context, yes: bool, as_json: bool) -> None:
    """Put the ledger back where it is damaged or gone, as the newest publish left it.

    Each publish leaves a copy of the ledger beside the editions of the feed. Pages and feeds follow with the next
    'folge publish'.
    """
    settings, problems = load_settings(find_folder(ctx.obj.folder.absolute()), os.environ)
    tell_problems(problems)
    now = datetime.now(UTC).replace(microsecond=0)
    recovery = Recovery(settings, settings_store(settings), now=now, by=producer())

    def confirm(prepared: PreparedRecovery) -> bool:
        last = prepared.ledger.changed
        say(f"the newest copy is of {show_moment(last)}, with {count_episodes(prepared.plan.published)}")
        if not prepared.public:
            say("the feed that is public now is another than the one it knows: compare with 'folge diff' afterwards")
        return yes or agreed("put it back?")

    done = recovery.run(confirm)
    if done is None:
        say("nothing was changed")
    elif as_json:
        emit(_standing(done.ledger) | plan_data(done.plan) | {"public": done.public})
    else:
        give(f"the ledger is back, with {count_episodes(done.plan.published)}; now: folge publish")


def _named(edition: Edition) -> str:
    return visible(f"edition {edition.number} ({show_moment(edition.at)}, {edition.by})")


def _edition_data(edition: Edition, ledger: Ledger) -> dict[str, object]:
    """Return an edition as JSON data: `pages` are the sha256 of the bodies by key, `bytes` their size together."""
    return {
        "number": edition.number,
        "at": edition.at.isoformat(),
        "by": edition.by,
        "bytes": edition.bytes,
        "back_to": edition.back_to or None,
        "newest": edition is ledger.editions[-1],
        "pages": pages_of(ledger, edition.number),
    }


def _changes_data(changes: Changes) -> dict[str, object]:
    kinds = {
        "added": changes.added,
        "updated": changes.updated,
        "withdrawn": changes.withdrawn,
        "restored": changes.restored,
    }
    data: dict[str, object] = {
        kind: [{"guid": entry.guid, "title": entry.release.episode.title} for entry in entries]
        for kind, entries in kinds.items()
    }
    return data | {"show": changes.show}


def _what(edition: Edition, changes: Changes) -> str:
    """Return what an edition changed, in words."""
    if edition.back_to:
        return f"back to edition {edition.back_to}"
    return "; ".join(_parts(changes)) or "no episode changed"


def _parts(changes: Changes) -> Iterator[str]:
    kinds = {
        "new": changes.added,
        "changed": changes.updated,
        "withdrawn": changes.withdrawn,
        "back": changes.restored,
    }
    for word, entries in kinds.items():
        if entries:
            titles = [entry.release.episode.title for entry in entries]
            more = f" and {len(titles) - _NAMED} more" if len(titles) > _NAMED else ""
            yield f"{word}: {', '.join(titles[:_NAMED])}{more}"
    if changes.show:
        yield "the show's settings"


def _standing(ledger: Ledger) -> dict[str, object]:
    """Return at which edition the feed is held, as JSON data; None where it is up to date."""
    held = ledger.rolled_back
    return {
        "held_at": held.back_to if held else None,
        "edition": ledger.editions[-1].number if ledger.editions else None,
    }


def _done(done: PreparedRollback) -> str:
    held = done.ledger.rolled_back
    if held is None:
        return f"the feed is up to date: {done.plan.feed_url}"
    return f"the feed is that of edition {held.back_to} until you say: {END}"
