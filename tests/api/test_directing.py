"""A supervisor directs others' work: how pressing, who does it, who is away; one at a time and several at once."""

from __future__ import annotations

from tests.api.office import Office


async def test_a_supervisor_raises_a_task_and_others_may_not(office_on_each: Office) -> None:
    office = office_on_each
    task = office.task()
    raised = await office.by("supervisor").post(f"/api/tasks/{task}/prioritize", {"priority": "urgent"})
    assert (raised.status_code, raised.json()["priority"]) == (200, "urgent"), raised.text
    assert (await office.by("rep").post(f"/api/tasks/{task}/prioritize", {"priority": "low"})).status_code == 403
    assert (await office.by("auditor").post(f"/api/tasks/{task}/prioritize", {"priority": "low"})).status_code == 403
    [first] = (await office.by("rep").get("/api/tasks", queue="customer-service")).json()["items"]
    assert first["priority"] == "urgent"


async def test_several_tasks_are_given_away_and_each_says_what_became_of_it(office_on_each: Office) -> None:
    office = office_on_each
    free, hers = office.task(), office.task(assignee="rep", state="claimed")
    body = {"tasks": [free, hers, "c-none.1"], "to": "rep2"}
    given = (await office.by("supervisor").post("/api/tasks/assign", body)).json()
    assert [(each["done"], each["code"]) for each in given["results"]] == [
        (True, None), (True, None), (False, "not-found"),
    ]  # fmt: skip
    assert given["done"] == 2
    again = (await office.by("supervisor").post("/api/tasks/assign", {"tasks": [free], "to": "rep2"})).json()
    assert "has this task already" in again["results"][0]["sentence"]
    raised = await office.by("supervisor").post("/api/tasks/prioritize", {"tasks": [free, hers], "priority": "low"})
    assert raised.json()["done"] == 2
    assert (await office.by("rep").post("/api/tasks/assign", body)).json()["done"] == 0


async def test_nothing_chosen_is_said_and_nothing_done(office: Office) -> None:
    answer = await office.by("supervisor").post("/api/tasks/assign", {"tasks": [], "to": "rep"})
    assert answer.status_code == 422
