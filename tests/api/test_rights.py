"""Who may call what: each endpoint has its row in the table, and each row is enforced for each role, queue and account."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from typing import Any, Final

import pytest
from fastapi.routing import APIRoute
from starlette.routing import Mount, Route

from api.app import create_app
from api.security.rights import RIGHTS
from tests.api.calling import EVERYBODY, Things, allowed, called, refused
from tests.api.endpoints import TABLE
from tests.api.furnished import SECRET
from tests.api.office import Office
from tests.shipped import shipped_library

#: Path parts that name something of an account.
OF_AN_ACCOUNT: Final = ("account_id", "person_id", "case_id", "task_id", "item_id", "file_id", "letter_id")
WORDS: Final = ("nobody", "anybody", "offered", "crew", "reviewer", "rep2", "supervisor")


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
    district = shipped_library().district
    assert district is not None
    assert {right for role in district.roles.values() for right in role.rights} <= set(RIGHTS)
