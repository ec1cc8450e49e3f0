"""A case's timeline: timers that came, timers whose state was left before, and the way that was taken."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from api.pages.timeline import Happened, timeline, way
from store.tables.cases import CaseRow, Incident, StepRow
from tests.shipped import shipped
from workflows.machine.machine import Machine

ZONE = ZoneInfo("America/Los_Angeles")
START = datetime(2026, 3, 9, 17, tzinfo=UTC)
MACHINE = Machine(shipped("collection"))
OVER = "The reminder brought no payment"  #: the timer that waits in the state "reminded"


def step(number: int, event: str, state: str, *, left: str = "", timers: list[str] | None = None) -> StepRow:
    due = (START + timedelta(days=12)).isoformat()
    return StepRow(
        case_id="c-1",
        step_no=number,
        act=f"act-{number}",
        event=event,
        by="rep",
        at=START + timedelta(days=number),
        state=state,
        states_left=[left] if left else [],
        states_entered=[state],
        detail={"timers": [{"name": name, "due": due} for name in timers or []]},
    )


def told(*steps: StepRow, incident: Incident | None = None) -> Happened:
    last = steps[-1]
    case = CaseRow(
        id="c-1",
        definition="collection",
        version=1,
        opened_at=START,
        at=last.at,
        snapshot={
            "id": "c-1",
            "definition": "collection",
            "version": 1,
            "state": last.state.split(),
            "opened_at": START.isoformat(),
            "at": last.at.isoformat(),
        },
    )
    incidents = [(incident, "writes the reminder letter")] if incident is not None else []
    return Happened(case=case, steps=steps, refused=(), overrides=(), incidents=incidents)


WAITING = step(1, "line released", "ladder/reminded", timers=["reminder-over"])


def test_a_timer_whose_state_was_left_did_not_happen_and_says_when_it_was_due() -> None:
    entries = timeline(
        MACHINE, told(WAITING, step(2, "message payment-received", "cured", left="ladder/reminded")), zone=ZONE
    )
    (skipped,) = [entry for entry in entries if not entry.did]
    assert skipped.what == OVER
    assert skipped.lines == ["It was due on 21 Mar 2026; the case had gone on before."]


def test_a_timer_that_came_is_told_once_as_what_happened() -> None:
    entries = timeline(
        MACHINE, told(WAITING, step(13, "timer reminder-over", "ladder/noticed", left="ladder/reminded")), zone=ZONE
    )
    assert [(entry.what, entry.did) for entry in entries] == [(OVER, True), ("Released from the list", True)]


def test_a_timer_that_the_law_kept_back_is_told_as_what_did_not_happen() -> None:
    refused = step(2, "timer reminder-over refused", "ladder/reminded")
    refused.note = "not before Monday 9 March 2026"
    (first, _second) = timeline(MACHINE, told(WAITING, refused), zone=ZONE)
    assert not first.did
    assert "not before Monday 9 March 2026" in first.lines


def test_what_failed_is_told_with_its_cause_and_with_who_left_it_out_and_why() -> None:
    incident = Incident(
        id="i-1", case_id="c-1", step_no=1, effect_no=1, action="letter", code="no-address",
        sentence="there is no address", opened_at=START + timedelta(days=2),
    )  # fmt: skip
    (failed, _released) = timeline(MACHINE, told(WAITING, incident=incident), zone=ZONE)
    assert (failed.what, failed.did, failed.lines) == (
        "Failed: writes the reminder letter", False, ["there is no address"],
    )  # fmt: skip
    incident.settled_at, incident.settled_by, incident.settled_how = START + timedelta(days=3), "supervisor", "skipped"
    incident.reason = "He was called."
    (left, *_before) = timeline(MACHINE, told(WAITING, incident=incident), zone=ZONE)
    assert (left.what, left.did, left.by, left.lines) == (
        "Left out: writes the reminder letter", False, "supervisor", ["He was called."],
    )  # fmt: skip


def test_the_way_names_each_state_in_order_with_what_led_there() -> None:
    paid = step(2, "message payment-received", "cured", left="ladder/reminded")
    stays = way(MACHINE, [WAITING, paid], zone=ZONE)
    assert [stay.title for stay in stays] == ["Reminded; waiting for payment", "Paid"]
    assert stays[0].how == "Released from the list"
