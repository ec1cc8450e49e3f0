"""Files and letter batches."""

from __future__ import annotations

from typing import Any

import httpx
from sqlmodel import select

from store.tables.audit import Audit
from store.tables.papers import Letter
from tests.api.office import MONDAY, Office

JPEG = b"\xff\xd8\xff\xe0" + b"0" * 100


async def _upload(office: Office, by: str, *, key: str, content: bytes = JPEG, **data: str) -> httpx.Response:
    headers = {"Authorization": f"Bearer {office.tokens[by]}", "Idempotency-Key": key}
    file = ("meter.jpg", content, "image/jpeg")
    return await office.http.post("/api/files", headers=headers, files={"file": file}, data=data)


async def test_a_photograph_is_kept_once_and_opened_by_who_sees_the_case(office: Office) -> None:
    task = office.task(kind="work-order", queue="meters", name="rereading", place="rereading")
    first = await _upload(office, "crew", key="k", task=task)
    again = await _upload(office, "crew", key="k", task=task)
    assert (first.status_code, again.json()) == (201, first.json()), first.text
    assert again.headers["Idempotency-Replayed"] == "true"
    for user in ("crew", "rep"):
        content = await office.by(user).get(f"/api/files/{first.json()['id']}/content")
        assert (content.content, content.headers["content-type"]) == (JPEG, "image/jpeg")
        assert content.headers["Content-Security-Policy"].startswith("default-src 'none'")


async def test_a_file_is_what_it_says_it_is(office: Office) -> None:
    task = office.task()
    wrong = await _upload(office, "rep", key="a", content=b"<script>", task=task)
    assert (wrong.status_code, wrong.json()["code"]) == (415, "wrong-type")
    unknown = await _upload(office, "rep", key="b", kind="joke", task=task)
    assert (unknown.status_code, "kind" in unknown.json()["fields"]) == (422, True)
    nowhere = await _upload(office, "rep", key="c")
    assert nowhere.status_code == 422


async def test_medical_certificates_are_kept_apart(office: Office) -> None:
    task = office.task()
    kept = (await _upload(office, "rep", key="a", kind="certificate", task=task)).json()
    assert (await office.by("rep2").get(f"/api/files/{kept['id']}")).status_code == 403
    assert (await office.by("rep").get(f"/api/files/{kept['id']}/content")).status_code == 200
    listed = await office.by("rep2").get("/api/files", case=kept["case"])
    assert listed.json()["items"] == []
    with office.store.reading() as session:
        looked = session.exec(select(Audit).where(Audit.act == "view")).all()
    assert [(row.person, row.object_kind) for row in looked] == [("rep", "file")]


def _letter(case: str, number: int, **fields: Any) -> Letter:
    return Letter(
        **{
            "id": f"l-{case}.{number}.1",
            "case_id": case,
            "step_no": number,
            "effect_no": 1,
            "template": "answer",
            "account_id": "a-1",
            "queued_at": MONDAY,
            **fields,
        }
    )


async def test_queued_letters_are_printed_once_in_one_batch(office: Office) -> None:
    case = office.task().rpartition(".")[0]
    with office.store.writing() as session:
        session.add_all([_letter(case, 1), _letter(case, 2), _letter(case, 3, status="recalled")])
    finance = office.by("finance")
    batch = await finance.post("/api/letters/batches")
    assert (batch.status_code, batch.json()["letters"]) == (201, 2), batch.text
    empty = await finance.post("/api/letters/batches")
    assert empty.status_code == 409
    letters = (await finance.get(f"/api/letters/batches/{batch.json()['id']}")).json()["items"]
    assert {letter["status"] for letter in letters} == {"printed"}
    listed = (await finance.get("/api/letters/batches")).json()["items"]
    assert [each["id"] for each in listed] == [batch.json()["id"]]


async def test_a_mailed_letter_is_told_to_its_case_once(working_office: Office) -> None:
    office = working_office
    opened = await office.by("rep").post("/api/cases", {"case": "complaint", "data": {"account": "a-1"}})
    case = opened.json()["case"]
    with office.store.writing() as session:
        session.add(_letter(case, 1))
    finance = office.by("finance")
    batch = (await finance.post("/api/letters/batches")).json()
    today = {"mailed_on": batch["made"][:10]}
    too_early = await finance.post(f"/api/letters/batches/{batch['id']}/mailed", {"mailed_on": "2020-01-01"})
    assert too_early.status_code == 422
    mailed = await finance.post(f"/api/letters/batches/{batch['id']}/mailed", today, Idempotency_Key="m")
    again = await finance.post(f"/api/letters/batches/{batch['id']}/mailed", today, Idempotency_Key="m")
    assert (mailed.status_code, again.json()) == (200, mailed.json()), mailed.text
    steps = (await office.by("rep").get(f"/api/cases/{case}/steps")).json()["items"]
    assert [step["event"] for step in steps if "letter" in step["event"]] == ["message letter-mailed"]
