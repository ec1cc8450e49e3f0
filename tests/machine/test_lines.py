"""Lines on lists: what they show, how they are taken off and come back, and what releases them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from making import at, machine

from definitions.language.pack import Law, ReviewList
from workflows.machine.case import Case
from workflows.machine.effects import JoinList, LeaveList, Step
from workflows.machine.errors import BadForm, Barred, Unknown
from workflows.machine.events import HoldsChanged, LineDecided, Message, TimerFired
from workflows.machine.lines import ON_LIST, TAKEN_OFF, TAKEN_OFF_UNTIL
from workflows.machine.machine import Machine
from workflows.machine.rehearse import Tally, rehearse
from workflows.machine.script import Script
from workflows.machine.why import why

MONDAY = at("2026-03-02 09:00")
CASE = """
case: collection
title: Collection
laws: [shutoff]
facts: {collectable: money, delinquent_since: date}
data: {account: {type: account, required: true}}
holds: {appeal: freeze}
initial: past-due
on: {payment-received: {target: closed, guard: has(facts.collectable) && facts.collectable <= usd("0.00")}}
states:
  past-due: {after: {10 days: {target: listed}}}
  listed: {list: lock-off, released: locking}
  locking: {on: {again: listed}}
  closed: {type: final}
"""
LOCK_OFF: dict[str, Any] = {
    "list": "lock-off",
    "title": "Lock-off",
    "review": "lead",
    "columns": {"owes": "facts.collectable"},
    "reasons": ["paid by post", {"reason": "promised", "expires": "3 days"}],
    "exclusion-expires": "10 days",
    "check": 'has(facts.collectable) && facts.collectable > usd("80.00")',
    "lawful": "locked-off",
}
SHUT_OFF = Law.model_validate(
    {
        "law": "shutoff",
        "title": "Not too soon",
        "before": "locked-off",
        "facts": {"delinquent_since": "date"},
        "rules": [
            {"id": "WSP-8", "source": "H&S 116908", "require": "60 full days since facts.delinquent_since"},
            {"id": "GOV-13", "source": "Gov. Code 60374", "require": "on a shut-off day of calendar district"},
        ],
    }
)
OWES = {"collectable": "184.10", "delinquent_since": "2025-12-01"}


def made(case: str = CASE, **changes: Any) -> Machine:
    """The machine of the case with its list."""
    return machine(case, SHUT_OFF, lists={"lock-off": ReviewList.model_validate(LOCK_OFF | changes)})


def listed(found: Machine, facts: Mapping[str, Any] = OWES) -> tuple[Case, Step]:
    """A case that has just joined the list, on 12 March, and that step."""
    case, _ = found.start(
        case_id="c-1", data={"account": {"id": "10-1"}}, at=MONDAY, by="rep", facts=facts, holds={}, hold_version=0
    )
    timer = TimerFired(name="past-due/after/10 days")
    return found.fire(case, timer, facts, at("2026-03-12 07:30"))


def joins(step: Step) -> list[JoinList]:
    """The lists that the step joined."""
    return [effect for effect in step.effects if isinstance(effect, JoinList)]


def leaves(step: Step) -> list[LeaveList]:
    """The lists that the step left."""
    return [effect for effect in step.effects if isinstance(effect, LeaveList)]


def test_a_line_says_why_the_account_is_on_the_list_with_its_arithmetic() -> None:
    case, step = listed(made())
    [line] = joins(step)
    assert line.columns == {"owes": "184.10"}
    assert [(each["rule"], each["says"], each["kept"]) for each in line.why] == [
        (None, f"{LOCK_OFF['check']} (collectable 184.10)", True),
        ("WSP-8", "60 full days since 1 December 2025 (delinquent since)", True),
    ]
    assert case.lines == {"listed": case.step}


def test_all_that_a_line_shows_is_read_before_the_step_that_joins() -> None:
    found = made()
    case, _ = found.start(case_id="c-1", data={"account": {"id": "10-1"}}, at=MONDAY, by="rep", facts=OWES)
    assert set(found.facts_for(case, TimerFired(name="past-due/after/10 days"))) == {"collectable", "delinquent_since"}


def test_an_account_that_waits_on_another_list_does_not_join_and_tries_again_the_next_day() -> None:
    found = made()
    case, step = listed(found, OWES | {ON_LIST: "reminder"})
    assert (case.state, joins(step)) == (("past-due",), [])
    assert step.note is not None
    assert "one list at a time" in step.note
    [timer] = case.timers
    assert timer.due == at("2026-03-13 07:30")
    case, step = found.fire(case, TimerFired(name=timer.name), OWES, timer.due)
    assert len(joins(step)) == 1


def test_an_account_that_was_taken_off_joins_on_the_day_on_which_that_is_over() -> None:
    until = at("2026-03-20 07:30")
    case, step = listed(made(), OWES | {TAKEN_OFF: "lock-off", TAKEN_OFF_UNTIL: until.isoformat()})
    assert case.state == ("past-due",)
    assert "taken off the list “Lock-off” until Friday 20 March 2026, 07:30" in (step.note or "")
    assert case.timers[0].due == until


def test_a_line_that_is_taken_off_comes_back_by_itself_with_fresh_figures_and_says_so() -> None:
    found = made()
    case, _ = listed(found)
    off = LineDecided(state="listed", decision="excluded", reason="paid by post", by="lead")
    case, step = found.fire(case, off, OWES, at("2026-03-12 10:00"))
    [left] = leaves(step)
    assert (left.how, left.because, left.until) == ("excluded", "paid by post", at("2026-03-22 07:30"))
    assert (case.state, case.lines) == (("listed",), {})
    with pytest.raises(Unknown, match="taken off"):
        found.fire(case, LineDecided(state="listed", decision="released", by="lead"), OWES, at("2026-03-13 10:00"))
    [timer] = case.timers
    assert found.facts_for(case, TimerFired(name=timer.name)) == ("collectable", "delinquent_since")
    case, step = found.fire(case, TimerFired(name=timer.name), OWES | {"collectable": "200.00"}, timer.due)
    [line] = joins(step)
    assert line.columns == {"owes": "200.00"}
    assert step.note == "back on the list: the time for which it was taken off is over (“paid by post”)"
    case, _ = found.fire(case, LineDecided(state="listed", decision="released", by="lead"), OWES, timer.due)
    assert case.state == ("locking",)


def test_a_reason_may_have_its_own_time_and_a_person_may_name_an_earlier_day() -> None:
    found = made()
    case, _ = listed(found)

    def until(reason: str, day: str | None) -> Any:
        event = LineDecided(state="listed", decision="excluded", reason=reason, until=day, by="lead")
        _, step = found.fire(case, event, OWES, at("2026-03-12 10:00"))
        return leaves(step)[0].until

    assert until("promised", None) == at("2026-03-15 07:30")
    assert until("paid by post", "2026-03-17") == at("2026-03-17 07:30")
    with pytest.raises(BadForm, match="until 15 March 2026 at the latest"):
        until("promised", "2026-04-01")
    with pytest.raises(BadForm, match="later day"):
        until("promised", "2026-03-12")


def test_a_case_that_leaves_while_its_line_is_off_leaves_no_second_time() -> None:
    found = made()
    case, _ = listed(found)
    off = LineDecided(state="listed", decision="excluded", reason="paid by post", by="lead")
    case, _ = found.fire(case, off, OWES, at("2026-03-12 10:00"))
    paid = Message(name="payment-received")
    case, step = found.fire(case, paid, OWES | {"collectable": "0.00"}, at("2026-03-13 10:00"))
    assert (case.state, leaves(step), case.timers, case.deadlines) == (("closed",), [], (), {})


def test_a_payment_takes_the_account_off_the_list() -> None:
    found = made()
    case, _ = listed(found)
    case, step = found.fire(
        case, Message(name="payment-received"), OWES | {"collectable": "0.00"}, at("2026-03-13 10:00")
    )
    assert (case.state, [each.how for each in leaves(step)], case.lines) == (("closed",), ["left"], {})


def test_a_release_is_for_the_line_that_was_seen_not_for_one_that_joined_since() -> None:
    found = made()
    case, _ = listed(found)
    seen = case.step
    case, _ = found.fire(case, LineDecided(state="listed", decision="released", joined=seen, by="lead"), OWES, MONDAY)
    case, _ = found.fire(case, Message(name="again"), OWES, at("2026-03-16 09:00"))
    with pytest.raises(Unknown, match="joined it again since"):
        found.fire(case, LineDecided(state="listed", decision="released", joined=seen, by="lead"), OWES, MONDAY)


def test_a_line_that_no_longer_passes_stays_and_is_told_with_its_figures() -> None:
    found = made()
    case, _ = listed(found)
    release = LineDecided(state="listed", decision="released", by="lead")
    with pytest.raises(Barred, match=r"no longer holds for this case \(collectable 60.00\)"):
        found.fire(case, release, OWES | {"collectable": "60.00"}, MONDAY)
    with pytest.raises(Barred, match="no longer holds"):
        found.fire(case, release, {}, MONDAY)  # what is not known counts against it


def test_a_release_asks_the_laws_again_but_not_which_day_it_is() -> None:
    found = made()
    case, _ = listed(found)
    release = LineDecided(state="listed", decision="released", by="lead")
    with pytest.raises(Barred, match=r"60 full days since 1 March 2026 .*H&S 116908"):
        found.fire(case, release, OWES | {"delinquent_since": "2026-03-01"}, at("2026-03-12 10:00"))
    sunday = at("2026-03-15 10:00")
    assert found.fire(case, release, OWES, sunday)[0].state == ("locking",)


def test_a_line_that_no_longer_passes_leaves_where_the_case_says_so() -> None:
    found = made(CASE.replace("released: locking}", "released: locking, dropped: past-due}"))
    case, _ = listed(found)
    release = LineDecided(state="listed", decision="released", by="lead")
    case, step = found.fire(case, release, OWES | {"collectable": "60.00"}, MONDAY)
    assert (case.state, step.event) == (("past-due",), "line dropped")
    [left] = leaves(step)
    assert left.how == "left"
    assert "no longer holds" in (left.because or "")


def test_an_excluded_line_goes_where_its_case_says() -> None:
    found = made(CASE.replace("released: locking}", "released: locking, excluded: past-due}"))
    case, _ = listed(found)
    off = LineDecided(state="listed", decision="excluded", reason="promised", by="lead")
    case, step = found.fire(case, off, OWES, at("2026-03-12 10:00"))
    assert (case.state, leaves(step)[0].how) == (("past-due",), "excluded")


def test_a_case_whose_way_back_from_a_hold_is_barred_takes_the_hold_down_and_tries_again() -> None:
    text = CASE.replace("on: {payment", "on: {held: held, payment").replace(
        "  closed:", "  held: {on: {released: {target: history}}}\n  closed:"
    )
    found = made(text)
    case, _ = listed(found)
    case, step = found.fire(case, HoldsChanged(holds={"appeal": "2026-03-13"}, version=1), OWES, at("2026-03-13 08:00"))
    assert (case.state, len(leaves(step))) == (("held",), 1)
    free = HoldsChanged(holds={}, version=2)
    case, step = found.fire(case, free, OWES | {ON_LIST: "reminder"}, at("2026-03-14 08:00"))
    assert (case.state, case.holds, case.hold_version) == (("held",), {}, 2)
    assert "one list at a time" in (step.note or "")
    [timer] = case.timers
    case, step = found.fire(case, TimerFired(name=timer.name), OWES, timer.due)
    assert (case.state, len(joins(step)), case.timers) == (("listed",), 1, ())


def test_an_old_case_without_its_lines_step_is_decided_on_as_before() -> None:
    found = made()
    case, _ = listed(found)
    case, _ = found.fire(
        replace(case, lines={}), LineDecided(state="listed", decision="released", joined=1, by="lead"), OWES, MONDAY
    )
    assert case.state == ("locking",)


def test_a_case_whose_line_was_taken_off_says_when_it_is_back() -> None:
    found = made()
    case, _ = listed(found)
    assert why(found, case, case.at) == "Waits for a lead to release the list “Lock-off”."
    off = LineDecided(state="listed", decision="excluded", reason="paid by post", by="lead")
    case, _ = found.fire(case, off, OWES, at("2026-03-12 10:00"))
    said = why(found, case, case.at)
    assert "Sunday 22 March 2026, 07:30, when its line is back on the list “Lock-off”" in said


def test_a_rehearsal_reviews_lists_as_its_script_says() -> None:
    script = Script.model_validate({"lists": {"lock-off": {"after": ["1 day", "2 days"], "excluded": 0.3}}})
    rows = [
        {"account.id": f"10-{number}", "facts.collectable": "184.10", "facts.delinquent_since": since}
        for number in range(60)
        for since in ("2025-12-01" if number % 2 else "2026-02-20",)
    ]
    tally = Tally()
    for each in rehearse(made(), rows, script, begin=MONDAY, days=90):
        tally.add(each)
    assert tally.ends["open: locking"] == tally.lists["lock-off: released"] == 60
    assert 10 < tally.lists["lock-off: excluded"] < 50
    assert tally.lists["lock-off: stayed"] > 0  # until sixty days have passed
    assert 0 < max(tally.released.values()) < 60
