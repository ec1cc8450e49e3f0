"""A stretch of the district's life: every day its mail, its lists, its payments, its calls and its cases."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from random import Random

from sqlalchemy import select, update
from sqlmodel import col

from definitions.language.calendars import Calendar
from headgate.simulation.callers import Callers
from headgate.simulation.customers import Customers
from headgate.simulation.office import Office
from headgate.simulation.staff import Staff, scripts_in
from store.clock import Clock, set_clock
from store.engine import Store
from store.tables.base import table_of
from store.tables.papers import Letter
from workflows.machine.events import Message

BACKLOG = timedelta(days=2)  #: how long nobody has worked when the time is over: there is something to do then

Progress = Callable[[int, int], None]


class Simulation:
    """The district from one morning to another. The books then hold what would have happened."""

    def __init__(
        self,
        store: Store,
        definitions: Path,
        calendar: Calendar,
        *,
        begin: date,
        end: date,
        people: Mapping[str, tuple[str, ...]],
        most_a_week: int | None = None,
        seed: int = 1,
    ) -> None:
        self.calendar = calendar
        self.zone = calendar.zone
        self.store = store
        self.begin, self.end = begin, end
        chance = Random(f"simulation {seed}")  # noqa: S311 - a simulation draws lots, it guards nothing
        self.office = Office(store, self._at(begin, time.min))
        self.customers = Customers(self.office, self.zone, chance)
        self.callers = Callers(self.office, self.zone, chance, most_a_week)
        self.staff = Staff(self.office, people, scripts_in(definitions), chance, self._at(end, time.min) - BACKLOG)
        self.office.watchers.append(self.staff)

    def run(self, progress: Progress = lambda done, total: None) -> None:
        """Lives through each day from the first to the one before the last."""
        days = (self.end - self.begin).days
        for number in range(days):
            day = self.begin + timedelta(days=number)
            self._stand_at(day)
            self.customers.day(day)
            if self.calendar.is_business_day(day):
                self.callers.day(day)
                opens = self.calendar.opening(day)
                self.office.note(opens + timedelta(hours=1), partial(self.staff.release_lists, self.end - day))
                self.office.note(opens + timedelta(hours=8), partial(self._mail, day))
            self.office.until(self._at(day + timedelta(days=1), time.min))
            progress(number + 1, days)

    def _stand_at(self, day: date) -> None:
        """The district's clock stands at the day's noon, for what looks at it."""
        with self.store.writing() as session:
            now = self._at(day, time(12)).astimezone(UTC)
            set_clock(session, Clock(real=datetime.now(UTC), district=now, speed=1.0, paused=True))

    def _mail(self, day: date) -> None:
        """Everything that is queued is printed and goes to the post."""
        with self.store.writing() as session:
            waiting = select(Letter).where(col(Letter.status) == "queued", col(Letter.delivery) == "mail")
            queued = list(session.execute(waiting).scalars())
            ids = [letter.id for letter in queued]
            mailed = update(table_of(Letter)).where(col(Letter.id).in_(ids))
            session.connection().execute(
                mailed.values(status="mailed", printed_at=self.office.now, mailed_on=day, told_on=day)
            )
        for letter in queued:
            data = {"template": letter.template, "mailed": day.isoformat(), "languages": letter.language}
            self.office.take(letter.case_id, Message(name="letter-mailed", data=data, by="lead"))
            self.customers.mailed(letter, day)

    def _at(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, self.zone)
