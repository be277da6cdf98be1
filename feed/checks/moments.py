"""Moments and recurrences as the podcast namespace writes them: ISO 8601 and RFC 5545, strictly."""

import re
from datetime import datetime

from episodes.problems import nearest, quoted

_MOMENT = re.compile(
    r"(?P<year>\d{4})(?P<dash>-?)(?P<month>\d{2})(?P=dash)(?P<day>\d{2})"
    r"(?:T(?P<hour>\d{2})(?::?(?P<minute>\d{2})(?::?(?P<second>\d{2})(?:[.,]\d+)?)?)?(?:Z|[+-]\d{2}(?::?\d{2})?)?)?",
    re.ASCII,
)
_UNTIL = re.compile(r"\d{8}(?:T\d{6}Z?)?", re.ASCII)
_DAYS = r"(?:MO|TU|WE|TH|FR|SA|SU)"
_WEEKDAYS = re.compile(rf"(?P<number>[+-]?\d{{1,2}})?{_DAYS}", re.ASCII)
_FREQUENCIES = ("SECONDLY", "MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY")

# The lowest and highest number of each part that is a list of numbers; a negative one counts from the end.
_RANGES = {
    "BYSECOND": (0, 60),
    "BYMINUTE": (0, 59),
    "BYHOUR": (0, 23),
    "BYMONTHDAY": (-31, 31),
    "BYYEARDAY": (-366, 366),
    "BYWEEKNO": (-53, 53),
    "BYMONTH": (1, 12),
    "BYSETPOS": (-366, 366),
}
_FROM_ZERO = frozenset({"BYSECOND", "BYMINUTE", "BYHOUR"})


def is_moment(text: str) -> bool:
    """Whether `text` is a date or a time of ISO 8601 that exists."""
    found = _MOMENT.fullmatch(text)
    if found is None:
        return False
    hour, minute, second = (int(found[part] or 0) for part in ("hour", "minute", "second"))
    midnight_at_the_end = hour == 24 and minute == second == 0
    try:
        datetime(int(found["year"]), int(found["month"]), int(found["day"]))  # noqa: DTZ001 - only: does it exist?
    except ValueError:
        return False
    return midnight_at_the_end or (hour < 24 and minute < 60 and second <= 60)


def recurrence_fault(text: str) -> str:
    """Return what is wrong with a recurrence rule of RFC 5545, section 3.3.10, as a sentence; empty where nothing is.

    A weekly rule may name days of the month, which the RFC forbids: the namespace's own examples do so.
    """
    if text.upper().startswith("RRULE:"):
        return "begins with RRULE:, which belongs to calendar files"
    parts: dict[str, str] = {}
    for part in text.upper().split(";"):
        name, equals, value = part.partition("=")
        if not equals or not value:
            return f"holds {quoted(part)}, which is not NAME=VALUE" if part else "holds an empty part"
        if name in parts:
            return f"has {quoted(name)} twice"
        parts[name] = value
    if "FREQ" not in parts:
        return "has no FREQ"
    if "COUNT" in parts and "UNTIL" in parts:
        return "has COUNT and UNTIL, and only one of them can end it"
    for name, value in parts.items():
        if fault := _part_fault(name, value, parts["FREQ"]):
            return fault
    return ""


def _part_fault(name: str, value: str, frequency: str) -> str:
    match name:
        case "FREQ":
            known = value in _FREQUENCIES
            return "" if known else f"has the FREQ {quoted(value)}; {nearest(value, _FREQUENCIES)}"
        case "INTERVAL" | "COUNT":
            sound = re.fullmatch(r"0*[1-9]\d{0,8}", value, re.ASCII)
            return "" if sound else f"has the {name} {quoted(value)}, not a whole number from 1"
        case "UNTIL":
            return _until_fault(value)
        case "WKST":
            return "" if re.fullmatch(_DAYS, value) else f"has the WKST {quoted(value)}, not a day such as MO"
        case "BYDAY":
            return _weekdays_fault(value, frequency)
        case _ if name in _RANGES:
            return _numbers_fault(name, value)
        case _:
            return f"has {quoted(name)}, which RFC 5545 does not know"


def _until_fault(value: str) -> str:
    if not _UNTIL.fullmatch(value):
        return f"has the UNTIL {quoted(value)}, not a date such as 20261231T000000Z"
    return "" if is_moment(value) else f"has the UNTIL {quoted(value)}, a date that does not exist"


def _weekdays_fault(value: str, frequency: str) -> str:
    for day in value.split(","):
        found = _WEEKDAYS.fullmatch(day)
        if found is None or (found["number"] and not 1 <= abs(int(found["number"])) <= 53):
            return f"has the BYDAY {quoted(day)}, not a day such as MO or, for the fourth Thursday, 4TH"
        if found["number"] and frequency not in {"MONTHLY", "YEARLY"}:
            return f"has the BYDAY {quoted(day)}, and only MONTHLY and YEARLY rules count days"
    return ""


def _numbers_fault(name: str, value: str) -> str:
    low, high = _RANGES[name]
    for number in value.split(","):
        sound = re.fullmatch(r"[+-]?\d{1,3}", number, re.ASCII)
        if not sound or not low <= int(number) <= high or (int(number) == 0 and name not in _FROM_ZERO):
            return f"has the {name} {quoted(number)}, out of its range"
    return ""
