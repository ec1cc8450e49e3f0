"""The first pages in a real browser, without script: from signing in to the answer letter."""

from __future__ import annotations

import re

from playwright.async_api import Page, expect

ACCOUNT = "10-004217"  # of the sample district: a leak runs there


async def _sign_in(page: Page, name: str, first: str = "Queue") -> None:
    await page.goto("/")
    await page.get_by_label("Name").fill(name)
    await page.get_by_label("Password").fill("headgate")
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("heading", name=first, exact=True)).to_be_visible()


async def test_a_representative_works_a_complaint_through_to_its_letter(page: Page) -> None:
    await _sign_in(page, "rep")

    await page.get_by_role("link", name="Find an account").click()
    await page.get_by_label(re.compile("Name, address")).fill(ACCOUNT)
    await page.get_by_role("button", name="Find", exact=True).click()
    await page.get_by_role("link", name=ACCOUNT).click()
    await expect(page.get_by_role("img", name=re.compile("^Does this use differ"))).to_be_visible()
    assert ACCOUNT not in page.url.split("/accounts/")[0]

    await page.get_by_role("link", name="High-consumption complaint").click()
    await page.get_by_role("button", name="Open the case").click()
    await expect(page.get_by_role("alert")).to_contain_text("form")  # the bill was not chosen
    await page.get_by_label(re.compile("^Bill")).select_option(index=1)
    await page.get_by_role("button", name="Open the case").click()
    await expect(page).to_have_url(re.compile("/cases/c-"))
    case = page.url

    await page.get_by_role("link", name="Review the consumption history", exact=True).click()
    await page.get_by_role("button", name="Claim this task").click()
    await page.get_by_label(re.compile("^Cause")).select_option("usage")
    await page.get_by_label(re.compile("^Explanation")).fill("It was hot \U0001f31e.")
    await page.get_by_role("button", name="The use is explained").click()
    wrong = page.locator(".field.wrong", has=page.get_by_label(re.compile("^Explanation")))
    await expect(wrong).to_contain_text("has \U0001f31e (U+1F31E), which letters cannot print")
    await page.get_by_label(re.compile("^Explanation")).fill("The period had a hot week, and the garden was watered.")
    await page.get_by_role("button", name="Keep it half-filled").click()
    await expect(page.get_by_label(re.compile("^Explanation"))).to_have_value(re.compile("hot week"))
    await page.get_by_role("button", name="The use is explained").click()

    assert page.url == case
    await expect(page.get_by_text("outcome").first).to_be_visible()
    letter = page.get_by_role("link", name=re.compile(r"\(PDF\)"))
    for _ in range(50):
        if await letter.count():
            break
        await page.reload()
    file = await page.request.get(str(await letter.first.get_attribute("href")))
    assert file.headers["content-type"] == "application/pdf"
    assert (await file.body()).startswith(b"%PDF-")


async def test_an_open_complaint_is_shown_before_a_second_is_opened(page: Page) -> None:
    await _sign_in(page, "rep2")
    await page.goto(f"/accounts/{ACCOUNT}")
    await expect(page.get_by_role("link", name="one is open already")).to_be_visible()


async def test_a_form_sent_twice_does_it_once_and_a_stale_page_is_told(page: Page) -> None:
    await _sign_in(page, "rep")
    await page.goto("/accounts/10-004217")
    # The token of another session, or none, is refused.
    answer = await page.request.post("/tasks/next", form={"form-token": "nonsense", "key": "k"})
    assert answer.status == 403
    assert "another session" in await answer.text()


async def test_who_is_not_signed_in_is_asked_to_and_comes_back(page: Page) -> None:
    await page.goto(f"/accounts/{ACCOUNT}")
    await expect(page).to_have_url(re.compile(r"/sign-in\?then="))
    await page.get_by_label("Name").fill("rep")
    await page.get_by_label("Password").fill("wrong")
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("alert")).to_contain_text("wrong")
    await page.get_by_label("Password").fill("headgate")
    await page.get_by_role("button", name="Sign in").click()
    await expect(page).to_have_url(re.compile(f"/accounts/{ACCOUNT}$"))
    await page.get_by_role("button", name="Sign out").click()
    await page.goto("/")
    await expect(page).to_have_url(re.compile("/sign-in"))


async def test_a_crew_sees_its_orders_and_no_account(page: Page) -> None:
    await _sign_in(page, "crew", first="Today's orders")
    await expect(page.get_by_role("link", name="Find an account")).to_have_count(0)
    answer = await page.goto(f"/accounts/{ACCOUNT}")
    assert answer is not None
    assert answer.status == 403


async def test_a_task_is_put_aside_resumed_and_handed_over_with_what_is_filled_in(page: Page) -> None:
    await _sign_in(page, "rep")
    await page.goto("/accounts/10-004224")
    await page.get_by_role("link", name="High-consumption complaint").click()
    await page.get_by_label(re.compile("^Bill")).select_option(index=1)
    await page.get_by_role("button", name="Open the case").click()
    await page.get_by_role("link", name="Review the consumption history", exact=True).click()
    await page.get_by_role("button", name="Claim this task").click()
    await page.get_by_label(re.compile("^Explanation")).fill("Guests in July.")
    await page.get_by_role("button", name="Keep it half-filled").click()

    await page.get_by_text("Give it to somebody").click()
    await page.get_by_label(re.compile("^Put it aside")).fill("The customer calls back on Friday.")
    await page.get_by_role("button", name="Put it aside").click()
    await expect(page.get_by_text("This task is put aside.")).to_be_visible()
    await page.get_by_role("button", name="Go on with it").click()

    await page.get_by_text("Give it to somebody").click()
    await page.get_by_label("Come back to it on").fill("2030-01-07")
    await page.get_by_role("button", name="Remember the day").click()
    await page.get_by_text("Give it to somebody").click()
    await expect(page.get_by_label("Come back to it on")).to_have_value("2030-01-07")
    await page.get_by_label("Who takes it").select_option("rep2")
    await page.get_by_role("button", name="Hand it over").click()
    await expect(page.get_by_text("(rep2) has it")).to_be_visible()
    await expect(page.get_by_role("button", name="The use is explained")).to_have_count(0)


async def test_an_outcome_chosen_by_mistake_is_taken_back(page: Page) -> None:
    await _sign_in(page, "rep")
    await page.goto("/accounts/10-004231")
    await page.get_by_role("link", name="High-consumption complaint").click()
    await page.get_by_label(re.compile("^Bill")).select_option(index=1)
    await page.get_by_role("button", name="Open the case").click()
    await page.get_by_role("link", name="Review the consumption history", exact=True).click()
    task = page.url
    await page.get_by_role("button", name="Claim this task").click()
    await page.get_by_role("button", name="The use is explained").click()
    await page.goto(task)
    await page.get_by_role("button", name="Take it back").click()
    # The ended run stays in the list; beside it the task is open once more.
    await expect(page.get_by_role("link", name="Review the consumption history", exact=True)).to_have_count(2)
