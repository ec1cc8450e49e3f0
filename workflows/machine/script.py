"""How people behave in a rehearsal: for each task who chooses what, how long it takes, what they write; and what comes in.

```yaml
rehearsal: high-consumption
spread: 30 days                      # cases are opened over so long
claimed: 0.8                         # how often a task has been claimed when somebody looks
people:
  review: {after: [1 hour, 2 days], outcomes: {explained: 6, reread: 3, leak: 1}, form: {cause: [leak, usage]}, never: 0.01}
messages:
  answering: {customer-replied: {chance: 0.1, after: [1 day, 9 days], data: {}}}
children:
  leak-investigation:
    outcomes: {repaired: 3, no-leak: 1}
    after: [3 days, 20 days]
    data: {repaired: {finding: customer-side}}
lists: {lock-off: {after: [1 day, 3 days], excluded: 0.1}}
facts: {balance: "0.00"}
limit: "1000.00"
```
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from definitions.language.durations import ELAPSING, Duration, Unit
from definitions.language.loader import load, load_model
from definitions.language.model import DataField, Key, Strict
from workflows.machine.case import Task

_SECONDS = {
    Unit.DAY: 86_400,
    Unit.BUSINESS_DAY: 86_400 * 7 / 5,
    Unit.WEEK: 604_800,
    Unit.MONTH: 2_629_800,
    Unit.BUSINESS_HOUR: 3600,
}


def _pair(value: Any) -> Any:
    return [value, value] if isinstance(value, str) else value


Span = Annotated[
    tuple[Duration, Duration], BeforeValidator(_pair, json_schema_input_type=Duration | tuple[Duration, Duration])
]


def _seconds(duration: Duration) -> float:
    per = ELAPSING.get(duration.unit) or _SECONDS.get(duration.unit, 86_400)
    return float(duration.amount * per)


def _within(span: tuple[Duration, Duration], chance: random.Random) -> timedelta:
    return timedelta(seconds=round(chance.uniform(_seconds(span[0]), _seconds(span[1]))))


class Habit(Strict):
    """What people do with one task."""

    after: Span | None = Field(
        None, description="How long it takes, from and to; by default until shortly before it is due."
    )
    outcomes: dict[Key, float] = Field(
        default_factory=dict, description="How often each outcome is chosen, as weights."
    )
    form: dict[str, Any] = Field(default_factory=dict, description="What is written: a value, or a list to draw from.")
    never: float = Field(0.0, description="How often nobody does it at all.")

    def outcome(self, chance: random.Random) -> str:
        """One outcome, drawn by its weight."""
        return chance.choices(tuple(self.outcomes), tuple(self.outcomes.values()))[0]

    def delay(self, chance: random.Random, task: Task) -> timedelta:
        """How long the task takes this time."""
        if self.after is not None:
            return _within(self.after, chance)
        whole = (task.due - task.opened_at) if task.due is not None else timedelta(days=2)
        return timedelta(seconds=round(whole.total_seconds() * chance.uniform(0.05, 1.1)))


class Arrival(Strict):
    """A message that may come while a case is in a state."""

    chance: float = Field(description="How often it comes.")
    after: Span = Field(description="How long after the state was entered, from and to.")
    data: dict[str, Any] = Field(default_factory=dict, description="What it brings along.")


class Review(Strict):
    """What a lead does with the lines of one list."""

    after: Span = Field(
        (Duration.parse("1 day"), Duration.parse("2 days")), description="How long a line waits, from and to."
    )
    excluded: float = Field(0.0, description="How often a line is taken off.")
    reason: str | None = Field(None, description="For what; by default the list's first reason.")

    def delay(self, chance: random.Random) -> timedelta:
        """How long a line waits this time."""
        return _within(self.after, chance)


class Child(Strict):
    """How child cases of one type end."""

    outcomes: dict[Key, float] = Field(description="How often each final state is reached, as weights.")
    after: Span = Field(description="How long it takes, from and to.")
    data: dict[str, dict[str, Any]] = Field(
        default_factory=dict, description="What it tells, by final state: a value, or a list to draw from."
    )


class Script(Strict):
    """A whole rehearsal script; an empty one has everybody choose at random."""

    rehearsal: Key | None = Field(None, description="The case type that it is for.")
    spread: Duration | None = Field(None, description="Cases are opened over so long.")
    claimed: float = Field(0.8, description="How often a task has been claimed when an escalation looks.")
    people: dict[Key, Habit] = Field(default_factory=dict, description="Habits by task.")
    messages_: dict[str, dict[Key, Arrival]] = Field(
        default_factory=dict, alias="messages", description="Arrivals by state."
    )
    lists: dict[Key, Review] = Field(
        default_factory=dict, description="What leads do, by list; without it every line is released within two days."
    )
    children: dict[Key, Child] = Field(default_factory=dict, description="Ends of child cases by case type.")
    replies: dict[Key, dict[str, Any]] = Field(
        default_factory=dict, description="What effects answer, by event: a value, or a list to draw from."
    )
    facts: dict[str, Any] = Field(default_factory=dict, description="Facts where the data have no column for them.")
    limit: str = Field("1000.00", description="The approval limit that everybody has, in USD.")

    @property
    def spread_seconds(self) -> float:
        """Over how many seconds cases are opened."""
        return _seconds(self.spread) if self.spread else 0.0

    def opening(self, row: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """A row of a data file as opening data and facts: `bill.amount` nests, `facts.balance` is a fact."""
        data: dict[str, Any] = {}
        facts = dict(self.facts)
        for column, value in row.items():
            if value in ("", None):
                continue
            name, _, rest = column.partition(".")
            if name == "facts":
                facts[rest] = value
            elif rest:
                data.setdefault(name, {})[rest] = _WORDS.get(value, value)
            else:
                data[column] = value
        return data, facts

    def habit(self, task: str, outcomes: tuple[str, ...]) -> Habit:
        """What people do with a task; without a script each outcome is as likely as the others."""
        habit = self.people.get(task, _NO_HABIT)
        return habit if habit.outcomes else habit.model_copy(update={"outcomes": dict.fromkeys(outcomes, 1.0)})

    def messages(self, path: str, chance: random.Random) -> Iterator[tuple[str, timedelta, dict[str, Any]]]:
        """What comes from outside once a state has been entered."""
        for name, arrival in self.messages_.get(path, {}).items():
            if chance.random() < arrival.chance:
                yield name, _within(arrival.after, chance), arrival.data

    def reply(self, event: str, chance: random.Random) -> dict[str, Any]:
        """What an effect's answer brings along."""
        told = self.replies.get(event, {})
        return {name: chance.choice(value) if isinstance(value, list) else value for name, value in told.items()}

    def child(self, case: str, chance: random.Random) -> str:
        """The final state that a child case reaches."""
        known = self.children.get(case)
        return chance.choices(tuple(known.outcomes), tuple(known.outcomes.values()))[0] if known else "closed"

    def child_tells(self, case: str, outcome: str, chance: random.Random) -> dict[str, Any]:
        """What a child case that closed so tells."""
        known = self.children.get(case)
        told = known.data.get(outcome, {}) if known else {}
        return {name: chance.choice(value) if isinstance(value, list) else value for name, value in told.items()}

    def child_takes(self, case: str, chance: random.Random) -> timedelta:
        """How long a child case takes."""
        known = self.children.get(case)
        return _within(known.after, chance) if known else timedelta(days=chance.randint(2, 20))

    def sample(self, field: DataField, chance: random.Random, begin: datetime) -> Any:
        """A value of the field's type, where the script says nothing."""
        match field.type:
            case "enum":
                return chance.choice(field.enum or ("",))
            case "boolean":
                return chance.random() < 0.5
            case "integer":
                return chance.randint(int(field.minimum or 0), int(field.maximum or 10))
            case "number" | "quantity" | "money":
                low, high = float(field.minimum or 0), float(field.maximum or 100)
                return f"{chance.uniform(low, high):.2f}"
            case "date":
                return begin.date().isoformat()
            case "datetime":
                return begin.isoformat()
            case "text" | "file" | "user":
                return "rehearsed"
            case _:
                return {"id": "rehearsed"}


_NO_HABIT = Habit()
_WORDS = {"true": True, "false": False}  # parts of entities have no declared type here; guards ask for real booleans


def script_of(folder: Path, case: str) -> Script:
    """The script beside a case definition, an empty one where there is none; ValueError with what is wrong in it."""
    file = folder / "cases" / f"{case}.rehearsal.yaml"
    return read_script(file) if file.exists() else Script()


def read_script(file: Path) -> Script:
    """The script of a file; ValueError with what is wrong in it."""
    script, problems = load_model(load(file.read_text(), str(file)), Script)
    if script is None:
        raise ValueError("the script cannot be read:\n" + "\n".join(str(problem) for problem in problems))
    return script
