"""Signing in at the district's identity provider: a real OpenID provider, run beside the tests."""

from __future__ import annotations

import subprocess
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from sqlalchemy import update
from sqlmodel import select

from api.security.openid import OpenIdProvider
from headgate import assets
from headgate.prepare import identity_provider
from headgate.temporal_server import free_port
from store import people
from store.tables.audit import Audit
from store.tables.people import SignIn, User
from tests.api.office import PASSWORD, Office
from tests.openid.at_the_provider import signed_in_there

BACK: Final = "http://desk.test/sign-in/openid/back"
HTML: Final = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """The issuer of a provider of this file's own."""
    identity_provider(print)
    port, node = free_port(), assets.node()
    assert node is not None
    folder = assets.ROOT / "tests" / "openid"
    words = [str(node), "provider.mjs", str(port), BACK]
    with subprocess.Popen(words, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as running:
        assert running.stdout is not None
        assert running.stdout.readline().strip() == "listening"
        yield f"http://127.0.0.1:{port}"
        running.terminate()


@pytest.fixture
def provider(issuer: str) -> OpenIdProvider:
    return OpenIdProvider(
        issuer=issuer,
        client_id="headgate",
        client_secret="kept-for-tests-only",
        claim="preferred_username",
        title="Sign in with the district's account",
    )


@pytest.fixture
async def desk(office: Office, provider: OpenIdProvider) -> AsyncIterator[Office]:
    """An office that knows the provider."""
    office.app.state.services = replace(office.services, openid=provider)
    yield office
    office.http.cookies.clear()


async def at_the_door(desk: Office, user: str, **asked: str) -> httpx.Response:
    """The answer to somebody who signs in at the provider and comes back."""
    led = await desk.http.get("/sign-in/openid", params=asked)
    assert led.status_code == 303
    back = await signed_in_there(led.headers["location"], user)
    return await desk.http.get(back.raw_path.decode(), headers=HTML)


def audited(desk: Office) -> list[tuple[str, str, bool, str | None]]:
    with desk.store.reading() as session:
        rows = session.exec(select(Audit).where(Audit.object_kind == "user").order_by(Audit.id)).all()  # type: ignore[arg-type]
        return [(row.act, row.person, row.allowed, row.rule) for row in rows]


async def test_the_sign_in_page_has_a_link_to_the_provider(desk: Office) -> None:
    page = await desk.http.get("/sign-in?then=/lists")
    assert 'href="/sign-in/openid?then=%2Flists"' in page.text
    led = urlsplit((await desk.http.get("/sign-in/openid?then=/lists")).headers["location"])
    asked = {name: values[0] for name, values in parse_qs(led.query).items()}
    assert (asked["response_type"], asked["code_challenge_method"], asked["redirect_uri"]) == ("code", "S256", BACK)
    assert min(len(asked[name]) for name in ("state", "nonce", "code_challenge")) >= 43


async def test_who_is_a_user_here_is_signed_in_and_led_to_the_page_that_was_asked_for(desk: Office) -> None:
    answer = await at_the_door(desk, "rep", then="/accounts")
    assert (answer.status_code, answer.headers["location"]) == (303, "/accounts")
    assert (await desk.http.get("/accounts", headers=HTML)).status_code == 200
    assert (await desk.http.get("/api/me")).json()["id"] == "rep"
    assert audited(desk) == [("sign-in", "rep", True, "identity provider")]


async def test_who_is_no_user_here_stays_out_and_is_told_so(desk: Office) -> None:
    answer = await at_the_door(desk, "somebody")
    assert answer.status_code == 401
    assert "nobody here has that name" in answer.text
    assert "headgate" not in desk.http.cookies
    assert audited(desk) == [("sign-in", "nobody", False, "identity provider")]


async def test_who_has_left_stays_out(desk: Office) -> None:
    with desk.store.writing() as session:
        people.leave(session, "rep", desk.services.today(), datetime.now(UTC))
    assert (await at_the_door(desk, "rep")).status_code == 401


async def test_users_may_be_known_by_a_verified_address(desk: Office, provider: OpenIdProvider) -> None:
    provider.claim = "email"
    with desk.store.writing() as session:
        session.get_one(User, "rep").email = "Rosa@District.test"
        session.get_one(User, "rep2").email = "new@district.test"
    assert (await at_the_door(desk, "rosa")).status_code == 303
    assert (await desk.http.get("/api/me")).json()["id"] == "rep"
    unverified = await at_the_door(desk, "new")
    assert unverified.status_code == 401
    assert "has not verified the address" in unverified.text


async def test_an_answer_counts_once_and_only_in_the_browser_that_asked(desk: Office) -> None:
    led = await desk.http.get("/sign-in/openid")
    back = (await signed_in_there(led.headers["location"], "rep")).raw_path.decode()
    kept = dict(desk.http.cookies)
    desk.http.cookies.clear()
    elsewhere = await desk.http.get(back)
    assert elsewhere.headers["location"] == "/sign-in"
    # Another sign-in that this browser has begun is not this one's: whoever sends somebody their own answer gains nothing.
    await desk.http.get("/sign-in/openid")
    assert "belongs to another sign-in" in (await desk.http.get(back, headers=HTML)).text
    desk.http.cookies.update(kept)
    assert (await desk.http.get(back)).status_code == 303
    desk.http.cookies.update(kept)
    assert (await desk.http.get(back, headers=HTML)).status_code == 401


async def test_an_answer_with_another_nonce_verifier_or_client_is_not_trusted(
    desk: Office, provider: OpenIdProvider
) -> None:
    from api.security.openid import Begun, OpenIdError

    for wrong in ("nonce", "verifier", "client"):
        led = await desk.http.get("/sign-in/openid")
        begun = Begun.from_cookie(desk.http.cookies["headgate-openid"])
        assert begun is not None
        answer = dict((await signed_in_there(led.headers["location"], "rep")).params)
        asked = provider
        if wrong == "client":
            asked = replace(provider, client_secret="guessed")
        else:
            begun = replace(begun, **{wrong: "x" * 43})
        with pytest.raises(OpenIdError):
            asked.who(begun, answer, BACK)


async def test_a_provider_that_does_not_answer_leaves_the_password(desk: Office, provider: OpenIdProvider) -> None:
    provider.issuer = f"http://127.0.0.1:{free_port()}"
    answer = await desk.http.get("/sign-in/openid", headers=HTML)
    assert answer.status_code == 503
    assert 'name="password"' in answer.text


async def test_where_passwords_are_not_used_the_provider_is_the_only_way(desk: Office) -> None:
    desk.app.state.services = replace(desk.app.state.services, passwords=False)
    page = await desk.http.get("/sign-in")
    assert 'name="password"' not in page.text
    assert "/sign-in/openid" in page.text
    assert (await desk.http.post("/sign-in", data={"name": "rep", "password": PASSWORD})).status_code == 401
    assert (await at_the_door(desk, "rep")).status_code == 303
    cover = (await desk.http.get("/", headers=HTML)).text.partition('<dialog id="locked"')[2]
    assert "unlock-password" not in cover
    assert "goes on after signing in again." in cover
    assert "/sign-in/openid?then=%2F&amp;again=true" in cover


async def test_a_locked_session_is_opened_by_signing_in_again_and_stays_the_same(desk: Office) -> None:
    desk.app.state.services = replace(desk.app.state.services, idle=timedelta(minutes=30))
    await at_the_door(desk, "rep")
    session_token = desk.http.cookies["headgate"]
    then = datetime.now(UTC) - timedelta(minutes=31)
    with desk.store.writing() as session:
        session.execute(update(SignIn).where(SignIn.kind == "session").values(made_at=then, seen_at=then))  # type: ignore[arg-type]
    locked = await desk.http.get((await desk.http.get("/", headers=HTML)).headers["location"])
    assert 'name="unlock-password"' in locked.text
    assert "/sign-in/openid?then=%2F&amp;again=true" in locked.text
    answer = await at_the_door(desk, "rep", then="/lists", again="true")
    assert answer.headers["location"] == "/lists"
    assert desk.http.cookies["headgate"] == session_token
    assert (await desk.http.get("/", headers=HTML)).status_code == 200
    assert audited(desk)[-1] == ("unlock", "rep", True, "identity provider")
