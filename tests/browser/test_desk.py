"""The desk in a real browser: the whole way with script, by keyboard alone, and two people at the same desk."""

from __future__ import annotations

import re

from playwright.async_api import Page, expect

from store import claims
from tests.browser.opening import Axe, Desk, NewPage, sign_in

TASK = "Review the consumption history"


async def open_complaint(page: Page, account: str) -> str:
    """Opens a complaint about a bill; the case's id."""
    await page.goto(f"/accounts/{account}/open/high-consumption")
    await page.locator("select[name='field.bill']").select_option(index=1)
    await page.locator("main form button.main").click()
    await page.wait_for_url(re.compile("/cases/c-"))
    return page.url.rpartition("/")[2]


async def test_a_representative_s_day_at_the_desk_from_sign_in_to_the_last_click(new_page: NewPage, axe: Axe) -> None:
    page = await new_page()
    await sign_in(page, "rep")
    case = await open_complaint(page, "10-004308")
    await page.goto("/")
    line = page.locator(f"#waiting tr[id^='t-{case}']")
    await line.get_by_role("button", name="Claim").click()
    mine = page.locator(f"#mine tr[id^='t-{case}']")
    await expect(mine).to_be_visible()
    await expect(line).to_have_count(0)
    await expect(page.get_by_role("status").first).to_contain_text("1 task done.")

    await mine.get_by_role("checkbox").check()
    await page.get_by_label("A note on each").fill("She calls back on Friday.")
    await page.get_by_role("button", name="Write it down").click()
    await page.get_by_label("Come back to them on").fill("2030-01-07")
    await page.get_by_role("button", name="Remember the day").click()
    await expect(mine).to_contain_text("until 7 Jan 2030")
    await expect(mine.get_by_role("checkbox")).to_be_checked()
    await axe(page)
    await page.set_viewport_size({"width": 320, "height": 640})
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"
    await page.set_viewport_size({"width": 1200, "height": 800})

    await page.get_by_label("Find an account, a customer").press_sequentially("10-00430", delay=20)
    await expect(page.locator("#found").get_by_role("link", name="10-004308")).to_be_visible()
    assert "10-00430" not in page.url

    await mine.get_by_role("link").click()
    await expect(page.get_by_text("She calls back on Friday.")).to_be_visible()


async def test_interrupted_work_is_found_again_with_what_was_typed(new_page: NewPage) -> None:
    page = await new_page()
    await sign_in(page, "rep")
    case = await open_complaint(page, "10-004315")
    await page.goto(f"/tasks/{case}.1")
    await page.get_by_role("button", name="Claim this task").click()
    await page.get_by_label(re.compile("^Explanation")).fill("The garden was watered in the hot week.")
    await page.get_by_role("link", name="Queue").click()  # the telephone rings
    line = page.locator(f"#mine tr[id^='t-{case}']")
    await expect(line).to_contain_text("half-filled", timeout=20_000)
    await line.get_by_role("link").click()
    await expect(page.get_by_label(re.compile("^Explanation"))).to_have_value(re.compile("hot week"))
    await page.get_by_label(re.compile("^Cause")).select_option("usage")
    await page.get_by_role("button", name="The use is explained").click()
    await page.wait_for_url(re.compile(f"/cases/{case}$"))


async def test_two_people_at_one_desk_see_at_once_what_the_other_takes_and_what_comes_in(
    new_page: NewPage, desk: Desk
) -> None:
    one, other = await new_page(), await new_page()
    await sign_in(one, "rep")
    await sign_in(other, "rep2")
    seen = await other.evaluate("window.untouched = true")
    assert seen
    above, case = await open_complaint(one, "10-004399"), await open_complaint(one, "10-004322")
    with desk.store.writing() as session:
        claims.set_priority(session, f"{above}.1", "high")
    there = other.locator(f"#waiting tr[id^='t-{case}']")
    await expect(there).to_be_visible(timeout=20_000)
    await there.get_by_role("checkbox").focus()
    await expect(other.locator(f"#waiting tr[id^='t-{above}']")).to_contain_text("high")
    assert await there.evaluate("row => row.previousElementSibling !== null")
    with desk.store.writing() as session:
        claims.set_priority(session, f"{case}.1", "urgent")  # it moves up, and the focus goes with it
    await expect(there).to_contain_text("urgent")
    assert await there.evaluate("row => row.previousElementSibling === null && row.contains(document.activeElement)")
    await one.goto("/")
    await one.locator(f"#waiting tr[id^='t-{case}']").get_by_role("button", name="Claim").click()
    await expect(there).to_have_count(0, timeout=20_000)
    assert await other.evaluate("window.untouched"), "the page was loaded anew"

    # Who was too late is told so, and by whom; nothing else is lost.
    stale = await other.request.get("/")
    token = re.search(r'name="form-token" value="([^"]+)"', await stale.text())
    assert token is not None
    answer = await other.request.post("/desk/acts", form={"form-token": token[1], "key": "k", "one": f"claim {case}.1"})
    assert "rep has this task" in await answer.text()


async def test_a_morning_by_keyboard_alone(new_page: NewPage) -> None:
    page = await new_page()
    await sign_in(page, "rep2")
    first, second = await open_complaint(page, "10-004329"), await open_complaint(page, "10-004336")
    await page.goto("/")
    await expect(page.locator(f"tr[id^='t-{second}']")).to_be_visible()

    async def walk_to(case: str) -> None:
        for key in ("j",) * 60 + ("k",) * 60:  # of two that are due alike either may be the upper one
            await page.keyboard.press(key)
            if await page.evaluate("document.activeElement.closest('[data-row]')?.id") == f"t-{case}.1":
                return
        raise AssertionError("the line was not reached")

    await walk_to(first)
    await page.keyboard.press("c")
    await expect(page.locator(f"#mine tr[id='t-{first}.1']")).to_be_visible()
    assert await page.evaluate("document.activeElement.matches('[data-row] a')"), "the focus was lost"
    await page.keyboard.press("k")
    await walk_to(second)
    await page.keyboard.press("x")
    await page.keyboard.press("C")
    await expect(page.locator(f"#mine tr[id='t-{second}.1']")).to_be_visible()
    await page.keyboard.press("/")
    await page.keyboard.type("10-004329")
    await expect(page.locator("#found a").first).to_be_visible()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await page.wait_for_url("/accounts/10-004329")
    await page.keyboard.press("g")
    await page.keyboard.press("q")
    await page.wait_for_url("/")
    await page.keyboard.press("n")
    await page.wait_for_url(re.compile("/tasks/"))
