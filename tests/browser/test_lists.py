"""A lead's way with a list: reviewed line by line, one taken off, the rest released while one watches, and the lock-off day."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from playwright.async_api import Page, expect
from sqlmodel import col, select

from activities.releasing import Releasing
from store.engine import Store
from store.ledger import bill_entry, payment_entry, post
from store.tables.cases import CaseRow, ListLine, TaskRow
from store.tables.lists import ListRelease, ReleaseLine
from store.tables.utility import Account, Bill, Meter, Payment
from tests.browser.opening import Axe, Desk, NewPage, sign_in

ZONE = ZoneInfo("America/Los_Angeles")


def past_due(store: Store, number: int) -> list[str]:
    """So many accounts, the last of the sample, that have owed a bill for seventy days."""
    today = datetime.now(ZONE).date()
    with store.writing() as session:
        homes = select(Account).where(Account.account_class == "residential", Account.status == "active")
        accounts = list(session.exec(homes.order_by(col(Account.id).desc()).limit(number)))
        for account in accounts:
            meter = session.exec(select(Meter).where(Meter.service_point_id == account.service_point_id)).first()
            assert meter is not None
            bill = Bill(
                id=f"late-{account.id}", account_id=account.id, meter_id=meter.id,
                period_start=today - timedelta(days=160), period_end=today - timedelta(days=101), days=59,
                read_ccf=Decimal(10), use_ccf=Decimal(10), amount_usd=Decimal("384.10"),
                mailed=today - timedelta(days=100), due=today - timedelta(days=70),
            )  # fmt: skip
            session.add(bill)
            session.flush()
            post(session, [bill_entry(bill, datetime.now(UTC))])
        return [account.id for account in accounts]


async def collect(page: Page, account: str) -> str:
    """Opens a collection for the account; the case's id."""
    await page.goto(f"/accounts/{account}/open/collection")
    await page.locator("main form button.main").click()
    await page.wait_for_url(re.compile("/cases/c-"))
    return page.url.rpartition("/")[2]


def locked_today(store: Store, case_id: str) -> str:
    """The case was released from the lock-off list this morning, and a crew has its order; the list line's id."""
    now = datetime.now(UTC)
    with store.writing() as session:
        case = session.get_one(CaseRow, case_id)
        line = ListLine(
            id=f"{case_id}.90.lock-off", list_name="lock-off", case_id=case_id, account_id=case.account_id,
            state="ladder/lock-list", columns={"balance": "384.10"}, why=[], status="released", joined_at=now,
            joined_step=90, decided_at=now, decided_step=91, decided_by="lead",
        )  # fmt: skip
        session.add(line)
        today = now.astimezone(ZONE).date()
        release = f"r-{case_id[-8:]}"
        session.add(
            ListRelease(id=release, list_name="lock-off", day=today, per_day=25, approved_by=["lead", "supervisor"],
                        made_at=now, made_by="lead", lines=1, status="done")
        )  # fmt: skip
        session.flush()
        session.add(ReleaseLine(release_id=release, no=1, line_id=line.id, status="released", day=today, at=now))
        session.add(
            TaskRow(id=f"{case_id}.90", case_id=case_id, run=90, name="locking", place="ladder/locking",
                    kind="work-order", work_kind="lock-for-nonpayment", title="Lock off", queue="field", crew="field",
                    opened_at=now, opened_step=91, account_id=case.account_id)
        )  # fmt: skip
        return line.id


async def test_a_lead_reviews_a_list_takes_a_line_off_releases_the_rest_and_watches_the_lock_off_day(
    new_page: NewPage, axe: Axe, desk: Desk
) -> None:
    page = await new_page()
    await sign_in(page, "lead")
    one, other = past_due(desk.store, 2)
    first, second = await collect(page, one), await collect(page, other)

    await page.get_by_role("link", name="Lists", exact=True).click()
    await page.get_by_role("link", name="Reminder list").click()
    row = page.locator(f"tr[id^='{first}']")
    await expect(row).to_contain_text("$384.10")
    await expect(row).to_contain_text("69 days")
    await row.locator("summary").click()
    await expect(row).to_contain_text("no hold bars it")
    await axe(page)
    await page.set_viewport_size({"width": 320, "height": 640})
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"
    await page.set_viewport_size({"width": 1200, "height": 800})

    await page.locator(f"tr[id^='{second}']").get_by_role("checkbox").check()
    await expect(page.get_by_text("(1)", exact=True)).to_be_visible()
    await page.get_by_label("Why").select_option(label="Payment in the post (5 business days)")
    await page.get_by_role("button", name="Take off").click()
    await expect(page.get_by_role("status").first).to_contain_text(f"{other}: taken off")
    await expect(page.locator(f"tr[id^='{second}']")).to_have_count(0)
    await expect(page.get_by_text("Payment in the post, Mei Huang (lead)")).to_be_visible()

    await page.get_by_role("button", name=re.compile("^Release")).click()
    await page.wait_for_url(re.compile("/releases/r-"))
    await expect(page.locator("#release-state")).to_contain_text("0 of 1")
    await Releasing.in_world(desk.world).go_on()
    await expect(page.locator("#release-state")).to_contain_text("1 of 1")
    await expect(page.locator("#release-lines")).to_contain_text("released")
    await expect(page.get_by_role("button", name="Pause it")).to_have_count(0)  # nothing is left to stop
    await axe(page)

    locked_today(desk.store, first)
    await page.goto("/lists/lock-off/day")
    line = page.locator("#day-lines tr", has_text=one)
    await expect(line).to_contain_text("Lock off")
    await expect(line).to_contain_text("not asked yet")
    with desk.store.writing() as session:
        payment = Payment(id=f"late-{one}", account_id=one, received=datetime.now(ZONE).date(), amount_usd=Decimal(100))
        session.add(payment)
        session.flush()
        post(session, [payment_entry(payment, datetime.now(UTC))])
    await expect(page.locator("#day-payments")).to_contain_text("$100.00", timeout=15_000)
    await expect(line).to_contain_text("$100.00")
    await axe(page)
    await page.goto("/lists/lock-off/print")
    await axe(page)
