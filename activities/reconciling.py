"""The read model held against the live workflows, which are the truth about a case's state, and put right from them.

Put right are the row of each open case and its open tasks; claims, notes and half-filled forms stay as they are. Steps that the
database does not hold, and closed cases that it does not know, are told again by their histories. What cannot be put right is
told: open cases that have no workflow, and what neither Temporal nor the archive remembers.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from sqlmodel import Session
from temporalio.exceptions import TemporalError
from temporalio.service import RPCError

from activities.rebuilding import closed_cases, rebuild
from activities.world import World
from store.queries.keeping import open_cases, standing_of
from workflows.client import Unanswered, tidy, view
from workflows.machine import case as cases
from workflows.machine.case import Case
from workflows.machine.errors import Refused
from workflows.messages import WORKFLOW

log = logging.getLogger(__name__)

AT_ONCE = 20
Difference = Literal["missing", "behind", "ahead", "differs", "tasks", "steps", "without-workflow"]


@dataclass(frozen=True, kw_only=True)
class Found:
    """A case of which the read model says something else than its workflow."""

    case: str
    what: Difference
    mended: bool = False


@dataclass(frozen=True, kw_only=True)
class Reconciled:
    """What came of it."""

    looked_at: int
    found: tuple[Found, ...]


async def reconcile(world: World, *, mend: bool, told: Callable[[int], None] = lambda _number: None) -> Reconciled:
    """What the read model says otherwise than the workflows; with `mend`, what can be put right has been.

    `told` is called with how many cases have been looked at. Safe while people work: a case is compared twice before it is
    said to differ, and puts itself right between two of its steps."""
    seen: set[str] = set()
    found: list[Found] = []
    limit = asyncio.Semaphore(AT_ONCE)

    async def look(case: str) -> None:
        async with limit:
            found.extend(await _compared(world, case, mend=mend))
            told(len(seen))

    running: set[asyncio.Task[None]] = set()
    async for case in _live(world):
        seen.add(case)
        running.add(asyncio.create_task(look(case)))
        if len(running) >= AT_ONCE * 2:
            _, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
    await asyncio.gather(*running)
    found += [each async for each in _closed(world, mend=mend)]
    found += [Found(case=case, what="without-workflow") for case in await asyncio.to_thread(_alone, world, seen)]
    return Reconciled(looked_at=len(seen), found=tuple(sorted(found, key=lambda each: (each.case, each.what))))


async def _live(world: World) -> AsyncIterator[str]:
    query = f"WorkflowType = '{WORKFLOW}' AND ExecutionStatus = 'Running' AND TaskQueue = '{world.task_queue}'"
    async for execution in world.client.list_workflows(query):
        yield execution.id


async def _compared(world: World, case: str, *, mend: bool) -> list[Found]:
    first = await _differs(world, case)
    if first is None or await _differs(world, case) != first:
        return []  # it went on meanwhile
    mended = told = False
    if mend:
        told = first[2] and await _told_again(world, case)
        with suppress(Refused, Unanswered):
            await tidy(world.client, case)
            mended = True
    found = [] if first[1] is None else [Found(case=case, what=first[1], mended=mended)]
    return [*found, Found(case=case, what="steps", mended=told)] if first[2] else found


async def _closed(world: World, *, mend: bool) -> AsyncIterator[Found]:
    """The closed cases that the database does not know."""
    async for case in closed_cases(world):
        if not await asyncio.to_thread(_known, world, case):
            yield Found(case=case, what="missing", mended=mend and await _told_again(world, case))


async def _told_again(world: World, case: str) -> bool:
    """Whether the case's history has told what the database lacked of its steps."""
    try:
        return await rebuild(world, case) > 0
    except (RPCError, RuntimeError, TemporalError):  # it is gone, or does not replay on this release
        log.warning("a case could not be told again by its history", extra={"case": case}, exc_info=True)
        return False


async def _differs(world: World, case: str) -> tuple[int, Difference | None, bool] | None:
    """The step of the case, what is otherwise in its row and tasks, and whether steps are missing; None when nothing is."""
    try:
        standing = (await view(world.client, case)).case
    except (Refused, Unanswered):
        return None
    if standing is None:
        return None  # it is being opened
    with world.store.reading() as session:
        what, missing = _difference(session, standing)
    return (standing.step, what, missing) if what is not None or missing else None


def _difference(session: Session, case: Case) -> tuple[Difference | None, bool]:
    row = standing_of(session, case.id)
    if row is None:
        return "missing", True
    missing = row.steps < min(case.step, row.step_no)
    if row.step_no != case.step:
        return ("behind" if row.step_no < case.step else "ahead"), missing
    if row.snapshot != cases.to_json(case):
        return "differs", missing
    tasks = {task.run for task in case.tasks if task.outcome is None}
    return ("tasks" if row.open_tasks != tasks else None), missing


def _known(world: World, case: str) -> bool:
    with world.store.reading() as session:
        return standing_of(session, case) is not None


def _alone(world: World, live: set[str]) -> list[str]:
    with world.store.reading() as session:
        return [case for case in open_cases(session) if case not in live]
