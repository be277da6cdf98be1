"""`folge replace`: other audio for a published episode, in one of three named ways."""

import sys
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import click

from episodes.problems import UserError, visible_line
from podcast.cli.amending import dry_run_option, publish_alone, yes_option
from podcast.cli.options import episode_argument, json_option
from podcast.cli.publishing import Session
from podcast.drafting import written_path
from podcast.publishing.amending import find_named
from podcast.publishing.observe import observe
from podcast.publishing.replacing import Way, replace_audio, word_to_type
from podcast.website.words import words_for
from podcast.workspace import Workspace, open_workspace


@click.command("replace")
@episode_argument
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--as", "way", type=click.Choice([way.value for way in Way]), required=True, help="What listeners are to notice."
)
@click.option("--note", default="", metavar="TEXT", help="What a reissue says about itself in the notes.")
@click.option("--confirm", "typed", default="", metavar="NUMBER", help="The number of the episode, to recall it.")
@yes_option
@dry_run_option
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    episode: str,
    file: Path,
    way: str,
    note: str,
    typed: str,
    yes: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Replace the audio of EPISODE, which is published, by FILE, and publish that alone.

    \b
    fix      same guid, new address: new listeners hear the new file, the others keep what they have
    reissue  a fix, and a dated sentence in the notes says that this is a corrected edition
    recall   a new guid: every app downloads it again. Its number must be typed; --yes is not enough

    FILE is named in the episode file and not copied. The date stays.
    """
    chosen = Way(way)
    if note and chosen is not Way.REISSUE:
        raise click.UsageError(f"--note is for a reissue; a {way} says nothing in the notes")
    workspace = open_workspace(ctx.obj.folder)
    store = workspace.store()
    ledger = observe(store, thorough=False).ledger
    named = find_named(workspace, ledger, episode)
    word = word_to_type(named.episode)
    if typed and typed != word:
        raise UserError(f"--confirm says '{typed}', and '{named.episode.title}' is {word}", hint="nothing was changed")
    replacement = replace_audio(
        workspace,
        ledger,
        named,
        written_path(file, workspace.folder),
        chosen,
        fresh=uuid4(),
        sentence=_sentence(workspace, note),
    )
    publish_alone(
        workspace,
        store,
        replacement.asked,
        amendment=replacement.amendment,
        session=_recall(typed, word, quiet=as_json) if chosen is Way.RECALL else Session(yes=yes, quiet=as_json),
        done=visible_line(f"replaced as a {way}: {named.episode.title}"),
        dry_run=dry_run,
        as_json=as_json,
    )


def _sentence(workspace: Workspace, note: str) -> str:
    """Return what a reissue says in the notes, in the show's language, with the day in the show's zone."""
    words = words_for(workspace.settings.language)
    day = words.day(datetime.now(workspace.settings.zone).date())
    said = " ".join(note.split())
    return f"*{words.say('reissued_because', date=day, note=said) if said else words.say('reissued', date=day)}*"


def _recall(typed: str, word: str, *, quiet: bool) -> Session:
    """Return a session that goes on only where the number was typed."""
    return Session(yes=typed == word, quiet=quiet, ask=lambda: _typed(word))


def _typed(word: str) -> bool:
    """Ask for the number of an episode. Raises UsageError where nobody can be asked."""
    if not sys.stdin.isatty():
        raise click.UsageError(f"a recall must be confirmed with the number of the episode: --confirm {word}")
    answer: str = click.prompt(f"every app will download it again; type {word} to recall it", err=True)
    return answer.strip() == word
