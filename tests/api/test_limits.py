"""How often one may try to sign in, and how many requests a token may send: limits that settings set."""

from __future__ import annotations

import logging
from contextlib import asynccontextmanager
from dataclasses import replace

import httpx
import pytest
from sqlalchemy import update
from sqlmodel import select

from api.app import create_app
from api.security.pace import Pace
from store.tables.audit import Audit
from store.tables.people import SignInTries
from store.tries import Allowed
from tests.api.office import PASSWORD, Office


async def guess(http: httpx.AsyncClient, password: str = "a wrong one", name: str = "rep") -> httpx.Response:
    return await http.post("/sign-in", data={"name": name, "password": password})


def guessed_on(office: Office) -> None:
    """Somebody goes on guessing, until one waits for minutes."""
    with office.store.writing() as session:
        session.execute(update(SignInTries).values(tries=SignInTries.tries + 20))


async def test_guessing_waits_and_says_how_long_in_every_process(office: Office) -> None:
    office.app.state.services = replace(office.services, tries=Allowed(of_a_user=3))
    assert [(await guess(office.http)).status_code for _ in range(3)] == [401, 401, 401]
    guessed_on(office)

    @asynccontextmanager
    async def opened():  # type: ignore[no-untyped-def]
        yield replace(office.services, tries=Allowed(of_a_user=3))

    beside = create_app(opened)
    async with (
        beside.router.lifespan_context(beside),
        httpx.AsyncClient(transport=httpx.ASGITransport(app=beside), base_url="http://desk.test") as http,
    ):
        # The right password waits as well: otherwise the wait would tell it from a wrong one.
        waits = await guess(http, PASSWORD)
        assert waits.status_code == 429
        assert 200 < int(waits.headers["Retry-After"]) <= 300
        assert "many wrong passwords" in waits.text
        assert (await guess(http, name="rep2")).status_code == 401


async def test_whoever_tries_under_many_names_from_one_address_waits(office: Office) -> None:
    office.app.state.services = replace(office.services, tries=Allowed(of_an_address=4))
    answers = [await guess(office.http, name=f"user{number}") for number in range(4)]
    assert {answer.status_code for answer in answers} == {401}
    guessed_on(office)
    assert (await guess(office.http, name="user9")).status_code == 429


async def test_a_refused_sign_in_is_in_the_audit_without_what_was_typed(office: Office) -> None:
    await guess(office.http)
    await guess(office.http, name="hunter2, in the wrong field")
    with office.store.reading() as session:
        rows = session.exec(select(Audit).where(Audit.act == "sign-in")).all()
    assert [(row.person, row.object_id, row.allowed, row.code) for row in rows] == [
        ("rep", "rep", False, "not-signed-in"),
        ("nobody", "nobody", False, "not-signed-in"),
    ]


async def test_a_token_that_asks_too_often_is_told_when_it_goes_on(office: Office) -> None:
    now = [0.0]
    office.app.state.services = replace(office.services, pace=Pace(per_minute=30, clock=lambda: now[0]))
    rep, lead = office.by("rep"), office.by("lead")
    assert {(await rep.get("/api/me")).status_code for _ in range(30)} == {200}
    slowed = await rep.get("/api/me")
    assert (slowed.status_code, slowed.json()["code"], slowed.headers["Retry-After"]) == (429, "too-many-requests", "3")
    assert (await lead.get("/api/me")).status_code == 200
    now[0] += 2
    assert (await rep.get("/api/me")).status_code == 200
    assert (await rep.get("/api/me")).status_code == 429


async def test_what_signs_somebody_in_is_in_no_log(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        signed_in = await guess(office.http, PASSWORD)
        token = office.http.cookies["headgate"]
        await office.http.get("/", headers={"Accept": "text/html"})
        await office.http.post("/unlock", data={"unlock-password": "typed at the lock"})
        office.http.cookies.clear()
        await guess(office.http, "a wrong one")
        await office.by("rep").get("/api/accounts/nothing")
    assert signed_in.status_code == 303
    written = "\n".join(
        record.getMessage() for record in caplog.records if not record.name.startswith(("http", "asyncio"))
    )
    for secret in (PASSWORD, token, office.tokens["rep"], "typed at the lock", "a wrong one"):
        assert secret not in written
