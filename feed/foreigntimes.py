"""Reads dates and lengths as people and programs write them into feeds; what cannot be told for sure is said."""

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import NamedTuple
from zoneinfo import ZoneInfo

from episodes.problems import quoted
from feed.remarks import Remark
from feed.times import parse_date


class Reading(NamedTuple):
    """A point in time with the offset it was written with, or nothing, and what there is to say about it.

    `remarks` are pairs of a name and a sentence without its subject, which is the date as written.
    """

    when: datetime | None
    remarks: tuple[tuple[Remark, str], ...] = ()


_USUAL = re.compile(
    r"(?:(Mon|Tue|Wed|Thu|Fri|Sat|Sun),\s+)?\d{1,2}\s+(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\s+(?:19|2[01])\d\d\s+"
    r"[0-2]\d:[0-5]\d(?::[0-5]\d)?\s+(?:[+-]\d{4}|GMT|UTC?|Z)",
    re.ASCII,
)
_DAYS = {
    name: number
    for number, names in enumerate(
        (
            "mon monday mo montag", "tue tues tuesday di die dienstag", "wed wednesday mi mit mittwoch",
            "thu thur thurs thursday do don donnerstag", "fri friday fr fre freitag",
            "sat saturday sa sam samstag sonnabend", "sun sunday so son sonntag",
        )
    )
    for name in names.split()
}  # fmt: skip
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january januar jän jaen jänner jaenner", "feb february februar feber", "mar march mär mrz märz maerz",
            "apr april", "may mai", "jun june juni", "jul july juli", "aug august", "sep sept september",
            "oct october okt oktober", "nov november", "dec december dez dezember",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_ZONES = {
    "z": 0, "ut": 0, "utc": 0, "gmt": 0, "wet": 0, "est": -300, "edt": -240, "cst": -360, "cdt": -300, "mst": -420,
    "mdt": -360, "pst": -480, "pdt": -420, "akst": -540, "akdt": -480, "hst": -600, "nst": -210, "ndt": -150,
    "cet": 60, "mez": 60, "cest": 120, "mesz": 120, "west": 60, "bst": 60, "eet": 120, "oez": 120, "eest": 180,
    "oesz": 180, "msk": 180, "sast": 120, "jst": 540, "kst": 540, "aest": 600, "aedt": 660, "acst": 570, "acdt": 630,
    "awst": 480, "nzst": 720, "nzdt": 780,
}  # fmt: skip
"""Minutes east of Greenwich; names that mean several zones in the world, such as IST, are not among them."""

_CLOCK = re.compile(
    r"(?<![\d:.+-])(\d{1,2}):(\d{2})(?::(\d{2,4})(?:[.,]\d+)?)?(?![\d:])\s*([ap])?\.?(?(4)m\b\.?)(?:\s*uhr\b)?",
    re.ASCII,
)
_SHORT_CLOCK = re.compile(r"(?<=\s)([0-2]\d)([0-5]\d)(?=\s+[a-z]{1,4}\b|\s+[+-]\d|$)", re.ASCII)
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:t|\b)", re.ASCII)
_NUMBERS = re.compile(r"\b(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4}|\d{2})\b", re.ASCII)
_SLASHES = re.compile(r"\b(\d{1,4})/(\d{1,2})/(\d{4}|\d{2})\b", re.ASCII)
_DAY_MONTH = re.compile(r"\b(\d{1,2})(?:st|nd|rd|th|\.)?[\s-]+([a-zäöü]{3,10})\.?,?[\s-]+(\d{2,4})\b")
_MONTH_DAY = re.compile(r"\b([a-zäöü]{3,10})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})\b")
_ASCTIME = re.compile(r"\b([a-z]{3})\s+(\d{1,2})\s+(?=.*\s(\d{4})$)")
_OFFSET = re.compile(r"(?:\b(?:gmt|utc)\s*|(?<!\S)|(?<=\d))([+-])(\d{1,2})(?::?(\d{2}))?(?=\s|$)", re.ASCII)
_WORD = re.compile(r"[a-zäöü]+(?:/[a-z_]+)?")
_FILLING = frozenset({"uhr", "um", "at", "t", "den", "der", "am", "the", "on"})
_LONGEST = 100
_YEARS = range(1900, 2200)


