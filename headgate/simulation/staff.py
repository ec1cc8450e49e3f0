"""The people of the simulated office: who does which task when, by the habits of the case type's rehearsal script."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from definitions.catalogue import actions
from definitions.language.compiled import Compiled
from definitions.language.forms import fields_of
from definitions.language.loader import load, load_model
from definitions.language.model import DataField, Form
from headgate.simulation.office import Office, Running
from store.sample.crew import USERS
from workflows.machine.case import Task
from workflows.machine.effects import ChangeTask, JoinList, OpenTask, Step
from workflows.machine.events import LineDecided, Message, Outcome
from workflows.machine.script import Habit, Script

#: What a script lets arrive, and here comes from the effects, the mail and the payments themselves.
OF_ITS_OWN = frozenset(
    {
        "payment-received",
        "letter-mailed",
        *(
            reply
            for name in actions.names()
            if (signature := actions.signature(name)) is not None
            for reply in signature.replies
        ),
    }
)
EXCLUDED = 0.04  #: share of a list's lines that the lead takes off
#: So long before the end a list is released for the last time, that there are lines for those who come then.
LEFT_FOR_OTHERS = {"lock-off": timedelta(days=21)}
LEFT_OF_ANY = timedelta(days=5)


@dataclass
class Staff:
    """Everybody who works at the district. Nobody is there while the office is closed."""

    office: Office
    people: Mapping[str, tuple[str, ...]]  #: role → users
    scripts: Mapping[str, Script]  #: case type → habits
    chance: Random
    until: datetime  #: nobody works after it: what is open then is for those who come in the morning
    lists: dict[str, list[tuple[str, str, int]]] = field(default_factory=dict)  #: list → (case, state, step joined)

    def stepped(self, running: Running, step: Step) -> None:
        """Plans what people will do about the step."""
        for effect in step.effects:
            match effect:
                case OpenTask(task=task):
                    self._plan(running, task)
                case ChangeTask(task=task, release=True):
                    self._plan(running, task)
                case JoinList(list=name, state=state):
                    self.lists.setdefault(name, []).append((running.case.id, state, step.number))
        script = self._script(running)
        for path in step.entered:
            for message, delay, data in script.messages(path, self.chance):
                if message in OF_ITS_OWN:
                    continue
                event = Message(name=message, data=data, by="outside")
                self.office.note(self.office.now + delay, partial(self._arrives, running, event))

    def release_lists(self, left: timedelta) -> None:
        """The leads' morning, so long before the end: every line that waits is released, or taken off with a reason."""
        for name, lines in self.lists.items():
            if left <= LEFT_FOR_OTHERS.get(name, LEFT_OF_ANY):
                continue
            waiting, self.lists[name] = lines, []
            for case_id, state, joined in waiting:
                self._decide(name, case_id, state, joined)

    def _decide(self, name: str, case_id: str, state: str, joined: int) -> None:
        running = self.office.running[case_id]
        if not running.case.is_open or state not in running.case.state:
            return
        reviews = running.machine.setting.compiled.lists[name]
        reasons = [each.reason for each in reviews.reasons] or ["Not today"]
        off = self.chance.random() < EXCLUDED
        decided = LineDecided(
            state=state,
            decision="excluded" if off else "released",
            joined=joined,
            reason=self.chance.choice(reasons) if off else None,
            by=self._users(reviews.review)[0],
        )
        if not self.office.take(case_id, decided):
            self.lists[name].append((case_id, state, joined))

    # -- tasks ------------------------------------------------------------------------------------------------------------

    def _plan(self, running: Running, task: Task) -> None:
        plan = running.machine.setting.plan.states[task.state].task
        assert plan is not None
        habit = self._script(running).habit(task.name, tuple(plan.spec.outcomes))
        if self.chance.random() < habit.never:
            return
        when = self._in_hours(running, self.office.now + habit.delay(self.chance, task))
        if when > self.until:
            return
        self.office.note(when, partial(self._work, running, task.run, habit))

    def _work(self, running: Running, run: int, habit: Habit) -> None:
        """Somebody does the task: the first of the queue who may, with the outcome that habit draws."""
        task = running.case.task(run)
        if task is None or task.outcome is not None or task.suspended_at is not None or not running.case.is_open:
            return
        plan = running.machine.setting.plan.states[task.state].task
        assert plan is not None
        drawn = habit.outcome(self.chance)
        for outcome in dict.fromkeys((drawn, *plan.spec.outcomes)):
            form = self._form(running, habit, plan.spec.form | plan.spec.outcomes[outcome].form)
            for user in self._candidates(running, task):
                done = Outcome(run=run, outcome=outcome, form=form, by=user, checked_at=self.office.now.isoformat())
                if self.office.take(running.case.id, done):
                    return

    def _form(self, running: Running, habit: Habit, form: Form) -> dict[str, Any]:
        fields = fields_of(form, running.machine.definition.data)
        return {
            name: self._filled(running, habit.form.get(name), declared)
            for name, declared in fields.items()
            if declared.required or name in habit.form
        }

    def _filled(self, running: Running, scripted: Any, declared: DataField) -> Any:
        if declared.type == "date" and scripted is None:
            return running.machine.setting.today(self.office.now).isoformat()
        if isinstance(scripted, list) and not declared.many:
            return self.chance.choice(scripted)
        if scripted is not None:
            return scripted
        return self._script(running).sample(declared, self.chance, self.office.now)

    def _candidates(self, running: Running, task: Task) -> list[str]:
        district = running.machine.setting.compiled.district
        queue = district.queues.get(task.queue or "") or district.crews.get(task.queue or "")
        roles = queue.roles if queue is not None else ()
        return [*((task.assignee,) if task.assignee else ()), *task.users, *self._users(roles)]

    def _users(self, roles: tuple[str, ...]) -> list[str]:
        """Those of the first role before those of the next: who approves what a queue has done is seldom one of its own."""
        rank = {user: place for place, role in enumerate(roles) for user in self.people.get(role, ())}
        found = [user for role in roles for user in self.people.get(role, ())]
        self.chance.shuffle(found)
        return sorted(found, key=lambda user: rank[user]) or ["supervisor"]

    # -- others -----------------------------------------------------------------------------------------------------------

    def _arrives(self, running: Running, event: Message) -> None:
        if event.name in running.machine.messages(running.case) and running.case.is_open:
            self.office.take(running.case.id, event)

    def _script(self, running: Running) -> Script:
        return self.scripts.get(running.case.definition, _NO_SCRIPT)

    def _in_hours(self, running: Running, at: datetime) -> datetime:
        calendar = running.machine.setting.calendar
        while not calendar.is_open_at(at):
            local = at.astimezone(calendar.zone)
            opens = calendar.opening(local.date())
            at = opens if local < opens and calendar.is_business_day(local.date()) else opens + timedelta(days=1)
            at += timedelta(minutes=self.chance.randrange(120)) if calendar.is_open_at(at) else timedelta(0)
        return at


_NO_SCRIPT = Script()


def scripts_in(folder: Path) -> dict[str, Script]:
    """The rehearsal scripts of a folder of definitions, by case type."""
    found = {}
    for file in sorted(folder.glob("cases/*.rehearsal.yaml")):
        script, _ = load_model(load(file.read_text(), str(file)), Script)
        if script is not None:
            found[file.name.removesuffix(".rehearsal.yaml")] = script
    return found


def people_in(compiled: Compiled) -> dict[str, tuple[str, ...]]:
    """The sample's users by role, as far as the district has the role."""
    return {role: tuple(user.id for user in USERS if role in user.roles) for role in compiled.district.roles}
