"""A collection on a real Temporal server, through the API: opened by the aging run's event, reviewed, reminded, and paid."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest_asyncio
from sqlmodel import select

from activities import files
from activities.files import FolderStore
from activities.releasing import Releasing
from store.publishing import publish_compiled
from store.tables.cases import CaseRow
from store.tables.papers import Letter
from tests.api.office import MONDAY, Office
from tests.shipped import shipped

DEFINITIONS = Path(__file__).parents[2] / "definitions"
FAMILY = ("collection", "payment-plan", "agency-referral", "lien", "demand")


@pytest_asyncio.fixture
async def office(working_office: Office, tmp_path: Path) -> AsyncIterator[Office]:
    """An office on the shipped district, with the shipped collection."""
    files.use(FolderStore(tmp_path / "files"))
    with working_office.store.writing() as session:
        for name in FAMILY:
            publish_compiled(session, shipped(name), source="", by="author", at=MONDAY - timedelta(days=30))
    working_office.app.state.services = replace(working_office.services, district=shipped("collection").district)
    yield working_office
    files.use(None)


async def until(is_so: Callable[[], bool]) -> None:
    """Waits for a condition of the read model."""
    async with asyncio.timeout(30):
        while not is_so():
            await asyncio.sleep(0.02)


def standing(office: Office) -> CaseRow:
    """The account's collection."""
    with office.store.reading() as session:
        return session.exec(select(CaseRow).where(CaseRow.definition == "collection")).one()


def letters(office: Office) -> dict[str, str]:
    """The letters written, and how each stands."""
    with office.store.reading() as session:
        return {letter.template: letter.status for letter in session.exec(select(Letter)).all()}


async def test_a_past_due_account_is_listed_reminded_and_let_go_when_it_pays(office: Office) -> None:
    rep, lead, finance = office.by("rep"), office.by("lead"), office.by("finance")
    opened = await rep.post("/api/accounts/a-1/events/account-past-due", {"data": {}})
    assert opened.status_code == 200, opened.text
    again = await rep.post("/api/accounts/a-1/events/account-past-due", {"data": {}})
    assert again.status_code == 409, again.text  # one collection for an account
    assert standing(office).state == "ladder/reminder-list"

    seen = await lead.get("/api/lists/reminder")
    assert seen.status_code == 200, seen.text
    (line,) = seen.json()["lines"]
    assert line["columns"]["past_due"] == "84.10"
    assert (await rep.post("/api/lists/reminder/approve", If_Match=seen.headers["ETag"])).status_code == 403
    approved = await lead.post("/api/lists/reminder/approve", If_Match=seen.headers["ETag"])
    assert approved.status_code in (200, 202), approved.text
    await Releasing.in_world(office.services.world).go_on()
    await until(lambda: standing(office).state == "ladder/reminded")
    await until(lambda: letters(office) == {"reminder": "queued"})

    payment = {"amount_usd": "94.10", "method": "check", "received": office.services.today().isoformat()}
    paid = await finance.post("/api/accounts/a-1/payments", payment)
    assert paid.status_code in (200, 201), paid.text
    await until(lambda: standing(office).outcome == "cured")
    await until(lambda: letters(office) == {"reminder": "recalled"})


async def test_a_call_noted_at_the_counter_counts_as_the_notice_of_the_law_once_both_offers_are_made(
    office: Office,
) -> None:
    rep = office.by("rep")
    opened = await rep.post("/api/accounts/a-1/events/account-past-due", {"data": {}})
    assert opened.status_code == 200, opened.text
    call = {"channel": "telephone", "spoke_with": "customer", "offered": ["policy"]}
    noted = await rep.post("/api/accounts/a-1/conversations", call)
    assert noted.status_code == 201, noted.text
    await until(lambda: "call adult-reached" in standing(office).snapshot["happened"])
    assert "call options-offered" not in standing(office).snapshot["happened"]
    await rep.post("/api/accounts/a-1/conversations", call | {"offered": ["policy", "options"]})
    await until(lambda: "call options-offered" in standing(office).snapshot["happened"])
    # The same key says it once more, and is heard once.
    steps = standing(office).step_no
    again = await rep.post("/api/accounts/a-1/conversations", call, Idempotency_Key="said-once")
    once_more = await rep.post("/api/accounts/a-1/conversations", call, Idempotency_Key="said-once")
    assert once_more.json() == again.json()
    assert standing(office).step_no == steps + 1
