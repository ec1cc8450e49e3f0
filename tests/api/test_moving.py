"""Acts that move a case, on a real Temporal server: opening, completing, suspending, skipping, events, holds, payments."""

from __future__ import annotations

import asyncio
from typing import Any

from sqlmodel import col, select

from store.tables.audit import Audit
from store.tables.cases import CaseRow, TaskRow
from tests.api.office import Office


async def _opened(office: Office, by: str = "rep", account: str = "a-1", **headers: str) -> str:
    answer = await office.by(by).post("/api/cases", {"case": "complaint", "data": {"account": account}}, **headers)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["case"])


async def _task(office: Office, case: str, by: str = "rep") -> dict[str, Any]:
    tasks = (await office.by(by).get("/api/tasks", case=case)).json()["items"]
    return next(task for task in tasks if task["closed"] is None)


async def test_a_complaint_goes_from_the_call_to_the_approved_adjustment(working_office: Office) -> None:
    office = working_office
    case = await _opened(office)
    task = await _task(office, case)
    rep = office.by("rep")
    await rep.post(f"/api/tasks/{task['id']}/claim")
    detail = (await rep.get(f"/api/tasks/{task['id']}")).json()
    assert [outcome["outcome"] for outcome in detail["outcomes"]] == ["explained", "reread", "adjust"]
    assert [field["name"] for field in detail["form"]] == ["cause", "comment"]
    answer = await rep.post(f"/api/tasks/{task['id']}/complete", {"outcome": "reread", "form": {"cause": "leak"}})
    assert answer.status_code == 200, answer.text
    assert answer.json()["state"] == ["rereading"]

    order = await _task(office, case, by="crew")
    answer = await office.by("crew").post(
        f"/api/tasks/{order['id']}/complete", {"outcome": "done", "form": {"read": "131.5"}}
    )
    assert answer.json()["state"] == ["adjusting"], answer.text

    approval = await _task(office, case, by="supervisor")
    form = {"outcome": "approve", "form": {"credit": "250.00"}}
    answer = await office.by("supervisor").post(f"/api/tasks/{approval['id']}/complete", form)
    assert answer.json()["closed"] is True, answer.text
    read = (await rep.get(f"/api/cases/{case}")).json()
    assert (read["status"], read["outcome"], read["data"]["credit"]) == ("closed", "answered", "250.00")
    steps = (await rep.get(f"/api/cases/{case}/steps")).json()["items"]
    assert [step["by"] for step in steps] == ["rep", "rep", "crew", "supervisor"]
    with office.store.reading() as session:
        acts = session.exec(select(Audit.act).where(Audit.case_id == case).order_by(col(Audit.id))).all()
    assert [act for act in acts if act == "complete"] == ["complete"] * 3


async def test_a_form_that_only_supervisors_see_is_not_shown_to_others(working_office: Office) -> None:
    office = working_office
    case = await _opened(office)
    task = await _task(office, case)
    await office.by("rep").post(f"/api/tasks/{task['id']}/complete", {"outcome": "adjust", "form": {"cause": "leak"}})
    approval = (await _task(office, case, by="supervisor"))["id"]
    shown = (await office.by("supervisor").get(f"/api/tasks/{approval}")).json()
    assert [field["name"] for field in shown["form"]] == ["credit"]
    hidden = (await office.by("rep").get(f"/api/tasks/{approval}")).json()
    assert (hidden["form"], hidden["outcomes"]) == ([], [])


async def test_the_same_key_opens_the_same_case_and_another_is_told_which_is_open(working_office: Office) -> None:
    office = working_office
    first = await _opened(office, Idempotency_Key="once")
    assert await _opened(office, Idempotency_Key="once") == first
    again = await office.by("rep2").post("/api/cases", {"case": "complaint", "data": {"account": "a-1"}})
    assert (again.status_code, again.json()["code"], again.json()["case"]) == (409, "already-open", first)


