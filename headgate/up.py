"""`headgate up`: everything on this machine in one go, stopped by Ctrl-C, going on where it was at the next start."""

from __future__ import annotations

import asyncio
import signal
from typing import Annotated

import typer
from rich.console import Console

from headgate import assets, demonstration, home
from headgate.children import Child
from headgate.doing import doing
from headgate.errors import CannotStart
from headgate.processes import check_port, in_order, processes
from headgate.settings import Settings
from headgate.simulation import beginning
from store.engine import Store
from workflows.client import connect

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
    if speed is not None and not settings.sample:
        raise CannotStart(
            "time runs faster only in a demonstration, on the sample district; HEADGATE_SAMPLE is false here, "
            "so start without --speed, or with a HEADGATE_HOME of the demonstration's own and HEADGATE_SAMPLE=true"
        )
    check_port(settings.host, settings.port)
    check_port(settings.operators_host, settings.worker_port, "HEADGATE_WORKER_PORT")
    check_port(settings.operators_host, settings.metrics_port, "HEADGATE_METRICS_PORT")
    if not assets.are_there():
        with doing(console, "Getting the pages' scripts"):
            assets.put_in_place()
    home.make(settings)
    with doing(console, "Preparing the database") as say:
        store = home.prepared(settings, say)
    clock = demonstration.start(store, speed)
    children: list[Child] = []
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    try:
        with doing(console, "Looking for a Temporal server") as say:
            wanted = processes(settings, say)
        for together in in_order(wanted):
            children += together
            await asyncio.gather(*(_started(child, stopping) for child in together))
            if stopping.is_set():
                return
        if beginning.is_pending(store):
            with doing(console, "Giving the sample's cases their workflows"):
                await _hand_over(settings, store)
        for child in children:
            child.watch(console.print)
        _greet(settings, console, demonstrating=clock is not None)
        with demonstration.ticking(store, clock):
            await stopping.wait()
    finally:
        with doing(console, "Stopping"):
            for child in reversed(children):
                await child.stop()
            store.close()
        console.print("Headgate has stopped; the next start goes on from here.")


async def _hand_over(settings: Settings, store: Store) -> None:
    address = settings.temporal_address or f"127.0.0.1:{settings.temporal_port}"
    client = await connect(address, namespace=settings.temporal_namespace, keys=settings.codec_keys)
    await beginning.hand_over(store, client, settings.task_queue)


async def _started(child: Child, stopping: asyncio.Event) -> None:
    child.start()
    if not await child.wait_until_ready(START_SECONDS) and not stopping.is_set():
        raise CannotStart(f"{child.name} did not start: {child.last_line()} (its log: {child.log})")


def _greet(settings: Settings, console: Console, *, demonstrating: bool) -> None:
    console.print(f"\n[bold]Headgate is running[/bold] on http://localhost:{settings.port}\n")
    console.print(
        "Sign in as [bold]rep[/bold] (representative), [bold]lead[/bold], [bold]supervisor[/bold], [bold]crew[/bold], "
        f"[bold]finance[/bold], [bold]author[/bold] or [bold]auditor[/bold] with the password {home.SAMPLE_PASSWORD}."
    )
    console.print("\nTry: sign in as rep, find an account, open a high-consumption complaint, claim its first task.")
    console.print("For scripts: headgate token rep · the REST interface is described at /openapi.json\n")
    if demonstrating:
        console.print("This is a demonstration: time runs faster. headgate clock pause · next-day · resume\n")
    console.print(f"Everything is kept in {settings.home}. Ctrl-C stops.")
