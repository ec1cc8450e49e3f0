"""What is to be done after a step, as plain data: the shell carries it out, the machine never does.

The first six are bookkeeping that the step's own transaction writes; the rest leave the case and are carried out after
history holds the step, each idempotent by (case, step, number).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Discriminator, TypeAdapter

from definitions.language.sentences import beside
from workflows.machine.case import Task, Timer


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenTask:
    """A task opens."""

    kind: Literal["open-task"] = "open-task"
    task: Task


@dataclass(frozen=True, kw_only=True, slots=True)
class CloseTask:
    """A task ends: completed with an outcome, skipped, or cancelled (recalled) because its state was left."""

    kind: Literal["close-task"] = "close-task"
    run: int
    name: str
    how: Literal["completed", "skipped", "cancelled"]
    outcome: str | None = None
    by: str | None = None
    reason: str | None = None
    reason_said: Any = None  #: the reason as `sentences.kept` writes it down, where the machine made it
    form: Mapping[str, Any] = field(default_factory=dict)


def recalled(task: Task, reason: str, *, by: str | None = None) -> CloseTask:
    """The task is recalled, for a reason that is told again in other languages where the machine made it."""
    said = beside(reason)
    return CloseTask(run=task.run, name=task.name, how="cancelled", by=by, reason=reason, reason_said=said)


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeTask:
    """A task changes while it stays open (an escalation, suspension, resumption)."""

    kind: Literal["change-task"] = "change-task"
    task: Task
    release: bool = False  #: a new queue releases the claim
    reason: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ArmTimer:
    """A timer starts or moves."""

    kind: Literal["arm-timer"] = "arm-timer"
    timer: Timer


@dataclass(frozen=True, kw_only=True, slots=True)
class CancelTimer:
    """A timer ends without firing."""

    kind: Literal["cancel-timer"] = "cancel-timer"
    name: str
    run: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class RunAction:
    """An effect of the catalogue (`letter`, `post-adjustment`, a district's own) with its typed arguments."""

    kind: Literal["action"] = "action"
    action: str
    args: Mapping[str, Any] = field(default_factory=dict)
    state: str  #: the state that it is done for


@dataclass(frozen=True, kw_only=True, slots=True)
class Notify:
    """Tell roles or people something about this case."""

    kind: Literal["notify"] = "notify"
    to: tuple[str, ...]
    about: str  #: a message key: `escalation`, `reminder`, `service-level`
    run: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class SendMessage:
    """A message to another case, or to all open cases of an account."""

    kind: Literal["send"] = "send"
    name: str
    case: str | None = None
    account: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenChild:
    """Another case opens as a child of this one."""

    kind: Literal["open-child"] = "open-child"
    child: str  #: the child's case id, derived from this case and step
    case: str
    data: Mapping[str, Any] = field(default_factory=dict)
    people: tuple[str, ...] = ()  #: who have worked on this case, for the child's separation of duties
    state: str


@dataclass(frozen=True, kw_only=True, slots=True)
class JoinList:
    """The case gathers on a list until a lead decides."""

    kind: Literal["join-list"] = "join-list"
    list: str
    state: str
    columns: Mapping[str, Any] = field(default_factory=dict)
    why: tuple[Mapping[str, Any], ...] = ()  #: each with what it says, its rule and source, and whether it is kept


@dataclass(frozen=True, kw_only=True, slots=True)
class LeaveList:
    """The case leaves a list: a lead has decided, or it left before."""

    kind: Literal["leave-list"] = "leave-list"
    list: str
    state: str
    how: Literal["left", "released", "excluded"] = "left"
    because: str | None = None
    because_said: Any = None  #: the reason as `sentences.kept` writes it down, where the machine made it
    until: datetime | None = None  #: of an exclusion: when it is over


def left(
    list_: str,
    state: str,
    because: str | None = None,
    *,
    how: Literal["left", "released", "excluded"] = "left",
    until: datetime | None = None,
) -> LeaveList:
    """The line leaves, for a reason that is told again in other languages where the machine made it."""
    said = beside(because)
    return LeaveList(list=list_, state=state, how=how, because=because, because_said=said, until=until)


Effect = Annotated[
    OpenTask
    | CloseTask
    | ChangeTask
    | ArmTimer
    | CancelTimer
    | RunAction
    | Notify
    | SendMessage
    | OpenChild
    | JoinList
    | LeaveList,
    Discriminator("kind"),
]

CarriedOut = RunAction | Notify | SendMessage | OpenChild


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """What one step was, for history, audit and the timeline."""

    number: int
    at: datetime
    by: str
    event: str  #: `outcome review/explained`, `timer answering/after/10 days`, `message customer-withdrew`
    left: tuple[str, ...]  #: states left
    entered: tuple[str, ...]  #: states entered
    changes: Mapping[str, Any]  #: fields of data that changed, with their new values
    facts: Mapping[str, Any]  #: the facts that the step was decided on
    rules: tuple[str, ...] = ()  #: law rules that were checked and kept: `WSP-8`
    note: str | None = None
    note_said: Any = None  #: the note as `sentences.kept` writes it down, where the machine made it
    effects: tuple[Effect, ...] = ()
    happened: Mapping[str, str | None] = field(
        default_factory=dict
    )  #: of what laws count from, what changed: `letter final-notice mailed` → ISO date (None: forgotten)
    holds: Mapping[str, str] | None = None  #: the account's holds, at the opening and where they changed


STEP: TypeAdapter[Step] = TypeAdapter(Step)


def to_json(step: Step) -> Any:
    """The step as plain JSON."""
    return STEP.dump_python(step, mode="json")
