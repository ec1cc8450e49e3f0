"""The shipped high-consumption complaint on a real Temporal server: from its opening to the printed answer."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from books import ACCOUNT
from desk import LONG_AGO, Desk
from pypdf import PdfReader
from sqlmodel import Session, col, select

from activities import files
from activities.files import FolderStore
from activities.world import World
from store.ledger import balance_usd
from store.people import add_user, set_approval_limit
from store.publishing import publish_compiled
from store.queries.holds import standing_holds
from store.tables.cases import TaskRow
from store.tables.papers import Letter
from store.tables.utility import Bill
from tests.shipped import shipped
from workflows.machine.errors import NotAllowed

#: the complaint and the cases that it opens
FAMILY = ("high-consumption", "reread", "leak-investigation", "leak-adjustment", "meter-test", "bill-credit", "appeal")
BILLED = (("2024-08-22", "22"), ("2024-10-22", "19"), ("2025-06-22", "20"), ("2025-08-22", "46"))


def bills(session: Session) -> dict[str, Any]:
    """Puts the account's bills into the book; the last one as a case holds it."""
    for end, use in BILLED:
        last = date.fromisoformat(end)
        session.add(
            Bill(
                id=f"b-{end}",
                account_id=ACCOUNT,
                period_start=last - timedelta(days=61),
                period_end=last,
                days=61,
                read_ccf=Decimal(1946),
                use_ccf=Decimal(use),
                amount_usd=Decimal("230.05"),
                mailed=last + timedelta(days=4),
                due=last + timedelta(days=29),
            )
        )
    return {
        "id": "b-2025-08-22",
        "account": ACCOUNT,
        "period_start": "2025-06-22",
        "period_end": "2025-08-22",
        "days": 61,
        "read": "1946",
        "use": "46",
        "amount": "230.05",
        "mailed": "2025-08-26",
        "due": "2025-09-20",
    }


@pytest_asyncio.fixture
async def complaint(world: World, desk: Desk, tmp_path: Path) -> AsyncIterator[str]:
    """An open complaint about the bill of last summer."""
    files.use(FolderStore(tmp_path / "files"))
    with world.store.writing() as session:
        for name in FAMILY:
            publish_compiled(session, shipped(name), source="", by="author", at=LONG_AGO)
        disputed = bills(session)
    account = {"id": ACCOUNT, "class": "residential", "language": "en", "since": "2020-01-01", "confidential": False}
    opened = await desk.open("high-consumption", data={"account": account, "bill": disputed})
    yield opened.case
    files.use(None)


def open_task(world: World, case: str, name: str) -> TaskRow | None:
    """The open task of this name, of the case or of one that it has opened."""
    with world.store.reading() as session:
        found = select(TaskRow).where(
            col(TaskRow.case_id).startswith(case), TaskRow.name == name, col(TaskRow.closed_at).is_(None)
        )
        return session.exec(found).first()


async def task_of(desk: Desk, case: str, name: str) -> TaskRow:
    """The task, once it is open: a child case opens after the step that wants it."""
    await desk.until(lambda: open_task(desk.world, case, name) is not None)
    found = open_task(desk.world, case, name)
    assert found is not None
    return found


def may_approve(world: World) -> None:
    """A colleague whose limit is high enough."""
    with world.store.writing() as session:
        set_approval_limit(session, "adjustment", Decimal("100.00"), role="rep")
        add_user(session, "rep2", "Ben Thorne", roles=frozenset({"rep"}), by="admin", at=LONG_AGO)


async def test_a_misread_is_reread_credited_and_answered_in_print(world: World, desk: Desk, complaint: str) -> None:
    case = complaint

    def held() -> list[str]:
        with world.store.reading() as session:
            return [hold.kind for hold in standing_holds(session, ACCOUNT)]

    await desk.until(lambda: held() == ["dispute"])  # the disputed amount is on hold
    await desk.complete(case, "reread", run=1, cause="misread")
    order = await task_of(desk, case, "reread")
    await desk.complete(order.case_id, "done", run=order.run, by="crew", read="1930")
    approval = await task_of(desk, case, "approve")
    with pytest.raises(NotAllowed, match="separation of duties"):  # who reviewed the complaint, two cases above
        await desk.complete(approval.case_id, "approve", run=approval.run, by="rep")
    may_approve(world)
    await desk.complete(approval.case_id, "approve", run=approval.run, by="rep2")
    await desk.until(lambda: desk.case(case).state == "answered")  # the credit is posted and the answer written

    def letter() -> Letter | None:
        with world.store.reading() as session:
            return session.exec(select(Letter).where(Letter.case_id == case)).first()

    await desk.until(lambda: letter() is not None)  # the answer is printed
    with world.store.reading() as session:
        assert balance_usd(session, ACCOUNT) == Decimal("-79.55")
    printed = letter()
    assert printed is not None
    pages = PdfReader(io.BytesIO(files.current().get(str(printed.file_digest)))).pages
    text = " ".join(" ".join(page.extract_text().split()) for page in pages)
    assert "We have credited $79.55 to your account." in text
    assert "Read that the crew found 1930 ccf" in text
    assert "Same period last year, 61 days 22 ccf" in text


async def test_whoever_withdraws_closes_the_case_and_the_hold_goes(world: World, desk: Desk, complaint: str) -> None:
    def held() -> list[str]:
        with world.store.reading() as session:
            return [hold.kind for hold in standing_holds(session, ACCOUNT)]

    await desk.until(lambda: held() == ["dispute"])
    await desk.send(complaint, "customer-withdrew")
    await desk.until(lambda: desk.case(complaint).status == "closed")
    await desk.until(lambda: held() == [])
    assert desk.case(complaint).outcome == "withdrawn"
    assert desk.case(complaint).incidents == 0
