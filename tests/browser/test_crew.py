"""A crew's day on a phone: with coverage, without it, and what has changed when it is back."""

from __future__ import annotations

import asyncio
import base64
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest_asyncio
from playwright.async_api import Page, Route, expect

from definitions.language.library import load_library
from definitions.language.model import CaseDefinition
from store.publishing import publish_compiled
from tests.browser.conftest import Desk, NewPage

DEFINITIONS = Path(__file__).parents[2] / "definitions"

PHONE: dict[str, Any] = {"viewport": {"width": 360, "height": 780}, "has_touch": True, "is_mobile": True}
Axe = Callable[[Page], Awaitable[None]]

#: Accounts of the sample district that no other story of the browser works on.
ACCOUNTS = (f"10-{4252 + 7 * number:06d}" for number in count())

PATIENCE_SECONDS = 60
KEPT = "async () => (await (await caches.open('crew-pages')).keys()).map((each) => new URL(each.url).pathname)"
DRAWN = "(canvas) => canvas.toDataURL()"
DRAFTED = """async (order) => {
  const settled = (asked) => new Promise((done) => { asked.onsuccess = () => done(asked.result); });
  const phone = await settled(indexedDB.open("headgate-crew"));
  const draft = await settled(phone.transaction("drafts").objectStore("drafts").get(order));
  phone.close();
  return draft?.files.map((file) => file.kind) ?? [];
}"""
PICTURE = """async (input) => {
  const canvas = Object.assign(document.createElement("canvas"), {width: 4000, height: 3000});
  canvas.getContext("2d").fillRect(0, 0, 4000, 3000);
  const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
  const files = new DataTransfer();
  files.items.add(new File([blob], "camera.png", {type: "image/png"}));
  input.files = files.files;
  input.dispatchEvent(new Event("change", {bubbles: true}));
}"""

CURB: dict[str, Any] = {
    "case": "curb",
    "title": "At the curb",
    "data": {"account": {"type": "account", "required": True}},
    "initial": "locking",
    "states": {
        "locking": {
            "work-order": {
                "title": "Lock off",
                "crew": "field",
                "check-at-site": True,
                "outcomes": {
                    "locked": {"target": "locked", "title": "Locked"},
                    "no-access": {"target": "later", "unchecked": True, "title": "No access"},
                },
            }
        },
        "locked": {"type": "final"},
        "later": {"type": "final"},
    },
}


def _publish(desk: Desk, definition: dict[str, Any]) -> None:
    library = load_library(DEFINITIONS)
    library.cases[definition["case"]] = CaseDefinition.model_validate(definition)
    with desk.store.writing() as session:
        publish_compiled(
            session, library.compile(definition["case"]), source="", by="author", at=datetime(2026, 1, 1, tzinfo=UTC)
        )


async def _sign_in(page: Page, name: str, then: str) -> Page:
    await page.goto(f"/sign-in?then={then}")
    await page.get_by_label("Name").fill(name)
    await page.get_by_label("Password").fill("headgate")
    await page.get_by_role("button", name="Sign in").click()
    return page


async def _send(page: Page, path: str, body: Any) -> Any:
    answer = await page.request.post(path, data=body, headers={"Idempotency-Key": uuid4().hex})
    assert answer.ok, await answer.text()
    return await answer.json()


async def _read(page: Page, path: str) -> Any:
    answer = await page.request.get(path)
    assert answer.ok, await answer.text()
    return await answer.json()


async def _reread(rep: Page, account: str) -> str:
    """An order to read the meter of this account again."""
    opened = await _send(rep, "/api/cases", {"case": "reread", "data": {"account": account, "asked_by": "district"}})
    [order] = [task for task in (await _read(rep, f"/api/tasks?case={opened['case']}"))["items"] if not task["closed"]]
    return str(order["id"])


@pytest_asyncio.fixture
async def rep(new_page: NewPage) -> Page:
    """A representative's browser: opens the cases that send a crew out, and reads what comes back."""
    return await _sign_in(await new_page(), "rep", "/")


