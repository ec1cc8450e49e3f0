"""`headgate import`: CSV files of a billing system."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.progress import Progress

from activities.printing import unprintable
from definitions.language.library import load_library
from headgate.errors import fail
from headgate.settings import Settings
from store.clock import district_now
from store.engine import open_store
from store.importing.kinds import KINDS
from store.importing.run import ImportFileError, import_file
from store.importing.values import Reading

PACIFIC = "America/Los_Angeles"


def import_(
    kind: Annotated[str, typer.Argument(help=f"What the file holds: {', '.join(KINDS)}.")],
    file: Annotated[Path, typer.Argument(help="The CSV file; its columns are in docs/reference/import.md.")],
) -> None:
    """Load a CSV file; every bad row is reported with its line and reason, good rows load, nothing loads twice."""
    settings = Settings()
    district = load_library(settings.definitions).district
    reading = Reading(zone=ZoneInfo(district.time_zone if district else PACIFIC), unprintable=unprintable)
    store = open_store(settings.database)
    try:
        with store.reading() as session:
            now = district_now(session)
        with Progress(console=Console(stderr=True), transient=True) as progress:
            bar = progress.add_task(f"Loading {file.name}")

            def moved(done: int, total: int) -> None:
                progress.update(bar, completed=done, total=total)

            report = import_file(store, kind, file, by="headgate import", now=now, reading=reading, progress=moved)
    except ImportFileError as error:
        fail(str(error))
        return
    finally:
        store.close()
    for row in report.bad_rows:
        typer.echo(str(row), err=True)
    if report.bad > len(report.bad_rows):
        typer.echo(f"… and {report.bad - len(report.bad_rows)} more", err=True)
    typer.echo(f"{report.loaded} rows loaded, {report.known} known already, {report.amended} amended, {report.bad} bad")
    if report.bad:
        raise typer.Exit(1)
