"""`headgate consumption-log`: what meters show beside the year before, as CSV; with `--flagged` the read audit's list."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Annotated, TextIO
from zoneinfo import ZoneInfo

import typer

from definitions.catalogue.reads import limits
from definitions.language.library import load_library
from headgate import opening
from headgate.errors import fail
from headgate.settings import Settings
from store.queries.consumption import LogLine, consumption_log

COLUMNS = (
    "account",
    "class",
    "route",
    "meter",
    "read",
    "ccf",
    "kind",
    "days",
    "use",
    "usual",
    "times",
    "finding",
    "case",
)


def log(
    since: Annotated[str, typer.Option("--from", help="The first day of the reads: 2026-08-01.")],
    until: Annotated[str, typer.Option(help="Their last day.")],
    flagged: Annotated[bool, typer.Option("--flagged", help="Only what the read audit finds something in.")] = False,
    to: Annotated[Path | None, typer.Option(dir_okay=False, help="The file to write; else it is printed.")] = None,
) -> None:
    """Write the use up to each meter's last read in a span of days, beside the same period of the year before, as CSV."""
    district = load_library(Settings().definitions).district
    if district is None:
        fail("the folder of definitions has no district.yaml")
    zone = ZoneInfo(district.time_zone)
    with opening.reading() as session:
        lines = consumption_log(
            session, since=_day(since), until=_day(until), zone=zone, limits=limits(district.settings)
        )
        if to is None:
            write(sys.stdout, lines, flagged=flagged)
            return
        with to.open("w", encoding="utf-8", newline="") as file:
            typer.echo(f"{write(file, lines, flagged=flagged)} meters written to {to}")


def write(file: TextIO, lines: Iterable[LogLine], *, flagged: bool) -> int:
    """Writes the lines with a head and returns how many there were."""
    table = csv.writer(file, lineterminator="\n")
    table.writerow(COLUMNS)
    count = 0
    for line in lines:
        read = line.audited
        if flagged and read.finding == "fine":
            continue
        count += 1
        table.writerow(
            (
                line.account,
                line.account_class,
                line.route,
                line.meter,
                read.on.isoformat(),
                f"{read.value_ccf:f}",
                read.kind,
                read.days,
                f"{read.use_ccf:f}",
                "" if read.usual_ccf is None else f"{read.usual_ccf:f}",
                "" if read.times is None else f"{read.times:f}",
                read.finding,
                line.case or "",
            )
        )
    return count


def _day(written: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError:
        fail(f"{written} is no day; write it as 2026-08-01")
