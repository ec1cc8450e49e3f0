"""`headgate rehearse CASE --replay LOG`: a recorded log played on a definition, and what is told of it."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from definitions.language.loader import load, load_model
from headgate.errors import fail
from workflows.machine.machine import Machine
from workflows.machine.recorded import LogError, Reading, traces
from workflows.machine.replay import Deviation, Trace, replay

EXAMPLES = 3  #: cases named for each kind of deviation


@dataclass(kw_only=True)
class Conformance:
    """What a replay counted."""

    traces: int = 0
    accepted: int = 0
    on_the_day: int = 0
    ends: Counter[str] = field(default_factory=Counter)
    timers: Counter[str] = field(default_factory=Counter)
    deviations: Counter[tuple[str, str, str]] = field(default_factory=Counter)  #: (kind, activity, state) → times
    examples: dict[tuple[str, str, str], list[tuple[str, Deviation]]] = field(default_factory=dict)

    def add(self, trace: Trace) -> None:
        """Takes in one trace."""
        self.traces += 1
        self.accepted += trace.accepted
        self.on_the_day += trace.on_the_day
        self.ends[trace.outcome or f"open: {trace.state}"] += 1
        self.timers.update(trace.timers)
        for each in trace.deviations:
            key = (each.kind, each.activity, each.state)
            self.deviations[key] += 1
            examples = self.examples.setdefault(key, [])
            if len(examples) < EXAMPLES:
                examples.append((trace.case, each))


def conformance(machine: Machine, log: Path, reading: Reading) -> Conformance:
    """The whole log played on the machine; a log that cannot be read ends the command."""
    try:
        found = traces(_rows(log), reading, machine.setting.calendar.zone)
    except (LogError, OSError, UnicodeDecodeError, csv.Error) as error:
        fail(f"{log} cannot be replayed: {error}")
    if not found:
        fail(f"{log} has no rows")
    horizon = max(events[-1].day for events in found.values())
    counted = Conformance()
    for name, events in track(found.items(), "Replaying", console=Console(stderr=True), transient=True):
        counted.add(replay(machine, name, events, reading, horizon=horizon))
    return counted


def reading_of(named: Path | None, folder: Path, case: str) -> Reading:
    """How the log is read: the file that is named, or the one beside the definition."""
    file = named or folder / "cases" / f"{case}.replay.yaml"
    if not file.exists():
        fail(f"{file} does not exist: it says which column of the log is what, and what each activity did")
    reading, problems = load_model(load(file.read_text(), str(file)), Reading)
    if reading is None:
        fail("the reading of the log cannot be used:\n" + "\n".join(str(problem) for problem in problems))
    if reading.replay != case:
        fail(f"{file} reads logs of {reading.replay}, not of {case}")
    return reading


def _rows(log: Path) -> list[Mapping[str, Any]]:
    content = log.read_bytes()
    text = (gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def show(counted: Conformance, *, as_json: bool) -> None:
    """Prints what was counted: for people as tables, for programs as JSON."""
    if as_json:
        typer.echo(json.dumps(_plain(counted), indent=2))
        return
    console = Console()
    share = 100 * counted.accepted / counted.traces
    console.print(f"{counted.traces} recorded cases: {counted.accepted} accepted ({share:.1f} %)")
    console.print(f"{counted.on_the_day} recorded timers came on their day")
    for title, counter in (("cases end as", counted.ends), ("timers of the definition", counted.timers)):
        table = Table(title, "count")
        for name, count in counter.most_common():
            table.add_row(name, str(count))
        if counter:
            console.print(table)
    table = Table("deviates at", "in", "times", "for example")
    for key, count in counted.deviations.most_common():
        case, example = counted.examples[key][0]
        table.add_row(key[1], key[2], str(count), f"{case}, {example.day}: {example.sentence}")
    if counted.deviations:
        console.print(table)


def _plain(counted: Conformance) -> dict[str, Any]:
    return {
        "traces": counted.traces,
        "accepted": counted.accepted,
        "on_the_day": counted.on_the_day,
        "ends": dict(counted.ends.most_common()),
        "timers": dict(counted.timers.most_common()),
        "deviations": [
            {
                "kind": kind,
                "activity": activity,
                "state": state,
                "times": count,
                "examples": [
                    {"case": case, "day": each.day.isoformat(), "sentence": each.sentence}
                    for case, each in counted.examples[kind, activity, state]
                ],
            }
            for (kind, activity, state), count in counted.deviations.most_common()
        ],
    }
