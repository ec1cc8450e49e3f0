"""The worker: what runs where. One process carries workflows, their local activities and all effects."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import uvloop
from temporalio.worker import (
    PollerBehaviorSimpleMaximum,
    UnsandboxedWorkflowRunner,
    Worker,
    WorkflowRunner,
)
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from activities import effects, files, letters, registry
from activities.archive import Archive
from activities.asking import Asking
from activities.between import Between
from activities.incidents import Incidents
from activities.projection import Projection
from activities.world import World
from definitions.catalogue import own
from store import vault
from store.engine import open_store
from telemetry import gauges, logs, metrics, temporal, tracing
from telemetry.page import page
from worker.health import Health
from worker.interceptors import Beating, Discreet, Told
from worker.keeping import Keeping, rounds
from worker.settings import WorkerSettings
from workflows.case import CaseWorkflow
from workflows.client import connect
from workflows.release import Release
from workflows.releases import deployment_config

PROCESS = "worker"
CACHED_CASES = 4000  #: well above the cases active at once: with fewer, each act replays its case
WORKFLOW_POLLERS = 20  #: with few, bursts show tails of seconds
ACTIVITY_POLLERS = 5
THREADS = 40
STICKY = timedelta(seconds=3)  #: how long a case waits for the worker that knew it, before another takes it
GRACE = timedelta(seconds=8)  #: for activities to end when the worker is stopped
PASSED_THROUGH = (
    "definitions",
    "workflows.machine",
    "workflows.messages",
    "pydantic",
    "pydantic_core",
    "cel_expr_python",
)


class BadCatalogueError(Exception):
    """The catalogue and the activities do not fit together."""

    code = "bad-catalogue"


def main(settings: WorkerSettings) -> None:
    """Runs a worker until the process is told to stop."""
    logs.set_up(settings.log_level, PROCESS)
    metrics.began(PROCESS)
    with tracing.exported(PROCESS) as interceptors:
        uvloop.run(_main(settings, interceptors))


async def _main(settings: WorkerSettings, interceptors: Sequence[tracing.CaseTracing]) -> None:
    address = settings.temporal_address or f"127.0.0.1:{settings.temporal_port}"
    runtime, measured = temporal.runtime()
    client = await connect(
        address,
        namespace=settings.temporal_namespace,
        keys=settings.codec_keys,
        runtime=runtime,
        interceptors=interceptors,
    )
    store = open_store(settings.database)
    world = World(store=store, client=client, task_queue=settings.task_queue, files=settings.files)
    equip(settings)
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    watched = gauges.watch(store, metrics.REGISTRY)
    try:
        async with working(world, release=settings.release) as worker, rounds(Keeping(world)):
            answers = {"/healthz": Health(worker, world).shown, "/metrics": temporal.exposition(measured)}
            async with page(answers, settings.worker_port, settings.operators_host):
                await stopping.wait()
    finally:
        watched.close()
        store.close()


def equip(settings: WorkerSettings) -> None:
    """Gives the process its file store, with the wording of every letter in it, and the district's own actions."""
    vault.use(settings.vault)
    files.use(files.FolderStore(settings.files))
    letters.keep_templates(settings.definitions / "letters", files.current())
    own.load_own(settings.definitions / "actions")


@asynccontextmanager
async def working(
    world: World,
    *,
    sandboxed: bool = False,
    cached: int = CACHED_CASES,
    release: Release | None = None,
    workflows: Sequence[type] = (CaseWorkflow,),
) -> AsyncIterator[Worker]:
    """A worker while the block runs. Sandboxed in tests, which then guard determinism; not in production, for its cost.

    One of a `release` gets work once that is made current."""
    found = activities_of(world)
    check(effects.names(found))
    with ThreadPoolExecutor(THREADS, thread_name_prefix="activity") as threads:
        worker = Worker(
            world.client,
            task_queue=world.task_queue,
            workflows=workflows,
            deployment_config=deployment_config(release) if release is not None else None,
            activities=found,
            activity_executor=threads,
            workflow_runner=runner(sandboxed=sandboxed),
            interceptors=[Told(), Discreet(), Beating()],
            max_cached_workflows=cached,
            max_concurrent_activities=THREADS,
            max_concurrent_local_activities=THREADS,
            workflow_task_poller_behavior=PollerBehaviorSimpleMaximum(maximum=WORKFLOW_POLLERS),
            activity_task_poller_behavior=PollerBehaviorSimpleMaximum(maximum=ACTIVITY_POLLERS),
            sticky_queue_schedule_to_start_timeout=STICKY,
            graceful_shutdown_timeout=GRACE,
        )
        async with worker:
            yield worker


def runner(*, sandboxed: bool) -> WorkflowRunner:
    """What workflows run in."""
    if not sandboxed:
        return UnsandboxedWorkflowRunner()
    return SandboxedWorkflowRunner(restrictions=SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH))


def activities_of(world: World) -> list[Callable[..., Any]]:
    """Everything that workflows ask for by name."""
    projection = Projection(store=world.store, pulse=world.pulse)
    incidents, between = Incidents(store=world.store), Between(world=world)
    return [
        projection.write,
        projection.repair,
        Asking(store=world.store).read,
        incidents.open,
        incidents.settle,
        between.send,
        between.open_child,
        Archive(world=world).keep,
        *effects.activities_of(world),
    ]


def check(names: list[str]) -> None:
    """Raises BadCatalogueError unless each effect of the catalogue has exactly one activity."""
    twice = sorted(name for name, number in Counter(names).items() if number > 1)
    if twice:
        raise BadCatalogueError(f"more than one activity carries out {', '.join(twice)}")
    missing = sorted(set(registry.missing()) - set(names))
    if missing:
        raise BadCatalogueError(f"no activity carries out {', '.join(missing)}")
