"""Dates are read in every form feeds have; what took a guess is said, what is impossible is no date."""

from zoneinfo import ZoneInfo

import pytest

from feed.foreigntimes import read_date
from feed.remarks import Remark

BERLIN = ZoneInfo("Europe/Berlin")

DATES: dict[str, tuple[str, list[Remark]]] = {
    "Sun, 02 Jun 2024 06:00:00 +0200": ("2024-06-02T06:00:00+02:00", []),
    "2 Jun 2024 06:00 GMT": ("2024-06-02T06:00:00+00:00", []),
    "Sun, 02 Jun 2024 06:00:00 -0000": ("2024-06-02T06:00:00+00:00", []),
    "Sun, 02 Jun 2024 06:00:00 EST": ("2024-06-02T06:00:00-05:00", []),
    "Sun, 02 Jun 2024 06:00:00 PDT": ("2024-06-02T06:00:00-07:00", []),
    "Sun, 02 Jun 2024 06:00:00 CEST": ("2024-06-02T06:00:00+02:00", []),
    "Sun, 02 Jun 2024 06:00:00 MEZ": ("2024-06-02T06:00:00+01:00", []),
    "Sun, 02 Jun 2024 06:00:00 MESZ": ("2024-06-02T06:00:00+02:00", []),
    "Sun, 02 Jun 2024 06:00:00 +0200 (CEST)": ("2024-06-02T06:00:00+02:00", []),
    "Sun, 02 Jun 2024 06:00:00 GMT+2": ("2024-06-02T06:00:00+02:00", []),
    "Sun, 02 Jun 2024 06:00:00 +02:00": ("2024-06-02T06:00:00+02:00", []),
    "Sunday, 02-Jun-2024 06:00:00 GMT": ("2024-06-02T06:00:00+00:00", []),
    "So, 02 Jun 2024 06:00:00 +0200": ("2024-06-02T06:00:00+02:00", []),
    "Sonntag, 2. Juni 2024 06:00 Uhr MESZ": ("2024-06-02T06:00:00+02:00", []),
    "Mi, 05 Mai 2021 12:00:00 +0200": ("2021-05-05T12:00:00+02:00", []),
    "Fr, 01 Mär 2024 06:00:00 +0100": ("2024-03-01T06:00:00+01:00", []),
    "Do, 03 Okt 2024 06:00:00 +0200": ("2024-10-03T06:00:00+02:00", []),
    "Di, 03 Dez 2024 06:00:00 +0100": ("2024-12-03T06:00:00+01:00", []),
    "2024-06-02T06:00:00Z": ("2024-06-02T06:00:00+00:00", []),
    "2024-06-02T06:00:00.250-08:00": ("2024-06-02T06:00:00-08:00", []),
    "Sun Jun  2 06:00:00 CEST 2024": ("2024-06-02T06:00:00+02:00", []),
    "Sun, 02 Jun 2024 06:00:00": ("2024-06-02T06:00:00+02:00", [Remark.DATE_ZONE]),
    "02.12.2024 06:00": ("2024-12-02T06:00:00+01:00", [Remark.DATE_ZONE]),
    "2. Juni 2024, 6:30 Uhr": ("2024-06-02T06:30:00+02:00", [Remark.DATE_ZONE]),
    "2024-06-02 06:00:00": ("2024-06-02T06:00:00+02:00", [Remark.DATE_ZONE]),
    "June 2, 2024 6:00 PM": ("2024-06-02T18:00:00+02:00", [Remark.DATE_ZONE]),
    "06/22/2024 06:00": ("2024-06-22T06:00:00+02:00", [Remark.DATE_ZONE]),
    "Sun, 02 Jun 2024 06:00:00 IST": ("2024-06-02T06:00:00+02:00", [Remark.DATE_ZONE]),
    "2024-06-02": ("2024-06-02T00:00:00+02:00", [Remark.DATE_TIME, Remark.DATE_ZONE]),
    "Sun, 27 Oct 2024 02:30:00": ("2024-10-27T02:30:00+02:00", [Remark.DATE_ZONE]),
    "Sun, 02 Jun 24 06:00:00 +0200": ("2024-06-02T06:00:00+02:00", [Remark.DATE_YEAR]),
    "Wed, 03 Apr 02 1500 GMT": ("2002-04-03T15:00:00+00:00", [Remark.DATE_YEAR]),
    "Wed, 02 Jun 99 06:00:00 GMT": ("1999-06-02T06:00:00+00:00", [Remark.DATE_YEAR]),
    "Mon, 02 Jun 2024 06:00:00 +0200": ("2024-06-02T06:00:00+02:00", [Remark.DATE_DAY]),
    "Mo, 2. Juni 2024 06:00 +0200": ("2024-06-02T06:00:00+02:00", [Remark.DATE_DAY]),
    "Sun, 02 Jun 2024 24:00:00 +0200": ("2024-06-03T00:00:00+02:00", [Remark.DATE_TIME]),
    "Sun, 02 Jun 2024 06:00:352 +0200": ("2024-06-02T06:00:00+02:00", [Remark.DATE_TIME]),
}


@pytest.mark.parametrize("text", DATES)
def test_a_date_is_the_moment_it_names_with_its_own_offset(text: str) -> None:
    moment, said = DATES[text]
    when, remarks = read_date(text, BERLIN)
    assert when is not None
    assert when.isoformat() == moment
    assert [name for name, _ in remarks] == said


@pytest.mark.parametrize(
    "text",
    [
        "", "gestern", "Sun, 31 Feb 2024 06:00:00 +0000", "Sun, 02 Jun 2024 06:00:00 +9999", "06/02/2024",
        "Sun, 02 Jun 2024 25:00:00 +0200", "Sun, 02 Jun 0024 06:00:00 +0200", "32.01.2024 06:00", "1717308000",
        "Sun, 02 Jun 2024 06:75:00 +0200", "2024", "x" * 1000, "02.06." * 100_000,
    ],
    ids=lambda text: text[:30],
)  # fmt: skip
def test_what_is_no_date_is_none(text: str) -> None:
    assert read_date(text, BERLIN).when is None


def test_an_hour_that_comes_twice_is_named_as_doubtful() -> None:
    ((_, words),) = read_date("Sun, 27 Oct 2024 02:30:00", BERLIN).remarks
    assert words.startswith("has no time zone and is read as one of Europe/Berlin (+0200), at a change of the clocks")


def test_without_a_zone_to_take_it_is_utc() -> None:
    when, ((_, words),) = read_date("Sun, 02 Jun 2024 06:00:00", None)
    assert (str(when), words) == ("2024-06-02 06:00:00+00:00", "has no time zone and is read as one of UTC (+0000)")
