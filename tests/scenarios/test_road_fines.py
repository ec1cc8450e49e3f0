"""A history that really happened: recorded road fines, played on the definition of their process."""

from __future__ import annotations

import csv
import json
from collections import Counter, defaultdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from playing import DEFINITIONS, machine
from typer.testing import CliRunner

from definitions.language.loader import load, load_model
from headgate.cli import command_line
from workflows.machine.machine import Machine
from workflows.machine.recorded import LogError, Reading, traces
from workflows.machine.replay import Trace, replay

LOG = Path(__file__).parent / "road-fines" / "road-fines.csv"
READING = DEFINITIONS / "cases" / "road-fine.replay.yaml"


@pytest.fixture(scope="module")
def fines() -> Machine:
    """The machine of the recorded process."""
    return machine("road-fine")


def reading() -> Reading:
    """How the log is read."""
    found, problems = load_model(load(READING.read_text(), str(READING)), Reading)
    assert found is not None, problems
    return found


def rows() -> list[dict[str, Any]]:
    """The log as it was recorded."""
    with LOG.open(newline="") as lines:
        return list(csv.DictReader(lines))


def played(fines: Machine, log: list[dict[str, Any]]) -> dict[str, Trace]:
    """Every case of the log, played."""
    found = traces(log, reading(), fines.setting.calendar.zone)
    horizon = max(events[-1].day for events in found.values())
    return {name: replay(fines, name, events, reading(), horizon=horizon) for name, events in found.items()}


def by_case(log: list[dict[str, Any]]) -> dict[str, dict[str, date]]:
    """Case → activity → its (last) day."""
    found: dict[str, dict[str, date]] = defaultdict(dict)
    for row in log:
        found[row["case"]][row["activity"]] = date.fromisoformat(row["date"])
    return found


def test_every_penalty_is_added_on_the_day_on_which_it_really_was(fines: Machine) -> None:
    recorded = [row for row in rows() if row["activity"] == "Add penalty"]
    found = played(fines, rows())
    assert len(recorded) > 150
    assert sum(trace.on_the_day for trace in found.values()) == len(recorded)


def test_a_trace_deviates_where_an_appeal_came_after_the_sixty_days(fines: Machine) -> None:
    late = {
        case
        for case, days in by_case(rows()).items()
        if "Insert Date Appeal to Prefecture" in days
        and "Insert Fine Notification" in days
        and days["Insert Date Appeal to Prefecture"] > days["Insert Fine Notification"] + timedelta(days=60)
    }
    found = played(fines, rows())
    refused = {
        case
        for case, trace in found.items()
        for each in trace.deviations
        if each.activity == "Insert Date Appeal to Prefecture" and "appeal/too-late" in each.state
    }
    assert late
    assert refused == late


def test_what_the_definition_takes_and_where_the_others_part_from_it(fines: Machine) -> None:
    found = played(fines, rows())
    kinds = Counter(each.kind for trace in found.values() for each in trace.deviations)
    assert sum(trace.accepted for trace in found.values()) > len(found) / 2
    assert set(kinds) == {"refused"}


def test_a_penalty_recorded_a_day_late_is_told_as_such(fines: Machine) -> None:
    log = rows_of_one_penalty()
    row = next(row for row in log if row["activity"] == "Add penalty")
    row["date"] = (date.fromisoformat(row["date"]) + timedelta(days=1)).isoformat()
    (trace,) = played(fines, log).values()
    assert [each.kind for each in trace.deviations] == ["other-day"]
    assert trace.on_the_day == 0


def test_a_penalty_that_the_log_lacks_is_told_as_such(fines: Machine) -> None:
    log = rows_of_one_penalty()
    without = [row for row in log if row["activity"] != "Add penalty"]
    last = dict(log[0], case="other", activity="Create Fine", date="2012-03-26")
    traced = played(fines, [*without, last])[log[0]["case"]]
    assert "not-recorded" in [each.kind for each in traced.deviations]


def test_an_activity_that_the_reading_does_not_know_is_told_as_such(fines: Machine) -> None:
    log = rows_of_one_penalty()
    (trace,) = played(fines, [*log, dict(log[-1], activity="Lost in the Post")]).values()
    assert trace.deviations[-1].kind == "unknown-activity"


def test_a_row_without_a_date_names_its_line(fines: Machine) -> None:
    log = rows_of_one_penalty()
    log[1]["date"] = "soon"
    with pytest.raises(LogError, match='line 3: "soon" in the column date is no date'):
        played(fines, log)


def test_the_command_says_how_many_are_accepted_and_where_the_others_deviate() -> None:
    command = ["rehearse", "road-fine", "--replay", str(LOG), "--definitions", str(DEFINITIONS)]
    for_people = CliRunner().invoke(command_line(["rehearse"]), command)
    for_programs = CliRunner().invoke(command_line(["rehearse"]), [*command, "--json"])
    told = json.loads(for_programs.stdout)
    assert f"{told['traces']} recorded cases: {told['accepted']} accepted" in for_people.stdout
    assert {each["activity"] for each in told["deviations"]} >= {"Insert Date Appeal to Prefecture", "Payment"}


def rows_of_one_penalty() -> list[dict[str, Any]]:
    """One fine that was notified and got its penalty, with nothing unusual about it."""
    plain = ["Create Fine", "Send Fine", "Insert Fine Notification", "Add penalty", "Send for Credit Collection"]
    log = rows()
    activities: dict[str, list[str]] = defaultdict(list)
    for row in log:
        activities[row["case"]].append(row["activity"])
    case = next(case for case, each in activities.items() if each == plain)
    return [dict(row) for row in log if row["case"] == case]
