"""Operators move a case to another state over HTTP: two persons, a reason, the audit; laws and holds bind all the same."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlmodel import col, select

from store.tables.audit import Audit
from tests.api.office import Office
from tests.api.office_cases import DISTRICT


@pytest.fixture
def two(working_office: Office) -> Office:
    """An office in which leads may move cases, too."""
    lead = DISTRICT.roles["lead"]
    roles = {**DISTRICT.roles, "lead": lead.model_copy(update={"rights": (*lead.rights, "move-cases")})}
    district = DISTRICT.model_copy(update={"roles": roles})
    working_office.app.state.services = replace(working_office.services, district=district)
    return working_office


async def opened(office: Office, case: str = "complaint") -> str:
    answer = await office.by("supervisor").post("/api/cases", {"case": case, "data": {"account": "a-1"}})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["case"])


async def asked(office: Office, case: str, target: str, by: str = "supervisor") -> str:
    answer = await office.by(by).post(f"/api/cases/{case}/moves", {"target": target, "reason": "it hangs here"})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def test_a_case_is_moved_once_a_second_person_agrees(two: Office) -> None:
    case = await opened(two)
    move = await asked(two, case, "rereading")
    alone = await two.by("supervisor").post(f"/api/moves/{move}/agree")
    assert (alone.status_code, "second person" in alone.json()["detail"]) == (403, True)
    assert (await two.by("rep").post(f"/api/moves/{move}/agree")).status_code == 403
    assert [each["id"] for each in (await two.by("auditor").get("/api/moves")).json()["items"]] == [move]
    agreed = await two.by("lead").post(f"/api/moves/{move}/agree", Idempotency_Key="once")
    assert (agreed.status_code, agreed.json()["state"]) == (200, ["rereading"]), agreed.text
    again = await two.by("lead").post(f"/api/moves/{move}/agree", Idempotency_Key="once")
    assert (again.status_code, again.json()["step"]) == (200, agreed.json()["step"])
    [shown] = (await two.by("rep").get(f"/api/cases/{case}/moves")).json()["items"]
    assert (shown["status"], shown["asked_by"], shown["decided_by"]) == ("moved", "supervisor", "lead")
    steps = (await two.by("rep").get(f"/api/cases/{case}/steps")).json()["items"]
    assert steps[-1]["event"] == "moved to rereading"
    assert steps[-1]["note"] == "it hangs here (approved by lead)"
    with two.store.reading() as session:
        rows = session.exec(select(Audit).where(Audit.case_id == case).order_by(col(Audit.id))).all()
    acts = [(row.act, row.person, row.allowed) for row in rows]
    assert ("ask-move", "supervisor", True) in acts
    assert ("move-case", "supervisor", False) in acts
    assert ("move-case", "supervisor", True) in acts


async def test_a_law_bars_the_move_that_two_persons_want(two: Office) -> None:
    case = await opened(two, "guarded")
    move = await asked(two, case, "locked")
    barred = await two.by("lead").post(f"/api/moves/{move}/agree")
    assert (barred.status_code, barred.json()["code"]) == (409, "barred"), barred.text
    [shown] = (await two.by("rep").get(f"/api/cases/{case}/moves")).json()["items"]
    assert shown["status"] == "asked"


async def test_a_state_that_is_not_there_is_said_and_a_move_is_refused(two: Office) -> None:
    case = await opened(two)
    wrong = await two.by("lead").post(f"/api/cases/{case}/moves", {"target": "rereadin", "reason": "x"})
    assert (wrong.status_code, '"rereading" is near' in wrong.json()["detail"]) == (422, True), wrong.text
    move = await asked(two, case, "rereading")
    refused = await two.by("lead").post(f"/api/moves/{move}/refuse", {"reason": "let it be"})
    assert (refused.json()["status"], refused.json()["refusal"]) == ("refused", "let it be")
    late = await two.by("lead").post(f"/api/moves/{move}/agree")
    assert (late.status_code, "decided already" in late.json()["detail"]) == (409, True)


async def test_many_are_asked_for_and_agreed_to_with_a_result_for_each(two: Office) -> None:
    case = await opened(two)
    asked_for = await two.by("supervisor").post(
        "/api/moves", {"cases": [case, "c-nothing"], "target": "rereading", "reason": "they hang"}
    )
    assert [(each["id"], each["done"], each["code"]) for each in asked_for.json()["results"]] == [
        (case, True, None),
        ("c-nothing", False, "not-found"),
    ]
    waiting = [each["id"] for each in (await two.by("lead").get("/api/moves")).json()["items"]]
    done = (await two.by("lead").post("/api/moves/agree", {"moves": [*waiting, "mv-nothing"]})).json()
    assert ([each["done"] for each in done["results"]], done["done"]) == ([True, False], 1)
    assert (await two.by("rep").get(f"/api/cases/{case}")).json()["state"] == ["rereading"]
