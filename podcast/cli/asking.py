"""The flags by which `folge plan` and `folge publish` are asked for what they would refuse."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import wraps

import click

from podcast.settings import FILE

Command = Callable[..., int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What was asked for: episodes as they were named; among `mine` also `podcast.toml` and files of issues."""

    replace_audio: tuple[str, ...] = ()
    change_date: tuple[str, ...] = ()
    mine: tuple[str, ...] = ()
    restore: tuple[str, ...] = ()
    new_address: bool = False
    verify: bool = False
    due: bool = False


def only_due(wanted: Wanted) -> Wanted:
    """Return what `--due` asks for. Raises UsageError where something else is asked for with it."""
    if wanted != Wanted():
        raise click.UsageError("--due publishes new episodes only; ask for anything else without it")
    return replace(wanted, due=True)


def asked_options(command: Command) -> Command:
    """Add the flags, and hand them to the command as one value, `wanted`."""

    @wraps(command)
    def asked(
        *arguments: object,
        replace_audio: tuple[str, ...],
        change_date: tuple[str, ...],
        mine: tuple[str, ...],
        restore: tuple[str, ...],
        new_address: bool,
        verify: bool,
        **rest: object,
    ) -> int | None:
        wanted = Wanted(
            replace_audio=replace_audio,
            change_date=change_date,
            mine=mine,
            restore=restore,
            new_address=new_address,
            verify=verify,
        )
        return command(*arguments, wanted=wanted, **rest)

    for option in (
        click.option("--verify", is_flag=True, help="List the store and repair what differs from the ledger."),
        click.option("--new-address", is_flag=True, help="Let every address move to another public_url."),
        click.option("--restore", multiple=True, metavar="EPISODE", help="Publish a withdrawn episode again."),
        click.option("--mine", multiple=True, metavar="EPISODE", help=f"Publish an older text, {FILE} or issues/… ."),
        click.option("--change-date", multiple=True, metavar="EPISODE", help="Change the date of a published episode."),
        click.option("--replace-audio", multiple=True, metavar="EPISODE", help="Give a published episode other audio."),
    ):
        asked = option(asked)
    return asked
