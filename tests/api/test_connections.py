"""Applicants, parcels, registers and the report, as the REST interface and the pages give them."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlmodel import select

from store.registers import Done, note
from store.tables.audit import Audit
from store.tables.cases import CaseRow
from store.tables.connections import Applicant, RegisterItem
from store.tables.outbox import IdempotencyKey
from tests.api.office import MONDAY, Office

LOPEZ: dict[str, Any] = {
    "name": "María López",
    "phone": "555-0142",
    "mailing": {"line1": "PO Box 12", "line2": "", "city": "Sample City", "zip": "90000"},
}


async def _applicant(office: Office) -> str:
    answer = await office.by("rep").post("/api/applicants", LOPEZ)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def _device(office: Office, **fields: Any) -> str:
    with office.store.writing() as session:
        item = RegisterItem(
            **{
                "id": "r-1",
                "register_name": "grease",
                "account_id": "a-1",
                "kind": "interceptor",
                "since": date(2026, 1, 5),
                "every_days": 90,
                "due": date(2026, 4, 5),
                **fields,
            }
        )
        session.add(item)
        return item.id


async def test_an_applicant_is_kept_once_found_by_name_and_changed_by_one_person_at_a_time(office: Office) -> None:
    number = await _applicant(office)
    found = await office.by("rep").post("/api/applicants/search", {"words": "lopez"})
    assert [each["id"] for each in found.json()["items"]] == [number]
    read = await office.by("rep").get(f"/api/applicants/{number}")
    assert read.json()["mailing"]["line1"] == "PO Box 12"
    changed = await office.by("rep").put(
        f"/api/applicants/{number}", LOPEZ | {"language": "es"}, If_Match=read.headers["ETag"]
    )
    late = await office.by("rep2").put(f"/api/applicants/{number}", LOPEZ, If_Match=read.headers["ETag"])
    assert (changed.status_code, late.status_code) == (204, 412)


async def test_no_key_and_no_audit_row_holds_an_applicants_name(office: Office) -> None:
    number = await _applicant(office)
    with office.store.reading() as session:
        keys = session.exec(select(IdempotencyKey)).all()
        audits = session.exec(select(Audit).where(Audit.act == "keep-applicant")).all()
    assert [row.object_id for row in audits] == [number]
    assert "pez" not in str([row.response for row in keys]) + str(audits)


async def test_a_crew_sees_no_applicants(office: Office) -> None:
    number = await _applicant(office)
    assert (await office.by("crew").get(f"/api/applicants/{number}")).status_code == 403
    assert (await office.by("crew").post("/api/applicants", LOPEZ)).status_code == 403


async def test_a_parcel_is_entered_and_corrected(office: Office) -> None:
    entered = await office.by("rep").put("/api/parcels/114-020-07", {"zone": "Z2", "legal": "Lot 7, Tract 311"})
    assert entered.json()["inside"] is None
    await office.by("rep").put("/api/parcels/114-020-07", {"zone": "Z2", "inside": True})
    read = (await office.by("rep").get("/api/parcels/114-020-07")).json()
    assert (read["inside"], read["legal"]) == (True, "")
    assert (await office.by("rep").get("/api/parcels/114-020-99")).status_code == 404


async def test_an_interceptor_at_25_percent_is_due_within_a_week_and_a_pump_out_moves_it(office: Office) -> None:
    item = _device(office)
    path = f"/api/registers/items/{item}/events"
    looked = await office.by("rep").post(path, {"on": "2026-03-02", "kind": "inspected", "percent": 24})
    assert looked.json()["due"] == "2026-04-05"
    full = await office.by("rep").post(path, {"on": "2026-03-03", "kind": "inspected", "percent": 25})
    assert full.json()["due"] == "2026-03-10"
    pumped = await office.by("rep").post(path, {"on": "2026-03-06", "kind": "pumped"})
    assert pumped.json()["due"] == "2026-06-04"
    listed = (await office.by("rep").get("/api/registers/grease", due_before="2026-06-05")).json()["items"]
    assert [(each["last_done"], each["due"], each["late"]) for each in listed] == [("2026-03-06", "2026-06-04", False)]
    events = (await office.by("rep").get(path)).json()["items"]
    assert [each["kind"] for each in events] == ["pumped", "inspected", "inspected"]


async def test_what_a_register_does_not_take_is_refused_with_a_sentence(office: Office) -> None:
    item = _device(office, register_name="backflow", kind="double-check", every_days=365)
    path = f"/api/registers/items/{item}/events"
    for body, status in (
        ({"on": "2026-03-02", "kind": "pumped"}, 422),
        ({"on": "2026-03-02", "kind": "tested"}, 422),
        ({"on": "2026-03-10", "kind": "tested", "passed": True}, 422),
        ({"on": "2026-03-06", "kind": "tested", "passed": True}, 201),
        ({"on": "2026-03-05", "kind": "tested", "passed": True}, 409),
        ({"on": "2026-03-07", "kind": "removed"}, 201),
        ({"on": "2026-03-08", "kind": "tested", "passed": True}, 409),
    ):
        answer = await office.by("rep").post(path, body)
        assert answer.status_code == status, answer.text
    assert (await office.by("rep").get("/api/registers/backflow")).json()["items"] == []


def test_a_failed_backflow_test_is_repeated_within_a_week_and_a_passed_one_in_a_year(office: Office) -> None:
    item = _device(office, register_name="backflow", kind="double-check", every_days=365)
    with office.store.writing() as session:
        row = session.get_one(RegisterItem, item)
        failed = Done(id="e1", on=date(2026, 3, 2), kind="tested", by="rep", at=MONDAY, passed=False)
        assert note(session, row, failed).due == date(2026, 3, 9)
        passed = Done(id="e2", on=date(2026, 3, 6), kind="tested", by="rep", at=MONDAY, passed=True)
        assert note(session, row, passed).due == date(2027, 3, 6)


async def test_the_report_names_each_project_of_the_month_and_no_applicant(office: Office) -> None:
    with office.store.writing() as session:
        session.add(
            CaseRow(
                id="c-project00001",
                definition="new-connection-standard",
                version=1,
                applicant_id="ap-1",
                state="project/sizing",
                opened_at=MONDAY,
                at=MONDAY,
                why="Waits for Engineering.",
                snapshot={"data": {"kind": "single-family", "parcel": {"id": "114-020-07"}, "fees": "10425.00"}},
            )
        )
    report = (await office.by("rep").get("/api/reports/new-connections/2026-03")).json()
    assert (report["opened"], report["finished"], report["ended"]) == (1, 0, 0)
    (line,) = report["lines"]
    assert (line["parcel"], line["stage"], line["fees_usd"]) == ("114-020-07", "project/sizing", "10425.00")
    assert (await office.by("rep").get("/api/reports/new-connections/2026-02")).json()["lines"] == []
    assert (await office.by("rep").get("/api/reports/new-connections/2026-13")).status_code == 422


async def test_an_applicant_without_an_account_has_a_page_with_their_cases(office: Office) -> None:
    number = await _applicant(office)
    with office.store.writing() as session:
        assert session.get(Applicant, number) is not None
        session.add(
            CaseRow(
                id="c-project00002",
                definition="complaint",
                version=1,
                applicant_id=number,
                title="New connection",
                state="review",
                opened_at=MONDAY,
                at=MONDAY,
                snapshot=None,
            )
        )
    listed = (await office.by("rep").get(f"/api/applicants/{number}/cases")).json()["items"]
    assert [each["id"] for each in listed] == ["c-project00002"]
    shown = await office.by("rep").get(f"/applicants/{number}")
    assert shown.status_code == 200, shown.text
    assert "María López" in shown.text
    assert "/cases/c-project00002" in shown.text
    found = await office.by("rep").get("/applicants/new")
    assert "A new applicant" in found.text
