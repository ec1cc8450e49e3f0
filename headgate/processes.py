"""The processes that make up a running Headgate on one machine: Temporal server, worker, API."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Awaitable, Callable

import httpx

from headgate.children import Child
from headgate.errors import CannotStart
from headgate.settings import Settings
from headgate.temporal_server import command, find_or_build, wait_until_ready

TEMPORAL = "Temporal"


def processes(settings: Settings, progress: Callable[[str], None]) -> list[Child]:
    """The processes in the order in which they are started; they are stopped in the opposite one. Raises CannotStart."""
    logs = settings.home / "logs"
    address = settings.temporal_address or f"127.0.0.1:{settings.temporal_port}"
    environment = {
        **os.environ,
        "TEMPORAL_ADDRESS": address,
        "HEADGATE_HOME": str(settings.home.absolute()),
        "HEADGATE_PORT": str(settings.port),
        "HEADGATE_WORKER_PORT": str(settings.worker_port),
        "HEADGATE_METRICS_PORT": str(settings.metrics_port),
        "HEADGATE_DEFINITIONS": str(settings.definitions.absolute()),
    }
    children = [] if settings.temporal_address else [_temporal(settings, address, progress)]
    for name, port, path in (("worker", settings.worker_port, "/healthz"), ("serve", settings.port, "/readyz")):
        children.append(
            Child(
                name=name,
                command=[sys.executable, "-m", "headgate", name],
                environment=environment,
                log=logs / f"{name}.log",
                ready=_answers(f"http://127.0.0.1:{port}{path}"),
            )
        )
    return children


def in_order(children: list[Child]) -> list[list[Child]]:
    """The processes by when they start: Temporal first, then all that need it, together."""
    first = [child for child in children if child.name == TEMPORAL]
    return [group for group in (first, [child for child in children if child not in first]) if group]


def _temporal(settings: Settings, address: str, progress: Callable[[str], None]) -> Child:
    check_port("127.0.0.1", settings.temporal_port, "HEADGATE_TEMPORAL_PORT")
    executable = find_or_build(settings.cache, progress)

    async def ready() -> bool:
        try:
            await wait_until_ready(address, settings.temporal_namespace, 0.5)
        except CannotStart:
            return False
        return True

    return Child(
        name=TEMPORAL,
        command=command(executable, port=settings.temporal_port, database=settings.home / "temporal.db"),
        environment=dict(os.environ),
        log=settings.home / "logs" / "temporal.log",
        ready=ready,
    )


def _answers(url: str) -> Callable[[], Awaitable[bool]]:
    async def answers() -> bool:
        async with httpx.AsyncClient() as client:
            try:
                return (await client.get(url, timeout=1)).is_success
            except httpx.HTTPError:
                return False

    return answers


def check_port(host: str, port: int, setting: str = "HEADGATE_PORT") -> None:
    """Raises CannotStart when somebody listens on the port, or it is not ours to use."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CannotStart(
                f"port {port} is taken (or not ours to use); stop what uses it or set {setting} to another one"
            ) from error
