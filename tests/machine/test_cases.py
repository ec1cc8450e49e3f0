"""Cases on the machine: tasks, timers, decisions, holds, history, laws, as an author declares them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from definitions.language.pack import Law
from tests.machine.making import at, machine
from workflows.machine import effects as fx
from workflows.machine.case import Case, from_json, to_json
from workflows.machine.errors import Barred, Closed, NotAllowed, Unknown
from workflows.machine.events import HoldsChanged, Message, Outcome, Reopened, TakenBack, TaskResumed, TaskSuspended
from workflows.machine.machine import Machine
from workflows.machine.why import why

COMPLAINT = """
case: complaint
title: Complaint
data: {account: {type: account, required: true}, cause: {enum: [leak, usage]}}
holds: {bankruptcy: freeze}
reopen: {target: review, within: 30 days}
initial: review
on:
  customer-withdrew: {target: withdrawn}
  held: {target: held}
states:
  review:
    task:
      title: Review
      queue: customer-service
      due: 1 business day
      take-back: 10 minutes
      form: {cause: required, note: text}
      outcomes:
        explained: answering
        leak: {target: fixing, guard: data.cause == "leak"}
    escalations:
      - {after: 4 hours, when: unclaimed, priority: high}
      - {after: 1 business day, when: overdue, queue: supervisors, notify: supervisor}
  fixing:
    work-order:
      title: Find the leak
      crew: meters
      outcomes: {found: approving}
  approving:
    task: {title: Approve, queue: supervisors, not-by: review, outcomes: {approve: answering}}
  answering:
    entry: [{record: {what: answer written}}]
    after: {10 days: closed}
    on: {customer-replied: review}
  held:
    on: {released: {target: history}}
  closed: {type: final}
  withdrawn: {type: final}
