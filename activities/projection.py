"""A step of the machine as what its transaction writes: the one local activity between a click and its answer."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy.exc import IntegrityError, NoResultFound
from sqlmodel import Session
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.orders import snapshot
from activities.world import Pulse
from definitions.language.model import WorkOrder
from definitions.language.sentences import beside
from store import projection, writes
from store.clock import district_now
from store.engine import Store
from store.queries.letters import post
from store.tables.cases import PRIORITIES
from store.writes import (
    AuditWrite,
    CaseWrite,
    EffectWrite,
    KeyWrite,
    ListJoin,
    ListLeave,
    StepWrite,
    TaskClose,
    TaskWrite,
)
from workflows.machine import case as cases
from workflows.machine.case import Case, Task
from workflows.machine.effects import (
    ArmTimer,
    ChangeTask,
    CloseTask,
    JoinList,
    LeaveList,
    OpenTask,
    Step,
)
from workflows.machine.lines import ON_LIST, SAID, TAKEN_OFF, TAKEN_OFF_UNTIL
from workflows.machine.machine import Machine, machine_of
from workflows.machine.plan import TaskPlan
from workflows.machine.why import why
from workflows.messages import REPAIR, WRITE_STEP, StepWritten, Taken, WriteResult
from workflows.outgoing import effects_of

LONGEST_SECONDS = 8.0  #: less than the 10 s after which the server gives the workflow task to another worker
TRIES = 3  #: of a write that the database calls contradictory, which another writer's key may have caused

TAKEN: TypeAdapter[Taken] = TypeAdapter(Taken)
STEP_WRITTEN: TypeAdapter[StepWritten] = TypeAdapter(StepWritten)


@dataclass(frozen=True, kw_only=True)
class Projection:
    """The activity that writes steps."""

    store: Store
    pulse: Pulse = field(default_factory=Pulse)

    @activity.defn(name=WRITE_STEP)
    def write(self, written: StepWritten, content: bytes) -> WriteResult:
        """What became of the step's transaction."""
        began = time.monotonic()
        self.pulse.beat()
        machine = machine_of(content)
        try:
            with self.store.writing() as session:
                result = projection.write_step(session, step_write(session, machine, written))
                _posted(session, machine, written)
                if time.monotonic() - began > LONGEST_SECONDS:
                    # By now another worker may have decided this step otherwise: what is not certain is not committed.
                    session.rollback()
                    raise ApplicationError("the database was slow", type="too-slow")
        except projection.StaleStepError as stale:
            raise ApplicationError(str(stale), type=stale.code, non_retryable=True) from None
        except (IntegrityError, NoResultFound) as wrong:
            # The error's own text shows values.
            final = activity.info().attempt >= TRIES
            raise ApplicationError(type(wrong).__name__, type="cannot-be-written", non_retryable=final) from None
        return _answer(result)

    @activity.defn(name=REPAIR)
    def repair(self, case: Case, content: bytes) -> int:
        """How many steps were put back that the case's history does not hold; its row and tasks are then what it says."""
        machine = machine_of(content)
        with self.store.writing() as session:
            orphans = projection.drop_orphans(session, case.id, case.step, district_now(session))
            tasks = task_writes(session, machine, case, None)
            projection.repair_case(session, case_write(machine, case), case.step, tasks)
        return orphans


def _posted(session: Session, machine: Machine, written: StepWritten) -> None:
    """Notices that a crew says it has left at the property (`record: letter NAME posted`) are delivered on that day."""
    step = written.step
    if not any(isinstance(effect, CloseTask) and effect.how == "completed" for effect in step.effects):
        return
    today = step.at.astimezone(machine.setting.compiled.calendar.zone).date()
    for what, on in written.case.happened.items():
        kind, _, rest = what.partition(" ")
        if kind == "letter" and rest.endswith(" posted") and on == today.isoformat():
            post(session, written.case.id, rest.removesuffix(" posted"), today)


