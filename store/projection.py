"""The step transaction: a step's case, step, tasks, effects, postings, audit and key, all or nothing.

Keyed by (case, step, act). The same act again changes nothing. Another act at the same step means that the worker died
after SQL had committed and before history held the step: what that orphan wrote is put back, then the act is written.
This is the hot path: seven statements for a completion that opens a task, all prepared once (`store/statements.py`).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Executable, func, select
from sqlmodel import Session, col

from store.ledger import Entry, Line, lines_of
from store.queries.holds import standing_holds
from store.queries.keeping import Rows
from store.statements import STEPS, Statements, statements_for
from store.tables.cases import CaseArchive, CaseRow, Incident
from store.types import FAR_FUTURE
from store.writes import (
    AlreadyOpen,
    CaseWrite,
    HoldsChanged,
    KeyUsed,
    ListLeave,
    OnList,
    StepResult,
    StepWrite,
    TaskWrite,
    Written,
)


class ProjectionError(Exception):
    """A step that cannot be written; `code` is stable, the sentence is for people."""

    code = "projection"


class StaleStepError(ProjectionError):
    """Later steps stand already: whoever writes this one has been overtaken."""

    code = "stale-step"


def write_step(session: Session, write: StepWrite) -> Written:
    """What became of the step: written, repeated or replaced; or why nothing was written.

    Needs a session of `Store.writing`, which commits; where nothing is to be written it has been rolled back."""
    connection = session.connection()
    sql = statements_for(connection.dialect.name)
    taken = _taken(connection, sql, write)
    if taken is not None:
        session.rollback()
        return taken
    # First of what is written, because it locks the case: whoever writes the same step at the same time waits here.
    connection.execute(sql.case, _case_row(write))
    outcome = _standing(session, connection, sql, write)
    if outcome is not None and outcome.kind != "replaced":
        session.rollback()
        return outcome
    if outcome is not None:
        _put_back(connection, sql, write.case.id, write.step_no, write.case.at)
    _insert(connection, sql, write, replacing=outcome is not None)
    return outcome or StepResult(kind="written", result=write.result)


def drop_orphans(session: Session, case_id: str, after_step: int, at: datetime) -> int:
    """How many steps were put back that history does not hold; to be followed by `repair_case`."""
    connection = session.connection()
    sql = statements_for(connection.dialect.name)
    query = select(STEPS.c.step_no).where(STEPS.c.case_id == case_id, STEPS.c.step_no > after_step)
    orphans = sorted(connection.execute(query).scalars(), reverse=True)
    for step_no in orphans:
        _put_back(connection, sql, case_id, step_no, at)
    return len(orphans)


def repair_case(session: Session, case: CaseWrite, step_no: int, open_tasks: tuple[TaskWrite, ...]) -> None:
    """Make the read model of one case what its workflow says: for `headgate reconcile`. Claims and notes stay."""
    connection = session.connection()
    sql = statements_for(connection.dialect.name)
    repair = StepWrite(case=case, step_no=step_no, act="repair", event="repair", by="headgate")
    hold_version = connection.execute(sql.hold_version, {"case": case.id}).scalar_one_or_none()
    connection.execute(sql.case, {**_case_row(repair), "hold_version": hold_version or 0})
    ids = [f"{case.id}.{task.run}" for task in open_tasks]
    connection.execute(sql.reopen_listed, {"ids": ids or [""]})
    connection.execute(sql.cancel_unlisted, {"case": case.id, "ids": ids or [""], "at": case.at, "step": step_no})
    rows = [_task_row(case, task, step_no) for task in open_tasks]
    if rows:
        _many(connection, sql.task, rows)
        _offer(connection, sql, case, open_tasks)


def rebuild_step(session: Session, write: StepWrite, before: Rows) -> None:
    """Write a step again that the database has lost, with its tasks and lines; what it has of the case stays as it is.

    Effects, postings, keys and the audit are rows of their own, which are not lost with it."""
    connection = session.connection()
    sql = statements_for(connection.dialect.name)
    case, step = write.case, write.step_no
    if not before.has_case:
        connection.execute(sql.case, _case_row(write))
    connection.execute(sql.step, _step_row(write))
    tasks = tuple(task for task in write.open_tasks if task.changed and f"{case.id}.{task.run}" not in before.tasks)
    if tasks:
        _many(connection, sql.task, [_task_row(case, task, step) for task in tasks])
        _offer(connection, sql, case, tasks)
    closes = [row for row in _close_rows(write) if row["task"] not in before.tasks]
    if closes:
        _many(connection, sql.close_task, closes)
    if before.lines:
        return
    for leave in write.leaves:
        connection.execute(sql.leave_list, _leave_row(write, leave))
    if write.joins:
        _many(connection, sql.join_list, _join_rows(write))


def rebuilt_case(session: Session, case_id: str) -> None:
    """Bring what a case's row counts of other rows up to date, once all its steps are written again."""
    row = session.get(CaseRow, case_id)
    if row is None:
        return
    session.refresh(row)
    unsettled = select(func.count()).where(col(Incident.case_id) == case_id, col(Incident.settled_at).is_(None))
    row.incidents = session.execute(unsettled).scalar_one()
    row.hold_version = int((row.snapshot or {}).get("hold_version") or 0)
    kept = select(func.max(col(CaseArchive.archived_at))).where(col(CaseArchive.case_id) == case_id)
    row.kept_at = session.execute(kept).scalar_one_or_none() if row.status == "closed" else None
    session.add(row)


