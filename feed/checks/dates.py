"""Dates as feeds write them: RFC 2822, strictly."""

import re
from datetime import datetime

from feed.times import parse_date

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_FORM = re.compile(
    r"(?:(?P<day>Mon|Tue|Wed|Thu|Fri|Sat|Sun), )?\d{1,2} "
    r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} "
    r"\d{2}:\d{2}(?::\d{2})? (?:[+-]\d{4}|UT|GMT|Z|[ECMP][SD]T)",
    re.ASCII,
)


def fault(text: str) -> str:
    """Return what is wrong with an RFC 2822 date, as the rest of a sentence; empty where nothing is (APPLE-IT-8)."""
    form = _FORM.fullmatch(text)
    if form is None:
        return "is not an RFC 2822 date such as `Sun, 02 Jun 2024 06:00:00 +0200`"
    when = parse_date(text)
    if when is None:
        return "is a date that does not exist"
    if form["day"] and form["day"] != _DAYS[when.weekday()]:
        return f"says {form['day']}, and that day is a {_DAYS[when.weekday()]}"
    return ""


def sound_date(text: str) -> datetime | None:
    """Return the date, or nothing where `fault` finds one."""
    return None if fault(text) else parse_date(text)