"""


@pytest.fixture(scope="module")
def complaint() -> Machine:
    return machine(COMPLAINT)


def opened(complaint: Machine) -> Case:
    case, _ = complaint.start(case_id="c-1", data={"account": {"id": "10-1"}}, at=at("2026-03-02 09:00"), by="rep")
    return case


def done(machine: Machine, case: Case, outcome: str, when: str, by: str = "rep", **form: str) -> tuple[Case, fx.Step]:
    event = Outcome(run=case.tasks[0].run, outcome=outcome, form=form, by=by)
    return machine.fire(case, event, {"task.claimed": False}, at(when))


def test_opening_a_case_opens_its_first_task_with_its_due_time_and_escalations(complaint: Machine) -> None:
    case = opened(complaint)
    assert case.state == ("review",)
    assert [task.title for task in case.tasks] == ["Review"]
    assert case.tasks[0].due == at("2026-03-03 17:30")
    assert sorted(timer.name for timer in case.timers) == ["review/escalation-1", "review/escalation-2"]


def test_an_outcome_closes_the_task_and_leads_on(complaint: Machine) -> None:
    case, step = done(complaint, opened(complaint), "explained", "2026-03-02 10:00", cause="usage")
    assert case.state == ("answering",)
    assert case.tasks == ()
    assert case.data["cause"] == "usage"
    assert [timer.name for timer in case.timers] == ["answering/after/10 days"]
    assert step.event == "outcome review/explained"


def test_ten_days_end_on_that_civil_date_at_the_opening_hour_across_summer_time(complaint: Machine) -> None:
    case, _ = done(complaint, opened(complaint), "explained", "2026-03-02 10:00", cause="usage")
    assert complaint.next_due(case) == at("2026-03-12 07:30")
    timer = complaint.due_events(case, at("2026-03-12 07:30"))[0]
    case, _ = complaint.fire(case, timer, {}, at("2026-03-12 07:30"))
    assert (case.outcome, case.is_open) == ("closed", False)


def test_a_guard_that_does_not_hold_refuses_the_outcome_and_changes_nothing(complaint: Machine) -> None:
    with pytest.raises(Unknown):
        done(complaint, opened(complaint), "leak", "2026-03-02 10:00", cause="usage")


def test_who_reviewed_does_not_approve(complaint: Machine) -> None:
    case, _ = done(complaint, opened(complaint), "leak", "2026-03-02 10:00", cause="leak")
    case, _ = done(complaint, case, "found", "2026-03-03 10:00", by="crew")
    with pytest.raises(NotAllowed, match="separation of duties"):
        done(complaint, case, "approve", "2026-03-03 11:00", by="rep")
    case, _ = done(complaint, case, "approve", "2026-03-03 11:00", by="supervisor")
    assert case.state == ("answering",)


def test_an_unclaimed_task_is_raised_and_a_claimed_one_is_not(complaint: Machine) -> None:
    case = opened(complaint)
    timer = complaint.due_events(case, at("2026-03-02 13:00"))[0]
    assert complaint.facts_for(case, timer) == ("task.claimed",)
    raised, _ = complaint.fire(case, timer, {"task.claimed": False}, at("2026-03-02 13:00"))
    assert raised.tasks[0].priority == "high"
    left, _ = complaint.fire(case, timer, {"task.claimed": True}, at("2026-03-02 13:00"))
    assert left.tasks[0].priority == "normal"


def test_an_overdue_task_moves_to_the_supervisors_and_they_are_told(complaint: Machine) -> None:
    case = opened(complaint)
    due = at("2026-03-04 17:30")
    for timer in complaint.due_events(case, due):
        case, step = complaint.fire(case, timer, {"task.claimed": False}, due)
    assert case.tasks[0].queue == "supervisors"
    assert fx.Notify(to=("supervisor",), about="escalation", run=1) in step.effects


def test_a_hold_freezes_timers_recalls_the_crew_and_later_returns_to_where_it_was(complaint: Machine) -> None:
    case, _ = done(complaint, opened(complaint), "leak", "2026-03-02 10:00", cause="leak")
    held, step = complaint.fire(
        case, HoldsChanged(holds={"bankruptcy": "2026-03-03"}, version=1), {}, at("2026-03-03 09:00")
    )
    assert held.state == ("held",)
    assert [effect.how for effect in step.effects if isinstance(effect, fx.CloseTask)] == ["cancelled"]
    back, _ = complaint.fire(held, HoldsChanged(holds={}, version=2), {}, at("2026-03-20 09:00"))
    assert back.state == ("fixing",)
    assert [task.title for task in back.tasks] == ["Find the leak"]


def test_coming_back_from_a_hold_does_not_repeat_what_was_done_on_entry(complaint: Machine) -> None:
    case, _ = done(complaint, opened(complaint), "explained", "2026-03-02 10:00", cause="usage")
    held, _ = complaint.fire(
        case, HoldsChanged(holds={"bankruptcy": "2026-03-03"}, version=1), {}, at("2026-03-03 09:00")
    )
    forgotten = replace(held, happened={})
    back, _ = complaint.fire(forgotten, HoldsChanged(holds={}, version=2), {}, at("2026-03-20 09:00"))
    assert back.state == ("answering",)
    assert back.happened == {}


def test_a_closed_case_takes_nothing_but_its_reopening(complaint: Machine) -> None:
    case, _ = complaint.fire(opened(complaint), Message(name="customer-withdrew"), {}, at("2026-03-02 10:00"))
    assert (case.outcome, case.tasks, case.timers) == ("withdrawn", (), ())
    with pytest.raises(Closed):
        complaint.fire(case, Message(name="customer-replied"), {}, at("2026-03-02 11:00"))
    case, _ = complaint.fire(case, Reopened(reason="a mistake", by="lead"), {}, at("2026-03-05 10:00"))
    assert (case.state, case.is_open) == (("review",), True)
    assert [task.title for task in case.tasks] == ["Review"]


def test_an_outcome_is_taken_back_while_there_is_time(complaint: Machine) -> None:
    case, _ = done(complaint, opened(complaint), "explained", "2026-03-02 10:00", cause="usage")
    back, _ = complaint.fire(case, TakenBack(run=1, by="rep"), {}, at("2026-03-02 10:05"))
    assert back.state == ("review",)
    assert [task.run for task in back.tasks] == [2]
    with pytest.raises(NotAllowed):
        complaint.fire(case, TakenBack(run=1, by="rep"), {}, at("2026-03-02 10:11"))
    with pytest.raises(NotAllowed):
        complaint.fire(case, TakenBack(run=1, by="lead"), {}, at("2026-03-02 10:05"))


def test_a_suspended_task_whose_clock_stops_is_due_later_by_as_long_as_it_lay(complaint: Machine) -> None:
    case = opened(complaint)
    aside = TaskSuspended(run=1, reason="waiting for the customer", clock_stops=True, by="rep")
    case, _ = complaint.fire(case, aside, {}, at("2026-03-02 10:00"))
    assert complaint.next_due(case) is None
    with pytest.raises(Unknown, match="suspended"):
        done(complaint, case, "explained", "2026-03-02 11:00", cause="usage")
    case, _ = complaint.fire(case, TaskResumed(run=1, by="rep"), {}, at("2026-03-03 10:00"))
    assert case.tasks[0].due == at("2026-03-04 17:30")


def test_why_says_what_the_case_waits_for_until_when(complaint: Machine) -> None:
    case = opened(complaint)
    said = why(complaint, case, at("2026-03-02 10:00"))
    assert said == "Waits for Customer service to do “Review”, due Tuesday 3 March 2026, 17:30."
    case, _ = done(complaint, case, "explained", "2026-03-02 10:00", cause="usage")
    said = why(complaint, case, at("2026-03-02 10:00"))
    assert said == ("Waits for Thursday 12 March 2026, 07:30, when it goes on to “Closed” (rule “After 10 days”).")


WAITING = """
case: waiting
title: Waiting
data: {account: {type: account, required: true}}
initial: booking
on: {customer-withdrew: off}
states:
  booking:
    entry: [refund-credit: {amount: "10.00"}]
    on: {credit-refunded: payable, bill-credited: payable}
  payable:
    after: {1 month: {actions: [notify: {to: [finance], about: No run yet}], name: no-run, title: No run yet}}
    on: {refund-issued: {target: posted, title: A check was written}}
  posted:
    on: {check-cashed: off, check-returned: off}
  off: {type: final}
