"""How many statements it takes to answer: what was read once is handed on."""

from __future__ import annotations

import pytest

from tests.api.office import Office, counting
from tests.api.pages_office import seen

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