def read_date(text: str, zone: ZoneInfo | None) -> Reading:
    """Read a date in any form feeds have; a time without its zone is one of `zone`, or of UTC."""
    tidy = " ".join(text.split())
    if _USUAL.fullmatch(tidy):
        when = parse_date(tidy)
        if when is not None:
            return Reading(when, _weekday(tidy, when))
    if not tidy or len(tidy) > _LONGEST:
        return Reading(None)
    return _read(re.sub(r"\([^)]*\)", " ", tidy).strip().lower(), zone)


class _Day(NamedTuple):
    year: int
    month: int
    day: int
    rest: str
    remarks: tuple[tuple[Remark, str], ...] = ()


def _read(text: str, zone: ZoneInfo | None) -> Reading:
    day = _day(text)
    if isinstance(day, str):
        return Reading(None, ((Remark.NO_DATE, day),))
    if day is None:
        return Reading(None)
    remarks = list(day.remarks)
    clock = _clock(day.rest)
    if clock is None:
        return Reading(None, ((Remark.NO_DATE, "has a time that is not on the clock"),))
    hour, minute, second, extra, rest = clock
    if hour < 0:
        remarks.append((Remark.DATE_TIME, "has no time of day and is read as midnight"))
        hour = 0
    elif extra:
        remarks.append((Remark.DATE_TIME, extra))
    try:
        naive = datetime(day.year, day.month, day.day, hour % 24, minute, second)  # noqa: DTZ001 - the zone follows
        remarks += _weekday(text, naive)
        naive += timedelta(days=hour // 24)
    except ValueError:
        return Reading(None, ((Remark.NO_DATE, "is not on the calendar"),))
    offset = _offset(rest)
    if isinstance(offset, str):
        return Reading(None, ((Remark.NO_DATE, offset),))
    if offset is None:
        when, said = _in_zone(naive, zone, rest)
        remarks.append((Remark.DATE_ZONE, said))
    else:
        when = naive.replace(tzinfo=timezone(timedelta(minutes=offset)) if offset else UTC)
    return Reading(when, tuple(remarks))


def _weekday(text: str, when: datetime) -> tuple[tuple[Remark, str], ...]:
    """Say where a date begins with a weekday that is not its own."""
    found = _WORD.match(text.lower())
    if found is None or _DAYS.get(found[0], when.weekday()) == when.weekday():
        return ()
    return ((Remark.DATE_DAY, f"is not on that weekday; the date counts, {when:%Y-%m-%d}"),)


def _day(text: str) -> _Day | str | None:
    """Return the day and the text without it, a sentence why there is none, or nothing."""
    for form, order in ((_ISO, "ymd"), (_NUMBERS, "dmy"), (_DAY_MONTH, "dmy"), (_MONTH_DAY, "mdy"), (_ASCTIME, "mdy")):
        if found := form.search(text):
            parts = dict(zip(order, found.groups(), strict=True))
            month = _MONTHS.get(parts["m"], 0) if not parts["m"].isdigit() else int(parts["m"])
            if not month:
                continue
            rest = f"{text[: found.start()]} {text[found.end() :]}"
            if form is _ASCTIME:
                rest = rest.removesuffix(parts["y"])
            return _of(parts["y"], month, int(parts["d"]), rest)
    if found := _SLASHES.search(text):
        return _with_slashes(found, text)
    return None


def _with_slashes(found: "re.Match[str]", text: str) -> _Day | str:
    one, other, year = found.groups()
    rest = f"{text[: found.start()]} {text[found.end() :]}"
    if len(one) == 4:
        return _of(one, int(other), int(year), rest)
    if int(one) > 12 >= int(other):
        return _of(year, int(other), int(one), rest)
    if int(other) > 12 >= int(one) or one == other:
        return _of(year, int(one), int(other), rest)
    return "does not tell which is the day and which the month"


def _of(year: str, month: int, day: int, rest: str) -> _Day | str:
    number, remarks = int(year), ()
    if len(year) < 4:
        number += 1900 if len(year) == 3 or number > 68 else 2000
    if number not in _YEARS:
        return f"is in the year {number}"
    said = ((Remark.DATE_YEAR, f"has a year of {len(year)} digits and is read as one of {number}"),)
    return _Day(number, month, day, rest, said if len(year) < 4 else remarks)


def _clock(text: str) -> tuple[int, int, int, str, str] | None:
    """Return hour (-1 for none), minute, second, a remark, and the text without them; nothing for 25:00."""
    found = _CLOCK.search(text) or _SHORT_CLOCK.search(text)
    if found is None:
        return (-1, 0, 0, "", text) if not re.search(r"\d:\d", text) else None
    groups = [*found.groups(), None, None][:4]
    hour, minute, second = (int(group or 0) for group in groups[:3])
    rest, extra = f"{text[: found.start()]} {text[found.end() :]}".strip(), ""
    if groups[3]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if groups[3] == "p" else 0)
    if second > 59:
        second, extra = 0, f"has a second {second} and is read as {hour:02}:{minute:02}"
    if (hour, minute, second) == (24, 0, 0):
        extra = "has the hour 24 and is read as midnight of the next day"
    elif hour > 23 or minute > 59:
        return None
    return hour, minute, second, extra, rest


