"""One list for an account and one open case for a field's value: the database lets one of two pass, whoever races."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TypeVar

import pytest
from books import ACCOUNT, MONDAY, account, step
from sqlalchemy import URL, func
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from store import records
from store.engine import Store, open_store
from store.projection import write_step
from store.tables.cases import CaseRow, ListLine
from store.writes import AlreadyOpen, ListJoin, ListLeave, OnList, StepWrite, Written

ROUNDS = 12
T = TypeVar("T")


def opening(case: str, account_id: str = ACCOUNT, *, list_name: str | None = None, key: str | None = None) -> StepWrite:
    """The first step of a case that joins a list, or that is the only open one of its key."""
    first = step(key=None)
    return replace(
        first,
        act=f"open {case}",
        case=replace(first.case, id=case, account_id=account_id, open_key=key),
        joins=(ListJoin(list_name=list_name, state="listed"),) if list_name else (),
    )


def written(store: Store, what: StepWrite) -> Written:
    """What becomes of a write, tried again as its activity does when another was first."""
    for attempt in range(3):
        try:
            with store.writing() as session:
                return write_step(session, what)
        except IntegrityError:
            if attempt == 2:
                raise
    raise AssertionError


def at_once(calls: Sequence[Callable[[], T]]) -> list[T]:
    """What calls that began at the same moment gave, each in its own thread."""
    together = threading.Barrier(len(calls))

    def run(call: Callable[[], T]) -> T:
        together.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(run, calls))


def raced(stores: list[Store], writes: list[StepWrite]) -> list[Written]:
    """What became of writes that began at the same moment, each in its own store."""
    return at_once([partial(written, store, what) for store, what in zip(stores, writes, strict=True)])


@pytest.fixture(params=["sqlite", "postgresql"])
def stores(request: pytest.FixtureRequest, new_database: Callable[[str], URL]) -> Iterator[list[Store]]:
    """Three stores on one database, as three processes have them, with an account for each round."""
    url = new_database(request.param)
    opened = [open_store(url) for _ in range(3)]
    with opened[0].writing() as session:
        for number in range(1, ROUNDS + 1):
            account(session, f"10-{number:06d}")
    yield opened
    for each in opened:
        each.close()


def test_of_three_cases_that_join_lists_at_the_same_moment_one_does(stores: list[Store]) -> None:
    for number in range(1, ROUNDS + 1):
        whose = f"10-{number:06d}"
        lists = ("reminder", "door-tag", "lock-off")
        results = raced(stores, [opening(f"c-{number}-{each}", whose, list_name=each) for each in lists])
        assert sorted(result.kind for result in results) == ["on-list", "on-list", "written"], results
    with stores[0].reading() as session:
        most = session.exec(
            select(func.count()).where(ListLine.status == "waiting").group_by(ListLine.account_id)  # type: ignore[arg-type]
        ).all()
    assert most == [1] * ROUNDS


def test_of_three_openings_at_the_same_moment_one_passes(stores: list[Store]) -> None:
    for number in range(1, ROUNDS + 1):
        results = raced(stores, [opening(f"c-{number}-{each}", key=f"collection:{number}") for each in "abc"])
        assert sorted(result.kind for result in results) == ["already-open", "already-open", "written"], results
    with stores[0].reading() as session:
        assert session.exec(select(func.count()).select_from(CaseRow)).one() == ROUNDS


def test_workers_that_keep_the_same_history_at_the_same_moment_keep_it_once(stores: list[Store]) -> None:
    def keep(store: Store, run: str) -> None:
        with store.writing() as session:
            records.archive_history(session, "c-1", run, b"history", MONDAY)

    written(stores[0], opening("c-1"))
    for number in range(ROUNDS):
        at_once([partial(keep, store, f"run-{number}") for store in stores])
    with stores[0].reading() as session:
        assert records.archived_histories(session, "c-1") == [b"history"] * ROUNDS


def test_a_closed_case_gives_its_key_back(store: Store) -> None:
    with store.writing() as session:
        account(session)
    assert written(store, opening("c-1", key="collection:x")).kind == "written"
    assert written(store, opening("c-2", key="collection:x")) == AlreadyOpen(case="c-1")
    first = opening("c-1")
    closing = replace(first, step_no=2, act="close", case=replace(first.case, closed_at=MONDAY, state=("closed",)))
    assert written(store, closing).kind == "written"
    assert written(store, opening("c-2", key="collection:x")).kind == "written"


def test_a_case_goes_from_one_list_to_the_next_in_one_step(store: Store) -> None:
    with store.writing() as session:
        account(session)
    written(store, opening("c-1", list_name="reminder"))
    onward = replace(
        opening("c-1", list_name="door-tag"),
        step_no=2,
        act="released",
        leaves=(ListLeave(list_name="reminder", status="released", by="lead"),),
    )
    assert written(store, onward).kind == "written"
    assert written(store, onward).kind == "repeated"
    assert written(store, opening("c-2", list_name="reminder")) == OnList(list_name="door-tag", case="c-1")


def test_an_account_that_was_taken_off_a_list_does_not_join_it_until_that_is_over(store: Store) -> None:
    with store.writing() as session:
        account(session)
    written(store, opening("c-1", list_name="lock-off"))
    until = MONDAY + timedelta(days=30)
    off = replace(
        opening("c-1"),
        step_no=2,
        act="off",
        leaves=(ListLeave(list_name="lock-off", status="excluded", by="lead", excluded_until=until),),
    )
    written(store, off)
    assert written(store, opening("c-2", list_name="lock-off")) == OnList(
        list_name="lock-off", case="c-1", excluded_until=until
    )
    assert written(store, opening("c-3", list_name="reminder")).kind == "written"  # another list is not barred
    later = opening("c-4", "10-000001", list_name="lock-off")
    gone = replace(opening("c-3"), step_no=2, act="x", leaves=(ListLeave(list_name="reminder", status="left"),))
    written(store, gone)
    assert written(store, replace(later, case=replace(later.case, at=until))).kind == "written"
