"""What a step writes, as plain values: an activity makes a `StepWrite` of what the workflow hands it.

All fields are JSON or become JSON (`to_json`, `from_json`): moments as RFC 3339, money as decimal strings.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from pydantic import TypeAdapter

Json = Any


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseWrite:
    """The case after the step."""

    id: str
    definition: str
    version: int
    rules_version: int | None = None  #: whose calendar and laws bind it, where that is a later one
    account_id: str | None = None
    applicant_id: str | None = None  #: who asks for service, while there may be no account
    title: str = ""
    state: tuple[str, ...]
    opened_at: datetime
    at: datetime
    closed_at: datetime | None = None
    outcome: str | None = None
    next_due: datetime | None = None
    why: str = ""
    why_said: Json = None
    sla_due: datetime | None = None
    sla_warn: datetime | None = None
    sla_late: bool = False
    sla_stopped_at: datetime | None = None
    open_key: str | None = None  #: at most one open case has it
    snapshot: Json = None


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskWrite:
    """A task that is open after the step. What people did with it (claim, draft, follow-up date) is not here."""

    run: int
    name: str
    place: str = ""  #: path of the state that opened it
    kind: Literal["task", "work-order"] = "task"
    work_kind: str | None = None
    title: str
    queue: str | None = None
    crew: str | None = None
    users: tuple[str, ...] = ()
    priority: int = 2  #: 0 urgent, 1 high, 2 normal, 3 low
    due_at: datetime | None = None
    follow_up_at: datetime | None = None  #: as it opens
    opened_at: datetime
    opened_step: int
    suspended_at: datetime | None = None
    clock_stops: bool = False
    escalated: int = 0
    item: Json = None
    item_no: int | None = None
    snapshot: Json = None  #: of a work order: what the crew sees, as it is when it opens
    skippable: bool = False
    repeatable: bool = False
    check_at_site: bool = False
    not_by: tuple[str, ...] = ()
    changed: bool = True  #: by this step; one that is not is written only when an orphan is replaced
    assign: str | None = None  #: this step gives it to this person
    release: bool = False  #: this step takes it from whoever had claimed it


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskClose:
    """A task that the step ends."""

    run: int
    how: Literal["completed", "skipped", "cancelled"]
    by: str | None = None
    outcome: str | None = None
    reason: str | None = None
    reason_said: Json = None
    form: Json = None
    last: TaskWrite | None = None  #: as the machine last had it: an orphan may have changed it


@dataclass(frozen=True, kw_only=True, slots=True)
class EffectWrite:
    """An effect that is carried out when history holds the step."""

    no: int
    kind: str
    name: str = ""
    payload: Json = None


@dataclass(frozen=True, kw_only=True, slots=True)
class LineWrite:
    """A line of an entry: a debit above zero, a credit below; a receivable names its account."""

    code: str
    amount_usd: Decimal
    account_id: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class EntryWrite:
    """An entry that the step posts; its id is `<case>.<step>.<no>`."""

    no: int
    lines: tuple[LineWrite, ...]
    posted_on: date
    rule: str
    person: str
    memo: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ListJoin:
    """The case joins a list."""

    list_name: str
    state: str
    columns: Json = None
    why: Json = None
    why_said: Json = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ListLeave:
    """The case's line on a list is decided, or the case leaves before anybody has."""

    list_name: str
    status: Literal["released", "excluded", "left"]
    by: str | None = None
    reason: str | None = None
    reason_said: Json = None
    excluded_until: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditWrite:
    """Who did what, under which rule."""

    person: str
    act: str
    object_kind: str
    object_id: str
    rule: str | None = None
    sentence: str | None = None
    said: Json = None


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyWrite:
    """The caller's idempotency key, what was asked with it (its digest) and what is answered."""

    person: str
    key: str
    digest: str
    status: int
    response: Json = None


@dataclass(frozen=True, kw_only=True, slots=True)
class StepWrite:
    """Everything that one step writes, in one transaction."""

    case: CaseWrite
    step_no: int
    act: str  #: key of the act: the same act at the same step is written once
    hold_version: int = 0  #: of the account, when the step was decided
    event: str
    by: str
    states_left: tuple[str, ...] = ()
    states_entered: tuple[str, ...] = ()
    changes: Json = None
    facts: Json = None
    rules: tuple[str, ...] = ()
    rule: str | None = None
    digest: str = ""
    note: str | None = None
    detail: Json = None
    result: Json = None  #: what the act is answered, now and when it is asked again
    open_tasks: tuple[TaskWrite, ...] = ()  #: all that are open after the step
    closed_tasks: tuple[TaskClose, ...] = ()
    effects: tuple[EffectWrite, ...] = ()
    entries: tuple[EntryWrite, ...] = ()
    joins: tuple[ListJoin, ...] = ()
    leaves: tuple[ListLeave, ...] = ()
    audit: tuple[AuditWrite, ...] = ()
    key: KeyWrite | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class StepResult:
    """The step stands in the database."""

    kind: Literal["written", "repeated", "replaced"]  #: repeated: it stood already; replaced: an orphan gave way
    result: Json = None


@dataclass(frozen=True, kw_only=True, slots=True)
class HoldsChanged:
    """Nothing was written: the account's holds are no longer those that the step was decided on."""

    kind: Literal["holds-changed"] = "holds-changed"
    version: int
    holds: dict[str, str] = field(default_factory=dict)  #: kind → ISO time since when


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyUsed:
    """Nothing was written: the person has used this key before, for another step."""

    kind: Literal["key-used"] = "key-used"
    digest: str
    status: int
    response: Json = None


@dataclass(frozen=True, kw_only=True, slots=True)
class OnList:
    """Nothing was written: the account waits on a list already, or was taken off this one until a time."""

    kind: Literal["on-list"] = "on-list"
    list_name: str
    case: str
    excluded_until: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class AlreadyOpen:
    """Nothing was written: another open case has the same key."""

    kind: Literal["already-open"] = "already-open"
    case: str


Written = StepResult | HoldsChanged | KeyUsed | OnList | AlreadyOpen

STEP_WRITE: TypeAdapter[StepWrite] = TypeAdapter(StepWrite)


def to_json(write: StepWrite) -> Json:
    """The write as plain JSON."""
    return STEP_WRITE.dump_python(write, mode="json")


def from_json(value: Json) -> StepWrite:
    """The write that `to_json` wrote down; raises pydantic's ValidationError for anything else."""
    return STEP_WRITE.validate_python(value)
