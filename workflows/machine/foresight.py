"""What an outcome would do if it were chosen now, with what is filled in: the step is decided and thrown away.

Where the form is not whole yet, or the case would not take it, that is what is foreseen; `choices.py` then says from the
definition alone what the outcome does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from definitions.language.expand import title_of
from workflows.machine import effects as fx
from workflows.machine.case import Case, Timer
from workflows.machine.errors import BadForm, Barred, Refused, Unknown
from workflows.machine.events import Outcome
from workflows.machine.laws import said
from workflows.machine.machine import Machine
from workflows.machine.words import field_title, listed, queue_title, spoken

_NAMED = re.compile(r"\bdata\.([a-z0-9_]+)")


@dataclass(frozen=True, kw_only=True)
class Foresight:
    """One outcome, as it would go now."""

    does: str = ""  #: what the step would do: `writes the answer letter and closes the case in 10 days`
    wrong: Mapping[str, str] = field(
        default_factory=dict
    )  #: fields that are missing or wrong, each with what would be right
    not_yet: str | None = None  #: what else stands against it, with what is filled in
    earliest: date | None = None  #: where a law bars it: the first day on which all of them allow it
    bars: tuple[str, ...] = ()  #: the ids of the rules that bar it


def foreseen(machine: Machine, case: Case, event: Outcome, *, facts: Mapping[str, Any], at: datetime) -> Foresight:
    """What the outcome would do at this moment; the case stays as it is."""
    try:
        then, step = machine.fire(case, event, facts, at)
    except BadForm as bad:
        fields = dict(bad.facts.get("fields") or {})
        return Foresight(wrong=fields, not_yet=None if fields else bad.sentence)
    except Barred as barred:
        return Foresight(
            not_yet=barred.sentence, earliest=barred.facts.get("earliest"), bars=tuple(barred.facts.get("rules", ()))
        )
    except Unknown as unknown:
        return Foresight(not_yet=_asked_for(machine, case, event) or unknown.sentence)
    except Refused as refused:
        return Foresight(not_yet=refused.sentence)
    return Foresight(does=listed(deeds) if (deeds := tuple(dict.fromkeys(_deeds(machine, then, step)))) else "")


def _asked_for(machine: Machine, case: Case, event: Outcome) -> str | None:
    """What the outcome's guard asks for, in the words of the form."""
    task = case.task(event.run)
    plan = machine.setting.plan.states[task.state].task if task is not None else None
    guard = plan.spec.outcomes[event.outcome].guard if plan is not None else None
    if not guard:
        return None
    words = _NAMED.sub(lambda found: f"“{field_title(machine.definition, found.group(1))}”", guard)
    for sign, word in (("&&", "and"), ("||", "or"), ("==", "is")):
        words = words.replace(sign, word)
    return f"with what is filled in it is not open: it asks for {words}"


def _deeds(machine: Machine, then: Case, step: fx.Step) -> Iterator[str]:
    yield from (f"records “{what}”" for what, day in step.happened.items() if day and not what.startswith("letter "))
    for effect in step.effects:
        match effect:
            case fx.RunAction(action=name, args=args) if deed := spoken(machine.setting.compiled, name, args):
                yield deed
            case fx.JoinList(list=name):
                yield f"puts it on the list “{machine.setting.compiled.lists[name].title}”"
            case fx.OpenChild(case=name):
                yield f"opens a case “{title_of(name)}”"
            case fx.Notify(to=to):
                yield f"tells {listed(title_of(each).lower() for each in to)}"
            case fx.OpenTask(task=task):
                due = f", due {said(task.due.astimezone(machine.setting.calendar.zone).date())}" if task.due else ""
                yield f"opens “{task.title}” for {queue_title(machine.setting.compiled, task.queue)}{due}"
    yield from _ends(machine, then, step)


def _ends(machine: Machine, then: Case, step: fx.Step) -> Iterator[str]:
    """How it goes on after the step where no task is open: the end, a day on which time takes it on, or a state."""
    if not then.is_open:
        yield "closes the case"
        return
    if then.tasks or then.lines or then.children:
        return
    timer = _next(then, step)
    if timer is not None:
        zone = machine.setting.calendar.zone
        days = (timer.due.astimezone(zone).date() - step.at.astimezone(zone).date()).days
        when = f"in {days} {'day' if days == 1 else 'days'}" if days else "today"
        yield f"{_leads(machine, timer)} {when} ({said(timer.due.astimezone(zone).date())})"
    elif step.entered:
        titles = [machine.setting.plan.states[path].title for path in then.state]
        yield f"goes on to {listed(f'“{title}”' for title in titles)}"


def _next(then: Case, step: fx.Step) -> Timer | None:
    armed = {effect.timer.name for effect in step.effects if isinstance(effect, fx.ArmTimer)}
    running = [timer for timer in then.timers if timer.kind in ("after", "at") and timer.name in armed]
    return min((timer for timer in running if timer.frozen_at is None), key=lambda timer: timer.due, default=None)


def _leads(machine: Machine, timer: Timer) -> str:
    """What happens when the timer's time has come."""
    chart = machine.setting.chart
    for transition in chart.reactions(chart.by_path[timer.state], f"timer/{timer.name}"):
        if transition.targets:
            plan = machine.setting.plan.states.get(transition.targets[0].path)
            if plan is not None:
                return "closes the case" if plan.final else f"goes on to “{plan.title}”"
    return "looks again"
