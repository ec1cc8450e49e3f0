"""An outage, from its announcement by a lead to a representative who tells the customer, and to the end of it."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browser.opening import Axe, NewPage, sign_in

ACCOUNT = "10-004364"
PATIENCE = 60_000  #: milliseconds, on a busy machine


async def test_who_calls_about_water_that_is_off_is_told_so_and_until_when(new_page: NewPage, axe: Axe) -> None:
    rep, lead = await new_page(viewport={"width": 320, "height": 640}), await new_page()
    await sign_in(rep, "rep")
    await rep.goto(f"/accounts/{ACCOUNT}")
    await rep.get_by_label("What was said").fill("There is no water in the kitchen.")
    opening = await rep.context.new_page()
    await opening.goto(f"/accounts/{ACCOUNT}/open/leak-investigation")
    typed = opening.get_by_label("What was reported")
    await typed.fill("Water runs down the driveway.")
    await sign_in(lead, "lead")
    await lead.get_by_role("link", name="Outages").click()
    await lead.get_by_text("Announce an outage").click()
    await lead.get_by_label("an emergency", exact=True).check()
    await lead.get_by_label("Reason, as customers are told").fill("A main has broken.")
    await lead.get_by_label("Account numbers").fill(ACCOUNT)
    await axe(lead)
    await lead.get_by_role("button", name="Announce it").click()
    await expect(lead.get_by_text("The water is off here in an emergency since")).to_be_visible()
    await expect(lead.get_by_text("Mei Huang (lead)")).to_be_visible()
    await axe(lead)

    # The page that the customer's call is being noted on is told by itself, and leaves alone what is being written.
    told = rep.locator("#account-outages")
    await expect(told).to_contain_text("A main has broken.", timeout=PATIENCE)
    await expect(rep.get_by_label("What was said")).to_have_value("There is no water in the kitchen.")
    # So is the form on which a case is being opened that the outage may be behind.
    before = opening.locator("#outages-before-opening")
    await expect(before).to_contain_text("A main has broken.", timeout=PATIENCE)
    await expect(before).to_contain_text("Look first whether that is what they come with.")
    await expect(typed).to_have_value("Water runs down the driveway.")
    await axe(opening)
    await opening.close()
    assert await rep.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await axe(rep)
    await rep.get_by_role("group", name="Told of the outage").get_by_label("yes").check()
    await rep.get_by_role("button", name="Note it").click()
    await expect(rep.get_by_role("link", name="told of the outage")).to_be_visible()

    await lead.get_by_role("button", name="It is back").click()
    await expect(lead.get_by_text("The water was off here until")).to_be_visible()
    await expect(told).to_contain_text("The water was off here until", timeout=PATIENCE)
