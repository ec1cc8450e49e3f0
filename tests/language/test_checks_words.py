"""What the checks say of names, types and shapes beyond the examples of the reference."""

from __future__ import annotations

import pytest

from tests.language.folders import said

HEAD = "case: example\ntitle: Example\n"
DATA = (
    "data: {account: {type: account, required: true}, meters: {type: meter, many: true}, credit: money, "
    "cause: {enum: [leak, usage]}, on_day: date}\n"
)
DONE = "  done: {type: final}\n"
TASK = "task: {title: Review, queue: customer-service, outcomes: {fine: done}"


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        (f"{TASK}, visible-to: [clerk]}}", '5:86 no role is called "clerk"; known are "crew", "rep" and "supervisor"'),
        (
            f"{TASK}}}, escalations: [{{after: 1 day, queue: supervisor}}]",
            'no queue is called "supervisor"; "supervisors"',
        ),
        (
            f"{TASK}}}, escalations: [{{after: 1 day, notify: [supervisors]}}]",
            'no role is called "supervisors"; "super',
        ),
        (f"{TASK}, each: meters}}", '"meters" is no list of data; write data. and its name'),
        (f"{TASK}, each: data.meter}}", 'data has no field called "meter"; "meters" is near'),
        (
            f"{TASK}, form: {{cause: text}}}}",
            '"cause" is declared in data; a form says only required or optional of it',
        ),
        (f"{TASK}, mixed: done}}", "the task is done once, so its outcomes never differ"),
        ("done: done, on: {seen: done}", "nothing inside this state is final, so it is never done"),
        ("released: done, on: {seen: done}", "there is no list here from which a line could be released"),
        ("choose: [done], after: {3 days: done}", "a decision is left at once, so this timer never fires"),
        ("at: {data.cause: done}", "a timer waits for a date, and data.cause is one of leak, usage"),
        ("at: {data.onday: done}", 'data has no field called "onday"; "on_day" is near'),
        ("at: {facts.balance: done}", 'no fact here is called "balance"'),
        ("at: {data.account.sinse: done}", 'an account has nothing called "sinse"; "since" is near'),
        ("at: {earliest-lawful(locked-off): done}", 'none of the laws of this case is about "locked-off"'),
        ("at: {tomorrow: done}", '"tomorrow" is no date: write data.NAME or facts.NAME'),
        ("entry: [place-hold: {hold: apeal}], on: {seen: done}", 'no hold is called "apeal"; "appeal" is near'),
        ("entry: [assign: {cause: leek}], on: {seen: done}", '"leek" does not fit "cause": it is one of leak, usage'),
        (
            "entry: [assign: {cause: case.today}], on: {seen: done}",
            '"cause" is one of leak, usage, and case.today is a date',
        ),
        ("entry: [assign: {credit: =1 + 1}], on: {seen: done}", '"credit" is money, and =1 + 1 is a whole number'),
        (
            "entry: [assign: {on_day: case.todays}], on: {seen: done}",
            'case has nothing called "todays"; "today" is near',
        ),
        ("entry: [assign: {on_day: event.day}], on: {seen: done}", "on entry and exit there is no one event to read"),
        ("entry: [decide: {table: fee, set: credit}], on: {seen: done}", 'the table fee needs its input "after_hours"'),
        (
            "entry: [decide: {table: fee, after_hour: true, after_hours: true, set: credit}], on: {seen: done}",
            'the table fee has no input called "after_hour"; "after_hours" is near',
        ),
        (
            "entry: [decide: {table: fee, after_hours: true, set: cause}], on: {seen: done}",
            'the table gives money, and "cause" is one of leak, usage',
        ),
        (
            "entry: [decide: {table: fee, after_hours: true}], on: {seen: done}",
            "decide gives a value that nothing takes",
        ),
        (
            "entry: [record: {what: call made, set: cause}], on: {seen: done}",
            "record gives no value that a field could",
        ),
        (
            "entry: [raise: {event: sen}], on: {seen: done}",
            'nothing here reacts to an event called "sen"; "seen" is near',
        ),
        ("invoke: {case: example, done: done}", 'example cannot be opened without its field "account"'),
        (
            "invoke: {case: example, with: {account: data.credit}, done: done}",
            '"account" is an account, and data.credit is money',
        ),
        ("states: {a: {on: {seen: done}}}, parallel: {b: {on: {seen: done}}}", "a state has states inside or regions"),
        (
            f"initial: b, parallel: {{b: {{{TASK}}}}}}}",
            "all regions are entered together, so none of them is the initial",
        ),
        ("schedule: [{id: 1, do: {task: call}}], done: done", 'no task is called "call"'),
        (
            "on: {seen: {target: history}}, after: {3 days: {target: donne}}",
            'no state is called "donne"; "done" is near',
        ),
    ],
)
def test_what_does_not_fit_is_said(state: str, sentence: str) -> None:
    text = f"{HEAD}{DATA}initial: waiting\nstates:\n  waiting: {{{state}}}\n{DONE}"
    found = said(text)
    assert any(sentence.partition(" ")[2] in line or sentence in line for line in found), found


