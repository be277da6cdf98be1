"""Points in time and lengths, read from text and written as text."""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

_MOMENT = re.compile(
    r"(?P<date>\d{4}-\d{2}-\d{2})"
    r"(?:[T ](?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.\d+)?)?)?"
    r"\s*(?P<zone>Z|[+-]\d{2}:?\d{2})?"
)


def parse_day(text: str) -> date:
    """Read `2024-06-12`. Raises ValueError with a sentence that says what to write."""
    try:
        return date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) else _refuse_day(text)
    except ValueError as error:
        if text in str(error):
            raise
        raise ValueError(f"'{text}' is not a day of the calendar") from error


def _refuse_day(text: str) -> date:
    raise ValueError(f"'{text}' is not a date; write 2024-06-12")


def parse_moment(text: str, zone: ZoneInfo | None) -> datetime:
    """Read `2024-12-03 06:00`, with or without seconds and offset; a naive time means `zone`.

    A day alone means its first minute. Raises ValueError with a sentence for text that is no time, for a
    time the clock change skips or repeats (both readings are named), and for a naive time without a zone.
    """
    match = _MOMENT.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"'{text}' is not a date and time; write 2024-12-03 06:00")
    try:
        day = date.fromisoformat(match["date"])
        naive = datetime(  # noqa: DTZ001 - the zone follows
            day.year, day.month, day.day, int(match["hour"] or 0), int(match["minute"] or 0), int(match["second"] or 0)
        )
    except ValueError as error:
        raise ValueError(f"'{text}' is not on the calendar or the clock") from error
    if match["zone"]:
        return naive.replace(tzinfo=_offset(match["zone"], text))
    if zone is None:
        raise ValueError(f"'{text}' has no time zone; add an offset such as +01:00, or set timezone in podcast.toml")
    return _localize(naive, zone, text)


def _offset(text: str, whole: str) -> timezone:
    if text == "Z":
        return UTC
    hours, minutes = int(text[1:3]), int(text[-2:])
    if hours > 14 or minutes > 59:
        raise ValueError(f"'{whole}': there is no offset {text}")
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if text[0] == "-" else offset)


def _localize(naive: datetime, zone: ZoneInfo, text: str) -> datetime:
    early, late = naive.replace(tzinfo=zone, fold=0), naive.replace(tzinfo=zone, fold=1)
    if early.utcoffset() == late.utcoffset():
        return early
    readings = f"'{naive:%Y-%m-%d %H:%M} {_zone(early)}' or '{naive:%Y-%m-%d %H:%M} {_zone(late)}'"
    if early.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == naive:
        raise ValueError(f"'{text}' happens twice in {zone.key}, the clocks go back; write {readings}")
    after = early.astimezone(UTC).astimezone(zone)
    before = late.astimezone(UTC).astimezone(zone)
    readings = f"'{show_moment(before)}' or '{show_moment(after)}'"
    raise ValueError(f"'{text}' does not exist in {zone.key}, the clocks go forward; write {readings}")


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
