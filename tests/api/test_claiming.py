"""Taking work and giving it back (workflow resource patterns: pull and detour)."""

from __future__ import annotations

import asyncio

from sqlmodel import select

from store.tables.audit import Audit
from store.tables.cases import TaskHelper, TaskRow
from tests.api.office import MONDAY, Office


async def test_pattern_21_a_person_claims_a_task_of_their_queue(office: Office) -> None:
    task = office.task()
    answer = await office.by("rep").post(f"/api/tasks/{task}/claim")
    assert answer.status_code == 200, answer.text
    assert answer.json()["assignee"] == "rep"
    assert answer.headers["ETag"] == '"1"'
    with office.store.reading() as session:
        [row] = session.exec(select(Audit).where(Audit.act == "claim")).all()
    assert (row.person, row.object_id, row.allowed, row.rule) == ("rep", task, True, "queue customer-service")


async def test_the_second_to_claim_is_told_who_was_first(office: Office) -> None:
    task = office.task()
    await office.by("rep").post(f"/api/tasks/{task}/claim")
    answer = await office.by("rep2").post(f"/api/tasks/{task}/claim")
    assert answer.status_code == 409
    problem = answer.json()
    assert problem["type"] == "/problems/already-claimed"
    assert problem["assignee"] == "rep"
    assert "rep has this task" in problem["detail"]
    with office.store.reading() as session:
        [row] = session.exec(select(Audit).where(Audit.person == "rep2")).all()
    assert (row.allowed, row.code) == (False, "already-claimed")


async def test_of_many_who_claim_at_once_one_wins(office_on_each: Office) -> None:
    office = office_on_each
    task = office.task()
    people = ("rep", "rep2", "lead") * 4
    answers = await asyncio.gather(*(office.by(user).post(f"/api/tasks/{task}/claim") for user in people))
    winners = {user for user, answer in zip(people, answers, strict=True) if answer.status_code == 200}
    assert len(winners) == 1
    assert {answer.status_code for answer in answers} == {200, 409}


async def test_pattern_4_a_person_outside_the_queue_may_not_claim(office: Office) -> None:
    task = office.task()
    answer = await office.by("finance").post(f"/api/tasks/{task}/claim")
    assert answer.status_code == 403
    assert "queue “Customer service”" in answer.json()["detail"]


async def test_the_auditor_claims_nothing(office: Office) -> None:
    task = office.task()
    answer = await office.by("auditor").post(f"/api/tasks/{task}/claim")
    assert answer.status_code == 403
    assert "change nothing" in answer.json()["detail"]


async def test_pattern_5_separation_of_duties_holds_at_the_claim(office: Office) -> None:
    done = office.task(state="completed", closed_by="supervisor", closed_at=MONDAY, closed_step=1)
    case = done.rpartition(".")[0]
    task = office.task(case=case, run=2, name="adjusting", place="adjusting", queue="supervisors", not_by=["review"])
    answer = await office.by("supervisor").post(f"/api/tasks/{task}/claim")
    assert answer.status_code == 403
    assert "separation of duties" in answer.json()["detail"]


async def test_who_helped_counts_for_the_separation_of_duties(office: Office) -> None:
    done = office.task(state="completed", closed_by="rep", closed_at=MONDAY, closed_step=1)
    with office.store.writing() as session:
        session.add(TaskHelper(task_id=done, user_id="supervisor", added_by="rep", added_at=MONDAY))
    task = office.task(
        case=done.rpartition(".")[0], run=2, name="adjusting", place="adjusting", queue="supervisors", not_by=["review"]
    )
    answer = await office.by("supervisor").post(f"/api/tasks/{task}/claim")
    assert answer.status_code == 403


