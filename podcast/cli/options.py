"""Options and arguments that several commands share."""

from datetime import date

import click

from episodes.timecode import parse_day

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
