"""The rest of the language on the machine: schedules, instances, children, lists, service levels, limits, messages."""

from __future__ import annotations

from typing import Any

import pytest

from definitions.language.pack import ReviewList
from tests.machine.making import at, machine
from workflows.machine import effects as fx
from workflows.machine.case import Case
from workflows.machine.choices import choices
from workflows.machine.errors import BadForm, Barred, NotAllowed, Unknown
from workflows.machine.events import ChildClosed, LineDecided, Message, Moved, Outcome, TaskRedone, TaskSkipped
from workflows.machine.machine import Machine

HEAD = "title: A case\ndata: {account: {type: account, required: true}}\n"


def begun(
    text: str, data: dict[str, Any] | None = None, facts: dict[str, Any] | None = None
) -> tuple[Machine, Case, fx.Step]:
    playing = machine(text)
    given = {"account": {"id": "10-1"}, **(data or {})}
    case, step = playing.start(case_id="c-1", data=given, at=at("2026-03-02 09:00"), by="rep", facts=facts or {})
    return playing, case, step


def complete(
    playing: Machine, case: Case, run: int, outcome: str, by: str = "ann", **form: Any
) -> tuple[Case, fx.Step]:
    return playing.fire(case, Outcome(run=run, outcome=outcome, by=by, form=form), {}, at("2026-03-02 10:00"))


SCHEDULE = (
    "case: ladder\n"
    + HEAD
    + """
initial: past-due
states:
  past-due:
    schedule:
      - {id: 10, do: {record: {what: letter asked}}, days-after: 15 days}
      - {id: 20, do: {task: call-customer}, depends-on: [10], days-after: 3 business days, then: waiting}
    tasks:
      call-customer: {title: Call the customer, queue: customer-service, outcomes: {called: next}}
  waiting: {on: {paid: closed}}
  closed: {type: final}
"""
)


def test_a_schedule_waits_does_waits_and_goes_on() -> None:
    playing, case, _ = begun(SCHEDULE)
    assert case.state == ("past-due/10-due",)
    assert playing.next_due(case) == at("2026-03-17 07:30")
    case, _ = playing.fire(case, playing.due_events(case, at("2026-03-17 07:30"))[0], {}, at("2026-03-17 07:30"))
    assert case.happened == {"letter asked": "2026-03-17"}
    assert case.state == ("past-due/20-due",)
    assert playing.next_due(case) == at("2026-03-20 07:30")
    case, _ = playing.fire(case, playing.due_events(case, at("2026-03-20 07:30"))[0], {}, at("2026-03-20 07:30"))
    assert [task.title for task in case.tasks] == ["Call the customer"]
    case, _ = playing.fire(case, Outcome(run=1, outcome="called", by="rep"), {}, at("2026-03-20 09:00"))
    assert case.state == ("waiting",)


EACH = (
    "case: meters\n"
    + HEAD.replace("}}\n", "}, meters: {type: meter, many: true}, reads: {type: quantity, unit: ccf, many: true}}\n")
    + """
initial: reading
states:
  reading:
    work-order:
      title: Read the meter
      crew: meters
      each: data.meters
      form: {reads: {type: quantity, unit: ccf, required: true}}
      outcomes: {done: read, no-access: {target: again, needs: any}, broken: repair}
      mixed: sorting
  again: {on: {go: reading}}
  sorting: {on: {go: read}}
  repair: {on: {go: read}}
  read: {type: final}
"""
)
METERS = {"meters": [{"id": "m-1"}, {"id": "m-2"}]}


def test_one_order_is_opened_for_each_meter_and_all_must_be_done() -> None:
    playing, case, _ = begun(EACH, METERS)
    assert [(task.run, task.item["id"]) for task in case.tasks] == [(1, "m-1"), (2, "m-2")]
    case, _ = complete(playing, case, 1, "done", reads="12.5")
    assert case.state == ("reading",)
    with pytest.raises(Unknown, match="not open"):
        complete(playing, case, 1, "done", reads="12.5")
    case, _ = complete(playing, case, 2, "done", reads="7")
    assert case.outcome == "read"
    assert case.data["reads"] == ["12.5", "7"]


