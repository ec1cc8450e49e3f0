"""Temporal: reachable, with its namespace, search attributes and retention, a worker that polls, no backlog, every case."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import (
    DescribeNamespaceRequest,
    DescribeTaskQueueRequest,
    PollWorkflowTaskQueueRequest,
)
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from headgate.examination import clock
from headgate.examination.finding import Finding, look, well, wrong
from headgate.settings import Settings
from headgate.temporal_server import SEARCH_ATTRIBUTES
from workflows.client import connect
from workflows.codec import CodecError
from workflows.messages import WORKFLOW

SHORTEST: Final = timedelta(days=1)  #: of retention: a worker archives histories within hours
FRESH: Final = timedelta(minutes=2)
BACKLOG: Final = 1000  #: tasks that wait
PATIENCE: Final = timedelta(seconds=5)
POLL: Final = timedelta(seconds=10)
LOOK_SECONDS: Final = 0.05
NOBODYS: Final = "headgate-doctor"  #: a task queue on which nothing is ever put
KINDS: Final = {"workflow": TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW, "activity": TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY}


async def reached(settings: Settings) -> tuple[Client | None, Finding]:
    """The client, if the server answers, and what is to be said of it."""
    address = settings.temporal_address or f"127.0.0.1:{settings.temporal_port}"
    try:
        async with asyncio.timeout(PATIENCE.total_seconds()):
            client = await connect(address, namespace=settings.temporal_namespace, keys=settings.codec_keys)
            await client.service_client.check_health(timeout=PATIENCE)
    except CodecError:
        return None, wrong("Temporal", "not looked at: the keys cannot be read", "Mend HEADGATE_CODEC_KEYS first.")
    except (RuntimeError, RPCError, TimeoutError):
        remedy = "Start it, and see TEMPORAL_ADDRESS and the network."
        return None, wrong("Temporal", f"no server answers at {address}", remedy)
    return client, well("Temporal", f"answers at {address}")


async def contents(client: Client, settings: Settings, open_cases: int | None) -> AsyncIterator[Finding]:
    """What stands in it; `open_cases` is how many the database has open, if it is known."""
    namespace = settings.temporal_namespace
    try:
        found = await client.workflow_service.describe_namespace(
            DescribeNamespaceRequest(namespace=namespace), timeout=PATIENCE
        )
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        yield wrong("namespace", f"there is no {namespace}", "Run `headgate namespace`, or set TEMPORAL_NAMESPACE.")
        return
    yield await _clock(client, namespace)
    yield _retention(found.config.workflow_execution_retention_ttl.ToTimedelta(), namespace)
    yield await _attributes(client, namespace)
    for kind, number in KINDS.items():
        async for each in _queue(client, settings, kind, number):
            yield each
    yield await _cases(client, settings, open_cases)


async def _clock(client: Client, namespace: str) -> Finding:
    """Whether the server's clock and this machine's agree: it says when it was asked for work on a queue that has none."""
    queue, asking = TaskQueue(name=NOBODYS), f"headgate doctor {uuid4().hex[:8]}"
    poll = PollWorkflowTaskQueueRequest(namespace=namespace, task_queue=queue, identity=asking)
    describe = DescribeTaskQueueRequest(namespace=namespace, task_queue=queue, task_queue_type=KINDS["workflow"])
    before = clock.now()
    asked = asyncio.ensure_future(client.workflow_service.poll_workflow_task_queue(poll, timeout=POLL))
    try:
        while not asked.done():
            described = await client.workflow_service.describe_task_queue(describe, timeout=PATIENCE)
            theirs = [each.last_access_time for each in described.pollers if each.identity == asking]
            if theirs:
                return clock.compared("the Temporal server", theirs[0].ToDatetime(tzinfo=UTC), before, clock.now())
            await asyncio.sleep(LOOK_SECONDS)
    finally:
        asked.cancel()
        with suppress(asyncio.CancelledError, RPCError):
            await asked
    return look("clock", "the Temporal server did not say its time", "Compare the machines' clocks yourself.")


def _retention(kept: timedelta, namespace: str) -> Finding:
    days = kept / timedelta(days=1)
    if timedelta(0) < kept < SHORTEST:
        remedy = f"Set at least a day: `temporal operator namespace update --retention 72h -n {namespace}`."
        return wrong("namespace", f"histories are kept for {days:.1f} days only", remedy)
    return well("namespace", f"{namespace} keeps histories for {days:.0f} days after their close")


async def _attributes(client: Client, namespace: str) -> Finding:
    held = await client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace=namespace), timeout=PATIENCE
    )
    missing = [each for each in SEARCH_ATTRIBUTES if each.partition("=")[0] not in held.custom_attributes]
    if missing:
        return wrong("search attributes", f"{', '.join(missing)} missing", "Run `headgate namespace`.")
    return well("search attributes", "all there")


async def _queue(client: Client, settings: Settings, kind: str, number: Any) -> AsyncIterator[Finding]:
    described = await client.workflow_service.describe_task_queue(
        DescribeTaskQueueRequest(
            namespace=settings.temporal_namespace,
            task_queue=TaskQueue(name=settings.task_queue),
            task_queue_type=number,
            report_stats=True,
        ),
        timeout=PATIENCE,
    )
    now = datetime.now(UTC)
    polls = [each.last_access_time.ToDatetime(tzinfo=UTC) for each in described.pollers]
    fresh = [at for at in polls if now - at < FRESH]
    if not fresh:
        remedy = f"Start one (`headgate worker`) with HEADGATE_TASK_QUEUE={settings.task_queue} and this namespace."
        yield wrong(f"{kind} worker", "none asks for work", remedy)
    else:
        machines = len({each.identity for each in described.pollers})
        yield well(f"{kind} worker", f"{machines} ask for work")
    waiting = described.stats.approximate_backlog_count
    if waiting > BACKLOG:
        oldest = described.stats.approximate_backlog_age.ToTimedelta()
        says = f"{waiting} tasks wait, the oldest for {oldest.total_seconds():.0f} s"
        yield look(f"{kind} backlog", says, "Start more workers, or see what keeps those that run.")
    else:
        yield well(f"{kind} backlog", f"{waiting} tasks wait")


async def _cases(client: Client, settings: Settings, open_cases: int | None) -> Finding:
    query = f"WorkflowType = '{WORKFLOW}' AND ExecutionStatus = 'Running' AND TaskQueue = '{settings.task_queue}'"
    running = (await client.count_workflows(query, rpc_timeout=PATIENCE)).count
    if open_cases is None:
        return well("cases", f"{running} workflows run")
    says = f"{open_cases} are open in the database, {running} workflows run"
    if abs(running - open_cases) > max(5, open_cases // 100):
        return look("cases", says, "Run `headgate reconcile --dry-run`: it names each case that differs.")
    return well("cases", says)
