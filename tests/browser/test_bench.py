"""The author's story: a draft, its findings at their lines, a rehearsal, a second person; and two who write at once."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from opening import Axe, Desk, NewPage
from playwright.async_api import Page, expect
from test_frame import sign_in

from store.tables.cases import CaseRow
from store.tables.migrations import CaseMigration, MigratingCase

CASE = "returned-mail"
ACCOUNT = "10-004399"


async def _replace(page: Page, old: str, new: str) -> None:
    """Types over the first place of a text, as somebody with a keyboard does."""
    found = await page.evaluate(
        """([old]) => {
            const field = document.getElementById("source"), at = field.value.indexOf(old);
            field.focus(); field.setSelectionRange(at, at + old.length); return at;
        }""",
        [old],
    )
    assert found >= 0, old
    await page.keyboard.insert_text(new)


async def test_an_author_writes_rehearses_and_proposes_and_a_second_person_publishes(
    new_page: NewPage, axe: Callable[[Page], Awaitable[None]]
) -> None:
    author = await new_page()
    await sign_in(author, "author")
    await author.get_by_role("link", name="Author's bench").click()
    await axe(author)
    await author.get_by_role("button", name="Begin a draft of Returned mail").click()
    await expect(author.get_by_role("img", name=re.compile("State machine"))).to_be_visible()
    draft = author.url

    # A misspelt queue is found where it stands, with what was meant; a click goes there.
    await _replace(author, "queue: customer-service", "queue: costumer-service")
    finding = author.locator(".findings li").filter(has_text="customer-service").first
    await expect(finding).to_contain_text("near")
    await finding.get_by_role("link").click()
    place = "document.getElementById('source')"
    line = await author.evaluate(f"{place}.value.slice(0, {place}.selectionStart).split('\\n').length")
    await expect(finding.get_by_role("link")).to_contain_text(f"line {line},")
    await expect(author.locator(".gutter .error").first).to_have_text(str(line))
    await axe(author)
    await _replace(author, "queue: costumer-service", "queue: customer-service")
    await expect(finding).to_have_count(0)

    # What was typed outlives the page.
    await _replace(author, "title: Returned mail", "title: Mail that came back")
    await author.goto("/bench")
    await author.goto(draft)
    await expect(author.locator("#source")).to_have_value(re.compile("title: Mail that came back"))

    await author.get_by_label("At most so many cases").select_option("50")
    await author.get_by_label("Days").select_option("30")
    await author.get_by_role("button", name="Rehearse it").click()
    await expect(author.get_by_role("heading", name="Where do the cases end?")).to_be_visible(timeout=120_000)
    await expect(author.get_by_text("50 cases played")).to_be_visible()
    await axe(author)

    await author.goto(draft)
    await author.get_by_label("What is new").fill("Says it as the desk says it.")
    await author.get_by_role("button", name="Propose it").click()
    await expect(author.get_by_text("a second person approves it")).to_be_visible(timeout=60_000)
    proposal = author.url

    second = await new_page(script=False)
    await sign_in(second, "supervisor")
    await second.goto(f"/accounts/{ACCOUNT}/open/{CASE}")
    await second.get_by_role("button", name="Open the case").click()
    await expect(second).to_have_url(re.compile("/cases/c-"))
    await second.goto(proposal)
    await expect(second.get_by_role("row").filter(has_text="title: Mail that came back")).to_be_visible()
    await second.get_by_role("button", name="Send it back").click()
    await expect(second.get_by_role("alert")).to_contain_text("Say why")
    await second.get_by_role("button", name="Approve and publish").click()
    await expect(second.get_by_role("link", name="version 2")).to_be_visible(timeout=60_000)
    await second.goto(f"/bench/cases/{CASE}/compare?old=1&new=2")
    await expect(second.get_by_role("row").filter(has_text="title: Mail that came back")).to_be_visible()
    await author.goto(f"/bench/cases/{CASE}")
    await axe(author)
    await author.goto(f"/bench/cases/{CASE}/migrate?before=1&after=2")
    await expect(author.get_by_role("heading", name="Bring open cases over")).to_be_visible()
    foreseen = author.get_by_role("region", name="What would become of each case").get_by_role("row")
    await expect(foreseen.filter(has=author.get_by_role("link", name=re.compile("^c-")))).to_contain_text(
        ["nothing moves"]
    )
    await axe(author)


async def test_how_far_a_migration_is_appears_while_one_looks(new_page: NewPage, axe: Axe, desk: Desk) -> None:
    at = datetime.now(UTC)
    row: dict[str, Any] = {"definition": CASE, "version": 1, "title": "Returned mail", "state": "x", "snapshot": {}}
    with desk.store.writing() as session:
        for number in (1, 2):
            session.add(CaseRow(id=f"c-looked-at-{number}", status="closed", opened_at=at, at=at, step_no=1, **row))
        # Paused, so that no worker goes on with it meanwhile.
        session.add(
            CaseMigration(id="mg-looked-at", definition=CASE, from_version=1, to_version=1, reason="A new wording.",
                          cases=2, status="paused", asked_by="author", asked_at=at)
        )  # fmt: skip
        session.flush()
        for number in (1, 2):
            session.add(MigratingCase(migration_id="mg-looked-at", case_id=f"c-looked-at-{number}"))
    author = await new_page()
    await sign_in(author, "author")
    await author.goto("/bench/migrations/mg-looked-at")
    await expect(author.get_by_text("0 of 2")).to_be_visible()
    await author.evaluate("window.stays = true")
    with desk.store.writing() as session:
        moved = session.get_one(MigratingCase, ("mg-looked-at", "c-looked-at-1"))
        moved.status, moved.sentence, moved.at = "refused", "A hold stands.", at
    await expect(author.get_by_text("1 of 2")).to_be_visible()
    await expect(author.get_by_role("row").filter(has_text="A hold stands.")).to_be_visible()
    assert await author.evaluate("window.stays")  # the page was not loaded again
    await axe(author)
    await author.get_by_role("button", name="Leave the others where they are").click()
    await expect(author.get_by_role("button", name="Go on")).to_have_count(0)


async def test_what_was_typed_without_a_connection_is_there_when_one_comes_back(new_page: NewPage) -> None:
    author = await new_page()
    await sign_in(author, "author")
    await author.goto("/bench")
    await author.get_by_label("Its name").fill("lost-valve")
    await author.get_by_role("button", name="Begin it").click()
    await expect(author.locator("#source")).to_have_value(re.compile("case: lost-valve"))
    draft = author.url

    await author.route("**/beside", lambda route: route.abort())
    await _replace(author, "title: Look into it", "title: Look for the valve")
    await expect(author.get_by_text("what you write is not kept")).to_be_visible()
    await author.goto("/bench")
    await author.unroute("**/beside")

    await author.goto(draft)
    await expect(author.locator("#source")).to_have_value(re.compile("title: Look for the valve"))
    await expect(author.locator("#beside")).to_have_attribute("data-version", "2")  # and the server has it now
    await author.reload()
    await expect(author.locator("#source")).to_have_value(re.compile("title: Look for the valve"))


async def test_two_who_write_one_draft_are_told_and_nothing_is_lost(new_page: NewPage) -> None:
    author, second = await new_page(), await new_page(script=False)
    await sign_in(author, "author")
    await author.goto("/bench")
    await author.get_by_label("Its name").fill("lost-key")
    await author.get_by_role("button", name="Begin it").click()
    await expect(author.locator("#source")).to_have_value(re.compile("case: lost-key"))
    await sign_in(second, "supervisor")
    await second.goto(author.url)

    await _replace(author, "title: Look into it", "title: Look for the key")
    await expect(author.locator("#beside")).to_have_attribute("data-version", "2")
    await second.locator("#source").fill("case: lost-key\ntitle: Another text\n")
    await second.get_by_role("button", name="Check", exact=True).click()
    await expect(second.get_by_role("alert")).to_contain_text("(author) changed this draft at")
    await expect(second.locator("#source")).to_have_value(re.compile("Another text"))
    await second.get_by_role("button", name="Check", exact=True).click()  # knowing what the other one wrote

    await _replace(author, "title: Look for the key", "title: Look for the lost key")
    await expect(author.get_by_role("alert")).to_contain_text("Grace Okafor (supervisor) changed this draft at")
    await author.get_by_role("button", name="Put mine in its place").click()
    await expect(author.get_by_role("alert")).to_have_count(0)
    await author.reload()
    await expect(author.locator("#source")).to_have_value(re.compile("Look for the lost key"))


async def test_who_may_not_write_definitions_reads_versions_and_sees_no_drafts(new_page: NewPage) -> None:
    rep = await new_page(script=False, viewport={"width": 320, "height": 640})
    await sign_in(rep, "rep")
    await expect(rep.get_by_role("link", name="Author's bench")).to_have_count(0)
    await rep.goto(f"/bench/cases/{CASE}/versions/1")
    await expect(rep.get_by_role("region", name="Text")).to_contain_text("case: returned-mail")
    await expect(rep.get_by_role("button", name=re.compile("draft"))).to_have_count(0)
    assert await rep.evaluate("document.documentElement.scrollWidth <= innerWidth")
