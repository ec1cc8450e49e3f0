from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from definitions.language.calendars import Calendar, CalendarError
from definitions.language.counting import first_day_after
from definitions.language.durations import Duration, Unit
from definitions.language.hours import Hours, HoursError
from definitions.language.loader import load, load_model

FILE = Path(__file__).parents[2] / "definitions" / "calendars" / "district.yaml"
PACIFIC = ZoneInfo("America/Los_Angeles")

days = st.dates(date(2023, 1, 1), date(2028, 12, 31))
moments = st.datetimes(datetime(2023, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001


@cache
def district() -> Calendar:
    calendar, problems = load_model(load(FILE.read_text(), "district.yaml"), Calendar)
    assert problems == []
    assert calendar is not None
    return calendar


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PACIFIC)


def due(words: str, start: str) -> datetime:
    return district().add(Duration.parse(words), at(start), "due")


def after(words: str, start: str) -> datetime:
    return district().add(Duration.parse(words), at(start), "after")


def test_a_weekday_is_a_business_day_and_a_shut_off_day() -> None:
    assert district().is_business_day(date(2026, 7, 1))
    assert district().is_shut_off_day(date(2026, 7, 1))


@pytest.mark.parametrize("day", [date(2026, 7, 4), date(2026, 7, 5)])
def test_a_weekend_is_neither(day: date) -> None:
    assert not district().is_open(day)
    assert not district().is_business_day(day)
    assert not district().is_shut_off_day(day)


def test_a_closed_office_makes_no_business_day_and_no_shut_off() -> None:
    thanksgiving = date(2026, 11, 26)
    assert not district().is_business_day(thanksgiving)
    assert not district().is_shut_off_day(thanksgiving)


def test_a_legal_holiday_with_the_office_open_is_a_business_day_without_shut_off() -> None:
    lincoln_day = date(2026, 2, 12)
    assert district().is_business_day(lincoln_day)
    assert not district().is_shut_off_day(lincoln_day)


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2023, 1, 2), "New Year's Day (observed)"),
        (date(2024, 4, 1), "Cesar Chavez Day (observed)"),
        (date(2027, 7, 5), "Independence Day (observed)"),
        (date(2023, 11, 10), "Veterans Day (observed)"),
        (date(2026, 9, 25), "Native American Day"),
        (date(2027, 10, 29), "Diwali"),
    ],
)
def test_holidays_move_as_the_government_code_says(day: date, name: str) -> None:
    special = district().special(day)
    assert special is not None
    assert special.name == name
    assert not district().is_shut_off_day(day)


def test_independence_day_on_a_saturday_does_not_move() -> None:
    assert district().is_shut_off_day(date(2026, 7, 3))


def test_every_year_lists_the_same_holidays_but_for_weekends() -> None:
    for year in range(2023, 2029):
        assert 15 <= sum(special.date.year == year for special in district().days) <= 20


@pytest.mark.parametrize(
    ("words", "start", "end"),
    [
        ("10 days", "2026-07-01T16:00", "2026-07-11T07:30"),
        ("10 days", "2026-10-28T16:00", "2026-11-07T07:30"),  # over the end of summer time
        ("1 week", "2026-07-01T16:00", "2026-07-08T07:30"),
        ("1 month", "2026-01-31T16:00", "2026-02-28T07:30"),
        ("1 year", "2024-02-29T16:00", "2025-02-28T07:30"),
        ("60 full days", "2026-07-01T16:00", "2026-08-31T07:30"),
    ],
)
def test_days_are_civil_dates_at_the_opening_hour(words: str, start: str, end: str) -> None:
    assert due(words, start) == after(words, start) == at(end)


def test_business_days_end_at_closing_when_due_and_at_opening_when_waited_for() -> None:
    assert due("1 business day", "2026-07-01T16:00") == at("2026-07-02T17:30")
    assert after("1 business day", "2026-07-01T16:00") == at("2026-07-02T07:30")
    assert due("2 business days", "2026-07-01T16:00") == at("2026-07-03T16:30")  # Fridays close earlier


def test_a_notice_mailed_before_independence_day_runs_over_it() -> None:
    assert district().business_days_after(date(2025, 7, 2), 7) == date(2025, 7, 14)


