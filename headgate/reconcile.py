"""`headgate reconcile`: holds the read model against the live workflows, and puts it right from them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from activities.reconciling import Reconciled
from activities.reconciling import reconcile as compared
from activities.world import World
from headgate.opening import connected, opened
from headgate.settings import Settings
from store.engine import Store

DIFFERS: Final = 3  #: exit code where something is left that is not right
WORDS: Final = {
    "missing": "the database does not know the case",
    "behind": "the database lacks its last steps",
    "ahead": "the database holds a step that its history does not",
    "differs": "the database says something else of its state",
    "tasks": "its open tasks are not those of the case",
    "steps": "steps are not in the database",
    "without-workflow": "open in the database, but Temporal has no workflow of it",
}


def reconcile(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what differs; change nothing.")] = False,
) -> None:
    """Compare each open case and its tasks with its workflow, and put right what differs; claims and notes stay.

    Needs a running worker. Ends with code 3 where something is left that is not right."""
    settings = Settings()
    with opened(settings) as store, Progress(transient=True) as progress:
        bar = progress.add_task("Comparing open cases", total=None)
        done = asyncio.run(_compared(settings, store, lambda number: progress.update(bar, completed=number), dry_run))
    _show(done)
    if any(not each.mended for each in done.found):
        raise typer.Exit(DIFFERS)


async def _compared(settings: Settings, store: Store, told: Callable[[int], None], dry_run: bool) -> Reconciled:
    client = await connected(settings)
    world = World(store=store, client=client, task_queue=settings.task_queue, files=settings.files)
    return await compared(world, mend=not dry_run, told=told)


def _show(done: Reconciled) -> None:
    if done.found:
        table = Table("Case", "What", "Put right")
        for each in done.found:
            table.add_row(each.case, WORDS[each.what], "yes" if each.mended else "no")
        Console().print(table)
    typer.echo(f"{done.looked_at} open cases compared, {len(done.found)} findings.")
