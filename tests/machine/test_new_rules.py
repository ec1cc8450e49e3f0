"""A new calendar or new laws in an open case: they bind from that day on, and move what is planned later only."""

from __future__ import annotations

from dataclasses import replace

import pytest

from definitions.language.calendars import Calendar
from definitions.language.compiled import Compiled, renewed, rules_of
from definitions.language.pack import Law
from tests.machine.making import CALENDAR, DISTRICT, at, machine
from workflows.machine.case import Case
from workflows.machine.errors import Barred, Closed, Unknown
from workflows.machine.events import Message, Outcome, Reopened, RulesRenewed, TimerFired
from workflows.machine.machine import Machine, machine_of
from workflows.machine.run import Run
from workflows.machine.why import why

TEXT = """
case: collection
title: Collection
data: {account: {type: account, required: true}}
laws: [shut-off]
sla: {start: looking, stop: closed, target: 5 business days}
initial: looking
reopen: {target: looking}
states:
  looking:
    task:
      title: Look
      queue: customer-service
      due: 3 business days
      outcomes: {done: {target: waiting}}
    escalations:
      - {after: 1 business day, when: overdue, priority: high}
    after: {2 business days: {target: looking, name: nudge, title: Nudge}}
  waiting:
    on: {told-again: {actions: [record: {what: call made}]}}
    at: {earliest-lawful(locked-off): {target: locking, name: ladder, title: Earliest lawful day}}
  locking:
    task: {title: Lock, queue: customer-service, outcomes: {locked: {target: locked}}}
  locked:
    tags: [locked-off]
    on: {paid: {target: closed}}
  closed: {type: final}
"""
OPENED = at("2026-03-02 09:00")  # a Monday


def law(days: int) -> Law:
    return Law.model_validate(
        {
            "law": "shut-off",
            "title": "Shut-off",
            "before": "locked-off",
            "rules": [
                {"id": "R-1", "source": "Gov. Code 1", "require": f"{days} days since letter final-notice mailed"},
                {"id": "R-2", "source": "Gov. Code 2", "require": "on a shut-off day of calendar district"},
            ],
        }
    )


COLLECTION = machine(TEXT, law(15))
LADDER = TimerFired(name="ladder")


def closed_on(*days: str) -> Calendar:
    """The district's calendar with more days on which the office is closed."""
    value = CALENDAR.model_dump(mode="json", by_alias=True)
    more = [{"date": day, "name": "A day of the district's own", "office": "closed", "shut-off": "no"} for day in days]
    return Calendar.model_validate(value | {"days": sorted([*value["days"], *more], key=lambda day: day["date"])})


def rules(*, days: int = 15, calendar: Calendar = CALENDAR, version: int = 2) -> RulesRenewed:
    compiled = Compiled(
        definition=COLLECTION.definition, calendar=calendar, district=DISTRICT, laws=(law(days),), version=version
    )
    return RulesRenewed(version=version, rules=rules_of(compiled))


def opened() -> Case:
    case, _ = COLLECTION.start(case_id="c-1", data={"account": {"id": "1"}}, at=OPENED, by="rep")
    return case


def noticed() -> Case:
    """A case whose notice was mailed on 3 March: by 15 days, the first lawful day is Wednesday 18 March."""
    case, _ = COLLECTION.fire(opened(), Outcome(run=1, outcome="done", by="rep"), {}, at("2026-03-03 09:00"))
    mailed = Message(name="letter-mailed", data={"template": "final-notice", "mailed": "2026-03-03"})
    case, _ = COLLECTION.fire(case, mailed, {}, at("2026-03-03 12:00"))
    assert due(case, "ladder") == "2026-03-18 07:30"
    return case


def renew(case: Case, event: RulesRenewed, when: str = "2026-03-04 09:00") -> tuple[Case, str, Machine]:
    """The case under the new rules, what its step says, and the machine that it runs on from then on."""
    after, step = COLLECTION.fire(case, event, {}, at(when))
    assert step.event == f"rules {event.version}"
    return after, step.note or "", machine_of(renewed(COLLECTION.setting.compiled.to_bytes(), event.rules))


def due(case: Case, name: str) -> str:
    found = next(timer.due for timer in case.timers if timer.name == name)
    return f"{found.astimezone(CALENDAR.zone):%Y-%m-%d %H:%M}"


def test_what_is_planned_in_business_days_moves_later_when_a_day_is_closed() -> None:
    before = opened()
    after, note, _ = renew(before, rules(calendar=closed_on("2026-03-03")), "2026-03-02 10:00")
    assert (due(before, "nudge"), due(after, "nudge")) == ("2026-03-04 07:30", "2026-03-05 07:30")
    assert "“Nudge” moves from Wednesday 4 March 2026, 07:30 to Thursday 5 March 2026, 07:30" in note
    (task,) = after.tasks
    assert task.due == at("2026-03-06 16:30")
    assert "“Look” is due Friday 6 March 2026" in note
    late = next(timer.name for timer in before.timers if timer.kind == "escalation")
    assert due(before, late) < due(after, late)


