"""What an outcome, or an effect's answer, would do if it came now: the step is decided and thrown away.

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
from definitions.language.sentences import AND, OR, joined, listed, quoted, say, say_many
from workflows.machine import effects as fx
from workflows.machine.case import Case, Timer
from workflows.machine.errors import BadForm, Barred, Refused, Unknown
from workflows.machine.events import Outcome, Replied
from workflows.machine.machine import Machine
from workflows.machine.words import field_title, queue_title, spoken

_NAMED = re.compile(r"\bdata\.([a-z0-9_]+)")
_SIGN = re.compile(r"(&&|\|\||==)")
_SIGNS = {"&&": AND, "||": OR, "==": say("%(first)s is %(next)s")}


@dataclass(frozen=True, kw_only=True)
class Foresight:
    """One outcome or answer, as it would go now."""

    does: str = ""  #: what the step would do: `writes the answer letter and closes the case in 10 days`
    wrong: Mapping[str, str] = field(
        default_factory=dict
    )  #: fields that are missing or wrong, each with what would be right
    not_yet: str | None = None  #: what else stands against it, with what is filled in
    earliest: date | None = None  #: where a law bars it: the first day on which all of them allow it
    bars: tuple[str, ...] = ()  #: the ids of the rules that bar it


def foreseen(
    machine: Machine, case: Case, event: Outcome | Replied, *, facts: Mapping[str, Any], at: datetime
) -> Foresight:
    """What the outcome or answer would do at this moment; the case stays as it is."""
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
        asked_for = _asked_for(machine, case, event) if isinstance(event, Outcome) else None
        return Foresight(not_yet=asked_for or unknown.sentence)
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
    words = _NAMED.sub(lambda found: quoted(field_title(machine.definition, found.group(1))), guard)
    first, *others = (part.strip() for part in _SIGN.split(words))
    asked: str = first
    for sign, part in zip(others[::2], others[1::2], strict=True):
        asked = joined([asked, part], _SIGNS[sign])
    return say("with what is filled in it is not open: it asks for %(asked)s", asked=asked)


def _deeds(machine: Machine, then: Case, step: fx.Step) -> Iterator[str]:
    for what, day in step.happened.items():
        if day and not what.startswith("letter "):
            yield say("records “%(what)s”", what=what)
    for effect in step.effects:
        match effect:
            case fx.RunAction(action=name, args=args) if deed := spoken(machine.setting.compiled, name, args):
                yield deed
            case fx.JoinList(list=name):
                yield say("puts it on the list “%(list)s”", list=machine.setting.compiled.lists[name].title)
            case fx.OpenChild(case=name):
                yield say("opens a case “%(case)s”", case=title_of(name))
            case fx.Notify(to=to):
                yield say("tells %(people)s", people=listed(title_of(each).lower() for each in to))
            case fx.OpenTask(task=task):
                queue = queue_title(machine.setting.compiled, task.queue)
                opens = say("opens “%(task)s” for %(queue)s", task=task.title, queue=queue)
                due = task.due.astimezone(machine.setting.calendar.zone).date() if task.due else None
                yield say("%(opens)s, due %(day)s", opens=opens, day=due) if due else opens
    yield from _ends(machine, then, step)


def _ends(machine: Machine, then: Case, step: fx.Step) -> Iterator[str]:
    """How it goes on after the step where no task is open: the end, a day on which time takes it on, or a state."""
    if not then.is_open:
        yield say("closes the case")
        return
    if then.tasks or then.lines or then.children:
        return
    timer = _next(then, step)
    if timer is not None:
        zone = machine.setting.calendar.zone
        days = (timer.due.astimezone(zone).date() - step.at.astimezone(zone).date()).days
        goes, day = _leads(machine, timer), timer.due.astimezone(zone).date()
        if days:
            span = say_many("%(n)s day", "%(n)s days", days)
            yield say("%(goes)s in %(span)s (%(day)s)", goes=goes, span=span, day=day)
        else:
            yield say("%(goes)s today (%(day)s)", goes=goes, day=day)
    elif step.entered:
        titles = [machine.setting.plan.states[path].title for path in then.state]
        yield say("goes on to %(states)s", states=listed(quoted(title) for title in titles))


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
                return say("closes the case") if plan.final else say("goes on to “%(state)s”", state=plan.title)
    return say("looks again")