async def test_a_repeated_completion_gets_its_first_answer_even_after_the_case_is_closed(
    working_office: Office,
) -> None:
    office = working_office
    case = await _opened(office)
    task = await _task(office, case)
    body = {"outcome": "explained", "form": {"cause": "misread"}}
    first = await office.by("rep").post(f"/api/tasks/{task['id']}/complete", body, Idempotency_Key="k")
    assert first.json()["closed"] is True, first.text
    second = await office.by("rep").post(f"/api/tasks/{task['id']}/complete", body, Idempotency_Key="k")
    assert (second.status_code, second.json()) == (200, first.json())
    assert second.headers["Idempotency-Replayed"] == "true"


async def test_of_two_who_complete_at_once_one_is_told(working_office: Office) -> None:
    office = working_office
    case = await _opened(office)
    task = await _task(office, case)
    body = {"outcome": "explained", "form": {"cause": "misread"}}
    answers = await asyncio.gather(
        *(office.by(user).post(f"/api/tasks/{task['id']}/complete", body) for user in ("rep", "rep2"))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]


async def test_a_wrong_form_says_what_is_right_for_each_field(working_office: Office) -> None:
    office = working_office
    task = await _task(office, await _opened(office))
    answer = await office.by("rep").post(
        f"/api/tasks/{task['id']}/complete", {"outcome": "explained", "form": {"cause": "ghosts"}}
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "bad-form")
    assert "leak" in answer.json()["fields"]["cause"]


async def test_an_amount_above_the_limit_is_refused_and_the_refusal_recorded(working_office: Office) -> None:
    office = working_office
    case = await _opened(office)
    task = await _task(office, case)
    await office.by("rep").post(f"/api/tasks/{task['id']}/complete", {"outcome": "adjust", "form": {"cause": "leak"}})
    approval = await _task(office, case, by="supervisor")
    form = {"outcome": "approve", "form": {"credit": "1500.00"}}
    answer = await office.by("supervisor").post(f"/api/tasks/{approval['id']}/complete", form)
    assert answer.status_code == 403, answer.text
    with office.store.reading() as session:
        refused = session.exec(select(Audit).where(col(Audit.allowed).is_(False))).all()
    assert [(row.person, row.act, row.code) for row in refused] == [("supervisor", "complete", "not-allowed")]


async def test_pattern_32_suspension_and_resumption(working_office: Office) -> None:
    office = working_office
    task = await _task(office, await _opened(office))
    rep = office.by("rep")
    await rep.post(f"/api/tasks/{task['id']}/claim")
    body = {"reason": "waits for the photograph", "clock_stops": True}
    assert (await rep.post(f"/api/tasks/{task['id']}/suspend", body)).status_code == 200
    assert (await rep.get(f"/api/tasks/{task['id']}")).json()["state"] == "suspended"
    held = await rep.post(f"/api/tasks/{task['id']}/complete", {"outcome": "explained", "form": {"cause": "leak"}})
    assert held.status_code == 409
    assert (await rep.post(f"/api/tasks/{task['id']}/resume")).status_code == 200
    assert (await rep.get(f"/api/tasks/{task['id']}")).json()["state"] == "claimed"


async def test_pattern_33_skip_takes_the_first_outcome(working_office: Office) -> None:
    office = working_office
    case = await _opened(office)
    task = await _task(office, case)
    answer = await office.by("rep").post(f"/api/tasks/{task['id']}/skip", {"reason": "a duplicate"})
    assert answer.json()["closed"] is True, answer.text
    with office.store.reading() as session:
        assert session.get_one(TaskRow, task["id"]).state == "skipped"


async def test_an_outcome_is_taken_back_by_who_chose_it(working_office: Office) -> None:
    office = working_office
    case = await _opened(office)
    task = await _task(office, case)
    await office.by("rep").post(f"/api/tasks/{task['id']}/complete", {"outcome": "adjust", "form": {"cause": "leak"}})
    other = await office.by("rep2").post(f"/api/tasks/{task['id']}/take-back")
    assert other.status_code == 403
    answer = await office.by("rep").post(f"/api/tasks/{task['id']}/take-back")
    assert answer.json()["state"] == ["review"], answer.text


