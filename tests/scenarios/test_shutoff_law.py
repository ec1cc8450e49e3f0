"""The shipped laws on a plain collection: the first lawful day, rule by rule, across holidays and holds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

import pytest
from playing import ACCOUNT, DEFINITIONS, on

from definitions.language.library import load_library
from definitions.language.loader import load, load_model
from definitions.language.model import CaseDefinition
from workflows.machine.case import Case
from workflows.machine.errors import Barred
from workflows.machine.events import HoldsChanged, Message
from workflows.machine.machine import Machine

COLLECTION = """
case: collection
title: Delinquency to lock-off
laws: [ca-water-shutoff, bankruptcy-stay]
data: {account: {type: account, required: true}}
initial: waiting
on:
  payment-received: paid
states:
  waiting:
    on:
      adult-reached: {actions: [record: {what: call adult-reached}]}
      options-offered: {actions: [record: {what: call options-offered}]}
      occupants-told: {actions: [record: {what: letter occupant-notice mailed}]}
      tag-posted: {actions: [record: {what: letter shut-off-tag posted}]}
      visited: {actions: [record: {what: visit imminent-shut-off-left}]}
      plan-notice-posted: {actions: [record: {what: letter plan-final-notice posted}]}
      lock: locked
  locked: {type: final, tags: [locked-off]}
  paid: {type: final}
