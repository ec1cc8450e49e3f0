"""The interpreter, behaviour by behaviour."""

from __future__ import annotations

import pytest
from charts import Recorder, state, to

from workflows.machine.chart import BadChart, BadConfiguration, Chart, EndlessLoop, StateSpec, TransitionSpec, matches
from workflows.machine.interpreter import Bystander, Outcome, enabled, events, fire, start


def run(chart: Chart, *happened: str, host: Recorder | None = None) -> Outcome:
    """The outcome of the last event."""
    host = host or Recorder()
    outcome = start(chart, host)
    for event in happened:
        host.told.clear()
        outcome = fire(chart, outcome.configuration, outcome.history, event, host)
    return outcome


def test_actions_run_in_the_order_leave_take_enter() -> None:
    told = Recorder()
    chart = Chart(
        state(
            "",
            state(
                "a",
                state("b", entry=("in b",), exit=("out b",)),
                to("go", "c", actions=("on the way",)),
                exit=("out a",),
            ),
            state("c", state("d", entry=("in d",)), initial_actions=("first",), entry=("in c",)),
        )
    )
    outcome = run(chart, "go", host=told)
    assert outcome.configuration == ("c/d",)
    assert told.told == [
        *("leave a/b", "out b", "leave a", "out a"),
        *("take go", "on the way"),
        *("enter c", "in c", "take c/initial", "first", "enter c/d", "in d"),
    ]


def test_an_inner_state_goes_before_an_outer_one() -> None:
    chart = Chart(state("", state("a", state("b", to("go", "near")), to("go", "far")), state("near"), state("far")))
    assert run(chart, "go").configuration == ("near",)


def test_of_two_rivals_the_first_in_the_document_goes() -> None:
    regions = (state("r1", to("go", "x")), state("r2", to("go", "y")))
    chart = Chart(state("", state("p", *regions, kind="parallel"), state("x"), state("y")))
    outcome = run(chart, "go")
    assert outcome.configuration == ("x",)
    assert len(outcome.microsteps[0].taken) == 1


def test_an_inner_transition_preempts_the_outer_one_of_another_region() -> None:
    inner = state("b", state("b1", to("go", "p/b/b2")), state("b2"))
    chart = Chart(state("", state("p", state("a"), inner, to("go", "out"), kind="parallel"), state("out")))
    assert run(chart, "go").configuration == ("p/a", "p/b/b2")


def test_a_guard_that_fails_lets_the_next_transition_try() -> None:
    chart = Chart(state("", state("a", to("go", "b", guard="c"), to("go", "c", guard="a")), state("b"), state("c")))
    assert run(chart, "go").configuration == ("c",)


def test_a_guard_sees_the_states_of_other_regions_as_they_are_now() -> None:
    regions = (
        state("r", state("r1", to("step", "p/r/r2")), state("r2")),
        state("s", state("s1", to("look", "p/s/s2", guard="p/r/r2")), state("s2")),
    )
    chart = Chart(state("", state("p", *regions, kind="parallel")))
    assert run(chart, "look").configuration == ("p/r/r1", "p/s/s1")
    assert run(chart, "step", "look").configuration == ("p/r/r2", "p/s/s2")


def test_an_ancestors_guard_is_asked_once_for_all_regions() -> None:
    class Counting(Recorder):
        asked = 0

        def holds(self, guard: str) -> bool:
            self.asked += 1
            return False

    host = Counting()
    regions = tuple(state(name) for name in "xyz")
    run(
        Chart(state("", state("p", *regions, to("go", "q", guard="never"), kind="parallel"), state("q"))),
        "go",
        host=host,
    )
    assert host.asked == 1


def test_an_internal_transition_does_not_leave_its_state() -> None:
    told = Recorder()
    run(Chart(state("", state("a", state("b"), state("c"), to("go", "a/c", internal=True)))), "go", host=told)
    assert told.told == ["leave a/b", "take go", "enter a/c"]


def test_an_external_transition_to_an_inner_state_leaves_its_state() -> None:
    told = Recorder()
    run(Chart(state("", state("a", state("b"), state("c"), to("go", "a/c")))), "go", host=told)
    assert told.told == ["leave a/b", "leave a", "take go", "enter a", "enter a/c"]


def test_a_transition_without_target_leaves_and_enters_nothing_and_counts_as_taken() -> None:
    told = Recorder()
    outcome = run(Chart(state("", state("a", to("note", actions=("noted",))))), "note", host=told)
    assert told.told == ["take note", "noted"]
    assert outcome.consumed
    assert outcome.microsteps[0].exited == outcome.microsteps[0].entered == ()