@pytest_asyncio.fixture
async def phone(new_page: NewPage, rep: Page) -> Page:
    """The crew's phone, signed in."""
    return await _sign_in(await new_page(**PHONE), "crew", "/crew")


async def _steps(rep: Page, order: str) -> list[Any]:
    return list((await _read(rep, f"/api/cases/{order.partition('.')[0]}/steps"))["items"])


async def _answer_lost(route: Route) -> None:
    """The office does what is asked, and coverage goes before its answer arrives."""
    await route.fetch()
    await route.abort()


async def _kept(phone: Page, *orders: str) -> None:
    """Waits until the phone can do without coverage."""
    await phone.goto("/crew")
    wanted = [f"/crew/orders/{order}" for order in orders]
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not set(wanted) <= set(await phone.evaluate(KEPT)):
            await phone.wait_for_timeout(50)
        while not await phone.evaluate("navigator.serviceWorker.controller !== null"):
            await phone.wait_for_timeout(50)


async def _close(phone: Page) -> None:
    await phone.get_by_role("button", name="Close the order").click()
    await expect(phone).to_have_url(re.compile("/crew$"))


async def _sign(phone: Page, order: str) -> str:
    """Signs with the finger, which draws and does not move the page; the drawing as a data URL, once the phone has it."""
    await phone.get_by_text("Signature").click()
    field = phone.get_by_role("img", name="Field to sign in")
    await field.scroll_into_view_if_needed()
    box, scrolled, empty = await field.bounding_box(), await phone.evaluate("scrollY"), await field.evaluate(DRAWN)
    assert box is not None
    finger = await phone.context.new_cdp_session(phone)
    for kind, places in (("touchStart", 1), ("touchMove", 2), ("touchMove", 3), ("touchEnd", 0)):
        at = {"x": box["x"] + places * box["width"] / 4, "y": box["y"] + (1 + places % 2) * box["height"] / 3}
        await finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [at] if places else []})
    await finger.detach()
    drawn = await field.evaluate(DRAWN)
    assert drawn != empty
    assert await phone.evaluate("scrollY") == scrolled
    async with asyncio.timeout(PATIENCE_SECONDS):
        while "signature" not in await phone.evaluate(DRAFTED, order):
            await phone.wait_for_timeout(50)
    return str(drawn)


async def _enter(phone: Page, order: str, read: str) -> None:
    await phone.locator(f'[data-order="{order}"] a.open').click()
    await expect(phone.get_by_role("heading", name="Reread the meter")).to_be_visible()
    await phone.get_by_label("Read", exact=True).check()
    await phone.get_by_label(re.compile("^Read of the crew")).fill(read)


async def test_a_crew_reads_a_meter_twice_photographs_it_and_closes_the_order(
    new_page: NewPage, phone: Page, rep: Page, axe: Axe
) -> None:
    order = await _reread(rep, next(ACCOUNTS))
    lead = await _sign_in(await new_page(), "lead", "/crew/unfinished")
    await expect(lead.locator(f'a[href="/tasks/{order}"]')).to_be_visible()
    await axe(lead)
    await phone.goto("/crew")
    item = phone.locator(f'[data-order="{order}"]')
    await expect(item.get_by_role("link", name="Directions")).to_have_attribute(
        "href", re.compile(r"^geo:3[78]\.\d+,-120\.\d+")
    )
    await axe(phone)
    await item.locator("a.open").click()
    await expect(phone.get_by_role("heading", name="Reread the meter")).to_be_visible()
    await expect(phone.get_by_label(re.compile("^Read of the crew"))).to_be_hidden()  # only one outcome asks for it

    await phone.get_by_label("Read", exact=True).check()
    await phone.get_by_role("button", name="Close the order").click()
    await expect(phone.get_by_text("Read of the crew is needed.")).to_be_visible()
    await phone.get_by_label(re.compile("^Read of the crew")).fill("1")
    await expect(phone.get_by_text(re.compile("This is below the last read"))).to_be_visible()
    await axe(phone)
    again = phone.get_by_label("The register, read once more")
    await again.fill("2")
    await expect(phone.get_by_text("The two reads differ.")).to_be_visible()
    await again.fill("1")
    await phone.get_by_label("Photograph", exact=True).evaluate(PICTURE)
    await expect(phone.get_by_role("img", name="photograph")).to_be_visible()
    await phone.get_by_text("Signature").click()
    await phone.get_by_label("Name of who signs").fill("M. Lopez")
    await phone.reload()  # the camera may cost the page: what was entered is there
    await expect(phone.get_by_label(re.compile("^Read of the crew"))).to_have_value("1")
    await expect(phone.get_by_role("img", name="photograph")).to_be_visible()
    await _close(phone)
    await expect(phone.get_by_text("Everything is sent.")).to_be_visible()
    await expect(item).to_have_count(0)

    closed = await _read(rep, f"/api/tasks/{order}")
    assert (closed["state"], closed["closed_by"], closed["filled"]["read"]) == ("completed", "crew", "1")
    files = (await _read(rep, f"/api/files?case={closed['case']}"))["items"]
    photo = next(file for file in files if file["id"] == closed["filled"]["photo"])
    assert photo["content_type"] == "image/jpeg"
    assert photo["size"] < 100_000
    assert [file["kind"] for file in files if file["id"] != photo["id"]] == ["signature"]


