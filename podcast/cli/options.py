"""Options and arguments that several commands share."""

from collections.abc import Callable
from datetime import date
from typing import TypeVar

import click

from episodes.catalogue import Filters
from episodes.model import Status
from episodes.timecode import parse_day

_Command = TypeVar("_Command", bound=Callable[..., object])

json_option = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
episode_argument = click.argument("episode", metavar="EPISODE")


class Day(click.ParamType[date]):
    """A day such as 2024-06-12."""

    name = "day"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Read a day, or fail with a sentence."""
        try:
            return value if isinstance(value, date) else parse_day(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


def filter_options(command: _Command) -> _Command:
    """Add the options that narrow a list of episodes."""
    for option in (
        click.option("--until", type=Day(), help="Published on this day or before."),
        click.option("--since", type=Day(), help="Published on this day or later."),
        click.option("--status", type=click.Choice([status.value for status in Status])),
        click.option("--season", type=int),
        click.option("--occasion", default="", help="Recorded on this occasion."),
        click.option("--topic", default=""),
        click.option("--guest", default="", help="A name, function or organisation."),
    ):
        command = option(command)
    return command


def make_filters(
    guest: str,
    topic: str,
    occasion: str,
    season: int | None,
    status: str | None,
    since: date | None,
    until: date | None,
) -> Filters:
    """Return the filters that the options of `filter_options` say."""
    return Filters(
        guest=guest,
        topic=topic,
        occasion=occasion,
        season=season,
        status=Status(status) if status else None,
        since=since,
        until=until,
    )
