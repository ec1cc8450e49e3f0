"""The history of a case type as an event log, read by the tool that process miners use."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from books import ACCOUNT, CASE, MONDAY, account, completion, step
from sqlmodel import Session

from headgate.export import write_xes
from store.engine import Store
from store.projection import write_step
from store.queries.cases import histories

OTHER = "c-2x7mpqk4hvtb"

#: In a process of its own: pm4py warns of things that are none of our business.
READ = """
import json, sys, pm4py
log = pm4py.read_xes(sys.argv[1])
variants = pm4py.get_variants(log)
net = pm4py.discover_petri_net_inductive(log)
fitness = pm4py.fitness_token_based_replay(log, *net)
print(json.dumps({
    "cases": sorted(log["case:concept:name"].unique()),
    "events": [[row["case:concept:name"], row["concept:name"], row["org:resource"], row["time:timestamp"].isoformat()]
               for _, row in log.iterrows()],
    "variants": len(variants),
    "fitness": fitness["log_fitness"],
}))
"""


def two_cases(store: Store) -> None:
    """A case that was opened and completed, and one that was only opened a day later."""
    with store.writing() as session:
        account(session)
        write_step(session, step())
        write_step(session, completion())
        late = step(audit=(), key=None)
        write_step(session, replace(late, case=replace(late.case, id=OTHER, opened_at=MONDAY + timedelta(days=1))))


def exported(session: Session, file: Path, **asked: Any) -> dict[str, Any]:
    """The log as pm4py reads it."""
    write_xes(file, "high-consumption", histories(session, "high-consumption", **asked))
    command = [sys.executable, "-W", "ignore", "-c", READ, str(file)]
    read = subprocess.run(command, capture_output=True, text=True, check=True)
    told: dict[str, Any] = json.loads(read.stdout.splitlines()[-1])
    return told


def test_a_process_miner_reads_every_step_of_every_case(store: Store, tmp_path: Path) -> None:
    two_cases(store)
    with store.reading() as session:
        told = exported(session, tmp_path / "log.xes")
    assert told["cases"] == [OTHER, CASE]
    assert [event for event in told["events"] if event[0] == CASE] == [
        [CASE, "start", "rep", MONDAY.isoformat()],
        [CASE, "outcome review/reread", "rep", (MONDAY + timedelta(hours=1)).isoformat()],
    ]
    assert told["variants"] == 2
    assert told["fitness"] == 1.0


def test_only_cases_of_the_days_that_were_asked_for_are_exported(store: Store, tmp_path: Path) -> None:
    two_cases(store)
    with store.reading() as session:
        told = exported(session, tmp_path / "log.xes", since=MONDAY + timedelta(hours=1))
    assert told["cases"] == [OTHER]


def test_nothing_personal_is_in_the_log(store: Store, tmp_path: Path) -> None:
    two_cases(store)
    with store.reading() as session:
        write_xes(tmp_path / "log.xes", "high-consumption", histories(session, "high-consumption"))
    text = (tmp_path / "log.xes").read_text()
    assert not [word for word in ("Pat", "Doe", "Well St", ACCOUNT) if word in text]
