"""The machine half of the checker: what every case of a definition can do."""

from __future__ import annotations

from unittest.mock import Mock

import pytest

from definitions.language.expressions import Environment
from tests.language.folders import said
from workflows.machine import explore, interpreter

HEAD = "case: example\ntitle: Example\n"


def test_history_leads_back_to_every_state_it_left() -> None:
    assert (
        said(
            """
            case: example
            title: Example
            holds: {bankruptcy: freeze}
            initial: review
            on: {held: held}
            states:
              review: {task: {title: Review, queue: customer-service, outcomes: {fine: waiting}}}
              waiting: {after: {10 days: done}}
              held: {on: {released: history}}
              done: {type: final}
            """
        )
        == []
    )


def test_a_state_that_only_a_reopened_case_comes_to_is_reached() -> None:
    assert (
        said(
            """
            case: example
            title: Example
            reopen: {target: again}
            initial: review
            states:
              review: {task: {title: Review, queue: customer-service, outcomes: {fine: done}}}
              again: {task: {title: Review again, queue: customer-service, outcomes: {fine: done}}}
              done: {type: final}
            """
        )
        == []
    )


def test_an_event_that_an_action_raises_is_taken_in_the_same_step() -> None:
    assert (
        said(
            """
            case: example
            title: Example
            initial: review
            states:
              review:
                task: {title: Review, queue: customer-service, outcomes: {fine: {target: busy, actions: [raise: {event: go}]}}}
              busy: {on: {go: done}}
              done: {type: final}
            """
        )
        == []
    )


def test_regions_that_end_together_lead_on() -> None:
    assert (
        said(
            """
            case: example
            title: Example
            initial: work
            states:
              work:
                parallel:
                  field: {initial: a, states: {a: {after: {3 days: b}}, b: {type: final}}}
                  office: {initial: a, states: {a: {on: {written: b}}, b: {type: final}}}
                done: done
              done: {type: final}
            """
        )
        == []
    )


def test_a_schedule_is_walked_through_as_the_states_that_it_stands_for() -> None:
    assert said(
        """
        case: example
        title: Example
        initial: notices
        states:
          notices:
            schedule:
              - {id: 10, do: {letter: {template: answer}}}
              - {id: 20, do: {letter: {template: final-notice}}, days-after: 15 days, then: waiting}
          waiting: {entry: [letter: {template: answer}]}
          done: {type: final}
        """
    ) == [
        "9:3 nobody can leave “Waiting”; write a task, a timer or on: with a target [stuck-state]",
        "  the case is opened → “Waiting for 20”",
        "  20 is due → “Waiting”",
        "10:3 no way leads to “Done” [unreachable-state]",
    ]


def test_a_circle_through_a_decision_that_data_can_end_is_none() -> None:
    text = """
        case: example
        title: Example
        data: {visits: {type: integer, required: true}}
        initial: counting
        states:
          counting:
            entry: [assign: {visits: =data.visits + 1}]
            choose:
              - {guard: data.visits > 3, target: done}
              - {target: again}
          again: {choose: [counting]}
          done: {type: final}
        """
    assert said(text) == []


def test_a_circle_through_guards_that_exclude_each_other_is_none() -> None:
    text = """
        case: example
        title: Example
        data: {cause: {enum: [leak, usage]}}
        initial: one
        states:
          one:
            choose:
              - {guard: data.cause == "leak", target: two}
              - {target: done}
          two:
            choose:
              - {guard: data.cause == "usage", target: one}
              - {target: done}
          done: {type: final}
        """
    assert [line for line in said(text) if "endless-loop" in line] == []


LAWFUL = """
case: example
title: Example
laws: [shut-off]
facts: {landlord_is_customer: boolean}
initial: past-due
states:
  past-due: {task: {title: Call, queue: customer-service, outcomes: {paid: done, no-answer: %s}}}
  noticed: {entry: [letter: {template: final-notice}], after: {20 days: locked}}
  asking:
    choose:
      - {guard: facts.landlord_is_customer == true, target: noticed}
      - {target: locked}
  locked: {tags: [locked-off], on: {paid: done}}
  done: {type: final}
"""


