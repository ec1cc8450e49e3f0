"""What a case definition leans on: district, laws, lists, tables. Calendars have their own module."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from definitions.language.durations import Duration
from definitions.language.model import Data, Guard, Key, Name, Roles, ShortForm, Strict, Text, _listed
from definitions.language.patterns import CENTS, COUNT, DAY_OF_YEAR
from definitions.language.sentences import say


class Rule(Strict):
    """One rule of a law, with its source."""

    id: Text = Field(description="Its permanent number, as in the law list.")
    source: Text = Field(description="The section that says so.")
    title: Text | None = Field(None, description="The rule in a sentence.")
    confirmed: bool = Field(True, description="Has counsel confirmed it? Otherwise it is shown as unconfirmed.")
    applies: Guard | None = Field(None, description="The rule binds only where this holds.")
    require: Text | None = Field(None, description="What must be: `60 full days since facts.delinquent_since`.")
    never_while: Annotated[tuple[Key, ...], BeforeValidator(_listed)] = Field((), description="Holds that bar it.")
    charges: Annotated[tuple[Key, ...], BeforeValidator(_listed)] = Field(
        (), description="Fees that it caps, by the name that `charge-fee` gives them."
    )
    at_most: str | None = Field(None, pattern=CENTS, description="With `charges`: the highest amount, in USD.")
    kept_by: Text | None = Field(
        None,
        description="Of a rule that no machine can decide: how the district keeps it. It is shown, and bars nothing.",
    )


class Law(Strict):
    """A set of rules about entering states with a tag."""

    law: Key = Field(description="Its name.")
    title: Text = Field(description="What it protects.")
    kind: Literal["law", "district"] = Field("law", description="A district's own rule may be overridden; a law never.")
    override_by: Roles = Field(
        (), description="Of a district's own rules: who may override them, with a reason and a second person."
    )
    before: Annotated[tuple[Key, ...], BeforeValidator(_listed)] = Field((), description="The tags that it guards.")
    facts: Data = Field(default_factory=dict, description="The facts that its rules read.")
    rules: tuple[Rule, ...] = Field(min_length=1, description="The rules.")


class ExclusionReason(Strict):
    """A reason for taking a line off a list: `{reason: Payment in the post, expires: 5 business days}` or, short, the words."""

    reason: Text = Field(description="What people choose.")
    expires: Duration | None = Field(
        None, description="How long an exclusion for it lasts, where not as the list says."
    )


class ReviewList(Strict):
    """A list that a lead reviews before it runs."""

    list: Key = Field(description="Its name.")
    title: Text = Field(description="What people read.")
    columns: dict[Name, Text] = Field(default_factory=dict, description="What each line shows: an expression each.")
    review: Roles = Field(description="Who reviews and releases it.")
    persons: Literal["1", "2"] = Field("1", description="How many people release it.")
    reasons: tuple[Annotated[ExclusionReason, BeforeValidator(ShortForm("reason"))], ...] = Field(
        (), description="Reasons for taking a line off."
    )
    exclusion_expires: Duration | None = Field(
        None, description="How long an exclusion lasts; so long the account does not join the list again."
    )
    per_day: str | None = Field(None, pattern=COUNT, description="At most so many lines are released a day.")
    check: Guard | None = Field(None, description="Checked again for every line at release.")
    check_says: Text | None = Field(
        None, description="The check in words, for who reviews; else its expression is shown."
    )
    lawful: Annotated[tuple[Key, ...], BeforeValidator(_listed)] = Field(
        (),
        description="Tags of what the list leads to: why each is lawful is kept with the line, and asked again at release.",
    )


class TableRow(Strict):
    """One row of a decision table."""

    when: dict[Name, str] = Field(
        default_factory=dict, description="Conditions by input: a value, `1..10`, `>= 3`, or `any`."
    )
    then: dict[Name, str] = Field(description="Results by output.")
    since: date | None = Field(
        None, description="The day from which the row stands; a row that replaces another stands above it."
    )


class DecisionTable(Strict):
    """A decision table for fees, tiers and limits."""

    table: Key = Field(description="Its name.")
    title: Text = Field(description="What it decides.")
    source: Text | None = Field(None, description="The resolution or policy that says so.")
    inputs: Data = Field(description="What is looked at.")
    outputs: Data = Field(description="What it gives.")
    hit: Literal["first", "unique"] = Field("first", description="The first row that fits, or exactly one.")
    rows: tuple[TableRow, ...] = Field(min_length=1, description="The rows.")


class Queue(Strict):
    """A queue of tasks and who works it."""

    title: Text = Field(description="What people read.")
    roles: Roles = Field(description="Who may claim from it.")


class Crew(Strict):
    """A field crew; its work orders are a queue of the same name."""

    title: Text = Field(description="What people read.")
    roles: Roles = Field(("crew",), description="Who belongs to it.")


class Role(Strict):
    """A role and its rights."""

    title: Text = Field(description="What people read.")
    rights: tuple[Key, ...] = Field((), description="What it may do beyond its queues.")


class Hold(Strict):
    """A kind of hold on an account."""

    title: Text = Field(description="What people read.")
    placed_by: Roles = Field((), description="Who may place it.")
    source: Text | None = Field(None, description="The law or policy behind it.")
    keeps_records: bool = Field(False, description="While it stands, no personal data of the customer are redacted.")


class AccountRun(Strict):
    """A search through the accounts on certain days; those for which it holds get an event, which may open a case."""

    title: Text = Field(description="What people read.")
    event: Key = Field(description="The event that each account gets; a case type names it in `opens-on`.")
    every: Literal["day", "business day"] | None = Field(None, description="On which days.")
    yearly: Text | None = Field(None, pattern=DAY_OF_YEAR, description="Or once a year: month and day, `07-01`.")
    after: Literal["opening", "import"] = Field(
        "opening", description="When on that day: once the office opens, or once the day's payments are imported."
    )
    accounts: Literal["owing", "all"] = Field("owing", description="Only those with a balance above zero, or all.")
    when: Guard | None = Field(None, description="Which of them: a guard over facts.")

    @model_validator(mode="after")
    def _on_some_days(self) -> Self:
        if (self.every is None) == (self.yearly is None):
            raise ValueError(say("a run says on which days it is made: every: business day, or yearly: 07-01"))
        return self


class Reason(Strict):
    """What somebody says at the counter or on the telephone, and the case types that answer to it."""

    says: Text = Field(description="In the words of the customer.")
    cases: tuple[Key, ...] = Field(min_length=1, description="Case types, the likeliest first.")


class District(Strict):
    """The district itself: its people, queues, limits and settings."""

    district: Text = Field(description="The district's name.")
    address: tuple[Text, ...] = Field(description="The return address on letters.")
    telephone: Text = Field(description="The number that letters name.")
    state: Text = Field(
        "CA", pattern=r"^[A-Z]{2}$", description="The state of addresses that name none, as the post writes it."
    )
    time_zone: Text = Field("America/Los_Angeles", description="The zone that its days are counted in.")
    calendar: Key = Field("district", description="The calendar of its office.")
    roles: dict[Key, Role] = Field(description="Roles by name.")
    queues: dict[Key, Queue] = Field(description="Queues by name.")
    crews: dict[Key, Crew] = Field(default_factory=dict, description="Crews by name.")
    publish_persons: Literal["1", "2"] = Field(
        "1", description="How many people publish a definition: with 2 one proposes it and another one approves."
    )
    limits: dict[Key, dict[Key, str]] = Field(
        default_factory=dict, description="Approval limits in USD, by kind and role."
    )
    holds: dict[Key, Hold] = Field(default_factory=dict, description="Kinds of hold.")
    runs: dict[Key, AccountRun] = Field(
        default_factory=dict, description="Searches through the accounts, by name: the aging run, the yearly tax roll."
    )
    counter: tuple[Reason, ...] = Field(
        (), description="What customers come with, in the order in which the counter lists it."
    )
    settings: dict[Name, Any] = Field(default_factory=dict, description="Numbers that actions and letters read.")

    @property
    def work_titles(self) -> dict[str, str]:
        """What the queues and crews are called, by name."""
        queues = {name: queue.title for name, queue in self.queues.items()}
        return queues | {name: crew.title for name, crew in self.crews.items()}
