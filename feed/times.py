"""Points in time and lengths in the forms of a feed."""

from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime, parsedate_to_datetime


def writable(when: datetime) -> datetime:
    """Return a time in a zone RFC 2822 can write: whole minutes only; local mean times (before 1900) have seconds."""
    offset = when.utcoffset() or timedelta()
    return when.astimezone(timezone(timedelta(minutes=offset // timedelta(minutes=1))))


def rfc2822(when: datetime) -> str:
    """Write an aware time in the form of RFC 2822, in English whatever the locale (APPLE-IT-8)."""
    return format_datetime(writable(when))


def whole_seconds(duration: timedelta) -> int:
    """Return `duration` rounded to whole seconds, half a second up (APPLE-IT-9)."""
    return (duration + timedelta(microseconds=500_000)) // timedelta(seconds=1)


def parse_date(text: str) -> datetime | None:
    """Return an RFC 2822 date as an aware datetime, or nothing where it is none; `-0000` means UTC."""
    try:
        when = parsedate_to_datetime(text)
        # An offset that does not fit a datetime shows only when it is used.
        when.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return when.replace(tzinfo=UTC) if when.tzinfo is None else when
