"""The auditor's story: who looked at what, refusals, a day, an export; and what somebody reads of themselves."""

from __future__ import annotations

import asyncio
import csv
import io
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

from conftest import NewPage
from playwright.async_api import Page, expect
from test_frame import sign_in

ACCOUNT = "10-004224"


async def test_an_auditor_finds_who_saw_an_account_and_takes_it_out_as_csv(
    new_page: NewPage, axe: Callable[[Page], Awaitable[None]]
) -> None:
    rep = await new_page(script=False)
    await sign_in(rep, "rep")
    await rep.goto(f"/accounts/{ACCOUNT}")
    await rep.goto("/audit")
    await expect(rep.get_by_role("link", name="Audit", exact=True)).to_have_count(0)  # refused, and not offered
    await rep.goto("/audit/mine?kind=refused")
    await expect(rep.get_by_role("row").filter(has_text="read-audit").first).to_be_visible()

    auditor = await new_page()
    await sign_in(auditor, "auditor")
    await auditor.get_by_role("link", name="Audit", exact=True).click()
    await auditor.get_by_label("Account").fill(ACCOUNT)
    await auditor.get_by_label("Person").select_option("rep")
    await auditor.get_by_label("What", exact=True).select_option("seen")
    await auditor.get_by_role("button", name="Look").click()
    rows = auditor.get_by_role("row").filter(has_text=ACCOUNT)
    await expect(rows.first).to_contain_text("right: finds accounts and reads their story")
    await axe(auditor)
    async with auditor.expect_download() as coming:
        await auditor.get_by_role("button", name="Export all of it as CSV").click()
    written = await asyncio.to_thread(Path(await (await coming.value).path()).read_text)
    lines = list(csv.DictReader(io.StringIO(written)))
    assert {(line["person"], line["account"], line["act"]) for line in lines} == {("rep", ACCOUNT, "view")}

    await auditor.goto("/audit?by=auditor")
    await expect(auditor.get_by_role("row").filter(has_text=re.compile("exported it")).first).to_be_visible()
    await auditor.goto("/audit?first=someday")
    await expect(auditor.get_by_role("alert")).to_contain_text("2026-03-09")


async def test_the_audit_fits_a_narrow_screen(new_page: NewPage, axe: Callable[[Page], Awaitable[None]]) -> None:
    page = await new_page(viewport={"width": 320, "height": 640})
    await sign_in(page, "auditor")
    await page.goto("/audit")
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await axe(page)


async def test_what_keeps_a_customers_data_is_said_on_their_page(
    new_page: NewPage, axe: Callable[[Page], Awaitable[None]]
) -> None:
    page = await new_page()
    await sign_in(page, "supervisor")
    await page.goto(f"/accounts/{ACCOUNT}")
    await page.get_by_role("link", name="Personal data").click()
    await expect(page.get_by_text(f"the account {ACCOUNT} is not closed")).to_be_visible()
    await expect(page.get_by_role("button", name="Ask for it before its time")).to_have_count(0)
    await axe(page)
    await page.get_by_role("link", name="Personal data").click()
    await expect(page.get_by_role("heading", name="Waiting for a second person")).to_be_visible()
    await axe(page)