"""


def test_why_tells_what_is_awaited_by_its_title_before_what_only_reminds_of_it() -> None:
    playing = machine(WAITING)
    case, _ = playing.start(
        case_id="c-1", data={"account": {"id": "10-1"}}, at=at("2026-03-02 09:00"), by="rep", facts={}
    )
    said = {}
    for event in ("credit-refunded", "refund-issued", ""):
        said[case.state[0]] = why(playing, case, at("2026-03-02 10:00"))
        if event:
            case, _ = playing.fire(case, Message(name=event, data={}, by="finance"), {}, at("2026-03-02 10:00"))
    assert said == {
        "booking": "Waits for the answer “Credit refunded”, which comes by itself.",
        "payable": "Waits for “A check was written”; without it, Thursday 2 April 2026, 07:30, "
        "when its time has come (rule “No run yet”).",
        "posted": "Waits for one of: “Check cashed”, “Check returned”.",
    }


def test_a_case_is_one_value_that_survives_being_written_down(complaint: Machine) -> None:
    case, _ = done(complaint, opened(complaint), "leak", "2026-03-02 10:00", cause="leak")
    assert from_json(to_json(case)) == case


LADDER = """
case: ladder
title: Ladder
laws: [water]
facts: {delinquent_since: date}
data: {account: {type: account, required: true}}
initial: past-due
states:
  past-due:
    entry: [notify: {to: finance, about: final-notice}]
    at: {earliest-lawful(locked-off): {target: locking, name: ladder}}
    on: {rush: locked}
  locking:
    work-order: {title: Lock, crew: meters, check-at-site: true, outcomes: {locked: locked}}
  locked: {tags: [locked-off], on: {paid: closed}}
  closed: {type: final}
