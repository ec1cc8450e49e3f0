"""The shipped collection under a petition, dated: what was under way stops where it stands, and begins anew or never."""

from __future__ import annotations

import pytest
from collecting import Collection

from workflows.machine.errors import Refused

STAGES = ("reminder-list", "reminded", "noticed", "calling", "tag-list", "tagging", "tagged", "lock-list", "locking")


def standing_at(stage: str) -> Collection:
    """A collection of $120, due on 5 January 2026, at a stage of the ladder."""
    play = Collection("2026-01-06 09:00", {"2026-01-05": "120.00"})
    ways = {
        "reminded": lambda: play.release("2026-01-07 09:00"),
        "noticed": lambda: play.until("2026-01-30 09:00"),
        "calling": lambda: play.mail("final-notice", "2026-02-02 10:00"),
        "tag-list": lambda: (play.reached("2026-02-03 10:00"), play.until("2026-03-04 08:00")),
        "tagging": lambda: play.release("2026-03-04 09:00"),
        "tagged": lambda: play.complete("tagging", "posted", by="crew", at="2026-03-04 14:00"),
        "lock-list": lambda: play.until("2026-03-09 09:00"),
        "locking": lambda: play.release("2026-03-09 09:10"),
        "locked": lambda: play.lock("2026-03-09 10:00"),
    }
    for name, go in ways.items():
        if play.path == f"ladder/{stage}" or (stage == "locked" and play.path.startswith("locked/")):
            break
        go()
        assert play.path.split("/")[1] == name or name == "locked", play.path
    return play


@pytest.mark.parametrize("stage", STAGES)
def test_a_petition_stops_the_collection_wherever_it_stands(stage: str) -> None:
    play = standing_at(stage)
    assert play.path == f"ladder/{stage}"
    play.place("bankruptcy", f"{play.now:%Y-%m-%d} 16:00")
    assert play.path == "stayed"
    assert [task.name for task in play.case.tasks if task.outcome is None] == []  # also the order in the truck
    assert len(play.ran("recall-letters")) >= 1  # and what waits for the printer
    written = list(play.letters)
    play.until("2026-12-01 09:00")
    assert (play.path, play.letters) == ("stayed", written)


def test_the_crew_cannot_lock_after_the_petition_of_that_morning() -> None:
    play = standing_at("locking")
    play.place("bankruptcy", "2026-03-09 09:30")
    with pytest.raises((Refused, AssertionError)):
        play.lock("2026-03-09 10:00")
    assert play.path == "stayed"


def test_a_lock_that_is_on_already_is_left_to_the_bankruptcy_which_restores_without_a_fee() -> None:
    play = standing_at("locked")
    play.place("bankruptcy", "2026-03-10 09:00")
    assert play.path == "stayed"
    assert "restoration" not in [fee for fee, _ in play.fees]


def test_after_a_dismissal_the_ladder_begins_at_its_first_rung_with_no_notice_of_before() -> None:
    play = standing_at("tagged")
    play.place("bankruptcy", "2026-03-06 09:00")
    play.lift("bankruptcy", "2026-06-01 09:00")
    assert play.path == "ladder/reminder-list"
    assert play.case.data.get("final_notice_mailed") is None
    assert not any("final-notice" in what for what in play.case.happened)


def test_the_debt_of_an_account_that_was_split_never_shuts_off_the_account_that_followed() -> None:
    play = standing_at("tagged")
    play.place("bankruptcy", "2026-03-06 09:00")
    play.facts["account_status"] = "closed"
    play.lift("bankruptcy", "2026-06-01 09:00")  # the stay has ended by itself
    assert play.path == "debt-only/last-demand"


def test_a_discharge_ends_the_collection_for_good() -> None:
    play = standing_at("tagged")
    play.place("bankruptcy", "2026-03-06 09:00")
    play.place("discharged", "2026-06-15 09:00")
    assert play.case.outcome == "discharged"


def test_a_debt_that_is_collected_without_the_water_is_stayed_too() -> None:
    play = Collection("2026-01-06 09:00", {"2026-01-05": "120.00"}, account_status="closed")
    assert play.path == "debt-only/last-demand"
    play.place("bankruptcy", "2026-01-07 09:00")
    assert play.path == "stayed"
