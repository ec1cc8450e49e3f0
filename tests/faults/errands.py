"""A stream of errands: each is opened, worked and closed by somebody who sends every request until it is answered."""

from __future__ import annotations

import asyncio
import os
import random
import secrets
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any, Final

import httpx

from headgate.settings import Settings
from tests.faults.audit import Acknowledged
from tests.faults.product import PATIENCE_SECONDS, insisted

AT_ONCE: Final = 8
OPENED_AT_ONCE: Final = 32


def seeded() -> tuple[int, random.Random]:
    """A seed and its chances; HEADGATE_SEED plays one again, as far as processes allow. It is printed."""
    seed = int(os.environ.get("HEADGATE_SEED", secrets.randbelow(10**6)))
    print(f"HEADGATE_SEED={seed}")
    return seed, random.Random(seed)


@asynccontextmanager
async def representative(settings: Settings, token: str) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody at the desk."""
    address = f"http://127.0.0.1:{settings.port}"
    async with httpx.AsyncClient(base_url=address, headers={"Authorization": f"Bearer {token}"}, timeout=60) as http:
        yield http


async def stream(
    http: httpx.AsyncClient, accounts: Sequence[str], number: int, acknowledged: Acknowledged, *, name: str = "errand"
) -> None:
    """So many errands, some at once, from their opening to their close; `name` begins their keys."""
    room = asyncio.Semaphore(AT_ONCE)

    async def one(which: int) -> None:
        async with room:
            await errand(http, accounts[which % len(accounts)], f"{name}-{which}", acknowledged)

    await asyncio.gather(*(one(which) for which in range(number)))


async def errand(http: httpx.AsyncClient, account: str, key: str, acknowledged: Acknowledged) -> str:
    """One errand from its opening to its close; its case."""
    taken = await insisted(http, "/api/cases", {"case": "errand", "data": {"account": account}}, f"{key}-open")
    acknowledged.taken(f"{key}-open", taken)
    case = str(taken["case"])
    for run, form in ((1, {"credit": "1.00"}), (2, {})):
        await _opened(http, f"{case}.{run}")
        body = {"outcome": "done", "form": form}
        taken = await insisted(http, f"/api/tasks/{case}.{run}/complete", body, f"{key}-{run}")
        acknowledged.taken(f"{key}-{run}", taken)
    assert taken["closed"], taken
    return case


async def all_opened(
    http: httpx.AsyncClient,
    case: str,
    accounts: Sequence[str],
    acknowledged: Acknowledged,
    *,
    begun_by: datetime | None = None,
    **data: Any,
) -> list[str]:
    """A case for each of these accounts; none is begun any more when it is late."""
    room = asyncio.Semaphore(OPENED_AT_ONCE)

    async def one(number: int, account: str) -> str | None:
        async with room:
            if begun_by is not None and datetime.now(UTC) > begun_by:
                return None
            key = f"{case}-{account}-{number}"
            taken = await insisted(http, "/api/cases", {"case": case, "data": {"account": account, **data}}, key)
            acknowledged.taken(key, taken)
            return str(taken["case"])

    each = await asyncio.gather(*(one(number, account) for number, account in enumerate(accounts)))
    return [opened for opened in each if opened is not None]


async def _opened(http: httpx.AsyncClient, task: str) -> None:
    ends = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < ends:
        with suppress(httpx.HTTPError):
            if (await http.get(f"/api/tasks/{task}", timeout=30)).is_success:
                return
        await asyncio.sleep(0.1)
    raise AssertionError(f"{task} was not opened in {PATIENCE_SECONDS} s")
