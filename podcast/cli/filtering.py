"""The options that narrow a list of episodes."""

from collections.abc import Callable
from datetime import date
from functools import wraps

import click

from episodes.catalogue import Filters
from episodes.model import Status
from podcast.cli.options import Day

Command = Callable[..., None]


def filter_options(command: Command) -> Command:
    """Add the options that narrow a list, and hand them to the command as one value, `filters`."""

    @wraps(command)
    def filtered(
        *arguments: object,
        guest: str,
        topic: str,
        occasion: str,
        season: int | None,
        status: str | None,
        since: date | None,
        until: date | None,
        **rest: object,
    ) -> None:
        filters = Filters(
            guest=guest,
            topic=topic,
            occasion=occasion,
            season=season,
            status=Status(status) if status else None,
            since=since,
            until=until,
        )
        command(*arguments, filters=filters, **rest)

    for option in (
        click.option("--until", type=Day(), help="Published on this day or before."),
        click.option("--since", type=Day(), help="Published on this day or later."),
        click.option("--status", type=click.Choice([status.value for status in Status])),
        click.option("--season", type=int),
        click.option("--occasion", default="", help="Recorded on this occasion."),
        click.option("--topic", default=""),
        click.option("--guest", default="", help="A name, function or organisation."),
    ):
        filtered = option(filtered)
    return filtered
