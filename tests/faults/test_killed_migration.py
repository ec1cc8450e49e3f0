"""Open cases are brought over to another version while their worker is killed: each comes over once, none is forgotten.

How many: HEADGATE_MIGRATING. What they took is printed, kills included where it is not told otherwise (HEADGATE_KILLS).
"""

from __future__ import annotations

import asyncio
import os
import time
from collections import Counter
from pathlib import Path

import httpx
import pytest
from sqlmodel import col, func, select

from headgate.settings import Settings
from store.engine import open_store
from store.tables.audit import Audit
from store.tables.cases import CaseRow, StepRow, TaskRow
from store.tables.migrations import MigratingCase
from tests.faults.audit import Acknowledged, audited
from tests.faults.killing import ended, killed
from tests.faults.product import DEFINITIONS, insisted, running, settled, someone

FEW, MANY = 60, 400
AT_ONCE = 32
LATER = "2100-01-01T00:00:00+00:00"
RENAMED = (DEFINITIONS / "cases" / "waiting.yaml").read_text().replace(
    "asked", "wanted"
) + "migration: {states: {asked: wanted}}\n"


@pytest.mark.timeout(3600)
async def test_a_migration_survives_its_worker(tmp_path: Path, is_long: bool) -> None:
    number = int(os.environ.get("HEADGATE_MIGRATING", MANY if is_long else FEW))
    times = int(os.environ.get("HEADGATE_KILLS", 3 if is_long else 1))
    acknowledged = Acknowledged()
    async with running(tmp_path / "home") as (settings, children):
        token, accounts = someone(settings)
        author, _ = someone(settings, "author")
        base = f"http://127.0.0.1:{settings.port}"
        async with httpx.AsyncClient(base_url=base, headers={"Authorization": f"Bearer {token}"}, timeout=60) as rep:
            cases = await _opened(rep, accounts, number, acknowledged)
        async with httpx.AsyncClient(base_url=base, headers={"Authorization": f"Bearer {author}"}, timeout=60) as http:
            await insisted(http, "/api/definitions", {"source": RENAMED, "note": "another word"}, "publish")
            asked = {"case": "waiting", "from_version": 1, "to_version": 2, "reason": "another word"}
            began = time.monotonic()
            migration = str((await insisted(http, "/api/migrations", asked, "migrate"))["id"])
            kills = asyncio.create_task(
                killed(children, times, done=lambda: _come_over(settings, migration), of=number)
            )
            told = await ended(http, f"/api/migrations/{migration}", 120 + number)
            seconds = time.monotonic() - began
            print(
                f"{number} cases came over in {seconds:.1f} s ({number / seconds:.0f} a second), {times} kills among them"
            )
            assert await kills == times
        await settled(children)
        assert (told["migrated"], told["refused"], told["gone"]) == (number, 0, 0)
        _each_once(settings, cases)
        await audited(settings, acknowledged)


async def _opened(rep: httpx.AsyncClient, accounts: list[str], number: int, acknowledged: Acknowledged) -> set[str]:
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(each: int) -> str:
        async with gate:
            data = {"account": accounts[each % len(accounts)], "until": LATER}
            taken = await insisted(rep, "/api/cases", {"case": "waiting", "data": data}, f"open-{each}")
            acknowledged.taken(f"open-{each}", taken)
            return str(taken["case"])

    return set(await asyncio.gather(*(one(each) for each in range(number))))


def _come_over(settings: Settings, migration: str) -> int:
    store = open_store(settings.database)
    with store.reading() as session:
        which = col(MigratingCase.migration_id) == migration, col(MigratingCase.status) == "migrated"
        found = session.exec(select(func.count()).where(*which)).one()
    store.close()
    return int(found)


def _each_once(settings: Settings, cases: set[str]) -> None:
    """Each case says once, in its steps and in the audit, that it came over; its task is open once and under its new name."""
    store = open_store(settings.database)
    with store.reading() as session:
        versions = dict(session.exec(select(CaseRow.id, CaseRow.version).where(CaseRow.definition == "waiting")).all())
        came = Counter(session.exec(select(StepRow.case_id).where(StepRow.event == "migrated 1 to 2")))
        told = Counter(session.exec(select(Audit.case_id).where(Audit.act == "migrate")))
        open_tasks = Counter(session.exec(select(TaskRow.case_id).where(col(TaskRow.closed_at).is_(None))))
    store.close()
    assert versions == dict.fromkeys(cases, 2)
    assert came == told == open_tasks == Counter(cases)
