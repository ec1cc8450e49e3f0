"""The district's calendar: when its office is open, when it may shut off water, and when a span of time ends.

A calendar is the district's own document (Gov. Code 6700(a)(17)(B): an appointed holiday binds a district only once its
board adopts it). It knows two kinds of special day: *office closed* (no business day, no shut-off) and *legal holiday,
office open* (a business day, but no shut-off; Gov. Code 60374).
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from definitions.language import counting
from definitions.language.durations import ELAPSING, Duration, Unit
from definitions.language.hours import Hours
from definitions.language.problems import AuthorError
from definitions.language.sentences import say

Purpose = Literal["due", "after"]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]

WEEKDAYS: Final[tuple[Weekday, ...]] = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)
_SATURDAY: Final = 5
_MARGIN_YEARS: Final = 15  # how far days are counted beyond the listed years, by weekdays alone


class CalendarError(ValueError):
    """A time has no zone, or a day lies too far outside the years that the calendar lists."""


class _Text(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, alias_generator=lambda name: name.replace("_", "-"), validate_by_name=True
    )


class Adoption(_Text):
    """Who adopted the calendar, and when: without it the days bind nobody."""

    by: str = Field(description="Who adopted it: the board, and how it voted.")
    resolution: str = Field(description="The number of the resolution.")
    on: date = Field(description="The day on which it was adopted.")


Day = date  # a field called `date` hides the type


class SpecialDay(_Text):
    """A day on which the office is closed, keeps other hours, or does not shut off water."""

    date: Day = Field(description="The day.")
    name: str = Field(description="What people call it.")
    office: Literal["closed", "open"] = Field(
        description="Whether the office works; when it is open, it is a business day."
    )
    shut_off: Literal["no"] = Field(
        "no", description="No special day allows a shut-off; written out where the office is open."
    )
    hours: Hours | None = Field(None, description="The office's hours on this day, where they differ.")
    resolution: str | None = Field(
        None, description="The resolution, where another than the calendar's own adopted it."
    )

    @model_validator(mode="after")
    def _hours_of_an_open_office(self) -> "SpecialDay":
        if self.hours is not None and self.office == "closed":
            raise AuthorError(say("a day on which the office is closed has no hours"), at=("hours",))
        return self


class Calendar(_Text):
    """A district's calendar of business, adopted by its board; all its functions are pure and in the district's zone."""

    calendar: str = Field(description="The name by which definitions call it.")
    title: str = Field(description="What people read.")
    time_zone: str = Field(description="An IANA zone, such as America/Los_Angeles.")
    adopted: Adoption = Field(description="Who adopted it, and when.")
    first_year: int = Field(description="The first year whose special days are listed.")
    last_year: int = Field(description="The last year whose special days are listed.")
    office_hours: Mapping[Weekday, Hours] = Field(
        min_length=1, description="When the office is open, by day of the week: `monday: 7:30-17:30`."
    )
    days: tuple[SpecialDay, ...] = Field(description="The special days.")

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise AuthorError(
                say('no time zone is called "%(name)s"; write one such as America/Los_Angeles', name=name)
            ) from None
        return name

    @model_validator(mode="after")
    def _each_day_once_within_the_years(self) -> "Calendar":
        if self.last_year < self.first_year:
            raise AuthorError(say("the last year comes before the first"), at=("last-year",))
        if not any(name in self.office_hours for name in WEEKDAYS[:_SATURDAY]):
            raise AuthorError(say("the office is open on no day from Monday to Friday"), at=("office-hours",))
        seen: set[date] = set()
        for index, special in enumerate(self.days):
            if not self.covers(special.date):
                message = say(
                    "%(date)s is not in the years %(first_year)s to %(last_year)s",
                    date=str(special.date),
                    first_year=self.first_year,
                    last_year=self.last_year,
                )
                raise AuthorError(message, at=("days", index, "date"))
            if special.date in seen:
                raise AuthorError(say("%(date)s is listed twice", date=str(special.date)), at=("days", index, "date"))
            seen.add(special.date)
        return self

    # -- what a day is

    def covers(self, day: date) -> bool:
        """Whether the calendar lists the special days of the day's year; outside, weekdays alone decide."""
        return self.first_year <= day.year <= self.last_year

    def special(self, day: date) -> SpecialDay | None:
        """What the calendar lists for the day."""
        return self._special.get(day)

    def hours(self, day: date) -> Hours | None:
        """The office's hours on the day, or None when it is closed."""
        special = self._special.get(day)
        if special is not None:
            if special.office == "closed":
                return None
            if special.hours is not None:
                return special.hours
        return self._weekly[day.weekday()]

    def is_open(self, day: date) -> bool:
        """Whether the office is open at some time of the day."""
        return self.hours(day) is not None

    def is_open_at(self, moment: datetime) -> bool:
        """Whether the office is open at the moment; it is closed at its closing time."""
        local = self._local(moment)
        hours = self.hours(local.date())
        return hours is not None and hours.opens <= local.time() < hours.closes

    def is_business_day(self, day: date) -> bool:
        """Whether the day is from Monday to Friday and the office is open."""
        return day.weekday() < _SATURDAY and self.hours(day) is not None

    def is_shut_off_day(self, day: date) -> bool:
        """Whether water may be shut off for nonpayment on the day, as far as the calendar goes.

        From Monday to Friday, no legal holiday, office open. Source: Gov. Code 60374."""
        return day not in self._special and self.is_business_day(day)

    # -- counting whole days, for laws

    def business_days_after(self, day: date, count: int) -> date:
        """The count-th business day after the day, which is itself left out; the day itself for a count of 0."""
        return day if count == 0 else self._nth(self._business_days, day, count)

    def business_days_between(self, start: date, end: date) -> int:
        """How many business days lie after the start, up to and with the end."""
        days = self._business_days
        return bisect_right(days, end.toordinal()) - bisect_right(days, start.toordinal())

    def next_shut_off_day(self, day: date) -> date:
        """The first day on or after this one on which water may be shut off, as far as the calendar goes."""
        while not self.is_shut_off_day(day):
            day += timedelta(days=1)
        return day

    # -- when a span ends, for timers and due times

    def opening(self, day: date) -> datetime:
        """The opening time on the day, or the usual one on a day when the office is closed."""
        return datetime.combine(day, (self.hours(day) or self._usual).opens, self.zone)

    def closing(self, day: date) -> datetime:
        """The closing time on the day, or the usual one on a day when the office is closed."""
        return datetime.combine(day, (self.hours(day) or self._usual).closes, self.zone)

    def add(self, duration: Duration, start: datetime, purpose: Purpose) -> datetime:
        """When a span that begins at the start ends, in the district's zone.

        `n days` (weeks, months, years) is that civil date at the opening hour, full days begin with the first whole one;
        `n business days` is the closing time of the n-th business day for `due`, its opening for `after`; hours and minutes
        elapse in real time; business hours count only while the office is open. Raises CalendarError for a naive start."""
        local = self._local(start)
        seconds = ELAPSING.get(duration.unit)
        if seconds is not None:
            return (local.astimezone(UTC) + timedelta(seconds=seconds * duration.amount)).astimezone(self.zone)
        if duration.unit is Unit.BUSINESS_DAY:
            day = self._nth(self._business_days, local.date(), duration.amount)
            return self.closing(day) if purpose == "due" else self.opening(day)
        if duration.unit is Unit.BUSINESS_HOUR:
            return self._after_open_time(local, timedelta(hours=duration.amount))
        whole = 1 if duration.unit is Unit.FULL_DAY else 0
        return self.opening(_civil(duration, local.date()) + timedelta(days=whole))

    def open_time_between(self, start: datetime, end: datetime) -> timedelta:
        """For how long the office was open between two moments; nothing when the end is not after the start."""
        start, end = self._local(start), self._local(end)
        total = timedelta()
        index = bisect_left(self._open_days, start.toordinal())
        for ordinal in self._open_days[index:]:
            if ordinal > end.toordinal():
                break
            opens, closes = self._open_utc(date.fromordinal(ordinal))
            total += max(timedelta(), min(closes, end.astimezone(UTC)) - max(opens, start.astimezone(UTC)))
        return total

    def _after_open_time(self, local: datetime, remaining: timedelta) -> datetime:
        moment = local.astimezone(UTC)
        days = self._open_days
        for index in range(bisect_left(days, local.toordinal()), len(days)):
            opens, closes = self._open_utc(date.fromordinal(days[index]))
            begins = max(opens, moment)
            if begins + remaining <= closes:
                return (begins + remaining).astimezone(self.zone)
            remaining -= max(timedelta(), closes - begins)
        raise self._too_far(local.date())

    def _open_utc(self, day: date) -> tuple[datetime, datetime]:
        return self.opening(day).astimezone(UTC), self.closing(day).astimezone(UTC)

    def _nth(self, days: tuple[int, ...], day: date, count: int) -> date:
        index = bisect_right(days, day.toordinal()) + count - 1
        if not days[0] <= day.toordinal() or not 0 <= index < len(days):
            raise self._too_far(day)
        return date.fromordinal(days[index])

    def _too_far(self, day: date) -> CalendarError:
        return CalendarError(
            say(
                "the calendar %(calendar)s lists the years %(first_year)s to %(last_year)s; days "
                "counted from %(day)s lie too far outside",
                calendar=self.calendar,
                first_year=self.first_year,
                last_year=self.last_year,
                day=str(day),
            )
        )

    def _local(self, moment: datetime) -> datetime:
        if moment.tzinfo is None:
            raise CalendarError(say("a time without a zone means nothing to a calendar"))
        return moment.astimezone(self.zone)

    # -- computed once for each calendar

    @cached_property
    def zone(self) -> ZoneInfo:
        """The district's time zone."""
        return ZoneInfo(self.time_zone)

    @cached_property
    def _special(self) -> dict[date, SpecialDay]:
        return {special.date: special for special in self.days}

    @cached_property
    def _weekly(self) -> tuple[Hours | None, ...]:
        return tuple(self.office_hours.get(name) for name in WEEKDAYS)

    @cached_property
    def _usual(self) -> Hours:
        return next(hours for hours in self._weekly if hours is not None)

    @cached_property
    def _open_days(self) -> tuple[int, ...]:
        first = date(self.first_year - _MARGIN_YEARS, 1, 1).toordinal()
        last = date(self.last_year + _MARGIN_YEARS, 12, 31).toordinal()
        return tuple(n for n in range(first, last + 1) if self.is_open(date.fromordinal(n)))

    @cached_property
    def _business_days(self) -> tuple[int, ...]:
        return tuple(n for n in self._open_days if (n - 1) % 7 < _SATURDAY)  # ordinal 1 was a Monday

    def __hash__(self) -> int:
        return hash((self.calendar, self.adopted.resolution, self.first_year, self.last_year))


def _civil(duration: Duration, day: date) -> date:
    """The civil date so many days, weeks, months or years on; a day that a month lacks becomes its last."""
    if duration.unit in (Unit.DAY, Unit.FULL_DAY):
        return counting.days_later(day, duration.amount)
    if duration.unit is Unit.WEEK:
        return counting.weeks_later(day, duration.amount)
    return counting.months_later(day, duration.amount * (12 if duration.unit is Unit.YEAR else 1))
