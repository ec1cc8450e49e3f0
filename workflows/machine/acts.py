"""What each kind of event does to a case: first whether its state takes it at all, then the step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, NoReturn

from definitions.language.sentences import say
from workflows.machine import interpreter, lines, migrating, people, renewing, undo
from workflows.machine.case import Case, Task
from workflows.machine.effects import CloseTask, Step
from workflows.machine.errors import BadForm, Barred, Closed, NotAllowed, Unknown
from workflows.machine.events import (
    ChildClosed,
    Event,
    HoldsChanged,
    LineDecided,
    Message,
    Migrated,
    Moved,
    Outcome,
    Overridden,
    Reopened,
    Replied,
    RulesRenewed,
    TakenBack,
    TaskRedone,
    TaskResumed,
    TaskSkipped,
    TaskSuspended,
    TimerFired,
)
from workflows.machine.finish import finished, refused
from workflows.machine.holding import RELEASED, RELEASED_LATER, change_holds
from workflows.machine.host import Host, still
from workflows.machine.plan import StatePlan
from workflows.machine.run import Run
from workflows.machine.service import TARGET, WARN
from workflows.machine.setting import Setting
from workflows.machine.work import decided

RECORDED = {
    "letter-mailed": "mailed",
    "letter-returned": "returned",
}  #: messages that every case takes down, whether or not a state waits for them


class Acts:
    """Decides events on cases of one definition."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting

    def host(self, run: Run) -> Host:
        """The interpreter's host for a run."""
        return Host(run)

    def finished(self, run: Run, outcome: interpreter.Outcome, label: str) -> tuple[Case, Step]:
        """The run frozen into the case after the step and the step itself."""
        return finished(run, outcome, label)

    # -- does the state take it? ----------------------------------------------------------------------------------------

    def accepts(self, case: Case, event: Event) -> None:
        """Raises Refused when the case's state alone refuses the event."""
        if not case.is_open and not isinstance(event, Reopened):
            raise Closed(
                say(
                    "the case was closed on %(day)s; it can only be reopened",
                    day=case.closed_at.astimezone(self.setting.calendar.zone).date() if case.closed_at else None,
                ),
                case=case.id,
            )
        match event:
            case Outcome(run=number, outcome=chosen, by=by, helpers=helpers):
                task = self._open_task(case, number)
                self._known_outcome(task, chosen)
                people.check_duties(self.setting, self._task_plan(task), case, (by, *helpers))
                if task.suspended_at is not None:
                    raise Unknown(say("“%(task)s” is suspended; resume it first", task=task.title), task=number)
                if event.checked_at is None:
                    people.check_site(self._task_plan(task), task, chosen)
            case TaskSuspended(run=number):
                if self._open_task(case, number).suspended_at is not None:
                    raise Unknown(say("the task is suspended already"), task=number)
            case TaskResumed(run=number):
                if self._open_task(case, number).suspended_at is None:
                    raise Unknown(say("the task is not suspended"), task=number)
            case TaskSkipped(run=number, by=by):
                task = self._open_task(case, number)
                if not self._task_plan(task).spec.skippable:
                    raise NotAllowed(
                        say("“%(task)s” cannot be skipped: its definition does not allow it", task=task.title),
                        task=number,
                    )
                people.check_duties(self.setting, self._task_plan(task), case, (by,))
            case TaskRedone(name=name):
                self._redoable(case, name)
            case Message(name=name):
                if name not in RECORDED and name not in self.messages(case):
                    self._unknown_message(case, name)
            case TimerFired(name=name, run=run):
                if not any((timer.name, timer.run) == (name, run) for timer in case.timers):
                    raise Unknown(say("no timer %(name)s is running", name=name), timer=name)
            case ChildClosed(child=child):
                if child not in case.children.values():
                    raise Unknown(say("the case waits for no such child case"), child=child)
            case LineDecided():
                lines.check_line(case, event)
            case TakenBack(run=run, by=by):
                undo.check(case, run, by)
            case Reopened():
                self._reopenable(case)
            case RulesRenewed():
                renewing.check(case, event)
            case Migrated():
                migrating.check(self.setting, case, event)
            case Overridden():
                people.check_override(self.setting, event)
            case Moved(target=target):
                if event.by == event.approved_by:
                    raise NotAllowed(say("a second person must agree to the move"), person=event.by)
                if target not in self.setting.plan.states:
                    raise Unknown(say('no state is called "%(target)s"', target=target), state=target)
            case Replied() | HoldsChanged():
                pass

    def _open_task(self, case: Case, run: int) -> Task:
        task = case.task(run)
        if task is None or task.outcome is not None:
            raise Unknown(say("the task is not open: it has been completed or recalled"), task=run)
        return task

    def _task_plan(self, task: Task) -> Any:
        return self.setting.plan.states[task.state].task

    def _known_outcome(self, task: Task, chosen: str) -> None:
        outcomes = self._task_plan(task).spec.outcomes
        if chosen not in outcomes:
            raise Unknown(
                say(
                    '“%(task)s” has no outcome "%(chosen)s"; it has %(outcomes)s',
                    task=task.title,
                    chosen=chosen,
                    outcomes=", ".join(outcomes),
                ),
                outcome=chosen,
            )

    def messages(self, case: Case) -> set[str]:
        """The messages from outside that the active states react to."""
        return {
            name
            for name in interpreter.events(self.setting.chart, case.state)
            if "/" not in name and name not in ("", "reopen") and not name.startswith("done.")
        }

    def _unknown_message(self, case: Case, name: str) -> NoReturn:
        possible = sorted(self.messages(case))
        raise Unknown(
            say(
                'nothing waits for "%(name)s" in this state; possible now: %(possible)s',
                name=name,
                possible=", ".join(possible) or say("nothing"),
            ),
            event=name,
            possible=possible,
        )

    def _redoable(self, case: Case, name: str) -> StatePlan:
        for plan in self.setting.plan.states.values():
            if plan.task is not None and plan.task.name == name:
                if not plan.task.spec.repeatable:
                    raise NotAllowed(
                        say(
                            "“%(title)s” cannot be done again: its definition does not allow it",
                            title=plan.task.spec.title,
                        )
                    )
                if name not in case.people:
                    raise Unknown(say("“%(title)s” has not been done yet", title=plan.task.spec.title))
                return plan
        raise Unknown(say('no task is called "%(name)s"', name=name))

    def _reopenable(self, case: Case) -> None:
        if case.is_open:
            raise Unknown(say("the case is open"))
        if self.setting.definition.reopen is None:
            raise NotAllowed(say("cases of this type are not reopened; open a new one"))

    # -- the step ---------------------------------------------------------------------------------------------------------

    def fire(self, case: Case, event: Event, facts: Mapping[str, Any], at: datetime) -> tuple[Case, Step]:
        """The case after the event; raises Refused when a guard, a fact, a law or a hold does not let it."""
        run = Run(self.setting, case, by=event.by, at=at, facts=facts)
        match event:
            case Outcome():
                return self._outcome(run, event)
            case TimerFired():
                return self._timer(run, event)
            case Message():
                return self._message(run, event)
            case Replied():
                run.event = event.data
                return self._sent(run, event.name, f"reply {event.name}", strict=False)
            case HoldsChanged():
                return change_holds(run, event)
            case RulesRenewed():
                return renewing.renew(self.setting, case, event, facts, at)
            case Migrated():
                migration = migrating.migrate(self.setting, case, event, facts, at)
                return migration.case, migration.step
            case ChildClosed():
                return self._child(run, event)
            case LineDecided():
                return self._line(run, event)
            case TaskSuspended() | TaskResumed():
                return people.paused(run, event)
            case TaskSkipped():
                return self._skipped(run, event)
            case TaskRedone():
                run.note = event.reason
                return self._sent(
                    run, f"move/{self._redoable(case, event.name).path}", f"redo {event.name}", strict=True
                )
            case TakenBack():
                return undo.taken_back(run, event)
            case Reopened():
                return self._reopened(run, event)
            case Overridden():
                return people.overridden(run, event)
            case Moved():
                run.note = say("%(reason)s (approved by %(who)s)", reason=event.reason, who=event.approved_by)
                return self._sent(run, f"move/{event.target}", f"moved to {event.target}", strict=True)
        raise AssertionError(event)

    def _line(self, run: Run, event: LineDecided) -> tuple[Case, Step]:
        run.event = {"reason": event.reason or ""}
        run.note = event.reason
        decision = lines.decide(run, event)
        if decision == "stays":
            return finished(run, still(run.case), "line excluded")
        return self._sent(run, f"line/{event.state}/{decision}", f"line {decision}", strict=True)

    def _sent(self, run: Run, name: str, label: str, *, strict: bool) -> tuple[Case, Step]:
        """Sends the chart an event; when nothing reacts, refuses (strict) or takes it down as a step without change."""
        outcome = interpreter.fire(self.setting.chart, run.case.state, run.case.history, name, Host(run))
        if not outcome.consumed and strict:
            raise Unknown(say("the way is not open: no guard holds for it"), event=name)
        return finished(run, outcome, label)

    def _outcome(self, run: Run, event: Outcome) -> tuple[Case, Step]:
        task = self._open_task(run.case, event.run)
        plan = self.setting.plan.states[task.state]
        form = people.filled(run, plan, event)
        people.check_limit(run, plan, event.outcome)
        people.check_reason(run, plan, event.outcome)
        run.event = form
        run.people[task.name] = tuple(dict.fromkeys((*run.people.get(task.name, ()), event.by, *event.helpers)))
        closing = CloseTask(
            run=task.run, name=task.name, how="completed", outcome=event.outcome, by=event.by, form=form
        )
        return self._closed(run, plan, task, event.outcome, closing)

    def _closed(self, run: Run, plan: StatePlan, task: Task, chosen: str, closing: CloseTask) -> tuple[Case, Step]:
        run.effects.append(closing)
        run.cancel_timers(run=task.run)
        run.tasks = [replace(each, outcome=chosen) if each.run == task.run else each for each in run.tasks]
        name: str | None = f"outcome/{task.state}/{chosen}"
        if task.index is not None:
            name = decided(run.tasks, plan)
        label = f"outcome {task.name}/{chosen}"
        if name is None:
            return finished(run, still(run.case), label)
        return undo.offered(run, task, self._sent(run, name, label, strict=True))

    def _skipped(self, run: Run, event: TaskSkipped) -> tuple[Case, Step]:
        task = self._open_task(run.case, event.run)
        plan = self.setting.plan.states[task.state]
        assert plan.task is not None
        run.note = event.reason
        first = next(iter(plan.task.spec.outcomes))
        closing = CloseTask(
            run=task.run, name=task.name, how="skipped", outcome=first, by=event.by, reason=event.reason
        )
        return self._closed(run, plan, task, first, closing)

    def _timer(self, run: Run, event: TimerFired) -> tuple[Case, Step]:
        timer = next(each for each in run.timers if (each.name, each.run) == (event.name, event.run))
        self.setting.clocks.fired(run, timer)
        if timer.name in (WARN, TARGET):
            self.setting.service.fired(run, timer.name)
            return finished(run, still(run.case), f"timer {timer.name}")
        if timer.kind == "escalation":
            return self._escalated(run, event)
        try:
            if (listed := lines.listed_by(timer.name)) is not None:
                lines.put_back(run, self.setting.plan.states[listed])
                return finished(run, still(run.case), "line back")
            name = RELEASED if timer.name == RELEASED_LATER else f"timer/{timer.name}"
            return self._sent(run, name, f"timer {timer.name}", strict=False)
        except Barred as barred:
            return refused(run, timer, barred)

    def _escalated(self, run: Run, event: TimerFired) -> tuple[Case, Step]:
        task = next(each for each in run.tasks if each.run == event.run)
        plan = self.setting.plan.states[task.state].task
        assert plan is not None
        escalation = next(each for name, each in plan.escalations if f"{task.state}/{name}" == event.name)
        self.setting.work.escalate(run, task, escalation)
        label = f"escalation {event.name}"
        if escalation.event is None or run.note is not None:
            return finished(run, still(run.case), label)
        return self._sent(run, escalation.event, label, strict=False)

    def _message(self, run: Run, event: Message) -> tuple[Case, Step]:
        run.event = people.message_data(self.setting, event)
        if event.name in RECORDED and not {"template", RECORDED[event.name]} <= set(event.data):
            raise BadForm(
                say(
                    "%(name)s says which template and when: template, %(recorded)s",
                    name=event.name,
                    recorded=RECORDED[event.name],
                ),
                fields={},
            )
        if event.name == "letter-mailed":
            run.happened[f"letter {event.data['template']} mailed"] = str(event.data["mailed"])
            run.happened[f"letter {event.data['template']} languages"] = str(event.data.get("languages", "en"))
        elif event.name == "letter-returned":
            run.happened[f"letter {event.data['template']} returned"] = str(event.data["returned"])
        return self._sent(run, event.name, f"message {event.name}", strict=event.name not in RECORDED)

    def _child(self, run: Run, event: ChildClosed) -> tuple[Case, Step]:
        path = next(path for path, child in run.case.children.items() if child == event.child)
        invoke = self.setting.plan.states[path].invoke
        assert invoke is not None
        del run.children[path]
        run.event = {"outcome": event.outcome, **event.data}
        key = path.rpartition("/")[2]
        run.people[key] = tuple(dict.fromkeys((*run.people.get(key, ()), *event.people)))
        name = f"child/{path}/{event.outcome}" if event.outcome in invoke.outcomes else f"child/{path}"
        return self._sent(run, name, f"child closed {event.outcome}", strict=False)

    def _reopened(self, run: Run, event: Reopened) -> tuple[Case, Step]:
        reopen = self.setting.definition.reopen
        assert reopen is not None
        closed = run.case.closed_at
        assert closed is not None
        if reopen.within is not None and run.at > self.setting.add(reopen.within, closed, "due"):
            raise NotAllowed(
                say(
                    "the case can be reopened within %(within)s of its closing; open a new one",
                    within=reopen.within.told(),
                )
            )
        case = run.case = replace(run.case, closed_at=None, outcome=None)
        run.note = event.reason
        return finished(run, interpreter.reenter(self.setting.chart, case.history, "reopen", Host(run)), "reopened")
