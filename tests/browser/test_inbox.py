"""The inbox in a real browser: an e-mail is taken, given its account, and opens a case with the form filled in; memos."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

from playwright.async_api import Page, expect

from tests.browser.conftest import NewPage

ACCOUNT = "10-004350"


async def _sign_in(page: Page, name: str) -> None:
    await page.goto("/inbox")
    await page.get_by_label("Name").fill(name)
    await page.get_by_label("Password").fill("headgate")
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("heading", name="Inbox", exact=True)).to_be_visible()


async def test_what_came_in_opens_a_case_and_a_memo_is_read(
    new_page: NewPage, axe: Callable[[Page], Awaitable[None]]
) -> None:
    page, watching = await new_page(), await new_page()
    await _sign_in(watching, "rep2")
    await _sign_in(page, "rep")
    await page.get_by_role("link", name="Take in something new").click()
    await page.get_by_label("How it came").select_option("email")
    await page.get_by_label("From whom").fill("A neighbor")
    await page.get_by_label("What it is about").fill("The bill of July")
    await page.get_by_label("What it says").fill("It is twice the usual one.")
    await page.get_by_label("Account number").fill("10-none")
    await page.get_by_role("button", name="Take it in").click()
    await expect(page.get_by_text("is the number of an account")).to_be_visible()
    await expect(page.get_by_label("What it says")).to_have_value("It is twice the usual one.")
    await axe(page)
    await page.get_by_label("Account number").fill(ACCOUNT)
    await page.get_by_role("button", name="Take it in").click()
    await expect(page.get_by_role("heading", name="The bill of July")).to_be_visible()
    await axe(page)
    item = page.url
    await expect(watching.get_by_role("link", name="The bill of July")).to_be_visible()

    # A colleague is quicker; both see who has it.
    other = await new_page(script=False)
    await _sign_in(other, "rep2")
    await other.get_by_role("link", name="The bill of July").click()
    await other.get_by_role("button", name="Take it", exact=True).click()
    await page.get_by_role("button", name="Take it", exact=True).click()
    await expect(page.get_by_role("alert")).to_contain_text("rep2 has this item")
    await other.get_by_role("button", name="Put it back").click()

    await page.goto(item)
    await page.get_by_role("link", name="High-consumption complaint").click()
    await page.get_by_label(re.compile("^Bill")).select_option(index=1)
    await page.get_by_role("button", name="Open the case").click()
    await expect(page).to_have_url(re.compile("/cases/c-"))
    await expect(page.get_by_text("E-mail from A neighbor")).to_be_visible()
    await expect(watching.get_by_role("link", name="The bill of July")).to_have_count(0)

    await page.goto("/inbox/new")
    await page.get_by_label("What it is about").fill("An advertisement")
    await page.get_by_role("button", name="Take it in").click()
    await page.get_by_label("Why it needs nothing").fill("It sells pens.")
    await page.get_by_role("button", name="Close it").click()
    await expect(page.get_by_text("closed it as needing nothing")).to_be_visible()
    await page.goto("/inbox?which=all")
    await axe(page)

    await page.goto("/memos")
    await page.get_by_label("To", exact=True).select_option("person:rep2")
    await page.get_by_label("What it says").fill("The neighbor may come to the counter.")
    await page.get_by_role("button", name="Send it").click()
    await expect(page.get_by_text("Not read yet.")).to_be_visible()
    await axe(page)
    await other.goto("/memos")
    await other.get_by_role("button", name="I have read it").click()
    await expect(other.get_by_text("You have read it.")).to_be_visible()
    await page.reload()
    await expect(page.get_by_text(re.compile(r"\(rep2\) read it"))).to_be_visible()