@pytest.mark.parametrize(
    ("head", "sentence"),
    [
        ("reopen: {target: dune}\n", '3:18 no state is called "dune"; "done" is near [unknown-target]'),
        ("one-open-per: acount\n", 'no field of data is called "acount"; "account" is near [unknown-field]'),
        ("sla: {start: waiting, stop: over, target: 3 days}\n", 'no state is called "over"'),
        (
            "migration: {states: {began: wating}}\n",
            '3:29 no state is called "wating"; "waiting" is near [unknown-target]',
        ),
        ("migration: {tasks: {call: cal}, timers: {t: u}}\n", 'no task is called "cal"'),
        ("migration: {timers: {t: u}}\n", '3:25 no timer is called "u"; known are "withdrawn" [unknown-timer]'),
        ("migration: {data: {caus: leak}}\n", 'no field of data is called "caus"; "cause" is near [unknown-field]'),
        ("facts: {language: date}\n", '3:19 the fact "language" is text [fact-type]'),
        (
            "messages: {paid: {amount: {type: money, minimum: some}}}\n",
            '"some" does not fit: it is an amount of dollars',
        ),
    ],
)
def test_what_the_head_of_a_definition_names_must_exist(head: str, sentence: str) -> None:
    found = said(f"{HEAD}{head}{DATA}initial: waiting\nstates:\n  waiting: {{on: {{seen: done}}}}\n{DONE}")
    assert any(sentence in line for line in found), found


LAW = "law: shut-off\ntitle: Law\nbefore: locked-off\nfacts: {delinquent_since: date, service_area: {type: text, many: true}}\n"


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        (
            "require: 60 full days since facts.delinquent",
            'the law names no fact called "delinquent"; "delinquent_since"',
        ),
        (
            "require: 60 full days since facts.service_area",
            "time is counted from a date, and facts.service_area is text",
        ),
        (
            "require: 4 business hours since letter answer mailed",
            "a law counts days or hours from a date, not business",
        ),
        ("require: on a shut-off day of calendar county", 'no calendar is called "county"'),
        ("require: 15 days since letter final-notise mailed", 'no letter is called "final-notise"'),
        ("require: 15 moons since letter answer mailed", '"moons" is not a unit of time'),
        ("never-while: apeal", 'no hold is called "apeal"; "appeal" is near'),
        ("applies: size(facts.service_area) > 1, never-while: appeal", "facts.service_area may be unset"),
    ],
)
def test_what_a_law_asks_for_must_be_possible(rule: str, sentence: str) -> None:
    found = said(
        f"{HEAD}initial: done\nstates:\n{DONE}",
        laws__shut_off=f"{LAW}rules:\n  - {{id: R-1, source: Policy, {rule}}}\n",
    )
    assert any(sentence in line for line in found), found


def test_a_definition_with_nothing_wrong_has_no_problem() -> None:
    assert said(f"{HEAD}{DATA}initial: waiting\nstates:\n  waiting: {{{TASK}}}}}\n{DONE}") == []
