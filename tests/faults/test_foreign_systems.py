"""What the district does not run itself: an effect that always fails, a billing system and a printer gone for a day."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from sqlmodel import select

from headgate.settings import Settings
from store.clock import district_now, read_clock, set_clock
from store.engine import open_store
from store.tables.cases import Incident
from store.tables.papers import Letter
from tests.faults.audit import Acknowledged, audited
from tests.faults.errands import representative, stream
from tests.faults.product import insisted, running, someone

BILLED = 12
ERRANDS = 6
PATIENCE_SECONDS = 120
PACIFIC = ZoneInfo("America/Los_Angeles")


@pytest.mark.timeout(600)
async def test_a_day_without_billing_system_and_printer_and_a_case_that_always_fails_harm_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    (foreign / "down").touch()
    monkeypatch.setenv("FOREIGN_SYSTEM", str(foreign))
    acknowledged = Acknowledged()
    async with running(tmp_path / "home", speed=1.0) as (settings, _):
        token, accounts = someone(settings)
        async with representative(settings, token) as http:
            told = [await _opened(http, "billing", each, acknowledged) for each in accounts[:BILLED]]
            poisoned = await _opened(http, "poisoned", accounts[0], acknowledged)
            await stream(http, accounts, ERRANDS, acknowledged)  # all others go on meanwhile
            failed = await _until(lambda: _incidents(settings, BILLED + 1))
            _another_day(settings)
            (foreign / "down").unlink()
            for incident in failed:
                if incident.action == "tell-billing":
                    await insisted(http, f"/api/incidents/{incident.id}/retry", {"reason": "it is back"}, incident.id)
            await _until(lambda: _incidents(settings, 1))
            await _print(http, settings)
        rows = await audited(settings, acknowledged)
        letters = _letters(settings)
    assert {rows[case].status for case in told} == {"closed"}
    assert sorted(path.name for path in foreign.iterdir()) == sorted(f"{case}.1.1" for case in told)
    assert (rows[poisoned].status, rows[poisoned].incidents) == ("open", 1)
    assert [letter.status for letter in letters] == ["mailed"] * ERRANDS


async def _opened(http: httpx.AsyncClient, case: str, account: str, acknowledged: Acknowledged) -> str:
    key = f"{case}-{account}"
    taken = await insisted(http, "/api/cases", {"case": case, "data": {"account": account}}, key)
    acknowledged.taken(key, taken)
    return str(taken["case"])


async def _print(http: httpx.AsyncClient, settings: Settings) -> None:
    batch = (await insisted(http, "/api/letters/batches", {}, "batch"))["id"]
    await insisted(http, f"/api/letters/batches/{batch}/print", {}, "print")
    await insisted(http, f"/api/letters/batches/{batch}/mailed", {"mailed_on": _today(settings).isoformat()}, "mailed")


def _incidents(settings: Settings, number: int) -> list[Incident]:
    """All open incidents, once there are so many."""
    store = open_store(settings.database)
    with store.reading() as session:
        found = [each for each in session.exec(select(Incident)) if each.settled_at is None]
    store.close()
    return found if len(found) == number else []


def _letters(settings: Settings) -> list[Letter]:
    store = open_store(settings.database)
    with store.reading() as session:
        found = list(session.exec(select(Letter)))
    store.close()
    return found


def _today(settings: Settings) -> date:
    store = open_store(settings.database)
    with store.reading() as session:
        at = district_now(session)
    store.close()
    return at.astimezone(PACIFIC).date()


def _another_day(settings: Settings) -> None:
    store = open_store(settings.database)
    with store.writing() as session:
        clock, now = read_clock(session), datetime.now(UTC)
        assert clock is not None
        set_clock(session, replace(clock, real=now, district=clock.at(now) + timedelta(days=1)))
    store.close()


async def _until(holds: Callable[[], Any]) -> Any:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not (found := holds()):
            await asyncio.sleep(0.1)
    return found
