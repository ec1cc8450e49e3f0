"""The production processes as `deploy/local.sh` runs them, for tests that want a real cluster."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import random
import shlex
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from headgate.settings import Settings
from tests.faults.product import DEFINITIONS, someone, with_layout

SCRIPT = Path(__file__).parents[2] / "deploy" / "local.sh"
PORTS = (20_000, 32_000)  #: Temporal's tables have no room for a port above 32767
PORTS_OF_TEMPORAL = 8
PROCESSES = ("postgres", "temporal", "worker-1", "worker-2", "api-1", "api-2")  #: with two workers and two APIs
LONGEST_SECONDS = 900  #: with Temporal's server to be built first


@dataclass(frozen=True, kw_only=True)
class LocalCluster:
    """A cluster in a folder of its own."""

    folder: Path
    environment: dict[str, str]

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """What one call of the script came to; its complaints are among what it said."""
        return subprocess.run(
            [SCRIPT, *words],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=LONGEST_SECONDS,
            check=False,
        )

    def start(self, *names: str) -> None:
        """Starts what does not run, and has waited until it serves."""
        done = self.run("start", *names)
        assert done.returncode == 0, done.stdout

    def stop(self, *names: str) -> None:
        """Stops what runs."""
        done = self.run("stop", *names)
        assert done.returncode == 0, done.stdout

    def statuses(self) -> dict[str, str]:
        """What `status` says of each process."""
        lines = (line.split(maxsplit=2) for line in self.run("status").stdout.splitlines())
        return {name: word for name, _port, word in lines}

    def pid(self, name: str) -> int:
        """The number of a process that was started."""
        return int((self.folder / "run" / name).read_text().split()[0])

    def api(self, number: int) -> str:
        """The address of one of the APIs, counted from 1."""
        return f"http://127.0.0.1:{int(self.environment['HEADGATE_PORT']) + number - 1}"

    @property
    def apis(self) -> list[int]:
        """The ports of the APIs."""
        return [int(self.environment["HEADGATE_PORT"]) + each for each in range(int(self.environment["APIS"]))]

    def reached(self) -> dict[str, str]:
        """The environment in which `headgate` reaches the cluster."""
        lines = self.run("env").stdout.splitlines()
        said = dict(shlex.split(line.removeprefix("export "))[0].split("=", 1) for line in lines)
        return self.environment | said

    def settings(self) -> Settings:
        """The settings of its processes."""
        there = self.reached()
        return Settings(
            home=Path(there["HEADGATE_HOME"]),
            database_url=there["DATABASE_URL"],
            temporal_address=there["TEMPORAL_ADDRESS"],
            temporal_namespace=there["TEMPORAL_NAMESPACE"],
            definitions=DEFINITIONS,
        )


class InTurn(httpx.AsyncHTTPTransport):
    """Sends each request to another one of several ports of this machine, as a proxy before them does."""

    def __init__(self, ports: Sequence[int]) -> None:
        super().__init__()
        self._ports = itertools.cycle(ports)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """What the one whose turn it is answers."""
        request.url = request.url.copy_with(port=next(self._ports))
        return await super().handle_async_request(request)


@contextmanager
def local_cluster(*, workers: int = 2, apis: int = 2, kept: Path | None = None) -> Iterator[LocalCluster]:
    """A cluster on ports of its own, all of it stopped afterwards, and removed unless it is in a folder that is kept."""
    with ExitStack() as stack:
        # Not below pytest's own folder, which is shut to the user that PostgreSQL runs as where the tests run as root.
        folder = kept or Path(
            stack.enter_context(TemporaryDirectory(prefix="headgate-cluster-", ignore_cleanup_errors=True))
        )
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)
        environment = {
            **os.environ,
            "HEADGATE_CLUSTER": str(folder.absolute()),
            "HEADGATE_CACHE": str(Settings().cache.absolute()),
            "PYTHON": sys.executable,
            "WORKERS": str(workers),
            "APIS": str(apis),
            "HEADGATE_DEFINITIONS": str(with_layout(folder.absolute(), DEFINITIONS)),
            "HEADGATE_SAMPLE_ACCOUNTS": "50",
            "HEADGATE_SAMPLE_DAYS": "0",
            **_ports(folder / "ports.json", workers=workers, apis=apis),
        }
        cluster = LocalCluster(folder=folder, environment=environment)
        try:
            yield cluster
        finally:
            cluster.run("stop")


@asynccontextmanager
async def desk_of(cluster: LocalCluster, settings: Settings) -> AsyncIterator[tuple[httpx.AsyncClient, list[str]]]:
    """Somebody at the desk of a cluster that serves, whom the APIs answer in turn, and the accounts that anybody may see."""
    os.environ["PGPASSFILE"] = cluster.reached()["PGPASSFILE"]
    token, accounts = await asyncio.to_thread(someone, settings)
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(
        base_url=cluster.api(1), transport=InTurn(cluster.apis), headers=headers, timeout=60
    ) as http:
        yield http, accounts


def _ports(file: Path, *, workers: int, apis: int) -> dict[str, str]:
    """The ports of a folder, the same each time: what an interrupted run left behind is found on them."""
    if not file.exists():
        ports = {
            "POSTGRES_PORT": free_ports(1),
            "TEMPORAL_PORT": free_ports(PORTS_OF_TEMPORAL),
            "HEADGATE_PORT": free_ports(apis),
            "HEADGATE_WORKER_PORT": free_ports(workers),
        }
        file.write_text(json.dumps({name: str(port) for name, port in ports.items()}))
    known: dict[str, str] = json.loads(file.read_text())
    return known


def free_ports(number: int) -> int:
    """The first of so many ports in a row that nobody listens on at this moment."""
    while True:
        first = random.randrange(*PORTS)
        with suppress(OSError):
            for port in range(first, first + number):
                with socket.socket() as each:
                    each.bind(("127.0.0.1", port))
            return first
