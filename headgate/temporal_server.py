"""A Temporal server, from wherever one can be had.

In this order: the one at TEMPORAL_ADDRESS; `temporal` on the PATH; the one built or fetched before; the SDK's own download;
where Go is installed, a build of the command line (about three minutes, once); else a sentence that says what to do.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from headgate.errors import CannotStart
from workflows.securing import secured

CLI_MODULE = "github.com/temporalio/cli/cmd/temporal@v1.5.1"
# Measured: without the first two a regular activity waits 100 ms for the server's transfer queue. Without the next two 512
# timers that are due are taken up at once and wait for SQLite's one connection until the three seconds that each has are over,
# again and again: of thousands that are due in one moment hardly any gets through.
DYNAMIC_CONFIG = (
    "history.transferProcessorMaxPollRPS=10000",
    "history.timerProcessorMaxPollRPS=10000",
    "history.timerProcessorSchedulerWorkerCount=16",
    "history.transferProcessorSchedulerWorkerCount=32",
    "system.enableActivityEagerExecution=true",
    "frontend.workerVersioningWorkflowAPIs=true",
)
SEARCH_ATTRIBUTES = ("HeadgateCase=Keyword", "HeadgateVersion=Int")
READY_SECONDS = 60
Progress = Callable[[str], None]


def find_or_build(cache: Path, progress: Progress) -> Path:
    """The path of a `temporal` executable, kept in the cache folder if it had to be got; raises CannotStart."""
    on_path = shutil.which("temporal")
    if on_path:
        return Path(on_path)
    kept = cache / "temporal"
    if kept.exists():
        return kept
    kept.parent.mkdir(parents=True, exist_ok=True)
    if _fetched(kept):
        return kept
    if shutil.which("go") is None:
        raise CannotStart(
            "Headgate needs a Temporal server: install Temporal's command line (`temporal`) or Go 1.24 or later, "
            "or set TEMPORAL_ADDRESS to a server that runs"
        )
    return build(kept, progress)


def build(target: Path, progress: Progress) -> Path:
    """Builds Temporal's command line with Go into the cache folder; raises CannotStart with Go's last line."""
    progress("Building a Temporal server with Go (once, about three minutes)")
    environment = {**os.environ, "GOBIN": str(target.parent.absolute())}
    done = subprocess.run(  # noqa: S603 - a fixed command
        ["go", "install", CLI_MODULE],  # noqa: S607 - Go is found on the PATH
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        said = done.stderr.strip().splitlines()
        raise CannotStart(f"Go could not build Temporal's command line: {said[-1] if said else 'no reason given'}")
    return target


def _fetched(target: Path) -> bool:
    """Whether the SDK's own download could be had, which fails at once where there is no network."""

    async def fetch() -> None:
        environment = await WorkflowEnvironment.start_local(download_dest_dir=str(target.parent))
        await environment.shutdown()

    try:
        # In a thread, since `up` asks from within its own event loop.
        with ThreadPoolExecutor(1) as thread:
            thread.submit(lambda: asyncio.run(fetch())).result()
    except RuntimeError:
        return False
    for downloaded in sorted(target.parent.glob("temporal-*")):
        downloaded.rename(target)
    return target.exists()


def command(executable: Path, *, port: int, database: Path) -> list[str]:
    """The command that starts a development server which keeps its state in a file."""
    settings = [option for value in DYNAMIC_CONFIG for option in ("--dynamic-config-value", value)]
    attributes = [option for value in SEARCH_ATTRIBUTES for option in ("--search-attribute", value)]
    start = [str(executable), "server", "start-dev", "--headless", "--ip", "127.0.0.1", "--port", str(port)]
    return [
        *start,
        "--db-filename",
        str(database),
        "--sqlite-pragma",
        "journal_mode=WAL",  # else a backup's lock breaks the server's transaction, and it serves no more
        "--log-level",
        "error",
        "--log-format",
        "json",
        *settings,
        *attributes,
    ]


async def wait_until_ready(address: str, namespace: str = "default", seconds: float = READY_SECONDS) -> Client:
    """A client, once the server answers; raises CannotStart when it does not in time."""
    ends = asyncio.get_running_loop().time() + seconds
    while True:
        try:
            client = await Client.connect(address, namespace=namespace, **secured())
            await client.count_workflows()
        except Exception as error:
            if asyncio.get_running_loop().time() > ends:
                raise CannotStart(f"the Temporal server at {address} does not answer") from error
            await asyncio.sleep(0.05)
        else:
            return client


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
