"""What the browser tests share: the desk that they work at, pages of it, and signing in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from playwright.async_api import Page

from activities.world import World
from store.engine import Store

Colors = Literal["light", "dark"]
NewPage = Callable[..., Awaitable[Page]]
Axe = Callable[[Page], Awaitable[None]]


@dataclass(frozen=True, kw_only=True)
class Desk:
    """A Headgate with the sample district behind it."""

    address: str
    store: Store
    world: World  #: to let happen at once what a worker comes to by and by


async def sign_in(page: Page, name: str) -> None:
    """Signs in, whatever language the page speaks, and waits for the first page."""
    await page.goto("/sign-in")
    await page.locator("#name").fill(name)
    await page.locator("#password").fill("headgate")
    await page.locator("main button").click()
    await page.wait_for_url("/")
