"""What the name of an audio file tells: a day, a season, a number, a title."""

import re
from dataclasses import dataclass
from datetime import date

_DAY = re.compile(r"(?<!\d)(?P<year>(?:19|20)\d\d)(?P<mark>[-_.]?)(?P<month>[01]\d)(?P=mark)(?P<day>[0-3]\d)(?!\d)")
_GERMAN_DAY = re.compile(r"(?<!\d)(?P<day>[0-3]?\d)\.(?P<month>[01]?\d)\.(?P<year>(?:19|20)\d\d)(?!\d)")
_SEASONED = re.compile(r"^\s*s(?P<season>\d{1,3})\s*[-_. ]?\s*e(?P<number>\d{1,5})(?!\d)", re.IGNORECASE)
_COUNTED = re.compile(
    r"^\s*(?:(?:folge|episode|ep|teil|part|nr|no|#)[\s_.#-]*)(?P<number>\d{1,5})(?!\d)"
    r"|^\s*(?P<bare>\d{1,3})(?=\s*(?:[-–—_.)]|$))"
    r"|^\s*(?P<padded>0\d{1,3})(?=\s)",
    re.IGNORECASE,
)
"""A number before a title. Four digits may be a year, and `12 Freunde` is a title."""

_EDGES = " \t_-–—.,:)(|#"


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What a file name tells; None and empty where it tells nothing."""

    day: date | None = None
    season: int | None = None
    number: int | None = None
    title: str = ""


def read_name(stem: str) -> Named:
    """Return what the name of a file tells, without its extension: `2024-06-06 Titel`, `03 - Titel`, `S02E03 Titel`."""
    rest, day = _without_day(stem)
    season = number = None
    if found := _SEASONED.match(rest):
        season, number = int(found["season"]), int(found["number"])
        rest = rest[found.end() :]
    elif found := _COUNTED.match(rest.lstrip(_EDGES.replace("#", ""))):
        rest = rest.lstrip(_EDGES.replace("#", ""))[found.end() :]
        number = int(found["number"] or found["bare"] or found["padded"])
    title = re.sub(r"[\s_]+", " ", rest).strip(_EDGES)
    return Named(day=day, season=season or None, number=number or None, title=title)


def _without_day(stem: str) -> tuple[str, date | None]:
    """Return a name without the day in it, and that day."""
    for form in (_DAY, _GERMAN_DAY):
        if found := form.search(stem):
            try:
                day = date(int(found["year"]), int(found["month"]), int(found["day"]))
            except ValueError:
                continue
            return f"{stem[: found.start()].rstrip(_EDGES)} {stem[found.end() :].lstrip(_EDGES)}".strip(), day
    return stem, None
