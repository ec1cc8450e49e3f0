"""Whenever a case comes over to another version, it stays a case: declared states, its own work, nothing twice (Hypothesis)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.machine.making import at
from tests.machine.test_case_properties import ACCOUNT, COMPLAINTS, METERS, PARTS, PARTS_TEXT, running_timer, stories
from tests.machine.test_cases import COMPLAINT
from tests.machine.test_migrating import event, version
from workflows.machine import effects as fx
from workflows.machine.case import Case, from_json, to_json
from workflows.machine.errors import Refused
from workflows.machine.events import Migrated
from workflows.machine.machine import Machine

SPANS = {"10 days": "4 days", "30 days": "45 days", "2 business days": "1 day", "1 business day": "6 hours"}
WORDS = {"working": "work", "reading": "reader", "again": "later", "writing": "draft", "review": "look"}
STATES = {
    True: {"working": "work", "working/field/reading": "work/field/reader", "working/field/again": "work/field/later"}
    | {"working/office/writing": "work/office/draft"},
    False: {"review": "look", "answering": "told"},
}


def changed(text: str) -> Machine:
    """Another version: its states have other names, its timers other spans."""
    for old, new in (WORDS | {"answering": "told"} | SPANS).items():
        text = text.replace(old, new)
    return version(text, number=7)


NEXT = {True: changed(PARTS_TEXT), False: changed(COMPLAINT)}


def crossing(parts: bool) -> Migrated:
    return event(NEXT[parts], states=STATES[parts])


def play(parts: bool, story: list[tuple[Any, int]], when: int) -> tuple[Case, fx.Step | None, Case, list[Case]]:
    """The case before it came over, that step (None: it was closed by then), the case after it, and what followed."""
    playing = PARTS if parts else COMPLAINTS
    data: dict[str, Any] = {"account": ACCOUNT, "meters": METERS} if parts else {"account": ACCOUNT}
    now = at("2026-03-02 09:00")
    case, _ = playing.start(case_id="c-1", data=data, at=now, by="ann")
    before, after, step = case, case, None
    followed: list[Case] = []
    for number, (happens, hours) in enumerate([*story, (None, 0)]):
        now += timedelta(hours=hours)
        if number == min(when, len(story)) and case.is_open:
            before = case
            case, step = playing.fire(case, crossing(parts), {}, now)
            after, playing = case, NEXT[parts]
        happens = running_timer(case) if happens == "timer" else happens
        if happens is None:
            continue
        try:
            case, _ = playing.fire(case, happens, {"task.claimed": hours % 2 == 0}, now)
        except Refused:
            continue
        if step is not None:
            followed.append(case)
    return before, step, after, followed


@settings(max_examples=200, deadline=None)
@given(st.booleans(), stories, st.integers(0, 25))
def test_a_case_that_came_over_is_only_ever_in_declared_states(
    parts: bool, story: list[tuple[Any, int]], when: int
) -> None:
    _, step, after, followed = play(parts, story, when)
    chart = NEXT[parts].setting.chart
    for case in (after, *followed) if step is not None else ():
        assert chart.mask(case.state)
        work = [(task.state, task.index) for task in case.tasks if task.outcome is None]
        assert len(work) == len(set(work))
        assert len({task.run for task in case.tasks}) == len(case.tasks)
        assert len({(timer.name, timer.run) for timer in case.timers}) == len(case.timers)
        assert from_json(to_json(case)) == case


@settings(max_examples=200, deadline=None)
@given(st.booleans(), stories, st.integers(0, 25))
def test_the_step_keeps_all_work_and_sends_nothing_out(parts: bool, story: list[tuple[Any, int]], when: int) -> None:
    before, step, after, _ = play(parts, story, when)
    if step is None:
        return
    assert {task.run for task in before.tasks} == {task.run for task in after.tasks}
    assert [task.outcome for task in before.tasks] == [task.outcome for task in after.tasks]
    assert [task.suspended_at for task in before.tasks] == [task.suspended_at for task in after.tasks]
    assert not [effect for effect in step.effects if isinstance(effect, fx.CarriedOut)]
    assert (before.data, before.sla, before.holds, before.runs) == (after.data, after.sla, after.holds, after.runs)
    assert len(before.timers) == len(after.timers)
    frozen = {timer.run: timer.frozen_at for timer in before.timers}
    assert {timer.run: timer.frozen_at for timer in after.timers} == frozen
    assert after.step == before.step + 1


@settings(max_examples=200, deadline=None)
@given(st.booleans(), stories, st.integers(0, 25))
def test_no_timer_of_a_state_comes_earlier_once_a_notice_was_mailed(
    parts: bool, story: list[tuple[Any, int]], when: int
) -> None:
    playing = PARTS if parts else COMPLAINTS
    before, step, _, _ = play(parts, story, when)
    if step is None:
        return
    told = {**before.happened, "letter answer mailed": "2026-03-02"}
    noticed = from_json({**to_json(before), "happened": told})
    after, _ = playing.fire(noticed, crossing(parts), {}, step.at)
    assert all(now >= was for was, now in zip(coming(noticed), coming(after), strict=True))


def coming(case: Case) -> list[float]:
    return [timer.due.timestamp() for timer in case.timers if timer.kind == "after"]
