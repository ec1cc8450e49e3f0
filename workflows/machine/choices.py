"""What a person may choose at the end of a task: each outcome with what it will do, or why it is not open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from definitions.catalogue import actions
from definitions.language.expand import title_of
from definitions.language.forms import fields_of
from definitions.language.model import Action
from definitions.language.sentences import listed, say
from workflows.machine.case import Case
from workflows.machine.errors import Refused
from workflows.machine.events import Outcome
from workflows.machine.machine import Machine
from workflows.machine.people import check_limit, check_reason
from workflows.machine.plan import StatePlan, TaskPlan
from workflows.machine.run import Run
from workflows.machine.states import ChartState
from workflows.machine.words import queue_title, spoken


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One outcome of a task."""

    outcome: str
    title: str
    help: str | None
    does: str  #: `prints the answer letter, closes the case in 10 days`
    refused: str | None  #: why it is not open to this person now
    earliest: date | None  #: where a law bars it: the first day on which all of them allow it, if that is known
    fields: tuple[str, ...]  #: fields that only this outcome asks for


def choices(machine: Machine, case: Case, run: int, *, by: str, facts: Mapping[str, Any], at: datetime) -> list[Choice]:
    """The outcomes of an open task in the order of the definition; facts as far as they are known."""
    task = case.task(run)
    if task is None:
        return []
    plan = machine.setting.plan.states[task.state].task
    assert plan is not None
    return [_choice(machine, case, run, task.state, plan, key, by, facts, at) for key in plan.spec.outcomes]


def _choice(
    machine: Machine,
    case: Case,
    run: int,
    path: str,
    plan: TaskPlan,
    key: str,
    by: str,
    facts: Mapping[str, Any],
    at: datetime,
) -> Choice:
    outcome = plan.spec.outcomes[key]
    leads = _target(machine, path, key)
    refusal = _refusal(machine, case, run, key, by, facts, at, leads)
    return Choice(
        outcome=key,
        title=outcome.title or title_of(key),
        help=outcome.help,
        does=listed(deeds) if (deeds := tuple(_deeds(machine, outcome.actions, leads))) else "",
        refused=refusal.sentence if refusal is not None else None,
        earliest=refusal.facts.get("earliest") if refusal is not None else None,
        fields=tuple(outcome.form),
    )


def _target(machine: Machine, path: str, key: str) -> StatePlan | None:
    chart = machine.setting.chart
    for transition in chart.reactions(chart.by_path[path], f"outcome/{path}/{key}"):
        if transition.targets:
            return _entered(machine, transition.targets[0])
    return None


def _entered(machine: Machine, state: ChartState) -> StatePlan | None:
    """What a person will see next: of a state with states inside, the one that is entered first."""
    while state.kind == "compound" and state.default is not None and not machine.setting.plan.states[state.path].entry:
        state = state.default.targets[0]
    return machine.setting.plan.states.get(state.path)


def _deeds(machine: Machine, on_the_way: tuple[Action, ...], leads: StatePlan | None) -> Iterator[str]:
    for action in (*on_the_way, *(leads.entry if leads else ())):
        known = actions.signature(action.action)
        if known is not None and known.compute is not None:
            continue  # how an amount is found is not what the outcome does
        if said := spoken(machine.setting.compiled, action.action, action.with_):
            yield said
    if leads is None:
        return
    if leads.final:
        yield say("closes the case")
    elif leads.task is not None:
        spec = leads.task.spec
        queue = getattr(spec, "crew", None) or spec.queue
        opens = say(
            "opens “%(task)s” for %(queue)s", task=spec.title, queue=queue_title(machine.setting.compiled, queue)
        )
        yield say("%(opens)s, due in %(span)s", opens=opens, span=spec.due.told()) if spec.due else opens
    elif (waits := _waits(machine, leads)) is not None:
        yield waits
    else:
        yield say("goes on to “%(state)s”", state=leads.title)


def _waits(machine: Machine, leads: StatePlan) -> str | None:
    """Where time alone takes the case on from there: `closes the case in 10 days`."""
    timer = next((timer for timer in leads.timers if timer.after is not None), None)
    if timer is None or timer.after is None or leads.list is not None or leads.invoke is not None:
        return None
    chart = machine.setting.chart
    for transition in chart.reactions(chart.by_path[leads.path], f"timer/{timer.name}"):
        after = machine.setting.plan.states.get(transition.targets[0].path) if transition.targets else None
        if after is not None:
            goes = say("closes the case") if after.final else say("goes on to “%(state)s”", state=after.title)
            return say("%(goes)s in %(span)s", goes=goes, span=timer.after.told())
    return None


def _asks_for_amount(machine: Machine, state: StatePlan, key: str) -> bool:
    """Whether the form can still change the amount that the outcome's limit is about."""
    assert state.task is not None
    spec = state.task.spec
    outcome = spec.outcomes[key]
    return outcome.limit_of in fields_of(spec.form | outcome.form, machine.definition.data)


def _refusal(
    machine: Machine,
    case: Case,
    run: int,
    key: str,
    by: str,
    facts: Mapping[str, Any],
    at: datetime,
    leads: StatePlan | None,
) -> Refused | None:
    try:
        machine.accepts(case, Outcome(run=run, outcome=key, by=by, checked_at=at.isoformat()))
        task = case.task(run)
        state = machine.setting.plan.states[task.state] if task is not None else None
        asked = machine.facts_for(case, Outcome(run=run, outcome=key, by=by))
        if state is not None and set(asked) <= facts.keys():
            now = Run(machine.setting, case, by=by, at=at, facts=facts)
            check_reason(now, state, key)
            if not _asks_for_amount(machine, state, key):
                check_limit(now, state, key)
        if leads is not None and set(machine.setting.law_facts_of(leads)) <= set(facts):
            Run(machine.setting, case, by=by, at=at, facts=facts).check_bars(leads)
    except Refused as refused:
        return refused
    return None
