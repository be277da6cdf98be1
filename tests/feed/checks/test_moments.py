import pytest

from feed.checks.moments import is_moment, recurrence_fault


@pytest.mark.parametrize(
    "text",
    ["2023-08-28", "20230828", "2023-08-28T00:00:00.000Z", "2021-09-26T07:30:00.000-0600", "2021-09-26T07:30+02:00",
     "20210926T073000Z", "2021-09-26T24:00:00Z", "2024-02-29", "2016-12-31T23:59:60Z"],
)  # fmt: skip
def test_a_moment_of_iso_8601_is_one(text: str) -> None:
    assert is_moment(text)


@pytest.mark.parametrize(
    "text",
    ["", "28.08.2023", "2023-13-01", "2023-02-29", "2023-0828", "2023-08-28T25:00:00Z", "2023-08-28T24:01:00Z",
     "2023-08-28T10:61Z", "2023-10-05T24:00:00.000 -0500", "0000-01-01", "２０２３-01-01", "2023-08-28 10:00"],
)  # fmt: skip
def test_what_is_no_moment_is_none(text: str) -> None:
    assert not is_moment(text)


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY",
        "freq=weekly;interval=2",
        "FREQ=DAILY;INTERVAL=1;BYDAY=MO,TU,WE,TH,FR",
        "FREQ=WEEKLY;BYDAY=FR;BYMONTHDAY=13",
        "FREQ=YEARLY;BYDAY=+4TH;BYMONTH=11",
        "FREQ=MONTHLY;BYDAY=-1FR;BYSETPOS=-1",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;COUNT=10",
        "FREQ=WEEKLY;UNTIL=20261231T000000Z;WKST=MO",
        "FREQ=DAILY;UNTIL=20261231;BYHOUR=0,12;BYMINUTE=0;BYSECOND=0",
        "FREQ=YEARLY;BYYEARDAY=1,-1;BYWEEKNO=20,-53",
    ],
)
def test_a_recurrence_of_rfc_5545_has_no_fault(rule: str) -> None:
    assert recurrence_fault(rule) == ""


@pytest.mark.parametrize(
    ("rule", "fault"),
    [
        ("weekly", "not NAME=VALUE"),
        ("INTERVAL=2", "has no FREQ"),
        ("FREQ=BIWEEKLY", "did you mean 'WEEKLY'?"),
        ("FREQ=WEEKLY;", "an empty part"),
        ("FREQ=WEEKLY;FREQ=DAILY", "'FREQ' twice"),
        ("FREQ=WEEKLY;INTERVAL=0", "not a whole number from 1"),
        ("FREQ=WEEKLY;COUNT=x", "not a whole number from 1"),
        ("FREQ=WEEKLY;COUNT=3;UNTIL=20261231", "only one of them"),
        ("FREQ=WEEKLY;UNTIL=2026-12-31T00:00:00Z", "not a date such as 20261231T000000Z"),
        ("FREQ=WEEKLY;UNTIL=20261331T000000Z", "does not exist"),
        ("FREQ=WEEKLY;BYDAY=MON", "not a day such as MO"),
        ("FREQ=WEEKLY;BYDAY=2MO", "only MONTHLY and YEARLY"),
        ("FREQ=MONTHLY;BYDAY=0MO", "not a day such as MO"),
        ("FREQ=MONTHLY;BYMONTHDAY=32", "out of its range"),
        ("FREQ=MONTHLY;BYMONTHDAY=0", "out of its range"),
        ("FREQ=YEARLY;BYMONTH=-1", "out of its range"),
        ("FREQ=WEEKLY;WKST=Monday", "not a day such as MO"),
        ("FREQ=WEEKLY;BYEASTER=1", "does not know"),
        ("RRULE:FREQ=WEEKLY", "calendar files"),
    ],
)
def test_the_fault_of_a_recurrence_is_named(rule: str, fault: str) -> None:
    assert fault in recurrence_fault(rule)
