"""What browsers hold against other sites: no script or style within a page, forms and calls that only our pages can send,
cookies that no script reads, headers on every answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from typing import Final

import httpx
import pytest

from api.app import create_app
from api.headers import ALWAYS
from tests.api.calling import EVERYBODY, Things, allowed, call, called, sent
from tests.api.endpoints import PAGES, REST, TABLE
from tests.api.office import PASSWORD, Office

PAGE: Final = {"Accept": "text/html"}
SHOWN: Final = [name for name in TABLE if name.startswith("GET ")]
FORMS: Final = [name for name in PAGES if name.startswith("POST ")]
WRITES: Final = [name for name in REST if not name.startswith("GET ")]
#: Forms without a session's token: there is none yet, or they change nothing but this browser's looks. They are taken from
#: our own pages alone.
WITHOUT_TOKEN: Final = ("POST /sign-in", "POST /unlock", "POST /preferences")
HARMLESS: Final = "POST /awake"  #: says that somebody is there; another site's form carries no session (SameSite)
#: Calls that change nothing, and so need no key.
READS_BY_POST: Final = (
    "POST /api/accounts/search",
    "POST /api/applicants/search",
    "POST /api/definitions/check",
    "POST /api/tasks/{task_id}/foresee",
    "POST /api/migrations/foresee",
    "POST /api/codec/decode",
    "POST /api/codec/encode",
)


class Inline(HTMLParser):
    """Collects what a Content-Security-Policy without `unsafe-inline` does not let a page have."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if (tag == "script" and "src" not in named) or tag in ("style", "base", "object", "embed", "iframe"):
            self.found.append(tag)
        for name, value in attrs:
            if name == "style" or name.startswith(("on", "hx-on")):
                self.found.append(f"{tag} {name}")
            if name in ("href", "src", "action", "formaction") and (value or "").strip().lower().startswith(
                ("javascript:", "data:text")
            ):
                self.found.append(f"{tag} {name}={value}")
            if name == "src" and tag == "script" and not (value or "").startswith("/static/"):
                self.found.append(f"script from {value}")


@pytest.mark.parametrize("name", SHOWN)
async def test_no_page_holds_script_or_style_and_each_answer_has_the_headers(
    furnished: tuple[Office, Things], name: str
) -> None:
    user = next(user for user in reversed(EVERYBODY) if allowed(user, TABLE[name]))
    answer = await called(*furnished, name, user)
    for header, value in ALWAYS.items():
        assert answer.headers[header] == value
    # A worker holds no data, and a browser asks each time whether it is still the newest.
    assert answer.headers["Cache-Control"] == ("no-cache" if name == "GET /crew/worker.js" else "no-store")
    if "html" in answer.headers.get("content-type", ""):
        page = Inline()
        page.feed(answer.text)
        assert page.found == []


def test_the_policy_lets_nothing_in_that_stands_in_a_page_or_on_another_host() -> None:
    policy = ALWAYS["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    for loose in ("unsafe", "*", "http:", "https:"):
        assert loose not in policy
    assert "frame-ancestors 'none'" in policy
    assert "base-uri 'none'" in policy
    assert "form-action 'self'" in policy


@pytest.mark.parametrize("name", FORMS)
async def test_a_form_that_another_site_sends_is_refused(furnished: tuple[Office, Things], name: str) -> None:
    if name == HARMLESS:
        return
    user = next(user for user in reversed(EVERYBODY) if allowed(user, TABLE[name]))
    made = call(*furnished, name, user)
    made.headers["Sec-Fetch-Site"] = "cross-site"
    made.body["data"].pop("form-token")
    answer = await sent(furnished[0], made)
    assert answer.status_code == 403, answer.text
    assert "form-expired" in answer.text


@pytest.mark.parametrize("name", WITHOUT_TOKEN)
async def test_a_browser_that_does_not_say_whose_page_it_was_is_asked_for_the_origin(
    furnished: tuple[Office, Things], name: str
) -> None:
    made = call(*furnished, name, "rep")
    made.headers["Origin"] = "https://elsewhere.test"
    assert (await sent(furnished[0], made)).status_code == 403
    made.headers["Origin"] = "http://desk.test"
    assert (await sent(furnished[0], made)).status_code != 403


@pytest.mark.parametrize("name", WRITES)
async def test_a_browsers_session_writes_only_with_a_header_that_no_form_can_send(
    furnished: tuple[Office, Things], name: str
) -> None:
    office, _things = furnished
    user = next(user for user in reversed(EVERYBODY) if allowed(user, TABLE[name]))
    made = call(*furnished, name, user)
    made.headers = {"Cookie": f"headgate={office.tokens[user]}", "If-Match": '"0"'}
    answer = await sent(office, made)
    keyless = (answer.status_code, "idempotency-key" in answer.text) == (400, True)
    assert keyless != (name in READS_BY_POST), answer.text


@pytest.mark.parametrize("told_by", ["the connection", "the settings"])
async def test_over_https_the_session_is_a_cookie_of_this_host_alone(office: Office, told_by: str) -> None:
    base = "https://desk.test" if told_by == "the connection" else "http://desk.test"
    if told_by == "the settings":
        office.app.state.services = replace(office.services, address="https://desk.test")
    transport = httpx.ASGITransport(app=office.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=base) as http:
        answer = await http.post("/sign-in", data={"name": "rep", "password": PASSWORD})
        said = {part.strip().lower() for part in answer.headers["set-cookie"].split(";")}
        name, _equals, token = answer.headers["set-cookie"].partition(";")[0].partition("=")
        assert name == "__Host-headgate"
        assert {"httponly", "secure", "samesite=lax", "path=/"} <= said
        assert not any(part.startswith("domain") for part in said)
        assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")
        http.cookies.clear()
        assert (await http.get("/api/me", headers={"Cookie": f"__Host-headgate={token}"})).status_code == 200
        # A neighbour, or somebody between, can set a cookie without the prefix: it counts for nothing.
        assert (await http.get("/api/me", headers={"Cookie": f"headgate={token}"})).status_code == 401


async def test_a_session_is_a_cookie_that_no_script_reads(office: Office) -> None:
    answer = await office.http.post("/sign-in", data={"name": "rep", "password": PASSWORD})
    said = {part.strip().lower() for part in answer.headers["set-cookie"].split(";")}
    assert {"httponly", "samesite=lax"} <= said
    assert "secure" not in said  # over plain http on one machine a browser would drop it
    assert "Strict-Transport-Security" not in answer.headers
    office.http.cookies.clear()


def test_no_answer_lets_pages_of_other_sites_read_it() -> None:
    def names() -> Iterator[str]:
        for middleware in create_app(lambda: None).user_middleware:  # type: ignore[arg-type, return-value]  # never started
            yield str(middleware.cls)

    assert not any("CORS" in name for name in names())
