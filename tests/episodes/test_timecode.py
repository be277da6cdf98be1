"""What is promised about times: a naive one is the show's, and one the clocks skip or repeat is never guessed."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from episodes.timecode import parse_day, parse_moment, show_length, show_moment
from tests.episodes.builders import BERLIN
from tests.soaking import examples

NEW_YORK = ZoneInfo("America/New_York")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2024-12-03 06:00", "2024-12-03T06:00:00+01:00"),
        ("2024-06-12 06:00", "2024-06-12T06:00:00+02:00"),
        ("2024-12-03", "2024-12-03T00:00:00+01:00"),
        ("2024-12-03T6:05:09", "2024-12-03T06:05:09+01:00"),
        ("2024-12-03 06:00 +02:00", "2024-12-03T06:00:00+02:00"),
        ("2024-12-03T06:00:00.123Z", "2024-12-03T06:00:00+00:00"),
        ("2024-12-03 06:00-0530", "2024-12-03T06:00:00-05:30"),
        (" 2024-12-03 06:00 ", "2024-12-03T06:00:00+01:00"),
    ],
)
def test_a_naive_time_is_the_shows_and_an_offset_wins(text: str, meant: str) -> None:
    assert parse_moment(text, BERLIN).isoformat() == meant


@pytest.mark.parametrize(
    ("text", "zone", "readings"),
    [
        ("2024-10-27 02:30", BERLIN, "'2024-10-27 02:30 +02:00' or '2024-10-27 02:30 +01:00'"),
        ("2024-11-03 01:00", NEW_YORK, "'2024-11-03 01:00 -04:00' or '2024-11-03 01:00 -05:00'"),
        ("2024-04-07 01:45", LORD_HOWE, "'2024-04-07 01:45 +11:00' or '2024-04-07 01:45 +10:30'"),
    ],
)
def test_a_time_that_happens_twice_names_both_readings(text: str, zone: ZoneInfo, readings: str) -> None:
    with pytest.raises(ValueError, match="happens twice") as caught:
        parse_moment(text, zone)
    assert str(caught.value).endswith(readings)
    assert text in str(caught.value)
    assert zone.key in str(caught.value)


@pytest.mark.parametrize(
    ("text", "zone", "readings"),
    [
        ("2024-03-31 02:30", BERLIN, "'2024-03-31 01:30 +01:00' or '2024-03-31 03:30 +02:00'"),
        ("2024-03-10 02:00", NEW_YORK, "'2024-03-10 01:00 -05:00' or '2024-03-10 03:00 -04:00'"),
        ("2024-10-06 02:15", LORD_HOWE, "'2024-10-06 01:45 +10:30' or '2024-10-06 02:45 +11:00'"),
    ],
)
def test_a_time_the_clocks_skip_names_both_readings(text: str, zone: ZoneInfo, readings: str) -> None:
    with pytest.raises(ValueError, match="does not exist") as caught:
        parse_moment(text, zone)
    assert str(caught.value).endswith(readings)
    for reading in readings.replace("'", "").split(" or "):
        assert parse_moment(reading, None).astimezone(zone).utcoffset() == parse_moment(reading, None).utcoffset()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2024-10-27 01:59", None),
        ("2024-10-27 03:00", None),
        ("2024-03-31 01:59", None),
        ("2024-03-31 03:00", None),
        ("2024-02-30 06:00", "the nearest day is 2024-02-29"),
        ("2023-02-29", "the nearest day is 2023-02-28"),
        ("2024-13-01", "months 01 to 12"),
        ("2024-12-00", "the nearest day is 2024-12-01"),
        ("2024-12-03 25:00", "00:00 to 23:59"),
        ("2024-12-03 24:00", "00:00 to 23:59"),
        ("2024-12-03 06:60", "00:00 to 23:59"),
        ("2024-12-03 06:00 +15:00", "no offset +15:00"),
        ("2024-12-03 06:00 +14:30", "no offset +14:30"),
        ("0024-12-03", "in the year 24"),
        ("9999-12-31", "in the year 9999"),
        ("3.12.2024 06:00", "write 2024-12-03 06:00"),
        ("03.12.2024, 6:00", "write 2024-12-03 6:00"),
        ("3.12.2024", "write 2024-12-03"),
        ("morgen", "write 2024-12-03 06:00"),
        ("2024-12-03 06", "write 2024-12-03 06:00"),
        ("12:30", "is not a date and time"),
        ("2024-12-03 06:00 CET", "is not a date and time"),
        ("٢٠٢٤-١٢-٠٣", "is not a date and time"),
        ("", "is not a date and time"),
    ],
)
def test_what_is_no_time_says_what_to_write(text: str, said: str | None) -> None:
    if said is None:
        assert parse_moment(text, BERLIN).tzinfo is BERLIN
        return
    with pytest.raises(ValueError, match=r"is not|is in the year|no offset") as caught:
        parse_moment(text, BERLIN)
    assert said in str(caught.value)
    assert f"'{text}'" in str(caught.value)


def test_a_naive_time_without_a_zone_says_both_remedies() -> None:
    with pytest.raises(ValueError, match=r"no time zone; add an offset such as \+01:00, or set timezone in podcast"):
        parse_moment("2024-12-03 06:00", None)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("12.6.2024", "is not a date; write 2024-06-12"),
        ("2024-6-12", "is not a date; write 2024-06-12"),
        ("2024-06-31", "the nearest day is 2024-06-30"),
        ("2024-06-12 10:00", "is not a date"),
        ("Sommer", "is not a date"),
    ],
)
def test_what_is_no_day_says_what_to_write(text: str, said: str) -> None:
    with pytest.raises(ValueError, match="is not") as caught:
        parse_day(text)
    assert said in str(caught.value)


MOMENTS = st.datetimes(
    min_value=datetime(1900, 1, 1),  # noqa: DTZ001 - the strategy wants naive bounds
    max_value=datetime(2199, 12, 31),  # noqa: DTZ001
    timezones=st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes))),
)


@settings(derandomize=True, deadline=None, max_examples=examples(200))
@given(MOMENTS)
def test_a_time_that_was_shown_is_read_as_the_same_moment(moment: datetime) -> None:
    whole = moment.replace(microsecond=0)
    assert parse_moment(show_moment(whole), None) == whole


@settings(derandomize=True, deadline=None, max_examples=examples(300))
@given(st.text("0123456789-: TZ+.", max_size=25) | st.text(max_size=20))
def test_any_text_is_a_time_or_a_sentence(text: str) -> None:
    for zone in (BERLIN, None):
        try:
            assert parse_moment(text, zone).utcoffset() is not None
        except ValueError as error:
            assert len(str(error)) > 20


@settings(derandomize=True, deadline=None, max_examples=examples(200))
@given(st.integers(0, 366 * 24 * 60))
def test_every_minute_of_a_year_is_the_shows_or_names_both_readings(minute: int) -> None:
    naive = datetime(2024, 1, 1) + timedelta(minutes=minute)  # noqa: DTZ001
    try:
        moment = parse_moment(f"{naive:%Y-%m-%d %H:%M}", BERLIN)
    except ValueError as error:
        assert " or " in str(error)
    else:
        assert moment.astimezone(UTC).astimezone(BERLIN).replace(tzinfo=None) == naive


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0, "0:00"), (59.4, "0:59"), (59.6, "1:00"), (2052, "34:12"), (3723, "1:02:03")]
)
def test_a_length_is_shown_as_a_clock(seconds: float, shown: str) -> None:
    assert show_length(timedelta(seconds=seconds)) == shown
