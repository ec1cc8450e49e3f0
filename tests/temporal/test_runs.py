"""Runs through the accounts: on its days the district opens a case for whoever is past due, once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from books import account
from desk import Desk
from sqlmodel import select

from activities.running import Running, batch, due, runs
from activities.world import World
from store.clock import Clock, set_clock
from store.ledger import bill_entry, post
from store.queries.runs import run_of
from store.tables.cases import CaseRow
from store.tables.imports import ImportRun
from store.tables.runs import AccountRun
from store.tables.utility import Bill
from worker.run import working

MONDAY = datetime(2026, 6, 29, 15, 30, tzinfo=UTC)  #: 8:30 at the district


def stand(world: World, at: datetime) -> None:
    """The district's clock stands there."""
    with world.store.writing() as session:
        set_clock(session, Clock(real=datetime.now(UTC), district=at, speed=1.0, paused=True))


def owing(world: World, number: int, amount: str, *, kind: str = "residential", days: int = 40) -> None:
    """An account that owes this much, due so many days ago."""
    day = MONDAY.date() - timedelta(days=days)
    with world.store.writing() as session:
        if number > 1:
            account(session, f"10-{number:06d}", account_class=kind)
        bill = Bill(
            id=f"b-{number}",
            account_id=f"10-{number:06d}",
            meter_id=f"m-{number:06d}",
            period_start=day - timedelta(days=80),
            period_end=day - timedelta(days=30),
            days=50,
            read_ccf=Decimal(10),
            use_ccf=Decimal(10),
            amount_usd=Decimal(amount),
            mailed=day - timedelta(days=25),
            due=day,
        )
        session.add(bill)
        session.flush()
        post(session, [bill_entry(bill, MONDAY)])


def opened(world: World) -> dict[str, str]:
    """Accounts with a case, and how it stands."""
    with world.store.reading() as session:
        return {str(row.account_id): row.status for row in session.exec(select(CaseRow))}


def imported(world: World, at: datetime) -> None:
    """A file of payments was imported."""
    with world.store.writing() as session:
        session.add(
            ImportRun(id="i-1", kind="payments", file_name="x", file_digest="x", started_at=at, ended_at=at, by="bank")
        )


async def test_a_run_opens_a_case_for_each_account_past_due_and_none_twice(world: World) -> None:
    stand(world, MONDAY)
    desk = Desk(world=world, now=world.now)
    owing(world, 1, "84.10")
    owing(world, 2, "12.00")  # below the least that is collected
    owing(world, 3, "500.00", kind="commercial")
    owing(world, 4, "60.00", days=-10)  # not due yet
    owing(world, 5, "60.00")
    running = Running(world)
    async with working(world, sandboxed=True):
        assert await running.make_due() == 5
        assert opened(world) == {"10-000001": "open", "10-000005": "open"}
        with world.store.reading() as session:
            made = run_of(session, "aging", date(2026, 6, 29))
        assert made is not None
        assert (made.looked_at, made.opened, made.refused, made.ended_at) == (5, 2, 0, MONDAY)
        assert await running.make_due() == 0  # once a day

        stand(world, MONDAY + timedelta(days=1))
        assert await running.make_due() == 5
        assert len(opened(world)) == 2  # whoever has an open case gets no second one
        [case] = [row.id for row in _cases(world) if row.account_id == "10-000001"]
        await desk.send(case, "paid")
        stand(world, MONDAY + timedelta(days=2))
        await running.make_due()
        assert len(_cases(world)) == 3  # still past due, and nothing open: a new one


async def test_a_run_that_was_cut_off_goes_on_and_opens_nothing_twice(world: World) -> None:
    later = MONDAY + timedelta(days=14)  # ids of cases come from the day, and tests share a server
    stand(world, later)
    owing(world, 1, "84.10")
    owing(world, 2, "84.10")
    with world.store.writing() as session:
        session.add(AccountRun(name="aging", day=later.date(), started_at=later, reached="10-000001"))
    async with working(world, sandboxed=True):
        assert await Running(world).make_due() == 1
        assert opened(world) == {"10-000002": "open"}
        with world.store.writing() as session:  # it was told, and the worker died before it wrote that down
            row = session.get_one(AccountRun, ("aging", later.date()))
            row.reached, row.ended_at = None, None
            session.add(row)
        assert await Running(world).make_due() == 2
        assert len(_cases(world)) == 2


async def test_a_run_is_made_on_business_days_once_the_office_is_open(world: World) -> None:
    early, saturday = MONDAY.replace(hour=13), MONDAY + timedelta(days=5)
    with world.store.reading() as session:
        aging, roll = runs(session, MONDAY)
        assert (aging.name, roll.name, aging.opens) == ("aging", "roll", ("overdue",))
        assert due(session, aging, early) is None
        assert due(session, aging, MONDAY) == date(2026, 6, 29)
        assert due(session, aging, saturday) is None


async def test_a_yearly_run_waits_for_its_day_and_for_the_days_payments(world: World) -> None:
    first = datetime(2026, 7, 1, 15, 30, tzinfo=UTC)
    with world.store.reading() as session:
        _, roll = runs(session, MONDAY)
        assert due(session, roll, first - timedelta(days=1)) is None
        assert due(session, roll, first) is None
    imported(world, first)
    with world.store.reading() as session:
        assert due(session, roll, first) == date(2026, 7, 1)
    with world.store.writing() as session:
        session.add(AccountRun(name="roll", day=date(2026, 7, 1), started_at=first, ended_at=first))
        session.flush()
        assert due(session, roll, first + timedelta(days=3)) is None


async def test_what_a_run_would_open_is_shown_with_its_facts(world: World) -> None:
    owing(world, 1, "84.10")
    with world.store.reading() as session:
        aging, _ = runs(session, MONDAY)
        reached, looked_at, [found] = batch(session, aging, None, MONDAY)
        assert (reached, looked_at) == ("10-000001", 1)
        assert (found.account, found.facts["past_due"], found.open_case) == ("10-000001", "84.10", None)
        assert batch(session, aging, reached, MONDAY) == (None, 0, [])


def _cases(world: World) -> list[CaseRow]:
    with world.store.reading() as session:
        return list(session.exec(select(CaseRow)))
