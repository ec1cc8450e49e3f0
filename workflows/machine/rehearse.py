"""A rehearsal: a definition run over many accounts with a virtual clock and sampled people, without a server.

Each case is played on its own from its opening to its end or to the last day; what happens is drawn from a script by a seeded
generator, so the same rehearsal gives the same figures. People's time is not a shared resource here: a rehearsal shows how much
work comes, not how a queue grows when nobody works it.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from definitions.catalogue import actions
from definitions.language.forms import fields_of
from definitions.language.model import DataField
from workflows.machine import effects as fx
from workflows.machine.case import Case, Task
from workflows.machine.errors import Refused
from workflows.machine.events import ChildClosed, Event, LineDecided, Message, Outcome, Replied, TimerFired
from workflows.machine.machine import Machine
from workflows.machine.script import Review, Script
from workflows.machine.work import CLAIMED

Books = Callable[[Mapping[str, Any], tuple[str, ...]], Mapping[str, Any]]
"""What is known of a case's account: (opening data, names of facts) → those facts that there are."""

NOT_OPENED = "not opened"  #: among the ends: the opening was refused
LIMIT = 500  #: steps of one case after which it is taken to run in circles


@dataclass(kw_only=True)
class Tally:
    """What a rehearsal counted."""

    cases: int = 0
    ends: Counter[str] = field(default_factory=Counter)  #: final state → cases; `open: <state>` for those still open
    work: Counter[tuple[str, int]] = field(default_factory=Counter)  #: (queue, day) → tasks opened
    late: Counter[str] = field(default_factory=Counter)  #: task → completions after its due date
    done: Counter[str] = field(default_factory=Counter)  #: task → completions
    letters: Counter[str] = field(default_factory=Counter)  #: template → letters
    refused: Counter[str] = field(default_factory=Counter)  #: sentence or rules → refusals by law, hold or limit
    lists: Counter[str] = field(default_factory=Counter)  #: list and what became of a line → lines
    released: Counter[tuple[str, int]] = field(default_factory=Counter)  #: (list, day) → lines released
    escalations: Counter[str] = field(default_factory=Counter)  #: timer → times
    days: Counter[int] = field(default_factory=Counter)  #: days from opening to closing → cases
    steps: int = 0
    circling: int = 0  #: cases stopped because they ran in circles
    reasons: list[str] = field(default_factory=list)  #: openings refused, as sentences (the first few)

    def sentences(self) -> Iterator[str]:
        """What it says: why acts were refused and cases not opened."""
        yield from self.refused
        yield from self.reasons

    def add(self, other: Tally) -> None:
        """Takes in another tally."""
        for name in (
            "ends",
            "work",
            "late",
            "done",
            "letters",
            "lists",
            "released",
            "refused",
            "escalations",
            "days",
        ):
            getattr(self, name).update(getattr(other, name))
        self.cases += other.cases
        self.steps += other.steps
        self.circling += other.circling
        self.reasons = [*self.reasons, *other.reasons][:20]


def rehearse(
    machine: Machine,
    rows: Iterable[Mapping[str, Any]],
    script: Script,
    *,
    begin: datetime,
    days: int,
    seed: int = 1,
    books: Books | None = None,
) -> Iterator[Tally]:
    """Plays one case for each row of opening data and yields its tally; sum them with `Tally.add`.

    Facts that neither the row nor `books` knows are the script's. They stay as first read: nobody pays in a rehearsal."""
    end = begin + timedelta(days=days)
    for number, row in enumerate(rows):
        chance = random.Random(f"{seed}/{number}")  # noqa: S311 - a rehearsal draws lots, it guards nothing
        yield _Play(machine, script, chance, begin, end, books).case(f"rehearsal-{number}", row)


