"""The statements of the step transaction, built once for each engine so that SQLAlchemy compiles each of them once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from sqlalchemy import (
    BindParameter,
    Executable,
    String,
    and_,
    bindparam,
    case,
    cast,
    delete,
    func,
    insert,
    literal,
    null,
    or_,
    outerjoin,
    select,
    true,
    update,
)

from store.dialects import insert_for
from store.ledger import POSTINGS
from store.tables.audit import Audit, AuditSeal, UnsealedAudit
from store.tables.base import table_of
from store.tables.cases import CaseLink, CaseRow, ListLine, Note, StepRow, TaskCandidate, TaskHelper, TaskRow
from store.tables.outbox import EffectRow, IdempotencyKey
from store.tables.papers import File
from store.tables.utility import Account

CASES, STEPS, TASKS = table_of(CaseRow), table_of(StepRow), table_of(TaskRow)
CANDIDATES, HELPERS, NOTES = table_of(TaskCandidate), table_of(TaskHelper), table_of(Note)
EFFECTS, KEYS, AUDIT, LINES = table_of(EffectRow), table_of(IdempotencyKey), table_of(Audit), table_of(ListLine)
SEALS, UNSEALED = table_of(AuditSeal), table_of(UnsealedAudit)
ACCOUNTS, FILES, LINKS = table_of(Account), table_of(File), table_of(CaseLink)

WITHDRAWN: Final = "put-back"  #: the act of the audit that says of a row that what it tells was undone

_CASE: BindParameter[Any] = bindparam("case")
_STEP: BindParameter[Any] = bindparam("step")
_LEFT: BindParameter[Any] = bindparam("left", expanding=True)
_REOPENED: dict[str, Any] = {
    "state": case(
        (TASKS.c.suspended_at.is_not(None), "suspended"), (TASKS.c.assignee.is_not(None), "claimed"), else_="open"
    ),
    "closed_at": null(),
    "closed_step": null(),
    "closed_by": null(),
    "outcome": null(),
    "close_reason": null(),
    "close_reason_said": null(),
    "form": null(),
    "version": TASKS.c.version + 1,
}


@dataclass(frozen=True, kw_only=True)
class Statements:
    """One engine's statements."""

    case: Executable
    standing: Executable
    standing_with_account: Executable
    step: Executable
    task: Executable
    candidate: Executable
    close_task: Executable
    effect: Executable
    posting: Executable
    join_list: Executable
    leave_list: Executable
    audit: Executable
    key: Executable
    put_back: tuple[Executable, ...]
    withdraw: Executable
    other_open: Executable
    other_line: Executable
    hold_version: Executable
    reopen_listed: Executable
    cancel_unlisted: Executable


@cache
def statements_for(dialect: str) -> Statements:
    """The statements in this dialect (`sqlite` or `postgresql`)."""
    return Statements(
        case=_upsert_case(dialect),
        standing=_standing(with_account=False),
        standing_with_account=_standing(with_account=True),
        step=insert(STEPS),
        task=_upsert_task(dialect),
        candidate=insert_for(dialect)(CANDIDATES).on_conflict_do_nothing(),
        close_task=_close_task(),
        effect=insert(EFFECTS),
        posting=insert(POSTINGS),
        join_list=insert(LINES),
        leave_list=_leave_list(),
        audit=insert(AUDIT),
        key=insert(KEYS),
        put_back=_put_back(),
        withdraw=_withdraw(),
        other_open=select(CASES.c.id).where(CASES.c.open_key == bindparam("open_key"), CASES.c.id != _CASE),
        other_line=_other_line(),
        hold_version=select(ACCOUNTS.c.hold_version)
        .join(CASES, CASES.c.account_id == ACCOUNTS.c.id)
        .where(CASES.c.id == _CASE),
        reopen_listed=update(TASKS)
        .where(TASKS.c.id.in_(bindparam("ids", expanding=True)), TASKS.c.closed_at.is_not(None))
        .values(_REOPENED),
        cancel_unlisted=_cancel_unlisted(),
    )


def _upsert_case(dialect: str) -> Executable:
    statement = insert_for(dialect)(CASES)
    kept = {"id", "opened_at", "incidents"}
    new = statement.excluded
    changed = {column.name: new[column.name] for column in CASES.c if column.name not in kept}
    changed["state_since"] = case((CASES.c.state == new.state, CASES.c.state_since), else_=new.state_since)
    upsert: Executable = statement.on_conflict_do_update(index_elements=["id"], set_=changed)
    return upsert


