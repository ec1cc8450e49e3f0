"""Taking an outcome back within a set time, while nothing irreversible has happened."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from definitions.catalogue import actions
from definitions.language.sentences import say
from workflows.machine import case as cases
from workflows.machine import effects as fx
from workflows.machine.case import Case, Task, Timer, Undo
from workflows.machine.errors import NotAllowed
from workflows.machine.events import TakenBack
from workflows.machine.finish import step_of

TAKEN_BACK: Final = say("taken back")

if TYPE_CHECKING:
    from workflows.machine.run import Run


def offered(run: Run, task: Task, result: tuple[Case, fx.Step]) -> tuple[Case, fx.Step]:
    """The result, with the way back noted where the task allows it and the step did nothing irreversible."""
    case, step = result
    plan = run.setting.plan.states[task.state].task
    assert plan is not None
    if plan.spec.take_back is None or not case.is_open or any(_irreversible(effect) for effect in step.effects):
        return result
    until = run.setting.add(plan.spec.take_back, run.at, "after")
    return replace(case, undo=Undo(run=task.run, by=run.by, until=until, before=cases.to_json(run.case))), step


def check(case: Case, run: int, by: str) -> None:
    """Raises NotAllowed when the outcome cannot be taken back by this person."""
    if case.undo is None or case.undo.run != run:
        raise NotAllowed(
            say("this outcome can no longer be taken back: the case has gone on, or it allows none"), task=run
        )
    if case.undo.by != by:
        raise NotAllowed(say("only whoever completed the task takes its outcome back"), task=run)


def taken_back(run: Run, event: TakenBack) -> tuple[Case, fx.Step]:
    """The case as it was before the outcome, its tasks opened again under new numbers; letters of that step are recalled."""
    now = run.case
    assert now.undo is not None
    if run.at > now.undo.until:
        raise NotAllowed(
            say(
                "the outcome could be taken back until %(until)s",
                until=now.undo.until.astimezone(run.setting.calendar.zone),
            ),
            task=event.run,
        )
    before = cases.from_json(now.undo.before)
    for task in now.tasks:
        if task.outcome is None and before.task(task.run) is None:
            run.effects.append(fx.recalled(task, TAKEN_BACK, by=event.by))
    for timer in now.timers:
        run.effects.append(fx.CancelTimer(name=timer.name, run=timer.run))
    tasks, timers = _opened_again(run, before)
    run.effects.append(fx.RunAction(action="recall-letters", args={"step": now.step}, state=""))
    for path in now.lines.keys() - before.lines.keys():
        listed = run.setting.plan.states[path].list
        assert listed is not None
        run.effects.append(fx.left(listed, path, TAKEN_BACK))
    run.left, run.entered = list(now.state), list(before.state)
    run.data = dict(before.data)
    run.happened = dict(before.happened)
    case = replace(before, tasks=tasks, timers=timers, step=now.step + 1, runs=run.runs, at=run.at, undo=None)
    return replace(case, holds=now.holds, hold_version=now.hold_version), step_of(run, f"taken back {event.run}")


def _opened_again(run: Run, before: Case) -> tuple[tuple[Task, ...], tuple[Timer, ...]]:
    """The tasks that the outcome closed get new numbers; their escalations follow them."""
    numbers: dict[int, int] = {}
    tasks = []
    still_open = {task.run for task in run.case.tasks if task.outcome is None}
    for task in before.tasks:
        if task.run in still_open:
            tasks.append(task)
            continue
        run.runs += 1
        numbers[task.run] = run.runs
        again = replace(task, run=run.runs)
        tasks.append(again)
        run.effects.append(fx.OpenTask(task=again))
    timers = tuple(
        replace(timer, run=numbers.get(timer.run, timer.run)) if timer.run else timer for timer in before.timers
    )
    run.effects.extend(fx.ArmTimer(timer=timer) for timer in timers)
    return tuple(tasks), timers


def _irreversible(effect: fx.Effect) -> bool:
    match effect:
        case fx.RunAction(action=name):
            signature = actions.signature(name)
            return signature is None or signature.irreversible
        case fx.SendMessage() | fx.OpenChild() | fx.LeaveList():
            return True
        case _:
            return False