def test_several_targets_are_entered_in_their_regions() -> None:
    regions = (state("r", state("r1"), state("r2")), state("s", state("s1"), state("s2")))
    chart = Chart(state("", state("a", to("go", "p/r/r2", "p/s/s2")), state("p", *regions, kind="parallel")))
    assert run(chart, "go").configuration == ("p/r/r2", "p/s/s2")


def test_a_transition_without_event_is_taken_at_once() -> None:
    chart = Chart(state("", state("a", to("", "b")), state("b", to("", "c", guard="c")), state("c")))
    assert run(chart).configuration == ("b",)


def test_transitions_without_event_go_before_internal_events() -> None:
    told = Recorder()
    chart = Chart(
        state(
            "",
            state("a", to("go", "b", actions=("raise hurry",))),
            state("b", to("", "c"), to("hurry", "wrong")),
            state("c", to("hurry", "d")),
            state("d"),
            state("wrong"),
        )
    )
    outcome = run(chart, "go", host=told)
    assert outcome.configuration == ("d",)
    assert [step.event for step in outcome.microsteps] == ["go", "", "hurry"]


def test_a_loop_that_never_waits_is_an_error_that_names_its_transitions() -> None:
    loop = (TransitionSpec(key="there", targets=("b",)),), (TransitionSpec(key="back", targets=("a",)),)
    chart = Chart(state("", StateSpec(name="a", transitions=loop[0]), StateSpec(name="b", transitions=loop[1])))
    with pytest.raises(EndlessLoop, match="there, back"):
        start(chart, Bystander())


def test_an_event_that_raises_itself_for_ever_is_an_error() -> None:
    chart = Chart(state("", state("a", to("again", actions=("raise again",)))))
    with pytest.raises(EndlessLoop):
        run(chart, "again")


def test_a_final_child_completes_its_state() -> None:
    chart = Chart(
        state(
            "",
            state("a", state("b", to("go", "a/end")), state("end", kind="final"), to("done.state.a", "c")),
            state("c"),
        )
    )
    outcome = run(chart, "go")
    assert outcome.configuration == ("c",)
    assert not outcome.finished


def test_a_parallel_state_is_done_when_the_last_region_is() -> None:
    def region(name: str) -> StateSpec:
        return state(name, state("on", to(name, f"p/{name}/end")), state("end", kind="final"))

    chart = Chart(state("", state("p", region("r"), region("s"), to("done.state.p", "c"), kind="parallel"), state("c")))
    assert run(chart, "r").configuration == ("p/r/end", "p/s/on")
    assert run(chart, "r", "s").configuration == ("c",)


def test_a_final_state_at_the_top_finishes_the_chart_and_nothing_is_taken_any_more() -> None:
    told = Recorder()
    top = state("", state("a", to("go", "end")), state("end", kind="final"), to("*", "a"))
    outcome = run(Chart(top), "go", host=told)
    assert outcome.finished
    after = fire(Chart(top), outcome.configuration, outcome.history, "go", told)
    assert (after.consumed, after.microsteps, after.configuration) == (False, (), ("end",))
    assert events(Chart(top), ("end",)) == ()


def test_a_parallel_root_finishes_with_its_last_region() -> None:
    def region(name: str) -> StateSpec:
        return state(name, state("on", to(name, f"{name}/end")), state("end", kind="final"))

    chart = Chart(state("", region("r"), region("s"), kind="parallel"))
    assert not run(chart, "s").finished
    assert run(chart, "s", "r").finished


def test_a_root_transition_holds_in_every_state() -> None:
    chart = Chart(state("", state("a", state("b")), state("c"), state("end", kind="final"), to("withdrew", "end")))
    assert run(chart, "withdrew").configuration == ("end",)


def history_chart(*, deep: bool) -> Chart:
    """A state with two levels inside, left for `held` and entered again by its history."""
    inner = state("x", state("x1", to("on", "m/y")))
    other = state("y", state("y1", to("on", "m/y/y2")), state("y2"))
    memory = StateSpec(name="h", kind="history", deep=deep, default=("m/x",), default_actions=("afresh",))
    return Chart(state("", state("m", memory, inner, other, to("hold", "held")), state("held", to("release", "m/h"))))


def test_deep_history_returns_to_the_very_state() -> None:
    outcome = run(history_chart(deep=True), "on", "on", "hold")
    assert outcome.history == {"m/h": ("m/y/y2",)}
    assert run(history_chart(deep=True), "on", "on", "hold", "release").configuration == ("m/y/y2",)


