"""`headgate up`: everything on this machine in one go, stopped by Ctrl-C, going on where it was at the next start."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Awaitable, Callable
from typing import Annotated

import httpx
import typer
from rich.console import Console

from headgate import demonstration, home
from headgate.children import Child
from headgate.errors import CannotStart
from headgate.settings import Settings
from headgate.temporal_server import command, find_or_build, wait_until_ready

START_SECONDS = 60

Speed = Annotated[str | None, typer.Option(help="A demonstration in which time runs faster: 1d/s, 6h/s.")]


def up(speed: Speed = None) -> None:
    """Start Temporal, worker and API, with the sample district; Ctrl-C stops them."""
    settings = Settings()
    console = Console(stderr=True)
    try:
        asyncio.run(_up(settings, console, demonstration.parse_speed(speed) if speed else None))
    except CannotStart as error:
        console.print(f"headgate: {error}", style="bold", highlight=False)
        raise typer.Exit(1) from None


async def _up(settings: Settings, console: Console, speed: float | None) -> None:
    _check_port(settings.host, settings.port)
    home.make(settings)
    with console.status("Preparing the database") as status:
        store = home.prepared(settings, status.update)
    clock = demonstration.start(store, speed)
    children: list[Child] = []
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    try:
        for child in _children(settings, console):
            children.append(child)
            await _started(child, stopping)
            if stopping.is_set():
                return
        for child in children:
            child.watch(console.print)
        _greet(settings, console, demonstrating=clock is not None)
        with demonstration.ticking(store, clock):
            await stopping.wait()
    finally:
        with console.status("Stopping"):
            for child in reversed(children):
                await child.stop()
            store.close()
        console.print("Headgate has stopped; the next start goes on from here.")


def _children(settings: Settings, console: Console) -> list[Child]:
    """In the order in which they are started; they are stopped in the opposite one."""
    logs = settings.home / "logs"
    address = settings.temporal_address or f"127.0.0.1:{settings.temporal_port}"
    environment = {**os.environ, "TEMPORAL_ADDRESS": address, "HEADGATE_HOME": str(settings.home.absolute())}
    ours = [sys.executable, "-m", "headgate"]
    children = []
    if settings.temporal_address is None:
        _check_port("127.0.0.1", settings.temporal_port)
        with console.status("Looking for a Temporal server") as status:
            executable = find_or_build(settings.cache, status.update)
        server = command(executable, port=settings.temporal_port, database=settings.home / "temporal.db")

        async def temporal_is_ready() -> bool:
            try:
                await wait_until_ready(address, settings.temporal_namespace, 0.5)
            except CannotStart:
                return False
            return True

        children.append(
            Child(
                name="Temporal",
                command=server,
                environment=dict(os.environ),
                log=logs / "temporal.log",
                ready=temporal_is_ready,
            )
        )
    for name, port, path in (("worker", settings.worker_port, "/healthz"), ("serve", settings.port, "/readyz")):
        url = f"http://127.0.0.1:{port}{path}"
        children.append(
            Child(
                name=name, command=[*ours, name], environment=environment, log=logs / f"{name}.log", ready=_answers(url)
            )
        )
    return children


def _answers(url: str) -> Callable[[], Awaitable[bool]]:
    async def answers() -> bool:
        async with httpx.AsyncClient() as client:
            try:
                return (await client.get(url, timeout=1)).is_success
            except httpx.HTTPError:
                return False

    return answers


async def _started(child: Child, stopping: asyncio.Event) -> None:
    child.start()
    if not await child.wait_until_ready(START_SECONDS) and not stopping.is_set():
        raise CannotStart(f"{child.name} did not start: {child.last_line()} (its log: {child.log})")


def _check_port(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CannotStart(
                f"port {port} is taken (or not ours to use); stop what uses it or set HEADGATE_PORT to another one"
            ) from error


def _greet(settings: Settings, console: Console, *, demonstrating: bool) -> None:
    console.print(f"\n[bold]Headgate is running[/bold] on http://localhost:{settings.port}\n")
    console.print(
        "Sign in as [bold]rep[/bold] (representative), [bold]lead[/bold], [bold]supervisor[/bold], [bold]crew[/bold], "
        f"[bold]finance[/bold], [bold]author[/bold] or [bold]auditor[/bold] with the password {home.SAMPLE_PASSWORD}."
    )
    console.print("\nTry: sign in as rep, find an account, open a high-consumption complaint, claim its first task.")
    console.print("For scripts: headgate token rep · the REST interface is described at /docs\n")
    if demonstrating:
        console.print("This is a demonstration: time runs faster. headgate clock pause · next-day · resume\n")
    console.print(f"Everything is kept in {settings.home}. Ctrl-C stops.")
