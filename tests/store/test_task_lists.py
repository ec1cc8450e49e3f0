"""Lists of tasks: in their order, page by page, each from one index; held against 100,000 open tasks."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from books import ACCOUNT, MONDAY, account
from plans import TIMES, multiply, plans_of
from sqlalchemy import URL, insert
from sqlmodel import Session

from store.engine import Store, open_store
from store.paging import CursorError, Page, write_cursor
from store.queries.cases import case_page, cases_beginning
from store.queries.keeping import cases_to_archive
from store.queries.tasks import assigned_page, crew_page, due_page, queue_counts, queue_page, tasks_of_case
from store.tables.base import table_of
from store.tables.cases import CaseRow, TaskRow
from store.types import FAR_FUTURE

BIG = 100_000


def case_row(number: int, **changes: Any) -> dict[str, Any]:
    """A case for the lists."""
    at = MONDAY + timedelta(minutes=number)
    usual = CaseRow(id=f"c-{number:012d}", definition="d", version=1, account_id=ACCOUNT, opened_at=at, at=at)
    return usual.model_dump() | changes


def task_row(number: int, **changes: Any) -> dict[str, Any]:
    """A task for the lists."""
    usual = TaskRow(
        id=f"c-{number // 10:012d}.{number % 10}",
        case_id=f"c-{number // 10:012d}",
        run=number % 10,
        name="review",
        title="Review",
        queue="desk",
        priority=number % 4,
        opened_at=MONDAY,
        opened_step=1,
    )
    due = MONDAY + timedelta(minutes=(number * 7919) % 40_000) if number % 9 else None
    row = usual.model_dump() | {"due_at": due, "due_order": due or FAR_FUTURE} | changes
    if row["assignee"] and row["state"] == "open":
        row["state"] = "claimed"
    return row


def fill(store: Store, cases: list[dict[str, Any]], tasks: list[dict[str, Any]]) -> None:
    with store.writing() as session:
        account(session)
        session.connection().execute(insert(table_of(CaseRow)), cases)
        if tasks:
            session.connection().execute(insert(table_of(TaskRow)), tasks)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def big(request: pytest.FixtureRequest, new_databases: Callable[[str], URL]) -> Iterator[Store]:
    """A store with a queue of 100,000 open tasks among others that are closed, claimed or elsewhere."""
    store = open_store(new_databases(request.param))
    closed = {"state": "completed", "closed_at": MONDAY}
    others = [
        task_row(
            1000 + number, queue=f"queue-{number % 5}", **(closed if number % 2 else {"assignee": f"u{number % 50}"})
        )
        for number in range(100)
    ]
    orders = [task_row(1100 + number, queue=None, crew=f"crew-{number % 4}") for number in range(20)]
    kinds = [
        {
            "definition": f"d{number % 4}",
            "status": "closed" if number % 3 else "open",
            "closed_at": MONDAY + timedelta(minutes=number) if number % 3 else None,
            "kept_at": MONDAY if number % 3 == 1 else None,
            "account_id": None if number % 10 else ACCOUNT,
        }
        for number in range(112)
    ]
    fill(
        store,
        [case_row(number, **kinds[number]) for number in range(112)],
        [*(task_row(number) for number in range(BIG // TIMES)), *others, *orders],
    )
    multiply(store, table_of(CaseRow), "id")
    multiply(store, table_of(TaskRow), "id", "case_id")
    with store.engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE")
        connection.commit()
    yield store
    store.close()


LISTS: dict[str, tuple[Callable[[Session], Any], str]] = {
    "the queue": (lambda s: queue_page(s, ["desk"]), "ix_tasks_queue"),
    "the queue's unclaimed": (lambda s: queue_page(s, ["desk"], unclaimed=True), "ix_tasks_unclaimed"),
    "the queue's later page": (
        lambda s: queue_page(s, ["desk"], cursor=write_cursor((2, MONDAY + timedelta(days=3), "c-5"))),
        "ix_tasks_queue",
    ),
    "a person's tasks": (lambda s: assigned_page(s, ["u8"]), "ix_tasks_assignee"),
    "a crew's orders": (lambda s: crew_page(s, ["crew-1"]), "ix_tasks_crew"),
    "what is due": (lambda s: due_page(s, MONDAY + timedelta(days=1)), "ix_tasks_due"),
    "what is due in a queue": (
        lambda s: due_page(s, MONDAY + timedelta(days=1), queues=["desk"]),
        "ix_tasks_queue_due",
    ),
    "a case's tasks": (lambda s: tasks_of_case(s, "c-000000000042"), "ix_tasks_case"),
    "an account's cases": (lambda s: case_page(s, account=ACCOUNT), "ix_cases_account"),
    "a definition's open cases": (lambda s: case_page(s, definition="d1", is_open=True), "ix_cases_definition"),
    "all cases": (lambda s: case_page(s), "ix_cases_listed"),
    "what is to be archived": (lambda s: cases_to_archive(s, limit=50), "ix_cases_unkept"),
    "all open cases": (lambda s: case_page(s, is_open=True), "ix_cases_status"),
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_among_100000_tasks_is_one_index_scan_without_a_sort(big: Store, name: str) -> None:
    call, index = LISTS[name]
    plans = plans_of(big, call)
    for plan in plans:
        assert plan.scans == [index], plan
        assert plan.sorts == 0
        assert plan.rows is None or plan.rows <= 60
    assert len(plans) == 1


def test_cases_are_found_by_the_beginning_of_their_number_in_the_order_of_their_key(big: Store) -> None:
    (plan,) = plans_of(big, lambda session: cases_beginning(session, "c-00000000004"))
    assert plan.scans in (["pk_cases"], ["sqlite_autoindex_cases_1"])
    assert plan.sorts == 0


def test_several_queues_are_one_scan_each(big: Store) -> None:
    plans = plans_of(big, lambda session: queue_page(session, ["desk", "queue-1", "queue-2"]))
    assert [(plan.scans, plan.sorts) for plan in plans] == [(["ix_tasks_queue"], 0)] * 3


def test_the_pages_of_a_queue_have_every_task_once_most_pressing_first(store: Store) -> None:
    rows = [task_row(number, queue=f"q{number % 3}") for number in range(300)]
    random.Random(7).shuffle(rows)
    fill(store, [case_row(number) for number in range(30)], rows)
    seen: list[TaskRow] = []
    cursor: str | None = None
    while True:
        with store.reading() as session:
            page: Page[TaskRow] = queue_page(session, ["q0", "q1", "q0"], limit=37, cursor=cursor)
        seen += page.items
        cursor = page.cursor
        if cursor is None:
            break
    expected = sorted(
        (row for row in rows if row["queue"] in ("q0", "q1")),
        key=lambda row: (row["priority"], row["due_order"], row["id"]),
    )
    assert [task.id for task in seen] == [row["id"] for row in expected]


def test_a_task_without_a_due_date_comes_after_those_that_have_one(store: Store) -> None:
    fill(
        store,
        [case_row(0)],
        [task_row(4, due_at=None, due_order=FAR_FUTURE), task_row(8, due_at=MONDAY, due_order=MONDAY)],
    )
    with store.reading() as session:
        assert [task.run for task in queue_page(session, ["desk"]).items] == [8, 4]


def test_a_suspended_task_is_not_offered_but_its_owner_sees_it(store: Store) -> None:
    fill(store, [case_row(0)], [task_row(1, state="suspended", suspended_at=MONDAY, assignee="rep")])
    with store.reading() as session:
        assert queue_page(session, ["desk"]).items == []
        assert [task.run for task in assigned_page(session, ["rep"]).items] == [1]


@pytest.mark.parametrize("cursor", ["!!", "bm90anNvbg", write_cursor((1, 2)), write_cursor(("a", MONDAY, "b")), ""])
def test_a_cursor_that_no_page_gave_out_is_refused(sqlite_store: Store, cursor: str) -> None:
    with sqlite_store.reading() as session:
        if cursor == "":
            assert queue_page(session, ["desk"], cursor=cursor).items == []
            return
        with pytest.raises(CursorError):
            queue_page(session, ["desk"], cursor=cursor)


def test_the_counts_of_a_queue_tell_open_unclaimed_and_overdue(store: Store) -> None:
    soon, late = MONDAY + timedelta(hours=1), MONDAY - timedelta(hours=1)
    fill(
        store,
        [case_row(0)],
        [
            task_row(1, due_order=soon),
            task_row(2, due_order=late, assignee="rep"),
            task_row(3, due_order=late, state="completed", closed_at=MONDAY),
        ],
    )
    with store.reading() as session:
        (count,) = queue_counts(session, MONDAY)
    assert (count.queue, count.open, count.unclaimed, count.overdue) == ("desk", 2, 1, 1)
