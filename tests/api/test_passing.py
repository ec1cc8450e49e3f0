"""Passing work on (workflow resource patterns: delegation, reallocation, additional resources) and substitution."""

from __future__ import annotations

from datetime import date

from sqlmodel import select

from api.acts.passing import colleagues
from store import people
from store.tables.audit import Audit
from store.tables.cases import TaskRow
from store.tables.people import Absence, User
from store.tables.utility import Account
from tests.api.office import MONDAY, Office, counting


async def _claimed(office: Office, by: str = "rep", **fields: object) -> str:
    task = office.task(**fields)
    assert (await office.by(by).post(f"/api/tasks/{task}/claim")).status_code == 200
    return task


async def test_pattern_27_delegation(office: Office) -> None:
    task = await _claimed(office)
    answer = await office.by("rep").post(f"/api/tasks/{task}/delegate", {"to": "rep2"})
    assert answer.json()["assignee"] == "rep2", answer.text
    with office.store.reading() as session:
        [row] = session.exec(select(Audit).where(Audit.act == "delegate")).all()
    assert (row.person, row.allowed, row.rule) == ("rep", True, "assigned")


async def test_only_who_has_a_task_delegates_it(office: Office) -> None:
    task = await _claimed(office)
    answer = await office.by("lead").post(f"/api/tasks/{task}/delegate", {"to": "rep2"})
    assert answer.status_code == 403


async def test_nothing_is_delegated_to_somebody_who_may_not_do_it(office: Office) -> None:
    task = await _claimed(office)
    answer = await office.by("rep").post(f"/api/tasks/{task}/delegate", {"to": "finance"})
    assert answer.status_code == 403
    unknown = await office.by("rep").post(f"/api/tasks/{task}/delegate", {"to": "nobody"})
    assert (unknown.status_code, "to" in unknown.json()["fields"]) == (422, True)


async def test_pattern_14_a_supervisor_assigns_a_task(office: Office) -> None:
    task = office.task()
    refused = await office.by("rep").post(f"/api/tasks/{task}/assign", {"to": "rep2"})
    assert refused.status_code == 403
    answer = await office.by("supervisor").post(f"/api/tasks/{task}/assign", {"to": "rep2"})
    assert (answer.json()["assignee"], answer.json()["state"]) == ("rep2", "claimed")


async def test_pattern_30_stateful_reallocation_keeps_the_half_filled_form(office: Office) -> None:
    task = await _claimed(office, draft={"cause": "leak"})
    await office.by("rep").post(f"/api/tasks/{task}/hand-over", {"to": "rep2", "with_form": True})
    with office.store.reading() as session:
        row = session.get_one(TaskRow, task)
    assert (row.assignee, row.draft) == ("rep2", {"cause": "leak"})


async def test_pattern_31_stateless_reallocation_begins_with_an_empty_form(office: Office) -> None:
    task = await _claimed(office, draft={"cause": "leak"})
    await office.by("rep").post(f"/api/tasks/{task}/hand-over", {"to": "rep2", "with_form": False})
    with office.store.reading() as session:
        row = session.get_one(TaskRow, task)
    assert (row.assignee, row.draft) == ("rep2", None)


async def test_pattern_29_deallocation_by_declining(office: Office) -> None:
    task = office.task(users=["rep", "rep2"])
    answer = await office.by("rep").post(f"/api/tasks/{task}/decline")
    assert answer.json()["users"] == ["rep2"]


async def test_what_is_offered_to_one_person_alone_is_not_declined_into_nothing(office: Office) -> None:
    task = office.task(queue=None, users=["rep"])
    answer = await office.by("rep").post(f"/api/tasks/{task}/decline")
    assert answer.status_code == 409


async def test_pattern_43_an_additional_resource_helps(office: Office) -> None:
    task = await _claimed(office)
    answer = await office.by("rep").post(f"/api/tasks/{task}/helpers", {"helper": "lead"})
    assert answer.status_code == 200, answer.text
    again = await office.by("rep").post(f"/api/tasks/{task}/helpers", {"helper": "rep"})
    assert again.status_code == 409


