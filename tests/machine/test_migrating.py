"""An open case comes over to another version: it stays where it is, keeps its work, and no mailed notice is shortened."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from definitions.language.pack import Law
from definitions.language.sentences import Sentence, again
from tests.machine.making import at, machine
from tests.machine.test_new_rules import law
from workflows.machine.case import Case
from workflows.machine.effects import CancelTimer, ChangeTask, CloseTask, OpenTask
from workflows.machine.errors import Barred, NotMigrated, Unknown
from workflows.machine.events import HoldsChanged, LineDecided, Message, Migrated, Outcome, TimerFired
from workflows.machine.machine import Machine, machine_of
from workflows.machine.migrating import Migration, content_of, facts, migrate

FIRST = """
case: complaint
title: Complaint
data: {account: {type: account, required: true}, cause: {enum: [leak, usage]}}
holds: {bankruptcy: {timers: freeze, bars: [field]}}
sla: {start: review, stop: closed, target: 5 business days}
initial: review
on: {held: {target: held}}
states:
  review:
    task:
      title: Review
      queue: customer-service
      due: 2 business days
      form: {cause: optional}
      outcomes: {answer: {target: answering}, visit: {target: visiting}}
    escalations:
      - {after: 1 business day, priority: high}
  visiting:
    work-order: {title: Visit, crew: meters, outcomes: {done: {target: answering}}}
  answering:
    on: {replied: {target: review}}
    after: {10 days: {target: closed, title: Time to reply}}
  held: {on: {released: {target: history}}}
  closed: {type: final}