async def test_what_is_closed_and_signed_without_coverage_is_sent_once_and_a_recalled_order_warns(
    phone: Page, rep: Page, axe: Axe
) -> None:
    done, recalled, taken = [await _reread(rep, next(ACCOUNTS)) for _ in range(3)]
    await _kept(phone, done, recalled, taken)
    await phone.context.set_offline(True)
    await _enter(phone, done, "99999")
    await expect(phone.get_by_text("This is far above the usual use")).to_be_visible()
    await phone.get_by_label("The register, read once more").fill("99999")
    signature = await _sign(phone, done)
    await phone.reload()  # the phone may lose the page while it is handed around
    await expect(phone.get_by_role("img", name="Field to sign in")).to_be_visible()
    await _close(phone)
    await expect(phone.get_by_text("1 closing is kept on this phone and will be sent.")).to_be_visible()
    await _enter(phone, taken, "1")
    await phone.get_by_label(re.compile("a photograph of the register")).evaluate(PICTURE)
    await expect(phone.get_by_role("img", name="photograph")).to_be_visible()
    await _close(phone)
    await phone.reload()
    await expect(phone.get_by_text("No coverage. 2 closings are kept on this phone and will be sent.")).to_be_visible()
    await expect(phone.locator(f'.closed[data-order="{done}"]')).to_be_visible()

    for order in (recalled, taken):
        await _send(rep, f"/api/cases/{order.partition('.')[0]}/events/customer-withdrew", {"data": {}})
    closings: list[str] = []
    phone.on("request", lambda request: closings.append(request.url) if request.url.endswith("/close") else None)
    await phone.route("**/close", _answer_lost, times=1)
    await phone.context.set_offline(False)
    await expect(phone.get_by_text("2 closings are kept on this phone and will be sent.")).to_be_visible()
    while not closings:
        await phone.wait_for_timeout(50)
    await phone.evaluate("dispatchEvent(new Event('online'))")

    await expect(phone.get_by_role("alert").get_by_text(re.compile("Do not go on: recalled at"))).to_have_count(2)
    await expect(phone.get_by_text("1 closing needs you.")).to_be_visible()
    conflict = phone.locator(f'.is-refused[data-task="{taken}"]')
    await expect(conflict).to_contain_text("cancelled, as its reason went away")
    await expect(conflict.get_by_role("term").filter(has_text="Read of the crew")).to_be_visible()
    await expect(conflict.get_by_role("img", name="photograph")).to_be_visible()
    await axe(phone)
    sent = await _read(rep, f"/api/tasks/{done}")
    assert (sent["closed_by"], sent["filled"]["read"]) == ("crew", "99999")
    assert len(closings) == 3  # one for each, and once more the one whose answer was lost
    [completed] = [step for step in await _steps(rep, done) if step["event"].startswith("outcome")]
    assert completed["by"] == "crew"
    case = done.partition(".")[0]
    [signed] = (await _read(rep, f"/api/files?case={case}"))["items"]
    assert (signed["kind"], signed["task"], signed["uploaded_by"]) == ("signature", done, "crew")
    await rep.goto(f"/cases/{case}")
    file = await rep.request.get(str(await rep.get_by_role("link", name="signature.png").get_attribute("href")))
    assert await file.body() == base64.b64decode(signature.partition(",")[2])

    await conflict.get_by_role("button", name="Hand it to the office").click()
    await expect(phone.get_by_text("What you entered is with the office now")).to_be_visible()
    notes = (await _read(rep, f"/api/cases/{taken.partition('.')[0]}/notes"))["items"]
    assert "Read of the crew: 1" in notes[0]["text"]
    await phone.reload()
    await expect(phone.get_by_text("Everything is sent.")).to_be_visible()


