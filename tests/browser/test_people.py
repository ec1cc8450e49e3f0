"""People in a real browser: somebody begins, chooses a password and leaves."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

from playwright.async_api import Page, expect

from tests.browser.conftest import NewPage


async def _sign_in(page: Page, name: str, then: str, password: str = "headgate") -> None:
    await page.goto(f"/sign-in?then={then}")
    await page.get_by_label("Name").fill(name)
    await page.get_by_label("Password").fill(password)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("button", name="Sign out")).to_be_visible()


async def test_somebody_begins_chooses_a_password_and_leaves(
    new_page: NewPage, axe: Callable[[Page], Awaitable[None]]
) -> None:
    page = await new_page()
    await _sign_in(page, "admin", "/people")
    await axe(page)
    await page.get_by_role("link", name="Add somebody").click()
    await page.get_by_label("Short name").fill("ana")
    await page.get_by_label(re.compile("^Name")).fill("Ana Ruiz")
    await page.get_by_label("Password for the first sign-in").fill("short")
    await page.get_by_label("Customer service representative").check()
    await page.get_by_role("button", name="Add them").click()
    await expect(page.get_by_text("has at least 12 characters")).to_be_visible()
    await expect(page.get_by_label("Customer service representative")).to_be_checked()
    await page.get_by_label("Password for the first sign-in").fill("for the first day")
    await page.get_by_role("button", name="Add them").click()
    await expect(page.get_by_role("heading", name="Ana Ruiz")).to_be_visible()
    await page.get_by_label("Adjustment").fill("75")
    await page.get_by_role("button", name="Keep the changes").click()
    await expect(page.get_by_text("limits none → adjustment 75.00")).to_be_visible()
    await axe(page)

    ana = await new_page()
    await _sign_in(ana, "ana", "/", "for the first day")
    await expect(ana.get_by_text("Somebody else set the password")).to_be_visible()
    await ana.get_by_label("New password").fill("a long word of mine")
    await ana.get_by_label("The same once more").fill("a long word of mine")
    await ana.get_by_role("button", name="Change the password").click()
    await expect(ana.get_by_text("Your password is another now.")).to_be_visible()
    await axe(ana)
    assert (await ana.request.get("/people")).status == 403
    await expect(ana.get_by_role("link", name="People")).to_have_count(0)

    # A page that is out of date says who was first, and keeps what was typed.
    other = await new_page()
    await _sign_in(other, "admin", "/people/ana")
    await other.get_by_label(re.compile("^Name")).fill("Ana R.")
    await other.get_by_role("button", name="Keep the changes").click()
    await expect(other.get_by_role("heading", name="Ana R.")).to_be_visible()
    await page.get_by_label(re.compile("^Name")).fill("Ana María Ruiz")
    await page.get_by_role("button", name="Keep the changes").click()
    await expect(page.get_by_text("(admin) changed this person")).to_be_visible()
    await expect(page.get_by_label(re.compile("^Name"))).to_have_value("Ana María Ruiz")

    await page.goto("/people/ana")
    await page.get_by_text("They leave").click()
    await page.get_by_label("Who takes over").select_option("rep")
    await page.get_by_label("Reason").fill("Moves away.")
    await page.get_by_role("button", name="Let them go").click()
    await expect(page.get_by_role("button", name="They are back")).to_be_visible()
    await ana.goto("/")
    await expect(ana).to_have_url(re.compile("/sign-in"))
