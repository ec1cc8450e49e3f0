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

from definitions.catalogue.splits import RECORDS
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
    _fact("bill_mailed_oldest", "date", "Day the oldest unpaid bill was mailed", age=NOW),
    _fact("bill_due", "date", "Day the last bill is due"),
    _fact("worst_delinquency_24_months", "integer", "Longest delinquency in 24 months, days"),
    _fact("usual_bill", "money", "Average of the last six bills"),
    _fact("months_without_late_payment", "integer", "Months without a late payment"),
    _fact("aging", "money", "Owed by age: current, to 30, 60, 90 days past due, older", age=NOW, many=True),
    # payment plans, deposits, returned payments
    _fact("plan_balance", "money", "What is left of the payment plan", age=NOW),
    _fact("plan_due", "date", "Day the next instalment is due", age=NOW, help_="The first that is not paid."),
    _fact(
        "plan_due_amount", "money", "What must be paid now to keep the plan", age=NOW, help_="With the current bills."
    ),
    _fact(
        "plan_broken_since",
        "date",
        "Payment plan broken since",
        age=NOW,
        help_="The day after the due date of the oldest instalment that is behind.",
    ),
    _fact(
        "plan_current_unpaid_since",
        "date",
        "Current bills beside the plan unpaid since",
        age=NOW,
        help_="The day after the due date of the oldest one.",
    ),
    _fact(
        "plan_behind_since",
        "date",
        "Payment plan behind since",
        age=NOW,
        help_="With an instalment or with a current bill, whichever is older.",
    ),
    _fact("deposit_held", "money", "Security deposit held", age=NOW),
    _fact("deposit_since", "date", "Deposit held since", age=NOW),
    _fact("refunds_payable", "money", "Refunds still to be paid", age=NOW),
    _fact("returned_payments", "integer", "Payments returned before, in all", age=NOW, help_="Without the case's own."),
    _fact("returned_payments_12_months", "integer", "Payments returned before, in 12 months", age=NOW),
    _fact(
        "returned_unpaid",
        "money",
        "What is unpaid of the returned payment and its charge",
        age=NOW,
        help_="Of the payment that the case is about.",
    ),
    # the account and its place
    _fact(
        "account_class",
        "enum",
        "Class",
        enum=("residential", "multifamily", "commercial", "irrigation", "construction"),
    ),
    _fact("account_status", "enum", "Status", enum=("active", "shut-off", "closed"), age=NOW),
    _fact(
        "low_income",
        "boolean",
        "Household below 200 % of the poverty level",
        age=NOW,
        help_="Shown by a listed benefit or declared (Health & Safety Code 116914(b)); it stands for a year.",
    ),
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
    _fact(
        "third_party",
        "boolean",
        "Somebody else is told of an impending shut-off",
        age=NOW,
        help_="As a customer of 65 years or more, or a dependent adult, asked (Gov. Code 60373(c)).",
    ),
    _fact("meter_size", "text", "Size of the meter"),
    _fact("holds", "text", "Holds on the account", age=NOW, many=True),
    _fact("open_complaints", "integer", "Open complaints about the account", age=NOW),
    _fact("open_cases", "text", "Types of the account's other open cases", age=NOW, many=True, help_="Each type once."),
    _fact("shut_offs_in_12_months", "integer", "Shut-offs for nonpayment in twelve months"),
    _fact("open_work_orders", "integer", "Open work orders at the premise", age=NOW),
    _fact("on_list", "text", "List on which the account waits for another case", age=NOW),
    _fact("list_released_today", "integer", "Lines that the case's list has released today", age=NOW),
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
    _fact(
        "transactions",
        "text",
        "What was charged and paid in 24 months, oldest first",
        age=NOW,
        many=True,
        records=("on", "what", "amount", "balance"),
    ),
    _fact("adjustments_last_90_days", "integer", "Adjustments in the last 90 days", age=NOW),
    _fact("final_notice_mailed", "date", "Day on which the last final notice was mailed"),
    _fact("adjustments_last_months", "integer", "Leak adjustments in the last 36 months"),
    _fact(
        "read_audit",
        "enum",
        "What the read audit finds in the last read",
        enum=("fine", "high", "zero-use", "backwards", "estimated"),
        help_="Of a read of the last 31 days into which no case has looked yet.",
    ),
    _fact("last_read", "quantity", "Register at the last read", unit="ccf"),
    _fact("last_read_on", "date", "Day of the last read"),
    _fact("zero_use_periods", "integer", "Periods in a row without use"),
    _fact("estimated_periods", "integer", "Periods in a row with an estimated read"),
    # a bankruptcy
    _fact(
        "petition_date", "date", "Day of the petition", age=NOW, help_="Of the bankruptcy that is open on the account."
    ),
    _fact("chapter", "text", "Chapter of the bankruptcy", age=NOW),
    _fact("fees_since_petition", "money", "Fees of collection charged since the petition", age=NOW),
    _fact("set_off_since_petition", "money", "Deposits applied since the petition", age=NOW),
    _fact("read_on_petition", "quantity", "Register as read on the day of the petition", age=NOW, unit="ccf"),
    _fact(
        "split_books",
        "text",
        "The books around the petition",
        age=NOW,
        many=True,
        records=RECORDS,
        help_="The balance before it, bills, reads and postings since.",
    ),
    # the district
    _fact("drought_stage", "integer", "Stage of water shortage", help_="0: none."),
)

FACTS: Final[Mapping[str, Fact]] = MappingProxyType({fact.name: fact for fact in _ALL})

#: Facts that the machine asks for itself: whether the task a timer names is claimed, and a person's approval limit.
RESERVED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "task.claimed": "Is the task claimed?",
        "limit.*": "The person's approval limit of that kind, in USD.",
        "list.*": "What a step's own transaction found: the list on which the account waits, or was taken off until when.",
    }
)


def fact(name: str) -> Fact | None:
    """The fact, or None when there is no such fact."""
    return FACTS.get(name)
