"""Runs through the accounts: on its days the district looks who is past due, and lets an event open what is to be opened.

A run is found in SQL, goes on where it was cut off, and may be made twice: the event has the run's name and day, so that it
opens the same case, and an account with an open case of that type is passed over.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlmodel import Session

from activities import delivery
from activities.facts import read_facts
from activities.openings import NotPublishedError
from activities.published import in_effect
from activities.world import World
from definitions.catalogue.facts import FACTS
from definitions.language.calendars import Calendar
from definitions.language.compiled import Compiled
from definitions.language.expressions import Environment, Expression, ExpressionFailedError
from definitions.language.pack import AccountRun
from definitions.language.schemas import schema_of
from store.queries.runs import next_accounts, payments_imported_since, run_of, with_open_case
from store.tables.runs import AccountRun as RunRow
from workflows.machine.case import Case
from workflows.machine.errors import Refused
from workflows.machine.events import Message
from workflows.messages import HEADGATE

BATCH = 200
AT_ONCE = 20
LATE = timedelta(days=31)  #: so long after its date a yearly run is still made


@dataclass(frozen=True, kw_only=True)
class Planned:
    """A run of the district with what it leans on."""

    name: str
    run: AccountRun
    on: Compiled  #: a definition that the event opens, with the district's settings
    opens: tuple[str, ...]  #: every case type that it opens
    when: Expression | None
    facts: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Found:
    """An account that the run's event is for."""

    account: str
    facts: dict[str, Any]  #: by which it was found
    open_case: str | None  #: that it has already


class Running:
    """Makes the district's runs on their days."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def make_due(self) -> int:
        """How many accounts were looked at by runs whose time has come."""
        looked_at = 0
        for planned, day in await asyncio.to_thread(self._due):
            looked_at += await self.make(planned, day)
        return looked_at

    async def make(self, planned: Planned, day: date) -> int:
        """How many accounts this run has looked at on this day, from where it was cut off to its end."""
        looked_at = 0
        await asyncio.to_thread(self._begin, planned.name, day)
        while True:
            reached, accounts, found = await asyncio.to_thread(self._batch, planned, day)
            if reached is None:
                await asyncio.to_thread(self._end, planned.name, day)
                return looked_at
            limit = asyncio.Semaphore(AT_ONCE)
            fresh = [each for each in found if each.open_case is None]
            opened = await asyncio.gather(*(self._tell(planned, day, each.account, limit) for each in fresh))
            await asyncio.to_thread(self._reach, planned.name, day, reached, accounts, opened)
            looked_at += accounts

    async def _tell(self, planned: Planned, day: date, account: str, limit: asyncio.Semaphore) -> bool:
        """Whether the event opened a case."""
        event = Message(name=planned.run.event, data={}, by=HEADGATE)
        async with limit:
            try:
                told = await delivery.to_account(
                    self._world, account, event, name=f"run:{planned.name}:{day}", at=self._world.now(), quiet=True
                )
            except (Refused, NotPublishedError):
                return False
        return bool(told.opened)

    def _due(self) -> list[tuple[Planned, date]]:
        with self._world.store.reading() as session:
            at = self._world.now()
            return [(planned, day) for planned in runs(session, at) if (day := due(session, planned, at)) is not None]

    def _begin(self, name: str, day: date) -> None:
        with self._world.store.writing() as session:
            if run_of(session, name, day) is None:
                session.add(RunRow(name=name, day=day, started_at=self._world.now()))

    def _batch(self, planned: Planned, day: date) -> tuple[str | None, int, list[Found]]:
        with self._world.store.reading() as session:
            row = run_of(session, planned.name, day)
            return batch(session, planned, row.reached if row else None, self._world.now())

    def _reach(self, name: str, day: date, reached: str, accounts: int, opened: Sequence[bool]) -> None:
        with self._world.store.writing() as session:
            row = session.get_one(RunRow, (name, day))
            row.reached = reached
            row.looked_at += accounts
            row.opened += sum(opened)
            row.refused += len(opened) - sum(opened)
            session.add(row)

    def _end(self, name: str, day: date) -> None:
        with self._world.store.writing() as session:
            row = session.get_one(RunRow, (name, day))
            row.ended_at = row.ended_at or self._world.now()
            session.add(row)


def runs(session: Session, at: datetime) -> list[Planned]:
    """The district's runs that open something, as the definitions in effect have them."""
    found: dict[str, Planned] = {}
    published = in_effect(session, at)
    environment = Environment(facts=schema_of({name: fact.field for name, fact in FACTS.items()}))
    for on in published:
        for name, run in on.district.runs.items():
            if run.event not in on.definition.opens_on or name in found:
                continue
            when = environment.compile(run.when) if run.when is not None else None
            asked = {each.split(".")[1] for each in when.names if each.startswith("facts.")} if when else set()
            found[name] = Planned(
                name=name,
                run=run,
                on=on,
                opens=tuple(each.definition.case for each in published if run.event in each.definition.opens_on),
                when=when,
                facts=tuple(sorted(asked)),
            )
    return [found[name] for name in sorted(found)]


def due(session: Session, planned: Planned, at: datetime) -> date | None:
    """The day for which the run is to be made or gone on with now; None when it is not its time, or was made."""
    calendar, run = planned.on.calendar, planned.run
    today = at.astimezone(calendar.zone).date()
    day = _day(run, calendar, today)
    if day is None:
        return None
    row = run_of(session, planned.name, day)
    if row is not None:
        return None if row.ended_at is not None else day
    if run.after == "opening":
        opens = calendar.opening(today) if calendar.is_open(today) else _midnight(calendar, today)
        return day if at >= opens else None
    return day if payments_imported_since(session, _midnight(calendar, today).astimezone(UTC)) else None


def batch(session: Session, planned: Planned, after: str | None, at: datetime) -> tuple[str | None, int, list[Found]]:
    """The last account of the next batch (None when there are no more), how many it has, and for whom the event is."""
    accounts = next_accounts(session, after, owing=planned.run.accounts == "owing", limit=BATCH)
    if not accounts:
        return None, 0, []
    return accounts[-1], len(accounts), found_among(session, planned, accounts, at)


def found_among(session: Session, planned: Planned, accounts: Sequence[str], at: datetime) -> list[Found]:
    """Those of the accounts that the run's event is for, in their order."""
    open_cases = with_open_case(session, accounts, planned.opens)
    found = []
    for account in accounts:
        facts = _facts(session, planned, account, at)
        if _holds(planned, facts, at):
            found.append(Found(account=account, facts=facts, open_case=open_cases.get(account)))
    return found


def _facts(session: Session, planned: Planned, account: str, at: datetime) -> dict[str, Any]:
    definition = planned.on.definition.case
    nobody = Case(id="", definition=definition, version=planned.on.version, account=account, opened_at=at, at=at)
    return read_facts(session, account, planned.facts, nobody, at)


def _holds(planned: Planned, facts: dict[str, Any], at: datetime) -> bool:
    if planned.when is None:
        return True
    try:
        return planned.when.holds({}, facts, at=at)
    except ExpressionFailedError:
        return False


def _day(run: AccountRun, calendar: Calendar, today: date) -> date | None:
    if run.yearly is None:
        return today if run.every == "day" or calendar.is_business_day(today) else None
    month, _, day = run.yearly.partition("-")
    this_year = date(today.year, int(month), 1) + timedelta(days=int(day) - 1)
    return this_year if this_year <= today <= this_year + LATE else None


def _midnight(calendar: Calendar, day: date) -> datetime:
    return datetime.combine(day, time.min, calendar.zone)
