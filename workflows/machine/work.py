"""Tasks: how they open, what their escalations do, and how many must be done before the case goes on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from definitions.language.model import Escalation, WorkOrder
from definitions.language.sentences import say
from workflows.machine import effects as fx
from workflows.machine.case import Task
from workflows.machine.plan import StatePlan, TaskPlan

if TYPE_CHECKING:
    from workflows.machine.run import Run

CLAIMED = "task.claimed"  #: the fact that an `unclaimed` escalation asks for


class Work:
    """Opens tasks and escalates them."""

    def tasks(self, run: Run, plan: StatePlan) -> Iterator[Task]:
        """The tasks that entering the state opens: one, or one for each item of a list."""
        assert plan.task is not None
        each = plan.task.spec.each
        if each is None:
            yield self._task(run, plan, plan.task, None, None)
            return
        items = run.setting.arguments.value(run, each) or []
        for index, item in enumerate(items):
            yield self._task(run, plan, plan.task, item, index)

    def _task(self, run: Run, plan: StatePlan, task: TaskPlan, item: Any, index: int | None) -> Task:
        run.runs += 1
        spec = task.spec
        return Task(
            run=run.runs,
            name=task.name,
            state=plan.path,
            kind="work-order" if task.kind == "work-order" else "task",
            title=spec.title,
            queue=spec.crew if isinstance(spec, WorkOrder) and spec.queue is None else spec.queue,
            users=spec.users,
            priority=spec.priority,
            opened_at=run.at,
            due=run.setting.add(spec.due, run.at, "due") if spec.due else None,
            follow_up=run.setting.add(spec.follow_up, run.at, "after") if spec.follow_up else None,
            item=item,
            index=index,
        )

    def escalate(self, run: Run, task: Task, escalation: Escalation) -> None:
        """One escalation step, unless what it looks for is not so (somebody has claimed the task)."""
        if escalation.when == "unclaimed" and run.facts.get(CLAIMED):
            run.note = say("somebody has claimed it: nothing to escalate")
            return
        changed = replace(
            task,
            priority=escalation.priority or task.priority,
            queue=escalation.queue or task.queue,
            users=() if escalation.queue else task.users,
            assignee=escalation.assign or (None if escalation.queue else task.assignee),
            escalated=task.escalated + 1,
        )
        run.change_task(
            changed, release=escalation.queue is not None or escalation.assign is not None, reason="escalation"
        )
        if escalation.notify:
            run.effects.append(fx.Notify(to=escalation.notify, about="escalation", run=task.run))
        if escalation.remind:
            run.effects.append(fx.Notify(to=("assignee",), about="reminder", run=task.run))


def decided(tasks: list[Task], plan: StatePlan) -> str | None:
    """With `each`: the chart's event once enough instances are done, or None while others are still waited for."""
    assert plan.task is not None
    outcomes = plan.task.spec.outcomes
    chosen = [task.outcome for task in tasks if task.state == plan.path]
    for key, outcome in outcomes.items():
        if outcome.needs == "any" and key in chosen:
            return f"outcome/{plan.path}/{key}"
    if None in chosen:
        return None
    if len(set(chosen)) == 1:
        return f"outcome/{plan.path}/{chosen[0]}"
    if plan.task.spec.mixed is not None:
        return f"mixed/{plan.path}"
    first = next(key for key in outcomes if key in chosen)
    return f"outcome/{plan.path}/{first}"
