"""The step by which a case comes over to another version: tasks, timers, what was announced, lists, in that order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from definitions.language.sentences import SEMICOLON, joined, listed, quoted, say
from workflows.machine import effects as fx
from workflows.machine import lines
from workflows.machine.case import Case, Task, Timer
from workflows.machine.counterparts import Counterparts, arrival, counterpart, plans_around
from workflows.machine.effects import Step
from workflows.machine.errors import Barred
from workflows.machine.finish import finished
from workflows.machine.holding import RELEASED_LATER
from workflows.machine.host import still
from workflows.machine.plan import StatePlan, TimerPlan
from workflows.machine.run import Run

if TYPE_CHECKING:
    from workflows.machine.setting import Setting

WITHDRAWN, OPENED = say("%(tasks)s withdrawn"), say("%(tasks)s opened")


@dataclass(frozen=True, kw_only=True)
class Moved:
    """A deadline that moves with the version."""

    title: str
    was: datetime | None  #: None: it is new
    now: datetime | None  #: None: it is gone
    stays: bool = False  #: the other version would have it earlier, and a notice was mailed: it stays


@dataclass(frozen=True, kw_only=True)
class Migration:
    """The case in the other version, the step, and what came of its deadlines and tasks."""

    case: Case
    step: Step
    moved: tuple[Moved, ...]
    kept: tuple[str, ...]  #: titles of tasks
    withdrawn: tuple[str, ...]
    opened: tuple[str, ...]


class Crossing:
    """One case on its way."""

    def __init__(self, between: Counterparts, case: Case, facts: Mapping[str, Any], at: datetime) -> None:
        event = between.event
        self.between, self.event, self.arrived = between, event, arrival(case, between)
        self.was = case
        there = replace(
            case,
            version=event.version,
            rules=event.rules,
            state=self.arrived.state,
            history=self.arrived.history,
            people=dict(self._people(case)),
            data={**event.data, **case.data},
            tasks=(),
            timers=(),
            lines={},
            children={between.state(path): child for path, child in case.children.items()},
            deadlines={self._timer_name(name): kept for name, kept in case.deadlines.items()},
            floors={self._timer_name(name): floor for name, floor in case.floors.items()},
        )
        self.run = Run(between.after, there, by=event.by, at=at, facts=facts)
        self.old = Run(between.before, case, by=event.by, at=at, facts=facts)
        self.notified = any(name.startswith("letter ") and name.endswith(" mailed") for name in case.happened)
        self.moved: list[Moved] = []
        self.kept: list[str] = []
        self.withdrawn: list[str] = []
        self.opened: list[str] = []

    def crossed(self, label: str) -> Migration:
        """The case there; raises Barred."""
        run, was = self.run, self.was
        self._bars()
        for task in was.tasks:
            self._task(task)
        for timer in was.timers:
            self._timer(timer)
        self._announced()
        self._service()
        self._begun()
        run.setting.clocks.follow(run, self.arrived.state)
        self._dated()
        self._lists()
        run.note = joined(self._said(), SEMICOLON)
        # What the step changed is told against the case as it was.
        run.case = replace(run.case, data=was.data, tasks=was.tasks, timers=was.timers)
        case, step = finished(run, still(run.case), label)
        return Migration(
            case=case,
            step=step,
            moved=tuple(self.moved),
            kept=tuple(self.kept),
            withdrawn=tuple(self.withdrawn),
            opened=tuple(self.opened),
        )

    # -- names ------------------------------------------------------------------------------------------------------------

    def _people(self, case: Case) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Who did which task, under the names that separation of duties asks for now."""
        places = {plan.task.name: plan.path for plan in self.between.before.plan.states.values() if plan.task}
        children = {
            path.rpartition("/")[2]: path for path, plan in self.between.before.plan.states.items() if plan.invoke
        }
        for name, people in case.people.items():
            place = places.get(name) or children.get(name)
            yield (self.between.task(name, place) if place is not None else name), people

    def _timer_name(self, name: str) -> str:
        for path in self.between.before.plan.states:
            if name == path + lines.BACK:
                return self.between.state(path) + lines.BACK
            if name in (timers := self.between.timers(path)):
                return timers[name]
        return name

    # -- bars -------------------------------------------------------------------------------------------------------------

    def _bars(self) -> None:
        """No law and no hold is got round by a mapping: what the case comes under is asked as if it were entered."""
        tags = {tag for plan in plans_around(self.between.before, self.was.state) for tag in plan.tags}
        for path, origin in self.arrived.came_from.items():
            plan = self.run.setting.plan.states.get(path)
            if plan is None:
                continue
            gained = tuple(tag for tag in plan.tags if tag not in tags)
            if gained or origin != path:
                self.run.check_bars(replace(plan, tags=gained, list=None))
            if gained:
                self.run.entered.append(path)

    # -- tasks ------------------------------------------------------------------------------------------------------------

    def _task(self, task: Task) -> None:
        run, plan = self.run, counterpart(task, self.between, self.arrived)
        if plan is None:
            why = say("version %(version)s does not have it", version=self.event.version)
            run.effects.append(fx.recalled(task, why))
            self.withdrawn.append(task.title)
            return
        was = self.between.before.plan.states[task.state].task
        assert was is not None, "an open task has a plan"
        queue = self._queue(run.setting.plan.states[self.between.state(task.state)])
        changed = replace(
            task,
            name=plan.name,
            state=self.between.state(task.state),
            title=plan.spec.title,
            queue=queue if task.queue == self._queue(self.between.before.plan.states[task.state]) else task.queue,
            users=plan.spec.users if task.users == was.spec.users else task.users,
            priority=plan.spec.priority if task.priority == was.spec.priority else task.priority,
            due=self._due(task, was.spec.due, plan.spec.due),
        )
        run.tasks.append(changed)
        if task.outcome is None:
            self.kept.append(changed.title)
            self._told(changed.title, task.due, changed.due)
            run.effects.append(
                fx.ChangeTask(
                    task=changed,
                    release=changed.queue != task.queue,
                    reason=say("version %(version)s", version=self.event.version),
                )
            )

    def _queue(self, plan: StatePlan) -> str | None:
        assert plan.task is not None
        return getattr(plan.task.spec, "crew", None) if plan.task.spec.queue is None else plan.task.spec.queue

    def _due(self, task: Task, was: Any, now: Any) -> datetime | None:
        """By the version's own span, counted from the opening; one that lies aside, or was set otherwise, stays."""
        if task.due is None or was is None or task.suspended_at is not None:
            return task.due if task.due is not None or now is None else self.run.setting.add(now, self.run.at, "due")
        if self.between.before.add(was, task.opened_at, "due") != task.due:
            return task.due
        return self.run.setting.add(now, task.opened_at, "due") if now is not None else None

    # -- timers -----------------------------------------------------------------------------------------------------------

    def _timer(self, timer: Timer) -> None:
        run = self.run
        if timer.kind == "sla":
            run.timers.append(timer)
        elif timer.kind == "escalation":
            self._escalation(timer)
        elif timer.name == RELEASED_LATER:
            run.timers.append(replace(timer, state=self.arrived.state[0]))
        elif timer.name.endswith(lines.BACK):
            path = self.between.state(timer.state)
            self._goes_on(timer, replace(timer, name=path + lines.BACK, state=path))
        else:
            self._of_state(timer)

    def _of_state(self, timer: Timer) -> None:
        name = self.between.timers(timer.state).get(timer.name)
        path = self.between.state(timer.state)
        if name is None or path not in self.arrived.came_from:
            self.run.effects.append(fx.CancelTimer(name=timer.name, run=timer.run))
            self.moved.append(Moved(title=_titled(self.between.before, timer.name), was=timer.due, now=None))
            return
        if timer.kind == "at":
            # Its day is worked out again below, from the data and facts that it hangs on.
            self._goes_on(timer, replace(timer, name=name, state=path))
            return
        due, stays = self._span(timer, self._timer_plan(self.between.before, timer.state, timer.name), name, path)
        self._goes_on(timer, replace(timer, name=name, state=path, due=due))
        self._told(_titled(self.run.setting, name), timer.due, due, stays=stays)

    def _span(self, timer: Timer, was: TimerPlan, name: str, path: str) -> tuple[datetime, bool]:
        now = self._timer_plan(self.run.setting, path, name)
        assert was.after is not None
        assert now.after is not None
        end = self.between.before.add(was.after, timer.armed_at, "after")
        anew = self.run.setting.add(now.after, timer.armed_at, "after")
        due = anew if end == timer.due else timer.due + (anew - end)  # a stay has moved it
        if due >= timer.due:
            return due, False
        return (timer.due, True) if self.notified else (min(timer.due, max(due, self.run.at)), False)

    def _escalation(self, timer: Timer) -> None:
        run = self.run
        task = next((task for task in run.tasks if task.run == timer.run), None)
        was = next(each for each in self.was.tasks if each.run == timer.run)
        old = self.between.before.plan.states[was.state].task
        new = run.setting.plan.states[task.state].task if task is not None else None
        own = timer.name.removeprefix(f"{timer.state}/")
        before = next((each for name, each in old.escalations if name == own), None) if old is not None else None
        after = next((each for name, each in new.escalations if name == own), None) if new is not None else None
        if task is None or before is None or after is None:
            run.effects.append(fx.CancelTimer(name=timer.name, run=timer.run))
            return
        start = was.due if before.when == "overdue" else was.opened_at
        anew = task.due if after.when == "overdue" else task.opened_at
        due = timer.due
        if start is not None and anew is not None and self.between.before.add(before.after, start, "after") == due:
            due = run.setting.add(after.after, anew, "after")
        self._goes_on(timer, replace(timer, name=f"{task.state}/{own}", state=task.state, due=due))

    def _goes_on(self, was: Timer, now: Timer) -> None:
        if was.name != now.name:
            self.run.effects.append(fx.CancelTimer(name=was.name, run=was.run))
        if was == now:
            self.run.timers.append(now)
        else:
            self.run.arm(now)

    # -- what a notice has announced ----------------------------------------------------------------------------------------

    def _announced(self) -> None:
        """The day that a mailed notice has told becomes the floor where the other version would have it earlier."""
        if not self.notified:
            return
        run, before = self.run, self.between.before
        told: dict[str, datetime] = {}
        for timer in self.was.timers:
            if timer.kind == "at" and (name := self.between.timers(timer.state).get(timer.name)) is not None:
                told[name] = timer.due
        free = Run(run.setting, replace(run.case, floors={}), by=run.by, at=run.at, facts=run.facts)
        for tag in before.lawful_timers:
            day = before.earliest_lawful(self.old, tag)
            if day is None or before.opening(day) <= run.at:
                continue
            names = run.setting.lawful_timers.get(tag, ())
            told |= {name: max(before.opening(day), told.get(name, before.opening(day))) for name in names}
            anew = run.setting.earliest_lawful(free, tag)
            if not names and _guarded(run.setting, tag) and (anew is None or anew < day):
                raise Barred(
                    say(
                        "a notice was mailed that told %(day)s; version %(version)s would allow an earlier day and "
                        "waits for none, and what was announced is not shortened",
                        day=day,
                        version=self.event.version,
                    ),
                    tag=tag,
                    earliest=day,
                )
        for planned in (each for plan in run.setting.plan.states.values() for each in plan.timers):
            was = told.get(planned.name)
            now = run.setting.clocks.due(free, planned) if was is not None and planned.at is not None else None
            if was is not None and now is not None and now < was and run.at < was:
                run.floors[planned.name] = was.isoformat()

    def _dated(self) -> None:
        """What came of timers for a day."""
        was = {
            name: timer.due
            for timer in self.was.timers
            if timer.kind == "at" and (name := self.between.timers(timer.state).get(timer.name)) is not None
        }
        for timer in self.run.timers:
            if timer.kind == "at":
                title = _titled(self.run.setting, timer.name)
                self._told(title, was.get(timer.name), timer.due, stays=timer.name in self.run.floors)

    # -- what is new ------------------------------------------------------------------------------------------------------

    def _begun(self) -> None:
        """Work and timers that only the other version has begin now; where a notice was mailed none comes before those
        that ran there before."""
        run = self.run
        for path, origin in self.arrived.came_from.items():
            plan = run.setting.plan.states.get(path)
            if plan is None:
                continue
            was = self.between.before.plan.states.get(origin) if origin is not None else None
            here = [task for task in self.was.tasks if task.state == origin]
            if plan.task is not None and (was is None or was.task is None or self._all_withdrawn(here)):
                self._open(plan)
            known = set(self.between.timers(origin).values()) if origin is not None else set()
            before = [timer.due for timer in self.was.timers if timer.state == origin and timer.kind in ("after", "at")]
            for timer in plan.timers:
                if timer.after is None or timer.name in known:
                    continue
                due = run.setting.add(timer.after, run.at, "after")
                due = max([due, *before]) if self.notified else due
                run.arm(Timer(name=timer.name, kind="after", state=path, due=due, armed_at=run.at))
                self.moved.append(Moved(title=timer.title, was=None, now=due))
            if plan.task is not None and was is not None and was.task is not None:
                self._new_escalations(plan, {name for name, _ in was.task.escalations})

    def _all_withdrawn(self, tasks: list[Task]) -> bool:
        kept = {task.run for task in self.run.tasks}
        return bool(tasks) and not any(task.run in kept for task in tasks)

    def _open(self, plan: StatePlan) -> None:
        before = len(self.run.tasks)
        self.run.open_work(plan)
        self.opened += [task.title for task in self.run.tasks[before:]]

    def _new_escalations(self, plan: StatePlan, known: set[str]) -> None:
        assert plan.task is not None
        for task in [each for each in self.run.tasks if each.state == plan.path and each.outcome is None]:
            for name, escalation in plan.task.escalations:
                base = task.due if escalation.when == "overdue" else task.opened_at
                if name in known or base is None or task.run not in {each.run for each in self.was.tasks}:
                    continue
                due = max(self.run.at, self.run.setting.add(escalation.after, base, "after"))
                label = f"{plan.path}/{name}"
                self.run.arm(
                    Timer(name=label, kind="escalation", state=plan.path, due=due, armed_at=self.run.at, run=task.run)
                )

    def _service(self) -> None:
        """What was promised stays promised; a version that promises nothing takes its clock away."""
        run, level = self.run, self.run.setting.definition.sla
        if run.sla is None:
            return
        if level is None:
            run.sla = None
            run.setting.service.disarm(run)
            return
        run.setting.service.follow(run, pauses=any(path in level.pause for path in self.arrived.came_from))

    def _lists(self) -> None:
        """A line stays where its state and its list do; else the case leaves the one and joins the other."""
        run = self.run
        stood = {path: plan for path in self.was.lines if (plan := self.between.before.plan.states.get(path))}
        stays = set()
        for path, plan in stood.items():
            there = run.setting.plan.states.get(self.between.state(path))
            if there is not None and there.path == path and there.list == plan.list and path in self.arrived.came_from:
                run.lines[path] = self.was.lines[path]
                stays.add(path)
            elif plan.list is not None:
                why = say("the case came to version %(version)s", version=self.event.version)
                run.effects.append(fx.left(plan.list, path, why))
        away = {timer.state for timer in run.timers if timer.name.endswith(lines.BACK)}
        for path in self.arrived.came_from:
            plan = run.setting.plan.states.get(path)
            if plan is not None and plan.list is not None and path not in stays and path not in away:
                lines.check_free(run, plan)
                lines.join(run, plan)

    # -- in words ---------------------------------------------------------------------------------------------------------

    def _told(self, title: str, was: datetime | None, now: datetime | None, *, stays: bool = False) -> None:
        if was != now or stays:
            self.moved.append(Moved(title=title, was=was, now=now, stays=stays))

    def _timer_plan(self, setting: Setting, path: str, name: str) -> TimerPlan:
        return next(timer for timer in setting.plan.states[path].timers if timer.name == name)

    def _said(self) -> Iterator[str]:
        states, zone = self.run.setting.plan.states, self.run.setting.calendar.zone
        yield self.event.reason or say("version %(version)s from now on", version=self.event.version)
        for path, origin in self.arrived.came_from.items():
            if path in self.arrived.state and origin is not None and origin != path:
                was = self.between.before.plan.states[origin].title
                yield say("“%(was)s” is now “%(now)s”", was=was, now=states[path].title)
        for titles, said_of in ((self.withdrawn, WITHDRAWN), (self.opened, OPENED)):
            if titles:
                yield say(said_of, tasks=listed(quoted(title) for title in titles))
        for each in self.moved:
            yield said(each, zone)


def said(moved: Moved, zone: Any) -> str:
    """What became of a deadline, in words."""
    was, now = (moment and moment.astimezone(zone) for moment in (moved.was, moved.now))
    if moved.stays and now is not None:
        return say(
            "“%(title)s” stays at %(when)s: a notice was mailed, and what it announced is not shortened",
            title=moved.title,
            when=now,
        )
    if was is None and now is not None:
        return say("“%(title)s” comes on %(when)s", title=moved.title, when=now)
    if now is None:
        return say("“%(title)s” is no more", title=moved.title)
    return say("“%(title)s” moves from %(was)s to %(now)s", title=moved.title, was=was, now=now)


def _guarded(setting: Setting, tag: str) -> bool:
    return any(tag in state.tags for state in setting.plan.states.values())


def _titled(setting: Setting, name: str) -> str:
    plans = (timer for plan in setting.plan.states.values() for timer in plan.timers)
    return next((timer.title for timer in plans if timer.name == name), name)