"""

FACTS: Mapping[str, Any] = {
    "delinquent_since": "2026-05-05",  # due on 4 May
    "bill_mailed_oldest": "2026-04-09",
    "account_class": "residential",
    "landlord_is_customer": False,
    "mailing_differs": False,
    "service_area": ["en"],
}


@cache
def machine() -> Machine:
    library = load_library(DEFINITIONS)
    definition, problems = load_model(load(COLLECTION, "collection.yaml"), CaseDefinition)
    assert definition is not None, problems
    library.cases["collection"] = definition
    return Machine(library.compile("collection"))


class Account:
    """A delinquent account whose final notice was mailed on a day."""

    def __init__(self, mailed: str | None = "2026-06-15 10:00", **facts: Any) -> None:
        self.facts = dict(FACTS) | facts
        self.case, _ = machine().start(
            case_id="c-2x7mpqk4hvta", data={"account": ACCOUNT}, at=on("2026-05-06 09:00"), by="lead", facts=self.facts
        )
        if mailed is not None:
            self.mail(mailed)
            self.send("adult-reached", on(mailed))

    def mail(self, at: str, languages: str = "en") -> None:
        """The final notice is mailed."""
        self.send("letter-mailed", on(at), template="final-notice", mailed=at[:10], languages=languages)

    def send(self, name: str, at: datetime, **data: Any) -> Case:
        self.case, _ = machine().fire(self.case, Message(name=name, data=data), self.facts, at)
        return self.case

    def place(self, hold: str, at: datetime) -> None:
        event = HoldsChanged(holds={hold: at.isoformat()}, version=1)
        self.case, _ = machine().fire(self.case, event, self.facts, at)

    def barred(self, at: str) -> str:
        """Why the lock is not lawful at that time."""
        with pytest.raises(Barred) as refused:
            machine().fire(self.case, Message(name="lock"), self.facts, on(at))
        return refused.value.sentence

    def locked(self, at: str) -> bool:
        return self.send("lock", on(at)).outcome == "locked"


def test_sixty_full_days_allow_the_sixty_first_day_after_the_due_date() -> None:
    # due on 4 May: delinquent from 5 May, 60 full days end with 3 July, and 4 July is a Saturday
    account = Account()
    assert "116908(a)(1)(A)" in account.barred("2026-07-03 10:00")
    assert "60374" in account.barred("2026-07-04 10:00")
    assert account.locked("2026-07-06 10:00")


def test_a_refusal_says_why_the_first_day_is_later_than_what_was_counted_to() -> None:
    sentence = Account().barred("2026-07-03 10:00")
    assert sentence.startswith("not before Monday 6 July 2026: 60 full days since 5 May 2026")
    assert sentence.endswith(", and no shut-off on a Saturday (Gov. Code 60374)")


def test_a_refusal_names_each_holiday_that_it_goes_round() -> None:
    # The notice's fifteen days end on Thursday 26 November: Thanksgiving, the day after it, then a weekend.
    sentence = Account("2026-11-11 10:00").barred("2026-11-20 10:00")
    assert sentence.startswith("not before Monday 30 November 2026")
    assert sentence.endswith("no shut-off on Thanksgiving Day or Day after Thanksgiving (Gov. Code 60374)")


def test_a_refusal_on_a_day_that_is_itself_lawful_names_no_other() -> None:
    assert "60374" not in Account("2026-07-01 10:00").barred("2026-07-15 10:00")


def test_after_closing_the_first_lawful_day_is_another_and_before_opening_the_same() -> None:
    assert Account().barred("2026-07-08 17:45").startswith("not before Thursday 9 July 2026")
    assert Account().barred("2026-07-08 06:45").startswith("not before Wednesday 8 July 2026")
    assert Account().barred("2026-07-10 16:45").startswith("not before Monday 13 July 2026")  # a Friday


def test_a_notice_counts_fifteen_days_from_its_mailing() -> None:
    account = Account("2026-07-01 10:00")
    assert "60373(a)" in account.barred("2026-07-15 10:00")
    assert account.locked("2026-07-16 10:00")


def test_without_a_notice_no_day_is_lawful() -> None:
    assert "letter final-notice mailed" in Account(None).barred("2026-07-20 10:00")


def test_nothing_is_locked_outside_office_hours_or_on_a_legal_holiday_on_which_the_office_works() -> None:
    account = Account()
    assert "60374" in account.barred("2026-07-08 17:45")
    assert "60374" in account.barred("2026-09-09 10:00")  # Admission Day
    assert account.locked("2026-09-10 10:00")


def test_somebody_there_must_have_been_reached_two_days_before() -> None:
    late = Account(None)
    late.mail("2026-06-15 10:00")
    late.send("adult-reached", on("2026-07-07 10:00"))
    assert "60373(b)" in late.barred("2026-07-08 10:00")
    assert late.locked("2026-07-10 10:00")


@pytest.mark.parametrize(
    ("hold", "section"),
    [
        ("appeal", "116908(b)"),
        ("medical", "116910(a)"),
        ("dispute", "60372(b)"),
        ("extension", "60372(b)"),
        ("payment-plan", "60372(c)"),
        ("bankruptcy", "362(a)"),
    ],
)
def test_a_hold_bars_the_lock_as_long_as_it_stands(hold: str, section: str) -> None:
    account = Account()
    account.place(hold, on("2026-07-01 10:00"))
    assert section in account.barred("2026-07-20 10:00")


def test_a_landlords_tenants_are_told_ten_days_before() -> None:
    account = Account(landlord_is_customer=True)
    assert "116916(b)" in account.barred("2026-07-06 10:00")
    account.send("occupants-told", on("2026-07-06 10:00"))
    assert "116916(b)" in account.barred("2026-07-15 10:00")
    assert account.locked("2026-07-16 10:00")


def test_a_notice_goes_out_in_every_language_that_is_owed() -> None:
    account = Account(service_area=["en", "es"])
    assert "116922, unconfirmed" in account.barred("2026-07-06 10:00")
    account.mail("2026-07-06 11:00", "en,es")
    assert account.locked("2026-07-22 10:00")


def test_commercial_accounts_follow_the_districts_own_days() -> None:
    # the act and its notices are about residential service (116902(c)); no shut-off on a closed day binds for all
    assert "60374" in Account(None, account_class="commercial").barred("2026-05-23 10:00")
    assert Account(None, account_class="commercial").locked("2026-05-20 10:00")


def test_a_notice_mailed_sooner_than_nineteen_days_after_its_bill_does_not_count() -> None:
    # the bill was mailed on 9 April: the nineteenth day after it is 28 April
    early = Account("2026-05-06 10:00", bill_mailed_oldest="2026-04-20")
    assert "does not count: it was before 9 May 2026" in early.barred("2026-07-20 10:00")
    assert Account("2026-05-11 10:00", bill_mailed_oldest="2026-04-20").locked("2026-07-20 10:00")


def test_a_notice_of_a_debt_that_has_been_paid_is_no_notice_of_the_next_one() -> None:
    account = Account("2026-05-10 10:00")
    account.facts |= {"delinquent_since": "2026-07-06", "bill_mailed_oldest": "2026-06-10"}  # the May debt was paid
    said = account.barred("2026-09-10 10:00")
    assert "letter final-notice mailed on 10 May 2026 does not count: it was before 6 July 2026" in said
    account.mail("2026-08-20 10:00")
    account.send("adult-reached", on("2026-08-20 11:00"))
    assert account.locked("2026-09-10 10:00")


def test_when_the_notice_comes_back_and_nobody_was_reached_somebody_goes_there() -> None:
    account = Account(None)
    account.mail("2026-06-15 10:00")
    account.send("letter-returned", on("2026-06-25 10:00"), template="final-notice", returned="2026-06-25")
    account.send("tag-posted", on("2026-07-01 10:00"))
    assert "visit imminent-shut-off-left has not happened" in account.barred("2026-07-06 10:00")
    account.send("visited", on("2026-07-06 11:00"))
    assert account.locked("2026-07-07 10:00")


def test_after_a_broken_plan_sixty_days_and_a_posted_notice_of_five_business_days() -> None:
    broken = {"plan_broken_since": "2026-07-01"}
    account = Account("2026-06-15 10:00", **broken)
    assert "60 full days since 1 July 2026 (plan broken since)" in account.barred("2026-08-28 10:00")
    assert "letter plan-final-notice posted has not happened" in account.barred("2026-08-31 10:00")
    account.send("plan-notice-posted", on("2026-08-31 10:00"))
    assert "5 business days since 31 August 2026" in account.barred("2026-09-04 10:00")
    # Labor Day, 7 September, is no business day: the fifth is the 8th, and may be the day itself
    assert account.locked("2026-09-08 10:00")
