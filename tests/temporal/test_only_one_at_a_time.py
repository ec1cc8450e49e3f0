"""Cases that race for what only one may have, on a real server and on each database: one passes, the others are told."""

from __future__ import annotations

import asyncio

import pytest
from books import ACCOUNT
from desk import Desk
from sqlmodel import select

from store.tables.cases import CaseRow, ListLine
from workflows.machine.errors import Barred, Refused
from workflows.messages import Taken
from workflows.refusals import AlreadyOpen

AT_ONCE = 6


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
async def test_of_cases_that_join_a_list_at_the_same_moment_one_does(desk: Desk, engine: str) -> None:
    cases = [(await desk.open("tagging", key=f"{number}", clock="district")).case for number in range(AT_ONCE)]
    answers = await asyncio.gather(*(desk.send(case, "go") for case in cases), return_exceptions=True)
    joined = [answer for answer in answers if isinstance(answer, Taken)]
    barred = [answer for answer in answers if isinstance(answer, Barred)]
    assert (len(joined), len(barred)) == (1, AT_ONCE - 1), answers
    assert "waits on the list “Door tags”: it stands on one list at a time" in barred[0].sentence
    with desk.world.store.reading() as session:
        lines = session.exec(select(ListLine)).all()
    assert [(line.account_id, line.case_id, line.status) for line in lines] == [(ACCOUNT, joined[0].case, "waiting")]
    await desk.send(joined[0].case, "paid")
    second = next(case for case in cases if case != joined[0].case)
    assert (await desk.send(second, "go", key="again")).state == ("listed",)


async def test_a_timer_whose_way_to_a_list_is_barred_is_written_down_and_comes_back(desk: Desk) -> None:
    first = (await desk.open("tagging", key="1", clock="district")).case
    await desk.send(first, "go")
    second = (await desk.open("tagging", key="2")).case
    await desk.until(lambda: desk.steps(second)[-1] == "timer by-itself refused")
    assert desk.case(second).state == "before"
    assert desk.case(second).next_due is not None


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
async def test_of_cases_that_open_at_the_same_moment_one_does(desk: Desk, engine: str) -> None:
    asked = (desk.open("overdue", key=f"{number}") for number in range(AT_ONCE))
    answers = await asyncio.gather(*asked, return_exceptions=True)
    opened = [answer for answer in answers if isinstance(answer, Taken)]
    refused = [answer for answer in answers if isinstance(answer, Refused)]
    assert (len(opened), len(refused)) == (1, AT_ONCE - 1), answers
    assert all(isinstance(each, AlreadyOpen) and each.facts["case"] == opened[0].case for each in refused)
    with desk.world.store.reading() as session:
        assert [row.id for row in session.exec(select(CaseRow))] == [opened[0].case]