def test_shallow_history_returns_to_the_child_as_if_entered_anew() -> None:
    outcome = run(history_chart(deep=False), "on", "on", "hold")
    assert outcome.history == {"m/h": ("m/y",)}
    assert run(history_chart(deep=False), "on", "on", "hold", "release").configuration == ("m/y/y1",)


def test_history_with_nothing_to_remember_takes_its_default_and_runs_its_actions() -> None:
    told = Recorder()
    chart = history_chart(deep=True)
    outcome = fire(chart, ("held",), {}, "release", told)
    assert outcome.configuration == ("m/x/x1",)
    assert told.told == [
        "leave held",
        "take release",
        "enter m",
        "take m/h/default",
        "afresh",
        "enter m/x",
        "enter m/x/x1",
    ]


def test_history_forgets_a_state_that_is_no_longer_there() -> None:
    assert fire(history_chart(deep=True), ("held",), {"m/h": ("m/gone",)}, "release", Bystander()).configuration == (
        "m/x/x1",
    )


def test_a_history_beside_the_source_enters_only_what_was_left() -> None:
    memory = StateSpec(name="h", kind="history", default=("m/a",), default_actions=("afresh",))
    told = Recorder()
    chart = Chart(state("", state("m", memory, state("a"), state("b", to("back", "m/h")), initial=("m/b",))))
    assert run(chart, "back", host=told).configuration == ("m/a",)
    assert told.told == ["leave m/b", "take back", "enter m/a", "take m/h/default", "afresh"]


def test_what_would_react_is_known_without_doing_it() -> None:
    chart = Chart(state("", state("a", to("go", "b"), to("stay.*"), to("", "b", guard="b")), state("b")))
    told = Recorder()
    assert [each.key for each in enabled(chart, ("a",), "go", told)] == ["go"]
    assert enabled(chart, ("a",), "other", told) == ()
    assert events(chart, ("a",)) == ("go", "stay.*")
    assert told.told == []


@pytest.mark.parametrize(
    ("descriptor", "event", "takes"),
    [
        ("a", "a", True),
        ("a", "a.b", True),
        ("a.*", "a", True),
        ("a.*", "a.b.c", True),
        ("a.", "a.b", True),
        ("a", "ab", False),
        ("a.b", "a", False),
        ("*", "anything", True),
        ("*", "", False),
        ("", "a", False),
    ],
)
def test_event_descriptors_match_token_by_token(descriptor: str, event: str, takes: bool) -> None:
    assert matches(descriptor, event) is takes


@pytest.mark.parametrize(
    ("root", "sentence"),
    [
        (state("", state("a", to("go", "nowhere"))), "no state has that path"),
        (state("", state("a"), state("a")), "two states of one name"),
        (state("", state("a/b")), "cannot be a state's name"),
        (state("x", state("a")), "cannot be a state's name"),
        (StateSpec(name=""), "the root must be compound or parallel"),
        (state("", state("a", kind="compound")), "has no state inside"),
        (state("", state("a", state("b"), kind="final")), "cannot have states inside"),
        (state("", state("a", to("go", "a"), kind="final")), "cannot have transitions"),
        (state("", state("p", state("a", kind="final"), kind="parallel")), "cannot be a region"),
        (state("", state("a", state("b"), initial=("c",)), state("c")), "must be inside it"),
        (state("", state("a", to("go", "b", "c")), state("b"), state("c")), "exactly one state inside the root"),
        (state("", state("a"), state("h", kind="history", default=("h",))), "leads back to itself"),
        (state("", state("m", state("a"), state("h", kind="history", default=("b",))), state("b")), "must be inside"),
    ],
)
def test_a_chart_that_cannot_run_is_refused_with_the_reason(root: StateSpec, sentence: str) -> None:
    with pytest.raises(BadChart, match=sentence):
        Chart(root)


@pytest.mark.parametrize("configuration", [(), ("gone",), ("a", "b"), ("p",), ("p/r",)])
def test_a_configuration_that_cannot_be_is_refused(configuration: tuple[str, ...]) -> None:
    chart = Chart(state("", state("a"), state("b"), state("p", state("r"), state("s"), kind="parallel")))
    with pytest.raises(BadConfiguration):
        fire(chart, configuration, {}, "go", Bystander())


def test_the_chart_is_a_hierarchical_machine_of_transitions_and_keeps_no_model() -> None:
    chart = Chart(state("", state("a", state("b", to("go", "c"))), state("c", to("back", "a"))))
    assert chart.models == []
    assert chart.get_nested_state_names() == ["a", "a/b", "c"]
    assert chart.get_state("a/b").path == "a/b"
    assert [each.dest for each in chart.get_transitions("go", "a/b")] == ["c"]
    assert chart.get_triggers("c") == ["back"]
