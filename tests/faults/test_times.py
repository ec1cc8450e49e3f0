"""Time as faults have it: the district's clock put forward and back, and thousands of timers due in the same minute."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import URL
from sqlmodel import col, func, select

from headgate.settings import Settings
from store.clock import district_now, read_clock, set_clock
from store.engine import open_store
from store.tables.cases import CaseRow, StepRow
from tests.faults.audit import Acknowledged, audited
from tests.faults.errands import representative, stream
from tests.faults.product import insisted, running, someone

WEEKS = 10
ERRANDS = 4
ALARMS = int(os.environ.get("HEADGATE_ALARMS", "10000"))  #: fewer on a machine that has other things to do
AT_ONCE = 32
FIRST = max(40, ALARMS // 50)  #: opened before, to see how long opening takes
SLOWER = 2  #: for all the others; on a machine that gets slower still as many are due at once as were opened by then
A_MOMENT = timedelta(seconds=15)  #: in which what was begun to be opened is open
LATER = timedelta(days=1)
PATIENCE_SECONDS = 600 + ALARMS // 4


@pytest.mark.usefixtures("only_long")
@pytest.mark.timeout(600)
async def test_a_clock_that_is_put_forward_and_back_fires_each_timer_once_and_dates_no_step_before_the_last(
    tmp_path: Path,
) -> None:
    acknowledged = Acknowledged()
    async with running(tmp_path / "home", speed=1.0) as (settings, _):
        token, accounts = someone(settings)
        async with representative(settings, token) as http:
            first = await _all_opened(http, "week", accounts[:WEEKS], acknowledged)
            _step(settings, timedelta(days=8))
            await _until(lambda: _in_state(settings, "looking") == WEEKS)
            _step(settings, -timedelta(days=5))
            second = await _all_opened(http, "week", accounts[WEEKS : 2 * WEEKS], acknowledged)
            await stream(http, accounts, ERRANDS, acknowledged)
            for case in first:
                key = f"look-{case}"
                body = {"outcome": "done", "form": {}}
                acknowledged.taken(key, await insisted(http, f"/api/tasks/{case}.1/complete", body, key))
            _step(settings, timedelta(days=9))
            await _until(lambda: _in_state(settings, "looking") == WEEKS)
        rows = await audited(settings, acknowledged)
        steps = _steps(settings)
    assert {rows[case].status for case in first} == {"closed"}
    assert {rows[case].state for case in second} == {"looking"}
    for case in (*first, *second):
        assert [step.event for step in steps if step.case_id == case].count("timer waiting/after/7 days") == 1
    for case in rows:
        times = [step.at for step in steps if step.case_id == case]
        assert times == sorted(times)


@pytest.mark.usefixtures("only_long")
@pytest.mark.timeout(3600)
async def test_timers_that_are_due_in_the_same_minute_all_fire_once_while_people_work(
    tmp_path: Path, new_database: Callable[[str], URL]
) -> None:
    acknowledged = Acknowledged()
    async with running(tmp_path / "home", database=new_database("postgresql")) as (settings, _):
        token, accounts = someone(settings)
        async with representative(settings, token) as http:
            wanted = [accounts[each % len(accounts)] for each in range(FIRST + ALARMS)]
            began = datetime.now(UTC)
            await _all_opened(http, "alarm", wanted[:FIRST], acknowledged, when=(began + LATER).isoformat())
            due = datetime.now(UTC) + (datetime.now(UTC) - began) * (SLOWER * ALARMS / FIRST)
            _say(f"{FIRST} cases opened since", began, f"; the others are due at {due:%H:%M:%S}")
            began = datetime.now(UTC)
            until = due - A_MOMENT
            opened = await _all_opened(http, "alarm", wanted[FIRST:], acknowledged, until=until, when=due.isoformat())
            _say(f"{len(opened)} cases opened since", began)
            assert ALARMS // 2 <= len(opened) <= ALARMS
            await asyncio.sleep((due - datetime.now(UTC)).total_seconds())
            began = datetime.now(UTC)
            await stream(http, accounts, ERRANDS, acknowledged)
            _say(f"{ERRANDS} errands in the crowd since", began, f"; {_in_state(settings, 'rung')} timers have fired")
            await _until(lambda: _in_state(settings, "rung") == len(opened))
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


async def _all_opened(
    http: httpx.AsyncClient,
    case: str,
    accounts: list[str],
    acknowledged: Acknowledged,
    *,
    until: datetime | None = None,
    **data: Any,
) -> list[str]:
    """A case for each of these accounts; none is begun any more when it is late."""
    room = asyncio.Semaphore(AT_ONCE)

    async def one(number: int, account: str) -> str | None:
        async with room:
            if until is not None and datetime.now(UTC) > until:
                return None
            key = f"{case}-{account}-{number}"
            taken = await insisted(http, "/api/cases", {"case": case, "data": {"account": account, **data}}, key)
            acknowledged.taken(key, taken)
            return str(taken["case"])

    each = await asyncio.gather(*(one(number, account) for number, account in enumerate(accounts)))
    return [opened for opened in each if opened is not None]


def _step(settings: Settings, by: timedelta) -> None:
    store = open_store(settings.database)
    with store.writing() as session:
        clock = read_clock(session)
        assert clock is not None
        set_clock(session, replace(clock, real=datetime.now(UTC), district=district_now(session) + by))
    store.close()


def _in_state(settings: Settings, state: str) -> int:
    store = open_store(settings.database)
    with store.reading() as session:
        found = session.exec(select(func.count()).where(col(CaseRow.state) == state)).one()
    store.close()
    return int(found)


def _steps(settings: Settings) -> list[StepRow]:
    store = open_store(settings.database)
    with store.reading() as session:
        found = list(session.exec(select(StepRow).order_by(col(StepRow.case_id), col(StepRow.step_no))))
    store.close()
    return found


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await asyncio.to_thread(holds):
            await asyncio.sleep(0.2)
