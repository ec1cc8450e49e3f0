"""What a person may do with a task: separation of duties, limits, forms, suspension, the check at the curb."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from definitions.language.forms import checked, fields_of, fields_said
from definitions.language.model import WorkOrder
from definitions.language.sentences import say
from workflows.machine.case import Case, Task
from workflows.machine.effects import Step
from workflows.machine.errors import BadForm, Barred, NotAllowed, Unknown
from workflows.machine.events import Message, Outcome, Overridden, TaskResumed, TaskSuspended
from workflows.machine.finish import finished
from workflows.machine.guards import holds
from workflows.machine.host import still
from workflows.machine.plan import StatePlan, TaskPlan

if TYPE_CHECKING:
    from workflows.machine.run import Run
    from workflows.machine.setting import Setting


def check_duties(setting: Setting, plan: TaskPlan, case: Case, doing: tuple[str, ...]) -> None:
    """Raises NotAllowed when somebody who did or helped with a task that `not-by` names would do this one."""
    for name in plan.spec.not_by:
        for person in doing:
            if person in case.people.get(name, ()):
                raise NotAllowed(
                    say(
                        "“%(title)s” is not done by whoever did “%(name)s” in this case (separation of duties)",
                        title=plan.spec.title,
                        name=setting.task_title(name),
                    ),
                    not_by=name,
                    person=person,
                )


def is_checked(plan: TaskPlan, chosen: str) -> bool:
    """Whether the reason for a work order is asked once more before it is closed with this outcome."""
    spec = plan.spec
    return isinstance(spec, WorkOrder) and bool(spec.check_at_site) and not spec.outcomes[chosen].unchecked


def check_site(plan: TaskPlan, task: Task, chosen: str) -> None:
    """Raises NotAllowed when an order that must be checked at the curb comes without a fresh check."""
    if is_checked(plan, chosen):
        raise NotAllowed(
            say("“%(task)s” is closed only after a fresh check at the curb", task=task.title), task=task.run
        )


def check_reason(run: Run, plan: StatePlan, chosen: str) -> None:
    """Raises Barred when the reason for the order is gone, or a hold or a law bars what it leads to, at this moment.

    Of several orders of one state each is asked, not only the last, which takes the case on."""
    assert plan.task is not None
    spec = plan.task.spec
    if not isinstance(spec, WorkOrder) or not is_checked(plan.task, chosen):
        return
    if isinstance(spec.check_at_site, str) and not holds(run, spec.check_at_site):
        raise Barred(
            say(
                "do not go on with “%(title)s”: “%(check)s” no longer holds",
                title=spec.title,
                check=spec.check_at_site,
            ),
            state=plan.path,
            outcome=chosen,
        )
    for path in run.setting.entered_by(plan.path, f"outcome/{plan.path}/{chosen}"):
        run.check_bars(run.setting.plan.states[path])


def check_override(setting: Setting, event: Overridden) -> None:
    """Raises NotAllowed for a rule that nobody may override, or when one person would be two."""
    for rule in event.rules:
        roles = setting.binding.override_by(rule)
        if roles is None:
            raise Unknown(say('no rule of this case is called "%(rule)s"', rule=rule), rule=rule)
        if not roles:
            raise NotAllowed(say("%(rule)s is not a rule that anybody may override", rule=rule), rule=rule)
    if not event.rules:
        raise Unknown(say("say which rule is to be overridden"))
    if event.by == event.approved_by:
        raise NotAllowed(say("a second person must agree to the override"), person=event.by)


def overridden(run: Run, event: Overridden) -> tuple[Case, Step]:
    """The step after which the district's rules do not bind, the next time that they would."""
    why = say("%(reason)s (%(who)s, with %(other)s)", reason=event.reason, who=event.by, other=event.approved_by)
    run.overrides |= dict.fromkeys(event.rules, str(why))
    run.note = why
    return finished(run, still(run.case), f"override {', '.join(event.rules)}")


def filled(run: Run, plan: StatePlan, event: Outcome) -> Mapping[str, Any]:
    """The form's values, checked and stored in the run's data; raises BadForm with a sentence for each wrong field."""
    assert plan.task is not None
    spec = plan.task.spec
    fields = fields_of(spec.form | spec.outcomes[event.outcome].form, run.setting.definition.data)
    values, wrong = checked(fields, event.form)
    if wrong:
        listed = fields_said(wrong)
        raise BadForm(
            say("the form of “%(title)s” is not right yet: %(listed)s", title=spec.title, listed=listed), fields=wrong
        )
    task = run.case.task(event.run)
    for name, value in values.items():
        collected = task is not None and task.index is not None and fields[name].many is False and _collects(run, name)
        run.data[name] = [*run.data.get(name, []), value] if collected else value
    return values


def _collects(run: Run, name: str) -> bool:
    """With `each`, a field that `data` declares as a list collects one value from each instance."""
    field = run.setting.definition.data.get(name)
    return field is not None and field.many


def check_limit(run: Run, plan: StatePlan, chosen: str) -> None:
    """Raises NotAllowed when the amount is above the person's approval limit."""
    assert plan.task is not None
    outcome = plan.task.spec.outcomes[chosen]
    if outcome.limit is None or outcome.limit_of is None:
        return
    amount, limit = run.data.get(outcome.limit_of), run.facts.get(f"limit.{outcome.limit}")
    if amount is not None and (limit is None or Decimal(str(amount)) > Decimal(str(limit))):
        allowed = f"${limit}" if limit is not None else say("nothing")
        raise NotAllowed(
            say(
                "$%(amount)s is above your limit for %(limit)s (%(allowed)s); hand the task to somebody with "
                "a higher one",
                amount=amount,
                limit=outcome.limit,
                allowed=allowed,
            ),
            limit=limit,
            amount=amount,
        )


def message_data(setting: Setting, event: Message) -> Mapping[str, Any]:
    """The message's data in the shape that guards see; raises BadForm where it does not fit what `messages` declares."""
    declared = setting.definition.messages.get(event.name)
    if declared is None:
        return event.data
    values, wrong = checked(declared, event.data)
    if wrong:
        listed = fields_said(wrong)
        raise BadForm(
            say("the data of %(name)s are not right: %(listed)s", name=event.name, listed=listed), fields=wrong
        )
    return values


def paused(run: Run, event: TaskSuspended | TaskResumed) -> tuple[Case, Step]:
    """A task is put aside or goes on; when its clock stopped, its due date and escalations move by as long as it lay."""
    task = run.case.task(event.run)
    assert task is not None
    if isinstance(event, TaskSuspended):
        run.note = event.reason
        run.change_task(replace(task, suspended_at=run.at, clock_stops=event.clock_stops), reason=event.reason)
        if event.clock_stops:
            run.timers = [
                replace(timer, frozen_at=run.at, hold="suspended")
                if timer.run == task.run and not timer.frozen_at
                else timer
                for timer in run.timers
            ]
        label = f"suspended {task.name}"
    else:
        assert task.suspended_at is not None
        lay = run.at - task.suspended_at
        due = task.due + lay if task.due is not None and task.clock_stops else task.due
        run.change_task(replace(task, suspended_at=None, clock_stops=False, due=due))
        for timer in list(run.timers):
            if timer.run == task.run and timer.hold == "suspended":
                run.arm(replace(timer, due=timer.due + lay, frozen_at=None, hold=None))
        label = f"resumed {task.name}"
    return finished(run, still(run.case), label)
