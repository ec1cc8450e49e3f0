"""The stay of a petition on whatever collects: each stage of a plain collection is stopped where it stands, and only there."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from playing import ACCOUNT, DEFINITIONS, on

from definitions.language.library import load_library
from definitions.language.loader import load, load_model
from definitions.language.model import CaseDefinition
from definitions.language.pack import ReviewList
from workflows.machine.effects import CloseTask, OpenTask, Step
from workflows.machine.errors import Barred, Refused
from workflows.machine.events import HoldsChanged, LineDecided, Message, Outcome
from workflows.machine.machine import Machine

LADDER = """
case: ladder
title: A plain collection, every stage of it
laws: [ca-water-shutoff, bankruptcy-stay]
data: {account: {type: account, required: true}}
holds: {bankruptcy: freeze}
initial: owing
on:
  debtor-in-bankruptcy: stayed
  adult-reached: {actions: [record: {what: call adult-reached}]}
  remind: reminding
  tag: tagging
  gather: gathering
  lock: locking
  record-lien: lien
  place: agency
  list-for-taxes: tax-roll
states:
  owing: {}
  reminding:
    tags: [collecting]
    entry: [letter: {template: repair-reminder}]
    after: {20 days: tagging}
  tagging:
    tags: [collecting]
    work-order: {title: Leave the tag, crew: field, outcomes: {left: gathering}}
  gathering:
    list: plain
    released: locking
    excluded: owing
  locking:
    tags: [collecting]
    work-order: {title: Lock off, crew: field, outcomes: {locked: locked}}
  locked: {tags: [locked-off], after: {90 days: agency}}
  lien: {tags: [lien], task: {title: Record the lien, queue: finance, outcomes: {recorded: {target: tax-roll}}}}
  agency: {tags: [agency], after: {1 year: tax-roll}}
  tax-roll: {tags: [tax-roll], task: {title: List it, queue: finance, outcomes: {listed: {target: paid}}}}
  stayed: {type: final}
  paid: {type: final}
