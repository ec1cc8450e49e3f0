"""What holds on any statechart, whatever happens."""

from __future__ import annotations

from appendix_d import Reference
from charts import EVENTS, charts, paths, state, to
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from workflows.machine.chart import BadChart, Chart, EndlessLoop, StateSpec
from workflows.machine.interpreter import Bystander, Outcome, enabled, fire, start

happenings = st.lists(st.sampled_from([*EVENTS, "go-away", "back", "back-children", "finish", "nothing"]), max_size=12)
thorough = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)


def build(spec: StateSpec) -> Chart:
    """The chart, unless two targets chosen at random cannot be active together."""
    try:
        return Chart(spec)
    except BadChart:
        assume(False)
        raise


def play(chart: Chart, events: list[str]) -> list[Outcome]:
    """The outcomes of the start and of each event."""
    try:
        outcomes = [start(chart, Bystander())]
        for event in events:
            last = outcomes[-1]
            outcomes.append(fire(chart, last.configuration, last.history, event, Bystander()))
    except (EndlessLoop, BadChart):
        assume(False)
        raise
    return outcomes


def closure(configuration: tuple[str, ...]) -> set[str]:
    """The active states, compound ones and the root too."""
    return {"/".join(path.split("/")[:length]) for path in configuration for length in range(path.count("/") + 2)} | {
        ""
    }


@thorough
@given(charts(), happenings)
def test_one_child_of_each_compound_and_all_regions_of_each_parallel_state_are_active(
    spec: StateSpec, events: list[str]
) -> None:
    specs = dict(paths(spec))
    for outcome in play(build(spec), events):
        active = closure(outcome.configuration)
        assert all(specs[path].kind in ("atomic", "final") for path in outcome.configuration)
        for path in active:
            prefix = f"{path}/" if path else ""
            children = [prefix + child.name for child in specs[path].children if child.kind != "history"]
            inside = [child for child in children if child in active]
            if specs[path].kind == "compound":
                assert len(inside) == 1
            elif specs[path].kind == "parallel":
                assert inside == children


@thorough
@given(charts(), happenings)
def test_the_interpreter_does_what_appendix_d_of_scxml_says(spec: StateSpec, events: list[str]) -> None:
    outcomes = play(build(spec), events)
    reference = Reference(spec)
    reference.start()
    for event, outcome in zip(["", *events], outcomes, strict=True):
        if event:
            reference.steps.clear()
            reference.fire(event)
        assert list(outcome.configuration) == reference.atomic()
        assert {path: list(states) for path, states in outcome.history.items()} == reference.history
        assert [(step.exited, step.entered) for step in outcome.microsteps] == reference.steps
        assert outcome.finished is not reference.running


@thorough
@given(charts(), happenings)
def test_states_are_left_from_the_inside_and_entered_from_the_outside(spec: StateSpec, events: list[str]) -> None:
    chart = build(spec)
    place = {path: number for number, (path, _) in enumerate(paths(spec))}
    active = {""}
    for outcome in play(chart, events):
        for step in outcome.microsteps:
            assert list(step.exited) == sorted(step.exited, key=lambda path: -place[path])
            assert list(step.entered) == sorted(step.entered, key=lambda path: place[path])
            assert set(step.exited) <= active
            active -= set(step.exited)
            assert not active & set(step.entered)
            active |= set(step.entered)
        assert active == closure(outcome.configuration)


@thorough
@given(charts(), happenings)
def test_the_same_events_always_lead_to_the_same_outcome(spec: StateSpec, events: list[str]) -> None:
    def told(chart: Chart) -> list[object]:
        return [
            (each.configuration, list(each.history.items()), [repr(step) for step in each.microsteps], each.finished)
            for each in play(chart, events)
        ]

    chart = build(spec)
    assert told(chart) == told(chart) == told(Chart(spec))


@thorough
@given(charts(), happenings)
def test_history_restores_what_was_left(spec: StateSpec, events: list[str]) -> None:
    chart = build(spec)
    last = play(chart, events)[-1]
    assume(all(path.startswith("m/") for path in last.configuration))
    gone = play(chart, [*events, "go-away"])[-1]
    assume(gone.configuration == ("away",))
    back = fire(chart, gone.configuration, gone.history, "back", Bystander())
    assert closure(gone.history["m/deep"]) == closure(last.configuration)
    assert set(back.microsteps[0].entered) | {""} == closure(last.configuration)
    children = fire(chart, gone.configuration, gone.history, "back-children", Bystander())
    entered = [path for path in children.microsteps[0].entered if path.count("/") == 1]
    assert entered == sorted({"/".join(path.split("/")[:2]) for path in last.configuration}, key=entered.index)


@thorough
@given(charts(), happenings)
def test_only_a_final_state_at_the_top_finishes_and_then_nothing_is_taken(spec: StateSpec, events: list[str]) -> None:
    chart = build(spec)
    for outcome in play(chart, events):
        assert outcome.finished is (outcome.configuration == ("end",))
        if outcome.finished:
            for event in EVENTS:
                after = fire(chart, outcome.configuration, outcome.history, event, Bystander())
                assert (after.configuration, after.consumed, after.microsteps) == (("end",), False, ())


@thorough
@given(charts(), happenings, st.sampled_from(EVENTS))
def test_what_is_enabled_is_what_is_taken(spec: StateSpec, events: list[str], event: str) -> None:
    chart = build(spec)
    last = play(chart, events)[-1]
    would = enabled(chart, last.configuration, event, Bystander(), last.history)
    outcome = play(chart, [*events, event])[-1]
    assert outcome.consumed is bool(would)
    if would:
        assert outcome.microsteps[0].taken == would


@given(st.integers(2, 6), st.integers(0, 3))
def test_all_regions_react_to_one_event_in_one_microstep(regions: int, depth: int) -> None:
    def region(name: str, path: str, left: int) -> StateSpec:
        here = f"{path}/{name}"
        if left:
            return state(name, region("in", here, left - 1))
        return state(name, state("one", to("go", f"{here}/two")), state("two"))

    names = [f"r{number}" for number in range(regions)]
    chart = Chart(state("", state("p", *(region(name, "p", depth) for name in names), kind="parallel")))
    begun = start(chart, Bystander())
    outcome = fire(chart, begun.configuration, begun.history, "go", Bystander())
    assert len(outcome.microsteps) == 1
    assert len(outcome.microsteps[0].taken) == regions
    assert all(path.endswith("/two") for path in outcome.configuration)
