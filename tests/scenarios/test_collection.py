"""A collection, dated: what is written, left and shut off on which day, and what never is."""

from __future__ import annotations

from collecting import Collection


def collection(**facts: object) -> Collection:
    """An account whose bill of $120 was due on Monday 5 January 2026; taken up on the next day."""
    return Collection("2026-01-06 09:00", {"2026-01-05": "120.00"}, **facts)


def test_an_unpaid_bill_goes_from_its_reminder_to_the_lock_and_back_on_when_it_is_paid() -> None:
    play = collection()
    assert play.path == "ladder/reminder-list"
    play.noticed(released="2026-01-07 09:00", written="2026-01-30 09:00", mailed="2026-02-02 10:00")
    play.reached("2026-02-03 10:00")
    play.until("2026-03-04 08:00")
    assert play.path == "ladder/tag-list"
    play.tag("2026-03-04 09:00", "2026-03-04 14:00")
    assert play.due("first-lawful-day") == "2026-03-09 07:30"  # sixty full days end on Friday the sixth
    play.until("2026-03-09 09:00")
    assert play.path == "ladder/lock-list"
    play.release("2026-03-09 09:10")
    play.lock("2026-03-09 10:00")
    assert play.path == "locked/restoration/off"
    play.pay("120.00", "2026-03-09 11:00")
    play.complete(
        "confirm-payment", "confirmed", by="rep", at="2026-03-09 11:20", hours="working", household="low-income"
    )
    play.complete("restoring", "restored", by="crew", at="2026-03-09 13:00", read="1950", lock_found="whole")
    play.until("2026-04-09 09:00")
    assert play.case.outcome == "restored-and-closed"
    assert play.letters == ["reminder", "final-notice", "shut-off-tag", "shut-off-done"]
    assert play.fees == [
        ("late", "10.00"),
        ("late", "18.00"),
        ("door-tag", "15.00"),
        ("lock-off", "36.00"),
        ("restoration", "50.00"),
    ]