async def test_a_substitute_does_what_is_offered_to_who_is_away(office: Office) -> None:
    task = office.task(queue=None, users=["rep"])
    assert (await office.by("rep2").post(f"/api/tasks/{task}/claim")).status_code == 403
    added = await office.by("rep").post(
        "/api/users/rep/absences", {"starts": "2026-03-09", "ends": "2026-03-13", "substitute": "rep2"}
    )
    assert added.status_code == 201, added.text
    answer = await office.by("rep2").post(f"/api/tasks/{task}/claim")
    assert answer.json()["assignee"] == "rep2"


async def test_a_substitute_takes_over_what_was_claimed(office: Office) -> None:
    task = await _claimed(office)
    with office.store.writing() as session:
        session.add(Absence(user_id="rep", starts=date(2026, 3, 9), ends=date(2026, 3, 9), substitute_id="rep2"))
    assert (await office.by("rep2").post(f"/api/tasks/{task}/claim")).json()["assignee"] == "rep2"


async def test_nothing_is_given_to_who_is_away(office: Office) -> None:
    task = office.task()
    with office.store.writing() as session:
        session.add(Absence(user_id="rep2", starts=date(2026, 3, 9), ends=date(2026, 3, 13), substitute_id="rep"))
    answer = await office.by("supervisor").post(f"/api/tasks/{task}/assign", {"to": "rep2"})
    assert answer.status_code == 409
    assert answer.json()["substitute"] == "rep"


async def test_a_half_filled_form_is_kept_only_from_the_version_that_was_read(office: Office) -> None:
    task = await _claimed(office)
    rep = office.by("rep")
    seen = (await rep.get(f"/api/tasks/{task}")).headers["ETag"]
    missing = await rep.put(f"/api/tasks/{task}/draft", {"form": {"cause": "leak"}})
    assert missing.status_code == 428
    kept = await rep.put(f"/api/tasks/{task}/draft", {"form": {"cause": "leak"}}, If_Match=seen)
    assert kept.status_code == 200, kept.text
    stale = await rep.put(f"/api/tasks/{task}/draft", {"form": {"cause": "misread"}}, If_Match=seen)
    assert (stale.status_code, stale.json()["code"]) == (412, "changed")
    form = (await rep.get(f"/api/tasks/{task}")).json()["form"]
    assert {field["name"]: field["value"] for field in form}["cause"] == "leak"


async def test_a_follow_up_date_lies_in_the_future_and_keeps_the_task_out_of_the_way(office: Office) -> None:
    task = await _claimed(office)
    rep = office.by("rep")
    past = await rep.post(f"/api/tasks/{task}/follow-up", {"at": "2026-03-01T08:00:00-08:00"})
    assert past.status_code == 409
    answer = await rep.post(f"/api/tasks/{task}/follow-up", {"at": "2026-03-16T08:00:00-07:00"})
    assert answer.json()["follow_up"] == "2026-03-16T08:00:00-07:00"
    await rep.post(f"/api/tasks/{task}/release")
    assert (await rep.post("/api/tasks/next", {})).status_code == 409


async def test_who_could_take_a_task_is_who_may_do_it_asked_once_for_all(office: Office) -> None:
    done = office.task(state="completed", name="review", closed_by="rep2", closed_at=MONDAY, closed_step=1)
    task = office.task(case=done.rpartition(".")[0], run=2, not_by=["review"], account_id="a-1")
    with office.store.writing() as session:
        session.get_one(Account, "a-1").confidential = True
        session.get_one(User, "lead").sees_confidential = True
        session.get_one(User, "rep2").sees_confidential = True

    def asked() -> tuple[list[str], int]:
        with counting(office) as statements, office.store.reading() as session:
            found = colleagues(session, office.services, session.get_one(TaskRow, task))
        return [short for short, _name in found], len(statements)

    names, few = asked()
    assert names == ["lead"], "rep2 did the review, and the others may not see the account"
    with office.store.writing() as session:
        for number in range(40):
            people.add_user(session, f"rep-{number}", "Another", roles=frozenset({"rep"}), by="lead", at=MONDAY)
    names, many = asked()
    assert (names, many) == (["lead"], few)
