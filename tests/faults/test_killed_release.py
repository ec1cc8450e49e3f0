"""A list is released while its worker is killed: each line once, none forgotten, and no more than the day may."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

import httpx
import pytest
from sqlmodel import select

from headgate.settings import Settings
from store.engine import open_store
from store.tables.cases import ListLine, StepRow
from store.tables.lists import ListDay, ReleaseLine
from tests.faults.killing import ended, killed
from tests.faults.product import PATIENCE_SECONDS, insisted, running, settled, someone

LINES = 90
PER_DAY = 60  #: definitions/lists/tags.yaml


@pytest.mark.timeout(600)
async def test_a_release_survives_its_worker(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    times = 3 if request.config.getoption("--run-faults") else 1
    async with running(tmp_path / "home") as (settings, children):
        token, accounts = someone(settings)
        lead, _ = someone(settings, "lead")
        base = f"http://127.0.0.1:{settings.port}"
        async with httpx.AsyncClient(base_url=base, headers={"Authorization": f"Bearer {token}"}, timeout=60) as rep:
            gate = asyncio.Semaphore(8)

            async def gathered(number: int) -> None:
                async with gate:
                    body = {"case": "tagging", "data": {"account": accounts[number]}}
                    await insisted(rep, "/api/cases", body, f"open-{number}")

            await asyncio.gather(*(gathered(number) for number in range(LINES)))
            release = await _approved(rep, lead)
            kills = asyncio.create_task(killed(children, times, done=lambda: _decided(settings, release), of=PER_DAY))
            told = await ended(rep, f"/api/lists/tags/releases/{release}", PATIENCE_SECONDS)
            assert await kills == times
        await settled(children)
        assert told["counts"] == {"released": PER_DAY, "over": LINES - PER_DAY}
        _audit(settings)


async def _approved(rep: httpx.AsyncClient, lead: str) -> str:
    seen = (await rep.get("/api/lists/tags")).headers["ETag"]
    for number, token in enumerate((rep.headers["Authorization"], f"Bearer {lead}")):
        headers = {"Idempotency-Key": f"approve-{number}", "If-Match": seen, "Authorization": token}
        answer = await rep.post("/api/lists/tags/approve", headers=headers)
        assert answer.status_code == 200, answer.text
    return str(answer.json()["release"]["id"])


def _decided(settings: Settings, release: str) -> int:
    store = open_store(settings.database)
    with store.reading() as session:
        rows = session.exec(select(ReleaseLine).where(ReleaseLine.release_id == release)).all()
    store.close()
    return sum(1 for row in rows if row.status not in ("pending", "going"))


def _audit(settings: Settings) -> None:
    store = open_store(settings.database)
    with store.reading() as session:
        lines = session.exec(select(ListLine)).all()
        released = Counter(
            step.case_id for step in session.exec(select(StepRow).where(StepRow.event == "line released"))
        )
        [day] = session.exec(select(ListDay)).all()
    store.close()
    assert Counter(line.status for line in lines) == {"released": PER_DAY, "waiting": LINES - PER_DAY}
    assert set(released.values()) == {1}
    assert set(released) == {line.case_id for line in lines if line.status == "released"}
    assert day.taken == PER_DAY
