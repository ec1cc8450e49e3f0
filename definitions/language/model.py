"""The shape of a case definition: what an author may write, as a typed model.

Keys in YAML have hyphens where Python has underscores (`not-by`, `on-restart` are the exception that the language took over
from its first authors: `on_restart`, `check-at-site`). Unknown keys are errors everywhere. Short forms (`done: closed`,
`comment: text`, `- mark-notice`) are widened before validation, so that the rest of the product sees one shape.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from definitions.language.durations import Duration
from definitions.language.patterns import KEY, NAME, TARGET, WORD
from definitions.language.sentences import say

Key = Annotated[str, StringConstraints(pattern=KEY)]
Name = Annotated[str, StringConstraints(pattern=NAME)]
Word = Annotated[str, StringConstraints(pattern=WORD)]
Target = Annotated[str, StringConstraints(pattern=TARGET)]
Text = Annotated[str, StringConstraints(min_length=1)]
Guard = Annotated[str, StringConstraints(min_length=1)]


def _hyphens(name: str) -> str:
    return name.rstrip("_").replace("_", "-")


class Strict(BaseModel):
    """A part of a definition: unknown keys are errors, values never change after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=_hyphens, populate_by_name=True)


def _listed(value: Any) -> Any:
    return value if isinstance(value, list | tuple) or value is None else [value]


@dataclass(frozen=True)
class ShortForm:
    """Makes the whole form of a short one: a word alone is the value of the key."""

    key: str

    def __call__(self, value: Any) -> Any:
        """The value as a mapping, if it is a word; else the value."""
        return {self.key: value} if isinstance(value, str) else value


def _widened(key: str) -> BeforeValidator:
    return BeforeValidator(ShortForm(key))


ScalarType = Literal[
    "text", "boolean", "integer", "number", "date", "datetime", "money", "quantity", "enum", "file", "user"
]
EntityType = Literal["account", "applicant", "parcel", "premise", "service-point", "meter", "read", "bill", "payment"]
Roles = Annotated[tuple[Key, ...], BeforeValidator(_listed)]


class DataField(Strict):
    """A typed value of a case: `{type: quantity, unit: ccf, required: true}`, `{enum: [leak, misread]}` or, short, `text`."""

    type: ScalarType | EntityType = Field(description="What the value is.")
    title: Text | None = Field(None, description="What people read beside it; by default the key with a capital.")
    help: Text | None = Field(None, description="A sentence for whoever fills it in.")
    required: bool = Field(
        False, description="Must be given when the case is opened (in `data`) or the form is completed."
    )
    many: bool = Field(False, description="A list of such values.")
    long: bool = Field(False, description="Of a text: it may have several lines, and pages give it room for them.")
    enum: tuple[Word, ...] | None = Field(None, description="The words to choose from.")
    unit: Literal["ccf", "gal", "kgal", "m3", "l", "af", "psi", "gpm", "percent"] | None = Field(
        None, description="The unit of a quantity."
    )
    minimum: str | None = Field(None, description="The smallest value allowed, in the field's own unit.")
    maximum: str | None = Field(None, description="The largest value allowed, in the field's own unit.")
    default: str | None = Field(None, description="What the form shows first.")

    @model_validator(mode="before")
    @classmethod
    def _enum_says_its_type(cls, value: Any) -> Any:
        return {"type": "enum", **value} if isinstance(value, dict) and "enum" in value else value

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.type == "enum") != (self.enum is not None):
            raise ValueError(say("a field of type enum lists its words: {enum: [leak, misread]}"))
        if (self.type == "quantity") != (self.unit is not None):
            raise ValueError(say("a quantity names its unit, and only a quantity does: {type: quantity, unit: ccf}"))
        if self.long and (self.type != "text" or self.many):
            raise ValueError(say("only a single text is long: {type: text, long: true}"))
        return self


class FormField(Strict):
    """A field of a form: one named in `data` says `required` or `optional`, any other declares its type."""

    use: Literal["required", "optional"] | None = Field(
        None, description="For a field of `data`: must it be filled in?"
    )
    declares: DataField | None = Field(None, description="For any other field: its type.")

    @model_validator(mode="before")
    @classmethod
    def _either(cls, value: Any) -> Any:
        if value in ("required", "optional"):
            return {"use": value}
        if isinstance(value, dict) and ("use" in value or "declares" in value):
            return value
        return {"declares": {"type": value} if isinstance(value, str) else value}


Form = dict[Name, FormField]
Data = dict[Name, Annotated[DataField, _widened("type")]]


