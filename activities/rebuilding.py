"""The read model built again from histories: cases, their steps, tasks, lines of lists and links.

What people did beside the steps is SQL's own and cannot be told again: claims, half-filled forms, helpers, raised priorities,
notes. What became of effects, keys, incidents and the audit are rows of their own, which nothing here touches.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from sqlmodel import Session
from temporalio.client import WorkflowHistory
from temporalio.service import RPCError, RPCStatusCode

from activities.archive import replayable
from activities.projection import step_write
from activities.world import World
from store.projection import rebuild_step, rebuilt_case
from store.queries.keeping import missing_steps, rows_of
from store.records import kept_histories
from store.tables.cases import CaseLink
from workflows.machine.effects import OpenChild
from workflows.machine.machine import machine_of
from workflows.messages import WORKFLOW
from workflows.retelling import Told, steps_told


async def rebuild(world: World, case: str) -> int:
    """How many steps of the case were written again that the database did not have, with all that belongs to them."""
    histories = [history async for history in _runs(world, case)]
    if not histories:
        return 0
    told = await steps_told(histories, world.client.data_converter)
    return await asyncio.to_thread(_written, world, case, told)


async def closed_cases(world: World) -> AsyncIterator[str]:
    """The cases that have closed and whose histories Temporal still has, or that are archived, each once."""
    seen: set[str] = set()
    query = f"WorkflowType = '{WORKFLOW}' AND ExecutionStatus = 'Completed' AND TaskQueue = '{world.task_queue}'"
    async for execution in world.client.list_workflows(query):
        if execution.id not in seen:
            seen.add(execution.id)
            yield execution.id
    for case in await asyncio.to_thread(_archived, world):
        if case not in seen:
            seen.add(case)
            yield case


async def _runs(world: World, case: str) -> AsyncIterator[WorkflowHistory]:
    """The histories of all runs, from Temporal as far as it has them, from the archive else."""
    kept = await asyncio.to_thread(_kept, world, case)
    known: set[str] = set()
    runs = [run async for run in world.client.list_workflows(f"WorkflowId = '{case}'")]
    for run in sorted(runs, key=lambda each: each.start_time):
        try:
            history = await world.client.get_workflow_handle(case, run_id=run.run_id).fetch_history()
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            continue
        known.add(run.run_id)
        yield history
    for run_id, history_bytes in kept.items():
        if run_id not in known:
            yield replayable(case, history_bytes)


def _kept(world: World, case: str) -> dict[str, bytes]:
    with world.store.reading() as session:
        return {run: history for _, run, history in kept_histories(session, case)}


def _archived(world: World) -> list[str]:
    with world.store.reading() as session:
        return list(dict.fromkeys(case for case, _, _ in kept_histories(session)))


def _written(world: World, case: str, told: list[Told]) -> int:
    with world.store.writing() as session:
        missing = missing_steps(session, case, [each.written.step.number for each in told])
        before = rows_of(session, case)
        for each in told:
            if each.written.step.number in missing:
                machine = machine_of(each.content)
                rebuild_step(session, step_write(session, machine, each.written), before)
                _links(session, each)
        if not before.has_case:
            rebuilt_case(session, case)
    return len(missing)


def _links(session: Session, told: Told) -> None:
    case, step = told.written.case, told.written.step
    for effect in step.effects:
        if isinstance(effect, OpenChild) and session.get(CaseLink, (case.id, effect.child)) is None:
            session.add(CaseLink(parent_id=case.id, child_id=effect.child, state=effect.state, step_no=step.number))
