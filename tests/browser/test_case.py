"""A representative decides a complaint with script: the story beside it, what each outcome will do, and the way it took."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from playwright.async_api import Page, expect
from sqlmodel import select

from api.texts import day
from store.engine import Store
from store.ledger import bill_entry, post
from store.tables.utility import Account, Bill, Meter
from tests.browser.opening import Axe, Desk, NewPage, sign_in

ACCOUNT, UNPAID = "10-004238", "10-004392"
ZONE = ZoneInfo("America/Los_Angeles")


async def test_a_representative_sees_before_choosing_what_an_outcome_will_do(live_page: Page, axe: Axe) -> None:
    page = live_page
    await sign_in(page, "rep")
    await page.goto(f"/accounts/{ACCOUNT}/open/high-consumption")
    await page.get_by_label(re.compile("^Bill")).select_option(index=1)
    await page.get_by_role("button", name="Open the case").click()
    await expect(page).to_have_url(re.compile("/cases/c-"))
    case = page.url
    await expect(page.locator(".why")).to_contain_text("Review the consumption history")
    await page.get_by_text("The numbers", exact=True).click()
    await expect(page.get_by_role("columnheader", name="Neighbours")).to_be_visible()
    await axe(page)

    await page.get_by_role("link", name="Review the consumption history", exact=True).click()
    await page.get_by_role("button", name="Claim this task").press("Enter")
    explained = page.locator("#does-explained")
    await expect(explained).to_contain_text(re.compile("closes the case in 1[45] days"))
    await page.get_by_label(re.compile("^Cause")).select_option("usage")
    await expect(page.locator("#does-leak")).to_contain_text("opens a case “Leak investigation”")
    await axe(page)
    await page.get_by_role("button", name="The use is explained").click()

    await page.wait_for_url(case)
    await expect(page.get_by_text("Review the consumption history: The use is explained", exact=True)).to_be_visible()
    await expect(page.get_by_role("button", name="Take your last outcome back")).to_be_visible()
    await page.get_by_text("The way it took, in words").click()
    await expect(page.get_by_role("listitem").filter(has_text="(Review the consumption history").first).to_be_visible()
    picture = await page.request.get(f"{case}/states.svg")
    assert "penwidth" in await picture.text() or 'stroke-width="2' in await picture.text()
    await axe(page)


async def test_a_case_page_fits_a_narrow_screen(page: Page) -> None:
    await sign_in(page, "rep")
    await page.set_viewport_size({"width": 320, "height": 640})
    await page.goto(f"/accounts/{ACCOUNT}")
    await page.get_by_role("link", name=re.compile("is open already|High-consumption complaint")).first.click()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_a_case_s_page_follows_what_others_do_and_leaves_alone_what_somebody_is_writing(
    new_page: NewPage, axe: Axe
) -> None:
    mine, theirs = await new_page(), await new_page()
    await sign_in(mine, "rep")
    await mine.goto("/accounts/10-004357/open/high-consumption")
    await mine.get_by_label(re.compile("^Bill")).select_option(index=1)
    await mine.get_by_role("button", name="Open the case").click()
    await expect(mine).to_have_url(re.compile("/cases/c-"))
    await mine.get_by_label("A note").fill("She calls back at")
    await mine.get_by_text("The way it took, in words").click()
    await mine.get_by_text("On what grounds").last.click()
    await sign_in(theirs, "rep2")
    await theirs.goto(mine.url)

    await theirs.get_by_role("link", name="Review the consumption history", exact=True).click()
    await theirs.get_by_role("button", name="Claim this task").click()
    await expect(mine.get_by_role("cell", name="Ben Thorne (rep2)")).to_be_visible()
    await theirs.get_by_label("A note").fill("Her neighbours had a leak.")
    await theirs.get_by_role("button", name="Write it down").click()
    await expect(mine.get_by_text("Her neighbours had a leak.")).to_be_visible()
    await theirs.get_by_label(re.compile("^Cause")).select_option("usage")
    await theirs.get_by_role("button", name="The use is explained").click()
    await expect(mine.get_by_text("Review the consumption history: The use is explained", exact=True)).to_be_visible()
    await expect(mine.locator(".why")).not_to_contain_text("Review the consumption history")
    await expect(mine.locator("img.picture")).to_have_attribute("src", re.compile(r"\?step=[2-9]"))

    await expect(mine.get_by_label("A note")).to_have_value("She calls back at")
    await expect(mine.locator("#case-way details")).to_have_attribute("open", "")
    await expect(mine.locator("#case-timeline details[open]")).to_have_count(1)
    await axe(mine)


async def test_two_people_at_one_task_are_told_of_each_other_and_nothing_typed_is_lost(
    new_page: NewPage, axe: Axe
) -> None:
    rep, supervisor = await new_page(), await new_page()
    await sign_in(rep, "rep2")
    await rep.goto("/accounts/10-004385/open/high-consumption")
    await rep.get_by_label(re.compile("^Bill")).select_option(index=1)
    await rep.get_by_role("button", name="Open the case").click()
    await expect(rep).to_have_url(re.compile("/cases/c-"))
    case = rep.url.rpartition("/")[2]
    await rep.get_by_role("link", name="Review the consumption history", exact=True).click()
    await rep.get_by_role("button", name="Claim this task").click()
    await rep.get_by_label(re.compile("^Cause")).select_option("usage")
    comment = rep.get_by_label(re.compile("^Comment"))
    await comment.fill("A pool was filled in May.")

    # A supervisor raises it meanwhile: who sends the older page is told, and everything stands in the form to be sent again.
    await sign_in(supervisor, "supervisor")
    await supervisor.goto("/board/tasks?which=all&who=rep2")
    await supervisor.locator(f"input[value='{case}.1']").check()
    await supervisor.get_by_label("How pressing").select_option("urgent")
    await supervisor.get_by_role("button", name="Set it").click()
    await expect(supervisor.get_by_role("status").first).to_contain_text("done")
    explained = rep.get_by_role("button", name="The use is explained")
    await explained.click()
    await expect(rep.get_by_text(re.compile("^Changed by .*supervisor"))).to_be_visible()
    await rep.get_by_text("See what").click()
    await expect(comment).to_have_value("A pool was filled in May.")
    await expect(rep.get_by_label(re.compile("^Cause"))).to_have_value("usage")
    await axe(rep)

    # It is given to somebody else meanwhile: the form is theirs now, and what was typed is shown.
    await supervisor.goto(f"/tasks/{case}.1")
    await supervisor.get_by_text("Give it to somebody").click()
    await supervisor.get_by_label("Who takes it").select_option("rep")
    await supervisor.get_by_role("button", name="Assign it").click()
    await expect(supervisor.get_by_text("(rep) has it")).to_be_visible()
    await explained.click()
    await expect(rep.get_by_text("What you had typed was not sent:")).to_be_visible()
    await expect(rep.get_by_role("definition").filter(has_text="A pool was filled in May.")).to_be_visible()
    await axe(rep)


def past_due(store: Store, account: str, *, days: int) -> None:
    """A bill of the account that nobody has paid was due so many days ago."""
    due, id_ = datetime.now(ZONE).date() - timedelta(days=days), f"unpaid-{account}"
    with store.writing() as session:
        if (bill := session.get(Bill, id_)) is not None:
            bill.due = due
            return
        point = session.get_one(Account, account).service_point_id
        meter = session.exec(select(Meter).where(Meter.service_point_id == point)).first()
        assert meter is not None
        bill = Bill(
            id=id_, account_id=account, meter_id=meter.id, period_start=due - timedelta(days=85),
            period_end=due - timedelta(days=26), days=59, read_ccf=Decimal(10), use_ccf=Decimal(10),
            amount_usd=Decimal(2000), mailed=due - timedelta(days=25), due=due,
        )  # fmt: skip
        session.add(bill)
        session.flush()
        post(session, [bill_entry(bill, datetime.now(UTC))])


async def test_an_outcome_that_the_law_bars_yet_tells_its_section_and_its_first_day_and_has_no_button_before(
    new_page: NewPage, axe: Axe, desk: Desk
) -> None:
    supervisor, review, finance = await new_page(), await new_page(), await new_page()
    past_due(desk.store, UNPAID, days=40)

    # The board heard the owner on paper: two people move the case to where the parcel is handed over.
    await sign_in(supervisor, "supervisor")
    await supervisor.goto(f"/accounts/{UNPAID}/open/lien")
    await supervisor.get_by_role("button", name="Open the case").click()
    await expect(supervisor).to_have_url(re.compile("/cases/c-"))
    await supervisor.get_by_text("Ask to move the case").click()
    await supervisor.get_by_label("To which state").select_option("listing")
    await supervisor.locator("#move-reason").fill("The board heard it on paper.")
    await supervisor.get_by_role("button", name="Ask for it").last.click()
    await sign_in(review, "review")
    await review.goto(supervisor.url)
    asked = review.get_by_role("listitem").filter(has=review.get_by_text("Hand the parcel to the county", exact=True))
    await expect(asked.filter(has_text="The board heard it on paper.")).to_be_visible()
    await review.get_by_role("button", name="Agree, as the second person").click()
    await expect(review.get_by_text("Agreed by Elena Kaplan (review).")).to_be_visible()
    await axe(review)

    await sign_in(finance, "finance")
    await finance.goto(review.url)
    await finance.get_by_role("link", name="Hand the parcel to the county", exact=True).click()
    first = day(datetime.now(ZONE).date() + timedelta(days=21))
    barred = finance.get_by_text(re.compile("^Not possible now: not before .*60 full days since .*Water Code 31701"))
    await expect(barred).to_contain_text(f"First lawful day: {first}")
    await finance.get_by_role("button", name="Claim this task").click()
    await expect(barred).to_contain_text(f"First lawful day: {first}")
    await expect(finance.get_by_role("button", name="The county's date has passed")).to_be_visible()
    await expect(finance.get_by_role("button", name="It is on the roll")).to_have_count(0)
    await axe(finance)

    past_due(desk.store, UNPAID, days=70)
    await finance.reload()
    await finance.get_by_role("button", name="It is on the roll").click()
    await expect(finance.get_by_text("now On the tax roll")).to_be_visible()