class Action(Strict):
    """Something done when a state is entered or left, or on the way: `{letter: {template: answer}}` or `mark-notice`."""

    action: Key = Field(description="The action's name in the catalogue.")
    with_: dict[Name, Any] = Field(default_factory=dict, description="Its arguments, by name.")
    set: Name | None = Field(None, description="For a pure action: the field of `data` that takes its result.")

    @model_validator(mode="before")
    @classmethod
    def _from_short(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"action": value}
        if isinstance(value, dict) and len(value) == 1 and "action" not in value:
            ((name, given),) = value.items()
            if isinstance(given, dict):
                args = {key: arg for key, arg in given.items() if key != "set"}
                return {"action": name, "with": args, "set": given.get("set")}
            if given is None:
                return {"action": name}
        if isinstance(value, cls) or (isinstance(value, dict) and "action" in value):
            return value
        raise ValueError(say("an action is a name, or a name with its arguments: {letter: {template: answer}}"))


Actions = Annotated[tuple[Action, ...], BeforeValidator(_listed)]


class Transition(Strict):
    """Where an event leads: `{target: answering, guard: ..., actions: [...]}` or, short, `answering`."""

    target: Target | None = Field(
        None, description="The state to enter: a neighbour's key, a path with `/`, or `history` for where the case was."
    )
    guard: Guard | None = Field(
        None, description="A CEL expression over data, facts and event; the way is open only if it holds."
    )
    actions: Actions = Field((), description="What is done on the way.")
    title: Text | None = Field(None, description="What people read on the button or in the timeline.")
    help: Text | None = Field(None, description="A sentence that says when this is the right choice.")

    @model_validator(mode="after")
    def _does_something(self) -> Self:
        if self.target is None and not self.actions:
            raise ValueError(say("a transition names a target, or actions, or both"))
        return self


ToState = Annotated[Transition, _widened("target")]
ToStates = Annotated[tuple[ToState, ...], BeforeValidator(_listed)]
OnRestart = Literal["keep-deadline", "resume-remaining", "restart"]


class Timer(Strict):
    """A transition that time takes: the delay or date is its key."""

    target: Target | None = Field(None, description="The state to enter.")
    guard: Guard | None = Field(None, description="The timer only counts if this holds when it fires.")
    actions: Actions = Field((), description="What is done on the way.")
    name: Key | None = Field(None, description="Its stable name; by default `state/after/delay`.")
    title: Text | None = Field(None, description="What people read.")
    on_restart: OnRestart = Field(
        "restart", alias="on_restart", description="What happens to it when its state is entered again."
    )


ToTimer = Annotated[Timer, _widened("target")]


class Outcome(Transition):
    """What a person may choose at the end of a task."""

    needs: Literal["all", "any"] = Field(
        "all", description="With `each`: all instances must choose it, or one is enough."
    )
    roles: Roles = Field((), description="Only these roles may choose it.")
    limit: Key | None = Field(None, description="The approval limit (district.yaml) that the person must have.")
    limit_of: Name | None = Field(None, description="The money field that the limit is held against.")
    form: Form = Field(default_factory=dict, description="Fields that only this outcome asks for.")
    unchecked: bool = Field(
        False, description="Of a work order with `check-at-site`: nothing was done, so nothing is checked."
    )


Priority = Literal["low", "normal", "high", "urgent"]

#: The event that a child case is sent when nobody waits for it any longer.
CALLED_OFF: Final = "called-off"

#: In `not-by`: whoever opened the case, and everybody who worked on the case that opened it.
OPENING: Final = "opening"


class Task(Strict):
    """Work for a person. Its name is the key of its state unless it says otherwise."""

    name: Key | None = Field(None, description="Its stable name, which audit, `not-by` and migration use.")
    title: Text = Field(description="What people read in the queue.")
    help: Text | None = Field(None, description="What to do, in a sentence or two.")
    queue: Key | None = Field(None, description="The queue it is offered to.")
    users: Annotated[tuple[Name, ...], BeforeValidator(_listed)] = Field(
        (), description="Named people it is offered to."
    )
    priority: Priority = Field("normal", description="How pressing it is when it opens.")
    due: Duration | None = Field(None, description="By when it should be done.")
    follow_up: Duration | None = Field(None, description="When it should come back to mind.")
    form: Form = Field(default_factory=dict, description="What is filled in.")
    outcomes: dict[Key, Annotated[Outcome, _widened("target")]] = Field(min_length=1, description="How it may end.")
    not_by: Annotated[tuple[Key, ...], BeforeValidator(_listed)] = Field(
        (),
        description="Separation of duties: nobody who completed or helped with one of these tasks of the case. `opening` "
        "stands for whoever opened it and for all who worked on the case that it is a child of, the key of a state that "
        "invokes a case for all who worked on that one.",
    )
    each: str | None = Field(None, description="One task for each item of a list: `data.meters`.")
    mixed: ToState | None = Field(None, description="With `each`: where it goes when all are done and no outcome fits.")
    skippable: bool = Field(False, description="May be skipped with a reason; the first outcome is taken then.")
    repeatable: bool = Field(False, description="May be done again while its state is still active or just left.")
    take_back: Duration | None = Field(None, description="How long an outcome can be taken back.")
    visible_to: Roles = Field((), description="Only these roles see its form; everybody by default.")


