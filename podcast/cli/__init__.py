"""The command line: a group that loads commands when they are called, and the one place that makes exit codes."""

import importlib
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import TextIO

import click

from episodes.problems import ProblemsFound, UserError, nearest, visible

COMMANDS = {
    "init": ("init", "Make a show folder."),
    "import": ("importing", "Make a show folder of a feed, or bring one up to date."),
    "fetch": ("fetching", "Fetch audio that stays elsewhere into the show folder."),
    "add": ("add", "Add audio files as episodes."),
    "inspect": ("inspecting", "Show what is in audio files."),
    "list": ("listing", "List the episodes."),
    "show": ("showing", "Show one episode with its addresses."),
    "search": ("searching", "Find episodes by words."),
    "edit": ("edit", "Open an episode in your editor and check it."),
    "set": ("setting", "Set fields of an episode."),
    "chapters": ("chapters", "Show the chapters of an episode, or read them from a file."),
    "cover": ("cover", "Make a picture a cover that every app takes."),
    "measure": ("loudness", "Measure how loud audio files are."),
    "waveform": ("waveform", "Draw the waveform of an audio file."),
    "encode": ("encoding", "Encode a recording as MP3 or M4A."),
    "check": ("check", "Check the show folder, or a feed."),
    "diff": ("diff", "Show what a listener's app would notice."),
    "status": ("status", "Show what is here and what is published."),
    "plan": ("plan", "Show what a publish would do."),
    "publish": ("publish", "Publish what is due."),
    "pull": ("pull", "Bring what is published into this folder."),
    "export": ("export", "Put the show into one file, or another program's form."),
    "move": ("move", "Show and check the steps of a move from another host."),
    "doctor": ("doctor", "Examine the store, and say how it is mended."),
    "feed": ("editions", "Show earlier editions of the feed, or go back to one."),
    "withdraw": ("withdraw", "Take an episode out of the feed, or bring it back."),
    "replace": ("replace", "Replace the audio of a published episode."),
    "tidy": ("tidy", "Delete from the store what nothing refers to."),
    "issue": ("issues", "Write the issues of the newsletter."),
    "teaser": ("teasing", "Write teasers of episodes for a newsletter."),
    "serve": ("serve", "Show the site as it will be, drafts included."),
}
"""Each command with its module and its one line of help, so that `folge --help` loads none of them."""

EPILOG = (
    "Exit codes: 0 done, 1 unexpected, 2 usage, 3 findings of severity error, 4 there is something to do "
    "(plan, diff --exit-code; move), 5 somebody else moved the store, 6 store unreachable or denied, 130 interrupted."
)

DONE, UNEXPECTED, USAGE, FINDINGS, TO_DO, MOVED, STORE, INTERRUPTED = 0, 1, 2, 3, 4, 5, 6, 130


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What every command knows of its call: the folder to start from, and whether traces are wanted."""

    folder: Path
    debug: bool


class LazyGroup(click.Group):
    """A group whose commands are modules of this package, imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order a producer meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"podcast.cli.{COMMANDS[cmd_name][0]}").command
        command.epilog = EPILOG
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands with their help, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that was typed; a misspelt one is answered with the nearest."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            raise click.UsageError(f"there is no command '{args[0]}'; {nearest(args[0], tuple(COMMANDS))}")
        return super().resolve_command(ctx, args)


def _version(ctx: click.Context, _param: click.Parameter, wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        click.echo(f"folge {version('folge')}")
        ctx.exit()


@click.group(cls=LazyGroup, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "-C",
    "--folder",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=Path(),
    help="Work in this show folder.",
)
@click.option("--debug", is_flag=True, help="Show a trace where something goes wrong.")
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Show the version.")
@click.pass_context
def group(ctx: click.Context, folder: Path, debug: bool) -> None:
    """Run a podcast from a folder of text files and a bucket."""
    ctx.obj = Call(folder=folder, debug=debug)


def run(arguments: Sequence[str]) -> int:
    """Run one call and return its exit code; every error ends here as a sentence on stderr."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # a name that is no text must not end a run
    try:
        result = group.main(args=list(arguments), prog_name="folge", standalone_mode=False)
    except (click.Abort, KeyboardInterrupt):
        with _while_read(sys.stderr):
            click.echo("interrupted; run the same command again to go on", err=True)
        return INTERRUPTED
    except click.ClickException as error:
        shown = StringIO()
        error.show(shown)
        with _while_read(sys.stderr):
            click.echo(visible(shown.getvalue()), err=True, nl=False)
        return USAGE
    except (BrokenPipeError, SystemExit):  # click leaves by itself where nobody reads on: `folge list | head`
        _drop(sys.stdout)
        return DONE
    except UserError as error:
        if "--debug" in arguments:
            raise
        return _tell(error, as_json="--json" in arguments)
    except Exception as error:
        if "--debug" in arguments:
            raise
        from podcast.masking import masked

        with _while_read(sys.stderr):
            click.echo(visible(masked(f"folge: {type(error).__name__}: {error}")), err=True)
            click.echo("this is a fault of folge, not yours; 'folge --debug …' shows where", err=True)
        return UNEXPECTED
    return result if isinstance(result, int) else DONE


@contextmanager
def _while_read(stream: TextIO) -> Iterator[None]:
    """Say something at the end of a call, whose exit code stays where nobody reads it: `folge check 2>&1 | head`."""
    try:
        yield
    except BrokenPipeError:
        _drop(stream)


def _drop(stream: TextIO) -> None:
    """Let what is left in a stream go nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _tell(error: UserError, *, as_json: bool) -> int:
    """Say an error on stderr, and as JSON where that was asked for; return its exit code."""
    from podcast.cli.output import emit, problem_data, tell_problems
    from podcast.stores import StoreError

    found = error.problems if isinstance(error, ProblemsFound) else ()
    if as_json:
        with _while_read(sys.stdout):
            problems = {"problems": [problem_data(problem) for problem in found]}
            emit(problems if found else {"error": error.message, "hint": error.hint})
    with _while_read(sys.stderr):
        if found:
            tell_problems(found)
        else:
            click.echo(f"folge: {error}", err=True)
    if isinstance(error, ProblemsFound):
        return FINDINGS
    if isinstance(error, StoreError):
        return STORE
    return MOVED if type(error).__name__ == "MovedAway" else USAGE