def _standing(session: Session, connection: Connection, sql: Statements, write: StepWrite) -> Written | None:
    """What stands in the way of writing the step: None when nothing does."""
    key = write.key
    row = connection.execute(
        sql.standing_with_account if write.case.account_id else sql.standing,
        {
            "case": write.case.id,
            "step": write.step_no,
            "account": write.case.account_id,
            "person": key.person if key else None,
            "key": key.key if key else None,
        },
    ).one()
    if row.act == write.act:
        return StepResult(kind="repeated", result=row.result)
    if row.last_step is not None and row.last_step > write.step_no:
        raise StaleStepError(
            f"step {write.step_no} of {write.case.id} cannot be written: step {row.last_step} stands already"
        )
    if row.key_digest is not None and (row.key_case, row.key_step) != (write.case.id, write.step_no):
        return KeyUsed(digest=row.key_digest, status=row.key_status, response=row.key_response)
    if write.case.account_id and row.hold_version != write.hold_version:
        holds = standing_holds(session, write.case.account_id)
        return HoldsChanged(version=row.hold_version, holds={hold.kind: hold.since.isoformat() for hold in holds})
    return None if row.act is None else StepResult(kind="replaced", result=write.result)


def _taken(connection: Connection, sql: Statements, write: StepWrite) -> OnList | AlreadyOpen | None:
    """What another case has that only one may have. Of two at the same moment the unique index lets one pass; the other
    fails, is tried again, and then finds here what stands in its way."""
    case = write.case
    if case.open_key is not None:
        other = connection.execute(sql.other_open, {"open_key": case.open_key, "case": case.id}).scalar_one_or_none()
        if other is not None:
            return AlreadyOpen(case=other)
    for join in write.joins if case.account_id is not None else ():
        asked = {
            "account": case.account_id,
            "name": join.list_name,
            "at": case.at,
            "case": case.id,
            "step": write.step_no,
            "left": [leave.list_name for leave in write.leaves],
        }
        line = connection.execute(sql.other_line, asked).one_or_none()
        if line is not None:
            return OnList(list_name=line.list_name, case=line.case_id, excluded_until=line.excluded_until)
    return None