"""

WATER = Law.model_validate(
    {
        "law": "water",
        "title": "No shut-off before its time",
        "before": ["locked-off"],
        "facts": {"delinquent_since": {"type": "date"}},
        "rules": [
            {"id": "WSP-8", "source": "H&S 116908(a)(1)(A)", "require": "60 full days since facts.delinquent_since"},
            {"id": "GOV-8", "source": "Gov. Code 60373(a)", "require": "15 days since letter final-notice mailed"},
            {"id": "GOV-13", "source": "Gov. Code 60374", "require": "on a shut-off day of calendar district"},
        ],
    }
)


def test_a_law_refuses_the_act_and_names_its_section_and_the_first_day() -> None:
    ladder = machine(LADDER, WATER)
    facts = {"delinquent_since": "2026-01-06"}
    case, _ = ladder.start(
        case_id="c-1", data={"account": {"id": "10-1"}}, at=at("2026-02-02 09:00"), by="rep", facts=facts
    )
    mailed = Message(name="letter-mailed", data={"template": "final-notice", "mailed": "2026-02-03"})
    case, _ = ladder.fire(case, mailed, facts, at("2026-02-03 12:00"))
    with pytest.raises(Barred) as refused:
        ladder.fire(case, Message(name="rush"), facts, at("2026-02-20 09:00"))
    assert refused.value.sentence == (
        "not before Monday 9 March 2026: 60 full days since 6 January 2026 (delinquent since) (H&S 116908(a)(1)(A)), "
        "and no shut-off on a Saturday (Gov. Code 60374)"
    )


def test_the_earliest_lawful_day_is_found_once_the_notice_is_mailed() -> None:
    ladder = machine(LADDER, WATER)
    facts = {"delinquent_since": "2026-01-06"}
    case, _ = ladder.start(
        case_id="c-1", data={"account": {"id": "10-1"}}, at=at("2026-02-02 09:00"), by="rep", facts=facts
    )
    assert case.timers == ()
    mailed = Message(name="letter-mailed", data={"template": "final-notice", "mailed": "2026-02-27"})
    assert ladder.facts_for(case, mailed) == ("delinquent_since",)
    case, _ = ladder.fire(case, mailed, facts, at("2026-02-27 12:00"))
    assert [timer.due for timer in case.timers] == [at("2026-03-16 07:30")]


def test_an_order_that_must_be_checked_at_the_curb_is_not_closed_without() -> None:
    ladder = machine(LADDER, WATER)
    facts = {"delinquent_since": "2026-01-06"}
    case, _ = ladder.start(
        case_id="c-1", data={"account": {"id": "10-1"}}, at=at("2026-02-02 09:00"), by="rep", facts=facts
    )
    mailed = Message(name="letter-mailed", data={"template": "final-notice", "mailed": "2026-02-27"})
    case, _ = ladder.fire(case, mailed, facts, at("2026-02-27 12:00"))
    case, _ = ladder.fire(case, ladder.due_events(case, at("2026-03-16 07:30"))[0], facts, at("2026-03-16 07:30"))
    with pytest.raises(NotAllowed, match="curb"):
        ladder.fire(case, Outcome(run=1, outcome="locked", by="crew"), facts, at("2026-03-16 09:00"))
    checked = Outcome(run=1, outcome="locked", by="crew", checked_at="2026-03-16T09:00:00-07:00")
    case, step = ladder.fire(case, checked, facts, at("2026-03-16 09:00"))
    assert case.state == ("locked",)
    assert step.rules == ("WSP-8", "GOV-8", "GOV-13")


def test_a_hold_recalls_letters_that_are_not_mailed_where_its_rule_says_so_and_once(complaint: Machine) -> None:
    held = {"bankruptcy": "2026-03-03"}
    wanting = machine(
        COMPLAINT.replace("{bankruptcy: freeze}", "{bankruptcy: {recall-letters: true}, dispute: freeze}")
    )

    def recalls(step: fx.Step) -> list[str]:
        found = [effect.action for effect in step.effects if isinstance(effect, fx.RunAction)]
        return [action for action in found if action == "recall-letters"]

    case, step = wanting.fire(opened(wanting), HoldsChanged(holds=held, version=1), {}, at("2026-03-03 09:00"))
    assert recalls(step) == ["recall-letters"]
    both = HoldsChanged(holds=held | {"dispute": "2026-03-04"}, version=2)
    case, step = wanting.fire(case, both, {}, at("2026-03-04 09:00"))
    assert recalls(step) == []
    _, step = wanting.fire(case, HoldsChanged(holds={}, version=3), {}, at("2026-03-05 09:00"))
    assert recalls(step) == []
    _, step = complaint.fire(opened(complaint), HoldsChanged(holds=held, version=1), {}, at("2026-03-03 09:00"))
    assert recalls(step) == []
