"""Takes the README's pictures from a running sample district: `python docs/pictures/take.py http://localhost:8000`."""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from headgate.home import SAMPLE_PASSWORD
from headgate.prepare import browser

FOLDER = Path(__file__).parent
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def sign_in(page: Page, base: str, user: str) -> None:
    page.goto(base)
    page.get_by_label("Name").fill(user)
    page.get_by_label("Password").fill(SAMPLE_PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_load_state()


def main(base: str) -> None:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(browser(print)), args=FLAGS)
        page = chromium.new_page(viewport={"width": 1200, "height": 800})
        sign_in(page, base, "rep")
        page.goto(f"{base}/")
        page.screenshot(path=FOLDER / "queue.png")
        chromium.close()


if __name__ == "__main__":
    main(sys.argv[1])
