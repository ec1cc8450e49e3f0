"""Holds on the account, as they change: what they do to running timers and open field work, and the events they raise."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from definitions.language.sentences import say
from workflows.machine import effects as fx
from workflows.machine import interpreter
from workflows.machine.case import Case, Timer
from workflows.machine.errors import Barred
from workflows.machine.events import HoldsChanged
from workflows.machine.finish import finished
from workflows.machine.host import Host, still
from workflows.machine.run import Run

HELD, RELEASED = "held", "released"  #: events that a case raises for itself
RELEASED_LATER = "released/later"  #: the timer that raises it again where its way was barred


def change_holds(run: Run, event: HoldsChanged) -> tuple[Case, fx.Step]:
    """The step in which the case takes down the account's holds as they are now.

    A hold placed freezes timers and recalls field work (and letters, where its rule says so) at once and raises `held`; the
    last one released lets them go on and raises `released`.
    """
    case = replace(run.case, hold_version=event.version)
    placed = [hold for hold in event.holds if hold not in case.holds]
    released = [hold for hold in case.holds if hold not in event.holds]
    _taken_down(run, case, event)
    concerned = [hold for hold in (*placed, *released) if hold in run.setting.definition.holds]
    still_held = any(hold in run.setting.definition.holds for hold in event.holds)
    name = HELD if placed and still_held else RELEASED if released and not still_held else None
    label = f"holds {', '.join(event.holds) or 'none'}"
    if name is None or not concerned:
        return finished(run, still(run.case), label)
    run.event = {"hold": concerned[0]}
    try:
        outcome = interpreter.fire(run.setting.chart, run.case.state, run.case.history, name, Host(run))
    except Barred as barred:
        return _without_way(run, case, event, barred, label, again=name == RELEASED)
    if released and not run.is_recalled():
        _send_again(run, outcome.configuration)
    return finished(run, outcome, label)


def _taken_down(run: Run, case: Case, event: HoldsChanged) -> None:
    """What holds do by themselves, whatever event they raise: timers stand still or go on, field work comes back."""
    run.case = case
    run.holds = event.holds
    for hold in event.holds:
        if hold not in case.holds and run.setting.hold_effect(hold) == "freeze":
            run.setting.clocks.freeze(run, hold)
    if run.is_recalled():
        _recall(run)
    rules = run.setting.definition.holds
    if any(hold not in case.holds and hold in rules and rules[hold].recall_letters for hold in event.holds):
        run.effects.append(fx.RunAction(action="recall-letters", args={"reason": say("the account is held")}, state=""))
    for hold in case.holds:
        if hold not in event.holds:
            _release(run, hold)


def _without_way(
    failed: Run, case: Case, event: HoldsChanged, barred: Barred, label: str, *, again: bool
) -> tuple[Case, fx.Step]:
    """Holds are taken down whatever they lead to: where a law or a list bars that way, the case stays, and tries again."""
    run = Run(failed.setting, case, by=failed.by, at=failed.at, facts=failed.facts)
    _taken_down(run, case, event)
    run.note = barred.sentence
    if again:
        earliest = barred.facts.get("earliest")
        due = run.setting.opening(earliest) if earliest else run.at
        due = due if due > run.at else run.at + timedelta(days=1)
        run.arm(Timer(name=RELEASED_LATER, kind="after", state=case.state[0], due=due, armed_at=run.at))
    return finished(run, still(case), label)


def _recall(run: Run) -> None:
    for task in list(run.tasks):
        if task.kind == "work-order" and task.outcome is None:
            run.effects.append(fx.recalled(task, say("recalled: the account is held")))
            run.cancel_timers(run=task.run)
            run.tasks.remove(task)


def _release(run: Run, hold: str) -> None:
    match run.setting.hold_effect(hold):
        case "freeze":
            run.setting.clocks.thaw(run, hold)
        case "extend":
            run.setting.clocks.extend(run)
        case "restart":
            run.setting.clocks.restart(run)
        case "none":
            pass


def _send_again(run: Run, configuration: tuple[str, ...]) -> None:
    """Field work that a hold recalled is opened again where the case still waits for it."""
    for path in configuration:
        plan = run.setting.plan.states.get(path)
        if plan is not None and plan.task is not None and not any(task.state == path for task in run.tasks):
            run.open_work(plan)
