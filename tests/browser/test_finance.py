"""Finance in a real browser: a batch of letters from collecting to the post, and the registers around it."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from itertools import count
from typing import Any

from playwright.async_api import Page, expect

from tests.browser.conftest import NewPage

ACCOUNT = "10-004343"
_keys = count(1)


async def _sign_in(page: Page, name: str, then: str = "/") -> None:
    await page.goto(f"/sign-in?then={then}")
    await page.get_by_label("Name").fill(name)
    await page.get_by_label("Password").fill("headgate")
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("button", name="Sign out")).to_be_visible()


async def _sent(page: Page, path: str, body: dict[str, Any], **headers: str) -> dict[str, Any]:
    answer = await page.request.post(path, data=body, headers={"Idempotency-Key": f"finance-{next(_keys)}", **headers})
    assert answer.ok, await answer.text()
    found: dict[str, Any] = await answer.json()
    return found


async def _letter_waits(page: Page) -> None:
    """A complaint that is explained, so that its answer waits for the post."""
    bills = await (await page.request.get(f"/api/accounts/{ACCOUNT}/bills")).json()
    data = {"account": ACCOUNT, "bill": bills["items"][0]["id"]}
    case = (await _sent(page, "/api/cases", {"case": "high-consumption", "data": data}))["case"]
    task = await _sent(page, f"/api/tasks/{case}.1/claim", {})
    form = {"cause": "usage", "explanation": "The garden was watered in the hot week."}
    done = {"outcome": "explained", "form": form}
    await _sent(page, f"/api/tasks/{case}.1/complete", done, **{"If-Match": f'"{task["version"]}"'})


async def test_a_batch_goes_from_collecting_to_the_post(
    new_page: NewPage, axe: Callable[[Page], Awaitable[None]]
) -> None:
    rep = await new_page(script=False)
    await _sign_in(rep, "rep")
    await _letter_waits(rep)
    assert (await rep.request.get("/finance")).status == 403
    await expect(rep.get_by_role("link", name="Finance")).to_have_count(0)

    page = await new_page()
    await _sign_in(page, "finance", "/finance/letters")
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
    await expect(page.get_by_role("button", name="Put the day right")).to_be_visible()
    await axe(page)

    for place in ("", "/approvals", "/postings", "/books", "/refunds", "/imports", "/registers/write-offs"):
        await page.goto(f"/finance{place}")
        await expect(page.get_by_role("heading", level=1)).to_be_visible()
        await axe(page)
    await page.goto("/finance/books")
    await expect(page.get_by_text("The ledger balances.")).to_be_visible()
    async with page.expect_download() as download:
        await page.get_by_role("link", name="CSV file").click()
    assert (await download.value).suggested_filename.startswith("books-")
