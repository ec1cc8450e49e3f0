"""Who may call what: each endpoint has its row in the table, and each row is enforced for each role, queue and account."""

from __future__ import annotations

import itertools
import re
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
import pytest_asyncio
from fastapi.routing import APIRoute
from sqlalchemy import URL
from starlette.routing import Mount, Route

from activities.files import use
from api.app import create_app
from api.security.form_tokens import form_token
from api.security.rights import RIGHTS
from api.security.signin import SESSION_COOKIE
from definitions.language.calendars import Calendar
from definitions.language.library import load_library
from store import people
from store.engine import open_store
from tests.api.endpoints import TABLE, Row
from tests.api.furnished import AFRESH, SECRET, DownEngine, afresh, furnish, task_of
from tests.api.office import DISTRICT, MONDAY, PEOPLE, Office, opened_office

EVERYBODY: Final = tuple(sorted(PEOPLE))
#: Path parts that name something of an account.
OF_AN_ACCOUNT: Final = ("account_id", "case_id", "task_id", "item_id", "file_id", "letter_id")
WORDS: Final = ("nobody", "anybody", "offered", "crew", "reviewer", "rep2", "supervisor")
_keys = itertools.count(1)
Things = dict[bool, dict[str, str]]


@pytest_asyncio.fixture(scope="module")
async def furnished(
    new_databases: Callable[[str], URL], tmp_path_factory: pytest.TempPathFactory, calendar: Calendar
) -> AsyncIterator[tuple[Office, Things]]:
    """One office for all calls: nothing that one of them changes decides on another."""
    store = open_store(new_databases("sqlite"))
    files = tmp_path_factory.mktemp("files")
    async with opened_office(store, files, calendar=calendar, engine=DownEngine(), now=MONDAY) as office:
        use(office.services.files)  # what letters are printed from
        yield office, furnish(office)
        use(None)
    store.close()


def allowed(user: str, row: Row) -> bool:
    """Whether the row lets this person in."""
    [role] = PEOPLE[user]
    has = {"nobody", "anybody", user, *DISTRICT.roles[role].rights}
    crew, desk = user == "crew", role in DISTRICT.queues["customer-service"].roles
    has |= {"crew"} if crew else set()
    has |= {"offered"} if (crew if "order" in row.task else desk) else set()
    has |= {"reviewer"} if role in ("lead", "supervisor") else set()
    return any(set(words.split(" and ")) <= has for words in row.needs.split(" or "))


async def called(
    office: Office, things: Things, name: str, user: str | None, *, confidential: bool = False
) -> httpx.Response:
    """The answer to this endpoint's call by the person, or by nobody."""
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
    sent = filled(row.sent, parts)
    token = office.tokens[user] if user else ""
    if name == "POST /sign-out" and user:
        token = another_session(office, user)
    if path.startswith("/api/"):
        headers = {"Authorization": f"Bearer {token}"} if user else {}
        headers |= {"Idempotency-Key": f"k-{next(_keys)}", "If-Match": '"0"'}
        body: dict[str, Any] = {"json": sent} if sent is not None else {}
        if row.file:
            body = {"files": {"file": ("note.txt", b"text", "text/plain")}, "data": sent}
    else:
        headers = {"Accept": "text/html"} | ({"Cookie": f"{SESSION_COOKIE}={token}"} if user else {})
        body = {}
        if method == "POST":
            key = {"form-token": form_token(token), "key": f"k-{next(_keys)}"}
            body = {"data": {**key, **(sent or {})}}
        if row.file:
            body["files"] = {"file": ("note.txt", b"text", "text/plain")}
    return await office.http.request(method, address, headers=headers, **body)


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


def endpoints(routes: Iterable[Any]) -> Iterator[str]:
    """Every method and path that the application answers; the static files are for everybody."""
    for route in routes:
        if isinstance(route, APIRoute | Route):
            yield from (f"{method} {route.path}" for method in sorted((route.methods or set()) - {"HEAD"}))
        elif isinstance(route, Mount):
            assert route.path == "/static"
        else:
            yield from endpoints(route.original_router.routes)


def test_each_endpoint_has_a_row() -> None:
    app = create_app(lambda: nullcontext())  # type: ignore[arg-type, return-value]  # never started
    assert set(endpoints(app.routes)) == set(TABLE)


def test_a_row_says_only_words_that_there_are() -> None:
    said = {word for row in TABLE.values() for words in row.needs.split(" or ") for word in words.split(" and ")}
    assert said <= set(RIGHTS) | set(WORDS)


@pytest.mark.parametrize("name", TABLE)
async def test_the_row_is_enforced_for_each_role(furnished: tuple[Office, Things], name: str) -> None:
    for user in EVERYBODY:
        answer = await called(*furnished, name, user)
        assert answer.status_code != 500, (user, answer.text)
        assert refused(answer) != allowed(user, TABLE[name]), (user, answer.status_code, answer.text)
        # Nothing of the confidential account stands on lists or pages of those to whom it is closed.
        assert user == "supervisor" or SECRET not in answer.text, user


CONFIDENTIAL: Final = [
    name for name, row in TABLE.items() if any(f"{{{part}}}" in name + row.query for part in OF_AN_ACCOUNT)
]


@pytest.mark.parametrize("name", CONFIDENTIAL)
async def test_what_belongs_to_a_confidential_account_is_refused_without_that_right(
    furnished: tuple[Office, Things], name: str
) -> None:
    row = TABLE[name]
    for user in EVERYBODY:
        answer = await called(*furnished, name, user, confidential=True)
        lets_in = allowed(user, row) and bool(row.open_to_all or (user == "supervisor" and not row.gives))
        assert refused(answer) != lets_in, (user, answer.status_code, answer.text)
        assert user == "supervisor" or SECRET not in answer.text, user


@pytest.mark.parametrize("name", TABLE)
async def test_nobody_gets_in_without_a_sign_in(furnished: tuple[Office, Things], name: str) -> None:
    answer = await called(*furnished, name, None)
    to_sign_in = answer.status_code == 303 and answer.headers["location"].startswith("/sign-in")
    at_the_door = "/sign-in" in name and name != "GET /sign-in"
    assert (answer.status_code == 401 or to_sign_in) == (TABLE[name].needs != "nobody" or at_the_door), answer.text


async def test_who_may_see_the_confidential_account_sees_it(furnished: tuple[Office, Things]) -> None:
    shown = [name for name in CONFIDENTIAL if name.startswith("GET")]
    seen = [name for name in shown if SECRET in (await called(*furnished, name, "supervisor", confidential=True)).text]
    assert {
        "GET /api/accounts/{account_id}",
        "GET /cases/{case_id}",
        "GET /tasks/{task_id}",
        "GET /inbox/{item_id}",
    } <= set(seen)


def test_the_district_gives_only_rights_that_there_are() -> None:
    district = load_library(Path(__file__).parents[2] / "definitions").district
    assert district is not None
    assert {right for role in district.roles.values() for right in role.rights} <= set(RIGHTS)
