"""Takes the pictures of the README and the tutorial from a running sample district, while it walks through the tutorial.

`python docs/pictures/take.py http://localhost:8000`, on a sample that nobody has worked on yet.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from headgate.home import SAMPLE_PASSWORD
from headgate.prepare import browser

FOLDER = Path(__file__).parent
ACCOUNT = "10-004217"
DESK = {"width": 1200, "height": 800}
PHONE = {"width": 390, "height": 780}
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class Tour:
    """A browser, a district, and the pages of its people."""

    def __init__(self, chromium: Browser, base: str) -> None:
        self.chromium = chromium
        self.base = base

    @contextmanager
    def signed_in(self, user: str, *, phone: bool = False) -> Iterator[Page]:
        """The page of somebody who has just signed in."""
        context = self.chromium.new_context(base_url=self.base, viewport=PHONE if phone else DESK, color_scheme="light")
        page = context.new_page()
        page.goto("/")
        page.get_by_label("Name").fill(user)
        page.get_by_label("Password").fill(SAMPLE_PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_load_state()
        yield page
        context.close()

    def representative(self) -> None:
        """From the queue to a complaint of which a leak is suspected."""
        with self.signed_in("rep") as page:
            take(page, "queue")
            page.goto(f"/accounts/{ACCOUNT}")
            take(page, "account")
            page.get_by_role("link", name="High-consumption complaint").first.click()
            page.get_by_label(re.compile("^Bill")).select_option(index=1)
            page.get_by_role("button", name="Open the case").click()
            page.get_by_role("link", name="Review the consumption history", exact=True).click()
            page.get_by_role("button", name="Claim this task").click()
            page.get_by_label(re.compile("^Cause")).select_option("leak")
            expect(page.locator("#does-leak")).to_contain_text("opens a case")
            take(page, "task")
            page.get_by_role("button", name="A leak is suspected").click()
            page.wait_for_url(re.compile("/cases/"))
            take(page, "case")

    def crew(self) -> None:
        """The day's orders and one of them, on a phone."""
        with self.signed_in("crew", phone=True) as page:
            page.goto("/crew")
            take(page, "crew")
            page.get_by_role("link", name=re.compile("Look for the leak|Read the meter")).first.click()
            page.wait_for_load_state()
            take(page, "order")

    def lead(self) -> None:
        """The list of those whose water may be shut off, and why each of them is on it."""
        with self.signed_in("lead") as page:
            page.goto("/lists/lock-off")
            reasons = page.locator("table.lines details summary")
            if reasons.count():
                reasons.first.click()
            take(page, "lock-off-list")

    def supervisor(self) -> None:
        """What is late and where, and where the cases of a kind stand."""
        with self.signed_in("supervisor") as page:
            page.goto("/board")
            take(page, "board")
            page.goto("/board/machines/high-consumption")
            page.wait_for_load_state("networkidle")
            take(page, "machine")

    def author(self) -> None:
        """A draft with a slip in it, and what is said about that."""
        with self.signed_in("author") as page:
            page.goto("/bench/cases/reread")
            page.get_by_role("button", name="Begin a draft").click()
            text = page.locator("#source")
            text.fill(text.input_value().replace("crew: meters", "crew: metres", 1))
            expect(page.locator(".findings li").first).to_contain_text("metres")
            take(page, "draft")

    def finance(self) -> None:
        """The letters that wait for the printer."""
        with self.signed_in("finance") as page:
            page.goto("/finance")
            take(page, "finance")


def take(page: Page, name: str) -> None:
    """Keeps what the window shows."""
    page.wait_for_load_state("networkidle")
    page.screenshot(path=FOLDER / f"{name}.png")


def main(base: str) -> None:
    with sync_playwright() as playwright:
        tour = Tour(playwright.chromium.launch(executable_path=str(browser(print)), args=FLAGS), base)
        for part in (tour.representative, tour.crew, tour.lead, tour.supervisor, tour.author, tour.finance):
            part()
        tour.chromium.close()


if __name__ == "__main__":
    main(sys.argv[1])