"""
TIMER = "    after: {10 days: {target: closed, title: Time to reply}}"
OPENED = at("2026-03-02 09:00")  # a Monday
BEFORE = machine(FIRST)


def version(text: str, *laws: Law, number: int = 2) -> Machine:
    compiled = machine(text, *laws).setting.compiled.model_copy(update={"version": number})
    return machine_of(compiled.to_bytes())


def event(to: Machine, **mapping: Any) -> Migrated:
    content = base64.b64encode(to.setting.compiled.to_bytes()).decode()
    return Migrated(version=to.setting.compiled.version, content=content, by="ops", **mapping)


def opened(on: Machine = BEFORE) -> Case:
    return on.start(case_id="c-1", data={"account": {"id": "1"}}, at=OPENED, by="rep")[0]


def answering(*, notified: bool = False) -> Case:
    case, _ = BEFORE.fire(opened(), Outcome(run=1, outcome="answer", by="rep"), {}, at("2026-03-02 10:00"))
    if notified:
        mailed = Message(name="letter-mailed", data={"template": "answer", "mailed": "2026-03-02"})
        case, _ = BEFORE.fire(case, mailed, {}, at("2026-03-02 11:00"))
    return case


def crossed(case: Case, to: Machine, when: str = "2026-03-03 09:00", on: Machine = BEFORE, **mapping: Any) -> Migration:
    return migrate(on.setting, case, event(to, **mapping), {}, at(when))


def due(case: Case, kind: str = "after") -> str:
    (timer,) = [timer for timer in case.timers if timer.kind == kind]
    return f"{timer.due.astimezone(OPENED.tzinfo):%Y-%m-%d %H:%M}"


def test_a_case_stays_in_its_state_with_its_task_and_its_number() -> None:
    to = version(FIRST.replace("title: Review", "title: Look at it"))
    case, step = BEFORE.fire(opened(), event(to, reason="a better form"), {}, at("2026-03-03 09:00"))
    assert (case.version, case.state, case.step, case.runs) == (2, ("review",), 2, 1)
    (task,) = case.tasks
    assert (task.run, task.title, task.opened_at) == (1, "Look at it", OPENED)
    assert (step.event, step.left, step.entered) == ("migrated 0 to 2", (), ())
    assert step.note == "a better form"
    assert not [each for each in step.effects if isinstance(each, OpenTask | CloseTask)]
    # And it goes on by the new version.
    assert to.fire(case, Outcome(run=1, outcome="visit", by="rep"), {}, at("2026-03-03 10:00"))[0].state == (
        "visiting",
    )


def test_a_state_that_has_another_name_is_mapped_with_its_task_and_its_timers() -> None:
    to = version(FIRST.replace("review", "checking").replace("title: Review", "title: Check"))
    with pytest.raises(NotMigrated, match=r"“Review” .review. has no counterpart in version 2; say under `states`"):
        BEFORE.accepts(opened(), event(to))
    done = crossed(opened(), to, states={"review": "checking"})
    assert done.case.state == ("checking",)
    assert [(task.run, task.name, task.state) for task in done.case.tasks] == [(1, "checking", "checking")]
    assert {timer.name for timer in done.case.timers if timer.kind == "escalation"} == {"checking/escalation-1"}
    assert "“Review” is now “Check”" in (done.step.note or "")
    assert to.due_events(done.case, at("2026-03-10 09:00"))


def test_the_mapping_may_stand_in_the_new_version() -> None:
    text = FIRST.replace("review", "checking").replace("initial:", "migration: {states: {review: checking}}\ninitial:")
    mapping = version(text).definition.migration
    assert mapping is not None
    assert mapping.states == {"review": "checking"}


def test_separation_of_duties_follows_a_task_that_is_called_otherwise() -> None:
    to = version(FIRST.replace("review", "checking"))
    assert answering().people["review"] == ("rep",)
    assert crossed(answering(), to, states={"review": "checking"}).case.people["checking"] == ("rep",)


def test_an_open_task_without_a_counterpart_is_refused_until_the_mapping_says_what_becomes_of_it() -> None:
    to = version(FIRST.replace("title: Review", "title: Talk\n      name: talk"))
    with pytest.raises(NotMigrated, match=r"the open task “Review” .review. has no counterpart.*“Talk” .talk. stands"):
        BEFORE.accepts(opened(), event(to))
    kept = crossed(opened(), to, tasks={"review": "talk"})
    assert [(task.run, task.name) for task in kept.case.tasks] == [(1, "talk")]
    anew = crossed(opened(), to, tasks={"review": "withdrawn"})
    assert [(task.run, task.name) for task in anew.case.tasks] == [(2, "talk")]
    assert (anew.withdrawn, anew.opened, anew.kept) == (("Review",), ("Talk",), ())
    closes = [effect for effect in anew.step.effects if isinstance(effect, CloseTask)]
    assert [(each.run, each.how) for each in closes] == [(1, "cancelled")]
    told = again(str(closes[0].reason), closes[0].reason_said)
    assert isinstance(told, Sentence)
    assert (told, told.values) == ("version 2 does not have it", {"version": 2})


def test_a_task_is_not_made_an_order_under_somebodys_hands() -> None:
    to = version(
        FIRST.replace(
            "    task:\n      title: Review\n      queue: customer-service",
            "    work-order:\n      title: Review\n      crew: meters",
        )
    )
    with pytest.raises(NotMigrated, match="another kind of work"):
        BEFORE.accepts(opened(), event(to))


def test_a_timer_follows_the_new_span_from_when_it_began_either_way() -> None:
    later = crossed(answering(), version(FIRST.replace("10 days", "15 days")))
    assert (due(answering()), due(later.case)) == ("2026-03-12 07:30", "2026-03-17 07:30")
    earlier = crossed(answering(), version(FIRST.replace("10 days", "5 days")))
    assert due(earlier.case) == "2026-03-07 07:30"
    (moved,) = earlier.moved
    assert (moved.title, moved.stays) == ("Time to reply", False)
    assert "“Time to reply” moves from Thursday 12 March 2026, 07:30 to Saturday 7 March 2026" in (
        earlier.step.note or ""
    )


def test_once_a_notice_was_mailed_a_timer_comes_later_only() -> None:
    case = answering(notified=True)
    earlier = crossed(case, version(FIRST.replace("10 days", "5 days")))
    assert due(earlier.case) == due(case)
    assert "“Time to reply” stays at Thursday 12 March 2026, 07:30: a notice was mailed" in (earlier.step.note or "")
    assert due(crossed(case, version(FIRST.replace("10 days", "15 days"))).case) == "2026-03-17 07:30"


def test_a_timer_that_is_new_in_a_state_begins_with_the_migration_and_never_before_what_a_notice_told() -> None:
    nudge = "      2 days: {target: review, name: nudge, title: Nudge}"
    more = FIRST.replace(TIMER, f"    after:\n      10 days: {{target: closed, title: Time to reply}}\n{nudge}")
    free = crossed(answering(), version(more)).case
    assert sorted(due_of(free)) == [("answering/after/10 days", "2026-03-12"), ("nudge", "2026-03-05")]
    told = crossed(answering(notified=True), version(more)).case
    assert sorted(due_of(told)) == [("answering/after/10 days", "2026-03-12"), ("nudge", "2026-03-12")]


def due_of(case: Case) -> list[tuple[str, str]]:
    return [
        (timer.name, f"{timer.due.astimezone(OPENED.tzinfo):%Y-%m-%d}")
        for timer in case.timers
        if timer.kind == "after"
    ]


def test_a_timer_that_is_no_more_is_cancelled() -> None:
    to = version(FIRST.replace("    after: {10 days: {target: closed, title: Time to reply}}\n", ""))
    done = crossed(answering(), to)
    assert not [timer for timer in done.case.timers if timer.kind == "after"]
    assert CancelTimer(name="answering/after/10 days") in done.step.effects
    assert "“Time to reply” is no more" in (done.step.note or "")


def test_due_dates_and_escalations_follow_the_version_and_what_has_happened_does_not_happen_again() -> None:
    to = version(
        FIRST.replace("2 business days", "4 business days").replace("after: 1 business day,", "after: 3 business days,")
    )
    done = crossed(opened(), to)
    assert done.case.tasks[0].due == at("2026-03-06 16:30")
    assert due(done.case, "escalation") == "2026-03-05 07:30"
    (escalation,) = [timer for timer in opened().timers if timer.kind == "escalation"]
    fired = TimerFired(name=escalation.name, run=1)
    raised, _ = BEFORE.fire(opened(), fired, {"task.claimed": False}, at("2026-03-03 09:00"))
    after = crossed(raised, to).case
    assert after.tasks[0].priority == "high"
    assert not [timer for timer in after.timers if timer.kind == "escalation"]


def test_a_task_that_comes_to_another_queue_is_released() -> None:
    done = crossed(opened(), version(FIRST.replace("queue: customer-service", "queue: supervisors")))
    (change,) = [effect for effect in done.step.effects if isinstance(effect, ChangeTask)]
    assert (change.task.queue, change.release) == ("supervisors", True)


def test_the_service_level_stays_as_promised() -> None:
    done = crossed(opened(), version(FIRST.replace("target: 5 business days", "target: 1 business day")))
    assert done.case.sla == opened().sla


def test_a_stay_finds_its_way_back_in_the_new_version() -> None:
    held, _ = BEFORE.fire(
        opened(), HoldsChanged(holds={"bankruptcy": "2026-03-02"}, version=1), {}, at("2026-03-02 12:00")
    )
    assert held.state == ("held",)
    to = version(FIRST.replace("review", "checking"))
    with pytest.raises(NotMigrated, match="is to return to review"):
        BEFORE.accepts(held, event(to))
    done = crossed(held, to, states={"review": "checking"})
    back, _ = to.fire(done.case, HoldsChanged(holds={}, version=2), {}, at("2026-03-05 09:00"))
    assert back.state == ("checking",)


def test_no_mapping_leads_round_a_hold_or_a_law() -> None:
    to = version(FIRST.replace("review:", "review:\n    tags: [field]"))
    placed, _ = BEFORE.fire(
        opened(), HoldsChanged(holds={"bankruptcy": "2026-03-02"}, version=1), {}, at("2026-03-02 12:00")
    )
    with pytest.raises(Barred, match="barred while the account has the hold “Bankruptcy”"):
        migrate(BEFORE.setting, placed, event(to, states={"held": "review"}, tasks={}), {}, at("2026-03-03 09:00"))
    locked = version(
        FIRST.replace("review:", "review:\n    tags: [locked-off]").replace("data:", "laws: [shut-off]\ndata:", 1),
        law(15),
    )
    with pytest.raises(Barred):
        crossed(opened(), locked)


def test_data_that_the_version_would_not_have_taken_are_refused_and_missing_ones_come_from_the_mapping() -> None:
    case, _ = BEFORE.fire(
        opened(), Outcome(run=1, outcome="answer", form={"cause": "leak"}, by="rep"), {}, at("2026-03-02 10:00")
    )
    with pytest.raises(NotMigrated, match="cause is one of misread, usage"):
        BEFORE.accepts(case, event(version(FIRST.replace("[leak, usage]", "[misread, usage]"))))
    needs = version(FIRST.replace("data: {", "data: {channel: {enum: [call, letter], required: true}, ", 1))
    with pytest.raises(NotMigrated, match="channel is required"):
        BEFORE.accepts(case, event(needs))
    done = crossed(case, needs, data={"channel": "call", "cause": "usage"})
    assert (done.case.data["channel"], done.case.data["cause"]) == ("call", "leak")
    assert done.step.changes == {"channel": "call"}


def test_a_case_is_not_closed_and_not_decided_by_a_mapping() -> None:
    to = version(
        FIRST.replace("  closed: {type: final}", "  asking: {choose: [{target: closed}]}\n  closed: {type: final}")
    )
    for target, says in (
        ("closed", "would close the case"),
        ("asking", "no state that waits"),
        ("nowhere", "no state nowhere"),
    ):
        with pytest.raises(NotMigrated, match=says):
            BEFORE.accepts(answering(), event(to, states={"answering": target}))


def test_the_same_version_is_refused() -> None:
    with pytest.raises(Unknown, match="version 0 already"):
        BEFORE.accepts(opened(), event(version(FIRST, number=0)))


COLLECTION = """
case: collection
title: Collection
data: {account: {type: account, required: true}}
laws: [shut-off]
initial: waiting
states:
  waiting:
    at: {earliest-lawful(locked-off): {target: locking, name: ladder, title: Earliest lawful day}}
  locking:
    task: {title: Lock, queue: customer-service, outcomes: {locked: {target: locked}}}
  locked: {tags: [locked-off], on: {paid: {target: closed}}}
  closed: {type: final}
