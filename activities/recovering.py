"""After a restore: every unfinished case gets a workflow that goes on from what the database holds.

The database is the side that counts, since each of its transactions has a step whole: the case as the machine left it, its
effects and what became of them, the keys that it was asked with. Temporal's may be older, newer, or empty. What histories hold
beyond the database (acts of persons that were acknowledged after its backup) is told, and on request taken again.

No worker may run meanwhile: it would take the restored steps for those of a worker that died.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import TypeAdapter, ValidationError
from sqlmodel import Session
from temporalio.api.common.v1 import Payload
from temporalio.api.enums.v1 import EventType, TaskQueueType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.service import RPCError, RPCStatusCode

from activities.openings import reopening
from activities.world import World
from definitions.catalogue.replies import Effect
from store.queries.recovery import Known, acts_of, known, step_at, unfinished
from store.tables.cases import CaseRow, StepRow
from store.tables.outbox import EffectRow
from workflows.machine import case as cases
from workflows.machine.case import Case
from workflows.machine.events import ChildClosed
from workflows.messages import ACT, HEADGATE, MESSAGE, WORKFLOW, Act, Carried, Seen, StartCase, Taken, Unsettled
from workflows.steps import REMEMBERED

AT_ONCE = 20
POLLED_WITHIN = timedelta(seconds=70)  #: a worker that lives asks for work once a minute at least
REASON = "restored from the database"
TAKEN: TypeAdapter[Taken] = TypeAdapter(Taken)


class WorkerRunsError(Exception):
    """A worker asks for work, or did a moment ago."""

    code = "worker-runs"


@dataclass(frozen=True, kw_only=True)
class Beyond:
    """An act of a person that a history holds and the database does not."""

    case: str
    what: str  #: the kind of event: `open`, `outcome`, `message`
    by: str
    at: datetime
    again: bool  #: whether it waits for a worker to be taken again


@dataclass(frozen=True, kw_only=True)
class Recovered:
    """What came of it."""

    given: int  #: cases that have a new workflow
    ended: int  #: workflows of cases that the database does not know, or that are closed
    beyond: tuple[Beyond, ...]


@dataclass(frozen=True, kw_only=True)
class _Held:
    """What Temporal holds of a case beyond the database."""

    run: str | None = None
    opening: tuple[StartCase, bytes] | None = None  #: how a person opened it, where the database does not know it
    opened_at: datetime | None = None
    acts: tuple[tuple[Act, datetime], ...] = ()


async def recover(world: World, *, again: bool, told: Callable[[int], None] = lambda _number: None) -> Recovered:
    """What was done; with `again`, acts that only histories hold wait for the next worker to take them in their order.

    `told` is called with how many cases are done. May be repeated. Raises WorkerRunsError."""
    await _no_worker(world)
    with world.store.reading() as session:
        wanted = unfinished(session)
    others = sorted({each async for each in _live(world)} - set(wanted))
    limit = asyncio.Semaphore(AT_ONCE)
    done = 0

    async def one(case: str) -> tuple[bool, list[Beyond]]:
        nonlocal done
        async with limit:
            result = await _one(world, case, again=again)
        done += 1
        told(done)
        return result

    results = await asyncio.gather(*(one(case) for case in (*wanted, *others)))
    beyond = sorted((each for _, found in results for each in found), key=lambda each: (each.at, each.case))
    given = sum(1 for new, _ in results if new)
    return Recovered(given=given, ended=len(results) - given, beyond=tuple(beyond))


async def _no_worker(world: World) -> None:
    request = DescribeTaskQueueRequest(
        namespace=world.client.namespace,
        task_queue=TaskQueue(name=world.task_queue),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    )
    found = await world.client.workflow_service.describe_task_queue(request)
    since = datetime.now(UTC) - POLLED_WITHIN
    if any(poller.last_access_time.ToDatetime(UTC) > since for poller in found.pollers):
        raise WorkerRunsError(
            "a worker runs, or did a minute ago: stop all workers and APIs, and recover before they start again"
        )


async def _live(world: World) -> AsyncIterator[str]:
    query = f"WorkflowType = '{WORKFLOW}' AND ExecutionStatus = 'Running' AND TaskQueue = '{world.task_queue}'"
    async for execution in world.client.list_workflows(query):
        yield execution.id


async def _one(world: World, case: str, *, again: bool) -> tuple[bool, list[Beyond]]:
    """Whether the case has a new workflow, and what its last one held beyond the database."""
    standing, names = await asyncio.to_thread(_read, world, case)
    held = await _beyond(world.client, case, names, opened=standing is not None)
    handle = world.client.get_workflow_handle(case)
    opened_again = again and held.opening is not None
    if standing is not None and (standing.row.status == "open" or any(_waits(each) for each in standing.effects)):
        await _start(world, *await asyncio.to_thread(_going_on, world, standing, held.run))
        for child in standing.closed_children:
            await handle.signal(MESSAGE, _closed(child))
    elif held.opening is not None and opened_again:
        await _start(world, *held.opening)
    else:
        with suppress(RPCError):  # there is none that runs
            await handle.terminate(reason=REASON)
        return False, _told(case, held, again=False)
    for act, _ in held.acts if again else ():
        await handle.signal(MESSAGE, act)  # needs no worker to be there, and keeps their order
    return True, _told(case, held, again=again)


def _read(world: World, case: str) -> tuple[Known | None, set[str]]:
    with world.store.reading() as session:
        return known(session, case, REMEMBERED), acts_of(session, case)


def _waits(effect: EffectRow) -> bool:
    return effect.status in ("pending", "failed")


# -- what the database holds, as a workflow carries it on ------------------------------------------------------------


def _going_on(world: World, standing: Known, run: str | None) -> tuple[StartCase, bytes]:
    with world.store.reading() as session:
        case, start, content = reopening(session, standing.row.snapshot, by=HEADGATE)
        unsettled = tuple(_unsettled(session, case, each) for each in standing.effects)
    carried = Carried(case=case, seen=tuple(_seen(standing)), unsettled=unsettled, run=run)
    return replace(start, parent=standing.parent, carried=carried), content


def _unsettled(session: Session, case: Case, row: EffectRow) -> Unsettled:
    at, by = step_at(session, case.id, row.step_no) or (row.made_at, HEADGATE)
    payload: dict[str, Any] = row.payload or {}
    effect = Effect(
        case=case.id,
        step=row.step_no,
        number=row.effect_no,
        action=row.name,
        args=payload.get("args") or {},
        account=case.account,
        at=at,
        by=by,
        state=payload.get("state") or "",
        data=case.data,
    )
    return Unsettled(effect=effect, failed=row.status == "failed")


def _seen(standing: Known) -> list[Seen]:
    found = []
    for step in standing.steps:
        key = standing.keys.get(step.step_no)
        found.append(
            Seen(
                person=key.person if key else HEADGATE,
                name=step.act.rpartition("#")[0],
                digest=key.digest if key else None,
                taken=_taken(step, key.response if key else None),
            )
        )
    return found


def _taken(step: StepRow, answer: Any) -> Taken:
    with suppress(ValidationError):
        return TAKEN.validate_python(answer)
    return Taken(case=step.case_id, step=step.step_no, at=step.at, state=tuple(step.state.split()))


def _closed(child: CaseRow) -> Act:
    case = cases.from_json(child.snapshot)
    event = ChildClosed(child=case.id, outcome=case.outcome or "", data=case.data, people=case.workers)
    return Act(event=event, name=f"child {case.id}", at=case.at)


# -- what Temporal holds beyond it -----------------------------------------------------------------------------------


async def _beyond(client: Client, case: str, names: set[str], *, opened: bool) -> _Held:
    """The acts of the case's last run that a person was answered and that the database does not hold."""
    try:
        history = await client.get_workflow_handle(case).fetch_history()
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        return _Held()
    asked: dict[str, tuple[Act, datetime]] = {}
    acts: list[tuple[Act, datetime]] = []
    opening: tuple[StartCase, bytes] | None = None
    opened_at: datetime | None = None
    for event in history.events:
        match event.event_type:
            case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED if not opened:
                given = event.workflow_execution_started_event_attributes.input.payloads
                start, content = await _decoded(client, given, StartCase, bytes)
                if start.carried is None and start.key is not None:
                    opening, opened_at = (start, content), _at(event)
            case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED:
                request = event.workflow_execution_update_accepted_event_attributes.accepted_request
                if request.input.name == ACT:
                    [act] = await _decoded(client, request.input.args.payloads, Act)
                    asked[request.meta.update_id] = (act, _at(event))
            case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED:
                completed = event.workflow_execution_update_completed_event_attributes
                answered = asked.pop(completed.meta.update_id, None)
                if answered is not None and completed.outcome.HasField("success"):
                    acts.append(answered)
            case _:
                pass
    lost = tuple((act, at) for act, at in acts if act.key is not None and act.name not in names)
    return _Held(run=history.run_id, opening=opening, opened_at=opened_at, acts=lost)


async def _decoded(client: Client, payloads: Sequence[Payload], *types: type) -> list[Any]:
    return await client.data_converter.decode(payloads, list(types))


async def _start(world: World, start: StartCase, content: bytes) -> None:
    """Starts the case's workflow; one that runs is ended by that."""
    await world.client.start_workflow(
        WORKFLOW,
        args=[start, content],
        id=start.case,
        task_queue=world.task_queue,
        id_conflict_policy=WorkflowIDConflictPolicy.TERMINATE_EXISTING,
        id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
    )


def _told(case: str, held: _Held, *, again: bool) -> list[Beyond]:
    found = [
        Beyond(case=case, what=act.event.kind, by=act.key.person if act.key else HEADGATE, at=at, again=again)
        for act, at in held.acts
    ]
    if held.opening is not None and held.opened_at is not None:
        found.insert(0, Beyond(case=case, what="open", by=held.opening[0].by, at=held.opened_at, again=again))
    return found


def _at(event: HistoryEvent) -> datetime:
    return event.event_time.ToDatetime(UTC)
