"""The map has everything that real cases do: the machine walks by chance, and every step of it is found on the map."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from definitions.language.checks.context import CaseText
from definitions.language.problems import Problem
from tests.machine.making import at
from tests.machine.random_definitions import EVENTS, WORDS, written
from workflows.machine import effects as fx
from workflows.machine import lawful
from workflows.machine.case import Case
from workflows.machine.chart import EndlessLoop
from workflows.machine.errors import Refused
from workflows.machine.events import Event, HoldsChanged, Message, Outcome, Reopened, TakenBack, TimerFired
from workflows.machine.explore import Map, Place
from workflows.machine.findings import CHECKS, Explored
from workflows.machine.machine import Machine

SEEDS = range(100)
WALKS, LENGTH = 4, 20
FACTS = {"delinquent_since": "2020-01-01", "task.claimed": False}


@dataclass(kw_only=True)
class Walk:
    """One case played by chance on the machine, followed on the map."""

    machine: Machine
    map: Map
    codes: frozenset[str]
    chance: random.Random
    entered: set[str]
    has_notice: bool = False

    def go(self) -> None:
        """Plays the case; fails where the machine does what the map does not have."""
        now = at("2026-03-02 09:00")
        data = {"account": {"id": "10-1"}, "sure": self.chance.random() < 0.5}
        try:
            case, step = self.machine.start(case_id="c-1", data=data, at=now, by="ann", facts=FACTS)
        except (Refused, EndlessLoop) as error:
            self._expected(error)
            return
        places = {move.to for move in self.map.moves[None] if move.to.states == case.state}
        assert places, f"the case opens in {case.state}"
        self._note(step)
        for _ in range(LENGTH):
            event = self.chance.choice(list(self._events(case, now)))
            now = max(now + timedelta(hours=self.chance.choice((0, 30, 500))), self._due(case, event, now))
            try:
                after, step = self.machine.fire(case, event, FACTS, now)
            except (Refused, EndlessLoop) as error:
                self._expected(error)
                if isinstance(error, EndlessLoop):
                    return
                continue
            places = self._followed(places, case, after, event)
            assert places, f"{event} leads from {case.state} to {after.state}"
            self._note(step)
            case = after

    def _followed(self, places: set[Place], case: Case, after: Case, event: Event) -> set[Place]:
        if isinstance(event, TakenBack):
            return {place for place in self.map.moves if place is not None and place.states == after.state}
        found = {move.to for place in places for move in self.map.moves[place] if move.to.states == after.state}
        return found | places if case.state == after.state and case.is_open == after.is_open else found

    def _expected(self, error: Exception) -> None:
        """The checker has told of what the machine cannot do."""
        if isinstance(error, EndlessLoop):
            assert "endless-loop" in self.codes
        elif isinstance(error, Refused) and "R-1" in error.facts.get("rules", ()) and not self.has_notice:
            assert self.codes & {"law-broken", "endless-loop"}

    def _note(self, step: fx.Step) -> None:
        self.entered.update(step.entered)
        letters = [each.args.get("template") for each in step.effects if isinstance(each, fx.RunAction)]
        self.has_notice = self.has_notice or "final-notice" in letters

    def _events(self, case: Case, now: datetime) -> Iterator[Event]:
        if not case.is_open:
            yield Reopened(reason="a mistake", by="ann")
            return
        for task in case.tasks:
            form = self.chance.choice(({}, *({"cause": word} for word in WORDS)))
            for outcome in ("o0", "o1", "o2"):
                yield Outcome(run=task.run, outcome=outcome, form=form, by="bob")
        for name in EVENTS:
            yield Message(name=name)
        for timer in case.timers:
            yield TimerFired(name=timer.name, run=timer.run)
        yield HoldsChanged(holds={} if case.holds else {"bankruptcy": now.isoformat()}, version=case.hold_version + 1)
        if case.undo is not None:
            yield TakenBack(run=case.undo.run, by="bob")
        if self.has_notice:
            mailed = (now - timedelta(days=60)).date().isoformat()
            yield Message(name="letter-mailed", data={"template": "final-notice", "mailed": mailed})

    def _due(self, case: Case, event: Event, now: datetime) -> datetime:
        named = [timer.due for timer in case.timers if isinstance(event, TimerFired) and timer.name == event.name]
        return max(named, default=now)


def path_of(problem: Problem) -> str:
    """The path of the state that a problem is about."""
    return "/".join(word for word in problem.path.split("/") if word not in ("states", "parallel"))


@pytest.mark.parametrize("seed", SEEDS)
def test_every_step_of_a_real_case_is_on_the_map(seed: int) -> None:
    library = written(seed)
    explored = Explored(CaseText(library, "example"))
    problems = [problem for check in (*CHECKS, lawful.broken) for problem in check(explored)]
    machine = Machine(library.compile("example"))
    entered: set[str] = set()
    for number in range(WALKS):
        Walk(
            machine=machine,
            map=explored.map,
            codes=frozenset(problem.code for problem in problems),
            chance=random.Random(f"{seed}/{number}"),
            entered=entered,
        ).go()
    assert not entered & {path_of(problem) for problem in problems if problem.code == "unreachable-state"}
