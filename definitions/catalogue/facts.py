"""The catalogue of facts: what a guard, a law or a pure action may ask of the world outside the case.

A fact is read at the step that needs it and recorded with it. Its name is what definitions write (`facts.balance`), its
age says how old the reading may be when a step is decided on it. `activities` reads each of them; a test checks that
none is missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from definitions.language.model import DataField

NOW: Final = timedelta(0)  #: read inside the step's own transaction
TODAY: Final = timedelta(days=1)  #: as of today's import


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One fact: its type, how old it may be, and what people read."""

    name: str
    field: DataField  #: type, unit, title, help
    max_age: timedelta = TODAY
    records: tuple[str, ...] = ()  #: of a fact that is a list of records: the names in each


def _fact(
    name: str,
    type_: str,
    title: str,
    *,
    age: timedelta = TODAY,
    unit: str | None = None,
    enum: tuple[str, ...] | None = None,
    many: bool = False,
    help_: str | None = None,
    records: tuple[str, ...] = (),
) -> Fact:
    told = {"type": type_, "title": title, "unit": unit, "enum": enum, "many": many, "help": help_}
    written = {key: value for key, value in told.items() if value is not None}
    return Fact(name=name, field=DataField.model_validate(written), max_age=age, records=records)


_ALL: Final = (
    # what the account owes
    _fact("balance", "money", "What the account owes today", age=NOW, help_="Below zero: its credit."),
    _fact("past_due", "money", "What is past due today", age=NOW),
    _fact(
        "delinquent_since",
        "date",
        "Delinquent since",
        age=NOW,
        help_="The day after the due date of the oldest unpaid bill.",
    ),
    _fact("disputed_amount", "money", "Amount in dispute", age=NOW, help_="Of bills that open complaints are about."),
    _fact("collectable", "money", "What may be collected today", age=NOW, help_="Past due without what is in dispute."),
    _fact("paid_today", "money", "Paid today", age=NOW),
    _fact("bill_paid_percent", "quantity", "Share of the disputed bill that is paid", age=NOW, unit="percent"),
    _fact("bill_mailed", "date", "Day the last bill was mailed"),
    _fact("bill_due", "date", "Day the last bill is due"),
    _fact("worst_delinquency_24_months", "integer", "Longest delinquency in 24 months, days"),
    # the account and its place
    _fact(
        "account_class",
        "enum",
        "Class",
        enum=("residential", "multifamily", "commercial", "irrigation", "construction"),
    ),
    _fact("account_status", "enum", "Status", enum=("active", "shut-off", "closed"), age=NOW),
    _fact("language", "text", "Language of letters"),
    _fact(
        "service_area",
        "text",
        "Languages of the service area",
        many=True,
        help_="Languages that legal notices are owed in.",
    ),
    _fact("landlord_is_customer", "boolean", "The customer is the landlord of the occupants"),
    _fact("mailing_differs", "boolean", "The mailing address is not the service address"),
    _fact("meter_size", "text", "Size of the meter"),
    _fact("holds", "text", "Holds on the account", age=NOW, many=True),
    _fact("open_complaints", "integer", "Open complaints about the account", age=NOW),
    _fact("open_cases", "text", "Types of the account's other open cases", age=NOW, many=True, help_="Each type once."),
    _fact("open_work_orders", "integer", "Open work orders at the premise", age=NOW),
    # use
    _fact(
        "bill_history",
        "text",
        "Bills of six years, newest first",
        many=True,
        records=("id", "period_start", "period_end", "days", "use", "amount"),
    ),
    _fact("usage_same_period_last_year", "quantity", "Use in the same period last year", unit="ccf"),
    _fact("usage_average_same_period", "quantity", "Average use in the same period of three years", unit="ccf"),
    _fact("usage_previous_period", "quantity", "Use in the period before", unit="ccf"),
    _fact("neighbours_median_use", "quantity", "Median use of the same class on the route in that period", unit="ccf"),
    _fact(
        "adjustments",
        "text",
        "Adjustments of five years, newest first",
        many=True,
        records=("on", "amount", "reason", "case"),
    ),
    _fact("adjustments_last_90_days", "integer", "Adjustments in the last 90 days", age=NOW),
    _fact("final_notice_mailed", "date", "Day on which the last final notice was mailed"),
    _fact("adjustments_last_months", "integer", "Leak adjustments in the last 36 months"),
    _fact("zero_use_periods", "integer", "Periods in a row without use"),
    _fact("estimated_periods", "integer", "Periods in a row with an estimated read"),
    # the district
    _fact("drought_stage", "integer", "Stage of water shortage", help_="0: none."),
)

FACTS: Final[Mapping[str, Fact]] = MappingProxyType({fact.name: fact for fact in _ALL})

#: Facts that the machine asks for itself: whether the task a timer names is claimed, and a person's approval limit.
RESERVED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "task.claimed": "Is the task claimed?",
        "limit.*": "The person's approval limit of that kind, in USD.",
    }
)


def fact(name: str) -> Fact | None:
    """The fact, or None when there is no such fact."""
    return FACTS.get(name)
