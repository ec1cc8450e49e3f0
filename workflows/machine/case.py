"""What a case is, as one value: everything that its future depends on and nothing else.

A `Case` is what `start` and `fire` take and return, what continues as new, what the read model keeps as its snapshot. Values
in `data` are plain JSON (money and quantities as decimal strings, dates as ISO strings, entities as dicts).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from pydantic import TypeAdapter

from definitions.language.model import OPENING

Json = Any
Priority = Literal["low", "normal", "high", "urgent"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """An open task or work order: one run of a task of the definition."""

    run: int  #: counts up in the case; the task's id is `<case id>.<run>`
    name: str  #: the task's stable name
    state: str  #: path of the state that opened it
    kind: Literal["task", "work-order"]
    title: str
    queue: str | None
    users: tuple[str, ...] = ()
    assignee: str | None = None  #: set by an escalation or on opening; claims are SQL's own
    priority: Priority = "normal"
    opened_at: datetime
    due: datetime | None = None
    follow_up: datetime | None = None
    item: Json = None  #: with `each`: the item that this instance is for
    index: int | None = None  #: with `each`: its place in the list
    outcome: str | None = None  #: with `each`: chosen, while the others are still open
    suspended_at: datetime | None = None
    clock_stops: bool = False  #: while suspended
    escalated: int = 0  #: how many escalation steps have happened


@dataclass(frozen=True, kw_only=True, slots=True)
class Timer:
    """A running or frozen timer."""

    name: str  #: stable: `answering/after/10 days`, or the author's name
    kind: Literal["after", "at", "escalation", "sla"]
    state: str  #: path of the state it belongs to
    due: datetime
    armed_at: datetime
    run: int | None = None  #: the task it escalates
    frozen_at: datetime | None = None  #: while a hold freezes it
    hold: str | None = None  #: which one does


@dataclass(frozen=True, kw_only=True, slots=True)
class ServiceClock:
    """Where the service level stands: running since, paused since, time that does not count."""

    started_at: datetime | None = None
    stopped_at: datetime | None = None
    paused_at: datetime | None = None
    due: datetime | None = None
    warn: datetime | None = None
    missed: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Undo:
    """What an outcome can still be taken back to."""

    run: int
    by: str
    until: datetime
    before: Json  #: the case before the outcome, as JSON


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """A case: its place in the state machine, its data, its open work and its running timers."""

    id: str
    definition: str
    version: int
    rules: int | None = None  #: the later version whose calendar and laws bind it, if any
    account: str | None = None
    state: tuple[str, ...] = ()  #: active atomic states in document order
    history: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    data: Mapping[str, Json] = field(default_factory=dict)
    tasks: tuple[Task, ...] = ()
    timers: tuple[Timer, ...] = ()
    people: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  #: task name → who completed or helped
    holds: Mapping[str, str] = field(default_factory=dict)  #: hold kind → ISO time it was placed
    hold_version: int = 0
    happened: Mapping[str, str] = field(
        default_factory=dict
    )  #: what laws count from: `letter final-notice mailed` → ISO date
    deadlines: Mapping[str, Json] = field(
        default_factory=dict
    )  #: timers that remember: name → due and seconds that remained
    floors: Mapping[str, str] = field(
        default_factory=dict
    )  #: timer → ISO time before which new rules do not bring it without a new notice
    overrides: Mapping[str, str] = field(
        default_factory=dict
    )  #: rules of the district that do not bind the next time → why and by whom
    lines: Mapping[str, int] = field(default_factory=dict)  #: state path → step in which the case joined its list there
    children: Mapping[str, str] = field(default_factory=dict)  #: state path → child case id
    sla: ServiceClock | None = None
    undo: Undo | None = None
    step: int = 0  #: steps taken so far
    runs: int = 0  #: task runs opened so far
    opened_at: datetime
    at: datetime  #: time of the last step
    closed_at: datetime | None = None
    outcome: str | None = None  #: key of the final state it closed in

    @property
    def is_open(self) -> bool:
        """Whether anything but reopening can still change it."""
        return self.closed_at is None

    @property
    def rules_version(self) -> int:
        """The version whose calendar and laws bind the case."""
        return self.rules or self.version

    @property
    def workers(self) -> tuple[str, ...]:
        """Who have worked on it and on its children, not counting whoever opened it."""
        worked = (person for name, people in self.people.items() if name != OPENING for person in people)
        return tuple(dict.fromkeys(worked))

    def task(self, run: int) -> Task | None:
        """The open task with this run number."""
        return next((task for task in self.tasks if task.run == run), None)


CASE: TypeAdapter[Case] = TypeAdapter(Case)


def to_json(case: Case) -> Json:
    """The case as plain JSON."""
    return CASE.dump_python(case, mode="json")


def from_json(value: Json) -> Case:
    """The case that `to_json` wrote down."""
    return CASE.validate_python(value)
