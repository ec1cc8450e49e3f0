"""One step in the making: the interpreter's host, which turns states entered and left into a new case and its effects.

A `Run` is made from a case, an event, facts and a time, is driven by the interpreter, and is frozen into a case and a step.
Nothing of the case that it was made from changes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from definitions.language.model import CALLED_OFF, Action
from definitions.language.sentences import say
from workflows.machine import effects as fx
from workflows.machine import lines
from workflows.machine.case import Case, Task, Timer
from workflows.machine.errors import Barred
from workflows.machine.lines import Decided
from workflows.machine.plan import Guarded, StatePlan, resting_history
from workflows.machine.setting import Setting


class Run:
    """A step in the making. `setting` is what all cases of the definition share."""

    def __init__(self, setting: Setting, case: Case, *, by: str, at: datetime, facts: Mapping[str, Any]) -> None:
        self.setting = setting
        self.case = case
        self.by = by
        self.at = at.astimezone(UTC)  # arithmetic between times of one local zone would ignore summer time
        self.facts = facts
        self.event: Mapping[str, Any] = {}
        self.data: dict[str, Any] = dict(case.data)
        self.tasks: list[Task] = list(case.tasks)
        self.timers: list[Timer] = list(case.timers)
        self.happened: dict[str, str] = dict(case.happened)
        self.deadlines: dict[str, Any] = dict(case.deadlines)
        self.children: dict[str, str] = dict(case.children)
        self.lines: dict[str, int] = dict(case.lines)
        self.floors: dict[str, str] = dict(case.floors)
        self.overrides: dict[str, str] = dict(case.overrides)
        self.decided: Decided | None = None
        self.people: dict[str, tuple[str, ...]] = dict(case.people)
        self.holds: Mapping[str, str] = case.holds
        self.runs = case.runs
        self.sla = case.sla
        self.effects: list[fx.Effect] = []
        self.rules: dict[str, None] = {}
        self.note: str | None = None
        self.left: list[str] = []
        self.entered: list[str] = []
        self._raised: deque[str] = deque()
        self._restored: frozenset[str] = frozenset()

    # -- the interpreter's host -----------------------------------------------------------------------------------------

    def holds_guard(self, guard: Guarded) -> bool:
        """Whether the guard holds on the data, facts and event as they are at this moment of the step."""
        expression = self.setting.expression(guard.text, guard.event)
        return expression.holds(self.data, self.facts, self.event, self.at)

    def raised(self) -> str | None:
        """The next event that an action raised inside the case."""
        return self._raised.popleft() if self._raised else None

    def take(self, actions: Iterable[Action], restores: frozenset[str]) -> None:
        """A transition is taken: its actions run between leaving and entering; `restores` are the states that come back."""
        self._restored = restores
        for action in actions:
            self.perform(action, "")

    def enter(self, path: str) -> None:
        """A state is entered: laws and holds may bar it; then its actions run, its work opens and its timers start."""
        plan = self.setting.plan.states.get(path)
        if plan is None:
            return
        self.check_bars(plan)
        for rule in [rule for rule in self.overrides if f"{rule} overridden" in self.rules]:
            del self.overrides[rule]  # it was for this once
        self.entered.append(path)
        if path not in self._restored:
            for action in plan.entry:
                self.perform(action, path)
        self.open_work(plan)
        self.setting.clocks.start(self, plan)
        self.setting.service.entered(self, path)
        if plan.list is not None:
            lines.join(self, plan)
        if plan.invoke is not None:
            child = f"{self.case.id}-{self.case.step + 1}-{len(self.effects)}"
            self.children[path] = child
            given = {name: self.setting.arguments.value(self, text) for name, text in plan.invoke.with_.items()}
            worked = tuple(dict.fromkeys(person for people in self.people.values() for person in people))
            self.effects.append(fx.OpenChild(child=child, case=plan.invoke.case, data=given, people=worked, state=path))

    def leave(self, path: str) -> None:
        """A state is left: its open work is recalled, its timers end or remember, its exit actions run."""
        plan = self.setting.plan.states.get(path)
        if plan is None:
            return
        self.left.append(path)
        self.close_work(path, say("the case went on"))
        self.setting.clocks.stop(self, plan)
        self.setting.service.left(self, path)
        child = self.children.pop(path, None)
        if child is not None and plan.invoke is not None and plan.invoke.call_off:
            self.effects.append(fx.SendMessage(name=CALLED_OFF, case=child))
        if plan.list is not None:
            lines.leave(self, plan)
        for action in plan.exit:
            self.perform(action, path)

    # -- actions ----------------------------------------------------------------------------------------------------------

    def perform(self, action: Action, state: str) -> None:
        """Runs an action: pure ones change the data, effects are noted down for the shell."""
        self.setting.arguments.perform(self, action, state)

    def raise_event(self, name: str) -> None:
        """An event for this same case, taken before anything from outside."""
        self._raised.append(name)

    # -- bars -------------------------------------------------------------------------------------------------------------

    def check_bars(self, plan: StatePlan) -> None:
        """Raises Barred when a hold or a law bars entering the state; notes the rules that were kept."""
        for hold in self.holds:
            rule = self.setting.definition.holds.get(hold)
            if rule is not None and (plan.path in rule.bars or set(plan.tags) & set(rule.bars)):
                title = self.setting.hold_title(hold)
                raise Barred(
                    say(
                        "“%(plan)s” is barred while the account has the hold “%(title)s”", plan=plan.title, title=title
                    ),
                    hold=hold,
                    state=plan.path,
                )
        self.setting.check_laws(self, plan)
        if plan.list is not None:
            lines.check_free(self, plan)

    # -- work -------------------------------------------------------------------------------------------------------------

    def open_work(self, plan: StatePlan) -> None:
        """Opens the state's task, or one for each item, unless a hold has recalled field work."""
        if plan.task is None or (plan.task.kind == "work-order" and self.is_recalled()):
            return
        self.tasks = [task for task in self.tasks if task.state != plan.path]
        for task in self.setting.work.tasks(self, plan):
            self.tasks.append(task)
            self.effects.append(fx.OpenTask(task=task))
            self.setting.clocks.start_escalations(self, plan, task)

    def close_work(self, path: str, reason: str) -> None:
        """Recalls what is still open of a state's work."""
        for task in self.tasks:
            if task.state == path and task.outcome is None:
                self.effects.append(fx.recalled(task, reason))
                self.cancel_timers(run=task.run)
        self.tasks = [task for task in self.tasks if task.state != path]

    def is_recalled(self) -> bool:
        """Whether a hold on the account keeps crews from being sent."""
        rules = (self.setting.definition.holds.get(hold) for hold in self.holds)
        return any(rule is not None and rule.recall and rule.timers != "none" for rule in rules)

    def change_task(self, task: Task, *, release: bool = False, reason: str | None = None) -> None:
        """A task changes while it stays open."""
        self.tasks = [task if each.run == task.run else each for each in self.tasks]
        self.effects.append(fx.ChangeTask(task=task, release=release, reason=reason))

    # -- timers -----------------------------------------------------------------------------------------------------------

    def arm(self, timer: Timer) -> None:
        """Starts or moves a timer; a hold that freezes the case's timers freezes it at once."""
        freezing = next((hold for hold in self.holds if self.setting.hold_effect(hold) == "freeze"), None)
        if freezing is not None and timer.frozen_at is None:
            timer = replace(timer, frozen_at=self.at, hold=freezing)
        self.timers = [each for each in self.timers if (each.name, each.run) != (timer.name, timer.run)]
        self.timers.append(timer)
        self.effects.append(fx.ArmTimer(timer=timer))

    def cancel_timers(self, *, name: str | None = None, run: int | None = None) -> None:
        """Ends the timers of a task, or the one with this name."""
        kept = []
        for timer in self.timers:
            if (run is not None and timer.run == run) or (name is not None and timer.name == name):
                self.effects.append(fx.CancelTimer(name=timer.name, run=timer.run))
            else:
                kept.append(timer)
        self.timers = kept

    # -- the end ----------------------------------------------------------------------------------------------------------

    def remembered(self, before: tuple[str, ...], history: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        """The history with where the case was before it came to rest in a state that returns by `history`."""
        return resting_history(self.setting.plan.resting, self.entered, before, history)

    def changes(self) -> dict[str, Any]:
        """The fields of data that the step changed, with their new values (None: gone)."""
        before = self.case.data
        changed = {name: value for name, value in self.data.items() if name not in before or before[name] != value}
        return changed | {name: None for name in before if name not in self.data}
