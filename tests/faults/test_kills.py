"""Worker, API and Temporal server killed at random moments of a stream of cases: nothing is lost, doubled or half there.

The seed is printed; `HEADGATE_SEED=…` plays the same kills again (as far as processes allow). The short run is part of the
tests, `make faults` has the long one.
"""

from __future__ import annotations

import asyncio
import os
import random
import secrets
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from sqlmodel import select

from headgate.children import Child
from headgate.settings import Settings
from store.engine import open_store
from store.tables.cases import StepRow, TaskRow
from tests.faults.audit import Acknowledged, audited
from tests.faults.product import insisted, running, settled, someone

AT_ONCE = 8
CASES, CASES_AT_LENGTH = 60, 200

WAY = ("first", "second", "third")  #: the tasks of the definition, one after the other


@dataclass
class Log:
    """What the API acknowledged."""

    opened: dict[str, str] = field(default_factory=dict)  #: key → case id
    completed: dict[str, tuple[str, int]] = field(default_factory=dict)  #: task id → (case, step)
    acts: Acknowledged = field(default_factory=Acknowledged)
    kills: list[str] = field(default_factory=list)


async def one_case(client: httpx.AsyncClient, number: int, account: str, log: Log, run: str) -> None:
    key = f"{run}-open-{number}"
    taken = await insisted(client, "/api/cases", {"case": "stream", "data": {"account": account}}, key)
    log.opened[key] = taken["case"]
    log.acts.taken(key, taken)
    for task in WAY:
        (open_task,) = taken["open_tasks"]
        body = {"outcome": "done", "form": {task: f"{number}"}}
        taken = await insisted(client, f"/api/tasks/{open_task}/complete", body, f"{run}-{open_task}")
        log.acts.taken(f"{run}-{open_task}", taken)
        log.completed[open_task] = (taken["case"], taken["step"])
    assert taken["closed"]


async def killer(children: list[Child], chance: random.Random, log: Log, done: Callable[[], bool], moves: int) -> None:
    """Kills one process after the other, without warning, each time that so many acts were acknowledged, until all is done."""
    acknowledged = 0
    while not done():
        await asyncio.sleep(chance.random())
        moved = len(log.opened) + len(log.completed)
        if moved < acknowledged + moves:
            continue
        acknowledged = moved
        victim = chance.choice(children)
        if victim.process is None or victim.process.poll() is not None:
            continue
        log.kills.append(victim.name)
        os.kill(victim.process.pid, signal.SIGKILL)
        victim.falls = 0  # started again at once, however often


@pytest.mark.timeout(600)
async def test_killed_processes_lose_double_and_half_do_nothing(tmp_path: Path, is_long: bool) -> None:
    cases, moves = (CASES_AT_LENGTH, 20) if is_long else (CASES, 50)
    seed = int(os.environ.get("HEADGATE_SEED", secrets.randbelow(10**6)))
    print(f"HEADGATE_SEED={seed}")
    log = Log()
    async with running(tmp_path / "home") as (settings, children):
        token, accounts = someone(settings)
        gate = asyncio.Semaphore(AT_ONCE)
        base = f"http://127.0.0.1:{settings.port}"
        async with httpx.AsyncClient(base_url=base, headers={"Authorization": f"Bearer {token}"}) as client:

            async def gated(each: int) -> None:
                async with gate:
                    await one_case(client, each, accounts[each % len(accounts)], log, f"run-{seed}")

            stream = asyncio.gather(*(gated(each) for each in range(cases)))
            killing = asyncio.create_task(killer(children, random.Random(seed), log, stream.done, moves))
            await stream
            await killing
        await settled(children)
        await _audit(settings, log, cases)
    assert len(log.kills) >= 3


async def _audit(settings: Settings, log: Log, cases: int) -> None:
    """What every test of faults ends with, and that each case went its whole way and no other."""
    rows = await audited(settings, log.acts)
    store = open_store(settings.database)
    with store.reading() as session:
        steps = list(session.exec(select(StepRow)))
        tasks = list(session.exec(select(TaskRow)))
    store.close()
    assert set(rows) == set(log.opened.values())
    assert len(rows) == cases
    for case_id, row in rows.items():
        assert row.step_no == len(WAY) + 1
        done = sorted((task.run, task.name, task.state) for task in tasks if task.case_id == case_id)
        assert done == [(run, name, "completed") for run, name in enumerate(WAY, 1)]
        assert row.status == "closed"
    for task_id, (case_id, step) in log.completed.items():
        (closing,) = [each for each in steps if (each.case_id, each.step_no) == (case_id, step)]
        assert closing.event.startswith("outcome "), (task_id, closing.event)
