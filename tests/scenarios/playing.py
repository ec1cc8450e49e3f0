"""Shipped definitions, played by dates on the pure machine: people act, effects answer, timers fire when they are due."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from definitions.catalogue import actions
from tests.shipped import shipped
from workflows.machine.case import Case, Task
from workflows.machine.effects import Effect, Notify, OpenChild, RunAction, SendMessage, Step
from workflows.machine.events import ChildClosed, Event, Message, Outcome, Reopened, Replied, TakenBack, TimerFired
from workflows.machine.machine import Machine
from workflows.machine.work import CLAIMED

PACIFIC = ZoneInfo("America/Los_Angeles")
DEFINITIONS = Path(__file__).parents[2] / "definitions"

ROLES = {
    "rep": "rep",
    "rep2": "rep",
    "lead": "lead",
    "supervisor": "supervisor",
    "review": "review",
    "crew": "crew",
} | {
    "finance": "finance",
    "finance2": "finance",
}


@cache
def machine(case: str) -> Machine:
    """The machine of a shipped definition."""
    return Machine(shipped(case))


def on(text: str) -> datetime:
    """A time in the district's zone: `2026-03-09 09:00`."""
    return datetime.fromisoformat(text).replace(tzinfo=PACIFIC)


def bill(end: str, use: str, *, days: int = 61, read: str = "1946", amount: str = "200.00") -> dict[str, Any]:
    """A bill as a case holds it, for the two months up to a day."""
    last = date.fromisoformat(end)
    return {
        "id": f"b-{end}",
        "account": "10-004217",
        "period_start": (last - timedelta(days=days)).isoformat(),
        "period_end": end,
        "days": days,
        "read": read,
        "use": use,
        "amount": amount,
        "mailed": (last + timedelta(days=4)).isoformat(),
        "due": (last + timedelta(days=29)).isoformat(),
    }


ACCOUNT = {"id": "10-004217", "class": "residential", "language": "en", "since": "2020-01-01", "confidential": False}
HISTORY = [
    bill("2026-08-24", "46"),
    bill("2026-06-23", "20"),
    bill("2026-04-23", "14"),
    bill("2026-02-21", "12"),
    bill("2025-12-22", "13"),
    bill("2025-10-22", "19"),
    bill("2025-08-22", "22"),
    bill("2024-08-23", "24"),
    bill("2023-08-24", "20"),
]
FACTS: Mapping[str, Any] = {
    "bill_history": HISTORY,
    "adjustments": [],
    "worst_delinquency_24_months": 0,
    "bill_paid_percent": "0",
    "drought_stage": 0,
    "neighbours_median_use": "21",
    "meter_size": '5/8"',
    "adjustments_last_90_days": 0,
}


ROOT = "c-2x7mpqk4hvta"  #: the case that is opened first