def _put_back(connection: Connection, sql: Statements, case_id: str, step_no: int, at: datetime) -> None:
    """Undo what an orphan wrote at this step."""
    connection.execute(sql.withdraw, {"case": case_id, "step": step_no, "withdrawn_at": at})
    for statement in sql.put_back:
        connection.execute(statement, {"case": case_id, "step": step_no})


def _insert(connection: Connection, sql: Statements, write: StepWrite, *, replacing: bool) -> None:
    case, step = write.case, write.step_no
    connection.execute(sql.step, _step_row(write))
    tasks = tuple(task for task in write.open_tasks if task.changed or replacing)
    if replacing:
        tasks += tuple(close.last for close in write.closed_tasks if close.last)
    if tasks:
        _many(connection, sql.task, [_task_row(case, task, step) for task in tasks])
        _offer(connection, sql, case, tasks)
    if write.closed_tasks:
        _many(connection, sql.close_task, _close_rows(write))
    if write.effects:
        _many(connection, sql.effect, _effect_rows(write))
    if write.entries:
        _many(connection, sql.posting, _posting_rows(write))
    for leave in write.leaves:
        connection.execute(sql.leave_list, _leave_row(write, leave))
    if write.joins:
        _many(connection, sql.join_list, _join_rows(write))
    if write.audit:
        _many(connection, sql.audit, _audit_rows(write))
    if write.key:
        connection.execute(
            sql.key,
            {
                "person": write.key.person,
                "key": write.key.key,
                "digest": write.key.digest,
                "status": write.key.status,
                "response": write.key.response,
                "case_id": case.id,
                "step_no": step,
                "at": case.at,
            },
        )


def _many(connection: Connection, statement: Executable, rows: list[dict[str, Any]]) -> None:
    # One row is the usual case, and cheaper not sent as many.
    connection.execute(statement, rows if len(rows) > 1 else rows[0])


def _offer(connection: Connection, sql: Statements, case: CaseWrite, tasks: tuple[TaskWrite, ...]) -> None:
    """Keep the named candidates of tasks where `tasks of a person` finds them."""
    rows = [{"task_id": f"{case.id}.{task.run}", "user_id": user} for task in tasks for user in task.users]
    if rows:
        _many(connection, sql.candidate, rows)


def _case_row(write: StepWrite) -> dict[str, Any]:
    case = write.case
    return {
        "id": case.id,
        "definition": case.definition,
        "version": case.version,
        "rules_version": case.rules_version or case.version,
        "account_id": case.account_id,
        "applicant_id": case.applicant_id,
        "title": case.title,
        "state": " ".join(case.state),
        "status": "open" if case.closed_at is None else "closed",
        "opened_at": case.opened_at,
        "at": case.at,
        "state_since": case.at,
        "closed_at": case.closed_at,
        "kept_at": None,
        "outcome": case.outcome,
        "step_no": write.step_no,
        "next_due": case.next_due,
        "why": case.why,
        "why_said": case.why_said,
        "sla_due": case.sla_due,
        "sla_warn": case.sla_warn,
        "sla_late": case.sla_late,
        "sla_stopped_at": case.sla_stopped_at,
        "incidents": 0,
        "hold_version": write.hold_version,
        "open_key": case.open_key,
        "snapshot": case.snapshot,
    }


def _step_row(write: StepWrite) -> dict[str, Any]:
    return {
        "case_id": write.case.id,
        "step_no": write.step_no,
        "act": write.act,
        "event": write.event,
        "by": write.by,
        "at": write.case.at,
        "states_left": list(write.states_left),
        "states_entered": list(write.states_entered),
        "state": " ".join(write.case.state),
        "changes": write.changes,
        "facts": write.facts,
        "rules": list(write.rules),
        "rule": write.rule,
        "digest": write.digest,
        "note": write.note,
        "detail": write.detail,
        "result": write.result,
    }