class _Play:
    """One case, played to its end."""

    def __init__(
        self,
        machine: Machine,
        script: Script,
        chance: random.Random,
        begin: datetime,
        end: datetime,
        books: Books | None,
    ) -> None:
        self.machine = machine
        self.script = script
        self.chance = chance
        self.begin = begin
        self.end = end
        self.tally = Tally(cases=1)
        self.coming: list[tuple[datetime, Event]] = []
        self.facts: Mapping[str, Any] = {}
        self.books = books
        self.data: Mapping[str, Any] = {}
        self.asked: set[str] = set()

    def case(self, case_id: str, row: Mapping[str, Any]) -> Tally:
        data, self.facts = self.script.opening(row)
        self.data = data
        at = self.begin + timedelta(seconds=self.chance.random() * self.script.spread_seconds)
        try:
            case, step = self.machine.start(
                case_id=case_id, data=data, facts=self._facts(None, None, at), at=at, by="rehearsal"
            )
        except Refused as refused:
            self.tally.ends[NOT_OPENED] += 1
            self.tally.reasons.append(refused.sentence)
            return self.tally
        self._plan(case, step)
        while case.is_open and case.step < LIMIT:
            event = self._next(case)
            if event is None:
                break
            at, what = event
            case = self._fire(case, what, at)
        self._close(case)
        return self.tally

    def _close(self, case: Case) -> None:
        self.tally.steps += case.step
        self.tally.circling += case.is_open and case.step >= LIMIT
        if case.closed_at is None:
            self.tally.ends[f"open: {', '.join(case.state)}"] += 1
        else:
            self.tally.ends[case.outcome or "closed"] += 1
            self.tally.days[(case.closed_at - case.opened_at).days] += 1

    def _next(self, case: Case) -> tuple[datetime, Event] | None:
        """The earliest of what people do and what the clock does, if it is before the last day."""
        due = self.machine.next_due(case)
        person = min(self.coming, key=lambda pair: pair[0], default=None)
        if person is not None and (due is None or person[0] <= due):
            self.coming.remove(person)
            return person if person[0] <= self.end else None
        if due is None or due > self.end:
            return None
        return max(due, case.at), self.machine.due_events(case, due)[0]

    def _fire(self, case: Case, event: Event, at: datetime) -> Case:
        if isinstance(event, Outcome):
            task = case.task(event.run)
            if task is None or task.outcome is not None:
                return case
            self._count_done(task, at)
        try:
            after, step = self.machine.fire(case, event, self._facts(case, event, at), at)
        except Refused as refused:
            if isinstance(event, LineDecided):
                self._review_again(case, event, at)
            rules = refused.facts.get("rules")
            self.tally.refused[", ".join(rules) if rules else refused.sentence] += 1
            return case
        if isinstance(event, TimerFired) and event.run is not None and step.effects:
            self.tally.escalations[event.name] += 1
        if isinstance(event, TimerFired) and step.event.endswith(" refused"):
            self.tally.refused[step.note or step.event] += 1
        self._plan(after, step)
        return after

    def _count_done(self, task: Task, at: datetime) -> None:
        self.tally.done[task.name] += 1
        if task.due is not None and at > task.due:
            self.tally.late[task.name] += 1

    def _facts(self, case: Case | None, event: Event | None, at: datetime) -> Mapping[str, Any]:
        names = self.machine.facts_for(case, event)
        if not names:
            return {}
        if self.books is not None and (new := tuple(name for name in names if name not in self.asked)):
            self.asked.update(new)
            self.facts = {**self.facts, **self.books(self.data, new)}
        known = {CLAIMED: self.chance.random() < self.script.claimed, **self.facts}
        return {name: known[name] for name in names if name in known} | {
            name: self.script.limit for name in names if name.startswith("limit.")
        }

    def _plan(self, case: Case, step: fx.Step) -> None:
        """What people and the world will do about the step's effects, by the script."""
        for effect in step.effects:
            match effect:
                case fx.OpenTask(task=task):
                    self.tally.work[task.queue or "named", (case.at - self.begin).days] += 1
                    self._plan_task(task)
                case fx.JoinList(list=name, state=state):
                    self._review(name, state, step.number, case.at)
                case fx.LeaveList(list=name, how=how):
                    self.tally.lists[f"{name}: {how}"] += 1
                    if how == "released":
                        self.tally.released[name, (case.at - self.begin).days] += 1
                case fx.RunAction(action=name, args=args):
                    self._reply(case, name, args, f"{step.number}")
                case fx.OpenChild(child=child, case=name):
                    outcome = self.script.child(name, self.chance)
                    told = self.script.child_tells(name, outcome, self.chance)
                    closed = ChildClosed(child=child, outcome=outcome, data=told)
                    self.coming.append((case.at + self.script.child_takes(name, self.chance), closed))
        for path in step.entered:
            for message, delay, data in self.script.messages(path, self.chance):
                self.coming.append((case.at + delay, Message(name=message, data=data)))

    def _review(self, name: str, state: str, joined: int, at: datetime) -> None:
        habit = self.script.lists.get(name, Review())
        review = self.machine.setting.review(state)
        off = self.chance.random() < habit.excluded
        first = review.reasons[0].reason if review is not None and review.reasons else "rehearsed"
        decided = LineDecided(
            state=state,
            decision="excluded" if off else "released",
            joined=joined,
            reason=(habit.reason or first) if off else None,
            by="lead",
        )
        self.coming.append((at + habit.delay(self.chance), decided))

    def _review_again(self, case: Case, event: LineDecided, at: datetime) -> None:
        """A line that may not be released stays on its list, and is looked at again."""
        if case.lines.get(event.state) == event.joined and event.joined is not None:
            listed = self.machine.setting.plan.states[event.state].list
            assert listed is not None
            self.tally.lists[f"{listed}: stayed"] += 1
            self.coming.append((at + timedelta(days=1), event))

    def _plan_task(self, task: Task) -> None:
        spec = self.machine.setting.plan.states[task.state].task
        assert spec is not None
        habit = self.script.habit(task.name, tuple(spec.spec.outcomes))
        if self.chance.random() < habit.never:
            return
        outcome = habit.outcome(self.chance)
        fields = fields_of(spec.spec.form | spec.spec.outcomes[outcome].form, self.machine.definition.data)
        form = {
            name: self._filled(habit.form.get(name), field)
            for name, field in fields.items()
            if self._fills(habit.form, name, field)
        }
        when = task.opened_at + habit.delay(self.chance, task)
        # Nobody does two tasks of a case that must be done by two: each task has its own person.
        self.coming.append(
            (
                when,
                Outcome(
                    run=task.run, outcome=outcome, form=form, by=f"{task.name}-person", checked_at=when.isoformat()
                ),
            )
        )

    def _fills(self, form: Mapping[str, Any], name: str, field: DataField) -> bool:
        return field.required or name in form

    def _filled(self, scripted: Any, field: DataField) -> Any:
        if isinstance(scripted, list) and not field.many:
            return self.chance.choice(scripted)
        if scripted is not None:
            return scripted
        return self.script.sample(field, self.chance, self.begin)

    def _reply(self, case: Case, name: str, args: Mapping[str, Any], step: str) -> None:
        if name == "letter":
            template = str(args.get("template"))
            self.tally.letters[template] += 1
            mailed = self.machine.setting.today(case.at + timedelta(days=1)).isoformat()
            note = Message(name="letter-mailed", data={"template": template, "mailed": mailed})
            self.coming.append((case.at + timedelta(days=1), note))
        signature = actions.signature(name)
        for reply in signature.replies[:1] if signature else ():
            answer = Replied(name=reply, effect=f"{step}.0", data=self.script.reply(reply, self.chance))
            self.coming.append((case.at + timedelta(minutes=1), answer))
