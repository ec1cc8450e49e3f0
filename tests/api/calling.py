"""Calls every endpoint of the table in a furnished office, as anybody."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx

from api.security.form_tokens import form_token
from api.security.signin import SESSION_COOKIE
from store import people
from tests.api.endpoints import TABLE, Row
from tests.api.furnished import AFRESH, afresh, task_of
from tests.api.office import MONDAY, PEOPLE, Office
from tests.api.office_cases import DISTRICT

EVERYBODY: Final = tuple(sorted(PEOPLE))
_keys = itertools.count(1)
Things = dict[bool, dict[str, str]]


def allowed(user: str, row: Row) -> bool:
    """Whether the row lets this person in."""
    [role] = PEOPLE[user]
    has = {"nobody", "anybody", user, *DISTRICT.roles[role].rights}
    crew, desk = user == "crew", role in DISTRICT.queues["customer-service"].roles
    has |= {"crew"} if crew else set()
    has |= {"offered"} if (crew if "order" in row.task else desk) else set()
    has |= {"reviewer"} if role in ("lead", "supervisor") else set()
    return any(set(words.split(" and ")) <= has for words in row.needs.split(" or "))


@dataclass(kw_only=True)
class Call:
    """A request as it will be sent; a test may take something away from it first."""

    method: str
    address: str
    headers: dict[str, str]
    body: dict[str, Any]


async def called(
    office: Office, things: Things, name: str, user: str | None, *, confidential: bool = False
) -> httpx.Response:
    """The answer to this endpoint's call by the person, or by nobody."""
    return await sent(office, call(office, things, name, user, confidential=confidential))


async def sent(office: Office, made: Call) -> httpx.Response:
    """The answer to a call."""
    office.http.cookies.clear()
    return await office.http.request(made.method, made.address, headers=made.headers, **made.body)


def call(office: Office, things: Things, name: str, user: str | None, *, confidential: bool = False) -> Call:
    """This endpoint's call by the person, or by nobody."""
    row, (method, path) = TABLE[name], name.split(" ")
    parts = dict(things[confidential])
    for part, of in row.parts.items():
        parts[part] = of[1:] if of.startswith("=") else parts.get(of, "nothing")
    number = 2 if confidential else 1
    for part in re.findall(r"{(\w+)}", path):
        if part in AFRESH and part not in row.parts:
            parts[part] = afresh(office, part, number, parts)
    if "{task_id}" in path and user:
        parts["task_id"] = task_for(office, row, user, number)
    address = re.sub(r"\{(\w+)(:\w+)?\}", lambda found: parts[found[1]], path) + row.query.format(**parts)
    fields = filled(row.sent, parts)
    token = office.tokens[user] if user else ""
    if name == "POST /sign-out" and user:
        token = another_session(office, user)
    if path.startswith("/api/"):
        headers = {"Authorization": f"Bearer {token}"} if user else {}
        headers |= {"Idempotency-Key": f"k-{next(_keys)}", "If-Match": '"0"'}
        body: dict[str, Any] = {"json": fields} if fields is not None else {}
        if row.file:
            body = {"files": {"file": ("note.txt", b"text", "text/plain")}, "data": fields}
    else:
        headers = {"Accept": "text/html"} | ({"Cookie": f"{SESSION_COOKIE}={token}"} if user else {})
        body = {}
        if method == "POST":
            key = {"form-token": form_token(token), "key": f"k-{next(_keys)}"}
            body = {"data": {**key, **(fields or {})}}
        if row.file:
            body["files"] = {"file": ("note.txt", b"text", "text/plain")}
    return Call(method=method, address=address, headers=headers, body=body)


def task_for(office: Office, row: Row, user: str, number: int) -> str:
    """A task that this person holds or has done where their queues let them, and else a representative."""
    if row.task in ("order", "held-order"):
        holder = "crew" if row.task == "held-order" else None
        return task_of(office, number, holder, kind="work-order", queue="meters", name="rereading", place="rereading")
    [role] = PEOPLE[user]
    holder = user if role in DISTRICT.queues["customer-service"].roles else "rep"
    if row.task == "held":
        return task_of(office, number, holder)
    if row.task == "done":
        return task_of(office, number, holder, state="completed", closed_by=holder, closed_at=MONDAY, closed_step=1)
    return task_of(office, number, None)


def filled(sent: Any, parts: dict[str, str]) -> Any:
    if not isinstance(sent, dict):
        return sent
    return {name: value.format(**parts) if isinstance(value, str) else value for name, value in sent.items()}


def refused(answer: httpx.Response) -> bool:
    """Whether the answer lets nobody in: refused, hidden, or said so on the page where it was asked."""
    told = answer.status_code in (409, 422) and "This person may not do this" in answer.text
    return told or answer.status_code in (403, 404)


def another_session(office: Office, user: str) -> str:
    with office.store.writing() as session:
        now = datetime.now(UTC)
        return people.make_sign_in(session, user, kind="session", at=now, expires_at=now + timedelta(days=1))
