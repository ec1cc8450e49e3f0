"""Whatever happens in whatever order, a case stays a case (Hypothesis)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.machine.making import at, machine
from tests.machine.test_cases import COMPLAINT
from workflows.machine import effects as fx
from workflows.machine.case import Case, from_json, to_json
from workflows.machine.errors import Refused
from workflows.machine.events import (
    Event,
    HoldsChanged,
    Message,
    Outcome,
    Reopened,
    TakenBack,
    TaskResumed,
    TaskSuspended,
    TimerFired,
)

PARTS_TEXT = """
case: parts
title: Parts
data:
  account: {type: account, required: true}
  meters: {type: meter, many: true}
  reads: {type: quantity, unit: ccf, many: true}
holds: {bankruptcy: freeze, medical: extend}
initial: working
on: {stop: stopped, held: held}
states:
  working:
    parallel:
      field:
        initial: reading
        states:
          reading:
            work-order:
              title: Read
              crew: meters
              each: data.meters
              form: {reads: {type: quantity, unit: ccf, required: true}}
              outcomes: {done: end, no-access: {target: again, needs: any}}
          again: {after: {2 business days: {target: reading, on_restart: keep-deadline}}}
          end: {type: final}
      office:
        initial: writing
        states:
          writing: {task: {title: Write, queue: customer-service, skippable: true, due: 3 days, outcomes: {written: end}}}
          end: {type: final}
    done: finished
    after: {30 days: {target: stopped, on_restart: resume-remaining}}
  held: {on: {released: {target: history}}}
  finished: {type: final}
  stopped: {type: final}
"""
PARTS = machine(PARTS_TEXT)
COMPLAINTS = machine(COMPLAINT)
ACCOUNT = {"id": "10-1"}
METERS = [{"id": "m-1"}, {"id": "m-2"}]

runs = st.integers(1, 9)
people = st.sampled_from(["ann", "bob"])
events: st.SearchStrategy[Any] = st.one_of(
    st.builds(
        Outcome,
        run=runs,
        outcome=st.sampled_from(["explained", "leak", "found", "approve", "done", "no-access", "written"]),
        form=st.sampled_from([{}, {"cause": "leak"}, {"cause": "usage"}, {"reads": "12.5"}]),
        by=people,
    ),
    st.builds(Message, name=st.sampled_from(["customer-withdrew", "customer-replied", "stop", "nonsense"])),
    st.just("timer"),
    st.builds(
        HoldsChanged,
        holds=st.sampled_from(
            [{}, {"bankruptcy": "2026-03-01"}, {"bankruptcy": "2026-03-01", "medical": "2026-03-01"}]
        ),
        version=st.integers(1, 9),
    ),
    st.builds(TaskSuspended, run=runs, reason=st.just("waiting"), clock_stops=st.booleans(), by=people),
    st.builds(TaskResumed, run=runs, by=people),
    st.builds(TakenBack, run=runs, by=people),
    st.builds(Reopened, reason=st.just("a mistake"), by=people),
)
stories = st.lists(st.tuples(events, st.integers(0, 72)), max_size=25)


def play(parts: bool, story: list[tuple[Any, int]]) -> list[tuple[Case, fx.Step, Event, datetime, Case]]:
    """Every step of a story: the case before, the step, the event, its time, the case after."""
    playing = PARTS if parts else COMPLAINTS
    data: dict[str, Any] = {"account": ACCOUNT, "meters": METERS} if parts else {"account": ACCOUNT}
    now = at("2026-03-02 09:00")
    case, _ = playing.start(case_id="c-1", data=data, at=now, by="ann")
    steps = []
    for event, hours in story:
        now += timedelta(hours=hours)
        event = running_timer(case) if event == "timer" else event
        if event is None:
            continue
        try:
            after, step = playing.fire(case, event, {"task.claimed": hours % 2 == 0}, now)
        except Refused:
            continue
        steps.append((case, step, event, now, after))
        case = after
    return steps


def running_timer(case: Case) -> TimerFired | None:
    running = [timer for timer in case.timers if timer.frozen_at is None]
    return TimerFired(name=running[0].name, run=running[0].run) if running else None


@settings(max_examples=150, deadline=None)
@given(st.booleans(), stories)
def test_a_case_is_only_ever_in_declared_states(parts: bool, story: list[tuple[Any, int]]) -> None:
    playing = PARTS if parts else COMPLAINTS
    for _, _, _, _, case in play(parts, story):
        assert case.state
        assert playing.setting.chart.mask(case.state)


@settings(max_examples=150, deadline=None)
@given(st.booleans(), stories)
def test_there_is_never_more_than_one_open_task_where_one_is_meant(parts: bool, story: list[tuple[Any, int]]) -> None:
    for _, _, _, _, case in play(parts, story):
        work = [(task.state, task.index) for task in case.tasks if task.outcome is None]
        assert len(work) == len(set(work))
        assert len({task.run for task in case.tasks}) == len(case.tasks)
        assert all(
            any(path == task.state or path.startswith(f"{task.state}/") for path in case.state) for task in case.tasks
        )


@settings(max_examples=150, deadline=None)
@given(st.booleans(), stories)
def test_a_closed_case_changes_only_by_being_reopened(parts: bool, story: list[tuple[Any, int]]) -> None:
    for before, _, event, _, after in play(parts, story):
        if not before.is_open:
            assert isinstance(event, Reopened)
        if not after.is_open:
            assert not [task for task in after.tasks if task.outcome is None]
            assert not after.timers


@settings(max_examples=100, deadline=None)
@given(st.booleans(), stories)
def test_effects_are_a_pure_function_of_case_event_facts_and_time(parts: bool, story: list[tuple[Any, int]]) -> None:
    playing = PARTS if parts else COMPLAINTS
    for before, step, event, now, after in play(parts, story):
        facts = step.facts
        assert playing.fire(from_json(to_json(before)), event, facts, now) == (after, step)


@settings(max_examples=100, deadline=None)
@given(st.booleans(), stories)
def test_tasks_and_timers_in_the_effects_are_those_of_the_case(parts: bool, story: list[tuple[Any, int]]) -> None:
    for before, step, _, _, after in play(parts, story):
        open_runs = {task.run for task in before.tasks if task.outcome is None}
        for effect in step.effects:
            if isinstance(effect, fx.OpenTask):
                open_runs.add(effect.task.run)
            elif isinstance(effect, fx.CloseTask):
                open_runs.remove(effect.run)
        assert open_runs == {task.run for task in after.tasks if task.outcome is None}
