"""A shipped definition, played by dates on the pure machine: people act, effects answer, timers fire when they are due."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from definitions.catalogue import actions
from definitions.language.library import load_library
from workflows.machine.case import Case, Task
from workflows.machine.effects import Effect, Notify, RunAction, Step
from workflows.machine.events import Event, Message, Outcome, Reopened, Replied, TakenBack, TimerFired
from workflows.machine.machine import Machine
from workflows.machine.work import CLAIMED

PACIFIC = ZoneInfo("America/Los_Angeles")
DEFINITIONS = Path(__file__).parents[2] / "definitions"

ROLES = {"rep": "rep", "rep2": "rep", "lead": "lead", "supervisor": "supervisor", "review": "review", "crew": "crew"}


@cache
def machine(case: str) -> Machine:
    """The machine of a shipped definition."""
    library = load_library(DEFINITIONS)
    assert library.problems == []
    return Machine(library.compile(case))


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
}


class Play:
    """One case and the clock; every effect that answers has answered before anybody acts again."""

    def __init__(self, opened: str, *, data: Mapping[str, Any] | None = None, **facts: Any) -> None:
        self.machine = machine("high-consumption")
        self.facts: dict[str, Any] = dict(FACTS) | facts
        self.claimed: set[int] = set()
        self.steps: list[Step] = []
        self.now = on(opened)
        opening = {"account": ACCOUNT, "bill": HISTORY[0]} | dict(data or {})
        needed = self._needed(None, None, "rep")
        self.case, step = self.machine.start(
            case_id="c-2x7mpqk4hvta", data=opening, at=self.now, by="rep", facts=needed
        )
        self._done(step)

    # -- what people and the world do ----------------------------------------------------------------------------------

    def complete(self, task: str, outcome: str, *, by: str, at: str | None = None, **form: Any) -> None:
        """Somebody completes the open task of this name."""
        self._to(at)
        run = self.task(task).run
        self._fire(Outcome(run=run, outcome=outcome, form=form, by=by))

    def receive(self, message: str, at: str | None = None, **data: Any) -> None:
        """Something comes from outside."""
        self._to(at)
        self._fire(Message(name=message, data=data))

    def until(self, at: str) -> None:
        """Time passes; what is due on the way happens when it is due."""
        self._to(at)

    def take_back(self, run: int, *, by: str) -> None:
        """Somebody takes the outcome of a task back."""
        self._fire(TakenBack(run=run, by=by))

    def reopen(self, *, by: str) -> None:
        """Somebody opens the closed case again."""
        self._fire(Reopened(reason="Something new has come", by=by))

    # -- what can be seen ----------------------------------------------------------------------------------------------

    def task(self, name: str) -> Task:
        """The open task of this name."""
        found = [task for task in self.case.tasks if task.name == name and task.outcome is None]
        assert found, f"{name} is not open; open are {[task.name for task in self.case.tasks]} in {self.case.state}"
        return found[-1]

    @property
    def state(self) -> str:
        """The state's own key."""
        return self.case.state[0].rpartition("/")[2]

    def ran(self, action: str) -> list[Mapping[str, Any]]:
        """The arguments of every effect of this action so far."""
        return [each.args for each in self._effects() if isinstance(each, RunAction) and each.action == action]

    @property
    def letters(self) -> list[str]:
        """The letters written so far."""
        return [str(args["template"]) for args in self.ran("letter")]

    @property
    def told(self) -> list[tuple[str, ...]]:
        """Who was told something, in order."""
        return [each.to for each in self._effects() if isinstance(each, Notify)]

    # -- how it goes on ------------------------------------------------------------------------------------------------

    def _effects(self) -> list[Effect]:
        return [each for step in self.steps for each in step.effects]

    def _to(self, at: str | None) -> None:
        if at is None:
            return
        target = on(at)
        assert target >= self.now, "a scenario goes forward in time"
        while (due := self.machine.next_due(self.case)) is not None and due <= target:
            self.now = max(due, self.now)
            self._fire(self.machine.due_events(self.case, self.now)[0])
        self.now = target

    def _fire(self, event: Event) -> None:
        self.case, step = self.machine.fire(self.case, event, self._needed(self.case, event, event.by), self.now)
        self._done(step)

    def _done(self, step: Step) -> None:
        self.steps.append(step)
        for number, effect in enumerate(step.effects):
            if isinstance(effect, RunAction) and self.case.is_open:
                found = actions.signature(effect.action)
                assert found is not None
                if found.replies:
                    self._fire(Replied(name=found.replies[0], effect=f"{step.number}.{number}"))

    def _needed(self, case: Case | None, event: Event | None, by: str) -> dict[str, Any]:
        given: dict[str, Any] = {}
        for name in self.machine.facts_for(case, event):
            if name == CLAIMED:
                given[name] = isinstance(event, TimerFired) and event.run in self.claimed
            elif name.startswith("limit."):
                limits = self.machine.setting.compiled.district.limits[name.removeprefix("limit.")]
                given[name] = limits.get(ROLES[by])
            else:
                given[name] = self.facts[name]
        return given
