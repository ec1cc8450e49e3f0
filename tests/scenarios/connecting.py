"""Cases of new connections and temporary meters, played by dates on the pure machine, with a book that answers as the real one.

What the applicant paid is counted here as the ledger counts it: taken, applied, refunded.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from playing import machine, on

from definitions.catalogue import actions
from workflows.machine.case import Case, Task
from workflows.machine.effects import CloseTask, Effect, Notify, RunAction, SendMessage, Step
from workflows.machine.events import Event, Message, Outcome, Replied, TimerFired
from workflows.machine.why import why
from workflows.machine.work import CLAIMED

APPLICANT = {"id": "ap-2x7mpqk4hvta", "language": "en"}
INSIDE = {"id": "114-020-07", "zone": "Z2", "area": "North", "inside": True}
UNKNOWN = {"id": "114-020-08"}
ROLES = {
    "rep": "rep",
    "lead": "lead",
    "supervisor": "supervisor",
    "review": "review",
    "crew": "crew",
    "engineer": "engineer",
    "finance": "finance",
    "board": "supervisor",
}


class Book:
    """What effects answer: the ledger's deposits, an account, a meter."""

    def __init__(self) -> None:
        self.held = Decimal("0.00")
        self.balance = Decimal("0.00")  #: what the account owes
        self.hanging: set[str] = set()

    def answers(self, effect: RunAction, case: Case, at: datetime) -> tuple[str, dict[str, Any]] | None:
        """The event that the effect answers by, with its data; None for one that does not answer."""
        found = actions.signature(effect.action)
        assert found is not None
        data = self._data(effect, case)
        if effect.action == "set-meter" and effect.args["serial"] in self.hanging:
            return "meter-in-use", {"serial": effect.args["serial"]}
        return (found.replies[0], data) if found.replies else None

    def _data(self, effect: RunAction, case: Case) -> dict[str, Any]:
        args = effect.args
        match effect.action:
            case "take-deposit":
                return self._moved(Decimal(args["amount"]), Decimal(args["amount"]))
            case "apply-deposit":
                amount = Decimal(args["amount"])
                assert amount <= self.held, "no more is applied than is held"
                if args.get("to", "account") == "account":
                    self.balance -= amount
                return self._moved(-amount, amount)
            case "refund-deposit":
                amount = self.held if args.get("amount") is None else Decimal(args["amount"])
                return self._moved(-amount, amount)
            case "charge-fee" | "bill-water":
                self.balance += Decimal(args["amount"])
                return {"amount": args["amount"]}
            case "create-account":
                account = {"id": "20-000001", "class": args["use_class"], "language": "en", "confidential": False}
                return {"account": account}
            case "set-meter":
                return {"meter": {"id": "m-1", "serial": args["serial"], "size": args["size"]}}
        return {}

    def _moved(self, change: Decimal, amount: Decimal) -> dict[str, Any]:
        self.held += change
        return {"amount": f"{amount:.2f}", "held": f"{self.held:.2f}"}


class Project:
    """One case and the clock; every effect that answers has answered before anybody acts again."""

    def __init__(self, definition: str, opened: str, **data: Any) -> None:
        self.machine = machine(definition)
        self.book = Book()
        self.facts: dict[str, Any] = {}
        self.steps: list[Step] = []
        self.now = on(opened)
        given = {"applicant": APPLICANT} | data
        self.case, step = self.machine.start(
            case_id="c-2x7mpqk4hvta", data=given, at=self.now, by="rep", facts=self._needed(None, None, "rep")
        )
        self._done(step)

    # -- what people and the world do ----------------------------------------------------------------------------------

    def complete(self, task: str, outcome: str, *, by: str, at: str | None = None, **form: Any) -> None:
        """Somebody completes the open task of this name."""
        self.until(at)
        self._fire(Outcome(run=self.task(task).run, outcome=outcome, form=form, by=by))

    def receive(self, message: str, at: str | None = None, **data: Any) -> None:
        """Something comes from outside."""
        self.until(at)
        self._fire(Message(name=message, data=data))

    def pay(self, amount: str, *, at: str) -> None:
        """The applicant pays by the district's page."""
        self.receive("applicant-paid", at=at, amount=amount, paid_on=at[:10], method="card")

    def until(self, at: str | None) -> None:
        """Time passes; what is due on the way happens when it is due."""
        if at is None:
            return
        target = on(at)
        assert target >= self.now, "a scenario goes forward in time"
        while (due := self.machine.next_due(self.case)) is not None and due <= target:
            self.now = max(due, self.now)
            self._fire(self.machine.due_events(self.case, self.now)[0])
        self.now = target

    # -- what can be seen ----------------------------------------------------------------------------------------------

    def task(self, name: str) -> Task:
        """The open task of this name."""
        found = [task for task in self.case.tasks if task.name == name and task.outcome is None]
        assert found, f"{name} is not open; open are {self.open_tasks} in {self.case.state}"
        return found[-1]

    @property
    def open_tasks(self) -> list[str]:
        """The names of the open tasks."""
        return [task.name for task in self.case.tasks if task.outcome is None]

    @property
    def states(self) -> list[str]:
        """The active states' own keys."""
        return [state.rpartition("/")[2] for state in self.case.state]

    @property
    def state(self) -> str:
        """The one active state's own key."""
        (state,) = self.states
        return state

    @property
    def why(self) -> str:
        """What the case waits for."""
        return why(self.machine, self.case, self.now)

    @property
    def data(self) -> Mapping[str, Any]:
        """What the case holds."""
        return self.case.data

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

    @property
    def sent(self) -> list[str]:
        """The messages that went to other cases."""
        return [each.name for each in self._effects() if isinstance(each, SendMessage)]

    @property
    def recalled(self) -> list[str]:
        """The tasks and orders that were recalled."""
        return [each.name for each in self._effects() if isinstance(each, CloseTask) and each.how == "cancelled"]

    # -- how it goes on ------------------------------------------------------------------------------------------------

    def _effects(self) -> list[Effect]:
        return [each for step in self.steps for each in step.effects]

    def _fire(self, event: Event) -> None:
        self.case, step = self.machine.fire(self.case, event, self._needed(self.case, event, event.by), self.now)
        self._done(step)

    def _done(self, step: Step) -> None:
        self.steps.append(step)
        for number, effect in enumerate(step.effects):
            if isinstance(effect, RunAction) and self.case.is_open:
                answer = self.book.answers(effect, self.case, self.now)
                if answer is not None:
                    self._fire(Replied(name=answer[0], effect=f"{step.number}.{number}", data=answer[1]))

    def _needed(self, case: Case | None, event: Event | None, by: str) -> dict[str, Any]:
        given: dict[str, Any] = {}
        for name in self.machine.facts_for(case, event):
            if name == CLAIMED:
                given[name] = isinstance(event, TimerFired) and False
            elif name.startswith("limit."):
                limits = self.machine.setting.compiled.district.limits[name.removeprefix("limit.")]
                given[name] = limits.get(ROLES[by])
            elif name == "balance":
                given[name] = f"{self.book.balance:.2f}"
            else:
                given[name] = self.facts[name]
        return given
