"""Files."""

from __future__ import annotations

import httpx
from sqlmodel import select

from store.tables.audit import Audit
from tests.api.office import Office

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
    assert [(row.person, row.object_kind, row.allowed) for row in looked] == [
        ("rep2", "address", False),
        ("rep", "file", True),
    ]