"""


def noticed() -> tuple[Machine, Case]:
    """By 15 days after the notice of 3 March, the first lawful day is Wednesday 18 March."""
    on = machine(COLLECTION, law(15))
    mailed = Message(name="letter-mailed", data={"template": "final-notice", "mailed": "2026-03-03"})
    return on, on.fire(opened(on), mailed, {}, at("2026-03-03 12:00"))[0]


def test_a_mailed_notice_is_never_shortened_by_a_version_with_a_milder_law() -> None:
    on, case = noticed()
    to = version(COLLECTION, law(10))
    done = crossed(case, to, "2026-03-04 09:00", on)
    assert due(done.case, "at") == "2026-03-18 07:30"
    assert [(each.title, each.stays) for each in done.moved] == [("Earliest lawful day", True)]
    locking, _ = to.fire(done.case, TimerFired(name="ladder"), {}, at("2026-03-18 08:00"))
    assert locking.state == ("locking",)
    stricter = crossed(case, version(COLLECTION, law(20)), "2026-03-04 09:00", on)
    assert due(stricter.case, "at") == "2026-03-23 07:30"


def test_a_version_that_waits_for_no_lawful_day_and_would_allow_an_earlier_one_is_refused() -> None:
    on, case = noticed()
    without = COLLECTION.replace(
        "    at: {earliest-lawful(locked-off): {target: locking, name: ladder, title: Earliest lawful day}}",
        "    on: {go: {target: locking}}",
    )
    with pytest.raises(Barred, match="what was announced is not shortened"):
        crossed(case, version(without, law(10)), "2026-03-04 09:00", on)
    assert crossed(case, version(without, law(20)), "2026-03-04 09:00", on).case.state == ("waiting",)


def test_the_facts_of_the_states_and_laws_of_both_versions_are_asked_for() -> None:
    asks = FIRST.replace("data:", "facts: {balance: money, until: date}\ndata:", 1).replace(
        "    after: {10 days", "    at: {facts.until: {target: closed}}\n    after: {10 days"
    )
    to = version(asks)
    assert facts(BEFORE.setting, answering(), event(to)) == {"until"}
    assert BEFORE.facts_for(answering(), event(to)) == ("until",)
    assert content_of(event(to)) == to.setting.compiled.to_bytes()


def test_a_line_stays_on_its_list_and_leaves_it_for_another() -> None:
    answers = FIRST[FIRST.index("  answering:\n") : FIRST.index("  held: {on")]
    text = FIRST.replace(answers, "  answering: {list: answers, released: {target: closed}}\n")
    on = machine(text)
    case, _ = on.fire(opened(on), Outcome(run=1, outcome="answer", by="rep"), {}, at("2026-03-02 10:00"))
    stays = crossed(case, version(text), on=on)
    assert stays.case.lines == case.lines
    released = LineDecided(state="answering", decision="released", joined=case.lines["answering"], by="lead")
    assert version(text).fire(stays.case, released, {}, at("2026-03-04 09:00"))[0].outcome == "closed"
    other = crossed(case, version(text.replace("list: answers", "list: replies")), on=on)
    assert [
        (effect.kind, effect.list) for effect in other.step.effects if effect.kind in ("leave-list", "join-list")
    ] == [
        ("leave-list", "answers"),
        ("join-list", "replies"),
    ]
    assert other.case.lines == {"answering": case.step + 1}
