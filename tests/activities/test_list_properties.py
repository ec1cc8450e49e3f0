"""Whatever random people do in whatever order: no account on two lists, no line released twice, no day beyond its limit."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from books import account
from sqlmodel import col, select

from activities.projection import Projection
from activities.releasing import Releasing
from definitions.language.calendars import Calendar
from definitions.language.compiled import Compiled
from definitions.language.loader import load, load_model
from definitions.language.model import CaseDefinition
from definitions.language.pack import District, ReviewList
from store.engine import Store
from store.publishing import publish_compiled
from store.queries.holds import hold_version, place_hold, release_hold, standing_holds
from store.queries.lists import begin_release, change_release, waiting_lines
from store.tables.cases import ListLine, StepRow
from store.tables.lists import ListDay, ListRelease, ReleaseLine
from workflows.client import Unanswered
from workflows.machine.case import Case
from workflows.machine.effects import Step
from workflows.machine.errors import Refused
from workflows.machine.events import Event, HoldsChanged, LineDecided, Message
from workflows.machine.machine import Machine, machine_of
from workflows.messages import Act, StepWritten
from workflows.steps import taken_of

ROOT = Path(__file__).parents[2]
MONDAY = datetime(2026, 3, 9, 16, tzinfo=UTC)
PACIFIC = ZoneInfo("America/Los_Angeles")
ACCOUNTS = [f"10-{number:06d}" for number in range(1, 13)]
PER_DAY = 1

CASE = """
case: {list}
title: Gathers on {list}
facts: {{balance: money}}
data: {{account: {{type: account, required: true}}}}
holds: {{appeal: freeze}}
initial: before
on: {{paid: closed, held: held}}
states:
  before: {{on: {{go: listed}}}}
  listed: {{list: {list}, released: after, {ways}}}
  after: {{on: {{again: listed, go: listed}}}}
  held: {{on: {{released: {{target: history}}}}}}
  closed: {{type: final}}
