"""The shipped collection on a real Temporal server, by the district's clock: the ladder, the lock, the water on again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from books import ACCOUNT
from desk import ACCOUNT as FROZEN
from desk import LONG_AGO, Desk
from sqlmodel import select
from test_complaint_on_temporal import task_of

from activities import files
from activities.files import FolderStore
from activities.world import World
from store.clock import Clock, set_clock
from store.ledger import bill_entry, payment_entry, post
from store.publishing import publish_compiled
from store.tables.papers import Letter
from store.tables.utility import Account, Bill, Payment
from tests.shipped import shipped
from worker.keeping import Keeping
from worker.run import working
from workflows.machine.errors import Barred, Refused
from workflows.machine.events import LineDecided, Message, Outcome

PACIFIC = ZoneInfo("America/Los_Angeles")
DUE = date(2026, 1, 5)


def at(text: str) -> datetime:
    """A time in the district's zone, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=PACIFIC).astimezone(UTC)


class Walk:
    """One collection, and the district's clock."""

    def __init__(self, world: World, desk: Desk, case: str) -> None:
        self.world, self.desk, self.case = world, desk, case
        self.keeping = Keeping(world)
        self._acts = 0

    async def to(self, when: str, state: str | None = None) -> None:
        """The clock is put forward; what is due on the way happens, one by one."""
        stand(self.world, at(when))
        await self.keeping.wake_due()
        if state is not None:
            await self.rests(state)

    async def rests(self, state: str) -> None:
        """Waits until the case rests in a state."""
        for _ in range(400):
            if state in self.desk.case(self.case).state:
                return
            await self.keeping.wake_due()  # one timer may lead to a state whose own has passed already
            await asyncio.sleep(0.05)
        raise AssertionError(f"the case rests in {self.desk.case(self.case).state}, not in {state}")

    async def ends(self, outcome: str) -> None:
        """Waits until the case has closed so."""
        for _ in range(400):
            if self.desk.case(self.case).outcome == outcome:
                return
            await self.keeping.wake_due()
            await asyncio.sleep(0.05)
        raise AssertionError(f"the case rests in {self.desk.case(self.case).state}")

    async def act(self, event: LineDecided | Message | Outcome, by: str) -> None:
        """Somebody acts on the case."""
        self._acts += 1
        await self.desk.act(self.case, event, key=f"{by} {self._acts}", by=by)

    async def release(self) -> None:
        """A lead releases the line."""
        state = self.desk.case(self.case).state
        await self.act(LineDecided(state=str(state), decision="released", by="lead"), "lead")

    async def do(self, task: str, outcome: str, by: str, **form: object) -> None:
        """Somebody completes a task, at the curb after a check."""
        open_ = await task_of(self.desk, self.case, task)
        checked = self.world.now().isoformat()
        await self.act(Outcome(run=open_.run, outcome=outcome, form=form, by=by, checked_at=checked), by)

    async def mail(self, template: str, day: str) -> None:
        """The batch is mailed."""
        await self.desk.until(lambda: self.language(template) is not None)
        data = {"template": template, "mailed": day, "languages": self.language(template)}
        await self.act(Message(name="letter-mailed", data=data, by="finance"), "finance")

    def language(self, template: str) -> str | None:
        """The languages in which the letter was written, once it is."""
        with self.world.store.reading() as session:
            written = session.exec(select(Letter).where(Letter.template == template)).first()
            return written.language if written is not None else None

    async def pay(self, number: str, amount: str, *, told: bool = True) -> None:
        """A payment is posted, and the case is told of it."""
        now = self.world.now()
        paid = Payment(id=number, account_id=ACCOUNT, received=now.date(), amount_usd=Decimal(amount), method="check")
        with self.world.store.writing() as session:
            session.add(paid)
            session.flush()
            post(session, [payment_entry(paid, now)])
        if told:
            await self.act(Message(name="payment-received", data={"amount": amount}, by="finance"), "finance")


def stand(world: World, when: datetime) -> None:
    """Lets the district's clock stand at a moment."""
    with world.store.writing() as session:
        set_clock(session, Clock(real=datetime.now(UTC), district=when, speed=86_400.0, paused=True))


