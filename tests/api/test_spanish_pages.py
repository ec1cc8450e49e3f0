"""Pages in Spanish: what Headgate says itself is said in Spanish, what the district wrote stays."""

from __future__ import annotations

from typing import Any

import httpx
from sqlmodel import select

from api.security.form_tokens import form_token
from api.security.signin import SESSION_COOKIE
from store.tables.audit import Audit
from tests.api.office import PASSWORD, Office, opened
from tests.api.pages_office import seen, sent


async def leido(office: Office, by: str, path: str) -> str:
    """The page as this person reads it in Spanish."""
    answer = await office.http.get(path, headers=_headers(office, by))
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-language"] == "es"
    return answer.text


async def enviado(office: Office, by: str, path: str, **fields: Any) -> httpx.Response:
    """The answer, in Spanish, to a form that this person sends."""
    data = {**fields, "form-token": form_token(office.tokens[by]), "key": f"es-{by}-{path}"}
    return await office.http.post(path, data=data, headers=_headers(office, by))


def _headers(office: Office, by: str) -> dict[str, str]:
    return {"Cookie": f"{SESSION_COOKIE}={office.tokens[by]}; language=es", "Accept": "text/html"}


async def test_a_refused_act_says_why_in_spanish_and_is_kept_in_english(office: Office) -> None:
    task = opened(office)
    assert (await sent(office, "rep", f"/tasks/{task}/claim")).status_code in (200, 303)
    refused = await enviado(office, "rep2", f"/tasks/{task}/claim")
    assert refused.status_code == 409
    assert "rep tiene esta tarea. Pida a rep que la suelte o tome la siguiente." in refused.text
    assert "has this task" not in refused.text
    with office.store.reading() as session:
        kept = session.exec(select(Audit.sentence).where(Audit.person == "rep2", Audit.code == "already-claimed")).one()
    assert kept == "rep has this task. Ask rep to release it, or take the next one."


async def test_a_right_that_is_missing_is_named_in_spanish(office: Office) -> None:
    refused = await office.http.get("/audit", headers=_headers(office, "rep"))
    assert refused.status_code == 403
    assert "necesita el permiso &#39;read-audit&#39; (lee quién hizo" in refused.text


async def test_a_field_that_is_wrong_says_what_is_right_in_spanish(office: Office) -> None:
    refused = await enviado(office, "rep", "/me/password", present=PASSWORD, new="short", again="short")
    assert refused.status_code == 422
    assert "tiene al menos 12 caracteres" in refused.text


async def test_the_audit_is_read_in_spanish(office: Office) -> None:
    task = opened(office)
    await sent(office, "rep", f"/tasks/{task}/claim")
    await seen(office, "rep", "/accounts/a-1")
    page = await leido(office, "auditor", "/audit")
    assert "tomó la tarea" in page
    assert "cola customer-service" in page
    assert "permiso see-accounts" in page
    assert "took the task" not in page
    assert "right see-accounts" not in page


async def test_programs_are_answered_in_english_whatever_their_browser_prefers(office: Office) -> None:
    asked = {"Authorization": f"Bearer {office.tokens['rep']}", "Accept-Language": "es", "Cookie": "language=es"}
    answer = await office.http.get("/api/tasks/no-such-task", headers=asked)
    assert answer.json()["detail"].startswith("There is no task 'no-such-task'.")
