"""`headgate simulate`: a stretch of the sample district's life, lived through in a database of its own, and what came of it.

Every case type takes part: bills, payments, calls, lists, crews and clocks. Nothing of the district that runs is touched.
"""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from sqlalchemy import make_url, select
from sqlmodel import Session, col

from activities.law_report import LawReport, law_report
from definitions.language.library import load_library
from headgate import home
from headgate.settings import Settings
from headgate.simulation import beginning
from store.engine import open_store
from store.ledger import unbalanced_entries
from store.migrate import migrate
from store.sample.load import load_sample
from store.tables.cases import CaseRow, ListLine
from store.tables.papers import Letter

NOT_KEPT = 3  #: exit code where a rule was not kept or the books do not balance, as `headgate laws` has it


def simulate(
    days: Annotated[int, typer.Option(min=1, max=900, help="How many days are lived through, up to today.")] = 365,
    places: Annotated[int, typer.Option(min=1, max=2000, help="How many places of the sample take part.")] = 2000,
    seed: Annotated[int, typer.Option(help="The same seed and day give the same figures.")] = 1,
    most_a_week: Annotated[
        int, typer.Option(min=0, help="At most so many collections are opened a week; 0 opens all that are found.")
    ] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Live through a year of the sample district and say which letters, lists and lock-offs came, and if every law was kept."""
    folder = Settings().definitions
    library = load_library(folder)
    console = Console(stderr=True)
    with tempfile.TemporaryDirectory() as place, Progress(console=console, transient=True) as progress:
        store = open_store(make_url(f"sqlite:///{place}/district.db"))
        migrate(store.engine)
        now = datetime.now(UTC)
        progress.add_task("Loading the sample district", total=None)
        load_sample(store, now, accounts=places)
        with store.writing() as session:
            first = beginning.begin(session, now, days)
        home.publish_folder(store, folder, lambda _: None)
        bar = progress.add_task("Living through it", total=days)
        beginning.live_through(
            store,
            library,
            folder,
            Path(place) / "files",
            first=first,
            now=now,
            progress=lambda done, _: progress.update(bar, completed=done),
            most_a_week=most_a_week or None,
            seed=seed,
        )
        with store.reading() as session:
            report = law_report(session, since=first - timedelta(days=1), before=now + timedelta(days=1))
            told = figures(session, report)
        store.close()
    if as_json:
        typer.echo(json.dumps(told, indent=2))
    else:
        _show(told)
    if told["shut_offs_against_a_rule"] or told["unbalanced_entries"]:
        raise typer.Exit(NOT_KEPT)


def figures(session: Session, report: LawReport) -> dict[str, Any]:
    """What came of it: cases by type and end, letters, lines and lock-offs by day, and what was not as it must be."""
    cases = Counter(f"{row.definition}: {row.outcome or 'open'}" for row in session.execute(select(CaseRow)).scalars())
    letters = Counter(session.execute(select(col(Letter.template)).where(col(Letter.status) == "mailed")).scalars())
    lines: dict[str, Counter[str]] = {}
    for line in session.execute(select(ListLine).where(col(ListLine.status) == "released")).scalars():
        if line.decided_at is not None:
            lines.setdefault(line.list_name, Counter())[line.decided_at.date().isoformat()] += 1
    locked = Counter(each.act.day.isoformat() for each in report.shut_offs)
    return {
        "cases": dict(cases.most_common()),
        "letters": dict(letters.most_common()),
        "released": {name: _by_day(counted) for name, counted in sorted(lines.items())},
        "shut_offs": _by_day(locked),
        "shut_offs_by_day": dict(sorted(locked.items())),
        "shut_offs_against_a_rule": len(report.not_kept),
        "unbalanced_entries": len(unbalanced_entries(session)),
    }


def _by_day(counted: Counter[str]) -> dict[str, float]:
    total = sum(counted.values())
    return {"all": total, "days": len(counted), "most_on_a_day": max(counted.values(), default=0)}


def _show(told: dict[str, Any]) -> None:
    console = Console()
    for title, counts in (("cases", told["cases"]), ("letters mailed", told["letters"])):
        table = Table(title, "count")
        for name, count in counts.items():
            table.add_row(name, str(count))
        console.print(table)
    table = Table("list", "lines released", "on days", "most on a day")
    for name, counted in {**told["released"], "lock-offs made": told["shut_offs"]}.items():
        table.add_row(name, *(str(counted[key]) for key in ("all", "days", "most_on_a_day")))
    console.print(table)
    console.print(f"Shut-offs against a rule, or undecided: {told['shut_offs_against_a_rule']}")
    console.print(f"Entries of the ledger that do not balance: {told['unbalanced_entries']}")