def test_one_is_enough_where_any_is_needed_and_the_others_are_recalled() -> None:
    playing, case, _ = begun(EACH, METERS)
    case, step = complete(playing, case, 1, "no-access", reads="1")
    assert case.state == ("again",)
    closed = [(effect.run, effect.how) for effect in step.effects if isinstance(effect, fx.CloseTask)]
    assert closed == [(1, "completed"), (2, "cancelled")]


def test_instances_that_ended_differently_go_where_mixed_leads() -> None:
    playing, case, _ = begun(EACH, METERS)
    case, _ = complete(playing, case, 1, "done", reads="1")
    case, _ = complete(playing, case, 2, "broken", reads="2")
    assert case.state == ("sorting",)


CHILD = (
    "case: parent\n"
    + HEAD
    + """
initial: leaking
states:
  leaking:
    invoke: {case: leak-investigation, with: {account: data.account}, outcomes: {repaired: mended}, done: over}
    on: {give-up: over}
  mended: {type: final}
  over: {type: final}
"""
)


SEPARATED = (
    "case: checked\n"
    + HEAD
    + """
initial: asking
states:
  asking: {task: {title: Ask, queue: customer-service, outcomes: {asked: waiting}}}
  waiting:
    invoke: {case: approval, with: {account: data.account}, done: over}
  approving: {task: {title: Approve, queue: supervisors, not-by: opening, outcomes: {approve: over}}}
  over: {type: final}
"""
)


def test_a_child_knows_who_worked_on_the_case_that_opened_it_and_keeps_them_away() -> None:
    playing, case, _ = begun(SEPARATED)
    _, step = playing.fire(case, Outcome(run=1, outcome="asked", by="rep2"), {}, at("2026-03-03 09:00"))
    (opened,) = [effect for effect in step.effects if isinstance(effect, fx.OpenChild)]
    assert opened.people == ("rep", "rep2")
    child = machine(SEPARATED.replace("initial: asking", "initial: approving"))
    approval, _ = child.start(
        case_id="c-2", data={"account": {"id": "10-1"}}, at=at("2026-03-03 09:00"), by="rep2", people=opened.people
    )
    for person in ("rep", "rep2"):
        with pytest.raises(NotAllowed, match="separation of duties"):
            child.fire(approval, Outcome(run=1, outcome="approve", by=person), {}, at("2026-03-03 10:00"))
    approved, _ = child.fire(approval, Outcome(run=1, outcome="approve", by="lead"), {}, at("2026-03-03 10:00"))
    assert approved.outcome == "over"


def test_who_worked_on_a_child_is_kept_away_by_the_key_of_the_state_that_opened_it() -> None:
    text = SEPARATED.replace("done: over}", "done: approving}").replace("not-by: opening", "not-by: waiting")
    playing, case, _ = begun(text)
    case, step = playing.fire(case, Outcome(run=1, outcome="asked", by="rep2"), {}, at("2026-03-03 09:00"))
    (opened,) = [effect for effect in step.effects if isinstance(effect, fx.OpenChild)]
    closed = ChildClosed(child=opened.child, outcome="given", people=("lead",))
    case, _ = playing.fire(case, closed, {}, at("2026-03-04 09:00"))
    with pytest.raises(NotAllowed, match="separation of duties"):
        playing.fire(case, Outcome(run=2, outcome="approve", by="lead"), {}, at("2026-03-04 10:00"))
    case, _ = playing.fire(case, Outcome(run=2, outcome="approve", by="ann"), {}, at("2026-03-04 10:00"))
    assert case.outcome == "over"
    assert case.workers == ("rep2", "lead", "ann")


@pytest.mark.parametrize("calls_off", [True, False])
def test_a_child_that_nobody_waits_for_any_longer_is_called_off_where_the_definition_says_so(calls_off: bool) -> None:
    text = CHILD.replace("done: over}", "done: over, call-off: true}") if calls_off else CHILD
    playing, case, step = begun(text)
    (opened,) = [effect for effect in step.effects if isinstance(effect, fx.OpenChild)]
    _, step = playing.fire(case, Message(name="give-up"), {}, at("2026-03-05 09:00"))
    sent = [effect for effect in step.effects if isinstance(effect, fx.SendMessage)]
    assert sent == ([fx.SendMessage(name="called-off", case=opened.child)] if calls_off else [])
    _, step = playing.fire(case, ChildClosed(child=opened.child, outcome="repaired"), {}, at("2026-03-05 09:00"))
    assert not any(isinstance(effect, fx.SendMessage) for effect in step.effects)


