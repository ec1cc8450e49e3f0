"""Money that takes two people: what one has begun another ends, and each is told why they may not do both."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from playwright.async_api import Page, expect
from sqlmodel import select

from store import people
from store.engine import Store
from store.ledger import bill_entry, post
from store.tables.cases import CaseLink, TaskRow
from store.tables.ledger import Posting
from store.tables.money import RefundRow
from store.tables.utility import Account, Bill, Meter
from tests.browser.opening import Axe, Desk, NewPage, sent, signed_in, there

ZONE = ZoneInfo("America/Los_Angeles")
MOVED_OUT, PAID_TWICE = "10-004266", "10-004252"


def moved_out_owing(store: Store, account_id: str, amount_usd: Decimal) -> None:
    """The customer closed the account three months ago, and its last bill was never paid."""
    today = datetime.now(ZONE).date()
    with store.writing() as session:
        account = session.get_one(Account, account_id)
        account.status, account.closed = "closed", today - timedelta(days=90)
        meter = session.exec(select(Meter).where(Meter.service_point_id == account.service_point_id)).first()
        assert meter is not None
        bill = Bill(
            id=f"final-{account_id}", account_id=account_id, meter_id=meter.id,
            period_start=today - timedelta(days=160), period_end=today - timedelta(days=101), days=59,
            read_ccf=Decimal(10), use_ccf=Decimal(10), amount_usd=amount_usd,
            mailed=today - timedelta(days=100), due=today - timedelta(days=70),
        )  # fmt: skip
        session.add(bill)
        session.flush()
        post(session, [bill_entry(bill, datetime.now(UTC))])


async def undemanded(page: Page, store: Store, account: str) -> str:
    """A collection of the account whose final demand brought nothing; the task in which a supervisor decides what follows."""
    case: str = (await sent(page, "/api/cases", {"case": "collection", "data": {"account": account}}))["case"]
    demand = await there(store, select(CaseLink.child_id).where(CaseLink.parent_id == case))
    await sent(page, f"/api/cases/{demand}/events/customer-withdrew")
    return await there(store, select(TaskRow.id).where(TaskRow.case_id == case))


async def test_a_debt_is_written_off_by_somebody_whose_limit_allows_it_and_by_nobody_else(
    new_page: NewPage, axe: Axe, desk: Desk
) -> None:
    moved_out_owing(desk.store, MOVED_OUT, Decimal("184.10"))
    with desk.store.writing() as session:
        people.set_approval_limit(session, "write-off", Decimal("100.00"), user_id="finance2")
    supervisor = await signed_in(new_page, "supervisor")
    task = await undemanded(supervisor, desk.store, MOVED_OUT)
    case = task.rpartition(".")[0]
    await supervisor.goto(f"/tasks/{task}")
    await supervisor.get_by_role("button", name="Claim this task").click()
    await supervisor.get_by_label(re.compile("^Decision")).fill("Nobody knows where they live now.")
    await supervisor.get_by_label(re.compile("^To be written off")).fill("184.10")
    await supervisor.get_by_role("button", name="Write it off").click()
    await expect(supervisor).to_have_url(re.compile("/cases/c-"))
    await expect(supervisor.get_by_text("completed: Write it off")).to_be_visible()
    await supervisor.get_by_role("link", name="Approve the write-off", exact=True).click()
    await expect(supervisor.get_by_role("button", name="Claim this task")).to_have_count(0)
    whoever_decided = re.compile("not done by whoever did “Decide what follows the final demand” in this case")
    await expect(supervisor.get_by_text(whoever_decided).first).to_be_visible()

    # Whose limit is too low is told so before they take it, and is not offered to approve it.
    beginner = await signed_in(new_page, "finance2")
    await beginner.goto("/finance/approvals")
    line = beginner.get_by_role("row").filter(has_text=MOVED_OUT)
    await expect(line).to_contain_text("$184.10 is above your limit, $100.00.")
    await expect(line).to_contain_text("Write-off")
    await axe(beginner)
    await line.get_by_role("link", name="Approve the write-off").click()
    above = beginner.get_by_text("Not possible now: $184.10 is above your limit")
    await expect(above).to_be_visible()
    await beginner.get_by_role("button", name="Claim this task").click()
    await expect(above).to_be_visible()
    await expect(beginner.get_by_role("button", name="Approve")).to_have_count(0)
    await expect(beginner.get_by_role("button", name="Refuse")).to_be_visible()
    await axe(beginner)
    await beginner.get_by_role("button", name="Release it").click()

    approver = await signed_in(new_page, "finance")
    await approver.goto("/finance/approvals")
    line = approver.get_by_role("row").filter(has_text=MOVED_OUT)
    await expect(line).to_contain_text("may approve it (up to $1,000.00)")
    await line.get_by_role("link", name="Approve the write-off").click()
    await expect(approver.get_by_text("Nobody knows where they live now.")).to_be_visible()
    await expect(approver.get_by_role("definition").get_by_text("$184.10", exact=True)).to_be_visible()
    await approver.get_by_role("button", name="Claim this task").click()
    await approver.get_by_role("button", name="Approve").click()
    await expect(approver).to_have_url(re.compile(f"/cases/{case}$"))

    await there(desk.store, select(Posting.entry_id).where(Posting.case_id == case, Posting.code == "bad-debt"))
    await approver.goto("/finance/postings")
    await approver.get_by_label("Rule").select_option("write-off:uncollectable")
    await approver.get_by_role("button", name="Show", exact=True).click()
    posted = approver.get_by_role("region", name="Line by line").get_by_role("row").filter(has_text="Nora Lund")
    await expect(posted).to_have_count(2)
    await expect(posted.filter(has_text=MOVED_OUT)).to_contain_text("-$184.10")
    await axe(approver)
    await approver.get_by_role("link", name="Registers").click()
    await approver.get_by_role("link", name="Write-offs").click()
    written_off = approver.get_by_role("row").filter(has_text=MOVED_OUT)
    await expect(written_off).to_contain_text("$184.10")
    await expect(written_off).to_contain_text("Nora Lund (finance)")
    await axe(approver)
    await written_off.get_by_role("link", name="Delinquency to lock-off").click()
    await expect(approver.locator(".why")).to_have_text(re.compile("^Closed on .* as “Written off”"))
    await axe(approver)


async def refund_waits(supervisor: Page, finance: Page, desk: Desk) -> str:
    """A refund of $120.00 that finance proposed and a supervisor approved; its case, once it can be paid today."""
    today = datetime.now(ZONE).date()
    owed = (await (await supervisor.request.get(f"/api/accounts/{PAID_TWICE}")).json())["balance_usd"]
    paid = {"amount_usd": str(max(Decimal(owed), Decimal(0)) + 120), "received": today.isoformat(), "method": "cash"}
    await sent(supervisor, f"/api/accounts/{PAID_TWICE}/payments", paid)
    data = {"account": PAID_TWICE, "kind": "credit", "reason": "Paid twice"}
    case: str = (await sent(supervisor, "/api/cases", {"case": "refund", "data": data}))["case"]
    await sent(finance, f"/api/tasks/{case}.1/complete", {"outcome": "propose", "form": {"amount": "120.00"}})
    await sent(supervisor, f"/api/tasks/{case}.2/complete", {"outcome": "approve", "form": {}})
    waits = await there(desk.store, select(RefundRow.id).where(RefundRow.case_id == case))
    with desk.store.writing() as session:  # runs are on two days of the month: let one of them be today
        session.get_one(RefundRow, waits).payable_on = today
    return case


async def test_a_run_of_refunds_is_collected_by_one_person_and_issued_by_another(
    new_page: NewPage, axe: Axe, desk: Desk
) -> None:
    supervisor, collector = await signed_in(new_page, "supervisor"), await signed_in(new_page, "finance")
    case = await refund_waits(supervisor, collector, desk)

    await collector.goto(f"/cases/{case}")
    await expect(collector.locator(".why")).to_have_text(
        re.compile("^Waits for “Refund issued”; without it, .* 7:30 am")
    )
    await collector.goto("/finance")
    await collector.get_by_role("link", name="1 refund is payable: $120.00").click()
    await expect(collector.get_by_role("row").filter(has_text=PAID_TWICE)).to_contain_text("$120.00")
    await axe(collector)
    await collector.get_by_role("button", name="Collect what is payable today ($120.00)").click()
    await expect(collector.get_by_role("heading", level=1)).to_have_text(re.compile("^Run rr-"))
    run = collector.url
    await expect(collector.get_by_text("no one person alone pays money out")).to_be_visible()
    await expect(collector.get_by_role("button", name="Issue the checks")).to_have_count(0)
    await axe(collector)
    await collector.get_by_role("link", name="Refunds", exact=True).click()
    await expect(collector.get_by_text("waits for a second person")).to_be_visible()
    await expect(collector.get_by_role("button", name=re.compile("^Collect"))).to_have_count(0)

    issuer = await signed_in(new_page, "finance2")
    await issuer.goto("/finance")
    await issuer.get_by_role("link", name="1 run waits for a second person").click()
    await issuer.get_by_role("row").filter(has_text="waits for a second person").get_by_role("link").click()
    await expect(issuer).to_have_url(run)
    await issuer.get_by_role("button", name="Issue the checks").click()
    await expect(issuer.get_by_text("Number of the first check is a whole number.")).to_be_visible()
    await issuer.get_by_label("Number of the first check").fill("10001")
    await axe(issuer)
    await issuer.get_by_role("button", name="Issue the checks").click()
    line = issuer.get_by_role("row").filter(has_text=PAID_TWICE)
    await expect(line).to_contain_text("issued")
    await expect(line).to_contain_text("10001")
    await expect(issuer.get_by_text("Sam Ortiz (finance2)", exact=False).first).to_be_visible()
    checks = await issuer.get_by_role("link", name="CSV file of the checks").get_attribute("href")
    assert "10001" in await (await issuer.request.get(str(checks))).text()

    await issuer.get_by_role("link", name="Refund", exact=True).click()
    await expect(issuer).to_have_url(re.compile(f"/cases/{case}$"))
    await expect(issuer.get_by_text("Refund issued", exact=True)).to_be_visible()
    await expect(issuer.locator("#case-beneath")).to_contain_text("The check is issued")
    await axe(issuer)
    await issuer.goto("/finance/registers/refunds")
    await expect(issuer.get_by_role("row").filter(has_text=PAID_TWICE)).to_contain_text("10001")
    await axe(issuer)
