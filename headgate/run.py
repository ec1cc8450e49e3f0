"""`headgate run`: makes one of the district's runs through the accounts by hand, or shows what it would open."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from activities.running import Found, Planned, Running, batch, runs
from activities.world import World
from headgate.errors import fail
from headgate.opening import connected, opened
from headgate.settings import Settings
from store.clock import district_now
from store.engine import Store
from store.queries.runs import run_of

SHOWN = 50


def run(
    name: Annotated[str, typer.Argument(help="The run's name in district.yaml, such as aging.")],
    open_: Annotated[bool, typer.Option("--open", help="Make the run now; without it, only show it.")] = False,
    shown: Annotated[int, typer.Option(min=0, help="Show so many accounts at most.")] = SHOWN,
) -> None:
    """Show which accounts a run would open cases for, by which facts; with --open, open them."""
    settings = Settings()
    with opened(settings) as store:
        with store.reading() as session:
            at = district_now(session)
            planned = {each.name: each for each in runs(session, at)}
            if name not in planned:
                fail(f'no run is called "{name}" that opens a case; there are {", ".join(planned) or "none"}')
            found: list[Found] = []
            looked_at, reached = 0, None
            while (step := batch(session, planned[name], reached, at))[0] is not None:
                reached = step[0]
                looked_at += step[1]
                found += step[2]
        _show(planned[name], found, looked_at, shown)
        if open_:
            typer.echo(f"Opened {asyncio.run(_opened(settings, store, planned[name]))}.")


async def _opened(settings: Settings, store: Store, planned: Planned) -> int:
    client = await connected(settings)
    world = World(store=store, client=client, task_queue=settings.task_queue, files=settings.files)
    day = world.now().astimezone(planned.on.calendar.zone).date()
    await Running(world).make(planned, day)
    with store.reading() as session:
        row = run_of(session, planned.name, day)
    return row.opened if row is not None else 0


def _show(planned: Planned, found: list[Found], looked_at: int, shown: int) -> None:
    console = Console()
    fresh = [each for each in found if each.open_case is None]
    table = Table("account", *planned.facts, "open already")
    for each in found[:shown]:
        table.add_row(each.account, *(str(each.facts.get(name, "")) for name in planned.facts), each.open_case or "")
    if found and shown:
        console.print(table)
    console.print(
        f"{planned.run.title}: {looked_at} accounts looked at, {len(found)} found, {len(found) - len(fresh)} of them "
        f"with an open case; {len(fresh)} to open as {' and '.join(planned.opens)}.",
        soft_wrap=True,
    )