@pytest.mark.parametrize(("outcome", "ends"), [("repaired", "mended"), ("no-leak", "over")])
def test_a_child_case_is_opened_and_its_end_leads_on(outcome: str, ends: str) -> None:
    playing, case, step = begun(CHILD)
    (opened,) = [effect for effect in step.effects if isinstance(effect, fx.OpenChild)]
    assert (opened.case, opened.data) == ("leak-investigation", {"account": {"id": "10-1"}})
    case, _ = playing.fire(case, ChildClosed(child=opened.child, outcome=outcome), {}, at("2026-03-05 09:00"))
    assert case.outcome == ends


LIST = (
    "case: listed\n"
    + HEAD
    + """
initial: gathering
states:
  gathering: {list: lock-off, released: locking, excluded: {target: waiting}}
  locking: {on: {done: over}}
  waiting: {on: {again: gathering}}
  over: {type: final}
"""
)


def test_a_case_gathers_on_a_list_until_a_lead_decides() -> None:
    playing, case, step = begun(LIST)
    assert [effect.list for effect in step.effects if isinstance(effect, fx.JoinList)] == ["lock-off"]
    released, _ = playing.fire(
        case, LineDecided(state="gathering", decision="released", by="lead"), {}, at("2026-03-03 09:00")
    )
    assert released.state == ("locking",)
    excluded, _ = playing.fire(
        case,
        LineDecided(state="gathering", decision="excluded", reason="paid today", by="lead"),
        {},
        at("2026-03-03 09:00"),
    )
    assert excluded.state == ("waiting",)
    with pytest.raises(Unknown, match="no longer on that list"):
        playing.fire(
            excluded, LineDecided(state="gathering", decision="released", by="lead"), {}, at("2026-03-03 09:00")
        )


def test_a_line_is_checked_again_when_it_is_released() -> None:
    lock_off = ReviewList.model_validate(
        {"list": "lock-off", "title": "Lock-off list", "review": "lead", "check": "facts.balance > usd(80)"}
    )
    playing = machine(
        LIST.replace("title: A case", "title: A case\nfacts: {balance: {type: money, required: true}}"),
        lists={"lock-off": lock_off},
    )
    case, _ = playing.start(case_id="c-1", data={"account": {"id": "10-1"}}, at=at("2026-03-02 09:00"), by="rep")
    release = LineDecided(state="gathering", decision="released", by="lead")
    assert playing.facts_for(case, release) == ("balance",)
    with pytest.raises(Barred, match="not released"):
        playing.fire(case, release, {"balance": "0.00"}, at("2026-03-03 09:00"))
    released, _ = playing.fire(case, release, {"balance": "84.10"}, at("2026-03-03 09:00"))
    assert released.state == ("locking",)


LEVEL = (
    "case: promised\n"
    + HEAD
    + """
sla: {start: working, stop: over, pause: waiting, target: 5 business days, warn: 3 business days}
initial: working
states:
  working: {on: {wait: waiting, done: over}}
  waiting: {on: {go: working}}
  over: {type: final}
"""
)


def test_the_promise_stands_still_while_the_case_waits_for_the_customer() -> None:
    playing, case, _ = begun(LEVEL)
    assert case.sla is not None
    assert case.sla.due == at("2026-03-09 17:30")
    case, _ = playing.fire(case, Message(name="wait"), {}, at("2026-03-03 09:00"))
    assert case.timers == ()
    case, _ = playing.fire(case, Message(name="go"), {}, at("2026-03-04 09:00"))
    assert case.sla is not None
    assert case.sla.due == at("2026-03-10 17:30")
    missed = playing.due_events(case, at("2026-03-11 09:00"))
    for timer in missed:
        case, step = playing.fire(case, timer, {}, at("2026-03-11 09:00"))
    assert case.sla is not None
    assert case.sla.missed
    assert step.effects[-1] == fx.Notify(to=("supervisor",), about="service-missed")


LIMITED = (
    "case: limited\n"
    + HEAD.replace("}}\n", "}, credit: money}\n")
    + """
messages: {customer-replied: {text: {type: text, required: true}}}
initial: approving
states:
  approving:
    task:
      title: Approve
      queue: supervisors
      skippable: true
      repeatable: true
      form: {credit: required}
      outcomes:
        approve: {target: open, limit: adjustment, limit-of: credit}
        refuse: over
  open: {on: {customer-replied: over}}
  over: {type: final}
"""
)