async def test_a_lock_needs_a_fresh_check_and_coverage_and_signing_out_leaves_nothing(
    desk: Desk, phone: Page, rep: Page, axe: Axe
) -> None:
    _publish(desk, CURB)
    opened = await _send(rep, "/api/cases", {"case": "curb", "data": {"account": next(ACCOUNTS)}})
    order = f"{opened['case']}.1"
    await _kept(phone, order)
    await phone.goto(f"/crew/orders/{order}")
    locked = phone.get_by_role("radio", name="Locked")
    await expect(locked).to_be_disabled()
    await expect(phone.get_by_text("Check at the curb first.")).to_be_visible()
    await phone.get_by_role("button", name="Check now").click()
    await expect(phone.get_by_text("nothing stands against “Lock off” now")).to_be_visible()
    await locked.check()
    await axe(phone)

    await phone.context.set_offline(True)
    await expect(locked).to_be_disabled()
    await expect(locked).not_to_be_checked()
    await expect(phone.get_by_text("Not without coverage: the office must be asked at the curb")).to_be_visible()
    assert (
        await phone.evaluate("dispatchEvent(new Event('locking', {cancelable: true}))") is False
    )  # no password to ask for
    await phone.reload()
    await expect(locked).to_be_disabled()
    await expect(phone.get_by_label("No access")).to_be_enabled()
    await phone.context.set_offline(False)
    await expect(
        phone.get_by_text("Check at the curb first.")
    ).to_be_visible()  # what the phone kept of a check is none
    await phone.get_by_role("button", name="Check now").click()
    await locked.check()
    await _close(phone)
    await expect(phone.get_by_text("Everything is sent.")).to_be_visible()
    assert (await _read(rep, f"/api/tasks/{order}"))["outcome"] == "locked"

    await phone.get_by_role("button", name="Sign out").click()
    await expect(phone.get_by_role("heading", name="Sign in")).to_be_visible()
    async with asyncio.timeout(PATIENCE_SECONDS):
        while await phone.evaluate("caches.has('crew-pages')"):
            await phone.wait_for_timeout(50)
    await phone.context.set_offline(True)
    await phone.goto("/crew")
    await expect(phone.get_by_text("No coverage, and this page is not kept on the phone.")).to_be_visible()


async def test_without_script_the_same_page_closes_the_order(new_page: NewPage, rep: Page) -> None:
    order = await _reread(rep, next(ACCOUNTS))
    phone = await _sign_in(await new_page(script=False, **PHONE), "crew", "/crew")
    await phone.locator(f'[data-order="{order}"] a.open').click()
    await phone.get_by_role("button", name="I take this order").click()
    await phone.get_by_label("Read", exact=True).check()
    await phone.get_by_label(re.compile("^Read of the crew")).fill("1")
    await phone.get_by_role("button", name="Close the order").click()
    await expect(phone.get_by_role("alert").filter(has_text="A read is to be looked at twice")).to_be_visible()
    await phone.get_by_label("The register, read once more").fill("1")
    await phone.get_by_role("button", name="Close the order").click()
    await expect(phone.get_by_text("The order is closed.")).to_be_visible()
    assert (await _read(rep, f"/api/tasks/{order}"))["outcome"] == "done"
