"""What is around every page: language, colors, shortcuts, the lock; readable by everybody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from playwright.async_api import Page, expect
from sqlalchemy import update

from store.tables.people import SignIn
from tests.browser.opening import Axe, Desk, NewPage, sign_in

ACCOUNT = "10-004371"


async def test_language_and_colors_are_chosen_without_script_and_stay(page: Page) -> None:
    await page.goto("/sign-in?then=/accounts")
    await page.get_by_role("button", name="Español").click()
    await expect(page.get_by_role("heading", name="Iniciar sesión")).to_be_visible()
    await page.get_by_role("button", name="oscuro").click()
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    await page.get_by_label("Nombre").fill("rep")
    await page.get_by_label("Contraseña").fill("headgate")
    await page.get_by_role("button", name="Iniciar sesión").click()
    await expect(page.get_by_role("heading", name="Buscar una cuenta")).to_be_visible()
    await expect(page.locator("html")).to_have_attribute("lang", "es")
    assert await page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"


async def test_a_browser_that_prefers_spanish_is_answered_in_spanish(new_page: NewPage) -> None:
    page = await new_page(locale="es-MX")
    await page.goto("/sign-in")
    await expect(page.get_by_role("heading", name="Iniciar sesión")).to_be_visible()


async def test_the_frame_is_readable_by_everybody_also_at_400_percent(new_page: NewPage, axe: Axe) -> None:
    page = await new_page(viewport={"width": 320, "height": 640})
    for address in ("/sign-in", "/problems"):
        await page.goto(address)
        await axe(page)
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
    await sign_in(page, "supervisor")
    await axe(page)
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_shortcuts_lead_everywhere_are_listed_and_can_be_switched_off(live_page: Page) -> None:
    await sign_in(live_page, "rep")
    await live_page.keyboard.press("?")
    overlay = live_page.get_by_role("dialog", name="Keyboard shortcuts")
    await expect(overlay).to_contain_text("Find an account")
    await live_page.keyboard.press("Escape")
    await expect(overlay).to_be_hidden()
    await live_page.keyboard.press("g")
    await live_page.keyboard.press("a")
    await live_page.wait_for_url("/accounts")
    await live_page.get_by_role("group", name="Keyboard shortcuts").get_by_role("button", name="off").click()
    await expect(live_page.locator("html")).to_have_attribute("data-shortcuts", "off")
    await live_page.keyboard.press("?")
    await expect(overlay).to_be_hidden()


async def test_a_covered_page_uncovers_itself_once_the_password_was_given_elsewhere(
    live_page: Page, desk: Desk
) -> None:
    await live_page.clock.install()
    await sign_in(live_page, "rep2")
    await live_page.goto(f"/accounts/{ACCOUNT}")
    said = live_page.get_by_label("What was said")
    await said.fill("She asks why the bill is twice as high.")
    await live_page.get_by_label("the written policy on shut-offs").check()
    await leave_alone(live_page, desk, "rep2")
    cover = live_page.get_by_role("dialog", name="Locked")
    await expect(cover).to_be_visible()

    other = await live_page.context.new_page()
    await other.goto("/accounts")
    await other.get_by_label("Password").fill("headgate")
    await other.get_by_role("main").get_by_role("button").click()
    await expect(other.get_by_role("heading", name="Find an account")).to_be_visible()
    await other.close()
    await live_page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")  # somebody comes back to this tab
    await expect(cover).to_be_hidden()
    await expect(said).to_have_value("She asks why the bill is twice as high.")
    await live_page.get_by_role("button", name="Note it").click()
    log = live_page.get_by_role("listitem").filter(has_text="She asks why the bill is twice as high.")
    await expect(log).to_contain_text("offered")


async def leave_alone(page: Page, desk: Desk, user: str) -> None:
    """Nobody does anything at the page until the office locks its session."""
    long_ago = datetime.now(UTC) - timedelta(hours=2)
    with desk.store.writing() as session:
        session.execute(update(SignIn).where(SignIn.user_id == user).values(seen_at=long_ago))  # type: ignore[arg-type]
    await page.clock.fast_forward("45:00")


async def test_a_page_left_alone_is_covered_and_what_was_typed_in_it_stays(live_page: Page, desk: Desk) -> None:
    await live_page.clock.install()
    await sign_in(live_page, "rep2")
    await live_page.goto("/accounts")
    typed = live_page.get_by_role("searchbox")
    await typed.fill("Gar")
    await leave_alone(live_page, desk, "rep2")
    cover = live_page.get_by_role("dialog", name="Locked")
    await cover.get_by_label("Password").fill("wrong")
    await cover.get_by_role("button", name="Go on").click()
    await expect(cover.get_by_role("alert")).to_be_visible()
    await cover.get_by_label("Password").fill("headgate")
    await cover.get_by_role("button", name="Go on").click()
    await expect(cover).to_be_hidden()
    await expect(typed).to_have_value("Gar")
    await typed.press("Enter")
    await expect(live_page.get_by_role("region", name="Found")).to_be_visible()
