"""A crew's day from a phone: which orders are its own, reads that are looked at twice, closings that come late or twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import event
from sqlmodel import Session, col, select

from store import people as store_people
from store.tables.audit import Audit
from store.tables.cases import Note, TaskRow
from tests.api.office import MONDAY, Office

REREAD: dict[str, Any] = {"name": "rereading", "place": "rereading", "kind": "work-order", "title": "Reread the meter"}

METER = {
    "id": "m-1",
    "serial": "S1",
    "size": '5/8"',
    "last_read": {"at": "2026-02-28T18:00:00+00:00", "ccf": "124.000"},
}


def _order(office: Office, *, route: str = "R1", sequence: int = 1, **fields: Any) -> str:
    premise = {
        "line1": f"{sequence} Orchard Lane",
        "line2": "",
        "city": "Sample City",
        "route": route,
        "sequence": sequence,
    }
    snapshot = {"premise": premise | {"latitude": 37.98, "longitude": -120.51}, "meters": [METER]}
    given = {"queue": "meters", "crew": "meters", "snapshot": snapshot, "due_at": MONDAY, "due_order": MONDAY}
    return office.task(**REREAD | given | fields)


def _second_crew(session: Session) -> str:
    """A colleague of the crew; the token."""
    store_people.add_user(session, "crew2", "Crew2", roles=frozenset({"crew"}), by="test", at=MONDAY)
    store_people.set_crews(session, "crew2", frozenset({"meters"}))
    now = datetime.now(UTC)
    return store_people.make_sign_in(session, "crew2", kind="token", at=now, expires_at=now + timedelta(days=1))


async def test_the_days_orders_come_by_route_and_place_and_what_is_due_later_apart(office: Office) -> None:
    second = _order(office, route="R1", sequence=9)
    third = _order(office, route="R2", sequence=1)
    first = _order(office, route="R1", sequence=2)
    friday = MONDAY + timedelta(days=4)
    later = _order(office, route="R1", sequence=1, due_at=friday, due_order=friday)
    urgent = _order(office, route="R3", sequence=1, due_at=friday, due_order=friday, priority=0)
    day = (await office.by("crew").get("/api/crew/day")).json()
    assert day["day"] == "2026-03-09"
    assert [order["id"] for order in day["orders"]] == [first, second, third, urgent]
    assert [order["id"] for order in day["later"]] == [later]
    assert day["orders"][0]["place"]["latitude"] == 37.98


async def test_what_a_colleague_has_or_is_put_aside_or_confidential_is_not_in_the_day(office: Office) -> None:
    _order(office, assignee="rep2", state="claimed")
    _order(office, state="suspended")
    _order(office, account_id="a-2")
    mine = _order(office, assignee="crew", state="claimed")
    day = (await office.by("crew").get("/api/crew/day")).json()
    assert [order["id"] for order in day["orders"]] == [mine]


async def test_the_phone_hears_which_of_its_orders_are_gone_and_why(office: Office) -> None:
    closed = {"closed_at": MONDAY, "closed_step": 2}
    kept = _order(office)
    recalled = _order(office, state="cancelled", close_reason="payment-received", **closed)
    done = _order(office, state="completed", closed_by="crew2", **closed)
    taken = _order(office, assignee="crew2", state="claimed", claimed_at=MONDAY)
    known = [kept, recalled, done, taken, "c-none.1"]
    day = (await office.by("crew").get("/api/crew/day", known=known)).json()
    assert [(gone["id"], gone["why"]) for gone in day["gone"]] == [
        (recalled, "recalled"),
        (done, "done"),
        (taken, "taken"),
        ("c-none.1", "unknown"),
    ]
    assert day["gone"][0]["because"] == "Payment received"
    assert day["gone"][0]["at"] == "2026-03-09T08:30:00-07:00"


async def test_an_order_of_another_crew_tells_nothing_of_itself(office: Office) -> None:
    others = _order(office, queue="inspection", crew="inspection", state="cancelled", closed_at=MONDAY, closed_step=2)
    [gone] = (await office.by("crew").get("/api/crew/day", known=[others])).json()["gone"]
    assert gone == {"id": others, "title": "", "why": "unknown", "at": None, "by": None, "because": None}


async def test_who_is_of_no_crew_has_no_day(office: Office) -> None:
    answer = await office.by("rep").get("/api/crew/day")
    assert (answer.status_code, answer.json()["code"]) == (403, "not-allowed")


async def _rereading(office: Office) -> str:
    """An order to reread the meter of a-1, whose last read is 124 ccf."""
    opened = await office.by("rep").post("/api/cases", {"case": "complaint", "data": {"account": "a-1"}})
    case = opened.json()["case"]
    moved = await office.by("rep").post(
        f"/api/tasks/{case}.1/complete", {"outcome": "reread", "form": {"cause": "misread"}}
    )
    assert moved.status_code == 200, moved.text
    return f"{case}.2"


async def test_a_read_below_the_last_one_is_closed_after_a_second_look_and_the_case_says_so(
    working_office: Office,
) -> None:
    office = working_office
    order = await _rereading(office)
    crew = office.by("crew")
    closing: dict[str, Any] = {"outcome": "done", "form": {"read": "12"}}
    refused = await crew.post(f"/api/crew/orders/{order}/close", closing)
    assert (refused.status_code, refused.json()["code"]) == (422, "doubtful-read")
    assert refused.json()["fields"]["read"].startswith("is below the last read (124 ccf on 28 February 2026)")
    differing = await crew.post(f"/api/crew/orders/{order}/close", closing | {"second_reads": {"read": "124.5"}})
    assert "differ (12 and 124.5)" in differing.json()["fields"]["read"]
    closed = await crew.post(f"/api/crew/orders/{order}/close", closing | {"second_reads": {"read": "12.0"}})
    assert closed.status_code == 200, closed.text
    with office.store.reading() as session:
        [note] = session.exec(select(Note).where(col(Note.task_id) == order)).all()
    assert note.text == "Read 12: read twice."


async def test_a_photograph_of_the_register_confirms_a_read_far_above_usual_use(working_office: Office) -> None:
    office = working_office
    order = await _rereading(office)
    crew = office.by("crew")
    photo = await crew.http.post(
        "/api/files",
        files={"file": ("register.png", b"\x89PNG\r\n\x1a\n" + b"0" * 20, "image/png")},
        data={"task": order},
        headers={"Authorization": f"Bearer {crew.token}", "Idempotency-Key": "photo-1"},
    )
    closing: dict[str, Any] = {"outcome": "done", "form": {"read": "9999"}}
    refused = await crew.post(f"/api/crew/orders/{order}/close", closing)
    assert "far above the usual use" in refused.json()["fields"]["read"]
    other = await crew.post(f"/api/crew/orders/{order}/close", closing | {"photos": {"read": "f-of-another-order"}})
    assert other.status_code == 422
    closed = await crew.post(f"/api/crew/orders/{order}/close", closing | {"photos": {"read": photo.json()["id"]}})
    assert closed.status_code == 200, closed.text


async def test_a_closing_sent_twice_closes_once_and_says_that_it_came_late(working_office: Office) -> None:
    office = working_office
    order = await _rereading(office)
    crew = office.by("crew")
    done_at = datetime.now(UTC) - timedelta(hours=3)
    closing = {"outcome": "done", "form": {"read": "130"}, "done_at": done_at.isoformat()}
    first = await crew.post(f"/api/crew/orders/{order}/close", closing, Idempotency_Key="phone-1")
    again = await crew.post(f"/api/crew/orders/{order}/close", closing, Idempotency_Key="phone-1")
    assert (first.status_code, again.status_code) == (200, 200), again.text
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.json() == first.json()
    with office.store.reading() as session:
        notes = session.exec(select(Note).where(col(Note.task_id) == order)).all()
        task = session.get_one(TaskRow, order)
    assert (task.state, task.closed_by) == ("completed", "crew")
    assert [note.text.split(" at ")[0] for note in notes] == ["Closed on the spot"]


async def test_a_closing_for_an_order_that_a_colleague_took_or_whose_form_changed_is_refused(
    working_office: Office,
) -> None:
    office = working_office
    order = await _rereading(office)
    crew = office.by("crew")
    closing: dict[str, Any] = {"outcome": "done", "form": {"read": "130"}}
    stale = await crew.post(f"/api/crew/orders/{order}/close", closing | {"form_seen": "another"})
    assert (stale.status_code, stale.json()["code"]) == (412, "changed")
    with office.store.writing() as session:
        office.tokens["crew2"] = _second_crew(session)
    assert (await office.by("crew2").post(f"/api/tasks/{order}/claim")).status_code == 200
    late = await crew.post(f"/api/crew/orders/{order}/close", closing)
    assert (late.status_code, late.json()["code"]) == (409, "already-claimed")


async def test_a_task_of_the_desk_is_not_closed_as_an_order(working_office: Office) -> None:
    office = working_office
    opened = await office.by("rep").post("/api/cases", {"case": "complaint", "data": {"account": "a-1"}})
    task = f"{opened.json()['case']}.1"
    closing = {"outcome": "explained", "form": {"cause": "leak"}}
    answer = await office.by("rep").post(f"/api/crew/orders/{task}/close", closing)
    assert (answer.status_code, answer.json()["detail"]) == (409, "This is no work order; it is completed at the desk.")


async def test_the_crews_pages_are_for_crews_and_an_order_for_its_own(office: Office) -> None:
    theirs = _order(office, queue="inspection", crew="inspection")
    own = _order(office)
    rep, crew = office.by("rep"), office.by("crew")
    assert (await rep.get("/crew")).status_code == 403
    assert 'href="/crew"' not in (await rep.get("/")).text
    day = await crew.get("/crew")
    assert f'href="/crew/orders/{own}"' in day.text
    assert theirs not in day.text
    assert (await crew.get(f"/crew/orders/{own}")).status_code == 200
    assert (await crew.get(f"/crew/orders/{theirs}")).status_code == 404


async def test_the_worker_answers_for_the_crews_pages_alone(office: Office) -> None:
    answer = await office.http.get("/crew/worker.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["service-worker-allowed"] == "/crew"
    assert "worker-src 'self'" in answer.headers["content-security-policy"]


async def test_a_look_at_an_order_is_written_down(office: Office) -> None:
    order = _order(office)
    await office.by("crew").get(f"/crew/orders/{order}")
    with office.store.reading() as session:
        [look] = session.exec(select(Audit).where(col(Audit.act) == "view")).all()
    assert (look.person, look.account_id, look.object_id) == ("crew", "a-1", order)


async def test_the_day_costs_the_same_few_queries_whatever_its_length(office: Office) -> None:
    counted: list[str] = []
    event.listen(office.store.engine, "before_cursor_execute", lambda *asked: counted.append(asked[2]))
    _order(office)
    counted.clear()
    await office.by("crew").get("/crew")
    few = len(counted)
    for sequence in range(2, 30):
        _order(office, sequence=sequence)
    counted.clear()
    await office.by("crew").get("/crew")
    assert len(counted) == few


async def test_who_assigns_tasks_sees_what_the_crews_have_not_finished(office: Office) -> None:
    late = _order(office, due_at=MONDAY - timedelta(days=1), due_order=MONDAY - timedelta(days=1))
    _order(office, assignee="crew", state="claimed")
    supervisor = office.by("supervisor")
    [meters] = (await supervisor.get("/api/crew/unfinished")).json()["items"]
    assert (meters["title"], meters["late"], meters["unclaimed"], meters["more"]) == ("Meter crew", 1, 1, False)
    assert meters["orders"][0]["id"] == late
    assert f'href="/tasks/{late}"' in (await supervisor.get("/crew/unfinished")).text
    assert (await office.by("crew").get("/crew/unfinished")).status_code == 403
    assert 'href="/crew/unfinished"' not in (await office.by("crew").get("/crew")).text


async def test_what_a_crew_writes_down_of_a_place_the_next_one_reads(office: Office) -> None:
    first, second = _order(office), _order(office)
    crew = office.by("crew")
    said = {"hazard": "Dog in the yard.", "access": "Meter behind the side gate."}
    answer = await crew.post(f"/api/crew/orders/{first}/place", said)
    assert (answer.status_code, answer.json()) == (200, said)
    page = (await crew.get(f"/crew/orders/{second}")).text
    assert "Dog in the yard." in page
    assert "Meter behind the side gate." in page


async def test_an_order_without_a_place_has_nothing_to_be_written_down(office: Office) -> None:
    order = _order(office, account_id=None, snapshot=None)
    answer = await office.by("crew").post(f"/api/crew/orders/{order}/place", {"hazard": "Traffic."})
    assert answer.status_code == 409
    assert (await office.by("crew").get(f"/crew/orders/{order}")).status_code == 200
