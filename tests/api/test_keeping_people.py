"""Keeping people: changes are in the audit, who leaves hands over, a password set by another is good once."""

from __future__ import annotations

from sqlmodel import select

from store.tables.audit import Audit
from store.tables.cases import TaskRow
from store.tables.people import User
from tests.api.office import PASSWORD, Office


async def version_of(office: Office, user: str) -> str:
    return str((await office.by("supervisor").get(f"/api/users/{user}")).headers["ETag"])


def rules(office: Office, act: str) -> list[str | None]:
    with office.store.reading() as session:
        return list(session.exec(select(Audit.rule).where(Audit.act == act, Audit.allowed)).all())


async def test_the_audit_says_what_was_changed_of_a_person_and_what_it_was(office: Office) -> None:
    changes = {"roles": ["lead", "rep"], "limits": [{"kind": "adjustment", "amount_usd": "150.00"}], "name": "Rosa D."}
    changed = await office.by("supervisor").patch("/api/users/rep", changes, If_Match=await version_of(office, "rep"))
    assert changed.status_code == 200, changed.text
    assert rules(office, "change-user") == [
        "right manage-people: name; roles rep → lead, rep; limits none → adjustment 150.00"
    ]


async def test_somebody_is_left_who_keeps_people(office: Office) -> None:
    refused = await office.by("supervisor").patch(
        "/api/users/supervisor", {"roles": ["rep"]}, If_Match=await version_of(office, "supervisor")
    )
    assert refused.status_code == 409
    assert "Nobody would be left" in refused.json()["detail"]


async def test_who_leaves_hands_over_what_the_heir_may_do_and_the_rest_goes_back_to_its_queue(office: Office) -> None:
    mine = office.task(title="Review the history", assignee="rep", state="claimed")
    barred = office.task(case="c-barred", run=1, state="completed", closed_by="rep2")
    theirs = office.task(case="c-barred", run=2, name="approve", not_by=["review"], assignee="rep", state="claimed")
    named = office.task(queue=None, users=["rep"], title="Call back")
    item = (await office.by("rep").post("/api/inbox", {"channel": "call", "subject": "Hose"})).json()["id"]
    await office.by("rep").post(f"/api/inbox/{item}/claim")
    with office.store.writing() as session:
        session.get_one(TaskRow, barred).closed_at = session.get_one(TaskRow, barred).opened_at

    path, etag = "/api/users/rep/leave", await version_of(office, "rep")
    assert (await office.by("supervisor").post(path, {"reason": "Moves away.", "to": "rep2"})).status_code == 428
    gone = await office.by("supervisor").post(path, {"reason": "Moves away.", "to": "rep2"}, If_Match=etag)
    assert gone.status_code == 200, gone.text
    now = {each["id"]: each["now"] for each in gone.json()["handed"]}
    assert now == {mine: "rep2", theirs: "queue customer-service", named: "rep2", item: "rep2"}
    with office.store.reading() as session:
        assert session.get_one(TaskRow, mine).assignee == "rep2"
        assert session.get_one(TaskRow, theirs).state == "open"
        assert session.get_one(TaskRow, named).users == ["rep2"]
        assert not session.get_one(User, "rep").active
    assert (await office.by("rep").get("/api/me")).status_code == 401
    assert rules(office, "let-user-go") == ["right manage-people: 4 handed over, Moves away."]


async def test_a_password_that_somebody_else_has_set_is_good_for_one_sign_in(office: Office) -> None:
    etag = await version_of(office, "rep2")
    await office.by("supervisor").patch("/api/users/rep2", {"password": "for the first day"}, If_Match=etag)
    sent = {"name": "rep2", "password": "for the first day"}
    first = await office.http.post("/sign-in", data=sent)
    assert (first.status_code, first.headers["location"]) == (303, "/me")
    office.http.cookies.clear()
    assert (await office.http.post("/sign-in", data=sent)).status_code == 401
    chosen = await office.by("rep2").post("/api/me/password", {"new": "one of my own, longer"})
    assert chosen.status_code == 204, chosen.text
    again = await office.http.post("/sign-in", data={"name": "rep2", "password": "one of my own, longer"})
    assert (again.status_code, again.headers["location"]) == (303, "/")
    office.http.cookies.clear()


async def test_ones_own_password_is_changed_by_who_knows_it_and_ends_other_sessions(office: Office) -> None:
    rep = office.by("rep")
    wrong = await rep.post("/api/me/password", {"present": "a wrong password", "new": "one of my own, longer"})
    assert wrong.json()["fields"] == {"present": "is not your password"}
    await office.http.post("/sign-in", data={"name": "rep", "password": PASSWORD})
    office.http.cookies.clear()
    sessions = (await rep.get("/api/users/rep/sign-ins")).json()["items"]
    assert sorted(each["kind"] for each in sessions) == ["session", "token"]
    assert (
        await rep.post("/api/me/password", {"present": PASSWORD, "new": "one of my own, longer"})
    ).status_code == 204
    [token] = (await rep.get("/api/users/rep/sign-ins")).json()["items"]
    assert token["kind"] == "token"
    assert (await office.by("rep2").delete(f"/api/users/rep/sign-ins/{token['id']}")).status_code == 403
    assert (await rep.delete(f"/api/users/rep/sign-ins/{token['id']}")).status_code == 204
    assert (await rep.get("/api/me")).status_code == 401