def test_hours_elapse_in_real_time_over_the_change_to_summer_time() -> None:
    assert due("12 hours", "2026-03-07T20:00") == at("2026-03-08T09:00")
    assert due("12 hours", "2026-10-31T20:00") == at("2026-11-01T07:00")
    assert due("30 minutes", "2026-07-01T23:45") == at("2026-07-02T00:15")


@pytest.mark.parametrize(
    ("words", "start", "end"),
    [
        ("4 business hours", "2026-07-01T08:00", "2026-07-01T12:00"),
        ("4 business hours", "2026-07-03T15:30", "2026-07-06T10:30"),  # one hour on Friday, three on Monday
        ("4 business hours", "2026-07-04T12:00", "2026-07-06T11:30"),
        ("1 business hour", "2026-07-01T16:30", "2026-07-01T17:30"),
        ("1 business hour", "2026-07-01T05:00", "2026-07-01T08:30"),
        ("20 business hours", "2026-07-01T07:30", "2026-07-02T17:30"),
        ("4 business hours", "2026-11-25T16:30", "2026-11-30T10:30"),  # over Thanksgiving
    ],
)
def test_business_hours_count_while_the_office_is_open(words: str, start: str, end: str) -> None:
    assert due(words, start) == at(end)


def test_sixty_full_days_of_delinquency_allow_the_61st_day_after_the_due_date() -> None:
    due_date = date(2026, 5, 1)
    delinquent_since = due_date + timedelta(days=1)
    earliest = first_day_after(Duration.parse("60 full days"), delinquent_since, district())
    assert earliest == due_date + timedelta(days=61)


@pytest.mark.parametrize(
    ("words", "since", "earliest"),
    [
        ("15 days", date(2026, 7, 1), date(2026, 7, 16)),
        ("7 business days", date(2026, 7, 1), date(2026, 7, 10)),
        ("48 hours", date(2026, 7, 1), date(2026, 7, 4)),
        ("12 months", date(2026, 7, 1), date(2027, 7, 1)),
    ],
)
def test_a_law_leaves_the_first_day_out_and_may_end_on_the_day_asked_for(
    words: str, since: date, earliest: date
) -> None:
    assert first_day_after(Duration.parse(words), since, district()) == earliest


def test_the_next_shut_off_day_skips_weekends_and_both_kinds_of_holiday() -> None:
    assert district().next_shut_off_day(date(2026, 2, 12)) == date(2026, 2, 13)
    assert district().next_shut_off_day(date(2026, 2, 14)) == date(2026, 2, 18)  # Presidents' Day, Lunar New Year
    assert district().next_shut_off_day(date(2026, 7, 1)) == date(2026, 7, 1)


@given(days, st.integers(1, 80))
@example(date(2025, 12, 24), 1)
def test_the_nth_business_day_is_found_by_counting_them_one_by_one(day: date, count: int) -> None:
    found = district().business_days_after(day, count)
    passed = [day + timedelta(days=n) for n in range(1, (found - day).days + 1)]
    assert district().is_business_day(found)
    assert sum(map(district().is_business_day, passed)) == count
    assert district().business_days_between(day, found) == count


@given(days)
def test_a_shut_off_day_is_a_business_day(day: date) -> None:
    assert district().is_business_day(day) or not district().is_shut_off_day(day)
    assert district().is_open(day) or not district().is_business_day(day)


@given(moments, st.integers(1, 100))
@example(datetime(2026, 3, 8, 9, 59, tzinfo=UTC), 1)
@example(datetime(2026, 11, 1, 8, 30, tzinfo=UTC), 1)
def test_days_are_never_counted_in_hours(start: datetime, count: int) -> None:
    local = start.astimezone(PACIFIC)
    end = district().add(Duration(amount=count, unit=Unit.DAY), start, "after")
    assert end.date() == local.date() + timedelta(days=count)
    assert (end.hour, end.minute) == (7, 30)


@given(moments, st.integers(1, 200))
def test_business_hours_are_as_many_as_the_office_was_open(start: datetime, count: int) -> None:
    end = district().add(Duration(amount=count, unit=Unit.BUSINESS_HOUR), start, "due")
    assert district().open_time_between(start, end) == timedelta(hours=count)
    assert district().is_open_at(end - timedelta(seconds=1))


