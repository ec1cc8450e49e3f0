"""Sessions and tokens end: at their time, when they are ended, everywhere at once; and each sign-in is a session of its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from api.security.passwords import wrong_with
from store.tables.people import SignIn
from tests.api.office import PASSWORD, Office
from tests.api.pages_office import sent

HTML = {"Accept": "text/html"}


async def signed_in(office: Office) -> str:
    """The token of a new browser session."""
    answer = await office.http.post("/sign-in", data={"name": "rep", "password": PASSWORD})
    assert answer.status_code == 303
    return office.http.cookies["headgate"]


async def test_each_sign_in_is_a_new_session_and_ends_the_one_before(office: Office) -> None:
    first = await signed_in(office)
    second = await signed_in(office)
    assert first != second
    office.http.cookies.clear()
    assert (await office.http.get("/api/me", headers={"Cookie": f"headgate={first}"})).status_code == 401
    assert (await office.http.get("/api/me", headers={"Cookie": f"headgate={second}"})).status_code == 200


async def test_signing_out_ends_the_session_itself_and_not_the_cookie_alone(office: Office) -> None:
    token = await signed_in(office)
    office.http.cookies.clear()
    headers = {"Cookie": f"headgate={token}"}
    office.tokens["rep"] = token
    assert (await sent(office, "rep", "/sign-out")).status_code == 303
    assert (await office.http.get("/api/me", headers=headers)).status_code == 401


async def test_a_session_ends_after_its_hours_however_busy_it_is(office: Office) -> None:
    office.app.state.services = replace(office.services, session_lasts=timedelta(hours=2))
    token = await signed_in(office)
    with office.store.writing() as session:
        row = session.execute(SignIn.__table__.select().where(SignIn.kind == "session")).one()  # type: ignore[attr-defined]
        assert row.expires_at - row.made_at == timedelta(hours=2)
        session.execute(update(SignIn).where(SignIn.id == row.id).values(expires_at=datetime.now(UTC)))  # type: ignore[arg-type]
    assert (await office.http.get("/", headers={"Cookie": f"headgate={token}"} | HTML)).status_code == 303


async def test_who_signs_out_everywhere_stays_where_they_ask(office: Office) -> None:
    elsewhere = await signed_in(office)
    office.http.cookies.clear()
    rep = office.by("rep")
    assert (await rep.delete("/api/users/rep/sign-ins")).status_code == 204
    assert (await rep.get("/api/me")).status_code == 200
    assert (await office.http.get("/api/me", headers={"Cookie": f"headgate={elsewhere}"})).status_code == 401
    said = await sent(office, "rep", "/me/end-sign-ins")
    assert "signed out everywhere else" in said.text


async def test_who_keeps_people_signs_others_out_everywhere(office: Office) -> None:
    assert (await sent(office, "supervisor", "/people/rep/end-sign-ins")).status_code == 303
    assert (await office.by("rep").get("/api/me")).status_code == 401
    assert (await office.by("lead").delete("/api/users/rep/sign-ins")).status_code == 403


@pytest.mark.parametrize(
    "guessed", ["password1234", "qwertyuiop123", "aaaaaaaaaaaa", "headgateheadgate", "RosaDelgado1"]
)
async def test_a_password_that_is_guessed_early_is_refused(office: Office, guessed: str) -> None:
    assert wrong_with(guessed, "rep", "Rosa Delgado", "rosadelgado") is not None


async def test_a_password_is_long_and_needs_nothing_else(office: Office) -> None:
    rep = office.by("rep")
    assert (await rep.post("/api/me/password", {"present": PASSWORD, "new": "elevenchars"})).status_code == 422
    early = await rep.post("/api/me/password", {"present": PASSWORD, "new": "password1234"})
    assert "easily guessed" in early.json()["fields"]["new"]
    assert wrong_with("long enough " * 20) == "has at most 128 characters"
    for fine in ("all lower case, plain words", "contraseña larga y mía", "水" * 6 + "井戸と水門と夜"):
        assert wrong_with(fine, "rep") is None
