"""What can happen to a case. What people ask is refused or taken; what the world reports has happened already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import Discriminator, TypeAdapter


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """A person completes a task with an outcome and a form."""

    kind: Literal["outcome"] = "outcome"
    run: int
    outcome: str
    form: Mapping[str, Any] = field(default_factory=dict)
    by: str
    helpers: tuple[str, ...] = ()  #: who helped with the task, for separation of duties
    checked_at: str | None = None  #: with `check-at-site`: when the fresh check at the curb was made (ISO time)


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """Something from outside: a reply, a payment, a filing. Also what an effect answers and what escalations fire."""

    kind: Literal["message"] = "message"
    name: str
    data: Mapping[str, Any] = field(default_factory=dict)
    by: str = "outside"


@dataclass(frozen=True, kw_only=True, slots=True)
class TimerFired:
    """A timer's time has come. For an escalation the facts say whether the task is claimed."""

    kind: Literal["timer"] = "timer"
    name: str
    run: int | None = None
    by: str = "clock"


@dataclass(frozen=True, kw_only=True, slots=True)
class Replied:
    """An effect has been carried out: its answer is an event of the case (`posted`), its result the event's data."""

    kind: Literal["replied"] = "replied"
    name: str
    effect: str  #: `<step>.<number>`
    data: Mapping[str, Any] = field(default_factory=dict)
    by: str = "headgate"


@dataclass(frozen=True, kw_only=True, slots=True)
class HoldsChanged:
    """The account's holds are now these: kind → ISO time each was placed."""

    kind: Literal["holds"] = "holds"
    holds: Mapping[str, str]
    version: int
    by: str = "headgate"


@dataclass(frozen=True, kw_only=True, slots=True)
class RulesRenewed:
    """The district has a new calendar or new laws: they bind from this day on."""

    kind: Literal["rules"] = "rules"
    version: int  #: of the case's definition, which brought them
    rules: str  #: calendar and laws, as `definitions.language.compiled.rules_of` writes them down
    by: str = "headgate"


@dataclass(frozen=True, kw_only=True, slots=True)
class Migrated:
    """An open case comes over to another version of its definition."""

    kind: Literal["migrate"] = "migrate"
    version: int
    rules: int | None = None  #: the later version whose calendar and laws bind it there, if any
    content: str  #: that version's compiled bytes under these rules, as base64
    states: Mapping[str, str] = field(default_factory=dict)  #: path of a state as it was → as it is now
    tasks: Mapping[str, str] = field(default_factory=dict)  #: name of a task → as it is now, or `withdrawn`
    timers: Mapping[str, str] = field(default_factory=dict)  #: the same of timers
    data: Mapping[str, Any] = field(default_factory=dict)  #: what fields hold that hold nothing
    reason: str = ""
    by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ChildClosed:
    """A child case has closed."""

    kind: Literal["child"] = "child"
    child: str
    outcome: str
    data: Mapping[str, Any] = field(default_factory=dict)
    people: tuple[str, ...] = ()  #: who worked on it
    by: str = "headgate"


@dataclass(frozen=True, kw_only=True, slots=True)
class LineDecided:
    """A lead has released or excluded this case's line on a list."""

    kind: Literal["line"] = "line"
    state: str
    decision: Literal["released", "excluded"]
    joined: int | None = None  #: the step in which the line joined: one that joined later is not the one that was seen
    reason: str | None = None
    until: str | None = None  #: of an exclusion: the day on which it is over, where it is not the list's own
    by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskSuspended:
    """A person puts a task aside with a reason; `clock_stops` says whether its due date and escalations stand still."""

    kind: Literal["suspend"] = "suspend"
    run: int
    reason: str
    clock_stops: bool
    by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskResumed:
    """A suspended task goes on."""

    kind: Literal["resume"] = "resume"
    run: int
    by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskSkipped:
    """A skippable task is left out with a reason; its first outcome is taken."""

    kind: Literal["skip"] = "skip"
    run: int
    reason: str
    by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskRedone:
    """A repeatable task is opened again."""

    kind: Literal["redo"] = "redo"
    name: str
    reason: str
    by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class TakenBack:
    """The person takes back their last outcome while nothing irreversible has happened."""

    kind: Literal["take-back"] = "take-back"
    run: int
    by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Reopened:
    """A closed case is opened again."""

    kind: Literal["reopen"] = "reopen"
    reason: str
    by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Overridden:
    """Two persons let district rules not bind the next time; laws and holds bind all the same."""

    kind: Literal["override"] = "override"
    rules: tuple[str, ...]
    reason: str
    by: str
    approved_by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Moved:
    """Operators move a case to a state with two persons' approval; laws and holds still bind."""

    kind: Literal["move"] = "move"
    target: str
    reason: str
    by: str
    approved_by: str


Event = Annotated[
    Outcome
    | Message
    | TimerFired
    | Replied
    | HoldsChanged
    | RulesRenewed
    | Migrated
    | ChildClosed
    | LineDecided
    | TaskSuspended
    | TaskResumed
    | TaskSkipped
    | TaskRedone
    | TakenBack
    | Reopened
    | Overridden
    | Moved,
    Discriminator("kind"),
]

EVENT: TypeAdapter[Any] = TypeAdapter(Event)


def to_json(event: Any) -> Any:
    """The event as plain JSON."""
    return EVENT.dump_python(event, mode="json")


def from_json(value: Any) -> Any:
    """The event that `to_json` wrote down; raises pydantic's ValidationError for anything else."""
    return EVENT.validate_python(value)