class WorkOrder(Task):
    """Work in the field: a task for a crew, with a snapshot of the place that does not change."""

    crew: Key = Field(description="The crew whose queue it goes to.")
    kind: Key | None = Field(None, description="What sort of order it is; by default its name.")
    check_at_site: bool | Guard = Field(
        False,
        description="Holds, laws and, if one is written, this guard are asked once more at the curb before it is closed.",
    )


class Escalation(Strict):
    """What happens when a task is left lying, counted from its opening (for `overdue`, from its due date)."""

    after: Duration = Field(description="How long it may lie.")
    when: Literal["unclaimed", "open", "overdue"] = Field(
        "open", description="What is looked at when the time has come."
    )
    name: Key | None = Field(None, description="Its stable name; by default `escalation-1` and so on.")
    priority: Priority | None = Field(None, description="Raises the priority.")
    queue: Key | None = Field(None, description="Moves it to another queue, which releases the claim.")
    assign: Name | None = Field(None, description="Gives it to a person.")
    notify: Roles = Field((), description="Roles or people who are told.")
    remind: bool = Field(False, description="Reminds the assignee.")
    event: Key | None = Field(None, description="Fires this event in the case.")


class Invoke(Strict):
    """Opens another case as a child and waits for its end."""

    case: Key = Field(description="The case type to open.")
    with_: dict[Name, Any] = Field(default_factory=dict, description="Its opening data.")
    done: ToState | None = Field(None, description="Where to go when it has closed.")
    outcomes: dict[Key, ToState] = Field(
        default_factory=dict, description="Where to go by the final state it closed in."
    )
    call_off: bool = Field(
        False,
        description="When the state is left before the child has closed, the child is sent the event `called-off`.",
    )


class ScheduleRow(Strict):
    """One row of what clerks know from billing systems: an event with what it depends on and how many days after."""

    id: Key = Field(description="Its number or word.")
    do: Action | Annotated[dict[Literal["task"], Key], Field(min_length=1)] = Field(
        description="An action, or a task of `tasks` by name."
    )
    depends_on: Annotated[tuple[str, ...], BeforeValidator(_listed)] = Field(
        (), description="The rows that come first."
    )
    days_after: Duration | None = Field(None, description="How long after them (or after the state is entered).")
    guard: Guard | None = Field(None, description="The row is left out unless this holds.")
    then: Target | None = Field(None, description="Where the case goes after this row.")


class State(Strict):
    """A state: what is done on entry, what it then waits for, and where that leads."""

    title: Text | None = Field(None, description="What people read; by default the key with a capital.")
    help: Text | None = Field(None, description="A sentence on what the case waits for here.")
    type: Literal["final", "history"] | None = Field(None, description="A final state closes the case (or its region).")
    history: Literal["shallow", "deep"] | None = Field(None, description="For a history state: how much it remembers.")
    default: Target | None = Field(
        None, description="For a history state: where to go if there is nothing to remember."
    )
    tags: Annotated[tuple[Key, ...], BeforeValidator(_listed)] = Field(
        (), description="Words that laws and reports know it by."
    )
    entry: Actions = Field((), description="What is done when it is entered.")
    exit: Actions = Field((), description="What is done when it is left.")
    on: dict[Key, ToStates] = Field(default_factory=dict, description="Events and where they lead.")
    after: dict[Duration, ToTimer] = Field(default_factory=dict, description="Timers by how long after entry.")
    at: dict[str, ToTimer] = Field(default_factory=dict, description="Timers by a date in data, facts or law.")
    task: Task | None = Field(None, description="Work for a person while in this state.")
    work_order: WorkOrder | None = Field(None, description="Work for a crew while in this state.")
    escalations: tuple[Escalation, ...] = Field((), description="What happens when the work is left lying.")
    choose: tuple[ToState, ...] = Field(
        (), description="A decision: the first branch whose guard holds; the last has none."
    )
    list: Key | None = Field(None, description="Cases gather here until a lead releases them.")
    released: ToState | None = Field(None, description="Where a released line goes.")
    excluded: ToState | None = Field(
        None, description="Where an excluded line goes; without it, it comes back when the exclusion expires."
    )
    dropped: ToState | None = Field(
        None, description="Where a line goes that its list's check no longer lets pass; without it, it stays."
    )
    invoke: Invoke | None = Field(None, description="Another case that is opened as a child.")
    schedule: tuple[ScheduleRow, ...] = Field((), description="A short form that expands to states.")
    tasks: dict[Key, Task] = Field(default_factory=dict, description="The tasks that rows of `schedule` name.")
    initial: Target | None = Field(None, description="The state inside that is entered first.")
    states: dict[Key, State] = Field(default_factory=dict, description="The states inside.")
    parallel: dict[Key, State] = Field(default_factory=dict, description="Regions that are active together.")
    done: ToState | None = Field(None, description="Where to go when the states inside have reached a final one.")


