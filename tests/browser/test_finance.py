"""Finance in a real browser: letters from collecting to the post and back from it, and the registers around them."""

from __future__ import annotations

import re

from playwright.async_api import Page, expect
from sqlmodel import col, select

from store.tables.papers import Letter
from tests.browser.opening import Axe, Desk, NewPage, sent, sign_in, signed_in, there

ACCOUNT, MOVED_AWAY = "10-004343", "10-004280"
RETURNED_MAIL = re.compile("^(Returned mail|Mail that came back)$")  #: as the author's story calls it


async def _letter_waits(page: Page, account: str) -> str:
    """A complaint that is explained, so that its answer waits for the post; its case."""
    bills = await (await page.request.get(f"/api/accounts/{account}/bills")).json()
    data = {"account": account, "bill": bills["items"][0]["id"]}
    case: str = (await sent(page, "/api/cases", {"case": "high-consumption", "data": data}))["case"]
    form = {"cause": "usage", "explanation": "The garden was watered in the hot week."}
    await sent(page, f"/api/tasks/{case}.1/complete", {"outcome": "explained", "form": form})
    return case


async def test_a_batch_goes_from_collecting_to_the_post(new_page: NewPage, axe: Axe) -> None:
    rep = await new_page(script=False)
    await sign_in(rep, "rep")
    await _letter_waits(rep, ACCOUNT)
    assert (await rep.request.get("/finance")).status == 403
    await expect(rep.get_by_role("link", name="Finance")).to_have_count(0)

    page = await new_page()
    await sign_in(page, "finance")
    await page.goto("/finance/letters")
    collect = page.get_by_role("button", name=re.compile("Collect [1-9]"))
    for _ in range(100):
        if await collect.count():
            break
        await page.reload()
    await axe(page)
    await collect.click()
    await expect(page.get_by_role("heading", name=re.compile("to be printed"))).to_be_visible()
    preview = await page.request.get(f"{page.url}/pdf")
    assert (await preview.body()).startswith(b"%PDF-")
    await axe(page)

    await page.get_by_role("button", name="Print the batch").click()
    await expect(page.get_by_role("heading", name=re.compile("to be mailed"))).to_be_visible()
    await page.get_by_role("group").filter(has_text="Print it again").first.click()
    await page.get_by_label("Why it is printed again").fill("The printer jammed.")
    await page.get_by_role("button", name="Print it again").click()
    await expect(page.get_by_text("2 copies")).to_be_visible()

    # A letter that is recalled now leaves sheets to pull.
    await page.get_by_role("row").filter(has_text="answer").get_by_text("Recall it").first.click()
    await page.get_by_label("Reason").first.fill("The customer came to the counter.")
    await page.get_by_role("button", name="Recall it").first.click()
    await expect(page.get_by_text("Pull these sheets")).to_be_visible()
    await page.get_by_role("button", name="It is mailed").click()
    await expect(page.get_by_role("heading", name=re.compile("mailed"))).to_be_visible()
    await page.get_by_role("group").filter(has_text="Put the day right").get_by_text("Put the day right").first.click()
    await page.get_by_role("button", name="Put the day right").click()
    await expect(page.get_by_text("Say a reason to put the day right.")).to_be_visible()
    await axe(page)

    for place in ("", "/books", "/imports", "/registers/deposits"):
        await page.goto(f"/finance{place}")
        await expect(page.get_by_role("heading", level=1)).to_be_visible()
        await axe(page)
    await page.goto("/finance/books")
    await expect(page.get_by_text("The ledger balances.")).to_be_visible()
    async with page.expect_download() as download:
        await page.get_by_role("link", name="CSV file").click()
    assert (await download.value).suggested_filename.startswith("books-")


async def test_a_letter_that_the_post_brings_back_tells_its_case_and_opens_the_search_for_an_address(
    new_page: NewPage, axe: Axe, desk: Desk
) -> None:
    rep, page = await signed_in(new_page, "rep", script=False), await signed_in(new_page, "finance")
    case = await _letter_waits(rep, MOVED_AWAY)
    written = select(Letter.id).where(Letter.case_id == case, col(Letter.file_digest).is_not(None))
    reference = (await there(desk.store, written)).removeprefix("l-")
    batch = await sent(page, "/api/letters/batches")
    await sent(page, f"/api/letters/batches/{batch['id']}/print")
    today = batch["made"][:10]
    await sent(page, f"/api/letters/batches/{batch['id']}/mailed", {"mailed_on": today})

    await page.goto("/finance/letters")
    came_back = page.locator("form", has=page.get_by_role("heading", name="The post brought it back"))
    await came_back.get_by_role("button", name="Note it as returned").click()
    await expect(came_back.get_by_text("Reference is needed.")).to_be_visible()
    await came_back.get_by_label("Reference").fill(reference)
    await came_back.get_by_label("Came back on").fill("2020-01-02")
    await came_back.get_by_role("button", name="Note it as returned").click()
    await expect(came_back.get_by_text("Came back on is too early or too late.")).to_be_visible()
    await expect(came_back.get_by_label("Reference")).to_have_value(reference)
    await expect(came_back.get_by_label("Came back on")).to_have_value("2020-01-02")
    await axe(page)
    await came_back.get_by_label("Came back on").fill(today)
    await came_back.get_by_role("button", name="Note it as returned").click()
    heard = page.get_by_role("status").filter(has_text="The letter counts as returned.")
    await expect(heard.get_by_role("link")).to_have_text([RETURNED_MAIL, "High-consumption complaint"])
    await axe(page)

    await heard.get_by_role("link", name="High-consumption complaint").click()
    await expect(page.locator("#case-timeline")).to_contain_text("Letter returned")
    await expect(page.locator("#case-letters-of-it")).to_contain_text("returned")
    await expect(page.get_by_text("Mail comes back", exact=True)).to_be_visible()
    await axe(page)
    await page.get_by_role("link", name=RETURNED_MAIL).click()
    await expect(page.locator(".why")).to_contain_text(
        "Waits for Customer service to do “Look for the customer's address”"
    )
    await expect(page.get_by_text("Day it came back")).to_be_visible()
    await axe(page)
    await rep.goto(page.url)
    await rep.get_by_role("link", name="Look for the customer's address", exact=True).click()
    await expect(rep.get_by_role("button", name="Claim this task")).to_be_visible()
