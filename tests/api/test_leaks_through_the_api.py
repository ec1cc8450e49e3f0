"""Leaks and complaints on a real Temporal server, through the API: from the meter's signal to the ledger and the letter."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest_asyncio
from sqlmodel import Session, col, select

from activities import files
from activities.files import FolderStore
from store import people as store_people
from store.ledger import balance_usd, unbalanced_entries
from store.publishing import publish_compiled
from store.queries.holds import standing_holds
from store.tables.cases import CaseRow, TaskRow
from store.tables.papers import Letter
from store.tables.utility import Bill, Meter
from tests.api.office import MONDAY, Office
from tests.shipped import shipped

DEFINITIONS = Path(__file__).parents[2] / "definitions"
ACCOUNT = "a-1"
FAMILY = ("high-consumption", "reread", "leak-investigation", "leak-adjustment", "meter-test", "bill-credit", "appeal")


def summer(year: int, use: str) -> Bill:
    """A bill for two months of summer."""
    end = date(year, 8, 22)
    return Bill(
        id=f"b-{year}",
        account_id=ACCOUNT,
        meter_id="m-1",
        period_start=end - timedelta(days=61),
        period_end=end,
        days=61,
        read_ccf=Decimal(1946),
        use_ccf=Decimal(use),
        amount_usd=Decimal("187.55"),
        mailed=end + timedelta(days=4),
        due=end + timedelta(days=29),
    )


@pytest_asyncio.fixture
async def office(working_office: Office, tmp_path: Path) -> AsyncIterator[Office]:
    """An office on the shipped district, with two summers of bills."""
    files.use(FolderStore(tmp_path / "files"))
    with working_office.store.writing() as session:
        for name in FAMILY:
            publish_compiled(session, shipped(name), source="", by="author", at=MONDAY - timedelta(days=30))
        store_people.set_crews(session, "crew", frozenset({"meters", "field"}))
        for role, limit in shipped("bill-credit").district.limits["adjustment"].items():
            store_people.set_approval_limit(session, "adjustment", Decimal(limit), role=role)
        this = working_office.services.today().year
        session.add(summer(this - 2, "22"))
        session.add(summer(this - 1, "46"))
    district = shipped("bill-credit").district
    working_office.app.state.services = replace(working_office.services, district=district)
    yield working_office
    files.use(None)


async def until(is_so: Callable[[], bool]) -> None:
    """Waits for a condition of the read model."""
    async with asyncio.timeout(30):
        while not is_so():
            await asyncio.sleep(0.02)


def asked(office: Office, look: Callable[[Session], Any]) -> Any:
    """What the books say now."""
    with office.store.reading() as session:
        return look(session)


def holds(office: Office) -> list[str]:
    """The holds that stand on the account."""
    return [hold.kind for hold in asked(office, lambda session: standing_holds(session, ACCOUNT))]


def case_of(office: Office, definition: str) -> CaseRow | None:
    """The newest case of the account of this type."""
    query = select(CaseRow).where(CaseRow.definition == definition, CaseRow.account_id == ACCOUNT)
    found: CaseRow | None = asked(
        office, lambda session: session.exec(query.order_by(col(CaseRow.opened_at).desc())).first()
    )
    return found


def open_task(office: Office, name: str) -> str | None:
    """The id of the open task of this name."""
    query = select(TaskRow.id).where(TaskRow.name == name, col(TaskRow.closed_at).is_(None))
    found: str | None = asked(office, lambda session: session.exec(query).first())
    return found


async def complete(office: Office, by: str, task: str, outcome: str, status: int = 200, **form: Any) -> Any:
    """What somebody is answered who completes the open task of this name, once it is there."""
    await until(lambda: open_task(office, task) is not None)
    answer = await office.by(by).post(
        f"/api/tasks/{open_task(office, task)}/complete", {"outcome": outcome, "form": form}
    )
    assert answer.status_code == status, answer.text
    return answer.json()


def letters(office: Office) -> set[str]:
    """The letters of the account."""
    query = select(Letter.template).where(Letter.account_id == ACCOUNT)
    return set(asked(office, lambda session: session.exec(query).all()))


def no_incidents(office: Office) -> bool:
    """Whether every effect of every case has been carried out."""
    return not any(case.incidents for case in asked(office, lambda session: session.exec(select(CaseRow)).all()))


async def test_a_meter_that_never_stands_still_leads_to_a_repair_and_a_credit(office: Office) -> None:
    rep, today = office.by("rep"), office.services.today()
    bill = f"b-{today.year - 1}"
    signal = await rep.post(f"/api/accounts/{ACCOUNT}/events/continuous-flow", {"data": {"hours": 24, "bill": bill}})
    assert signal.status_code == 200, signal.text
    assert len(signal.json()["opened"]) == 1
    await until(lambda: sorted(holds(office)) == ["dispute", "leak-investigation"])
    await until(lambda: letters(office) == {"possible-leak"})

    # a second signal, and a crew that has seen it too, join the open case
    again = await rep.post(f"/api/accounts/{ACCOUNT}/events/continuous-flow", {"data": {"hours": 48}})
    assert (again.json()["opened"], [each["taken"] for each in again.json()["reached"]]) == ([], [True])
    seen = await office.by("crew").post(
        "/api/cases", {"case": "leak-investigation", "data": {"account": ACCOUNT, "source": "crew"}}
    )
    assert seen.status_code == 409, seen.text

    found = {"dial_moves": True, "leak_kind": "indoor", "flow": "0.4"}
    await complete(office, "crew", "investigation", "customer-side", **found)
    repaired = {"repaired": today.isoformat(), "proof_kind": "receipt"}
    asks = {"asks_adjustment": True, "received": today.isoformat()}
    await complete(office, "rep", "repair", "shown", **repaired, **asks)
    await complete(office, "crew", "repair-check", "tight", read="1960")

    # asked for more than ninety days after the bill: refused with the rule, and appealed
    await until(lambda: "adjustment-refused" in letters(office))
    adjustment = case_of(office, "leak-adjustment")
    assert adjustment is not None
    working = adjustment.snapshot["data"]["arithmetic"]
    assert "No credit, because = it was asked for later than 90 days after the bill" in working
    assert sorted(holds(office)) == ["dispute", "leak-investigation"]
    appeal = await rep.post(f"/api/cases/{adjustment.id}/events/customer-appealed", {"data": {"appeal": "I was ill."}})
    assert appeal.status_code == 200, appeal.text
    await until(lambda: "appeal" in holds(office))
    await until(lambda: case_of(office, "appeal") is not None)
    withdrawn = await rep.post(f"/api/cases/{adjustment.id}/events/customer-withdrew", {"data": {}})
    assert withdrawn.status_code == 200, withdrawn.text
    await until(lambda: holds(office) == [])
    assert {name: (case_of(office, name) or CaseRow()).outcome for name in ("appeal", "leak-investigation")} == {
        "appeal": "withdrawn",
        "leak-investigation": "repaired",
    }
    assert no_incidents(office)


async def test_the_districts_own_leak_is_credited_whole_by_a_supervisor(office: Office) -> None:
    bill = f"b-{office.services.today().year - 1}"
    before = asked(office, lambda session: balance_usd(session, ACCOUNT))
    opened = await office.by("rep").post(
        "/api/cases", {"case": "leak-investigation", "data": {"account": ACCOUNT, "bill": bill, "source": "call"}}
    )
    assert opened.status_code == 201, opened.text
    await complete(office, "crew", "investigation", "own-side", dial_moves=True)
    await complete(office, "crew", "own-repair", "repaired", through_meter=True)
    refused = await complete(office, "rep2", "approve-by-supervisor", "approve", status=403)
    assert "Supervisors" in refused["detail"]
    await complete(office, "supervisor", "approve-by-supervisor", "approve")
    await until(lambda: (case_of(office, "leak-investigation") or CaseRow()).outcome == "own-side-repaired")
    after = asked(office, lambda session: balance_usd(session, ACCOUNT))
    assert after - before == Decimal("-113.95")
    assert asked(office, unbalanced_entries) == []
    await until(lambda: holds(office) == [])
    await until(lambda: letters(office) == {"possible-leak", "leak-result"})
    assert no_incidents(office)


async def test_a_complaint_rereads_credits_by_somebody_else_and_answers(office: Office) -> None:
    bill = f"b-{office.services.today().year - 1}"
    opened = await office.by("rep").post(
        "/api/cases", {"case": "high-consumption", "data": {"account": ACCOUNT, "bill": bill}}
    )
    assert opened.status_code == 201, opened.text
    await complete(office, "rep", "review", "reread", cause="misread")
    await complete(office, "crew", "reread", "done", read="1930")
    barred = await complete(office, "rep", "approve", "approve", status=403)
    assert "separation of duties" in barred["detail"]
    await complete(office, "rep2", "approve", "approve")
    await until(lambda: (case_of(office, "high-consumption") or CaseRow()).state == "answered")
    assert holds(office) == ["dispute"]
    await until(lambda: letters(office) == {"answer"})
    late = await office.by("rep").post(f"/api/cases/{opened.json()['case']}/events/customer-replied", {"data": {}})
    assert late.status_code == 200, late.text
    assert no_incidents(office)


async def test_a_fast_meter_is_credited_replaced_and_taken_into_the_record(office: Office) -> None:
    bill = f"b-{office.services.today().year - 1}"
    opened = await office.by("rep").post(
        "/api/cases", {"case": "meter-test", "data": {"account": ACCOUNT, "bill": bill, "asked_by": "district"}}
    )
    assert opened.status_code == 201, opened.text
    case = opened.json()["case"]
    waived = await office.by("rep").post(f"/api/cases/{case}/events/notice-waived", {"data": {}})
    assert waived.status_code == 200, waived.text
    flows = {"flow_low": "104", "flow_middle": "104", "flow_high": "104"}
    await complete(office, "crew", "test", "tested", **flows)
    await complete(office, "rep2", "approve", "approve")
    await complete(office, "crew", "replacing", "replaced", read="1962", serial="S2", new_read="0")
    # the number that the crew wrote down hangs at the neighbour's
    await complete(office, "rep", "serial-number", "entered", serial="N-7")
    await until(lambda: (case_of(office, "meter-test") or CaseRow()).status == "closed")

    def hanging(session: Session) -> list[tuple[str, bool]]:
        meters = session.exec(
            select(Meter).where(Meter.service_point_id == "sp-1").order_by(col(Meter.installed))
        ).all()
        return [(meter.serial, meter.removed is None) for meter in meters]

    assert asked(office, hanging) == [("S1", False), ("N-7", True)]
    assert letters(office) == {"meter-test-notice", "meter-test-report"}
    assert no_incidents(office)
