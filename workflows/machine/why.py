"""Why a case is where it is: one sentence for what it waits for, until when, by which rule."""

from __future__ import annotations

from datetime import datetime

from workflows.machine.case import Case, Task, Timer
from workflows.machine.lines import listed_by
from workflows.machine.machine import Machine
from workflows.machine.words import day_and_time, listed, queue_title


def why(machine: Machine, case: Case, at: datetime) -> str:
    """One sentence for what the case waits for, until when, by which rule."""
    setting = machine.setting
    if case.closed_at is not None:
        return f"Closed on {day_and_time(case.closed_at, setting.calendar.zone)} as “{_title(machine, case.state[0])}”."
    parts = [_task(machine, task, at) for task in case.tasks if task.outcome is None]
    parts += [f"the child case {child} in “{_title(machine, path)}”" for path, child in case.children.items()]
    for path in case.state:
        plan = setting.plan.states[path]
        if plan.list is not None and path in case.lines:
            parts.append(f"a lead to release the list “{setting.compiled.lists[plan.list].title}”")
    timer = _next(case)
    if not parts:
        parts = [_messages(machine, case)] if timer is None else [_timer(machine, timer)]
    elif timer is not None:
        parts[-1] += f"; without it, {_timer(machine, timer)}"
    held = [setting.hold_title(hold) for hold in case.holds if setting.hold_effect(hold) != "none"]
    stands = f" It is held: {listed(held)}." if held else ""
    return f"Waits for {listed(parts)}.{stands}"


def _title(machine: Machine, path: str) -> str:
    return machine.setting.plan.states[path].title


def _next(case: Case) -> Timer | None:
    timers = [timer for timer in case.timers if timer.kind in ("after", "at")]
    return min(timers, key=lambda timer: timer.due, default=None)


def _task(machine: Machine, task: Task, at: datetime) -> str:
    who = queue_title(machine.setting.compiled, task.queue) if task.assignee is None else task.assignee
    sentence = f"{who} to do “{task.title}”"
    if task.suspended_at is not None:
        return f"{sentence}, which is suspended"
    if task.due is None:
        return sentence
    due = day_and_time(task.due, machine.setting.calendar.zone)
    return f"{sentence}, {'late since' if task.due < at else 'due'} {due}"


def _timer(machine: Machine, timer: Timer) -> str:
    if timer.frozen_at is not None:
        hold = machine.setting.hold_title(timer.hold or "")
        since = day_and_time(timer.frozen_at, machine.setting.calendar.zone)
        return f"the hold “{hold}” to be released (its time stands still since {since})"
    when = day_and_time(timer.due, machine.setting.calendar.zone)
    leads = _leads(machine, timer)
    return f"{when}, when {leads} (rule {timer.name})"


def _leads(machine: Machine, timer: Timer) -> str:
    if (listed_path := listed_by(timer.name)) is not None:
        review = machine.setting.review(listed_path)
        return f"its line is back on the list “{review.title if review is not None else listed_path}”"
    reactions = machine.setting.chart.reactions(machine.setting.chart.by_path[timer.state], f"timer/{timer.name}")
    for transition in reactions:
        if transition.targets:
            return f"it goes on to “{_title(machine, transition.targets[0].path)}”"
    return "its time has come"


def _messages(machine: Machine, case: Case) -> str:
    names = machine.messages(case)
    return f"one of: {', '.join(names)}" if names else "nothing that can come: an operator must move it"
