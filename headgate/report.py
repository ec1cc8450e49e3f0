"""`headgate report`: what supervisors keep as lists, as CSV: new connections of a month, registers with what is due."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

import typer
from sqlmodel import Session

from definitions.language.library import load_library
from headgate import opening
from headgate.errors import fail
from headgate.settings import Settings
from store.connections import Connection, month_days, new_connections
from store.registers import items_page

report = typer.Typer(help="Lists that supervisors keep, as CSV.", no_args_is_help=True)

PACIFIC: Final = "America/Los_Angeles"
PAGE: Final = 200
COLUMNS: Final = (
    "id", "account_id", "kind", "make", "serial", "size", "place", "since", "every_days", "last_done", "due"
)  # fmt: skip

Output = Annotated[Path | None, typer.Option(help="The file to write; else it is printed.")]
DueBefore = Annotated[str | None, typer.Option(help="Only what is due before this day, as 2026-12-01.")]


@report.command(name="new-connections")
def connections(
    month: Annotated[str, typer.Argument(help="The month, as 2026-11.")],
    output: Output = None,
) -> None:
    """Each project that was open in the month: stage, fees, deposit held, what it waits for. No names."""
    try:
        month_days(month)
    except ValueError:
        fail(f'"{month}" is no month; write it as 2026-11')
    settings = Settings()
    district = load_library(settings.definitions).district
    zone = ZoneInfo(district.time_zone if district else PACIFIC)
    with opening.reading() as session:
        found = new_connections(session, month, zone)
    names = [field.name for field in fields(Connection)]
    _written(output, names, ([asdict(line)[name] for name in names] for line in found.lines))


@report.command(name="grease-traps")
def grease(due_before: DueBefore = None, output: Output = None) -> None:
    """The grease-trap list: each interceptor with its last inspection or pump-out and the day of the next."""
    _register("grease", due_before, output)


@report.command()
def backflow(due_before: DueBefore = None, output: Output = None) -> None:
    """The yearly list of backflow assemblies: each with its last test and the day of the next."""
    _register("backflow", due_before, output)


def _register(name: str, due_before: str | None, output: Path | None) -> None:
    try:
        before = date.fromisoformat(due_before) if due_before else None
    except ValueError:
        fail(f'"{due_before}" is no day; write it as 2026-12-01')
    with opening.reading() as session:
        rows = [[getattr(item, column) for column in COLUMNS] for item in _items(session, name, before)]
    _written(output, COLUMNS, rows)


def _items(session: Session, name: str, before: date | None) -> Iterable[Any]:
    cursor: str | None = None
    while True:
        page = items_page(session, name, due_before=before, limit=PAGE, cursor=cursor)
        yield from page.items
        cursor = page.cursor
        if cursor is None:
            return


def _written(output: Path | None, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    if output is None:
        _lines(csv.writer(sys.stdout), names, rows)
        return
    with output.open("w", newline="") as file:
        _lines(csv.writer(file), names, rows)


def _lines(writer: Any, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    writer.writerow(names)
    for row in rows:
        writer.writerow([_plain(value) for value in row])


def _plain(value: Any) -> Any:
    # A spreadsheet computes what begins so; what people typed stays what they typed.
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@")):
        return f"'{value}"
    return "" if value is None else value
