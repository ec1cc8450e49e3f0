"""What keeps failing, on the supervisor's board: its cause mended and tried again, or left out with a reason."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from playwright.async_api import Page, expect
from sqlmodel import select

from store.ledger import bill_entry, post
from store.tables.money import RefundRow
from store.tables.utility import Account, Bill, Customer, Meter
from tests.browser.opening import Axe, Desk, NewPage, sign_in

PATIENCE_SECONDS = 60
ZONE = ZoneInfo("America/Los_Angeles")
CREDITED, ANSWERED = "10-004294", "10-004301"


async def _sent(page: Page, path: str, body: Any, **headers: str) -> Any:
    answer = await page.request.post(path, data=body, headers={"Idempotency-Key": uuid4().hex, **headers})
    assert answer.ok, await answer.text()
    return await answer.json()


async def _until(page: Page, path: str, is_so: Callable[[Any], bool]) -> None:
    """Waits until this is so: a page looks by itself each five seconds only."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not is_so(await (await page.request.get(path)).json()):
            await page.wait_for_timeout(50)


async def _done(page: Page, task: str, outcome: str, **form: str) -> None:
    claimed = await _sent(page, f"/api/tasks/{task}/claim", {})
    done = {"outcome": outcome, "form": form}
    await _sent(page, f"/api/tasks/{task}/complete", done, **{"If-Match": f'"{claimed["version"]}"'})


def _billed(desk: Desk, amount_usd: str) -> None:
    """The next bill comes."""
    today = datetime.now(ZONE).date()
    with desk.store.writing() as session:
        point = session.get_one(Account, CREDITED).service_point_id
        meter = session.exec(select(Meter).where(Meter.service_point_id == point)).first()
        assert meter is not None
        bill = Bill(
            id=f"next-{CREDITED}", account_id=CREDITED, meter_id=meter.id, period_start=today - timedelta(days=60),
            period_end=today, days=60, read_ccf=Decimal(10), use_ccf=Decimal(10), amount_usd=Decimal(amount_usd),
            mailed=today, due=today + timedelta(days=25),
        )  # fmt: skip
        session.add(bill)
        session.flush()
        post(session, [bill_entry(bill, datetime.now(UTC))])


async def _refund_that_the_books_do_not_hold(desk: Desk, supervisor: Page, finance: Page) -> str:
    """A refund of a credit that the next bill took, before it was approved; the case's id."""
    account = await (await supervisor.request.get(f"/api/accounts/{CREDITED}")).json()
    amount_usd, today = Decimal(account["balance_usd"]) + 60, datetime.now(ZONE).date()
    paid = {"amount_usd": str(amount_usd), "method": "check", "received": today.isoformat()}
    await _sent(supervisor, f"/api/accounts/{CREDITED}/payments", paid)
    case = (await _sent(supervisor, "/api/cases", {"case": "refund", "data": {"account": CREDITED}}))["case"]
    await _done(finance, f"{case}.1", "propose", amount="60.00")
    _billed(desk, "40.00")
    await _done(supervisor, f"{case}.2", "approve")
    return str(case)


def _paid_out_later(desk: Desk, case: str) -> None:
    """On a day of a run of checks it would be payable at once, and another story counts what is."""
    with desk.store.writing() as session:
        refund = session.exec(select(RefundRow).where(RefundRow.case_id == case)).one()
        refund.payable_on += timedelta(days=30)


async def _letter_that_cannot_be_printed(desk: Desk, supervisor: Page) -> str:
    """An answer to a name from before imports looked for characters that no font of a letter has; the case's id."""
    with desk.store.writing() as session:
        customer = session.get_one(Customer, session.get_one(Account, ANSWERED).customer_id)
        customer.name += " \U0001f3ca"
    bills = await (await supervisor.request.get(f"/api/accounts/{ANSWERED}/bills")).json()
    data = {"account": ANSWERED, "bill": bills["items"][0]["id"]}
    case = (await _sent(supervisor, "/api/cases", {"case": "high-consumption", "data": data}))["case"]
    await _done(supervisor, f"{case}.1", "explained", cause="usage", explanation="You filled the pool in July.")
    return str(case)


async def test_what_failed_is_tried_again_once_it_is_mended_and_another_is_left_out_with_a_reason(
    new_page: NewPage, axe: Axe, desk: Desk
) -> None:
    page, finance = await new_page(), await new_page()
    await sign_in(page, "supervisor")
    await sign_in(finance, "finance")
    refund = await _refund_that_the_books_do_not_hold(desk, page, finance)
    answer = await _letter_that_cannot_be_printed(desk, page)
    await _until(page, "/api/incidents", lambda found: {refund, answer} <= {each["case"] for each in found["items"]})
    await page.goto("/board")
    await page.get_by_role("link", name=re.compile("[2-9] incidents")).click()
    unpaid, unprinted = (page.locator("tr", has=page.locator(f"a[href='/cases/{case}']")) for case in (refund, answer))
    await expect(unpaid).to_contain_text("$60.00 was asked for, and the account's credit is only $20.00")
    await expect(unpaid).to_contain_text("Once they hold it again, try again")
    await expect(unprinted).to_contain_text("a character that none of its fonts can print")
    await expect(unprinted).to_contain_text("write it by hand")
    await expect(unprinted).to_contain_text("Left out, nothing else of the case hangs on it.")
    await expect(unpaid).to_contain_text("Left out, the case goes on as if it were done: it writes the refund letter")
    await axe(page)

    # The customer pays the bill: the books hold the credit again, and the refund goes on.
    await unpaid.get_by_role("link", name="Refund").click()
    await expect(page.locator(".why")).to_contain_text("the answer “Credit refunded”")
    await expect(page.get_by_text("Keeps failing: pays the account's credit out")).to_be_visible()
    await axe(page)
    await page.get_by_role("link", name=re.compile(f"account {CREDITED}")).click()
    await page.get_by_label("Amount").fill("40")
    await page.get_by_role("button", name="Take it and print the receipt").click()
    await page.goto(f"/cases/{refund}")
    await page.get_by_label("Why (needed to leave it out)").fill("The bill is paid.")
    await page.get_by_role("button", name="Try it again").click()
    await _until(page, f"/api/cases/{refund}", lambda found: found["state"] == ["payable"])
    _paid_out_later(desk, refund)
    await page.reload()
    await expect(page.get_by_text("To be paid with the next run of checks").first).to_be_visible()
    await expect(page.get_by_text(re.compile("^Keeps failing"))).to_have_count(0)
    told = page.get_by_role("listitem").filter(has_text="Tried again: pays the account's credit out")
    await expect(told).to_contain_text("by Grace Okafor (supervisor)")
    await expect(told).to_contain_text("The bill is paid.")

    # The other one is written by hand.
    await page.goto("/board/incidents")
    await expect(unpaid).to_have_count(0)
    await unprinted.get_by_role("checkbox").check()
    await page.get_by_role("button", name="Leave out").click()
    await expect(page.get_by_role("alert")).to_contain_text("the reason stays with the incident")
    await page.get_by_label("Why (needed to leave it out)").fill("Written by hand.")
    await page.get_by_role("button", name="Leave out").click()
    became = page.get_by_role("status").first
    await expect(became).to_contain_text("High-consumption complaint, writes the answer letter: left out")
    await expect(unprinted).to_have_count(0)
    await became.get_by_role("link", name="High-consumption complaint").click()
    told = page.get_by_role("listitem").filter(has_text="Left out: writes the answer letter")
    await expect(told).to_contain_text("Written by hand.")
    await axe(page)
