"""Points in time and lengths, read from text and written as text."""

import re
from calendar import monthrange
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from episodes.problems import quoted

_MOMENT = re.compile(
    r"(?P<date>\d{4}-\d{2}-\d{2})"
    r"(?:[T ](?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.\d+)?)?)?"
    r"\s*(?P<zone>Z|[+-]\d{2}:?\d{2})?",
    re.ASCII,
)
_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_GERMAN = re.compile(r"(\d{1,2})\.\s*(\d{1,2})\.\s*(\d{4})\b[\s,]*(.*)", re.ASCII | re.DOTALL)
_YEARS = range(1900, 2200)


def parse_day(text: str) -> date:
    """Read `2024-06-12`. Raises ValueError with a sentence that says what to write."""
    if not _DAY.fullmatch(text):
        raise ValueError(f"{quoted(text)} is not a date; write {_turned(text) or '2024-06-12'}")
    return _day(text, text)


def _day(text: str, whole: str) -> date:
    year, month, day = (int(part) for part in text.split("-"))
    if year not in _YEARS:
        raise ValueError(f"{quoted(whole)} is in the year {year}; write one between {_YEARS[0]} and {_YEARS[-1]}")
    if not 1 <= month <= 12:
        raise ValueError(f"{quoted(whole)} is not on the calendar; a year has the months 01 to 12")
    last = monthrange(year, month)[1]
    if not 1 <= day <= last:
        nearest = f"{year}-{month:02}-{min(max(day, 1), last):02}"
        raise ValueError(f"{quoted(whole)} is not on the calendar; the nearest day is {nearest}")
    return date(year, month, day)


def _turned(text: str) -> str:
    """Return `3.12.2024` as `2024-12-03`, what follows it kept; empty for anything else."""
    match = _GERMAN.fullmatch(text.strip())
    return f"{match[3]}-{int(match[2]):02}-{int(match[1]):02} {quoted(match[4])[1:-1]}".strip() if match else ""


def parse_moment(text: str, zone: ZoneInfo | None) -> datetime:
    """Read `2024-12-03 06:00`, with or without seconds and offset; a naive time means `zone`.

    A day alone means its first minute. Raises ValueError with a sentence for text that is no time, for a
    time the clock change skips or repeats (both readings are named), and for a naive time without a zone.
    """
    match = _MOMENT.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{quoted(text)} is not a date and time; write {_turned(text) or '2024-12-03 06:00'}")
    day = _day(match["date"], text)
    hour, minute, second = (int(match[name] or 0) for name in ("hour", "minute", "second"))
    if hour > 23 or minute > 59 or second > 59:
        raise ValueError(f"{quoted(text)} is not on the clock; it goes from 00:00 to 23:59")
    naive = datetime(day.year, day.month, day.day, hour, minute, second)  # noqa: DTZ001 - the zone follows
    if match["zone"]:
        return naive.replace(tzinfo=_offset(match["zone"], text))
    if zone is None:
        raise ValueError(
            f"{quoted(text)} has no time zone; add an offset such as +01:00, or set timezone in podcast.toml"
        )
    return _localize(naive, zone, text)


def _offset(text: str, whole: str) -> timezone:
    if text == "Z":
        return UTC
    hours, minutes = int(text[1:3]), int(text[-2:])
    if hours * 60 + minutes > 14 * 60 or minutes > 59:
        raise ValueError(f"{quoted(whole)}: there is no offset {text}")
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if text[0] == "-" else offset)


def _localize(naive: datetime, zone: ZoneInfo, text: str) -> datetime:
    early, late = naive.replace(tzinfo=zone, fold=0), naive.replace(tzinfo=zone, fold=1)
    if early.utcoffset() == late.utcoffset():
        return early
    readings = f"'{naive:%Y-%m-%d %H:%M} {_zone(early)}' or '{naive:%Y-%m-%d %H:%M} {_zone(late)}'"
    if early.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == naive:
        raise ValueError(f"{quoted(text)} happens twice in {zone.key}, the clocks go back; write {readings}")
    after = early.astimezone(UTC).astimezone(zone)
    before = late.astimezone(UTC).astimezone(zone)
    readings = f"'{show_moment(before)}' or '{show_moment(after)}'"
    raise ValueError(f"{quoted(text)} does not exist in {zone.key}, the clocks go forward; write {readings}")


def _zone(moment: datetime) -> str:
    text = moment.strftime("%z")
    return f"{text[:3]}:{text[3:5]}"


def show_moment(moment: datetime) -> str:
    """Write an aware time as `2024-12-03 06:00 +01:00`, with seconds only where there are any."""
    return f"{moment:{'%Y-%m-%d %H:%M:%S' if moment.second else '%Y-%m-%d %H:%M'}} {_zone(moment)}"


def show_length(length: timedelta) -> str:
    """Write a length as `34:12` or `1:02:03`, rounded to the second."""
    seconds = round(length.total_seconds())
    hours, rest = divmod(seconds, 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"


_POSITION = re.compile(r"(?:(?:(\d{1,3}):)?(\d{1,3}):)?(\d{1,6})(?:[.,](\d{1,6}))?", re.ASCII)


def parse_position(text: str) -> timedelta:
    """Read a point in the audio, `754`, `12:34` or `1:02:03.5`. Raises ValueError with a sentence for anything else."""
    match = _POSITION.fullmatch(text.strip())
    if match is None or (match[2] and int(match[3]) > 59) or (match[1] and int(match[2]) > 59):
        raise ValueError(f"{quoted(text)} is not a point in the audio; write 12:34 or 1:02:03")
    fraction = int((match[4] or "0").ljust(6, "0"))
    return timedelta(hours=int(match[1] or 0), minutes=int(match[2] or 0), seconds=int(match[3]), microseconds=fraction)


def show_position(position: timedelta) -> str:
    """Write a point in the audio as `01:02:03.500`, to the millisecond (Normal Play Time, PSC-2)."""
    milliseconds = round(position / timedelta(milliseconds=1))
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{rest:03}"


def type_position(position: timedelta) -> str:
    """Write a point in the audio as a person types it, to the millisecond: `02:10`, `1:02:03.5`."""
    milliseconds = round(position / timedelta(milliseconds=1))
    seconds, rest = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    whole = f"{minutes // 60}:{minutes % 60:02}:{seconds:02}" if minutes >= 60 else f"{minutes:02}:{seconds:02}"
    return f"{whole}.{rest:03}".rstrip("0") if rest else whole
