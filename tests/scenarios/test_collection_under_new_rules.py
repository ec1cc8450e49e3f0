"""A collection that is under way when the board adopts another calendar or counsel another law: later, never earlier."""

from __future__ import annotations

from datetime import timedelta

import pytest
from collecting import Collection
from playing import PACIFIC, machine
from test_collection import tagged

from definitions.language.calendars import Calendar
from definitions.language.compiled import Compiled, renewed, rules_of
from tests.shipped import shipped_library
from workflows.machine.case import Case
from workflows.machine.errors import Barred
from workflows.machine.events import Outcome, RulesRenewed
from workflows.machine.machine import Machine, machine_of

FIRST_LAWFUL = "first-lawful-day"


def shipped(**changes: object) -> Compiled:
    """The shipped collection, in another version."""
    return shipped_library().compile("collection", version=2).model_copy(update=changes)


def calendar(*, closed: str | None = None, opened: str | None = None) -> Calendar:
    """The district's calendar with one day more on which the office is closed, or one less."""
    value = shipped().calendar.model_dump(mode="json", by_alias=True)
    days = [day for day in value["days"] if day["date"] != opened]
    if closed is not None:
        days.append(
            {"date": closed, "name": "Water Day", "office": "closed", "shut-off": "no", "resolution": "2026-07"}
        )
    return Calendar.model_validate(value | {"days": sorted(days, key=lambda day: day["date"])})


def under(play: Collection, rules: Compiled) -> tuple[Case, str, Machine]:
    """The play's case under new rules, what its step says, and the machine that it runs on from then on."""
    playing, event = machine("collection"), RulesRenewed(version=2, rules=rules_of(rules))
    case, step = playing.fire(play.case, event, play._needed(playing, play.case, event, ""), play.now)
    return case, step.note or "", machine_of(renewed(playing.setting.compiled.to_bytes(), event.rules))


def lawful(case: Case) -> str:
    """The first lawful day that the case waits for."""
    (found,) = (timer.due for timer in case.timers if timer.name == FIRST_LAWFUL)
    return f"{found.astimezone(PACIFIC):%Y-%m-%d}"


def test_a_day_that_the_board_closes_moves_the_lock_to_the_next_one_and_the_case_says_so() -> None:
    play = tagged()
    assert play.due(FIRST_LAWFUL) == "2026-03-09 07:30"
    case, note, _ = under(play, shipped(calendar=calendar(closed="2026-03-09")))
    assert lawful(case) == "2026-03-10"
    assert "moves from Monday 9 March 2026, 07:30 to Tuesday 10 March 2026, 07:30" in note


def test_an_order_that_is_out_already_is_barred_on_the_day_that_the_board_has_closed() -> None:
    play = tagged()
    play.until("2026-03-09 08:00")
    play.release("2026-03-09 08:30")
    case, _, runs_on = under(play, shipped(calendar=calendar(closed="2026-03-09")))
    locked = Outcome(
        run=play.task("locking").run,
        outcome="locked",
        form={"lock_read": "1950", "lock_photo": "f-lock", "at_home": "nobody"},
        by="crew",
        checked_at=play.now.isoformat(),
    )
    with pytest.raises(Barred, match="not before Tuesday 10 March 2026"):
        runs_on.fire(case, locked, play._needed(runs_on, case, locked, "crew"), play.now + timedelta(minutes=30))


def test_a_day_that_is_no_longer_a_holiday_brings_nothing_earlier_without_a_new_notice() -> None:
    # due on Tuesday 16 December: sixty full days end with 14 February; then come a Sunday, Presidents' Day, Lunar New Year
    play = Collection("2025-12-17 09:00", {"2025-12-16": "120.00"})
    play.noticed(released="2025-12-18 10:00", written="2026-01-02 08:00", mailed="2026-01-05 10:00")
    play.reached("2026-01-06 10:00")
    play.until("2026-02-12 08:00")
    play.tag("2026-02-12 09:00", "2026-02-12 14:00")
    assert play.due(FIRST_LAWFUL) == "2026-02-18 07:30"
    case, note, _ = under(play, shipped(calendar=calendar(opened="2026-02-16")))
    assert lawful(case) == "2026-02-18"
    assert "a new notice is needed to go earlier" in note