def _standing(*, with_account: bool) -> Executable:
    """What stands at this step. With an account its row is locked against new holds until the step is written."""
    last_step = select(func.max(STEPS.c.step_no)).where(STEPS.c.case_id == _CASE).scalar_subquery()
    columns = [
        last_step.label("last_step"),
        STEPS.c.act,
        STEPS.c.result,
        KEYS.c.digest.label("key_digest"),
        KEYS.c.status.label("key_status"),
        KEYS.c.response.label("key_response"),
        KEYS.c.case_id.label("key_case"),
        KEYS.c.step_no.label("key_step"),
    ]
    start = ACCOUNTS if with_account else CASES
    joined = outerjoin(start, STEPS, and_(STEPS.c.case_id == _CASE, STEPS.c.step_no == _STEP)).outerjoin(
        KEYS, and_(KEYS.c.person == bindparam("person"), KEYS.c.key == bindparam("key"))
    )
    if with_account:
        return (
            select(*columns, ACCOUNTS.c.hold_version)
            .select_from(joined)
            .where(ACCOUNTS.c.id == bindparam("account"))
            .with_for_update(read=True, of=ACCOUNTS)
        )
    return select(*columns).select_from(joined).where(CASES.c.id == _CASE)


def _other_line() -> Executable:
    """What keeps an account from joining a list: that it waits on one, or was taken off this one until later."""
    return (
        select(LINES.c.list_name, LINES.c.case_id, LINES.c.excluded_until)
        .where(
            LINES.c.account_id == bindparam("account"),
            or_(
                LINES.c.status == "waiting",
                and_(
                    LINES.c.status == "excluded",
                    LINES.c.list_name == bindparam("name"),
                    LINES.c.excluded_until > bindparam("at"),
                ),
            ),
            # What this step itself leaves, or an orphan at its place had written, is no obstacle.
            ~and_(LINES.c.case_id == _CASE, LINES.c.status == "waiting", LINES.c.list_name.in_(_LEFT)),
            ~and_(LINES.c.case_id == _CASE, LINES.c.joined_step == _STEP),
            ~and_(LINES.c.case_id == _CASE, LINES.c.decided_step == _STEP),
        )
        .order_by(LINES.c.status.desc(), LINES.c.excluded_until.desc())
        .limit(1)
    )


def _upsert_task(dialect: str) -> Executable:
    """Open a task or bring what the machine knows of it up to date; what people did with it stays."""
    statement = insert_for(dialect)(TASKS)
    new = statement.excluded
    moved = new.assigned_step.is_not(None)  # this step gives it to somebody or takes it from whoever had it
    assignee = case((moved, new.assignee), else_=TASKS.c.assignee)
    names = (
        "name",
        "place",
        "work_kind",
        "title",
        "queue",
        "crew",
        "users",
        "due_at",
        "due_order",
        "suspended_at",
        "clock_stops",
        "escalated",
        "skippable",
        "repeatable",
        "check_at_site",
        "not_by",
    )
    upsert: Executable = statement.on_conflict_do_update(
        index_elements=["id"],
        set_={
            **{name: new[name] for name in names},
            # What somebody has raised stays raised: an escalation never makes a task less pressing.
            "priority": case((TASKS.c.raised < new.priority, TASKS.c.raised), else_=new.priority),
            "assignee": assignee,
            "claimed_at": case((moved, new.claimed_at), else_=TASKS.c.claimed_at),
            "assignee_before": case((moved, TASKS.c.assignee), else_=TASKS.c.assignee_before),
            "claimed_before": case((moved, TASKS.c.claimed_at), else_=TASKS.c.claimed_before),
            "assigned_step": func.coalesce(new.assigned_step, TASKS.c.assigned_step),
            "state": case(
                (new.suspended_at.is_not(None), "suspended"), (assignee.is_not(None), "claimed"), else_="open"
            ),
            "version": TASKS.c.version + 1,
        },
    )
    return upsert


def _close_task() -> Executable:
    return (
        update(TASKS)
        .where(TASKS.c.id == bindparam("task"))
        .values(
            state=bindparam("how"),
            closed_at=bindparam("at"),
            closed_step=bindparam("step"),
            closed_by=bindparam("by"),
            outcome=bindparam("chosen"),
            close_reason=bindparam("reason"),
            close_reason_said=bindparam("said", type_=TASKS.c.close_reason_said.type),
            form=bindparam("filled", type_=TASKS.c.form.type),
            version=TASKS.c.version + 1,
        )
    )


