"""What `folge plan` and `folge publish` share: the flags for what has to be asked for, and how a plan is told."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

import click

from episodes.catalogue import find_episode
from podcast.publishing.decide import Asked
from podcast.publishing.publish import Publisher
from podcast.settings import FILE
from podcast.workspace import Workspace, producer

_Command = TypeVar("_Command", bound=Callable[..., object])


def asked_options(command: _Command) -> _Command:
    """Add the flags for changes that a publish refuses unless they are asked for."""
    for option in (
        click.option("--verify", is_flag=True, help="List the store and repair what differs from the ledger."),
        click.option("--new-address", is_flag=True, help="Let every address move to another public_url."),
        click.option("--restore", multiple=True, metavar="EPISODE", help="Publish a withdrawn episode again."),
        click.option(
            "--mine", multiple=True, metavar="EPISODE", help=f"Publish an older text ({FILE} for the show's)."
        ),
        click.option("--change-date", multiple=True, metavar="EPISODE", help="Change the date of a published episode."),
        click.option("--replace-audio", multiple=True, metavar="EPISODE", help="Give a published episode other audio."),
    ):
        command = option(command)
    return command


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The flags of `asked_options`, as typed."""

    replace_audio: tuple[str, ...]
    change_date: tuple[str, ...]
    mine: tuple[str, ...]
    restore: tuple[str, ...]
    new_address: bool
    verify: bool

    @property
    def plain(self) -> bool:
        """Whether nothing was asked for."""
        return not (
            self.replace_audio or self.change_date or self.mine or self.restore or self.new_address or self.verify
        )


def make_publisher(workspace: Workspace, wanted: Wanted) -> Publisher:
    """Return the publish a call asks for. Raises UserError for names that mean no episode."""

    def guids(names: tuple[str, ...]) -> frozenset[str]:
        return frozenset(find_episode(workspace.catalogue, name).guid for name in names if name != FILE)

    asked = Asked(
        replace_audio=guids(wanted.replace_audio),
        change_date=guids(wanted.change_date),
        mine=guids(wanted.mine),
        restore=guids(wanted.restore),
        show_mine=FILE in wanted.mine,
        new_address=wanted.new_address,
    )
    return Publisher(
        workspace, workspace.store(), now=datetime.now(UTC).replace(microsecond=0), by=producer(), asked=asked
    )