def test_nothing_moves_earlier_when_a_day_is_no_longer_closed() -> None:
    closed = rules(calendar=closed_on("2026-03-03"))
    case, _, runs_on = renew(opened(), closed, "2026-03-02 10:00")
    again, step = runs_on.fire(case, rules(version=3), {}, at("2026-03-02 11:00"))
    assert [timer.due for timer in again.timers] == [timer.due for timer in case.timers]
    assert again.tasks == case.tasks
    assert again.rules_version == 3
    assert step.note == "calendar and laws of version 3 bind from now on"


def test_a_stricter_law_moves_the_lawful_day_later_and_binds_from_that_day_on() -> None:
    case, note, runs_on = renew(noticed(), rules(days=20))
    assert due(case, "ladder") == "2026-03-23 07:30"
    assert "“Earliest lawful day” moves from Wednesday 18 March 2026, 07:30 to Monday 23 March 2026, 07:30" in note
    locking, _ = runs_on.fire(case, LADDER, {}, at("2026-03-23 08:00"))
    assert locking.state == ("locking",)


def test_a_law_that_comes_while_the_order_is_out_binds_on_the_day_of_the_act() -> None:
    waiting = noticed()
    locking, _ = COLLECTION.fire(waiting, LADDER, {}, at("2026-03-18 08:00"))
    case, _, runs_on = renew(locking, rules(days=20), "2026-03-18 09:00")
    done = Outcome(run=2, outcome="locked", by="rep")
    with pytest.raises(Barred, match="not before Monday 23 March 2026"):
        runs_on.fire(case, done, {}, at("2026-03-18 10:00"))
    assert runs_on.fire(case, done, {}, at("2026-03-23 10:00"))[0].state == ("locked",)


def test_a_milder_law_brings_nothing_earlier_without_a_new_notice() -> None:
    case, note, runs_on = renew(noticed(), rules(days=10))
    assert due(case, "ladder") == "2026-03-18 07:30"
    assert "“Earliest lawful day” stays at Wednesday 18 March 2026, 07:30: a new notice is needed to go earlier" in note
    # Neither does another step, nor an act on a day that the new rules alone would allow.
    case, _ = runs_on.fire(case, Message(name="told-again"), {}, at("2026-03-05 09:00"))
    assert due(case, "ladder") == "2026-03-18 07:30"
    state = runs_on.setting.plan.states["locked"]
    run = _run(runs_on, case, "2026-03-16 09:00")
    with pytest.raises(Barred, match="not before 18 March 2026, as was announced"):
        runs_on.setting.check_laws(run, state)
    runs_on.setting.check_laws(_run(runs_on, case, "2026-03-18 09:00"), state)


def test_a_new_notice_counts_by_the_new_rules_alone() -> None:
    case, _, runs_on = renew(noticed(), rules(days=10))
    reminder = Message(name="letter-mailed", data={"template": "reminder", "mailed": "2026-03-05"})
    case, _ = runs_on.fire(case, reminder, {}, at("2026-03-05 12:00"))
    assert due(case, "ladder") == "2026-03-18 07:30"  # it announces nothing that the law counts from
    mailed = Message(name="letter-mailed", data={"template": "final-notice", "mailed": "2026-03-05"})
    case, _ = runs_on.fire(case, mailed, {}, at("2026-03-05 13:00"))
    assert due(case, "ladder") == "2026-03-16 07:30"  # ten days lead to a Sunday
    assert case.floors == {}


def test_the_same_rules_are_taken_down_once_and_never_by_a_closed_case() -> None:
    case, _, runs_on = renew(opened(), rules())
    for version in (1, 2):
        with pytest.raises(Unknown, match="bind this case already"):
            runs_on.fire(case, rules(version=version), {}, at("2026-03-04 10:00"))
    locked = replace(case, state=("closed",), closed_at=case.at, tasks=(), timers=())
    with pytest.raises(Closed):
        runs_on.fire(locked, rules(version=3), {}, at("2026-03-04 10:00"))


def test_a_case_that_is_reopened_goes_on_under_the_rules_that_bound_it() -> None:
    case, _, runs_on = renew(opened(), rules(calendar=closed_on("2026-03-05")), "2026-03-02 10:00")
    closed = replace(case, state=("closed",), closed_at=case.at, tasks=(), timers=())
    again, _ = runs_on.fire(closed, Reopened(reason="asked", by="rep"), {}, at("2026-03-04 09:00"))
    assert again.rules_version == 2
    assert due(again, "nudge") == "2026-03-09 07:30"  # the 5th is closed, and then comes the weekend


def test_the_sentence_says_when_under_the_new_rules() -> None:
    case, _, runs_on = renew(noticed(), rules(days=20))
    assert "Monday 23 March 2026" in why(runs_on, case, case.at)


def test_equal_rules_are_the_same_text_and_other_parts_of_the_definition_stay() -> None:
    assert rules(version=2).rules == rules(version=7).rules
    assert rules(days=16).rules != rules(days=15).rules
    content = COLLECTION.setting.compiled.to_bytes()
    assert renewed(content, rules().rules) == content
    compiled = machine_of(renewed(content, rules(days=20).rules)).setting.compiled
    assert compiled.definition == COLLECTION.setting.compiled.definition
    assert compiled.laws == (law(20),)


def _run(runs_on: Machine, case: Case, when: str) -> Run:
    return Run(runs_on.setting, case, by="rep", at=at(when), facts={})