async def test_pattern_29_a_released_task_is_offered_again(office: Office) -> None:
    task = office.task()
    await office.by("rep").post(f"/api/tasks/{task}/claim")
    refused = await office.by("rep2").post(f"/api/tasks/{task}/release")
    assert refused.status_code == 403
    released = await office.by("rep").post(f"/api/tasks/{task}/release")
    assert (released.json()["state"], released.json()["assignee"]) == ("open", None)
    assert (await office.by("rep2").post(f"/api/tasks/{task}/claim")).status_code == 200


async def test_the_next_one_is_the_most_pressing_that_the_person_may_do(office: Office) -> None:
    office.task(priority=2)
    urgent = office.task(priority=0)
    office.task(priority=0, queue="supervisors")
    answer = await office.by("rep").post("/api/tasks/next", {})
    assert answer.json()["id"] == urgent


async def test_nobody_is_given_what_somebody_else_is_given(office_on_each: Office) -> None:
    office = office_on_each
    tasks = {office.task() for _ in range(6)}
    people = ("rep", "rep2", "lead") * 3
    answers = await asyncio.gather(*(office.by(user).post("/api/tasks/next", {}) for user in people))
    given = [answer.json()["id"] for answer in answers if answer.status_code == 200]
    assert sorted(given) == sorted(tasks)
    assert [answer.status_code for answer in answers].count(409) == 3


async def test_pattern_38_piled_execution_gives_one_of_the_same_kind(office: Office) -> None:
    office.task(name="other", priority=0)
    review = office.task(name="review")
    answer = await office.by("rep").post("/api/tasks/next", {"like": "review"})
    assert answer.json()["id"] == review


async def test_pattern_39_chained_execution_gives_the_next_of_the_same_case(office: Office) -> None:
    office.task(priority=0)
    first = office.task(state="completed", closed_by="rep", closed_at=MONDAY, closed_step=1)
    case = first.rpartition(".")[0]
    second = office.task(case=case, run=2, name="other")
    answer = await office.by("rep").post("/api/tasks/next", {"case": case})
    assert answer.json()["id"] == second


async def test_pattern_12_a_task_offered_to_one_person_is_theirs_alone(office: Office) -> None:
    task = office.task(queue=None, users=["rep2"])
    assert (await office.by("rep").post(f"/api/tasks/{task}/claim")).status_code == 403
    assert (await office.by("rep2").post("/api/tasks/next", {})).json()["id"] == task


async def test_a_confidential_accounts_task_is_passed_over_and_refused(office: Office) -> None:
    task = office.task(account_id="a-2")
    refused = await office.by("rep").post(f"/api/tasks/{task}/claim")
    assert (refused.status_code, refused.json()["code"]) == (403, "confidential")
    assert (await office.by("rep").post("/api/tasks/next", {})).status_code == 409
    assert (await office.by("rep").get("/api/tasks")).json()["items"] == []


async def test_pattern_40_a_crew_sees_its_own_orders_and_nothing_else(office: Office) -> None:
    office.task()
    order = office.task(kind="work-order", queue="meters", name="rereading", place="rereading")
    listed = await office.by("crew").get("/api/tasks")
    assert [task["id"] for task in listed.json()["items"]] == [order]
    other = office.task()
    assert (await office.by("crew").post(f"/api/tasks/{other}/claim")).status_code == 404
    assert (await office.by("crew").get("/api/cases/" + order.rpartition(".")[0])).status_code == 403


async def test_claiming_an_ended_task_says_how_it_ended(office: Office) -> None:
    task = office.task(state="completed", closed_by="rep2", closed_at=MONDAY, closed_step=1)
    answer = await office.by("rep").post(f"/api/tasks/{task}/claim")
    assert answer.status_code == 409
    assert "completed by rep2" in answer.json()["detail"]


async def test_a_claim_leaves_the_rest_of_the_row_as_it_was(office: Office) -> None:
    task = office.task(draft={"cause": "leak"})
    await office.by("rep").post(f"/api/tasks/{task}/claim")
    with office.store.reading() as session:
        row = session.get_one(TaskRow, task)
    assert (row.draft, row.state, row.claimed_at) == ({"cause": "leak"}, "claimed", MONDAY)