class Play:
    """One account with the case that is opened on it, its child cases and the clock.

    Every effect that answers has answered before anybody acts again; what a case sends reaches the account's others."""

    def __init__(
        self, opened: str, *, case: str = "high-consumption", data: Mapping[str, Any] | None = None, **facts: Any
    ) -> None:
        self.facts: dict[str, Any] = dict(FACTS) | facts
        self.claimed: set[int] = set()
        self.steps: list[Step] = []
        self.now = on(opened)
        self._cases: dict[str, Case] = {}
        self._parents: dict[str, str] = {}
        self._holds: list[tuple[str, str]] = []  #: kind and case, as they were asked for
        self._first = ROOT
        self.open(case, case_id=ROOT, data={"bill": HISTORY[0]} | dict(data or {}))

    # -- what people and the world do ----------------------------------------------------------------------------------

    def open(
        self,
        case: str,
        *,
        case_id: str = "c-another00001",
        at: str | None = None,
        data: Mapping[str, Any] | None = None,
        by: str = "rep",
        parent: str | None = None,
        people: tuple[str, ...] = (),
    ) -> str:
        """The id of a case that somebody, or another case, opens on the account."""
        self._to(at)
        playing = machine(case)
        values = {name: value for name, value in ({"account": ACCOUNT} | dict(data or {})).items() if value is not None}
        needed = self._needed(playing, None, None, by)
        opened, step = playing.start(case_id=case_id, data=values, at=self.now, by=by, facts=needed, people=people)
        if parent is not None:
            self._parents[case_id] = parent
        self._done(opened, step)
        return case_id

    def complete(self, task: str, outcome: str, *, by: str, at: str | None = None, **form: Any) -> None:
        """Somebody completes the open task of this name, in whichever case it is."""
        self._to(at)
        case, found = self._find(task)
        self._fire(case, Outcome(run=found.run, outcome=outcome, form=form, by=by, checked_at=self.now.isoformat()))

    def receive(self, message: str, at: str | None = None, *, to: str | None = None, **data: Any) -> None:
        """Something comes from outside to the case that was opened first, or to another."""
        self._to(at)
        self._fire(to or self._first, Message(name=message, data=data))

    def hear(self, message: str, at: str | None = None, **data: Any) -> list[str]:
        """Something comes to the account; returns the types of the cases that took it."""
        self._to(at)
        return self._deliver(list(self._cases), Message(name=message, data=data))

    def until(self, at: str) -> None:
        """Time passes; what is due on the way happens when it is due."""
        self._to(at)

    def take_back(self, run: int, *, by: str) -> None:
        """Somebody takes the outcome of a task of the first case back."""
        self._fire(self._first, TakenBack(run=run, by=by))

    def reopen(self, *, by: str) -> None:
        """Somebody opens the first case, closed, again."""
        self._fire(self._first, Reopened(reason="Something new has come", by=by))

    # -- what can be seen ----------------------------------------------------------------------------------------------

    @property
    def case(self) -> Case:
        """The case that was opened first."""
        return self._cases[self._first]

    def child(self, definition: str) -> Case:
        """The last case of this type."""
        found = [case for case in self._cases.values() if case.definition == definition]
        assert found, f"there is no {definition}; there are {[case.definition for case in self._cases.values()]}"
        return found[-1]

    def task(self, name: str) -> Task:
        """The open task of this name, in whichever case it is."""
        return self._find(name)[1]

    @property
    def state(self) -> str:
        """The first case's state: its own key."""
        return self.case.state[0].rpartition("/")[2]

    def state_of(self, definition: str) -> str:
        """The state of the last case of a type: its own key."""
        return self.child(definition).state[0].rpartition("/")[2]

    def ran(self, action: str) -> list[Mapping[str, Any]]:
        """The arguments of every effect of this action so far, in whichever case."""
        return [each.args for each in self._effects() if isinstance(each, RunAction) and each.action == action]

    @property
    def letters(self) -> list[str]:
        """The letters written so far."""
        return [str(args["template"]) for args in self.ran("letter")]

    @property
    def told(self) -> list[tuple[str, ...]]:
        """Who was told something, in order."""
        return [each.to for each in self._effects() if isinstance(each, Notify)]

    @property
    def sent(self) -> list[tuple[str, Mapping[str, Any]]]:
        """The messages that cases sent, with what they said, in order."""
        return [(each.name, each.data) for each in self._effects() if isinstance(each, SendMessage)]

    @property
    def holds(self) -> list[str]:
        """The kinds of hold that stand, in order: each as long as a case that asked for it has not let go."""
        return list(dict.fromkeys(kind for kind, _ in self._holds))

    # -- how it goes on ------------------------------------------------------------------------------------------------

    def carry_out(self, case: Case, step: Step, number: int, effect: RunAction) -> Mapping[str, Any]:
        """What an effect answers beside its event; a play with books of its own does it there."""
        return {}

    def _effects(self) -> list[Effect]:
        return [each for step in self.steps for each in step.effects]

    def _find(self, name: str) -> tuple[str, Task]:
        found = [
            (case.id, task)
            for case in self._cases.values()
            for task in case.tasks
            if case.is_open and task.name == name and task.outcome is None
        ]
        where = {case.definition: case.state for case in self._cases.values() if case.is_open}
        assert found, f"{name} is not open; the cases are at {where}"
        return found[-1]

    def _to(self, at: str | None) -> None:
        if at is None:
            return
        target = on(at)
        assert target >= self.now, "a scenario goes forward in time"
        while (next_ := self._next_due()) is not None and next_[0] <= target:
            self.now = max(next_[0], self.now)
            case = self._cases[next_[1]]
            self._fire(case.id, machine(case.definition).due_events(case, self.now)[0])
        self.now = target

    def _next_due(self) -> tuple[datetime, str] | None:
        due = ((machine(case.definition).next_due(case), case.id) for case in self._cases.values() if case.is_open)
        return min(((when, case) for when, case in due if when is not None), default=None)

    def _fire(self, case_id: str, event: Event) -> None:
        case = self._cases[case_id]
        playing = machine(case.definition)
        after, step = playing.fire(case, event, self._needed(playing, case, event, event.by), self.now)
        self._done(after, step)

    def _done(self, case: Case, step: Step) -> None:
        before = self._cases.get(case.id)
        self._cases[case.id] = case
        self.steps.append(step)
        for number, effect in enumerate(step.effects):
            self._hold(case.id, effect)
            match effect:
                case RunAction(action=name) if self._cases[case.id].is_open:
                    found = actions.signature(name)
                    assert found is not None
                    told = self.carry_out(case, step, number, effect)
                    if found.replies:
                        reply = Replied(name=found.replies[0], effect=f"{step.number}.{number}", data=told)
                        self._fire(case.id, reply)
                case OpenChild(child=child, case=name, data=data, people=people):
                    if child in self._cases[case.id].children.values():
                        self.open(name, case_id=child, data=data, by=step.by, parent=case.id, people=people)
                case SendMessage(name=name, case=None, data=data):
                    others = [other for other in self._cases if other != case.id]
                    self._deliver(others, Message(name=name, data=data))
                case SendMessage(name=name, case=str(other), data=data):
                    self._deliver([other] if other in self._cases else [], Message(name=name, data=data))
        if not case.is_open and (before is None or before.is_open):
            self._tell_parent(case)

    def _hold(self, case_id: str, effect: Effect) -> None:
        if isinstance(effect, RunAction) and effect.action in ("place-hold", "release-hold"):
            asked = (str(effect.args["hold"]), case_id)
            if effect.action == "place-hold":
                self._holds.append(asked)
            else:
                self._holds = [each for each in self._holds if each != asked]

    def _tell_parent(self, case: Case) -> None:
        parent = self._cases.get(self._parents.get(case.id, ""))
        if parent is not None and case.id in parent.children.values():
            told = ChildClosed(child=case.id, outcome=case.outcome or "", data=case.data, people=case.workers)
            self._fire(parent.id, told)

    def _deliver(self, cases: list[str], message: Message) -> list[str]:
        taken = []
        for case_id in cases:
            case = self._cases[case_id]
            if case.is_open and message.name in machine(case.definition).messages(case):
                self._fire(case_id, message)
                taken.append(case.definition)
        return taken

    def _needed(self, playing: Machine, case: Case | None, event: Event | None, by: str) -> dict[str, Any]:
        given: dict[str, Any] = {}
        for name in playing.facts_for(case, event):
            if name == CLAIMED:
                given[name] = isinstance(event, TimerFired) and event.run in self.claimed
            elif name.startswith("limit."):
                limits = playing.setting.compiled.district.limits[name.removeprefix("limit.")]
                given[name] = limits.get(ROLES[by])
            elif name == "open_cases" and name not in self.facts:
                mine = case.id if case is not None else ""
                given[name] = sorted(
                    {each.definition for each in self._cases.values() if each.is_open and each.id != mine}
                )
            elif name in self.facts:
                given[name] = self.facts[name]
        return given