def _leave_list() -> Executable:
    return (
        update(LINES)
        .where(LINES.c.case_id == _CASE, LINES.c.list_name == bindparam("name"), LINES.c.status == "waiting")
        .values(
            status=bindparam("decision"),
            decided_at=bindparam("at"),
            decided_step=bindparam("step"),
            decided_by=bindparam("by"),
            reason=bindparam("because"),
            reason_said=bindparam("said", type_=LINES.c.reason_said.type),
            excluded_until=bindparam("until"),
        )
    )


def _put_back() -> tuple[Executable, ...]:
    """Undo what an orphan wrote. The step goes before its postings and audit: their triggers look for it."""
    opened = select(TASKS.c.id).where(TASKS.c.case_id == _CASE, TASKS.c.opened_step == _STEP)
    return (
        delete(CANDIDATES).where(CANDIDATES.c.task_id.in_(opened)),
        delete(HELPERS).where(HELPERS.c.task_id.in_(opened)),
        update(NOTES).where(NOTES.c.task_id.in_(opened)).values(task_id=null()),
        update(FILES).where(FILES.c.task_id.in_(opened)).values(task_id=null()),
        delete(TASKS).where(TASKS.c.case_id == _CASE, TASKS.c.opened_step == _STEP),
        update(TASKS).where(TASKS.c.case_id == _CASE, TASKS.c.closed_step == _STEP).values(_REOPENED),
        update(TASKS)
        .where(TASKS.c.case_id == _CASE, TASKS.c.assigned_step == _STEP)
        .values(
            assignee=TASKS.c.assignee_before,
            claimed_at=TASKS.c.claimed_before,
            assigned_step=null(),
            assignee_before=null(),
            claimed_before=null(),
        ),
        delete(EFFECTS).where(EFFECTS.c.case_id == _CASE, EFFECTS.c.step_no == _STEP),
        delete(LINES).where(LINES.c.case_id == _CASE, LINES.c.joined_step == _STEP),
        update(LINES)
        .where(LINES.c.case_id == _CASE, LINES.c.decided_step == _STEP)
        .values(
            status="waiting",
            decided_at=null(),
            decided_step=null(),
            decided_by=null(),
            reason=null(),
            reason_said=null(),
            excluded_until=null(),
        ),
        delete(LINKS).where(LINKS.c.parent_id == _CASE, LINKS.c.step_no == _STEP),
        delete(KEYS).where(KEYS.c.case_id == _CASE, KEYS.c.step_no == _STEP),
        delete(STEPS).where(STEPS.c.case_id == _CASE, STEPS.c.step_no == _STEP),
        delete(POSTINGS).where(POSTINGS.c.case_id == _CASE, POSTINGS.c.step_no == _STEP),
        delete(AUDIT).where(
            AUDIT.c.case_id == _CASE,
            AUDIT.c.step_no == _STEP,
            select(UNSEALED.c.audit_id).where(UNSEALED.c.audit_id == AUDIT.c.id).exists(),
        ),
    )


def _withdraw() -> Executable:
    """Say of each row of an orphan that is sealed already, and therefore stays, that its step was put back; once."""
    sealed = select(SEALS.c.no).where(SEALS.c.audit_id == AUDIT.c.id).exists()
    said = AUDIT.alias()
    number = cast(AUDIT.c.id, String)
    before = select(said.c.id).where(said.c.case_id == _CASE, said.c.act == WITHDRAWN, said.c.object_id == number)
    row = {
        "at": bindparam("withdrawn_at", type_=AUDIT.c.at.type),
        "person": literal("headgate"),
        "act": literal(WITHDRAWN),
        "object_kind": literal("audit"),
        "object_id": number,
        "account_id": AUDIT.c.account_id,
        "case_id": AUDIT.c.case_id,
        "allowed": true(),
        "sentence": literal("The step was put back, since the history of the case does not hold it."),
    }
    found = select(*row.values()).where(AUDIT.c.case_id == _CASE, AUDIT.c.step_no == _STEP, sealed, ~before.exists())
    return insert(AUDIT).from_select(list(row), found)


def _cancel_unlisted() -> Executable:
    return (
        update(TASKS)
        .where(
            TASKS.c.case_id == _CASE,
            TASKS.c.closed_at.is_(None),
            TASKS.c.id.not_in(bindparam("ids", expanding=True)),
        )
        .values(
            state="cancelled",
            closed_at=bindparam("at"),
            closed_step=bindparam("step"),
            closed_by="headgate",
            close_reason="the case has moved on",
            version=TASKS.c.version + 1,
        )
    )