def step_write(session: Session, machine: Machine, written: StepWritten) -> StepWrite:
    """The step as rows: the case, its open and closed tasks, effects, lists, audit and key."""
    case, step = written.case, written.step
    digest = hashlib.sha256(STEP_WRITTEN.dump_json(written)).hexdigest()
    return StepWrite(
        case=case_write(machine, case),
        step_no=step.number,
        # The digest is part of the act: the same act, decided again after a worker's death, may have found other facts.
        act=f"{written.act}#{digest[:16]}",
        hold_version=case.hold_version,
        event=step.event,
        by=step.by,
        states_left=step.left,
        states_entered=step.entered,
        changes=step.changes,
        facts=step.facts,
        rules=step.rules,
        rule=written.audit.rule if written.audit else None,
        digest=digest,
        note=step.note,
        detail=_detail(step),
        open_tasks=task_writes(session, machine, case, step),
        closed_tasks=_closed(step),
        effects=tuple(
            EffectWrite(
                no=effect.number,
                kind="action",
                name=effect.action,
                payload={"args": effect.args, "state": effect.state},
            )
            for effect in effects_of(case, step)
        ),
        joins=tuple(
            ListJoin(
                list_name=effect.list,
                state=effect.state,
                columns=dict(effect.columns),
                why=[{name: value for name, value in each.items() if name != SAID} for each in effect.why],
                why_said=[each.get(SAID) for each in effect.why],
            )
            for effect in step.effects
            if isinstance(effect, JoinList)
        ),
        leaves=tuple(_leave(step, effect) for effect in step.effects if isinstance(effect, LeaveList)),
        audit=_audit(written),
        key=_key(written),
    )


def case_write(machine: Machine, case: Case) -> CaseWrite:
    """The case's row."""
    sla = case.sla
    # A clock that stands still has no due time yet: what was promised moves by as long as it stands.
    due = sla.due if sla and sla.stopped_at is None and sla.paused_at is None else None
    waits = why(machine, case, case.at)
    return CaseWrite(
        id=case.id,
        definition=case.definition,
        version=case.version,
        rules_version=case.rules,
        account_id=case.account,
        applicant_id=machine.applicant_in(case.data),
        title=machine.definition.title,
        state=case.state,
        opened_at=case.opened_at,
        at=case.at,
        closed_at=case.closed_at,
        outcome=case.outcome,
        next_due=machine.next_due(case),
        why=waits,
        why_said=beside(waits),
        sla_due=due,
        sla_warn=sla.warn if sla and due else None,
        sla_late=sla.missed if sla else False,
        sla_stopped_at=sla.stopped_at if sla else None,
        open_key=_open_key(machine, case),
        snapshot=cases.to_json(case),
    )


def _open_key(machine: Machine, case: Case) -> str | None:
    """What no second open case of its type may have: the value of the field that its definition names."""
    field = machine.definition.one_open_per
    if field is None or not case.is_open or case.data.get(field) is None:
        return None
    value = case.data[field]
    identity = value.get("id") if isinstance(value, Mapping) else value
    digest = hashlib.sha256(str(identity).encode()).hexdigest()
    return f"{case.definition}:{digest[:32]}"  # the value may be somebody's name


def task_writes(session: Session, machine: Machine, case: Case, step: Step | None) -> tuple[TaskWrite, ...]:
    """The rows of all tasks that are open after the step; without a step, as if each had just opened."""
    opened = {effect.task.run for effect in step.effects if isinstance(effect, OpenTask)} if step else set()
    changed = {effect.task.run: effect for effect in step.effects if isinstance(effect, ChangeTask)} if step else {}
    return tuple(
        _task(session, machine, case, task, is_new=step is None or task.run in opened, change=changed.get(task.run))
        for task in case.tasks
        if task.outcome is None
    )