def _task_row(case: CaseWrite, task: TaskWrite, step_no: int) -> dict[str, Any]:
    state = "suspended" if task.suspended_at else "claimed" if task.assign else "open"
    return {
        "id": f"{case.id}.{task.run}",
        "case_id": case.id,
        "run": task.run,
        "name": task.name,
        "place": task.place,
        "kind": task.kind,
        "work_kind": task.work_kind,
        "title": task.title,
        "queue": task.queue,
        "crew": task.crew,
        "users": list(task.users),
        "assignee": task.assign,
        "state": state,
        "priority": task.priority,
        "due_at": task.due_at,
        "due_order": task.due_at or FAR_FUTURE,
        "follow_up_at": task.follow_up_at,
        "opened_at": task.opened_at,
        "opened_step": task.opened_step,
        "claimed_at": case.at if task.assign else None,
        "suspended_at": task.suspended_at,
        "clock_stops": task.clock_stops,
        "account_id": case.account_id,
        "escalated": task.escalated,
        "item": task.item,
        "item_no": task.item_no,
        "snapshot": task.snapshot,
        "version": 0,
        "skippable": task.skippable,
        "repeatable": task.repeatable,
        "check_at_site": task.check_at_site,
        "not_by": list(task.not_by),
        "assigned_step": step_no if task.assign or task.release else None,
    }


def _close_rows(write: StepWrite) -> list[dict[str, Any]]:
    return [
        {
            "task": f"{write.case.id}.{close.run}",
            "how": close.how,
            "at": write.case.at,
            "step": write.step_no,
            "by": close.by,
            "chosen": close.outcome,
            "reason": close.reason,
            "said": close.reason_said,
            "filled": close.form,
        }
        for close in write.closed_tasks
    ]


def _effect_rows(write: StepWrite) -> list[dict[str, Any]]:
    return [
        {
            "case_id": write.case.id,
            "step_no": write.step_no,
            "effect_no": effect.no,
            "kind": effect.kind,
            "name": effect.name,
            "payload": effect.payload,
            "status": "pending",
            "attempts": 0,
            "made_at": write.case.at,
        }
        for effect in write.effects
    ]


def _posting_rows(write: StepWrite) -> list[dict[str, Any]]:
    return [
        row
        for entry in write.entries
        for row in lines_of(
            Entry(
                id=f"{write.case.id}.{write.step_no}.{entry.no}",
                lines=tuple(
                    Line(code=line.code, amount_usd=line.amount_usd, account_id=line.account_id) for line in entry.lines
                ),
                posted_on=entry.posted_on,
                at=write.case.at,
                rule=entry.rule,
                person=entry.person,
                case_id=write.case.id,
                step_no=write.step_no,
                memo=entry.memo,
            )
        )
    ]


def _leave_row(write: StepWrite, leave: ListLeave) -> dict[str, Any]:
    return {
        "case": write.case.id,
        "name": leave.list_name,
        "decision": leave.status,
        "at": write.case.at,
        "step": write.step_no,
        "by": leave.by,
        "because": leave.reason,
        "said": leave.reason_said,
        "until": leave.excluded_until,
    }


def _join_rows(write: StepWrite) -> list[dict[str, Any]]:
    return [
        {
            "id": f"{write.case.id}.{write.step_no}.{join.list_name}",
            "list_name": join.list_name,
            "case_id": write.case.id,
            "account_id": write.case.account_id,
            "state": join.state,
            "columns": join.columns,
            "why": join.why,
            "why_said": join.why_said,
            "status": "waiting",
            "joined_at": write.case.at,
            "joined_step": write.step_no,
        }
        for join in write.joins
    ]


def _audit_rows(write: StepWrite) -> list[dict[str, Any]]:
    return [
        {
            "at": write.case.at,
            "person": audit.person,
            "act": audit.act,
            "object_kind": audit.object_kind,
            "object_id": audit.object_id,
            "account_id": write.case.account_id,
            "case_id": write.case.id,
            "step_no": write.step_no,
            "allowed": True,
            "sentence": audit.sentence,
            "said": audit.said,
            "rule": audit.rule,
        }
        for audit in write.audit
    ]
