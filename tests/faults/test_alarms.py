"""Thousands of timers due in the same moment, of which each fires once while people work."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import URL

from headgate.settings import Settings
from tests.faults.audit import Acknowledged, audited
from tests.faults.errands import all_opened, representative, stream
from tests.faults.local_cluster import desk_of, local_cluster
from tests.faults.product import in_state, running, someone, until

#: On the cluster; the development server does a fifth of them. Fewer on a machine that has other things to do.
ALARMS = int(os.environ.get("HEADGATE_ALARMS", "10000"))
ERRANDS = 4
SLOWER = 2  #: for all the others; on a machine that gets slower still as many are due at once as were opened by then
A_MOMENT = timedelta(seconds=15)  #: in which what was begun to be opened is open
LATER = timedelta(days=1)

Office = Callable[[], AbstractAsyncContextManager[tuple[Settings, httpx.AsyncClient, list[str]]]]

pytestmark = [pytest.mark.usefixtures("only_long"), pytest.mark.timeout(3600)]


async def test_timers_due_in_the_same_moment_all_fire_once_while_people_work(
    tmp_path: Path, new_database: Callable[[str], URL]
) -> None:
    @asynccontextmanager
    async def office() -> AsyncIterator[tuple[Settings, httpx.AsyncClient, list[str]]]:
        async with running(tmp_path / "home", database=new_database("postgresql")) as (settings, _):
            token, accounts = someone(settings)
            async with representative(settings, token) as http:
                yield settings, http, accounts

    await _all_fire_once(office, ALARMS // 5)


async def test_timers_due_in_the_same_moment_all_fire_once_on_a_cluster() -> None:
    @asynccontextmanager
    async def office() -> AsyncIterator[tuple[Settings, httpx.AsyncClient, list[str]]]:
        with local_cluster() as cluster:
            await asyncio.to_thread(cluster.start)
            settings = cluster.settings()
            async with desk_of(cluster, settings) as (http, accounts):
                yield settings, http, accounts

    await _all_fire_once(office, ALARMS)


async def _all_fire_once(office: Office, number: int) -> None:
    acknowledged = Acknowledged()
    async with office() as (settings, http, accounts):
        first = max(40, number // 50)  # to see how long opening takes
        wanted = [accounts[each % len(accounts)] for each in range(first + number)]
        began = datetime.now(UTC)
        await all_opened(http, "alarm", wanted[:first], acknowledged, when=(began + LATER).isoformat())
        due = datetime.now(UTC) + (datetime.now(UTC) - began) * (SLOWER * number / first) + A_MOMENT
        _say(f"{first} cases opened since", began, f"; the others are due at {due:%H:%M:%S}")
        began = datetime.now(UTC)
        opened = await all_opened(
            http, "alarm", wanted[first:], acknowledged, begun_by=due - A_MOMENT, when=due.isoformat()
        )
        _say(f"{len(opened)} cases opened since", began)
        assert number // 2 <= len(opened) <= number
        await asyncio.sleep((due - datetime.now(UTC)).total_seconds())
        began = datetime.now(UTC)
        await stream(http, accounts, ERRANDS, acknowledged)
        _say(f"{ERRANDS} errands in the crowd since", began, f"; {in_state(settings, 'rung')} timers have fired")
        await until(lambda: in_state(settings, "rung") == len(opened), 600 + number // 4)
        _say(f"{len(opened)} timers fired since", due)
        began = datetime.now(UTC)
        rows = await audited(settings, acknowledged)
        _say("audited since", began)
    rung = {row.id: row for row in rows.values() if row.definition == "alarm" and row.status == "closed"}
    assert {(row.state, row.step_no) for row in rung.values()} == {("rung", 2)}
    assert set(rung) == set(opened)


def _say(what: str, since: datetime, more: str = "") -> None:
    load = os.getloadavg()[0]
    print(f"{what} {since:%H:%M:%S}: {(datetime.now(UTC) - since).total_seconds():.1f} s (load {load:.0f}){more}")
