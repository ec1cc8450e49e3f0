"""The bare workflow's worker, in a process of its own: `python -m tests.benchmarks.bare_worker`. Settings as Headgate's."""

from __future__ import annotations

import asyncio
import os
import signal
from concurrent.futures import ThreadPoolExecutor

import uvloop
from temporalio.worker import PollerBehaviorSimpleMaximum, UnsandboxedWorkflowRunner, Worker

from headgate.garbage import spare_what_is_loaded
from store.engine import open_store
from tests.benchmarks.bare import BareWorkflow, Writer
from worker.run import ACTIVITY_POLLERS, CACHED_CASES, GRACE, THREADS, WORKFLOW_POLLERS
from workflows.client import connect

TASK_QUEUE = "bare"
READY = "ready"  #: printed once it polls


async def main() -> None:
    """Works until it is told to stop."""
    client = await connect(os.environ["TEMPORAL_ADDRESS"], namespace=os.environ["TEMPORAL_NAMESPACE"])
    store = open_store(os.environ["DATABASE_URL"])
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    with ThreadPoolExecutor(THREADS) as threads:
        worker = Worker(
            client,
            task_queue=TASK_QUEUE,
            workflows=[BareWorkflow],
            activities=[Writer(store).write],
            activity_executor=threads,
            workflow_runner=UnsandboxedWorkflowRunner(),
            max_cached_workflows=CACHED_CASES,
            max_concurrent_activities=THREADS,
            max_concurrent_local_activities=THREADS,
            workflow_task_poller_behavior=PollerBehaviorSimpleMaximum(maximum=WORKFLOW_POLLERS),
            activity_task_poller_behavior=PollerBehaviorSimpleMaximum(maximum=ACTIVITY_POLLERS),
            graceful_shutdown_timeout=GRACE,
        )
        async with worker:
            print(READY, flush=True)
            await stopping.wait()
    store.close()


if __name__ == "__main__":
    spare_what_is_loaded()
    uvloop.run(main())
