"""Plans, returned payments and refunds on a real Temporal server, through the API."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest_asyncio
from pypdf import PdfReader
from sqlmodel import Session, col, select

from activities import files
from activities.delivery import to_account
from activities.files import FolderStore
from store import people as store_people
from store.ledger import balance_usd, post, reversal_entry, unbalanced_entries
from store.publishing import publish_compiled
from store.queries.holds import standing_holds
from store.tables.cases import CaseRow, TaskRow
from store.tables.money import RefundRow
from store.tables.papers import File, Letter
from store.tables.utility import Payment
from tests.api.office import MONDAY, Office
from tests.shipped import shipped
from workflows.machine.events import Message

DEFINITIONS = Path(__file__).parents[2] / "definitions"
ACCOUNT = "a-1"


@pytest_asyncio.fixture
async def office(working_office: Office, tmp_path: Path) -> AsyncIterator[Office]:
    """An office on the shipped district; the account owes $84.10 since 27 March."""
    files.use(FolderStore(tmp_path / "files"))
    now = datetime.now(UTC)
    with working_office.store.writing() as session:
        for name in ("payment-plan", "returned-payment", "refund"):
            publish_compiled(session, shipped(name), source="", by="author", at=MONDAY - timedelta(days=30))
        store_people.add_user(session, "finance2", "Fay", roles=frozenset({"finance"}), by="test", at=MONDAY)
        working_office.tokens["finance2"] = store_people.make_sign_in(
            session, "finance2", kind="token", at=now, expires_at=now + timedelta(days=1)
        )
    district = shipped("payment-plan").district
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


def case_of(office: Office, definition: str) -> CaseRow:
    """The newest case of this type."""
    query = select(CaseRow).where(CaseRow.definition == definition).order_by(col(CaseRow.opened_at).desc())
    found: CaseRow = asked(office, lambda session: session.exec(query).first()) or CaseRow()
    return found


def open_task(office: Office, name: str) -> str | None:
    """The id of the open task of this name."""
    query = select(TaskRow.id).where(TaskRow.name == name, col(TaskRow.closed_at).is_(None))
    found: str | None = asked(office, lambda session: session.exec(query).first())
    return found


def holds(office: Office) -> list[str]:
    """The holds that stand on the account."""
    return [hold.kind for hold in asked(office, lambda session: standing_holds(session, ACCOUNT))]


async def complete(office: Office, by: str, task: str, outcome: str, **form: Any) -> None:
    """Somebody completes the open task of this name, once it is there."""
    await until(lambda: open_task(office, task) is not None)
    answer = await office.by(by).post(
        f"/api/tasks/{open_task(office, task)}/complete", {"outcome": outcome, "form": form}
    )
    assert answer.status_code == 200, answer.text


async def pay(office: Office, amount: str, method: str = "check") -> dict[str, Any]:
    """A payment at the counter."""
    body = {"amount_usd": amount, "received": office.services.today().isoformat(), "method": method}
    answer = await office.by("rep").post(f"/api/accounts/{ACCOUNT}/payments", body)
    assert answer.status_code == 201, answer.text
    paid: dict[str, Any] = answer.json()
    return paid


def printed(office: Office, template: str) -> str:
    """All that the letter says."""
    found = asked(office, lambda session: session.exec(select(Letter).where(Letter.template == template)).one())
    pages = PdfReader(io.BytesIO(files.current().get(str(found.file_digest)))).pages
    return " ".join(" ".join(page.extract_text().split()) for page in pages)


async def agreed(office: Office) -> str:
    """A plan in three parts from today, accepted and signed; the id of its case."""
    today = office.services.today().isoformat()
    opened = await office.by("rep").post("/api/cases", {"case": "payment-plan", "data": {"account": ACCOUNT}})
    assert opened.status_code == 201, opened.text
    case: str = opened.json()["case"]
    await complete(office, "rep", "proposing", "propose", amount="84.10", parts=3, first_due=today)
    await complete(office, "rep", "discussing", "accepted")
    await until(lambda: holds(office) == ["payment-plan"])
    with office.store.writing() as session:
        session.add(
            File(
                id="f-signed",
                digest="0" * 64,
                kind="document",
                name="plan.pdf",
                content_type="application/pdf",
                size=1,
                case_id=case,
                account_id=ACCOUNT,
                uploaded_by="rep",
                uploaded_at=MONDAY,
            )
        )
    await complete(office, "rep", "signing", "signed", agreement="f-signed", signed=today)
    await until(lambda: case_of(office, "payment-plan").state == "keeping/waiting")
    return case


async def test_a_plan_is_agreed_paid_returned_by_the_bank_and_kept_in_the_end(office: Office) -> None:
    case = await agreed(office)
    await until(lambda: asked(office, lambda session: session.exec(select(Letter)).first()) is not None)
    text = printed(office, "plan-agreement")
    instalments = case_of(office, "payment-plan").snapshot["data"]["instalments"]
    for line in instalments:  # every figure of the letter is in its case, and they come to the amount
        label, _, figure = line.rpartition(" = ")
        assert f"{label} {figure}" in text
    assert sum(Decimal(line.rpartition("$")[2]) for line in instalments[:-1]) == Decimal("84.10")

    # a payment reaches the case before the cashier has the answer
    check = await pay(office, "84.10")
    await until(lambda: case_of(office, "payment-plan").outcome == "kept")
    await until(lambda: holds(office) == [])
    assert case_of(office, "payment-plan").id == case

    # the check comes back: what it had paid is owed again, on the day of its return
    body = {"account": ACCOUNT, "payment": check["id"], "returned": check["received"], "reason": "insufficient-funds"}
    opened = await office.by("supervisor").post("/api/cases", {"case": "returned-payment", "data": body})
    assert opened.status_code == 201, opened.text
    await until(lambda: case_of(office, "returned-payment").state == "waiting")
    assert asked(office, lambda session: balance_usd(session, ACCOUNT)) == Decimal("109.10")
    await until(lambda: "nsf-notice" in asked(office, lambda s: [each.template for each in s.exec(select(Letter))]))
    assert "$109.10" in printed(office, "nsf-notice")
    log = await office.by("finance").get("/api/money/returned-payments", start=check["received"], end=check["received"])
    assert [(each["payment"], each["reason"]) for each in log.json()] == [(check["id"], "insufficient-funds")]
    await pay(office, "109.10", method="cash")
    await until(lambda: case_of(office, "returned-payment").outcome == "made-good")
    assert asked(office, unbalanced_entries) == []
    cases = asked(office, lambda session: session.exec(select(CaseRow)).all())
    assert [each.incidents for each in cases] == [0] * len(cases)


async def test_a_payment_that_comes_back_puts_an_open_plan_behind(office: Office) -> None:
    await agreed(office)
    check = await pay(office, "28.03")
    await until(lambda: case_of(office, "payment-plan").snapshot["data"]["left"] == "56.07")
    body = {"account": ACCOUNT, "payment": check["id"], "returned": check["received"], "reason": "other"}
    await office.by("supervisor").post("/api/cases", {"case": "returned-payment", "data": body})
    await until(lambda: case_of(office, "payment-plan").snapshot["data"]["left"] == "84.10")
    assert holds(office) == ["payment-plan"]


async def test_a_refund_is_approved_collected_issued_by_another_person_and_cashed(office: Office) -> None:
    await pay(office, "100.00", method="cash")
    data = {"account": ACCOUNT, "kind": "credit", "reason": "Paid too much"}
    opened = await office.by("rep").post("/api/cases", {"case": "refund", "data": data})
    assert opened.status_code == 201, opened.text
    await complete(office, "finance", "reviewing", "propose", amount="15.90")
    await complete(office, "supervisor", "approve", "approve")
    await until(lambda: case_of(office, "refund").state == "payable")
    finance, other = office.by("finance"), office.by("finance2")
    nothing = await finance.post("/api/money/runs")
    with office.store.writing() as session:  # the next run is on the first or the fifteenth: let it be today
        (row,) = session.exec(select(RefundRow)).all()
        assert row.payable_on >= office.services.today()
        if row.payable_on > office.services.today():
            assert (nothing.status_code, nothing.json()["code"]) == (409, "conflict")
            row.payable_on = office.services.today()
    run = nothing if nothing.status_code == 201 else await finance.post("/api/money/runs")
    assert (run.status_code, run.json()["total_usd"]) == (201, "15.90"), run.text
    by_mistake = f"/api/money/runs/{run.json()['id']}/dissolved"
    assert (await other.post(by_mistake)).status_code == 204
    assert (await other.post(by_mistake)).status_code == 404
    run = await finance.post("/api/money/runs")
    address, today = f"/api/money/runs/{run.json()['id']}", office.services.today().isoformat()
    how = {"first_check": 1001, "issued_on": today}
    assert (await finance.post(f"{address}/issued", how)).status_code == 403  # two persons
    assert (await finance.get(f"{address}/checks")).status_code == 409
    issued = await other.post(f"{address}/issued", how)
    assert (issued.status_code, issued.json()["issued_by"]) == (200, "finance2"), issued.text
    assert (await other.post(f"{address}/issued", how)).status_code == 409
    assert (await other.post(f"{address}/dissolved")).status_code == 409
    await until(lambda: case_of(office, "refund").state == "issued")
    exported = await finance.get(f"{address}/checks")
    assert exported.headers["content-type"].startswith("text/csv")
    assert exported.text.splitlines()[1].startswith(
        f'1001,{today},Maria Lopez,"1 Orchard Lane, Sample City, CA 90000",15.90'
    )
    assert (await office.by("auditor").get(f"{address}/checks")).status_code == 403
    case = case_of(office, "refund").id
    cashed = await office.by("supervisor").post(f"/api/cases/{case}/events/check-cashed", {"data": {"check": "1001"}})
    assert cashed.status_code == 200, cashed.text
    await until(lambda: case_of(office, "refund").outcome == "paid")
    books = (await finance.get("/api/money/books")).json()
    assert books["sum_usd"] == "0.00"
    assert {each["code"]: each["balance_usd"] for each in books["codes"]}["refunds-payable"] == "0.00"
    listed = await finance.get("/api/money/refunds", status="cashed")
    assert [(each["check"], each["amount_usd"]) for each in listed.json()["items"]] == [(1001, "15.90")]


async def test_an_import_that_says_a_payment_came_back_opens_its_case(office: Office) -> None:
    check, today, now = await pay(office, "84.10"), office.services.today(), datetime.now(UTC)
    with office.store.writing() as session:
        payment = session.get_one(Payment, check["id"])
        payment.reversed_on, payment.reverse_reason = today, "insufficient funds"
        post(session, [reversal_entry(payment, today, now, "import", "insufficient funds")])
    entity = {"id": check["id"], "received": today.isoformat(), "amount": "84.10"}
    data = {"payment": entity, "returned": today.isoformat(), "reason": "insufficient-funds"}
    event = Message(name="payment-rejected", data=data, by="import")
    for _ in range(2):  # the worker may bring it twice
        await to_account(office.services.world, ACCOUNT, event, name=f"rejected {check['id']}", at=now, quiet=True)
    await until(lambda: case_of(office, "returned-payment").state == "waiting")
    found = asked(office, lambda session: session.exec(select(CaseRow)).all())
    assert [(each.definition, each.snapshot["data"]["already"]) for each in found] == [("returned-payment", True)]
    assert asked(office, lambda session: balance_usd(session, ACCOUNT)) == Decimal("109.10")


async def test_a_receipt_says_which_debt_was_paid_and_what_is_left_as_a_credit(office: Office) -> None:
    first, second = await pay(office, "50.00"), await pay(office, "40.00")
    shown = (await office.by("rep").get(f"/api/accounts/{ACCOUNT}/payments/{second['id']}")).json()
    assert [(each["entry"], each["due"], each["amount_usd"]) for each in shown["paid"]] == [
        ("bill:b-1", "2026-03-27", "34.10")
    ]
    assert (shown["kept_usd"], shown["balance_usd"]) == ("5.90", "-5.90")
    shown = (await office.by("rep").get(f"/api/accounts/{ACCOUNT}/payments/{first['id']}")).json()
    assert ([each["amount_usd"] for each in shown["paid"]], shown["kept_usd"]) == (["50.00"], "0.00")
    assert (await office.by("rep").get(f"/api/accounts/{ACCOUNT}/payments/none")).status_code == 404


async def test_a_customer_whose_checks_came_back_pays_otherwise(office: Office) -> None:
    body = {"kind": "cash-only", "reason": "Second returned payment within a year"}
    assert (await office.by("supervisor").post(f"/api/accounts/{ACCOUNT}/holds", body)).status_code == 201
    paid = {"amount_usd": "10.00", "received": office.services.today().isoformat(), "method": "check"}
    refused = await office.by("rep").post(f"/api/accounts/{ACCOUNT}/payments", paid)
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    taken = await office.by("rep").post(f"/api/accounts/{ACCOUNT}/payments", paid | {"method": "cash"})
    assert taken.status_code == 201
