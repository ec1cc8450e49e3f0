"""What the browser tests share: the desk that they work at, pages of it, signing in, and what is set up without a click."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeVar
from uuid import uuid4

from playwright.async_api import Page
from sqlmodel.sql.expression import SelectOfScalar

from activities.world import World
from store.engine import Store

PATIENCE: Final = 60  #: seconds, on a busy machine

Found = TypeVar("Found")
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


async def signed_in(new_page: NewPage, name: str, *, script: bool = True) -> Page:
    """An empty page of somebody who has signed in already, for a story that begins later than that."""
    page = await new_page(script=script)
    answer = await page.request.post("/sign-in", form={"name": name, "password": "headgate"}, max_redirects=0)
    assert answer.status == 303, await answer.text()
    return page


async def sent(page: Page, path: str, body: Mapping[str, Any] | None = None, *, version: int | None = None) -> Any:
    """What the REST interface answers to whoever is signed in on the page: set-up that the story is not about."""
    headers = {"Idempotency-Key": uuid4().hex} | ({"If-Match": f'"{version}"'} if version is not None else {})
    answer = await page.request.post(path, data=body or {}, headers=headers)
    assert answer.ok, await answer.text()
    return await answer.json()


async def there(store: Store, query: SelectOfScalar[Found]) -> Found:
    """The first that the query finds, once a worker has come to it."""
    async with asyncio.timeout(PATIENCE):
        while True:
            with store.reading() as session:
                if (found := session.exec(query).first()) is not None:
                    return found
            await asyncio.sleep(0.05)