@pytest_asyncio.fixture
async def walk(world: World, tmp_path: Path) -> AsyncIterator[Walk]:
    """A collection of $120 that was due on 5 January 2026."""
    files.use(FolderStore(tmp_path / "files"))
    stand(world, at("2026-01-06 09:00"))
    bill = Bill(
        id="b-late", account_id=ACCOUNT, period_start=date(2025, 10, 10), period_end=date(2025, 12, 8), days=60,
        read_ccf=Decimal(1946), use_ccf=Decimal(20), amount_usd=Decimal("120.00"), mailed=DUE - timedelta(days=25), due=DUE,
    )  # fmt: skip
    with world.store.writing() as session:
        for name in ("collection", "payment-plan", "agency-referral", "lien", "demand", "returned-mail"):
            publish_compiled(session, shipped(name), source="", by="author", at=LONG_AGO)
        session.get_one(Account, ACCOUNT).mailing = None
        session.add(bill)
        session.flush()
        post(session, [bill_entry(bill, LONG_AGO)])
    desk = Desk(world=world, now=world.now)
    async with working(world, sandboxed=True):
        opened = await desk.open("collection", data={"account": FROZEN})
        yield Walk(world, desk, opened.case)
    files.use(None)


async def to_the_truck(walk: Walk) -> None:
    """The ladder until the order is in the truck on Monday 9 March."""
    await walk.rests("reminder-list")
    await walk.release()
    await walk.to("2026-01-22 09:00", "noticed")
    await walk.mail("final-notice", "2026-01-22")
    await walk.do("call", "reached", "rep", policy_offered=True, options_offered=True)
    await walk.to("2026-02-04 09:00", "ageing")
    await walk.to("2026-03-04 08:00", "tag-list")
    await walk.release()
    await walk.do("tagging", "posted", "crew")
    await walk.rests("tagged")
    await walk.to("2026-03-09 08:00", "lock-list")
    await walk.release()
    await walk.rests("locking")


async def test_the_water_is_shut_off_on_the_first_lawful_day_and_on_again_the_day_it_is_paid(walk: Walk) -> None:
    await to_the_truck(walk)
    await walk.to("2026-03-09 10:00")
    await walk.do("locking", "locked", "crew", lock_read="1950", lock_photo="f-lock", at_home="told")
    await walk.rests("locked/")
    await walk.desk.until(lambda: status(walk) == "shut-off")
    await walk.pay("p-1", "199.00")  # the bill, two late fees, the tag, the lock
    await walk.do("confirm-payment", "confirmed", "rep", hours="working", household="low-income")
    await walk.to("2026-03-09 13:00")
    await walk.do("restoring", "restored", "crew", read="1950", lock_found="whole")
    await walk.desk.until(lambda: status(walk) == "active")
    with walk.world.store.reading() as session:
        written = [letter.template for letter in session.exec(select(Letter).order_by(Letter.step_no)).all()]
    assert written == ["reminder", "final-notice", "shut-off-tag", "shut-off-done"]
    assert walk.desk.case(walk.case).incidents == 0


async def test_a_payment_recalls_the_order_and_the_crews_lock_comes_too_late(walk: Walk) -> None:
    await to_the_truck(walk)
    order = await task_of(walk.desk, walk.case, "locking")
    await walk.pay("p-1", "163.00")
    await walk.desk.until(lambda: walk.desk.case(walk.case).outcome == "cured")
    form = {"lock_read": "1950", "lock_photo": "f-lock", "at_home": "nobody"}
    checked = walk.world.now().isoformat()
    with pytest.raises(Refused):
        await walk.act(Outcome(run=order.run, outcome="locked", form=form, by="crew", checked_at=checked), "crew")
    assert status(walk) == "active"


async def test_what_only_the_books_know_stops_the_crew_at_the_curb(walk: Walk) -> None:
    await to_the_truck(walk)
    await walk.pay("p-1", "163.00", told=False)
    with pytest.raises(Barred, match="no longer holds"):
        await walk.do("locking", "locked", "crew", lock_read="1950", lock_photo="f-lock", at_home="nobody")
    assert walk.desk.case(walk.case).state == "ladder/locking"


def status(walk: Walk) -> str:
    """What the account book says of the service."""
    with walk.world.store.reading() as session:
        return session.get_one(Account, ACCOUNT).status
