"""A supervisor's way over the board: what is late, given to somebody and raised; an absence; where the cases are."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from playwright.async_api import Page, expect
from sqlmodel import col, select

from store.tables.cases import TaskRow
from tests.browser.opening import Axe, Desk, NewPage, sign_in

ACCOUNT, ANOTHER = "10-004245", "10-004378"
PATIENCE = 60_000  #: milliseconds, on a busy machine


async def complaint(page: Page, account: str = ACCOUNT) -> str:
    """Opens a complaint about a bill; the case's id."""
    await page.goto(f"/accounts/{account}/open/high-consumption")
    await page.locator("select[name='field.bill']").select_option(index=1)
    await page.locator("main form button.main").click()
    await page.wait_for_url(re.compile("/cases/c-"))
    return page.url.rpartition("/")[2]


async def test_a_supervisor_sees_what_is_late_gives_it_to_somebody_and_looks_where_cases_wait(
    new_page: NewPage, axe: Axe, desk: Desk
) -> None:
    page = await new_page()
    await sign_in(page, "supervisor")
    case = await complaint(page)
    with desk.store.writing() as session:
        task = session.exec(select(TaskRow).where(col(TaskRow.case_id) == case)).one()
        task.due_at = task.due_order = datetime.now(UTC) - timedelta(days=2)

    await page.get_by_role("link", name="Board", exact=True).click()
    await expect(page.get_by_role("row", name=re.compile("Customer service")).first).to_be_visible()
    await axe(page)
    await page.set_viewport_size({"width": 320, "height": 640})
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"
    await page.set_viewport_size({"width": 1200, "height": 800})

    await page.get_by_role("link", name=re.compile(r"\d+ late")).click()
    await page.locator(f"input[value='{case}.1']").check()
    await page.get_by_label("Give them to").select_option("rep2")
    await page.get_by_role("button", name="Give them").click()
    await expect(page.get_by_role("status").first).to_contain_text("done")
    await page.locator(f"input[value='{case}.1']").check()
    await page.get_by_label("How pressing").select_option("urgent")
    await page.get_by_role("button", name="Set it").click()
    line = page.locator("tr", has=page.locator(f"input[value='{case}.1']"))
    await expect(line).to_contain_text("urgent")
    await expect(line).to_contain_text("rep2")
    await axe(page)

    await page.get_by_role("link", name="Absences", exact=True).click()
    await page.get_by_label("Who is away").select_option("rep2")
    await page.get_by_label("First day").fill("2031-03-03")
    await page.get_by_label("Last day").fill("2031-03-07")
    await page.get_by_label("Who stands in").select_option("rep")
    await page.get_by_role("button", name="Note it").click()
    row = page.get_by_role("row", name=re.compile("3 Mar 2031"))
    await expect(row).to_contain_text("rep")
    await axe(page)
    await row.get_by_role("button").click()
    await expect(row).to_have_count(0)

    await page.get_by_role("link", name="State machines").click()
    await page.get_by_role("link", name="High-consumption complaint").click()
    await expect(page.get_by_role("row", name=re.compile("Review the consumption history"))).to_be_visible()
    picture = page.get_by_role("img", name=re.compile("The states of"))
    assert await picture.evaluate("image => image.decode().then(() => image.naturalWidth > 0)")
    await axe(page)
    await page.get_by_role("link", name="Review the consumption history").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text(
        "High-consumption complaint: Review the consumption history"
    )
    await expect(page.locator("main")).to_contain_text("the longest there first")
    await axe(page)
    await page.locator("table a[href^='/cases/']").first.click()
    await expect(page.get_by_text("Waits for").first).to_be_visible()
    await page.go_back()
    await page.goto("/board/machines/collection")
    box = await page.locator(".picture-box").element_handle()
    await page.wait_for_function("box => box.scrollLeft > 0 && box.scrollTop > 0", arg=box)
    await page.get_by_role("link", name="Plots", exact=True).click()
    await expect(page.get_by_role("img", name=re.compile("What came in"))).to_be_visible()
    await axe(page)


async def test_the_board_follows_what_becomes_late_and_what_a_colleague_finishes(
    new_page: NewPage, axe: Axe, desk: Desk
) -> None:
    rep, board = await new_page(), await new_page()
    await sign_in(rep, "rep2")
    case = await complaint(rep, ANOTHER)
    await rep.get_by_role("link", name="Review the consumption history", exact=True).click()
    await rep.get_by_role("button", name="Claim this task").click()
    await sign_in(board, "supervisor")
    await board.goto("/board")
    late, person = board.locator("#count-late strong"), board.locator("#person-rep2")
    before = int(await late.inner_text())
    counted = board.get_by_role("link", name=re.compile(r"\d+ late"))
    await counted.focus()
    await board.evaluate("window.stays = true")

    with desk.store.writing() as session:
        task = session.exec(select(TaskRow).where(col(TaskRow.case_id) == case)).one()
        task.due_at = task.due_order = datetime.now(UTC) - timedelta(days=2)
    await expect(late).to_have_text(str(before + 1), timeout=PATIENCE)
    await expect(person).to_have_class(re.compile("late"))
    await axe(board)

    await rep.get_by_role("button", name="The use is explained").click()
    await expect(rep).to_have_url(re.compile("/cases/c-"))
    await expect(late).to_have_text(str(before), timeout=PATIENCE)
    await expect(counted).to_be_focused()
    assert await board.evaluate("window.stays")  # the page was not loaded again
