"""A crew at the curb with a lock in hand, while at the office somebody pays."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlmodel import select

from activities.releasing import Releasing
from api.pages.words import word
from store.ledger import payment_entry, post
from store.tables.rules import SiteCheck
from store.tables.utility import Payment
from tests.api.office import MONDAY, Office


async def _in_the_truck(office: Office) -> str:
    """A lock order that the crew has claimed."""
    opened = await office.by("supervisor").post("/api/cases", {"case": "locking", "data": {"account": "a-1"}})
    assert opened.status_code == 201, opened.text
    seen = (await office.by("lead").get("/api/lists/lock-off")).headers["ETag"]
    assert (await office.by("lead").post("/api/lists/lock-off/approve", If_Match=seen)).status_code == 200
    await Releasing.in_world(office.services.world).go_on()
    [order] = (await office.by("crew").get("/api/tasks", queue="meters")).json()["items"]
    assert order["check_at_site"] is True
    assert (await office.by("crew").post(f"/api/tasks/{order['id']}/claim")).status_code == 200
    return str(order["id"])


def _payment(office: Office) -> dict[str, Any]:
    return {"amount_usd": "84.10", "received": office.services.today().isoformat(), "method": "card"}


async def test_a_payment_recalls_the_order_while_the_crew_stands_there(working_office: Office) -> None:
    office = working_office
    order = await _in_the_truck(office)
    crew = office.by("crew")
    assert "Check before you act" in (await crew.get(f"/tasks/{order}")).text
    checked = await crew.post(f"/api/tasks/{order}/check")
    assert (checked.status_code, checked.json()["fit"]) == (200, True), checked.text
    assert "nothing stands against “Lock off” now" in (await crew.get(f"/tasks/{order}")).text
    paid = await office.by("finance").post("/api/accounts/a-1/payments", _payment(office))
    assert paid.status_code == 201, paid.text
    late = await crew.post(f"/api/tasks/{order}/complete", {"outcome": "locked"})
    assert late.status_code == 409
    assert "cancelled, as its reason went away" in late.json()["detail"]
    again = await crew.post(f"/api/tasks/{order}/check")
    assert again.status_code == 409
    assert (await crew.get("/api/tasks", queue="meters")).json()["items"] == []


async def test_a_payment_that_no_case_has_heard_of_stops_the_lock_all_the_same(working_office: Office) -> None:
    office = working_office
    order = await _in_the_truck(office)
    crew = office.by("crew")
    assert (await crew.post(f"/api/tasks/{order}/check")).json()["fit"] is True
    with office.store.writing() as session:  # as an import does that nobody has told the cases of yet
        payment = Payment(
            id="pay-1", account_id="a-1", received=office.services.today(), amount_usd=Decimal("84.10"), method="ach"
        )
        session.add(payment)
        session.flush()
        post(session, [payment_entry(payment, MONDAY, "bank")])
    late = await crew.post(f"/api/tasks/{order}/complete", {"outcome": "locked"})
    assert (late.status_code, late.json()["code"]) == (409, "barred"), late.text
    assert "do not go on" in late.json()["detail"].lower()
    checked = (await crew.post(f"/api/tasks/{order}/check")).json()
    assert (checked["fit"], "no longer holds" in checked["sentence"]) == (False, True)
    refused = await crew.post(f"/api/tasks/{order}/complete", {"outcome": "locked"})
    assert refused.json()["code"] == "check-needed"
    nothing_done = await crew.post(f"/api/tasks/{order}/complete", {"outcome": "no-access"})
    assert nothing_done.status_code == 200, nothing_done.text


async def test_an_order_is_closed_only_with_a_fresh_check(working_office: Office) -> None:
    office = working_office
    order = await _in_the_truck(office)
    crew = office.by("crew")
    without = await crew.post(f"/api/tasks/{order}/complete", {"outcome": "locked"})
    assert (without.status_code, without.json()["code"]) == (409, "check-needed")
    await crew.post(f"/api/tasks/{order}/check")
    with office.store.writing() as session:
        last = session.exec(select(SiteCheck)).one()
        last.real_at -= timedelta(minutes=16)
        session.add(last)
    stale = await crew.post(f"/api/tasks/{order}/complete", {"outcome": "locked"})
    assert "older than 15 minutes" in stale.json()["detail"]
    await crew.post(f"/api/tasks/{order}/check")
    locked = await crew.post(f"/api/tasks/{order}/complete", {"outcome": "locked"})
    assert (locked.status_code, locked.json()["closed"]) == (200, True), locked.text
    [done] = (await office.by("lead").get("/api/lists/lock-off/day")).json()["lines"][0]["orders"]
    assert (done["outcome"], done["ended"]) == ("locked", "The lock is on")
    page = (await office.by("lead").get("/lists/lock-off/day")).text
    assert "<strong>1</strong> The lock is on" in page
    assert f"{word('completed')}: The lock is on" in page


async def test_a_hold_recalls_the_order_at_once(working_office: Office) -> None:
    office = working_office
    order = await _in_the_truck(office)
    await office.by("crew").post(f"/api/tasks/{order}/check")
    hold = {"kind": "medical", "reason": "A certificate came."}
    assert (await office.by("rep").post("/api/accounts/a-1/holds", hold)).status_code == 201
    late = await office.by("crew").post(f"/api/tasks/{order}/complete", {"outcome": "locked"})
    assert late.status_code == 409
    day = (await office.by("lead").get("/api/lists/lock-off/day")).json()
    assert day["orders"] == {"cancelled": 1}
    assert day["lines"][0]["orders"][0]["because"] == "recalled: the account is held"