def test_a_law_is_kept_when_every_way_goes_through_the_notice() -> None:
    assert [line for line in said(LAWFUL % "noticed") if "law-broken" in line] == []


def test_the_shortest_story_that_breaks_a_law_is_told() -> None:
    assert said(LAWFUL % "asking") == [
        "13:18 “Locked” (locked-off) can be reached without letter final-notice mailed, which the law asks for "
        "(R-1, Policy 1) [law-broken]",
        "  the case is opened → “Call”",
        "  “Call”: No answer → “Locked”",
    ]


def test_a_way_on_which_the_rule_does_not_apply_breaks_nothing() -> None:
    law = """
        law: shut-off
        title: Occupants of a landlord's account are told
        before: locked-off
        facts: {landlord_is_customer: boolean}
        rules:
          - id: R-1
            source: Policy 1
            applies: facts.landlord_is_customer == true
            require: 10 days since letter final-notice mailed
        """
    assert said(LAWFUL % "asking", laws__shut_off=law) == []


def test_waiting_for_the_earliest_lawful_day_keeps_every_law_about_it() -> None:
    text = """
        case: example
        title: Example
        laws: [shut-off]
        initial: waiting
        states:
          waiting: {at: {earliest-lawful(locked-off): locked}, on: {letter-mailed: done}}
          locked: {tags: [locked-off], on: {paid: done}}
          done: {type: final}
        """
    assert said(text) == []


def test_a_timer_is_late_only_when_the_shorter_one_surely_leaves_the_state() -> None:
    for first, second, is_late in (
        ("10 days", "3 weeks", True),
        ("10 days", "11 days", True),
        ("10 business days", "12 days", False),
        ("3 business days", "60 days", True),
        ("1 month", "30 days", False),
        ("5 hours", "2 business hours", False),
        ("2 hours", "10 business days", True),
    ):
        text = HEAD + (
            f"initial: a\nstates:\n  a: {{after: {{{first}: b, {second}: {{actions: [letter: {{template: answer}}]}}}}}}\n"
            "  b: {type: final}\n"
        )
        assert any("timer-never-fires" in line for line in said(text)) is is_late, (first, second)


def _chain(states: int) -> str:
    rows = [
        f"  s{number}:\n"
        f"    task: {{title: Step {number}, queue: customer-service, form: {{cause: required}}, outcomes:\n"
        f'      {{on: {{target: s{number + 1}, guard: data.cause == "leak"}}, skip: s{(number * 7) % states}}}}}\n'
        f"    after: {{10 days: s{number + 1}}}\n"
        for number in range(states)
    ]
    return (
        f"{HEAD}data: {{cause: {{enum: [leak, usage]}}}}\nholds: {{bankruptcy: freeze}}\ninitial: s0\n"
        f"on: {{held: held, customer-withdrew: done}}\nstates:\n{''.join(rows)}"
        f"  s{states}: {{on: {{seen: done}}}}\n  held: {{on: {{released: history}}}}\n  done: {{type: final}}\n"
    )


def _work(states: int, monkeypatch: pytest.MonkeyPatch) -> tuple[int, int]:
    compiled, fired = Mock(wraps=Environment.compile), Mock(wraps=interpreter.fire)
    with monkeypatch.context() as patched:
        patched.setattr(Environment, "compile", lambda self, *args: compiled(self, *args))
        patched.setattr(explore.interpreter, "fire", fired)
        assert said(_chain(states)) == []
    return compiled.call_count, fired.call_count


def test_a_definition_twice_as_long_takes_twice_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    half, whole = _work(50, monkeypatch), _work(100, monkeypatch)
    assert whole[0] <= 2 * half[0] + 2
    assert whole[1] <= 2.1 * half[1]