def _offset(rest: str) -> int | str | None:
    """Return minutes east of Greenwich, a sentence for an offset nobody has, or nothing where none is named."""
    if found := _OFFSET.search(rest):
        hours, minutes = int(found[2]), int(found[3] or 0)
        total = hours * 60 + minutes
        if total > 14 * 60 or minutes > 59:
            return f"has the offset {found[0].strip()}, which no place on earth has"
        return -total if found[1] == "-" else total
    return next((_ZONES[word] for word in _WORD.findall(rest) if word in _ZONES), None)


def _in_zone(naive: datetime, zone: ZoneInfo | None, rest: str) -> tuple[datetime, str]:
    """Return a time of a zone with the offset it has there then, and the sentence that it was so read."""
    aware = naive.replace(tzinfo=zone or UTC)
    offset = aware.utcoffset() or timedelta()
    when = naive.replace(tzinfo=timezone(offset) if offset else UTC)
    names = [word for word in _WORD.findall(rest) if word not in _FILLING and word not in _DAYS]
    what = f"names a zone {quoted(names[-1].upper())} that is not known" if names else "has no time zone"
    said = f"{what} and is read as one of {zone.key if zone else 'UTC'} ({when:%z})"
    if aware.replace(fold=1).utcoffset() != offset:
        said += ", at a change of the clocks, where it may be an hour off"
    return when, said


_COLONS = re.compile(r"(?:(\d{1,4}):)?(\d{1,5}):(\d{1,6})(?:[.,](\d{1,9}))?", re.ASCII)
_SECONDS = re.compile(r"(\d{1,7})(?:[.,](\d{1,9}))?(?:\s*(?:s|sec|secs|seconds?|sek|sekunden?)\.?)?", re.ASCII)
_UNITS = re.compile(
    r"(?:pt)?\s*(?:(\d{1,4})\s*(?:h|hrs?|hours?|std|stunden?)\.?)?[\s,]*"
    r"(?:(\d{1,5})\s*(?:m|min|mins|minutes?|minuten?)\.?)?[\s,]*"
    r"(?:(\d{1,7})(?:[.,]\d{1,9})?\s*(?:s|sec|secs|seconds?|sek|sekunden?)\.?)?",
    re.ASCII,
)


def read_length(text: str) -> timedelta | None:
    """Read `1:02:03`, `62:03`, `3723`, `3723.5`, `1h2m` and `PT1H2M`, to the second; nothing for anything else."""
    tidy = text.strip().lower()
    if found := _COLONS.fullmatch(tidy):
        hours, minutes, seconds = (int(part or 0) for part in found.groups()[:3])
        fraction = float(f"0.{found[4] or 0}")
        return timedelta(seconds=round(hours * 3600 + minutes * 60 + seconds + fraction))
    if found := _SECONDS.fullmatch(tidy):
        return timedelta(seconds=round(float(f"{found[1]}.{found[2] or 0}")))
    found = _UNITS.fullmatch(tidy)
    if found and any(found.groups()):
        hours, minutes, seconds = (int(part or 0) for part in found.groups())
        return timedelta(hours=hours, minutes=minutes, seconds=seconds)
    return None