async def test_an_event_moves_the_case_and_an_unknown_one_is_refused(working_office: Office) -> None:
    office = working_office
    case = await _opened(office)
    unknown = await office.by("rep").post(f"/api/cases/{case}/events/moon-landing", {"data": {}})
    assert (unknown.status_code, unknown.json()["code"]) == (409, "unknown-here")
    answer = await office.by("rep").post(f"/api/cases/{case}/events/customer-withdrew", {"data": {}})
    assert answer.json()["closed"] is True


async def test_a_closed_case_is_reopened_by_a_supervisor(working_office: Office) -> None:
    office = working_office
    case = await _opened(office)
    await office.by("rep").post(f"/api/cases/{case}/events/customer-withdrew", {"data": {}})
    assert (await office.by("rep").post(f"/api/cases/{case}/reopen", {"reason": "called again"})).status_code == 403
    answer = await office.by("supervisor").post(f"/api/cases/{case}/reopen", {"reason": "called again"})
    assert answer.json()["state"] == ["review"], answer.text


async def test_an_event_to_an_account_reaches_its_open_cases(working_office: Office) -> None:
    office = working_office
    case = await _opened(office)
    answer = await office.by("rep").post("/api/accounts/a-1/events/customer-withdrew", {"data": {}})
    assert [(each["case"], each["taken"]) for each in answer.json()["reached"]] == [(case, True)], answer.text
    nobody = await office.by("rep").post("/api/accounts/a-1/events/customer-withdrew", {"data": {}})
    assert (nobody.status_code, nobody.json()["code"]) == (409, "unknown-here")


async def test_a_hold_takes_effect_at_once(working_office: Office) -> None:
    office = working_office
    case = await _opened(office)
    refused = await office.by("rep").post("/api/accounts/a-1/holds", {"kind": "bankruptcy"})
    assert refused.status_code == 403
    placed = await office.by("supervisor").post("/api/accounts/a-1/holds", {"kind": "bankruptcy", "reason": "filed"})
    assert placed.status_code == 201, placed.text
    with office.store.reading() as session:
        assert session.get_one(CaseRow, case).hold_version == 1
    assert list((await office.by("rep").get(f"/api/cases/{case}")).json()["holds"]) == ["bankruptcy"]
    again = await office.by("supervisor").post("/api/accounts/a-1/holds", {"kind": "bankruptcy"})
    assert again.status_code == 409
    released = await office.by("supervisor").post("/api/accounts/a-1/holds/bankruptcy/release", {"reason": "dismissed"})
    assert released.json()["released_by"] == "supervisor"
    assert (await office.by("rep").get(f"/api/cases/{case}")).json()["holds"] == {}


async def test_a_payment_is_posted_once_and_lowers_what_is_owed(working_office: Office) -> None:
    office = working_office
    await _opened(office)
    body = {"amount_usd": "84.10", "received": "2026-03-09", "method": "cash"}
    first = await office.by("rep").post("/api/accounts/a-1/payments", body, Idempotency_Key="p")
    again = await office.by("rep").post("/api/accounts/a-1/payments", body, Idempotency_Key="p")
    assert (first.status_code, again.json()) == (201, first.json()), first.text
    assert (await office.by("rep").get("/api/accounts/a-1")).json()["balance_usd"] == "0.00"


async def test_an_act_on_a_step_that_the_history_does_not_hold_is_to_be_sent_again(working_office: Office) -> None:
    office = working_office
    case = await _opened(office)
    ahead = office.task(case=case, run=2)
    refused = await office.by("rep").post(f"/api/tasks/{ahead}/complete", {"outcome": "explained", "form": {}})
    assert (refused.status_code, refused.json()["code"]) == (409, "unknown-here")
    with office.store.writing() as session:
        session.get_one(CaseRow, case).step_no += 1
    later = await office.by("rep").post(f"/api/tasks/{ahead}/complete", {"outcome": "explained", "form": {}})
    assert (later.status_code, later.json()["code"]) == (503, "not-ready")
