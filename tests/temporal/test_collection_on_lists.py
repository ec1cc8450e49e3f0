"""The shipped collection, from the aging run to its first list, on a real server."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from books import ACCOUNT, account
from desk import LONG_AGO, Desk
from sqlmodel import select

from activities.delivery import to_account
from activities.releasing import Releasing
from activities.running import Running
from activities.world import World
from store.clock import Clock, set_clock
from store.ledger import bill_entry, payment_entry, post
from store.publishing import publish_compiled
from store.queries.lists import begin_release, waiting_lines
from store.tables.cases import CaseRow, ListLine
from store.tables.lists import ReleaseLine
from store.tables.utility import Bill, Payment
from tests.shipped import shipped
from worker.run import working
from workflows import client
from workflows.machine.events import LineDecided, Message

WEDNESDAY = datetime(2026, 9, 16, 16, tzinfo=UTC)  #: nine o'clock at the district
OTHER = "10-000002"


def stand(world: World, at: datetime) -> None:
    """The district's clock stands there."""
    with world.store.writing() as session:
        set_clock(session, Clock(real=datetime.now(UTC), district=at, speed=1.0, paused=True))


def paid(world: World, whose: str, amount: str) -> Message:
    """A payment, posted, and what cases hear of it."""
    with world.store.writing() as session:
        payment = Payment(id=f"p-{whose}", account_id=whose, received=WEDNESDAY.date(), amount_usd=Decimal(amount))
        session.add(payment)
        session.flush()
        post(session, [payment_entry(payment, WEDNESDAY)])
    return Message(name="payment-received", data={"payment": "p", "amount": amount, "received": "2026-09-16"})


@pytest.fixture
def past_due(world: World) -> World:
    """Two accounts that owe since the summer, at the shipped district."""
    stand(world, WEDNESDAY)
    with world.store.writing() as session:
        account(session, OTHER)
        publish_compiled(session, shipped("collection"), source="", by="author", at=LONG_AGO)
        for number in (1, 2):
            bill = Bill(
                id=f"b-{number}",
                account_id=f"10-{number:06d}",
                meter_id=f"m-{number:06d}",
                period_start=WEDNESDAY.date() - timedelta(days=120),
                period_end=WEDNESDAY.date() - timedelta(days=60),
                days=60,
                read_ccf=Decimal(10),
                use_ccf=Decimal(10),
                amount_usd=Decimal("184.10"),
                mailed=WEDNESDAY.date() - timedelta(days=55),
                due=WEDNESDAY.date() - timedelta(days=25),
            )
            session.add(bill)
            session.flush()
            post(session, [bill_entry(bill, WEDNESDAY)])
    return world


def lines(world: World) -> dict[str, ListLine]:
    """The lines of all lists, by account."""
    with world.store.reading() as session:
        return {str(line.account_id): line for line in session.exec(select(ListLine))}


async def test_the_aging_run_brings_two_accounts_to_the_reminder_list_and_a_payment_one_of_them_off(
    past_due: World,
) -> None:
    world, desk = past_due, Desk(world=past_due, now=past_due.now)
    async with working(world, sandboxed=True):
        assert await Running(world).make_due() == 2
        listed = lines(world)
        assert {whose: (line.list_name, line.status) for whose, line in listed.items()} == {
            ACCOUNT: ("reminder", "waiting"),
            OTHER: ("reminder", "waiting"),
        }
        assert listed[ACCOUNT].columns["collectable"] == "184.10"
        assert "collectable 184.10" in listed[ACCOUNT].why[0]["says"]

        with world.store.writing() as session:
            release = begin_release(
                session,
                "reminder",
                waiting_lines(session, "reminder"),
                day=WEDNESDAY.date(),
                per_day=None,
                by="lead",
                approved_by=("lead",),
                at=WEDNESDAY,
            )
        await to_account(world, OTHER, paid(world, OTHER, "184.10"), name="paid", at=WEDNESDAY, quiet=True)
        assert await Releasing.in_world(world).go_on() == 2
        with world.store.reading() as session:
            collections = select(CaseRow).where(CaseRow.definition == "collection")
            rows = session.exec(select(ReleaseLine).where(ReleaseLine.release_id == release.id)).all()
            cases = {str(row.account_id): row for row in session.exec(collections)}
        ends = {row.line_id: row.status for row in rows}
        assert ends == {listed[ACCOUNT].id: "released", listed[OTHER].id: "gone"}
        assert not cases[OTHER].state.startswith("ladder")
        assert "line released" in desk.steps(cases[ACCOUNT].id)
        assert await Running(world).make_due() == 0


async def test_a_line_that_is_taken_off_comes_back_by_the_districts_clock(past_due: World) -> None:
    later = WEDNESDAY + timedelta(days=7)  # ids of cases come from the day, and tests share a server
    stand(past_due, later)
    world, desk = past_due, Desk(world=past_due, now=past_due.now)
    async with working(world, sandboxed=True):
        await Running(world).make_due()
        line = lines(world)[ACCOUNT]
        off = LineDecided(
            state=line.state, decision="excluded", joined=line.joined_step, reason="Payment in the post", by="lead"
        )
        await desk.act(line.case_id, off, key="off", by="lead")
        gone = lines(world)[ACCOUNT]
        assert (gone.status, gone.reason) == ("excluded", "Payment in the post")
        assert gone.excluded_until is not None
        stand(world, gone.excluded_until)
        await client.wake(world.client, line.case_id, gone.excluded_until)
        await desk.until(lambda: lines(world)[ACCOUNT].status == "waiting")
        assert desk.steps(line.case_id)[-1] == "line back"