def test_an_amount_above_the_persons_limit_is_refused_by_name_and_amount() -> None:
    playing, case, _ = begun(LIMITED)
    event = Outcome(run=1, outcome="approve", by="ann", form={"credit": "1250.00"})
    assert playing.facts_for(case, event) == ("limit.adjustment",)
    with pytest.raises(NotAllowed, match=r"\$1250.00 is above your limit for adjustment \(\$250.00\)"):
        playing.fire(case, event, {"limit.adjustment": "250.00"}, at("2026-03-02 10:00"))
    approved, _ = playing.fire(case, event, {"limit.adjustment": "1250.00"}, at("2026-03-02 10:00"))
    assert approved.state == ("open",)


def test_a_form_says_every_field_that_is_wrong() -> None:
    playing, case, _ = begun(LIMITED)
    with pytest.raises(BadForm) as wrong:
        complete(playing, case, 1, "refuse", credit="a lot", colour="red")
    assert wrong.value.facts["fields"] == {
        "colour": "there is no field colour; the fields are credit",
        "credit": "is an amount of dollars, as 84.10",
    }


def test_a_skipped_task_takes_its_first_outcome_and_a_repeatable_one_is_done_again() -> None:
    playing, case, _ = begun(LIMITED)
    skipped, step = playing.fire(
        case, TaskSkipped(run=1, reason="decided by phone", by="ann"), {}, at("2026-03-02 10:00")
    )
    assert skipped.state == ("open",)
    assert step.note == "decided by phone"
    with pytest.raises(Unknown, match="not been done"):
        playing.fire(skipped, TaskRedone(name="approving", reason="again", by="bob"), {}, at("2026-03-02 11:00"))
    approved, _ = playing.fire(
        case,
        Outcome(run=1, outcome="approve", by="ann", form={"credit": "1"}),
        {"limit.adjustment": "5"},
        at("2026-03-02 10:00"),
    )
    again, _ = playing.fire(
        approved, TaskRedone(name="approving", reason="again", by="bob"), {}, at("2026-03-02 11:00")
    )
    assert [(task.run, task.name) for task in again.tasks] == [(2, "approving")]


def test_what_a_message_brings_is_checked_and_an_unknown_one_says_what_is_possible() -> None:
    playing, case, _ = begun(LIMITED)
    case, _ = playing.fire(
        case,
        Outcome(run=1, outcome="approve", by="ann", form={"credit": "1"}),
        {"limit.adjustment": "5"},
        at("2026-03-02 10:00"),
    )
    with pytest.raises(BadForm, match="text is required"):
        playing.fire(case, Message(name="customer-replied"), {}, at("2026-03-02 11:00"))
    with pytest.raises(Unknown, match="possible now: customer-replied"):
        playing.fire(case, Message(name="payment-received"), {}, at("2026-03-02 11:00"))


def test_an_operator_moves_a_case_and_the_reason_stays() -> None:
    playing, case, _ = begun(LIMITED)
    moved, step = playing.fire(
        case, Moved(target="open", reason="a wrong turn", by="admin", approved_by="lead"), {}, at("2026-03-02 10:00")
    )
    assert moved.state == ("open",)
    assert step.note == "a wrong turn (approved by lead)"


def test_a_limit_refuses_beforehand_where_the_form_cannot_change_the_amount() -> None:
    here = {"by": "ann", "facts": {"limit.adjustment": "250.00"}, "at": at("2026-03-02 10:00")}
    for form, refused in (
        ("", "$1250.00 is above your limit for adjustment ($250.00)"),
        ("form: {credit: required}", None),
    ):
        playing, case, _ = begun(LIMITED.replace("form: {credit: required}", form), {"credit": "1250.00"})
        approve, refuse = choices(playing, case, 1, **here)
        assert (approve.refused or "").partition(";")[0] == (refused or "")
        assert refuse.refused is None


def test_choices_say_what_each_outcome_does() -> None:
    playing, case, _ = begun(LIMITED)
    offered = choices(playing, case, 1, by="ann", facts={}, at=at("2026-03-02 10:00"))
    assert [(choice.title, choice.does, choice.refused) for choice in offered] == [
        ("Approve", "goes on to “Open”", None),
        ("Refuse", "closes the case", None),
    ]