"""
WAYS = {"reminder": "excluded: before, dropped: before", "lock-off": "dropped: after", "door-tag": "excluded: after"}


class Office:
    """Cases without a Temporal server: what the workflow does with a step, in the same order."""

    def __init__(self, store: Store, random: Random) -> None:
        self.store = store
        self.random = random
        self.at = MONDAY
        self.cases: dict[str, Case] = {}
        self.content: dict[str, bytes] = {}
        self.balance: dict[str, str] = {}
        self.dying = 0.0  #: how often a worker dies between a case's step and what it writes down about it
        self.releasing = Releasing(store, self._decide, lambda: self.at)
        self._projection = Projection(store=store)
        self._taken: dict[tuple[str, str], object] = {}

    def machine(self, case: str) -> Machine:
        """The machine of a case."""
        return machine_of(self.content[self.cases[case].definition])

    def publish(self) -> None:
        """The case types, each with its list."""
        for name, ways in WAYS.items():
            text = CASE.format(list=name, ways=ways)
            definition, problems = load_model(load(text, "x.yaml"), CaseDefinition)
            assert definition is not None, problems
            compiled = Compiled(
                definition=definition, calendar=_calendar(), district=DISTRICT, lists={name: review(name)}
            )
            with self.store.writing() as session:
                publish_compiled(session, compiled, source="", by="author", at=MONDAY)
            self.content[name] = compiled.to_bytes()

    def open(self, definition: str, account_id: str) -> None:
        """A case, opened."""
        machine = machine_of(self.content[definition])
        with self.store.reading() as session:
            holds = {hold.kind: hold.since.isoformat() for hold in standing_holds(session, account_id)}
            version = hold_version(session, account_id)
        case, step = machine.start(
            case_id=f"c-{len(self.cases):04d}",
            data={"account": {"id": account_id}},
            at=self.at,
            by="rep",
            holds=holds,
            hold_version=version,
        )
        assert self._written(machine, case, step, "open").kind == "written"
        self.cases[case.id] = case

    def take(self, case_id: str, event: Event, name: str) -> None:
        """The step that a case takes for an event; raises Refused."""
        if (case_id, name) in self._taken:
            return
        machine, found = self.machine(case_id), dict[str, Any]()
        for _ in range(9):
            case = self.cases[case_id]
            facts = {"balance": self.balance.get(str(case.account), "90.00")}
            machine.accepts(case, event)
            after, step = machine.fire(case, event, facts | found, self.at)
            result = self._written(machine, after, step, name)
            if result.kind == "written":
                self.cases[case_id] = after
                self._taken[case_id, name] = True
                return
            if result.kind == "facts-found":
                found |= dict(result.facts or {})
            else:
                assert result.kind == "holds-changed"
                self.take(case_id, HoldsChanged(holds=result.holds or {}, version=result.version or 0), f"h {name}")
        raise AssertionError("the step is never written")

    def due(self) -> None:
        """Takes whatever timers are due."""
        for case_id in list(self.cases):
            for timer in self.machine(case_id).due_events(self.cases[case_id], self.at):
                self.take(case_id, timer, f"{timer.name} {self.cases[case_id].step}")

    def _written(self, machine: Machine, case: Case, step: Step, act: str) -> Any:
        written = StepWritten(case=case, step=step, act=act, taken=taken_of(case))
        return self._projection.write(written, self.content[machine.definition.case])

    async def _decide(self, case: str, act: Act) -> object:
        if self.random.random() < self.dying / 2:
            raise Unanswered("nobody is there")
        self.take(case, act.event, act.name)
        if self.random.random() < self.dying:
            raise Unanswered("the worker died before it heard")
        return None


def review(name: str) -> ReviewList:
    """A list."""
    return ReviewList.model_validate(
        {
            "list": name,
            "title": name,
            "review": "lead",
            "exclusion-expires": "2 days",
            "per-day": str(PER_DAY),
            "check": 'has(facts.balance) && facts.balance > usd("10.00")',
        }
    )


DISTRICT = District.model_validate(
    {
        "district": "Test Water District",
        "address": ["1 Main Street"],
        "telephone": "555 0100",
        "roles": {"lead": {"title": "Lead"}},
        "queues": {"leads": {"title": "Leads", "roles": ["lead"]}},
        "holds": {"appeal": {"title": "Appeal"}},
    }
)


def _calendar() -> Calendar:
    path = ROOT / "definitions" / "calendars" / "district.yaml"
    found, problems = load_model(load(path.read_text(), str(path)), Calendar)
    assert found is not None, problems
    return found


def somebody_does_something(office: Office) -> str:
    """One random act of a random person, or of the clock; what is refused changes nothing."""
    random = office.random
    act = random.choice(
        (
            "open",
            "open",
            "open",
            "go",
            "go",
            "go",
            "go",
            "paid",
            "balance",
            "hold",
            "exclude",
            "approve",
            "approve",
            "work",
            "work",
            "change",
            "time",
        )
    )
    case = random.choice(list(office.cases)) if office.cases else None
    try:
        if act == "open":
            office.open(random.choice(list(WAYS)), random.choice(ACCOUNTS))
        elif (act == "go" or (act == "paid" and random.random() < 0.3)) and case is not None:
            office.take(case, Message(name=act), f"{act} {office.cases[case].step}")
        elif act == "balance":
            office.balance[random.choice(ACCOUNTS)] = random.choice(("90.00", "90.00", "5.00"))
        elif act == "hold" and random.random() < 0.5:
            _hold(office, random.choice(ACCOUNTS))
        elif act == "exclude":
            _exclude(office)
        elif act == "approve":
            _approve(office, random.choice(list(WAYS)))
        elif act == "work":
            asyncio.run(office.releasing.go_on())
        elif act == "change":
            _change(office)
        elif act == "time":
            office.at += random.choice((timedelta(hours=1), timedelta(hours=9), timedelta(days=1)))
            office.due()
    except Refused:
        pass
    return act


def _hold(office: Office, whose: str) -> None:
    with office.store.writing() as session:
        if standing_holds(session, whose):
            release_hold(session, whose, "appeal", by="rep", at=office.at)
        else:
            place_hold(session, whose, "appeal", since=office.at, by="rep", at=office.at)


def _exclude(office: Office) -> None:
    with office.store.reading() as session:
        lines = session.exec(select(ListLine).where(col(ListLine.status) == "waiting")).all()
    if lines:
        line = office.random.choice(lines)
        event = LineDecided(state=line.state, decision="excluded", joined=line.joined_step, reason="x", by="lead")
        office.take(line.case_id, event, f"line:{line.id}:excluded")


def _approve(office: Office, name: str) -> None:
    with office.store.writing() as session:
        lines = waiting_lines(session, name)
        if lines:
            begin_release(
                session,
                name,
                lines[: office.random.randrange(1, len(lines) + 1)],
                day=office.at.astimezone(PACIFIC).date(),
                per_day=PER_DAY,
                by="lead",
                approved_by=("lead", "supervisor"),
                at=office.at,
            )


def _change(office: Office) -> None:
    with office.store.writing() as session:
        releases = session.exec(select(ListRelease).where(col(ListRelease.status).in_(("running", "paused")))).all()
        if releases:
            release = office.random.choice(releases)
            status = "running" if release.status == "paused" else office.random.choice(("paused", "cancelled"))
            change_release(session, release, status, by="lead", reason="x", at=office.at)  # type: ignore[arg-type]


def all_is_well(office: Office) -> None:
    """What must never be otherwise."""
    with office.store.reading() as session:
        lines = session.exec(select(ListLine)).all()
        placed = session.exec(select(ReleaseLine, ListRelease).where(ReleaseLine.release_id == ListRelease.id)).all()
        released = [
            (step.case_id, step.step_no)
            for step in session.exec(select(StepRow).where(StepRow.event == "line released"))
        ]
        days: Mapping[tuple[str, Any], int] = {
            (row.list_name, row.day): row.taken for row in session.exec(select(ListDay))
        }
    waiting = Counter(line.account_id for line in lines if line.status == "waiting")
    assert max(waiting.values(), default=0) <= 1, "an account waits on two lists"
    left = Counter((line.case_id, line.decided_step) for line in lines if line.status == "released")
    assert sorted(left) == sorted(released), "a line was released twice, or none was and the case says so"
    ended = Counter(row.line_id for row, _ in placed if row.status == "released")
    assert max(ended.values(), default=0) <= 1, "two releases say that they released a line"
    counted = Counter((release.list_name, row.day) for row, release in placed if row.status in ("released", "going"))
    assert all(counted[day] == taken <= PER_DAY for day, taken in days.items()), "a day took more than it may"
    for case in office.cases.values():
        listed = {line.joined_step for line in lines if line.case_id == case.id and line.status == "waiting"}
        assert listed == set(case.lines.values()), "case and store disagree on who waits"


@pytest.mark.parametrize("seed", range(12))
def test_random_people_release_nothing_twice_and_nothing_too_much(sqlite_store: Store, seed: int) -> None:
    office = Office(sqlite_store, Random(seed))
    with sqlite_store.writing() as session:
        for each in ACCOUNTS:
            account(session, each)
    office.publish()
    for each in ACCOUNTS:
        office.open(office.random.choice(list(WAYS)), each)
    office.dying = 0.3
    done: list[str] = []
    for _ in range(240):
        done.append(somebody_does_something(office))
        try:
            all_is_well(office)
        except AssertionError as wrong:
            raise AssertionError(f"{wrong} after {done[-12:]}") from wrong
    office.dying = 0.0
    asyncio.run(office.releasing.go_on())
    all_is_well(office)
    with sqlite_store.reading() as session:
        kinds = {row.status for row in session.exec(select(ReleaseLine))}
    assert "released" in kinds, "the test has tried something"
