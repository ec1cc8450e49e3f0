"""The end of a step: the run frozen into the case as it is now, and what the step was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from definitions.language.sentences import beside, say
from workflows.machine import effects as fx
from workflows.machine.case import Case, Timer
from workflows.machine.errors import Barred

if TYPE_CHECKING:
    from workflows.machine.interpreter import Outcome
    from workflows.machine.run import Run


def finished(run: Run, outcome: Outcome, label: str) -> tuple[Case, fx.Step]:
    """The case after the step, and the step."""
    before = run.case
    history = run.remembered(before.state, outcome.history)
    if not outcome.finished:
        run.setting.clocks.follow(run, outcome.configuration)
    else:
        _wind_up(run)
    case = replace(
        before,
        account=before.account or run.setting.entity_in(run.data, "account"),  # one opened on the way, too
        state=outcome.configuration,
        history=history,
        data=run.data,
        tasks=tuple(run.tasks),
        timers=tuple(run.timers),
        people=run.people,
        holds=run.holds,
        happened=run.happened,
        deadlines=run.deadlines,
        children=run.children,
        lines=run.lines,
        floors=run.floors,
        overrides=run.overrides,
        sla=run.sla,
        undo=None,
        step=before.step + 1,
        runs=run.runs,
        at=run.at,
        closed_at=run.at if outcome.finished else None,
        outcome=_final(outcome.configuration) if outcome.finished else None,
    )
    return case, step_of(run, label)


def step_of(run: Run, label: str) -> fx.Step:
    """What the run was, as a step."""
    return fx.Step(
        number=run.case.step + 1,
        at=run.at,
        by=run.by,
        event=label,
        left=tuple(run.left),
        entered=tuple(run.entered),
        changes=run.changes(),
        facts=run.facts,
        rules=tuple(run.rules),
        note=run.note,
        note_said=beside(run.note),
        effects=tuple(run.effects),
        happened=_changes(run.case.happened, run.happened),
        holds=dict(run.holds) if run.case.step == 0 or run.holds != run.case.holds else None,
    )


def _changes(before: Mapping[str, str], now: Mapping[str, str]) -> dict[str, str | None]:
    changed: dict[str, str | None] = {name: day for name, day in now.items() if before.get(name) != day}
    return changed | {name: None for name in before if name not in now}


def refused(run: Run, timer: Timer, barred: Barred) -> tuple[Case, fx.Step]:
    """A timer whose way is barred: it comes back on the first day that is allowed, the refusal is taken down."""
    case = run.case
    earliest = barred.facts.get("earliest")
    due = run.setting.opening(earliest) if earliest else run.at + timedelta(days=1)
    if due <= run.at:
        due = run.at + timedelta(days=1)
    again = replace(timer, due=due, armed_at=run.at)
    timers = tuple(again if (each.name, each.run) == (timer.name, timer.run) else each for each in case.timers)
    step = fx.Step(
        number=case.step + 1,
        at=run.at,
        by=run.by,
        event=f"timer {timer.name} refused",
        left=(),
        entered=(),
        changes={},
        facts=run.facts,
        note=barred.sentence,
        note_said=beside(barred.sentence),
        effects=(fx.ArmTimer(timer=again),),
    )
    return replace(case, timers=timers, step=case.step + 1, at=run.at), step


def _wind_up(run: Run) -> None:
    """A closed case has no open work and no running timer."""
    for state in dict.fromkeys(task.state for task in run.tasks):
        run.close_work(state, say("the case is closed"))
    for timer in run.timers:
        run.effects.append(fx.CancelTimer(name=timer.name, run=timer.run))
    run.timers = []


def _final(configuration: tuple[str, ...]) -> str:
    return configuration[0].rpartition("/")[2] if configuration else "closed"
