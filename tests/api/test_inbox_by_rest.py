"""The inbox: what comes in has a date stamp and an owner, and becomes or joins a case, or needs nothing; and memos."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlmodel import select

from store.tables.audit import Audit
from store.tables.cases import Note
from store.tables.inbox import InboxItem
from store.tables.papers import File
from tests.api.office import MONDAY, Office

CALL = {
    "channel": "call",
    "sender": "Maria Lopez",
    "reply_to": "555-0142",
    "account": "a-1",
    "subject": "The last bill",
    "text": "It is twice the usual one.",
}


async def item_of(office: Office, by: str = "rep", **fields: Any) -> str:
    taken = await office.by(by).post("/api/inbox", {**CALL, **fields})
    assert taken.status_code == 201, taken.text
    return str(taken.json()["id"])


async def test_what_comes_in_has_a_date_stamp_and_waits_in_the_districts_queue(office: Office) -> None:
    stamped = (MONDAY - timedelta(hours=1)).isoformat()
    item = await item_of(office, channel="fax", received=stamped)
    read = (await office.by("rep2").get(f"/api/inbox/{item}")).json()
    assert read["received"] == "2026-03-09T07:30:00-07:00"
    assert read["due"] == "2026-03-10T17:30:00-07:00"  # the closing time of the next business day
    assert (read["queue"], read["assignee"], read["late"]) == ("customer-service", None, False)
    assert (read["sender"], read["taken_in_by"]) == ("Maria Lopez", "rep")


async def test_a_date_stamp_is_not_in_the_future(office: Office) -> None:
    later = (MONDAY + timedelta(minutes=1)).isoformat()
    refused = await office.by("rep").post("/api/inbox", {**CALL, "received": later})
    assert refused.status_code == 422
    assert refused.json()["fields"] == {"received": "is not in the future"}


async def test_an_email_that_the_gateway_sends_again_is_one_item(office: Office) -> None:
    email = {"channel": "email", "sender": "maria@example.com", "text": "Hello", "message_id": "<1@example.com>"}
    first = await office.by("gateway").post("/api/inbox", email)
    again = await office.by("gateway").post("/api/inbox", email)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]
    with office.store.reading() as session:
        [row] = session.exec(select(InboxItem)).all()
    assert "example.com" not in str(row.foreign_id)  # a digest: the id names a person's host


async def test_no_answer_that_is_kept_says_who_sent_it_or_what_it_says(office: Office) -> None:
    taken = await office.by("rep").post("/api/inbox", CALL)
    assert "Lopez" not in taken.text
    assert "twice" not in taken.text


async def test_the_gateway_hands_in_a_file_with_its_email_and_reads_nothing(office: Office) -> None:
    item = await item_of(office, by="gateway", channel="email", account=None)
    headers = {"Authorization": f"Bearer {office.tokens['gateway']}", "Idempotency-Key": "file"}
    file = {"file": ("scan.txt", b"text", "text/plain")}
    kept = await office.http.post("/api/files", headers=headers, files=file, data={"item": item, "kind": "document"})
    assert kept.status_code == 201, kept.text
    assert (await office.by("gateway").get(f"/api/inbox/{item}")).status_code == 403
    assert (await office.by("rep").get(f"/api/files/{kept.json()['id']}/content")).content == b"text"


async def test_what_is_due_first_is_listed_first_and_what_is_overdue_is_late(office: Office) -> None:
    new = await item_of(office)
    old = await item_of(office, received=(MONDAY - timedelta(days=7)).isoformat())
    listed = (await office.by("rep").get("/api/inbox")).json()["items"]
    assert [(each["id"], each["late"]) for each in listed] == [(old, True), (new, False)]


async def test_one_person_has_an_item_at_a_time(office: Office) -> None:
    item = await item_of(office)
    assert (await office.by("rep").post(f"/api/inbox/{item}/claim")).json()["assignee"] == "rep"
    refused = await office.by("rep2").post(f"/api/inbox/{item}/claim")
    assert (refused.status_code, refused.json()["code"]) == (409, "already-claimed")
    assert [each["id"] for each in (await office.by("rep").get("/api/inbox", which="mine")).json()["items"]] == [item]
    assert (await office.by("rep2").post(f"/api/inbox/{item}/release")).status_code == 403
    assert (await office.by("rep").post(f"/api/inbox/{item}/release")).json()["assignee"] is None


async def test_an_item_is_given_to_who_works_in_its_queue_and_handed_to_another(office: Office) -> None:
    item = await item_of(office)
    refused = await office.by("rep").post(f"/api/inbox/{item}/assign", {"to": "supervisor"})
    assert refused.status_code == 403
    assert (await office.by("rep").post(f"/api/inbox/{item}/assign", {"to": "rep2"})).json()["assignee"] == "rep2"
    moved = await office.by("rep2").post(f"/api/inbox/{item}/move", {"queue": "supervisors"})
    assert (moved.json()["queue"], moved.json()["assignee"]) == ("supervisors", None)
    # Of another queue now; who took it in still sees what became of it, and cannot take it.
    assert (await office.by("rep2").get(f"/api/inbox/{item}")).status_code == 404
    assert (await office.by("rep").get(f"/api/inbox/{item}")).status_code == 200
    assert (await office.by("rep").post(f"/api/inbox/{item}/claim")).status_code == 403
    assert (await office.by("supervisor").post(f"/api/inbox/{item}/claim")).status_code == 200


async def test_an_item_joins_a_case_as_a_note_with_its_files(office: Office) -> None:
    case = office.task().rpartition(".")[0]
    item = await item_of(office, account=None)
    headers = {"Authorization": f"Bearer {office.tokens['rep']}", "Idempotency-Key": "photo"}
    file = {"file": ("meter.txt", b"meter", "text/plain")}
    await office.http.post("/api/files", headers=headers, files=file, data={"item": item, "kind": "proof"})
    joined = await office.by("rep").post(f"/api/inbox/{item}/join", {"case": case})
    assert (joined.json()["status"], joined.json()["case"], joined.json()["account"]) == ("joined", case, "a-1")
    with office.store.reading() as session:
        [note] = session.exec(select(Note)).all()
        [kept] = session.exec(select(File)).all()
    assert note.text == (
        "Call from Maria Lopez, received 9 Mar 2026 at 08:30: The last bill\nIt is twice the usual one."
    )
    assert (note.case_id, kept.case_id, kept.account_id) == (case, case, "a-1")
    again = await office.by("rep2").post(f"/api/inbox/{item}/join", {"case": case})
    assert (again.status_code, again.json()["case"]) == (409, case)


async def test_what_needs_nothing_is_closed_with_a_reason_and_can_be_brought_back(office: Office) -> None:
    item = await item_of(office)
    settled = await office.by("rep").post(f"/api/inbox/{item}/settle", {"reason": "An advertisement."})
    assert (settled.json()["status"], settled.json()["closed_by"]) == ("settled", "rep")
    assert (await office.by("rep").get("/api/inbox")).json()["items"] == []
    back = await office.by("rep2").post(f"/api/inbox/{item}/bring-back", {"reason": "It was a complaint."})
    assert (back.json()["status"], back.json()["assignee"]) == ("open", "rep")
    with office.store.reading() as session:
        rows = session.exec(select(Audit.act).where(Audit.object_kind == "inbox-item")).all()
    assert list(rows) == ["take-in", "settle-item", "bring-item-back"]


async def test_what_somebody_finds_out_is_kept_unless_another_was_first(office: Office) -> None:
    item = await item_of(office, by="rep", account=None)
    rep = office.by("rep")
    assert (await rep.patch(f"/api/inbox/{item}", {"account": "a-1"})).status_code == 428
    changed = await rep.patch(f"/api/inbox/{item}", {"account": "a-1"}, If_Match='"0"')
    assert (changed.json()["account"], changed.headers["ETag"]) == ("a-1", '"1"')
    assert (await rep.patch(f"/api/inbox/{item}", {"subject": "x"}, If_Match='"0"')).status_code == 412


async def test_an_item_of_a_confidential_account_is_open_to_who_may_see_it(office: Office) -> None:
    item = await item_of(office, by="supervisor", account="a-2")
    rep = office.by("rep")
    assert (await rep.get(f"/api/inbox/{item}")).json()["code"] == "confidential"
    assert (await rep.get("/api/inbox")).json()["items"] == []
    assert (await office.by("supervisor").get(f"/api/inbox/{item}")).status_code == 200


async def test_an_item_opens_a_case_once_and_an_event_reaches_one(working_office: Office) -> None:
    office = working_office
    item = await item_of(office)
    rep = office.by("rep")
    opening = {"case": "complaint", "data": {"account": "a-1"}}
    opened = await rep.post(f"/api/inbox/{item}/open-case", opening, Idempotency_Key="open")
    again = await rep.post(f"/api/inbox/{item}/open-case", opening, Idempotency_Key="open")
    assert opened.status_code == 200, opened.text
    assert (opened.json()["status"], again.json()["case"]) == ("opened", opened.json()["case"])
    case = opened.json()["case"]
    [note] = (await rep.get(f"/api/cases/{case}/notes")).json()["items"]
    assert note["text"].startswith("Call from Maria Lopez")

    second = await item_of(office, channel="letter")
    refused = await rep.post(f"/api/inbox/{second}/open-case", opening)
    assert (refused.status_code, refused.json()["code"]) == (409, "already-open")
    told = await rep.post(f"/api/inbox/{second}/join", {"case": case, "event": "customer-withdrew"})
    assert (told.status_code, told.json()["status"]) == (200, "joined"), told.text
    assert (await rep.get(f"/api/cases/{case}")).json()["status"] == "closed"


async def test_a_memo_to_a_crew_shows_its_sender_who_has_read_it(office: Office) -> None:
    sent = await office.by("rep").post("/api/memos", {"crew": "meters", "text": "Ring first."})
    assert sent.status_code == 201, sent.text
    memo = sent.json()["id"]
    crew = office.by("crew")
    [received] = (await crew.get("/api/memos")).json()["items"]
    assert (received["id"], received["text"], received["is_read"]) == (memo, "Ring first.", False)
    assert (await office.by("rep2").post(f"/api/memos/{memo}/read")).status_code == 404
    for _ in range(2):
        assert (await crew.post(f"/api/memos/{memo}/read")).status_code == 204
    [mine] = (await office.by("rep").get("/api/memos", box="sent")).json()["items"]
    assert mine["read"] == [{"user": "crew", "read": "2026-03-09T08:30:00-07:00"}]


async def test_a_memo_is_for_somebody_who_is_here(office: Office) -> None:
    nobody = await office.by("rep").post("/api/memos", {"to": "nobody", "text": "x"})
    both = await office.by("rep").post("/api/memos", {"to": "rep2", "crew": "meters", "text": "x"})
    empty = await office.by("rep").post("/api/memos", {"crew": "field", "text": "x"})
    assert [each.status_code for each in (nobody, both, empty)] == [422, 422, 422]