@given(moments, st.builds(Duration, amount=st.integers(1, 60), unit=st.sampled_from(Unit)))
def test_a_span_ends_later_for_who_starts_later(start: datetime, duration: Duration) -> None:
    sooner = district().add(duration, start, "due")
    assert sooner > start
    assert district().add(duration, start + timedelta(hours=7), "due") >= sooner


@given(moments, st.integers(1, 500))
def test_hours_are_exactly_so_many_seconds(start: datetime, count: int) -> None:
    end = district().add(Duration(amount=count, unit=Unit.HOUR), start, "after")
    assert end.astimezone(UTC) - start == timedelta(hours=count)


def test_open_time_is_none_when_the_end_comes_first() -> None:
    assert district().open_time_between(at("2026-07-02T12:00"), at("2026-07-01T12:00")) == timedelta()


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(CalendarError, match="without a zone"):
        district().add(Duration.parse("1 day"), datetime(2026, 7, 1), "due")  # noqa: DTZ001


def test_days_far_outside_the_listed_years_are_refused_and_near_ones_go_by_weekday() -> None:
    assert not district().covers(date(2029, 7, 4))
    assert district().is_business_day(date(2029, 7, 4))
    with pytest.raises(CalendarError, match="lists the years 2023 to 2028"):
        district().business_days_after(date(2028, 1, 1), 90_000)
    with pytest.raises(CalendarError, match="lie too far outside"):
        district().business_days_after(date(1950, 1, 1), 1)


def test_a_calendar_is_one_json_value() -> None:
    assert Calendar.model_validate(district().model_dump(mode="json", by_alias=True)) == district()
    assert len({district(), Calendar.model_validate(district().model_dump())}) == 1


def test_a_day_can_have_other_hours() -> None:
    text = (
        FILE.read_text() + "  - {date: 2028-12-22, name: Inventory, office: open, shut-off: no, hours: 10:00-12:00}\n"
    )
    calendar, problems = load_model(load(text, "district.yaml"), Calendar)
    assert problems == []
    assert calendar is not None
    assert calendar.closing(date(2028, 12, 22)).hour == 12


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("America/Los_Angeles", "Pacific", 'no time zone is called "Pacific"; write one such as America/Los_Angeles'),
        (
            "monday: 7:30-17:30",
            "monday: 7-17",
            '"7-17" are no office hours; write two times of the day, such as "7:30-17:30"',
        ),
        ("monday: 7:30-17:30", "monday: 17:30-7:30", "the office closes at 07:30, which is not after 17:30"),
        ("  monday:", "  mondy:", 'no value here is called "mondy"; "monday" is near'),
        ("last-year: 2028", "last-year: 2027", "2028-01-17 is not in the years 2023 to 2027"),
        ("last-year: 2028", "last-year: 2022", "the last year comes before the first"),
        ("2023-01-16", "2023-01-02", "2023-01-02 is listed twice"),
        ("2023-01-16", "16 January", '"16 January" stands where a date such as 2026-07-03 belongs'),
        (
            "Juneteenth, office: closed",
            "Juneteenth, office: closd",
            'no value here is called "closd"; "closed" is near',
        ),
        (
            "Juneteenth, office: closed",
            "Juneteenth, office: closed, hours: 8:00-9:00",
            "a day on which the office is closed has no hours",
        ),
    ],
)
def test_a_wrong_calendar_is_told_what_would_be_right(old: str, new: str, sentence: str) -> None:
    _, problems = load_model(load(FILE.read_text().replace(old, new, 1), "district.yaml"), Calendar)
    assert problems[0].message == sentence


def test_an_office_open_on_no_weekday_is_refused() -> None:
    values = district().model_dump() | {"office_hours": {"saturday": "8:00-12:00"}, "days": []}
    with pytest.raises(ValueError, match="open on no day from Monday to Friday"):
        Calendar.model_validate(values)


def test_hours_read_back_from_their_words() -> None:
    assert Hours.parse(str(Hours.parse("07:30 – 17:05"))) == Hours.parse("7:30-17:05")
    with pytest.raises(HoursError):
        Hours.parse("24:00-25:00")


def test_a_misspelt_weekday_is_shown_at_its_key() -> None:
    text = FILE.read_text().replace("  monday:", "  mondy:")
    _, problems = load_model(load(text, "district.yaml"), Calendar)
    assert (problems[0].column, problems[0].path) == (3, "office-hours/mondy")
