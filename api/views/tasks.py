"""Tasks and work orders as they are shown."""

from __future__ import annotations

from datetime import date
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from pydantic import ConfigDict, Field

from api.views.shown import Moment, Said, Shown, local
from store.tables.cases import PRIORITIES, TaskRow

PRIORITY_WORDS: Final = {number: word for word, number in PRIORITIES.items()}
TaskState = Literal["open", "claimed", "suspended", "completed", "skipped", "cancelled"]


class TaskView(Shown):
    """A task or work order."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "c-2345abcdefgh.1",
                    "case": "c-2345abcdefgh",
                    "name": "review",
                    "kind": "task",
                    "title": "Review the consumption history",
                    "queue": "customer-service",
                    "users": [],
                    "assignee": "rep",
                    "state": "claimed",
                    "priority": "normal",
                    "due": "2026-03-10T17:00:00-07:00",
                    "follow_up": None,
                    "opened": "2026-03-09T08:30:00-07:00",
                    "closed": None,
                    "closed_by": None,
                    "outcome": None,
                    "account": "a-10017",
                    "item": None,
                    "late": False,
                    "check_at_site": False,
                    "version": 2,
                }
            ]
        },
    )

    id: str = Field(description="The case's id, a dot, and the number of the run.")
    case: str
    name: str = Field(description="Its stable name in the definition.")
    kind: Literal["task", "work-order"]
    title: str
    queue: str | None = Field(description="The queue or crew that it is offered to.")
    users: list[str] = Field(description="Named people that it is offered to.")
    assignee: str | None = Field(description="Who has it.")
    state: TaskState
    priority: Literal["low", "normal", "high", "urgent"]
    due: Moment | None
    follow_up: Moment | None = Field(description="When it should come back to mind.")
    opened: Moment
    closed: Moment | None
    closed_by: str | None
    outcome: str | None
    account: str | None
    item: Any = Field(description="Of one task for each item of a list: the item.")
    late: bool = Field(description="Whether it is open and past its due time.")
    check_at_site: bool = Field(description="Whether a crew asks once more before it acts.")
    version: int = Field(description="Changes with every change: the ETag.")


class FieldView(Shown):
    """A field of a form."""

    name: str
    title: str
    type: str = Field(examples=["quantity"])
    unit: str | None
    required: bool
    many: bool
    long: bool = Field(description="Of a text: it may have several lines.")
    choices: list[str] | None = Field(description="Of an enumeration: the words to choose from.")
    help: str | None
    outcomes: list[str] | None = Field(description="The outcomes that alone ask for it; null when all do.")
    value: Any = Field(description="What is filled in so far, or what the form shows first.")


class OutcomeView(Shown):
    """How a task may end."""

    outcome: str
    title: str
    help: str | None
    does: Said = Field(
        description="What choosing it will do, with what is filled in.",
        examples=["writes the answer letter and closes the case in 15 days (24 March 2026)"],
    )
    refused: Said | None = Field(description="Why it cannot be chosen now, or null.")
    earliest: date | None = Field(description="Where a law bars it: the first day on which all of them allow it.")
    not_yet: Said | None = Field(description="What stands against it only because of what is filled in, or null.")
    lacks: list[str] = Field(description="Fields that it needs and that are not filled in.")


class ForetoldView(Shown):
    """What a half-filled form would be answered if it were sent now."""

    wrong: dict[str, str] = Field(description="For each field that is filled in wrongly, what would be right.")
    outcomes: list[OutcomeView]


class TaskDetail(TaskView):
    """A task with its form and the outcomes that it may end with."""

    help: str | None
    helpers: list[str]
    form: list[FieldView]
    outcomes: list[OutcomeView]
    snapshot: Any = Field(description="Of a work order: what the crew sees, as it was when the order was made.")
    notices: list[str] = Field(description="Of a work order: files of the notices to be left at the property.")
    ended: str | None = Field(description="Of a completed task: what its outcome is called.")
    filled: dict[str, Any] | None = Field(description="Of an ended task: the form as it was completed.")
    messages: list[str] = Field(description="Messages from outside that the case waits for.")
    skippable: bool = Field(description="Whether it may be left out with a reason.")
    repeatable: bool = Field(description="Whether it may be done again once it has ended.")


def task_view(task: TaskRow, *, at: Moment, zone: ZoneInfo) -> TaskView:
    """The task as it is shown at this moment."""
    is_open = task.closed_at is None
    return TaskView(
        id=task.id,
        case=task.case_id,
        name=task.name,
        kind="work-order" if task.kind == "work-order" else "task",
        title=task.title,
        queue=task.queue,
        users=list(task.users or []),
        assignee=task.assignee,
        state=task.state,
        priority=PRIORITY_WORDS[task.priority],
        due=local(task.due_at, zone),
        follow_up=local(task.follow_up_at, zone),
        opened=task.opened_at.astimezone(zone),
        closed=local(task.closed_at, zone),
        closed_by=task.closed_by,
        outcome=task.outcome,
        account=task.account_id,
        item=task.item,
        late=is_open and task.due_at is not None and task.due_at < at,
        check_at_site=task.check_at_site,
        version=task.version,
    )


def etag(version: int | str) -> str:
    """The ETag of this version."""
    return f'"{version}"'