class ServiceLevel(Strict):
    """How fast the district promises to be, and where the clock runs."""

    start: Target = Field(description="Entering this state starts the clock.")
    stop: Annotated[tuple[Target, ...], BeforeValidator(_listed)] = Field(description="Entering one of these stops it.")
    pause: Annotated[tuple[Target, ...], BeforeValidator(_listed)] = Field((), description="It stands still in these.")
    target: Duration = Field(description="The promise.")
    warn: Duration | None = Field(None, description="When people are warned.")


HoldEffect = Literal["freeze", "extend", "restart", "none"]


class HoldRule(Strict):
    """What a hold on the account does to this case."""

    timers: HoldEffect = Field("freeze", description="What becomes of running timers.")
    bars: Annotated[tuple[Key, ...], BeforeValidator(_listed)] = Field(
        (), description="Tags or states not to be entered."
    )
    recall: bool = Field(True, description="Recalls open work orders at once.")
    recall_letters: bool = Field(
        False,
        description="Recalls the case's letters that are not mailed yet; they are not written again by themselves.",
    )


class Reopening(Strict):
    """How a closed case comes back."""

    target: Target = Field(description="The state it comes back to.")
    within: Duration | None = Field(None, description="How long after it was closed.")
    roles: Roles = Field((), description="Who may.")
    on: Annotated[tuple[Key, ...], BeforeValidator(_listed)] = Field(
        (), description="Messages that reopen it by themselves."
    )


class Migration(Strict):
    """How open cases of earlier versions come over to this one. What keeps its name needs no line."""

    states: dict[Target, Target] = Field(
        default_factory=dict, description="A state of an earlier version, by its path, and the one that it is now."
    )
    tasks: dict[Key, Key] = Field(
        default_factory=dict, description="A task of an earlier version and the one that it is now, or `withdrawn`."
    )
    timers: dict[Text, Text] = Field(
        default_factory=dict, description="A timer of an earlier version and the one that it is now, or `withdrawn`."
    )
    data: dict[Name, Any] = Field(
        default_factory=dict, description="What a field holds from then on in a case that has nothing in it."
    )


class CaseDefinition(Strict):
    """A case type: its data, its states, and the rules that it may never break."""

    case: Key = Field(description="The case type's name.")
    title: Text = Field(description="What people read.")
    help: Text | None = Field(None, description="When to open such a case.")
    laws: Annotated[tuple[Key, ...], BeforeValidator(_listed)] = Field((), description="Rules that it may never break.")
    calendar: Key = Field("district", description="The calendar that its days are counted by.")
    facts: Data = Field(
        default_factory=dict, description="What is read from outside at each step that uses it, and recorded."
    )
    data: Data = Field(
        default_factory=dict, description="What the case holds; what is required must be given to open it."
    )
    messages: dict[Key, Data] = Field(default_factory=dict, description="What events from outside bring along.")
    one_open_per: Name | None = Field(None, description="At most one open case for the same value of this field.")
    open_by: Roles = Field((), description="Who may open one; everybody with the right by default.")
    opens_on: Annotated[tuple[Key, ...], BeforeValidator(_listed)] = Field(
        (), description="Account events that open a case."
    )
    sla: ServiceLevel | None = Field(None, description="The promise to the customer.")
    holds: dict[Key, Annotated[HoldRule, _widened("timers")]] = Field(
        default_factory=dict, description="What holds on the account do to the case."
    )
    reopen: Annotated[Reopening, _widened("target")] | None = Field(None, description="How a closed case comes back.")
    migration: Migration | None = Field(None, description="How open cases of earlier versions come over to this one.")
    initial: Target = Field(description="The state that it starts in.")
    on: dict[Key, ToStates] = Field(
        default_factory=dict, description="Events accepted in every state that is not final."
    )
    states: dict[Key, State] = Field(min_length=1, description="The states.")


State.model_rebuild()
