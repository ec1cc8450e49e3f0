"""`headgate recover`: after a restore, gives every unfinished case a workflow that goes on from what the database holds."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from activities.recovering import Recovered, WorkerRunsError
from activities.recovering import recover as recovered
from activities.world import World
from headgate.errors import CannotStart, fail
from headgate.restored import RECOVER_FIRST
from headgate.settings import Settings
from headgate.temporal_server import wait_until_ready
from store.engine import open_store
from workflows.client import connect

LACKS: Final = 3  #: exit code where histories hold acts that were not taken again

Again = Annotated[
    bool, typer.Option("--again", help="Let the next worker take acts again that only Temporal's histories hold.")
]


def recover(again: Again = False) -> None:
    """After a restore: give every unfinished case a workflow that goes on from what the database holds.

    Run it with Temporal's server running and before any worker or API starts. Acts that Temporal's histories hold and the
    restored database does not are listed; ends with code 3 where they were not taken again."""
    settings = Settings()
    address = settings.temporal_address or f"127.0.0.1:{settings.temporal_port}"
    try:
        with Progress(transient=True) as progress:
            bar = progress.add_task("Giving cases their workflows", total=None)
            done = asyncio.run(
                of_installation(settings, address, again, lambda number: progress.update(bar, completed=number))
            )
    except (CannotStart, WorkerRunsError) as error:
        fail(str(error))
    show(done)
    if any(not each.again for each in done.beyond):
        raise typer.Exit(LACKS)


async def of_installation(settings: Settings, address: str, again: bool, told: Callable[[int], None]) -> Recovered:
    """Recovers the cases of these settings; raises CannotStart without a server, WorkerRunsError with a worker."""
    await wait_until_ready(address, settings.temporal_namespace)
    client = await connect(address, namespace=settings.temporal_namespace, keys=settings.codec_keys)
    store = open_store(settings.database)
    try:
        world = World(store=store, client=client, task_queue=settings.task_queue, files=settings.files)
        done = await recovered(world, again=again, told=told)
    finally:
        store.close()
    (settings.home / RECOVER_FIRST).unlink(missing_ok=True)
    return done


def show(done: Recovered) -> None:
    """Prints what came of it."""
    if done.beyond:
        table = Table("When", "Case", "What", "By", "Taken again")
        for each in done.beyond:
            when = each.at.isoformat(timespec="seconds")
            table.add_row(when, each.case, each.what, each.by, "by the next worker" if each.again else "no")
        Console().print(table)
    typer.echo(
        f"{done.given} cases go on from the database, {done.ended} workflows were ended, "
        f"{len(done.beyond)} acts are in Temporal's histories alone."
    )
