"""A new calendar or new laws in an open case: they bind from the day on which they come, and move what is planned later only.

What a notice has announced does not come earlier without a new notice: the time that stood before is the timer's floor until
one is out. Definition, tables and limits stay those of the case's own version, and the service level stays as promised.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from definitions.language.compiled import from_bytes, renewed
from definitions.language.durations import Duration
from definitions.language.sentences import SEMICOLON, joined, say
from workflows.machine.case import Case, Task, Timer
from workflows.machine.effects import Step
from workflows.machine.errors import Unknown
from workflows.machine.events import RulesRenewed
from workflows.machine.finish import finished
from workflows.machine.host import still
from workflows.machine.run import Run

if TYPE_CHECKING:
    from definitions.language.calendars import Purpose
    from workflows.machine.setting import Setting


RENEWED = "rules "  #: before the version, in the event of a step that takes down new rules


def check(case: Case, event: RulesRenewed) -> None:
    """Raises Unknown when the case has these rules, or later ones, already."""
    if event.version <= case.rules_version:
        raise Unknown(
            say("the rules of version %(rules_version)s bind this case already", rules_version=case.rules_version),
            version=case.rules_version,
        )


def facts(setting: Setting, event: RulesRenewed) -> set[str]:
    """What the laws before and after may ask, so that what they announced can be compared."""
    both = (setting, under(setting, event.rules))
    return {name for each in both for tag in each.lawful_timers for name in each.law_facts(tag)}


def under(setting: Setting, rules: str) -> Setting:
    """The definition under these rules."""
    return _setting(setting.compiled.to_bytes(), rules)


@lru_cache(maxsize=32)
def _setting(content: bytes, rules: str) -> Setting:
    from workflows.machine.setting import Setting  # it is made of what acts, and acts renew

    return Setting(from_bytes(renewed(content, rules)))


def renew(
    before: Setting, case: Case, event: RulesRenewed, facts: Mapping[str, Any], at: datetime
) -> tuple[Case, Step]:
    """The step in which the rules of a later version come to bind the case."""
    setting = under(before, event.rules)
    run = Run(setting, replace(case, rules=event.version), by=event.by, at=at, facts=facts)
    _keep_announced(run, before)
    _move_tasks(run, before)
    _move_timers(run, before)
    setting.clocks.follow(run, case.state)
    run.note = joined(_said(run, event), SEMICOLON)
    return finished(run, still(case), f"{RENEWED}{event.version}")


def _keep_announced(run: Run, before: Setting) -> None:
    """What was announced for a day stays there where the new rules would allow an earlier one."""
    old = Run(before, run.case, by=run.by, at=run.at, facts=run.facts)
    announced = {
        name: before.opening(day)
        for tag, names in before.lawful_timers.items()
        if (day := before.earliest_lawful(old, tag)) is not None
        for name in names
    }
    announced |= {timer.name: timer.due for timer in run.timers if timer.kind == "at"}
    free = Run(run.setting, replace(run.case, floors={}), by=run.by, at=run.at, facts=run.facts)
    for plan in run.setting.plan.states.values():
        for timer in plan.timers:
            was = announced.get(timer.name)
            now = run.setting.clocks.due(free, timer) if was is not None else None
            if was is not None and now is not None and now < was and run.at < was:
                run.floors[timer.name] = was.isoformat()


def _move_tasks(run: Run, before: Setting) -> None:
    for task in list(run.tasks):
        plan = run.setting.plan.states[task.state].task
        spec = plan.spec if plan is not None else None
        if spec is None or spec.due is None or task.due is None or task.outcome is not None:
            continue
        later = _later(run, before, spec.due, task.opened_at, task.due, "due")
        if later is not None:
            run.change_task(replace(task, due=later), reason=say("new rules"))


def _move_timers(run: Run, before: Setting) -> None:
    tasks = {task.run: task for task in run.tasks}
    was = {task.run: task for task in run.case.tasks}
    for timer in list(run.timers):
        if timer.kind == "after":
            later = _later_after(run, before, timer)
        elif timer.kind == "escalation" and timer.run in tasks:
            later = _later_escalation(run, before, timer, was[timer.run], tasks[timer.run])
        else:
            continue
        if later is not None:
            run.arm(replace(timer, due=later))


def _later_after(run: Run, before: Setting, timer: Timer) -> datetime | None:
    plan = run.setting.plan.states.get(timer.state)
    span = next((each.after for each in plan.timers if each.name == timer.name), None) if plan else None
    return _later(run, before, span, timer.armed_at, timer.due, "after") if span is not None else None


def _later_escalation(run: Run, before: Setting, timer: Timer, was: Task, now: Task) -> datetime | None:
    plan = run.setting.plan.states[timer.state].task
    assert plan is not None
    escalation = next(each for name, each in plan.escalations if f"{timer.state}/{name}" == timer.name)
    overdue = escalation.when == "overdue"
    start, anew = (was.due, now.due) if overdue else (now.opened_at, now.opened_at)
    if start is None or anew is None or before.add(escalation.after, start, "after") != timer.due:
        return None
    due = run.setting.add(escalation.after, anew, "after")
    return due if due > timer.due else None


def _later(
    run: Run, before: Setting, span: Duration, start: datetime, due: datetime, purpose: Purpose
) -> datetime | None:
    """The later end of a span under the new rules; None when it is not later, or the time was set otherwise."""
    if before.add(span, start, purpose) != due:
        return None
    found = run.setting.add(span, start, purpose)
    return found if found > due else None


def _said(run: Run, event: RulesRenewed) -> Iterator[str]:
    zone = run.setting.calendar.zone
    yield say("calendar and laws of version %(version)s bind from now on", version=event.version)
    were = {(timer.name, timer.run): timer for timer in run.case.timers}
    for timer in run.timers:
        was = were.get((timer.name, timer.run))
        if was is not None and was.due != timer.due:
            yield say(
                "“%(title)s” moves from %(was)s to %(now)s",
                title=_title_of(run, timer.name),
                was=was.due.astimezone(zone),
                now=timer.due.astimezone(zone),
            )
    due = {task.run: task.due for task in run.case.tasks}
    for task in run.tasks:
        if task.due is not None and task.due != due[task.run]:
            yield say("“%(title)s” is due %(when)s", title=task.title, when=task.due.astimezone(zone))
    for name, floor in run.floors.items():
        yield say(
            "“%(title)s” stays at %(when)s: a new notice is needed to go earlier",
            title=_title_of(run, name),
            when=datetime.fromisoformat(floor).astimezone(zone),
        )


def _title_of(run: Run, name: str) -> str:
    plans = (timer for plan in run.setting.plan.states.values() for timer in plan.timers)
    return next((timer.title for timer in plans if timer.name == name), name)
