"""A lock-off through the API on a real Temporal server, by the district's clock: from the aging run to the water on again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest_asyncio
from sqlmodel import col, select
from temporalio.client import Client

from activities import files
from activities.files import FolderStore
from activities.releasing import Releasing
from activities.world import World
from api.engine import CaseEngine
from store import people as store_people
from store.clock import Clock, set_clock
from store.engine import Store
from store.ledger import bill_entry, post
from store.publishing import publish_compiled
from store.tables.cases import CaseRow, TaskRow
from store.tables.definitions import DefinitionVersion
from store.tables.papers import Letter
from store.tables.utility import Account, Bill
from tests.api.office import MONDAY, Office, opened_office
from tests.api.test_papers import _upload
from tests.letters.test_templates import text_of
from tests.shipped import shipped
from worker.keeping import Keeping
from worker.run import working

PACIFIC = ZoneInfo("America/Los_Angeles")
DEFINITIONS = Path(__file__).parents[2] / "definitions"
FAMILY = ("collection", "payment-plan", "agency-referral", "lien", "demand", "shut-off-appeal")
DUE = date(2026, 1, 5)


@dataclass(kw_only=True)
class District:
    """The office with its clock."""

    office: Office
    world: World
    keeping: Keeping = field(init=False)

    def __post_init__(self) -> None:
        self.keeping = Keeping(self.world)

    async def at(self, when: str, state: str | None = None) -> None:
        """The clock is put forward; what is due on the way happens."""
        moment = datetime.fromisoformat(when).replace(tzinfo=PACIFIC).astimezone(UTC)
        with self.world.store.writing() as session:
            set_clock(session, Clock(real=datetime.now(UTC), district=moment, speed=86_400.0, paused=True))
        await self.keeping.wake_due()
        if state is not None:
            await self.until(lambda: state in str(self.collection.state))

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Waits for a condition of the read model."""
        async with asyncio.timeout(30):
            while not is_so():
                await self.keeping.wake_due()  # one timer may lead to a state whose own has passed already
                await asyncio.sleep(0.05)

    @property
    def collection(self) -> CaseRow:
        """The account's collection."""
        with self.office.store.reading() as session:
            return session.exec(select(CaseRow).where(CaseRow.definition == "collection")).one()

    @property
    def status(self) -> str:
        """What the account book says of the service."""
        with self.office.store.reading() as session:
            return session.get_one(Account, "a-1").status

    async def release(self, name: str, *people: str) -> None:
        """Who reviews the list releases it as they see it."""
        for person in people:
            seen = await self.office.by(person).get(f"/api/lists/{name}")
            approved = await self.office.by(person).post(f"/api/lists/{name}/approve", If_Match=seen.headers["ETag"])
            assert approved.status_code in (200, 202), approved.text
        await Releasing.in_world(self.world).go_on()

    def queued(self, template: str) -> bool:
        """Whether a letter of this template waits for a batch."""
        with self.office.store.reading() as session:
            return (
                session.exec(select(Letter).where(Letter.template == template, Letter.status == "queued")).first()
                is not None
            )

    def printed(self, template: str) -> bytes:
        """The PDF of the letter of this template."""
        with self.office.store.reading() as session:
            written = session.exec(select(Letter).where(Letter.template == template)).one()
        return files.current().get(str(written.file_digest))

    async def mail(self, template: str) -> None:
        """What is queued is collected in a batch with this letter, printed and mailed today."""
        await self.until(lambda: self.queued(template))
        finance = self.office.by("finance")
        made = await finance.post("/api/letters/batches")
        assert made.status_code == 201, made.text
        batch = made.json()["id"]
        assert (await finance.post(f"/api/letters/batches/{batch}/print", {})).status_code == 200
        today = self.world.now().astimezone(PACIFIC).date().isoformat()
        mailed = await finance.post(f"/api/letters/batches/{batch}/mailed", {"mailed_on": today})
        assert mailed.status_code == 200, mailed.text

    def open_task(self, name: str) -> str | None:
        """The id of the open task of this name."""
        with self.office.store.reading() as session:
            query = select(TaskRow.id).where(TaskRow.name == name, col(TaskRow.closed_at).is_(None))
            return session.exec(query).first()

    async def asked_at_the_curb(self, task: str) -> str:
        """The order, for which the crew has asked whether there is still a reason."""
        await self.until(lambda: self.open_task(task) is not None)
        order = str(self.open_task(task))
        checked = await self.office.by("crew").post(f"/api/tasks/{order}/check")
        assert (checked.status_code, checked.json()["fit"]) == (200, True), checked.text
        return order

    async def complete(self, by: str, task: str, outcome: str, status: int = 200, **form: Any) -> Any:
        """What somebody is answered who completes the open task of this name."""
        await self.until(lambda: self.open_task(task) is not None)
        body = {"outcome": outcome, "form": form}
        answer = await self.office.by(by).post(f"/api/tasks/{self.open_task(task)}/complete", body)
        assert answer.status_code == status, answer.text
        return answer.json()