"""
FACTS: dict[str, Any] = {
    "delinquent_since": "2026-01-06",
    "bill_mailed_oldest": "2025-12-11",
    "account_class": "residential",
    "landlord_is_customer": False,
    "mailing_differs": False,
    "service_area": ["en"],
}
HELD = HoldsChanged(holds={"bankruptcy": on("2026-03-10 00:00").isoformat()}, version=1)
FREE = HoldsChanged(holds={}, version=2)
STAGES = ("remind", "tag", "gather", "lock", "record-lien", "place", "list-for-taxes")


@cache
def machine() -> Machine:
    library = load_library(DEFINITIONS)
    definition, problems = load_model(load(LADDER, "ladder.yaml"), CaseDefinition)
    assert definition is not None, problems
    library.cases["ladder"] = definition
    library.lists = dict(library.lists) | {
        "plain": ReviewList.model_validate({"list": "plain", "title": "Lock-offs", "review": ["lead"]})
    }
    return Machine(library.compile("ladder"))


class Ladder:
    """One collection, and what its last step did."""

    def __init__(self, opened: str = "2026-02-02 09:00") -> None:
        self.case, self.step = machine().start(
            case_id="c-2x7mpqk4hvta", data={"account": ACCOUNT}, at=on(opened), by="lead", facts=FACTS
        )

    def fire(self, event: Any, at: str) -> Step:
        self.case, self.step = machine().fire(self.case, event, FACTS, on(at))
        return self.step

    def send(self, name: str, at: str, **data: Any) -> Step:
        return self.fire(Message(name=name, data=data), at)

    @property
    def open(self) -> list[str]:
        """Titles of open tasks and orders."""
        return [task.title for task in self.case.tasks if task.outcome is None]

    def recalled(self) -> list[str]:
        """The names of the orders that the last step recalled."""
        return [each.name for each in self.step.effects if isinstance(each, CloseTask) and each.how == "cancelled"]


def noticed() -> Ladder:
    """A collection whose final notice was mailed on 2 February and whose customer was reached."""
    ladder = Ladder()
    mailed = {"template": "final-notice", "mailed": "2026-02-02", "languages": "en"}
    ladder.send("letter-mailed", "2026-02-02 10:00", **mailed)
    ladder.send("adult-reached", "2026-02-02 11:00")
    return ladder


@pytest.mark.parametrize("stage", STAGES)
def test_no_stage_of_collecting_begins_while_a_petition_stays_it(stage: str) -> None:
    ladder = noticed()
    ladder.fire(HELD, "2026-03-16 09:00")
    if stage == "gather":
        ladder.send(stage, "2026-03-16 10:00")  # to stand on a list collects nothing; its release does
        with pytest.raises(Barred, match="362"):
            ladder.fire(LineDecided(state="gathering", decision="released", by="lead"), "2026-03-17 09:00")
    else:
        with pytest.raises(Barred, match=r"no such act while there is a hold for bankruptcy \(11 U\.S\.C\. 362"):
            ladder.send(stage, "2026-03-16 10:00")


def test_a_tag_and_an_order_in_the_truck_are_recalled_the_same_minute() -> None:
    for stage, name in (("tag", "tagging"), ("lock", "locking")):
        ladder = noticed()
        ladder.send(stage, "2026-03-16 08:00")
        ladder.fire(HELD, "2026-03-16 09:00")
        assert (ladder.recalled(), ladder.open) == ([name], [])
        with pytest.raises(Refused, match="completed or recalled"):
            ladder.fire(Outcome(run=1, outcome="left", by="crew"), "2026-03-16 09:01")


def test_the_time_of_a_reminder_of_a_lock_and_of_an_agency_stands_still() -> None:
    for stage, at in (("remind", "2026-02-20 09:00"), ("place", "2026-02-20 09:00")):
        ladder = noticed()
        ladder.send(stage, at)
        assert machine().next_due(ladder.case) is not None
        ladder.fire(HELD, "2026-03-02 09:00")
        assert machine().next_due(ladder.case) is None


def test_a_lien_or_a_listing_that_somebody_is_about_to_record_is_refused() -> None:
    ladder = noticed()
    ladder.send("record-lien", "2026-03-16 08:00")
    ladder.fire(HELD, "2026-03-16 09:00")
    with pytest.raises(Barred, match="hold for bankruptcy"):
        ladder.fire(Outcome(run=1, outcome="recorded", by="finance"), "2026-03-16 09:05")


def test_a_lawful_lock_off_of_the_morning_is_barred_by_the_petition_of_the_night() -> None:
    free, held = noticed(), noticed()
    for ladder in (free, held):
        ladder.send("lock", "2026-03-16 08:00")
    free.fire(Outcome(run=1, outcome="locked", by="crew"), "2026-03-16 10:00")
    assert free.case.state == ("locked",)
    held.fire(HELD, "2026-03-16 08:01")
    assert held.open == []


def test_a_petition_of_somebody_else_lets_everything_go_on_where_it_stood() -> None:
    ladder = noticed()
    ladder.send("lock", "2026-03-16 08:00")
    ladder.fire(HELD, "2026-03-16 09:00")
    ladder.fire(FREE, "2026-03-16 10:00")
    assert [each.task.name for each in ladder.step.effects if isinstance(each, OpenTask)] == ["locking"]


def test_a_matched_petition_ends_the_collection_for_good() -> None:
    ladder = noticed()
    ladder.send("lock", "2026-03-16 08:00")
    ladder.fire(HELD, "2026-03-16 09:00")
    ladder.send("debtor-in-bankruptcy", "2026-03-16 10:00", chapter="7", petition_date="2026-03-10")
    assert ladder.case.outcome == "stayed"
    with pytest.raises(Refused):
        ladder.fire(FREE, "2026-06-01 09:00")


def test_after_a_dismissal_no_earlier_notice_counts_and_every_day_begins_anew() -> None:
    again = Ladder("2026-06-01 09:00")  # opened by `account-past-due`
    again.send("lock", "2026-06-01 10:00")
    with pytest.raises(Barred, match="letter final-notice mailed has not happened"):
        again.fire(Outcome(run=1, outcome="locked", by="crew"), "2026-06-01 11:00")
    mailed = {"template": "final-notice", "mailed": "2026-06-01", "languages": "en"}
    again.send("letter-mailed", "2026-06-01 12:00", **mailed)
    again.send("adult-reached", "2026-06-01 13:00")
    with pytest.raises(Barred, match="15 days since 1 June 2026"):
        again.fire(Outcome(run=1, outcome="locked", by="crew"), "2026-06-15 09:00")
    again.fire(Outcome(run=1, outcome="locked", by="crew"), "2026-06-16 09:00")
    assert again.case.state == ("locked",)
