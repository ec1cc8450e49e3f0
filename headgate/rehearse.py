"""`headgate rehearse`: plays a definition over many accounts with a virtual clock, and says what would come of it."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from definitions.language.library import Library, load_library
from headgate.errors import fail
from headgate.replaying import conformance, reading_of, show
from headgate.settings import Settings
from workflows.machine.machine import Machine
from workflows.machine.rehearse import Tally
from workflows.machine.rehearse import rehearse as played
from workflows.machine.script import Script, read_script, script_of

Folder = Annotated[Path | None, typer.Option(help="The folder of definitions; by default the district's.")]


def rehearse(
    case: Annotated[str, typer.Argument(help="The case type, such as high-consumption.")],
    data: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="A CSV file with a row of opening data for each case."),
    ] = None,
    replay: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="Instead: a recorded log (CSV, also gzipped) to play again."),
    ] = None,
    reading: Annotated[
        Path | None,
        typer.Option(
            exists=True, help="How the log is read (YAML); by default CASE.replay.yaml beside the definition."
        ),
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=3660, help="How many days are played.")] = 120,
    script: Annotated[
        Path | None, typer.Option(exists=True, help="How people behave (YAML); by default at random.")
    ] = None,
    begin: Annotated[str | None, typer.Option(help="The first day, as 2026-03-02; by default today.")] = None,
    repeat: Annotated[int, typer.Option(min=1, help="Play each row so many times.")] = 1,
    seed: Annotated[int, typer.Option(help="The same seed gives the same figures.")] = 1,
    definitions: Folder = None,
    against: Annotated[
        Path | None, typer.Option(exists=True, help="Another folder of definitions, to see what changes.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Play a case type over accounts with sampled people, or a recorded log of it, and say how many cases end where."""
    if replay is not None:
        folder = definitions or Settings().definitions
        machine = _machine(load_library(folder), case, folder)
        show(conformance(machine, replay, reading_of(reading, folder, case)), as_json=as_json)
        return
    if data is None:
        fail("say over what: --data FILE with a row for each case, or --replay FILE with a recorded log")
    rows = _rows(data) * repeat
    first = date.fromisoformat(begin) if begin else datetime.now().astimezone().date()
    folders = [definitions or Settings().definitions, *([against] if against else [])]
    console = Console(stderr=True)
    tallies = []
    for folder in folders:
        machine = _machine(load_library(folder), case, folder)
        habits = _script(script, folder, case)
        tally = Tally()
        with Progress(console=console, transient=True) as progress:
            bar = progress.add_task(f"Playing {case} from {folder}", total=len(rows))
            opening = machine.setting.opening(first)
            for number, each in enumerate(played(machine, rows, habits, begin=opening, days=days, seed=seed), 1):
                tally.add(each)
                if number % 100 == 0:
                    progress.update(bar, completed=number)
        tallies.append(tally)
    if as_json:
        typer.echo(json.dumps([_plain(tally, days) for tally in tallies], indent=2))
        return
    _show(tallies, days)


def _machine(library: Library, case: str, folder: Path) -> Machine:
    if case not in library.cases:
        fail(f"{folder} has no case type {case}; it has {', '.join(sorted(library.cases)) or 'none'}")
    return Machine(library.compile(case))


def _rows(file: Path) -> list[Mapping[str, Any]]:
    with file.open(newline="") as lines:
        return list(csv.DictReader(lines))


def _script(named: Path | None, folder: Path, case: str) -> Script:
    try:
        return read_script(named) if named is not None else script_of(folder, case)
    except ValueError as error:
        fail(str(error))


def _plain(tally: Tally, days: int) -> dict[str, Any]:
    return {
        "cases": tally.cases,
        "steps": tally.steps,
        "ends": dict(tally.ends.most_common()),
        "work": {queue: round(count / days, 2) for queue, count in _by_queue(tally).most_common()},
        "done": dict(tally.done),
        "late": dict(tally.late),
        "letters": dict(tally.letters),
        "lists": dict(tally.lists),
        "released_on_the_busiest_day": _busiest(tally),
        "escalations": dict(tally.escalations),
        "refused": dict(tally.refused),
        "not_opened": tally.reasons,
    }


def _by_queue(tally: Tally) -> Counter[str]:
    queues: Counter[str] = Counter()
    for (queue, _), count in tally.work.items():
        queues[queue] += count
    return queues


def _show(tallies: list[Tally], days: int) -> None:
    console = Console()
    console.print(f"{tallies[0].cases} cases over {days} days, {tallies[0].steps} steps")
    for title, rows in _sections(tallies, days):
        table = Table(title, *(["here", "there", "change"] if len(tallies) > 1 else ["count"]))
        for name, values in rows:
            change = [f"{values[1] - values[0]:+g}"] if len(values) > 1 else []
            table.add_row(name, *(f"{value:g}" for value in values), *change)
        if table.row_count:
            console.print(table)
    for tally in tallies:
        for sentence in dict.fromkeys(tally.reasons[:5]):
            console.print(f"not opened: {sentence}")


def _sections(tallies: list[Tally], days: int) -> Iterator[tuple[str, list[tuple[str, list[float]]]]]:
    def rows(counters: list[Counter[str]], per: float = 1.0) -> list[tuple[str, list[float]]]:
        names = dict.fromkeys(name for counter in counters for name, _ in counter.most_common())
        return [(name, [round(counter[name] / per, 2) for counter in counters]) for name in names]

    yield "cases end as", rows([tally.ends for tally in tallies])
    yield "tasks a day, by queue", rows([_by_queue(tally) for tally in tallies], days)
    yield "tasks done", rows([tally.done for tally in tallies])
    yield "of them late", rows([tally.late for tally in tallies])
    yield "letters", rows([tally.letters for tally in tallies])
    yield "lists", rows([tally.lists for tally in tallies])
    yield "released on the busiest day", rows([Counter(_busiest(tally)) for tally in tallies])
    yield "escalations", rows([tally.escalations for tally in tallies])
    yield "refused", rows([tally.refused for tally in tallies])


def _busiest(tally: Tally) -> dict[str, int]:
    """List → the most lines that were released on one day."""
    most: dict[str, int] = {}
    for (name, _), count in tally.released.items():
        most[name] = max(most.get(name, 0), count)
    return most
