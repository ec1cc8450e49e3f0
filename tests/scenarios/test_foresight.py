"""What the outcomes of shipped definitions would do if they were chosen now: told before anybody chooses."""

from __future__ import annotations

from typing import Any

from collecting import Collection
from playing import HISTORY, Play, machine, on

from workflows.machine.choices import choices
from workflows.machine.events import Outcome
from workflows.machine.foresight import Foresight, foreseen


def complaint() -> Play:
    """A complaint whose history is to be reviewed."""
    return Play("2026-09-01 09:00", data={"bill": HISTORY[0]})


def asked(play: Play, outcome: str, by: str = "rep", **form: Any) -> Foresight:
    """What the outcome of the play's open task would do with this form."""
    task = next(task for task in play.case.tasks if task.outcome is None)
    event = Outcome(run=task.run, outcome=outcome, form=form, by=by)
    return foreseen(machine(play.case.definition), play.case, event, facts=play.facts, at=play.now)


def test_an_outcome_tells_its_letter_and_when_time_alone_closes_the_case() -> None:
    told = asked(complaint(), "explained", cause="usage", explanation="The garden was watered.")
    assert told.does.startswith("writes the answer letter")
    assert "in 1" in told.does  # so many days from now, with the date
    assert told.not_yet is None


def test_what_the_form_lacks_is_told_at_its_field_and_nothing_is_foreseen() -> None:
    play = Collection("2026-01-07 09:00", {"2026-01-05": "120.00"})
    play.noticed(released="2026-01-07 10:00", written="2026-02-02 08:00", mailed="2026-02-02 10:00")
    told = asked(play, "reached")
    assert told.wrong == {"policy_offered": "is required", "options_offered": "is required"}
    assert told.does == ""


def test_a_guard_that_the_form_does_not_meet_is_told_in_the_words_of_the_form() -> None:
    play = Collection("2026-01-07 09:00", {"2026-01-05": "120.00"})
    play.noticed(released="2026-01-07 10:00", written="2026-02-02 08:00", mailed="2026-02-02 10:00")
    told = asked(play, "reached", policy_offered=True, options_offered=False)
    assert told.not_yet is not None
    assert "“The written policy was offered”" in told.not_yet


def test_asking_changes_nothing() -> None:
    play = complaint()
    before = play.case
    asked(play, "explained", cause="usage", explanation="The garden was watered.")
    assert play.case == before


def test_without_a_form_the_definition_tells_which_time_closes_the_case() -> None:
    play = Collection("2026-01-07 09:00", {"2026-01-05": "120.00"})
    play.noticed(released="2026-01-07 10:00", written="2026-02-02 08:00", mailed="2026-02-02 10:00")
    run = play.case.tasks[0].run
    offered = {
        choice.outcome: choice.does
        for choice in choices(
            machine("collection"), play.case, run, by="rep", facts=play.facts, at=on("2026-02-03 10:00")
        )
    }
    assert offered["no-answer"].startswith("records “call no-answer”")
