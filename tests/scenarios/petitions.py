"""A bankruptcy and the cases that it opens, played by dates: messages between them arrive, effects answer with figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from playing import ACCOUNT, bill, machine, on

from definitions.catalogue import actions
from workflows.machine.case import Case, Task
from workflows.machine.effects import Effect, Notify, RunAction, SendMessage, Step
from workflows.machine.events import Event, HoldsChanged, Message, Outcome, Replied
from workflows.machine.work import CLAIMED

HISTORY = [bill("2026-02-23", "20", amount="107.50"), bill("2025-12-24", "16", amount="92.00")]
BALANCE = {"kind": "balance", "amount": "107.50"}
LAST_BILL = {
    "kind": "bill", "id": "b-1", "on": "2026-02-27", "start": "2025-12-24", "end": "2026-02-23", "days": "61",
    "use": "20", "read": "1946", "amount": "107.50", "mailed": "2026-02-27", "due": "2026-03-24",
}  # fmt: skip
FACTS: Mapping[str, Any] = {
    "account_status": "active",
    "account_class": "residential",
    "balance": "0.00",
    "bill_history": HISTORY,
    "fees_since_petition": "0.00",
    "set_off_since_petition": "0.00",
    "split_books": [BALANCE, LAST_BILL],
}
SPLIT = {
    "new_account": "10-004217-2",
    "pre_petition": "135.35",
    "post_petition": "0.00",
    "working": ["Owed before the petition = $135.35"],
}
ANSWERS: Mapping[str, Mapping[str, Any]] = {
    "account-split": SPLIT,
    "righted": {"fees": "10.00", "set_off": "0.00"},
    "payment-reversed": {"already": True},
    "deposit-applied": {"amount": "50.00", "left": "0.00"},
}
MATCH = {"name_agrees": True, "address_agrees": True, "digits": "agree", "voluntary": True}


class Bankruptcy:
    """One case of a bankruptcy, or of what it opens, and the clock; every effect that answers has answered at once."""

    def __init__(
        self, opened: str, definition: str = "bankruptcy", *, data: Mapping[str, Any] | None = None, **facts: Any
    ) -> None:
        self.machine = machine(definition)
        self.facts: dict[str, Any] = dict(FACTS) | facts
        self.steps: list[Step] = []
        self.sent: list[SendMessage] = []
        self.now = on(opened)
        opening = {"account": ACCOUNT} | dict(data or {})
        self.case, step = self.machine.start(
            case_id="c-2x7mpqk4hvta", data=opening, at=self.now, by="rep", facts=self._needed(None, None)
        )
        self._done(step)

    # -- what people and the world do ----------------------------------------------------------------------------------

    def complete(self, task: str, outcome: str, *, by: str, at: str, **form: Any) -> None:
        """Somebody completes the open task of this name."""
        self.until(at)
        self._fire(Outcome(run=self.task(task).run, outcome=outcome, form=form, by=by))

    def receive(self, message: str, at: str, **data: Any) -> None:
        """Something comes from outside."""
        self.until(at)
        self._fire(Message(name=message, data=data))

    def hold(self, *kinds: str, at: str) -> None:
        """These holds stand on the account from now on, and no others."""
        self.until(at)
        self.facts["holds"] = list(kinds)
        placed = dict.fromkeys(kinds, self.now.isoformat())
        self._fire(HoldsChanged(holds=placed, version=self.case.hold_version + 1))

    def until(self, at: str) -> None:
        """Time passes; what is due on the way happens when it is due."""
        target = on(at)
        assert target >= self.now, "a scenario goes forward in time"
        while (due := self.machine.next_due(self.case)) is not None and due <= target:
            self.now = max(due, self.now)
            self._fire(self.machine.due_events(self.case, self.now)[0])
        self.now = target

    # -- what can be seen ----------------------------------------------------------------------------------------------

    def __getitem__(self, field: str) -> Any:
        """A field of the case's data."""
        return self.case.data.get(field)

    def rests(self, key: str) -> bool:
        """Whether one of the active states is called so."""
        return any(path.rpartition("/")[2] == key for path in self.case.state)

    @property
    def tasks(self) -> set[str]:
        """The names of the open tasks."""
        return {task.name for task in self.case.tasks if task.outcome is None}

    @property
    def holds(self) -> list[str]:
        """The holds that stand, as the case has placed and released them."""
        standing: list[str] = []
        for effect in self._effects():
            if isinstance(effect, RunAction) and effect.action == "place-hold":
                standing = list(dict.fromkeys([*standing, str(effect.args["hold"])]))
            elif isinstance(effect, RunAction) and effect.action == "release-hold":
                standing = [hold for hold in standing if hold != effect.args["hold"]]
        return standing

    def messages(self, name: str) -> list[Mapping[str, Any]]:
        """The data of the messages of this name that were sent so far."""
        return [sent.data for sent in self.sent if sent.name == name]

    def bring(self, other: Bankruptcy, name: str) -> None:
        """Brings the last message of this name to a case of the same account."""
        other.receive(name, at=f"{self.now:%Y-%m-%d %H:%M}", **self.messages(name)[-1])

    def task(self, name: str) -> Task:
        """The open task of this name."""
        found = [task for task in self.case.tasks if task.name == name and task.outcome is None]
        assert found, f"{name} is not open; open are {self.tasks} in {self.case.state}"
        return found[-1]

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

    def _fire(self, event: Event) -> None:
        self.case, step = self.machine.fire(self.case, event, self._needed(self.case, event), self.now)
        self._done(step)

    def _done(self, step: Step) -> None:
        self.steps.append(step)
        self.sent += [each for each in step.effects if isinstance(each, SendMessage)]
        for number, effect in enumerate(step.effects):
            found = actions.signature(effect.action) if isinstance(effect, RunAction) else None
            if found is not None and found.replies and self.case.is_open:
                name = found.replies[0]
                self._fire(Replied(name=name, effect=f"{step.number}.{number}", data=ANSWERS.get(name, {})))

    def _needed(self, case: Case | None, event: Event | None) -> dict[str, Any]:
        """The facts that the step asks for; nobody has claimed anything here."""
        names = self.machine.facts_for(case, event)
        return {
            name: False if name == CLAIMED else self.facts[name] for name in names if name in (*self.facts, CLAIMED)
        }