@pytest_asyncio.fixture
async def district(
    cases_client: Client, office_store: Store, tmp_path: Path, tokens: dict[str, str]
) -> AsyncIterator[District]:
    """The shipped district on 6 January 2026, with a bill of $120 that was due the day before."""
    files.use(FolderStore(tmp_path))
    world = World(store=office_store, client=cases_client, task_queue=f"lock-{uuid4().hex[:8]}", files=tmp_path)
    engine = CaseEngine(client=cases_client, task_queue=world.task_queue, clock="district", now=world.now)
    async with (
        working(world),
        opened_office(office_store, tmp_path, tokens=tokens, engine=engine) as office,
    ):
        found = District(office=office, world=world)
        with office_store.writing() as session:
            session.delete(session.get_one(DefinitionVersion, ("locking", 1)))  # its lock-off list is another office's
            for name in FAMILY:
                publish_compiled(session, shipped(name), source="", by="author", at=MONDAY - timedelta(days=400))
            store_people.set_crews(session, "crew", frozenset({"meters", "field"}))
            bill = Bill(
                id="b-late", account_id="a-1", meter_id="m-1", period_start=date(2025, 10, 10), period_end=date(2025, 12, 8),
                days=60, read_ccf=Decimal(1946), use_ccf=Decimal(20), amount_usd=Decimal("120.00"),
                mailed=DUE - timedelta(days=25), due=DUE,
            )  # fmt: skip
            session.add(bill)
            session.flush()
            post(session, [bill_entry(bill, MONDAY - timedelta(days=90))])
        await found.at("2026-01-06 09:00")
        office.app.state.services = replace(office.services, district=shipped("collection").district, now=world.now)
        yield found
    files.use(None)


async def to_the_tag(district: District) -> None:
    """Opened by the aging run's event, reminded, noticed by mail, called, and tagged on Wednesday 4 March."""
    opened = await district.office.by("rep").post("/api/accounts/a-1/events/account-past-due", {"data": {}})
    assert opened.status_code == 200, opened.text
    named = {"name": "Elena Castellanos", "mailing": {"line1": "9 Elm St", "city": "Wellton", "zip": "90000"}}
    assert (await district.office.by("rep").put("/api/accounts/a-1/parties/third-party", named)).status_code == 204
    await district.release("reminder", "lead")
    await district.at("2026-01-21 09:00", "noticed")
    await district.mail("final-notice")
    await district.complete("rep", "call", "reached", policy_offered=True, options_offered=True)
    await district.at("2026-03-04 08:00", "tag-list")
    await district.release("door-tag", "lead")
    await district.asked_at_the_curb("tagging")
    await district.complete("crew", "tagging", "posted")
    await district.until(lambda: str(district.collection.state).endswith("tagged"))


async def test_a_lock_off_from_the_aging_run_to_the_water_on_again(district: District) -> None:
    await to_the_tag(district)
    told = text_of(district.printed("third-party-notice"))
    assert [
        words for words in ("Elena Castellanos", "9 Elm St", "You owe nothing", "$120.00") if words not in told
    ] == []
    moved = await district.office.by("supervisor").get(f"/api/cases/{district.collection.id}")
    assert "Monday 9 March 2026" in moved.text or "2026-03-09" in moved.text  # the first lawful day, of all rules

    await district.at("2026-03-09 08:00", "lock-list")
    await district.release("lock-off", "lead", "supervisor")  # two persons
    order = await district.asked_at_the_curb("locking")
    photo = (await _upload(district.office, "crew", key="lock", task=order)).json()["id"]
    await district.complete("crew", "locking", "locked", lock_read="1950", lock_photo=photo, at_home="nobody")
    await district.until(lambda: district.status == "shut-off")

    amount = (await district.office.by("rep").get("/api/accounts/a-1")).json()["balance_usd"]
    paid = await district.office.by("finance").post(
        "/api/accounts/a-1/payments", {"amount_usd": amount, "method": "card", "received": "2026-03-09"}
    )
    assert paid.status_code == 201, paid.text
    await district.complete("rep", "confirm-payment", "confirmed", hours="working", household="other")
    await district.complete("crew", "restoring", "restored", read="1950", lock_found="whole")
    await district.until(lambda: district.status == "active")
    assert str(district.collection.state) == "watching"
    assert not district.collection.incidents
