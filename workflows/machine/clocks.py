"""Timers: when they are due, what they remember when their state is left, what holds do to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from definitions.language.moments import FieldMoment, LawfulMoment, Moment
from workflows.machine.case import Task, Timer
from workflows.machine.plan import StatePlan, TimerPlan

if TYPE_CHECKING:
    from workflows.machine.run import Run


class Clocks:
    """Starts and stops the timers of states and tasks."""

    def start(self, run: Run, plan: StatePlan) -> None:
        """Arms the state's timers; one whose date is not known yet waits until it is."""
        for timer in plan.timers:
            due = self.due(run, timer)
            if due is None:
                continue
            if timer.after is not None:
                due = self._restarted(run, timer, due)
            run.arm(
                Timer(name=timer.name, kind="after" if timer.after else "at", state=plan.path, due=due, armed_at=run.at)
            )

    def stop(self, run: Run, plan: StatePlan) -> None:
        """Cancels the state's timers; those that remember note their deadline and what remained."""
        remembering = {timer.name for timer in plan.timers if timer.after and timer.on_restart != "restart"}
        for timer in plan.timers:
            if timer.at is not None:
                run.deadlines.pop(timer.name, None)
        for armed in [
            each for each in run.timers if each.state == plan.path and each.run is None and each.kind != "sla"
        ]:
            if armed.name in remembering:
                remained = (armed.due - (armed.frozen_at or run.at)).total_seconds()
                run.deadlines[armed.name] = {"due": armed.due.isoformat(), "remained": max(0.0, remained)}
            run.cancel_timers(name=armed.name)

    def start_escalations(self, run: Run, plan: StatePlan, task: Task) -> None:
        """Arms the task's escalations, counted from its opening or, for overdue ones, from its due date."""
        assert plan.task is not None
        for name, escalation in plan.task.escalations:
            base = task.due if escalation.when == "overdue" else task.opened_at
            if base is not None:
                due = run.setting.add(escalation.after, base, "after")
                run.arm(
                    Timer(
                        name=f"{plan.path}/{name}",
                        kind="escalation",
                        state=plan.path,
                        due=due,
                        armed_at=run.at,
                        run=task.run,
                    )
                )

    def follow(self, run: Run, active: tuple[str, ...]) -> None:
        """Moves timers of active states whose date in data, facts or law has changed by this step."""
        _lift_floors(run)
        for path in active:
            plan = run.setting.plan.states.get(path)
            for timer in plan.timers if plan else ():
                if timer.at is None or not self._known(run, timer.at):
                    continue
                due = self.due(run, timer)
                armed = next((each for each in run.timers if each.name == timer.name), None)
                if due is None or (armed is not None and armed.due == due):
                    continue
                if armed is not None:
                    run.arm(replace(armed, due=due))
                elif run.deadlines.get(timer.name, {}).get("fired") != due.isoformat():
                    run.arm(Timer(name=timer.name, kind="at", state=path, due=due, armed_at=run.at))

    def fired(self, run: Run, timer: Timer) -> None:
        """The timer is spent; one for a date is remembered, so that the same date does not arm it again."""
        run.timers = [each for each in run.timers if (each.name, each.run) != (timer.name, timer.run)]
        if timer.kind == "at":
            run.deadlines[timer.name] = {"fired": timer.due.isoformat()}

    def freeze(self, run: Run, hold: str) -> None:
        """A hold stops the timers that still run."""
        run.timers = [timer if timer.frozen_at else replace(timer, frozen_at=run.at, hold=hold) for timer in run.timers]

    def thaw(self, run: Run, hold: str) -> None:
        """The hold is gone: its timers go on with what remained."""
        for timer in list(run.timers):
            if timer.hold == hold and timer.frozen_at is not None:
                due = timer.due + (run.at - timer.frozen_at)
                run.arm(replace(timer, due=due, frozen_at=None, hold=None))

    def extend(self, run: Run) -> None:
        """Deadlines that passed during the hold come to its end."""
        for timer in list(run.timers):
            if timer.due < run.at:
                run.arm(replace(timer, due=run.at))

    def restart(self, run: Run) -> None:
        """Timers of active states begin anew at the end of the hold."""
        for timer in list(run.timers):
            plan = run.setting.plan.states.get(timer.state)
            fresh = next((each for each in plan.timers if each.name == timer.name), None) if plan else None
            due = self.due(run, fresh) if fresh else None
            if due is not None:
                run.arm(replace(timer, due=due, armed_at=run.at, frozen_at=None, hold=None))

    # -- when ---------------------------------------------------------------------------------------------------------------

    def due(self, run: Run, timer: TimerPlan) -> datetime | None:
        """When the timer is due if it starts now; None while its date is not known."""
        if timer.after is not None:
            return run.setting.add(timer.after, run.at, "after")
        assert timer.at is not None
        due, floor = self._moment(run, run.setting.moment(timer.at)), run.floors.get(timer.name)
        return due if due is None or floor is None else max(due, datetime.fromisoformat(floor))

    def _known(self, run: Run, text: str) -> bool:
        moment = run.setting.moment(text)
        if isinstance(moment, LawfulMoment):
            # A step that reads any of a law's facts reads them all; one that is missing then is not known to anybody.
            asked = run.setting.law_facts(moment.tag)
            return not asked or not asked.isdisjoint(run.facts)
        return moment.root == "data" or moment.path[0] in run.facts

    def _moment(self, run: Run, moment: Moment) -> datetime | None:
        if isinstance(moment, LawfulMoment):
            day = run.setting.earliest_lawful(run, moment.tag)
            return run.setting.opening(day) if day else None
        return self._field(run, moment)

    def _field(self, run: Run, moment: FieldMoment) -> datetime | None:
        value = _read(run.data if moment.root == "data" else run.facts, moment.path)
        if value is None:
            return None
        setting = run.setting
        start = (
            datetime.fromisoformat(value).astimezone(UTC)
            if "T" in value
            else setting.opening(date.fromisoformat(value))
        )
        if moment.offset is None:
            return start
        if moment.sign > 0:
            return setting.add(moment.offset, start, "after")
        return setting.opening(setting.today(start) - timedelta(days=moment.offset.amount))

    def _restarted(self, run: Run, timer: TimerPlan, due: datetime) -> datetime:
        kept = run.deadlines.pop(timer.name, None)
        if kept is None or timer.on_restart == "restart":
            return due
        if timer.on_restart == "keep-deadline":
            return datetime.fromisoformat(kept["due"]).astimezone(UTC)
        return run.at + timedelta(seconds=kept["remained"])


def _lift_floors(run: Run) -> None:
    """Once a new notice is out, what it announces counts, and no longer what was announced under the rules before."""
    if not run.floors:
        return
    fresh = {name for name, day in run.happened.items() if run.case.happened.get(name) != day}
    tags = {name: tag for tag, names in run.setting.lawful_timers.items() for name in names}
    for timer in list(run.floors):
        tag = tags.get(timer)
        letters = {name for name in fresh if name.startswith("letter ")}
        if letters if tag is None else fresh & run.setting.binding.notices(tag):
            del run.floors[timer]


def _read(root: Mapping[str, Any], path: tuple[str, ...]) -> str | None:
    value: Any = root
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return None if value is None else str(value)
