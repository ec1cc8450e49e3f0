"""Why a case is where it is: one sentence for what it waits for, until when, by which rule."""

from __future__ import annotations

from datetime import datetime

from definitions.catalogue import actions
from definitions.language.expand import title_of
from definitions.language.sentences import OR, joined, listed, quoted, say
from workflows.machine.case import Case, Task, Timer
from workflows.machine.lines import listed_by
from workflows.machine.machine import Machine
from workflows.machine.words import queue_title


def why(machine: Machine, case: Case, at: datetime) -> str:
    """One sentence for what the case waits for, until when, by which rule."""
    setting = machine.setting
    if case.closed_at is not None:
        closed = case.closed_at.astimezone(setting.calendar.zone)
        return say("Closed on %(when)s as “%(state)s”.", when=closed, state=_title(machine, case.state[0]))
    parts: list[str] = [_task(machine, task, at) for task in case.tasks if task.outcome is None]
    parts += [say("the case “%(kind)s” to end", kind=_kind(machine, path)) for path in case.children]
    for path in case.state:
        plan = setting.plan.states[path]
        if plan.list is not None and path in case.lines:
            parts.append(say("a lead to release the list “%(list)s”", list=setting.compiled.lists[plan.list].title))
    timer = _next(case)
    if not parts and timer is not None and not (_reminds(machine, timer) and _own_messages(machine, case)):
        parts, timer = [_timer(machine, timer)], None
    if not parts:
        parts = [_messages(machine, case)]
    if timer is not None:
        parts[-1] = say("%(first)s; without it, %(then)s", first=parts[-1], then=_timer(machine, timer))
    waits = say("Waits for %(what)s.", what=listed(parts))
    held = [setting.hold_title(hold) for hold in case.holds if setting.hold_effect(hold) != "none"]
    return say("%(waits)s It is held: %(holds)s.", waits=waits, holds=listed(held)) if held else waits


def _kind(machine: Machine, path: str) -> str:
    invoke = machine.setting.plan.states[path].invoke
    return title_of(invoke.case) if invoke is not None else _title(machine, path)


def _title(machine: Machine, path: str) -> str:
    return machine.setting.plan.states[path].title


def _next(case: Case) -> Timer | None:
    timers = [timer for timer in case.timers if timer.kind in ("after", "at")]
    return min(timers, key=lambda timer: timer.due, default=None)


def _task(machine: Machine, task: Task, at: datetime) -> str:
    who = queue_title(machine.setting.compiled, task.queue) if task.assignee is None else task.assignee
    does = say("%(who)s to do “%(task)s”", who=who, task=task.title)
    if task.suspended_at is not None:
        return say("%(does)s, which is suspended", does=does)
    if task.due is None:
        return does
    due = task.due.astimezone(machine.setting.calendar.zone)
    if task.due < at:
        return say("%(does)s, late since %(due)s", does=does, due=due)
    return say("%(does)s, due %(due)s", does=does, due=due)


def _timer(machine: Machine, timer: Timer) -> str:
    zone = machine.setting.calendar.zone
    if timer.frozen_at is not None:
        return say(
            "the hold “%(hold)s” to be released (its time stands still since %(since)s)",
            hold=machine.setting.hold_title(timer.hold or ""),
            since=timer.frozen_at.astimezone(zone),
        )
    return say(
        "%(when)s, when %(leads)s (rule %(rule)s)",
        when=timer.due.astimezone(zone),
        leads=_leads(machine, timer),
        rule=quoted(machine.setting.timer_title(timer.name)),
    )


def _leads(machine: Machine, timer: Timer) -> str:
    if (listed_path := listed_by(timer.name)) is not None:
        review = machine.setting.review(listed_path)
        title = review.title if review is not None else listed_path
        return say("its line is back on the list “%(list)s”", list=title)
    target = _target(machine, timer)
    return say("it goes on to “%(state)s”", state=_title(machine, target)) if target else say("its time has come")


def _reminds(machine: Machine, timer: Timer) -> bool:
    """Whether the timer, when it falls due, leaves the case where it is."""
    return timer.frozen_at is None and listed_by(timer.name) is None and _target(machine, timer) is None


def _target(machine: Machine, timer: Timer) -> str | None:
    chart = machine.setting.chart
    for transition in chart.reactions(chart.by_path[timer.state], f"timer/{timer.name}"):
        if transition.targets:
            return transition.targets[0].path
    return None


def _own_messages(machine: Machine, case: Case) -> list[str]:
    """What the case waits for just where it is, apart from what it also hears in the states around."""
    chart, here = machine.setting.chart, set(case.state)
    return [
        name
        for name in machine.messages(case)
        if any(each.state.path in here for path in here for each in chart.reactions(chart.by_path[path], name))
    ]


def _messages(machine: Machine, case: Case) -> str:
    names = _own_messages(machine, case) or machine.messages(case)
    if not names:
        return say("nothing that can come: an operator must move it")
    answers = [name for name in names if name in actions.answers()]
    titles = [quoted(machine.setting.message_title(name)) for name in answers or names]
    if answers:
        return say("the answer %(messages)s, which comes by itself", messages=listed(titles, OR))
    return say("one of: %(messages)s", messages=joined(titles)) if titles[1:] else titles[0]
