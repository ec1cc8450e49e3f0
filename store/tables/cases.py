"""The read model of cases, their steps and tasks. The workflows are the truth about a case's state; claims, notes,
half-filled forms and follow-up dates are kept here alone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, LargeBinary
from sqlmodel import Field

from store.tables.base import Row, only_where
from store.types import FAR_FUTURE, Moment, PlainJson

PRIORITIES = {"urgent": 0, "high": 1, "normal": 2, "low": 3}  #: the smaller, the more pressing, as in WS-HumanTask
TASK_STATES = ("open", "claimed", "suspended", "completed", "skipped", "cancelled")

UNCLAIMED = "state = 'open'"
WORKABLE = "state IN ('open', 'claimed')"
NOT_CLOSED = "closed_at IS NULL"
ESCALATED = "closed_at IS NULL AND escalated > 0"
WORKLOAD = ("queue", "assignee", "state", "due_order", "opened_at", "closed_at")  #: all that the board counts by
COMPLETED = "state = 'completed'"
CLOSED = "closed_at IS NOT NULL"
PROMISED = "closed_at IS NULL AND sla_due IS NOT NULL"
ANSWERED = "sla_stopped_at IS NOT NULL"
EXCLUDED = "status = 'excluded'"
DECIDED = "decided_at IS NOT NULL"
UNKEPT = "status = 'closed' AND kept_at IS NULL"  #: cases whose last history is still to be archived


class CaseRow(Row, table=True):
    """A case as the desk sees it."""

    __tablename__ = "cases"

    id: str = Field(primary_key=True)
    definition: str
    version: int
    #: The version whose calendar and laws bind it: its own, or a later one.
    rules_version: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    account_id: str | None = Field(default=None, foreign_key="accounts.id")
    applicant_id: str | None = None  #: who asks for service, in a case that began without an account
    title: str = ""
    state: str = ""  #: atomic states in document order, joined with a space
    status: str = "open"
    opened_at: datetime = Field(sa_type=Moment)
    at: datetime = Field(sa_type=Moment)  #: of the last step
    state_since: datetime | None = Field(default=None, sa_type=Moment)  #: of the step that brought it into its state
    closed_at: datetime | None = Field(default=None, sa_type=Moment)
    kept_at: datetime | None = Field(default=None, sa_type=Moment)  #: when the history up to its close was archived
    outcome: str | None = None  #: key of the final state
    step_no: int = 0
    next_due: datetime | None = Field(default=None, sa_type=Moment)
    why: str = ""  #: what it waits for, in one sentence
    why_said: Any = Field(default=None, sa_type=PlainJson, nullable=True)  #: it with its message and values
    sla_due: datetime | None = Field(default=None, sa_type=Moment)  #: while its service clock runs
    sla_warn: datetime | None = Field(default=None, sa_type=Moment)
    sla_late: bool = False  #: the promise was not kept
    sla_stopped_at: datetime | None = Field(default=None, sa_type=Moment)  #: when what was promised was done
    incidents: int = 0  #: that are unsettled
    hold_version: int = 0  #: of the account, when the last step was decided
    open_key: str | None = None  #: while it is open, of a type that allows one open case for each value of a field
    snapshot: Any = Field(default=None, sa_type=PlainJson, nullable=True)  #: the machine's case

    __table_args__ = (
        CheckConstraint("status in ('open', 'closed')", name="status"),
        Index("ix_cases_account", "account_id", "opened_at", "id"),
        Index("ix_cases_applicant", "applicant_id", "opened_at", "id", **only_where("applicant_id IS NOT NULL")),
        Index("ix_cases_listed", "opened_at", "id"),
        Index("ix_cases_definition", "definition", "status", "opened_at", "id"),
        Index("ix_cases_status", "status", "opened_at", "id"),
        Index("ix_cases_next_due", "next_due", "id", **only_where("status = 'open'")),
        Index("ix_cases_open_key", "open_key", unique=True),
        Index("ix_cases_unkept", "closed_at", "id", **only_where(UNKEPT)),
        Index("ix_cases_version", "definition", "version", "id", "rules_version", **only_where("status = 'open'")),
        Index("ix_cases_sla_due", "sla_due", "id", **only_where("status = 'open'")),
        Index(
            "ix_cases_promised", "definition", "sla_late", "sla_warn", "sla_due", "closed_at", **only_where(PROMISED)
        ),
        Index("ix_cases_answered", "sla_stopped_at", "definition", "sla_late", **only_where(ANSWERED)),
        Index("ix_cases_in_state", "definition", "state", "state_since", "closed_at", **only_where(NOT_CLOSED)),
        Index("ix_cases_closed", "closed_at", **only_where(CLOSED)),
    )


class StepRow(Row, table=True):
    """One step of a case."""

    __tablename__ = "steps"

    case_id: str = Field(primary_key=True, foreign_key="cases.id")
    step_no: int = Field(primary_key=True)
    act: str  #: key of the act that took it; another act at the same step replaces an orphan
    event: str
    by: str
    at: datetime = Field(sa_type=Moment)
    states_left: Any = Field(default=None, sa_type=PlainJson, nullable=True)  #: states left
    states_entered: Any = Field(default=None, sa_type=PlainJson, nullable=True)  #: states entered
    state: str = ""  #: after it, joined with a space
    changes: Any = Field(default=None, sa_type=PlainJson, nullable=True)  #: fields of data with their new values
    facts: Any = Field(default=None, sa_type=PlainJson, nullable=True)  #: what it was decided on
    rules: Any = Field(default=None, sa_type=PlainJson, nullable=True)  #: ids of law rules that were checked and kept
    rule: str | None = None  #: under which the person was allowed to
    digest: str = ""
    note: str | None = None
    detail: Any = Field(default=None, sa_type=PlainJson, nullable=True)  #: transitions taken, timers, for the timeline
    result: Any = Field(default=None, sa_type=PlainJson, nullable=True)  #: what the act was answered


class TaskRow(Row, table=True):
    """A run of a task or a work order."""

    __tablename__ = "tasks"

    id: str = Field(primary_key=True)  #: `<case id>.<run>`
    case_id: str = Field(foreign_key="cases.id")
    run: int
    name: str
    place: str = ""  #: path of the state that opened it
    kind: str = "task"
    work_kind: str | None = None  #: of a work order: `lock-for-nonpayment`
    title: str
    queue: str | None = None
    crew: str | None = None
    users: Any = Field(default=None, sa_type=PlainJson, nullable=True)  #: named candidates; also in `task_candidates`
    assignee: str | None = None  #: by claim, assignment or escalation
    state: str = "open"
    priority: int = PRIORITIES["normal"]
    raised: int | None = None  #: the priority that a person gave it; its case can only give it a more pressing one
    due_at: datetime | None = Field(default=None, sa_type=Moment)
    due_order: datetime = Field(default=FAR_FUTURE, sa_type=Moment)  #: `due_at`, or far in the future
    follow_up_at: datetime | None = Field(default=None, sa_type=Moment)
    opened_at: datetime = Field(sa_type=Moment)
    opened_step: int
    claimed_at: datetime | None = Field(default=None, sa_type=Moment)
    suspended_at: datetime | None = Field(default=None, sa_type=Moment)
    clock_stops: bool = False  #: while suspended
    closed_at: datetime | None = Field(default=None, sa_type=Moment)
    closed_step: int | None = None
    closed_by: str | None = None
    outcome: str | None = None
    close_reason: str | None = None
    close_reason_said: Any = Field(default=None, sa_type=PlainJson, nullable=True)  #: it with its message and values
    form: Any = Field(default=None, sa_type=PlainJson, nullable=True)  #: as completed
    draft: Any = Field(default=None, sa_type=PlainJson, nullable=True)  #: half-filled
    account_id: str | None = Field(default=None, foreign_key="accounts.id")
    escalated: int = 0  #: escalation steps that have happened
    item: Any = Field(
        default=None, sa_type=PlainJson, nullable=True
    )  #: of a multi-instance task: what this instance is for
    item_no: int | None = None
    snapshot: Any = Field(
        default=None, sa_type=PlainJson, nullable=True
    )  #: of a work order: what the crew sees, as it was
    version: int = 0  #: for ETag and If-Match
    skippable: bool = False
    repeatable: bool = False
    check_at_site: bool = False
    not_by: Any = Field(
        default=None, sa_type=PlainJson, nullable=True
    )  #: names of tasks whose doers may not do this one
    assigned_step: int | None = None  #: step that last set or released the assignee
    assignee_before: str | None = None  #: so that an orphan's change can be put back
    claimed_before: datetime | None = Field(default=None, sa_type=Moment)  #: the same

    __table_args__ = (
        CheckConstraint("state in ('open', 'claimed', 'suspended', 'completed', 'skipped', 'cancelled')", name="state"),
        CheckConstraint("kind in ('task', 'work-order')", name="kind"),
        Index("ix_tasks_case", "case_id", "run"),
        Index("ix_tasks_account", "account_id", "opened_at", "id"),
        Index("ix_tasks_queue", "queue", "priority", "due_order", "id", **only_where(WORKABLE)),
        Index("ix_tasks_unclaimed", "queue", "priority", "due_order", "id", **only_where(UNCLAIMED)),
        Index("ix_tasks_queue_due", "queue", "due_order", "id", **only_where(NOT_CLOSED)),
        Index("ix_tasks_due", "due_order", "id", **only_where(NOT_CLOSED)),
        Index("ix_tasks_assignee", "assignee", "priority", "due_order", "id", **only_where(NOT_CLOSED)),
        Index("ix_tasks_crew", "crew", "priority", "due_order", "id", **only_where(NOT_CLOSED)),
        Index("ix_tasks_workload", *WORKLOAD, **only_where(NOT_CLOSED)),
        Index("ix_tasks_name", "name", "due_order", "id", **only_where(NOT_CLOSED)),
        Index("ix_tasks_escalated", "due_order", "id", **only_where(ESCALATED)),
        Index("ix_tasks_done", "closed_at", "closed_by", "state", **only_where(COMPLETED)),
    )


class TaskCandidate(Row, table=True):
    """A task that is offered to a named user."""

    __tablename__ = "task_candidates"

    user_id: str = Field(primary_key=True)
    task_id: str = Field(primary_key=True, foreign_key="tasks.id", index=True)


class TaskHelper(Row, table=True):
    """Somebody who helps with a task; counts for separation of duties."""

    __tablename__ = "task_helpers"

    task_id: str = Field(primary_key=True, foreign_key="tasks.id")
    user_id: str = Field(primary_key=True)
    added_by: str
    added_at: datetime = Field(sa_type=Moment)


class Note(Row, table=True):
    """What somebody wrote on a case, a task or an account."""

    __tablename__ = "notes"

    id: str = Field(primary_key=True)
    case_id: str | None = Field(default=None, foreign_key="cases.id")
    task_id: str | None = Field(default=None, index=True)
    account_id: str | None = Field(default=None, foreign_key="accounts.id")
    by: str
    at: datetime = Field(sa_type=Moment)
    text: str
    said: Any = Field(
        default=None, sa_type=PlainJson, nullable=True
    )  #: it with its message and values, where Headgate writes

    __table_args__ = (Index("ix_notes_case", "case_id", "at"), Index("ix_notes_account", "account_id", "at"))


class CaseLink(Row, table=True):
    """A case and its child."""

    __tablename__ = "case_links"

    parent_id: str = Field(primary_key=True, foreign_key="cases.id")
    child_id: str = Field(primary_key=True, index=True)
    kind: str = "child"
    state: str = ""  #: of the parent, that waits for it
    step_no: int | None = None


class Incident(Row, table=True):
    """An effect that keeps failing, until a supervisor retries or skips it."""

    __tablename__ = "incidents"

    id: str = Field(primary_key=True)
    case_id: str = Field(foreign_key="cases.id")
    step_no: int
    effect_no: int
    action: str
    code: str
    sentence: str  #: without personal data
    said: Any = Field(default=None, sa_type=PlainJson, nullable=True)  #: the sentence with its message and values
    attempts: int = 1
    opened_at: datetime = Field(sa_type=Moment)
    settled_at: datetime | None = Field(default=None, sa_type=Moment)
    settled_by: str | None = None
    settled_how: str | None = None  #: `retried`, `skipped`
    reason: str | None = None

    __table_args__ = (
        Index("ix_incidents_case", "case_id", "opened_at"),
        Index("ix_incidents_open", "opened_at", "id", **only_where("settled_at IS NULL")),
    )


class ListLine(Row, table=True):
    """A case that gathers on a list until a lead decides."""

    __tablename__ = "list_lines"

    id: str = Field(primary_key=True)  #: `<case id>.<step>.<list>`
    list_name: str
    case_id: str = Field(foreign_key="cases.id", index=True)
    account_id: str | None = Field(default=None, foreign_key="accounts.id", index=True)
    state: str  #: path of the state that waits
    columns: Any = Field(default=None, sa_type=PlainJson, nullable=True)  #: as they were when it joined
    why: Any = Field(default=None, sa_type=PlainJson, nullable=True)  #: sentences with their arithmetic, as it joined
    why_said: Any = Field(default=None, sa_type=PlainJson, nullable=True)  #: each with its message and values
    status: str = "waiting"  #: waiting, released, excluded, left
    joined_at: datetime = Field(sa_type=Moment)
    joined_step: int
    decided_at: datetime | None = Field(default=None, sa_type=Moment)
    decided_step: int | None = None
    decided_by: str | None = None
    reason: str | None = None
    reason_said: Any = Field(default=None, sa_type=PlainJson, nullable=True)  #: it with its message and values
    excluded_until: datetime | None = Field(default=None, sa_type=Moment)

    __table_args__ = (
        CheckConstraint("status in ('waiting', 'released', 'excluded', 'left')", name="status"),
        Index("ix_list_lines_waiting", "list_name", "joined_at", "id", **only_where("status = 'waiting'")),
        Index("ix_list_lines_excluded", "list_name", "excluded_until", "id", **only_where(EXCLUDED)),
        Index("ix_list_lines_decided", "list_name", "decided_at", "id", **only_where(DECIDED)),
        Index("ix_list_lines_one_a_time", "account_id", unique=True, **only_where("status = 'waiting'")),
    )


class CaseArchive(Row, table=True):
    """The whole history of a closed case, kept when Temporal forgets it."""

    __tablename__ = "case_archives"

    case_id: str = Field(primary_key=True, foreign_key="cases.id")
    run_id: str = Field(primary_key=True)
    history: bytes = Field(sa_type=LargeBinary)  #: in Temporal's own bytes, zlib
    archived_at: datetime = Field(sa_type=Moment)