def _task(
    session: Session, machine: Machine, case: Case, task: Task, *, is_new: bool, change: ChangeTask | None
) -> TaskWrite:
    plan = machine.setting.plan.states[task.state].task
    assert plan is not None, f"{task.state} has a task"
    given = is_new or (change is not None and change.release)
    crews = machine.setting.compiled.district.crews
    return TaskWrite(
        run=task.run,
        name=task.name,
        place=task.state,
        kind=task.kind,
        work_kind=_work_kind(plan),
        title=task.title,
        queue=task.queue,
        crew=task.queue if task.queue in crews else None,
        users=task.users,
        priority=PRIORITIES[task.priority],
        due_at=task.due,
        follow_up_at=task.follow_up,
        opened_at=task.opened_at,
        opened_step=case.step if is_new else 0,
        suspended_at=task.suspended_at,
        clock_stops=task.clock_stops,
        escalated=task.escalated,
        item=task.item,
        item_no=task.index,
        snapshot=snapshot(session, case, task) if task.kind == "work-order" and is_new else None,
        skippable=plan.spec.skippable,
        repeatable=plan.spec.repeatable,
        check_at_site=isinstance(plan.spec, WorkOrder) and bool(plan.spec.check_at_site),
        not_by=plan.spec.not_by,
        changed=is_new or change is not None,
        assign=task.assignee if given else None,
        release=change is not None and change.release,
    )


def _work_kind(plan: TaskPlan) -> str | None:
    return (plan.spec.kind or plan.name) if isinstance(plan.spec, WorkOrder) else None


def _closed(step: Step) -> tuple[TaskClose, ...]:
    # A task that opens and closes within one step was never there.
    opened = {effect.task.run for effect in step.effects if isinstance(effect, OpenTask)}
    return tuple(
        TaskClose(
            run=effect.run,
            how=effect.how,
            by=effect.by or step.by,
            outcome=effect.outcome,
            reason=effect.reason,
            reason_said=effect.reason_said,
            form=dict(effect.form) or None,
        )
        for effect in step.effects
        if isinstance(effect, CloseTask) and effect.run not in opened
    )


def _leave(step: Step, effect: LeaveList) -> ListLeave:
    return ListLeave(
        list_name=effect.list,
        status=effect.how,
        by=step.by,
        reason=effect.because or (step.event if effect.how == "left" else None),
        reason_said=effect.because_said,
        excluded_until=effect.until,
    )


def _detail(step: Step) -> Mapping[str, Any] | None:
    timers = [
        {"name": effect.timer.name, "due": effect.timer.due.isoformat()}
        for effect in step.effects
        if isinstance(effect, ArmTimer)
    ]
    # What a law counts from, and the holds: so that the step can be decided again from what was written.
    told = {"timers": timers, "happened": dict(step.happened)}
    detail: dict[str, Any] = {name: value for name, value in told.items() if value}
    if step.holds is not None:
        detail["holds"] = dict(step.holds)
    if step.note_said is not None:
        detail["note"] = step.note_said
    return detail or None


def _audit(written: StepWritten) -> tuple[AuditWrite, ...]:
    audit = written.audit
    if audit is None:
        return ()
    return (
        AuditWrite(
            person=written.step.by,
            act=audit.act,
            object_kind=audit.object_kind,
            object_id=audit.object_id,
            rule=audit.rule,
            sentence=audit.sentence,
            said=audit.said,
        ),
    )


def _key(written: StepWritten) -> KeyWrite | None:
    key = written.key
    if key is None:
        return None
    answer = TAKEN.dump_python(written.taken, mode="json")
    return KeyWrite(person=key.person, key=key.key, digest=key.digest, status=key.status, response=answer)


def _answer(result: writes.Written) -> WriteResult:
    match result:
        case writes.HoldsChanged(version=version, holds=holds):
            return WriteResult(kind="holds-changed", version=version, holds=holds)
        case writes.KeyUsed(digest=digest, response=response):
            # Acts that are SQL alone keep their answers in another shape.
            is_step = isinstance(response, dict) and "state" in response
            return WriteResult(
                kind="key-used", digest=digest, taken=TAKEN.validate_python(response) if is_step else None
            )
        case writes.OnList(list_name=name, excluded_until=None):
            return WriteResult(kind="facts-found", facts={ON_LIST: name})
        case writes.OnList(list_name=name, excluded_until=until):
            return WriteResult(
                kind="facts-found", facts={TAKEN_OFF: name, TAKEN_OFF_UNTIL: until.isoformat() if until else None}
            )
        case writes.AlreadyOpen(case=other):
            return WriteResult(kind="already-open", case=other)
        case writes.StepResult():
            return WriteResult(kind="written")
