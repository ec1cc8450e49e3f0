"""`headgate doctor`: says what is wrong with an installation, and what would help."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy.exc import DBAPIError
from temporalio.service import RPCError

from headgate.examination import database, machine, printing, temporal
from headgate.examination.finding import Finding, wrong
from headgate.settings import Settings

ILL: Final = 3  #: exit code where something is wrong
SIGNS: Final = {"well": "[green]well[/green]", "look": "[yellow]look[/yellow]", "wrong": "[red]wrong[/red]"}


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Say what is wrong with the installation that the settings name, and what would help; changes nothing.

    Ends with code 3 where something is wrong; what only wants a look does not count."""
    found = list(examined(Settings()))
    if as_json:
        typer.echo(json.dumps([asdict(each) for each in found], indent=2))
    else:
        _show(found)
    if any(each.verdict == "wrong" for each in found):
        raise typer.Exit(ILL)


def examined(settings: Settings) -> Iterator[Finding]:
    """Every finding, part by part."""
    yield machine.keys(settings)
    yield from machine.disk(settings)
    yield machine.definitions(settings)
    yield machine.scripts()
    yield from printing.district(settings)
    store, said = database.reached(settings)
    yield said
    open_cases = None
    if store is not None:
        try:
            yield database.time_of(store)
            yield from database.contents(store)
            yield printing.people(store)
            open_cases = database.open_cases(store)
        except DBAPIError as error:
            yield wrong("database", f"it failed: {type(error.orig).__name__}", "See the database's own log.")
        finally:
            store.close()
    yield from asyncio.run(_of_temporal(settings, open_cases))


async def _of_temporal(settings: Settings, open_cases: int | None) -> list[Finding]:
    client, said = await temporal.reached(settings)
    found = [said]
    if client is None:
        return found
    try:
        found += [each async for each in temporal.contents(client, settings, open_cases)]
    except RPCError as error:
        found.append(wrong("Temporal", f"it failed: {error.status.name}", "See the server's own log."))
    return found


def _show(found: list[Finding]) -> None:
    table = Table("", "part", "how it is, and what would help")
    for each in found:
        table.add_row(SIGNS[each.verdict], each.part, f"{each.says}\n{each.remedy}" if each.remedy else each.says)
    console = Console()
    console.print(table)
    number = sum(each.verdict == "wrong" for each in found)
    asked = sum(each.verdict == "look" for each in found)
    console.print(f"{number or 'Nothing'} wrong, {asked or 'nothing'} to look at.", soft_wrap=True)
