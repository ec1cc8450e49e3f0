"""A session that nobody uses is locked: the password opens it where it was, and what was sent meanwhile is done after it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update
from sqlmodel import select

from store.tables.cases import Note
from store.tables.people import SignIn
from tests.api.office import PASSWORD, Office

HTML = {"Accept": "text/html"}


@pytest.fixture
async def desk(office: Office) -> Office:
    """An office whose representative has signed in with a browser, and where half an hour is too long."""
    office.app.state.services = replace(office.services, idle=timedelta(minutes=30))
    answer = await office.http.post("/sign-in", data={"name": "rep", "password": PASSWORD})
    assert answer.status_code == 303
    return office


def leave_for(office: Office, minutes: int) -> None:
    then = datetime.now(UTC) - timedelta(minutes=minutes)
    with office.store.writing() as session:
        session.execute(update(SignIn).where(SignIn.kind == "session").values(made_at=then, seen_at=then))  # type: ignore[arg-type]


async def test_who_was_away_is_asked_for_the_password_and_comes_back(desk: Office) -> None:
    leave_for(desk, 29)
    assert (await desk.http.get("/?queue=customer-service", headers=HTML)).status_code == 200
    leave_for(desk, 31)
    answer = await desk.http.get("/?queue=customer-service", headers=HTML)
    assert answer.headers["location"] == "/unlock?then=%2F%3Fqueue%3Dcustomer-service"
    wrong = await desk.http.post("/unlock", data={"unlock-then": "/", "unlock-password": "nonsense"})
    assert wrong.status_code == 401
    right = await desk.http.post(
        "/unlock", data={"unlock-then": "/?queue=customer-service", "unlock-password": PASSWORD}
    )
    assert (right.status_code, right.headers["location"]) == (303, "/?queue=customer-service")
    assert (await desk.http.get("/", headers=HTML)).status_code == 200


async def test_a_page_that_asks_by_itself_does_not_count_as_somebody_being_there(desk: Office) -> None:
    leave_for(desk, 29)
    await desk.http.get("/", headers={**HTML, "X-Live": "1"})
    leave_for(desk, 31)
    assert (await desk.http.get("/", headers={**HTML, "X-Live": "1"})).status_code == 401
    leave_for(desk, 29)
    assert (await desk.http.post("/awake")).status_code == 204
    with desk.store.reading() as session:
        seen = session.exec(select(SignIn.seen_at).where(SignIn.kind == "session")).one()
    assert seen is not None
    assert datetime.now(UTC) - seen < timedelta(minutes=1)


async def test_a_form_that_was_sent_while_the_session_was_locked_is_done_once_after_the_password(desk: Office) -> None:
    task = desk.task()
    page = await desk.http.get(f"/tasks/{task}", headers=HTML)
    token = re.search(r'name="form-token" value="([^"]+)"', page.text)
    assert token is not None
    form = {"form-token": token[1], "key": "k-1", "text": "She calls back at <noon>."}
    leave_for(desk, 31)
    locked = await desk.http.post(f"/tasks/{task}/notes", data=form, headers=HTML)
    assert locked.status_code == 401
    assert "She calls back at &lt;noon&gt;." in locked.text
    then = f"/tasks/{task}/notes"
    sent = {**form, "unlock-then": then, "unlock-password": PASSWORD}
    opened = await desk.http.post("/unlock", data=sent)
    assert (opened.status_code, opened.headers["location"]) == (307, then)
    for _ in range(2):
        done = await desk.http.post(then, data=sent, headers=HTML)
        assert done.status_code == 303
    with desk.store.reading() as session:
        assert [note.text for note in session.exec(select(Note))] == ["She calls back at <noon>."]


async def test_nobody_gets_in_by_unlocking_a_session_that_has_ended(desk: Office) -> None:
    with desk.store.writing() as session:
        session.execute(update(SignIn).values(revoked_at=datetime.now(UTC)))
    answer = await desk.http.post("/unlock", data={"unlock-then": "/accounts", "unlock-password": PASSWORD})
    assert answer.headers["location"] == "/sign-in?then=%2Faccounts"


async def test_a_token_of_a_program_is_never_locked(desk: Office) -> None:
    leave_for(desk, 600)
    assert (await desk.by("rep").get("/api/me")).status_code == 200