def matched(
    opened: str = "2026-03-16 09:00", *, chapter: str = "7", filed: str = "2026-03-10", **form: Any
) -> Bankruptcy:
    """A bankruptcy whose debtor was matched within the hour; facts begin with `fact_`."""
    facts = {name.removeprefix("fact_"): value for name, value in form.items() if name.startswith("fact_")}
    filled = {name: value for name, value in form.items() if not name.startswith("fact_")}
    play = Bankruptcy(opened, **facts)
    day = opened[:10]
    play.complete(
        "verify",
        "matched",
        by="rep",
        at=f"{day} 09:30",
        **(MATCH | {"chapter": chapter, "petition_date": filed} | filled),
    )
    return play


def divided(**form: Any) -> Bankruptcy:
    """A bankruptcy whose account was split on Thursday 19 March, by a read of that day."""
    play = matched(**form)
    play.complete("read-meter", "read", by="crew", at="2026-03-19 10:00", read="1954")
    play.complete("approve-split", "split", by="finance", at="2026-03-19 14:00")
    return play


def opened_by(play: Bankruptcy, definition: str, **facts: Any) -> Bankruptcy:
    """The case that the bankruptcy's beginning opens."""
    (data,) = play.messages("bankruptcy-running")
    given = {name: value for name, value in data.items() if value is not None}
    fields = machine(definition).definition.data
    known = {name: value for name, value in given.items() if name in fields}
    return Bankruptcy(f"{play.now:%Y-%m-%d %H:%M}", definition, data=known, **facts)
