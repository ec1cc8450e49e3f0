"""How many statements it takes to answer: what was read once is handed on."""

from __future__ import annotations

from collections import Counter

import pytest

from api import counting as counting_cache
from tests.api.office import Office, counting, opened
from tests.api.pages_office import seen
from tests.api.test_case_page import case_of

WHO = 2  #: who asks: the session with its person, and the limits that they have


async def statements_of(office: Office, user: str, path: str) -> list[str]:
    """What a look asks the store; what a process reads once has been read before."""
    await seen(office, user, path)
    with counting(office) as sent:
        answer = await seen(office, user, path)
    assert answer.status_code == 200, answer.text
    return [statement for statement in sent if not statement.startswith(("BEGIN", "PRAGMA"))]


@pytest.mark.parametrize("user", ["rep", "supervisor"])
async def test_two_statements_say_who_asks(office: Office, user: str) -> None:
    assert len(await statements_of(office, user, "/accounts")) == WHO


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/cases/{case}", 25),
        ("/cases/{case}/now", 24),
        ("/tasks/{case}.1", 19),
        ("/accounts/a-1", 23),
        ("/api/cases/{case}", 3),
        ("/api/tasks", 4),
        ("/api/tasks/{case}.1", 6),
        ("/api/accounts/a-1", 7),
    ],
)
async def test_nothing_is_read_twice(office: Office, path: str, most: int) -> None:
    case = case_of(opened(office))
    sent = await statements_of(office, "rep", path.format(case=case))
    assert [statement for statement, times in Counter(sent).items() if times > 1] == []
    assert len(sent) <= most


async def test_one_statement_asks_what_the_neighbours_use(office: Office) -> None:
    case = case_of(opened(office))
    sent = await statements_of(office, "rep", f"/cases/{case}")
    assert (
        len([statement for statement in sent if "premises.sequence" in statement]) == 2
    )  # with the account's own place


@pytest.mark.parametrize(
    ("user", "path"),
    [("author", "/bench"), ("supervisor", "/board/machines"), ("supervisor", "/board/machines/complaint")],
)
async def test_very_many_cases_are_counted_once_for_all_who_look(
    office: Office, user: str, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting_cache, "MANY", 1)
    opened(office)
    first = await statements_of(office, user, path)
    assert [statement for statement in first if "FROM cases" in statement] == []
