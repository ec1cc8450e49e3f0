"""The district's clock put forward and back amid cases that wait for days to pass."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import col, select

from headgate.settings import Settings
from store.clock import district_now, read_clock, set_clock
from store.engine import open_store
from store.tables.cases import StepRow
from tests.faults.audit import Acknowledged, audited
from tests.faults.errands import all_opened, representative, stream
from tests.faults.product import in_state, insisted, running, someone, until

WEEKS = 10
ERRANDS = 4


@pytest.mark.usefixtures("only_long")
@pytest.mark.timeout(600)
async def test_a_clock_that_is_put_forward_and_back_fires_each_timer_once_and_dates_no_step_before_the_last(
    tmp_path: Path,
) -> None:
    acknowledged = Acknowledged()
    async with running(tmp_path / "home", speed=1.0) as (settings, _):
        token, accounts = someone(settings)
        async with representative(settings, token) as http:
            first = await all_opened(http, "week", accounts[:WEEKS], acknowledged)
            _step(settings, timedelta(days=8))
            await until(lambda: in_state(settings, "looking") == WEEKS)
            _step(settings, -timedelta(days=5))
            second = await all_opened(http, "week", accounts[WEEKS : 2 * WEEKS], acknowledged)
            await stream(http, accounts, ERRANDS, acknowledged)
            for case in first:
                key = f"look-{case}"
                body = {"outcome": "done", "form": {}}
                acknowledged.taken(key, await insisted(http, f"/api/tasks/{case}.1/complete", body, key))
            _step(settings, timedelta(days=9))
            await until(lambda: in_state(settings, "looking") == WEEKS)
        rows = await audited(settings, acknowledged)
        steps = _steps(settings)
    assert {rows[case].status for case in first} == {"closed"}
    assert {rows[case].state for case in second} == {"looking"}
    for case in (*first, *second):
        assert [step.event for step in steps if step.case_id == case].count("timer waiting/after/7 days") == 1
    for case in rows:
        times = [step.at for step in steps if step.case_id == case]
        assert times == sorted(times)


def _step(settings: Settings, by: timedelta) -> None:
    store = open_store(settings.database)
    with store.writing() as session:
        clock = read_clock(session)
        assert clock is not None
        set_clock(session, replace(clock, real=datetime.now(UTC), district=district_now(session) + by))
    store.close()


def _steps(settings: Settings) -> list[StepRow]:
    store = open_store(settings.database)
    with store.reading() as session:
        found = list(session.exec(select(StepRow).order_by(col(StepRow.case_id), col(StepRow.step_no))))
    store.close()
    return found
