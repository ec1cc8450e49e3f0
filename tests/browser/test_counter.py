"""A call: who it is, everything on one page, the right case in two clicks, what was offered, and a payment with its receipt."""

from __future__ import annotations

import re

from opening import Axe, sign_in
from playwright.async_api import Page, expect

ACCOUNT = "10-004259"
MARRIED = "10-004273"


async def test_a_call_is_verified_noted_paid_and_becomes_a_case_in_two_clicks(live_page: Page, axe: Axe) -> None:
    page = live_page
    await sign_in(page, "rep")
    await page.goto(f"/accounts/{ACCOUNT}")
    await expect(page.get_by_text("not asked yet")).to_be_visible()
    await axe(page)
    for question in ("Name", "Address of the service"):
        await page.get_by_role("group", name=question, exact=True).get_by_label("matches", exact=True).check()
    await page.get_by_role("button", name="Keep who it is").click()
    await expect(page.locator(".facts").get_by_text("verified", exact=True)).to_be_visible()
    assert page.url.endswith(f"/accounts/{ACCOUNT}")  # nothing personal in it

    await page.get_by_label("the written policy on shut-offs").check()
    await page.get_by_label("to talk about a plan").check()
    await page.get_by_label("What was said").fill("Asks what the notice means.")
    await page.get_by_role("button", name="Note it").click()
    await expect(page.get_by_text("offered: Policy, Options")).to_be_visible()

    await page.get_by_label("Amount").fill("25.00")
    await page.get_by_role("button", name="Take it and print the receipt").click()
    await expect(page.get_by_role("heading", name="Receipt")).to_be_visible()
    await expect(page.get_by_role("definition").filter(has_text="$25.00")).to_be_visible()
    await expect(page.get_by_text(re.compile(r"The account (owes|has a credit of) \$\d"))).to_be_visible()
    await axe(page)
    await page.get_by_role("link", name="Back to the account").click()

    said = page.get_by_role("listitem").filter(has_text="Somebody here is ill")
    await said.get_by_role("link").first.click()
    await page.get_by_role("button", name="Open the case").click()
    await expect(page).to_have_url(re.compile("/cases/c-"))


async def test_a_customer_who_married_is_found_by_the_new_name(live_page: Page, axe: Axe) -> None:
    page = live_page
    await sign_in(page, "rep")
    await page.goto(f"/accounts/{MARRIED}")
    await page.get_by_role("link", name="Change the name").click()
    await axe(page)
    await page.get_by_label("Name", exact=True).fill("Aurelia Quackenbush")
    await page.get_by_role("button", name="Keep it").click()
    await expect(page.get_by_label("Why it changes")).to_have_attribute("aria-invalid", "true")
    await page.get_by_label("Why it changes").select_option(label="marriage or divorce")
    await page.get_by_role("button", name="Keep it").click()
    await expect(page.get_by_role("heading", name="Aurelia Quackenbush")).to_be_visible()
    await page.goto("/accounts")
    await page.get_by_label(re.compile("Name, address")).fill("quackenbush")
    await page.get_by_role("button", name="Find", exact=True).click()
    await expect(page.get_by_role("link", name=MARRIED)).to_be_visible()


async def test_the_counter_fits_a_narrow_screen_and_works_without_script(page: Page) -> None:
    await page.set_viewport_size({"width": 320, "height": 640})
    await sign_in(page, "rep2")
    await page.goto(f"/accounts/{ACCOUNT}")
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await page.get_by_label("Amount").fill("ten")
    await page.get_by_role("button", name="Take it and print the receipt").click()
    await expect(page.get_by_role("alert")).to_contain_text("dollars and cents")
    await expect(page.get_by_label("Amount")).to_have_value("ten")
