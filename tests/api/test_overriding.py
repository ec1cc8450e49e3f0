"""Overriding a rule of the district's own over HTTP: a role, a reason, a second person, and an audit of each step."""

from __future__ import annotations

from sqlmodel import col, select

from store.tables.audit import Audit
from tests.api.office import Office


async def _guarded(office: Office) -> str:
    answer = await office.by("supervisor").post("/api/cases", {"case": "guarded", "data": {"account": "a-1"}})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["case"])


async def _lock(office: Office, case: str) -> tuple[int, str]:
    answer = await office.by("rep").post(f"/api/cases/{case}/events/lock", {"data": {}})
    return answer.status_code, str(answer.json().get("detail", ""))


async def test_two_people_override_a_district_rule_once(working_office: Office) -> None:
    office = working_office
    case = await _guarded(office)
    status, sentence = await _lock(office, case)
    assert status == 409
    assert "the district's own rule WD-1 by lead or supervisor may be overridden" in sentence

    asked = {"rules": ["WD-1"], "reason": "The house stands empty."}
    path = f"/api/cases/{case}/overrides"
    assert (await office.by("rep").post(path, asked)).status_code == 403
    first = await office.by("lead").post(path, asked)
    assert (first.status_code, first.json()["status"]) == (201, "asked"), first.text
    assert (await _lock(office, case))[0] == 409  # one person is not enough
    alone = await office.by("lead").post(f"{path}/{first.json()['id']}/agree")
    assert (alone.status_code, "second person" in alone.json()["detail"]) == (403, True)
    second = await office.by("supervisor").post(f"{path}/{first.json()['id']}/agree")
    assert second.status_code == 200, second.text
    [given] = (await office.by("auditor").get(path)).json()["items"]
    assert (given["status"], given["asked_by"], given["decided_by"]) == ("given", "lead", "supervisor")
    assert (await office.by("supervisor").post(f"{path}/{first.json()['id']}/agree")).status_code == 409

    assert (await _lock(office, case))[0] == 200
    with office.store.reading() as session:
        rows = session.exec(select(Audit).where(Audit.case_id == case).order_by(col(Audit.id))).all()
    acts = [(row.act, row.person, row.allowed) for row in rows]
    assert ("ask-override", "lead", True) in acts
    assert ("override-rule", "lead", False) in acts
    assert ("ask-override", "rep", False) in acts
    steps = (await office.by("lead").get(f"/api/cases/{case}/steps")).json()["items"]
    assert steps[1]["event"] == "override WD-1"
    assert "The house stands empty. (lead, with supervisor)" in str(steps[1])


async def test_a_law_is_not_to_be_had_nor_is_a_hold(working_office: Office) -> None:
    office = working_office
    case = await _guarded(office)
    path = f"/api/cases/{case}/overrides"
    law = await office.by("supervisor").post(path, {"rules": ["WSP-15"], "reason": "please"})
    assert (law.status_code, "not a rule that anybody may override" in law.json()["detail"]) == (403, True)
    assert (await office.by("supervisor").post(path, {"rules": ["X"], "reason": "please"})).status_code == 404

    first = await office.by("lead").post(path, {"rules": ["WD-1"], "reason": "empty"})
    await office.by("supervisor").post(f"{path}/{first.json()['id']}/agree")
    hold = {"kind": "medical", "reason": "A certificate came."}
    assert (await office.by("rep").post("/api/accounts/a-1/holds", hold)).status_code == 201
    status, sentence = await _lock(office, case)
    assert (status, "medical" in sentence, "WD-1" in sentence) == (409, True, False)


async def test_the_second_person_may_refuse(working_office: Office) -> None:
    office = working_office
    case = await _guarded(office)
    path = f"/api/cases/{case}/overrides"
    first = await office.by("lead").post(path, {"rules": ["WD-1"], "reason": "empty"})
    no = await office.by("supervisor").post(f"{path}/{first.json()['id']}/refuse", {"reason": "Go and look."})
    assert (no.status_code, no.json()["status"]) == (200, "refused"), no.text
    assert (no.json()["reason"], no.json()["refusal"]) == ("empty", "Go and look.")
    page = (await office.by("lead").get(f"/cases/{case}")).text
    assert "Supervisor (supervisor) refused: Go and look." in page
    assert (await office.by("supervisor").post(f"{path}/{first.json()['id']}/agree")).status_code == 409
    assert (await _lock(office, case))[0] == 409
