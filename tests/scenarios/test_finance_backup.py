"""Customer service in Finance's place, dated: permitted, done in parts, and checked by somebody else."""

from __future__ import annotations

import pytest
from playing import Play

from workflows.machine.errors import NotAllowed, Refused

MONDAY = "2026-03-09 08:00"


def asked() -> Play:
    """Finance is ill, and bills and reminders are due."""
    return Play(MONDAY, case="finance-backup", data={"reason": "All of Finance is ill.", "account": None, "bill": None})


def permitted(*, bills: bool = True, reminders: bool = True, door_tags: bool = False) -> Play:
    """A supervisor permits it until Friday."""
    play = asked()
    play.complete(
        "permit", "permit", by="supervisor", at="2026-03-09 09:00", permitted_until="2026-03-13",
        bills=bills, reminders=reminders, door_tags=door_tags,
    )  # fmt: skip
    return play


def test_bills_and_reminders_leave_and_finance_checks_them() -> None:
    play = permitted()
    play.complete(
        "generate-bills", "generated", by="lead", at="2026-03-09 15:00",
        cycle="2026-03 North", bill_count=410, bill_total="51230.40",
    )  # fmt: skip
    play.complete("send-reminders", "sent", by="lead", at="2026-03-10 10:00", reminder_batch="lb-0123456789ab")
    assert play.task("check-backup").queue == "finance"
    play.complete("check-backup", "in-order", by="finance", at="2026-03-16 10:00")
    assert play.case.outcome == "done"


def test_only_what_is_permitted_is_asked_for() -> None:
    play = permitted(bills=False, reminders=False, door_tags=True)
    assert play.task("print-tags").queue == "leads"


def test_nobody_permits_for_longer_than_two_weeks_or_until_yesterday() -> None:
    for until in ("2026-03-24", "2026-03-08"):
        with pytest.raises(Refused):
            asked().complete(
                "permit", "permit", by="supervisor", at="2026-03-09 09:00", permitted_until=until,
                bills=True, reminders=False, door_tags=False,
            )  # fmt: skip


def test_when_the_permission_ends_the_rest_waits_for_finance() -> None:
    play = permitted()
    play.until("2026-03-13 23:00")
    assert play.task("generate-bills")
    play.until("2026-03-14 07:30")
    assert play.task("check-backup")


def test_who_did_a_part_of_it_does_not_check_it() -> None:
    play = permitted(reminders=False)
    play.complete(
        "generate-bills", "generated", by="finance2", at="2026-03-09 15:00", cycle="N", bill_count=1, bill_total="9.00"
    )
    with pytest.raises(NotAllowed, match="separation of duties"):
        play.complete("check-backup", "in-order", by="finance2", at="2026-03-09 16:00")


def test_finance_that_is_back_takes_over() -> None:
    play = permitted()
    play.receive("finance-is-back", at="2026-03-10 08:00")
    assert play.task("check-backup")
