"""The board's counts: right, and read from an index each among 100,000 open tasks and what was closed long ago."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from books import CASE, MONDAY, account, step, task
from plans import multiply, plans_of, swept
from sqlalchemy import URL, insert
from sqlmodel import Session
from test_task_lists import BIG, TIMES, case_row, fill, task_row

from store import people
from store.claims import set_priority
from store.engine import Store, open_store
from store.projection import write_step
from store.queries import bench, board, migrations, open_cases, operating
from store.tables.base import table_of
from store.tables.cases import CaseRow, TaskRow
from store.tables.people import Absence

DAY = timedelta(days=1)
WEEKS = [MONDAY + n * 7 * DAY for n in range(-11, 2)]
OLD = {"opened_at": MONDAY - 900 * DAY, "at": MONDAY - 890 * DAY, "closed_at": MONDAY - 890 * DAY, "status": "closed"}


def counted_case(number: int) -> dict[str, Any]:
    """Most cases were closed long ago; of the others some are open, some promised, some answered."""
    place = {"definition": f"d{number % 4}", "state": f"s{number % 3}", "account_id": None}
    if number % 4:
        return case_row(number, **place, **OLD, sla_stopped_at=MONDAY - 890 * DAY)
    open_since = {"state_since": MONDAY - number * DAY / 10, "sla_due": MONDAY + DAY, "sla_warn": MONDAY}
    return case_row(number, **place, **open_since, sla_late=number % 8 == 0)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def big(request: pytest.FixtureRequest, new_databases: Callable[[str], URL]) -> Iterator[Store]:
    """A store with 100,000 open tasks and 25,000 that were completed long ago, and 30,000 cases, most of them closed."""
    store = open_store(new_databases(request.param))
    closed = {"state": "completed", "closed_at": MONDAY - 800 * DAY, "closed_by": "rep"}
    open_tasks = [
        task_row(
            number,
            queue=f"queue-{number % 5}",
            assignee=f"u{number % 20}" if number % 3 else None,
            escalated=int(number % 250 == 0),
            name="approve" if number % 500 == 0 else "review",
        )
        for number in range(BIG // TIMES)
    ]
    done = [task_row(2000 + number, **closed) for number in range(BIG // TIMES // 4)]
    fill(store, [counted_case(number) for number in range(300)], [*open_tasks, *done])
    multiply(store, table_of(CaseRow), "id")
    multiply(store, table_of(TaskRow), "id", "case_id")
    swept(store)
    yield store
    store.close()


# PostgreSQL may as well skip through the two statuses of the other index of openings: it costs the same.
OPENINGS = ("ix_cases_listed", "ix_cases_status")
COUNTS: dict[str, tuple[Callable[[Session], Any], list[str | tuple[str, ...]]]] = {
    "open work by queue and person": (
        lambda s: board.workloads(s, MONDAY, tonight=MONDAY + DAY, aged=[MONDAY - DAY, MONDAY - 10 * DAY]),
        ["ix_tasks_workload"],
    ),
    "what each person has done this week": (lambda s: board.done_since(s, MONDAY - 7 * DAY), ["ix_tasks_done"]),
    "promises that run": (lambda s: board.promises(s, MONDAY), ["ix_cases_promised"]),
    "promises that ended": (lambda s: board.kept(s, WEEKS), ["ix_cases_answered"]),
    "what came and went": (lambda s: board.flow(s, WEEKS), [OPENINGS, "ix_cases_closed"]),
    "what has escalated": (board.escalated_page, ["ix_tasks_escalated"]),
}
WATCHED = (
    {"ix_tasks_workload"},
    {"ix_cases_in_state"},
    {"ix_incidents_open"},
    {"ix_letters_status"},
    {"ix_effects_unsettled"},
    {"ix_account_events_waiting"},
    {"ix_list_releases_under_way"},
    {"ix_cases_next_due", "ix_cases_status"},  # SQLite goes through the open cases
)


@pytest.mark.parametrize("name", COUNTS)
def test_a_count_of_the_board_reads_one_index_that_has_no_old_rows(big: Store, name: str) -> None:
    call, indexes = COUNTS[name]
    plans = plans_of(big, call)
    assert len(plans) == len(indexes)
    for plan, index in zip(plans, indexes, strict=True):
        [scan] = set(plan.scans) - {"SCAN CONSTANT ROW"}
        assert scan == index or (scan in OPENINGS and index is OPENINGS)
    assert all(plan.rows is None or plan.rows <= BIG for plan in plans)


def test_what_operators_watch_is_one_scan_of_an_index_each(big: Store) -> None:
    plans = plans_of(big, lambda session: operating.standing(session, MONDAY))
    assert len(plans) == len(WATCHED)
    for plan, indexes in zip(plans, WATCHED, strict=True):
        assert (
            len(plan.scans) == 1 and set(plan.scans) <= indexes
        ) or plan.rows == 0  # PostgreSQL reads a table without rows as it likes


def test_where_cases_wait_is_counted_and_halved_in_one_index(big: Store) -> None:
    plans = plans_of(big, board.waiting)
    assert {scan for plan in plans for scan in plan.scans} - {"SCAN CONSTANT ROW"} == {"ix_cases_in_state"}
    assert len(plans) == 2


def test_the_tasks_of_a_name_are_read_from_their_index(big: Store) -> None:
    [plan] = plans_of(big, lambda session: board.tasks_called(session, ["approve"]))
    assert plan.scans[0] == "ix_tasks_name"
    assert plan.sorts == 0


def test_open_work_is_told_by_queue_and_person_with_what_is_late_due_today_and_old(store: Store) -> None:
    early, soon, later = MONDAY - DAY, MONDAY + DAY / 8, MONDAY + 2 * DAY
    fill(
        store,
        [case_row(0)],
        [
            task_row(1, due_order=early, opened_at=MONDAY - 20 * DAY),
            task_row(2, due_order=soon),
            task_row(3, due_order=later, assignee="rep"),
            task_row(4, due_order=early, assignee="rep", state="suspended"),
            task_row(5, due_order=early, state="completed", closed_at=MONDAY, closed_by="rep"),
        ],
    )
    with store.reading() as session:
        found = board.workloads(session, MONDAY, tonight=MONDAY + DAY / 2, aged=[MONDAY - 10 * DAY])
        assert board.done_since(session, MONDAY - DAY) == {"rep": 1}
        assert board.done_since(session, MONDAY + DAY) == {}
    told = {each.assignee: (each.open, each.suspended, each.overdue, each.due_today, each.aged) for each in found}
    assert told == {None: (2, 0, 1, 1, (1,)), "rep": (2, 1, 1, 0, (0,))}
    assert {each.oldest for each in found} == {MONDAY - 20 * DAY, MONDAY}


def test_the_median_of_a_state_is_when_the_case_in_the_middle_came_there(store: Store) -> None:
    since = [MONDAY - n * DAY for n in (1, 2, 9)]
    rows = [case_row(n, state="review", state_since=each) for n, each in enumerate(since)]
    fill(store, [*rows, case_row(8, state="done", status="closed", closed_at=MONDAY)], [])
    with store.reading() as session:
        assert board.waiting(session, "d") == [
            board.Waiting(definition="d", state="review", cases=3, since=MONDAY - 2 * DAY)
        ]
        assert board.waiting(session, "other") == []


def test_a_promise_is_running_warned_or_missed_and_in_the_end_kept_or_not(store: Store) -> None:
    promised = {"sla_due": MONDAY + DAY, "account_id": None}
    stopped = {"sla_stopped_at": MONDAY, "account_id": None}
    fill(
        store,
        [
            case_row(1, **promised, sla_warn=MONDAY + DAY / 2),
            case_row(2, **promised, sla_warn=MONDAY - DAY),
            case_row(3, sla_due=MONDAY - DAY, sla_warn=MONDAY - 2 * DAY, sla_late=True),
            case_row(4, **stopped),
            case_row(5, **stopped, sla_late=True),
            case_row(6),
        ],
        [],
    )
    with store.reading() as session:
        assert board.promises(session, MONDAY) == [board.Promises(definition="d", running=3, warned=1, missed=1)]
        ended = board.kept(session, [MONDAY - 7 * DAY, MONDAY, MONDAY + 7 * DAY])
    assert [(each.in_time, each.late) for each in ended] == [(0, 0), (1, 1)]


def test_what_came_and_went_is_counted_week_by_week(store: Store) -> None:
    closed = {"status": "closed", "closed_at": MONDAY + 8 * DAY}
    fill(store, [case_row(1), case_row(2, **closed), case_row(3, opened_at=MONDAY - 3 * DAY)], [])
    with store.reading() as session:
        weeks = board.flow(session, [MONDAY - 7 * DAY, MONDAY, MONDAY + 7 * DAY, MONDAY + 14 * DAY])
    assert [(week.opened, week.closed) for week in weeks] == [(1, 0), (2, 0), (0, 1)]


def test_a_step_that_leaves_a_case_in_its_state_does_not_make_it_wait_anew(store: Store) -> None:
    with store.writing() as session:
        account(session)
    for number in (1, 2):
        with store.writing() as session:
            write_step(session, step(number, open_tasks=()))
    with store.reading() as session:
        row = session.get_one(CaseRow, CASE)
        assert (row.step_no, row.state_since) == (2, MONDAY)


def test_what_somebody_has_raised_stays_raised_when_the_case_goes_on(store: Store) -> None:
    with store.writing() as session:
        account(session)
        write_step(session, step(1, open_tasks=(task(),)))
    with store.writing() as session:
        set_priority(session, f"{CASE}.1", "urgent")
    with store.writing() as session:
        write_step(session, step(2, open_tasks=(task(escalated=1, priority=1),)))
    with store.reading() as session:
        row = session.get_one(TaskRow, f"{CASE}.1")
        assert (row.priority, row.escalated) == (0, 1)


def test_who_is_away_is_told_until_their_last_day(store: Store) -> None:
    with store.writing() as session:
        for user in ("rep", "rep2"):
            people.add_user(session, user, user.title(), roles=frozenset({"rep"}), by="x", at=MONDAY)
        rows = [(date(2026, 7, 1), date(2026, 7, 5)), (date(2026, 7, 6), date(2026, 7, 8))]
        session.connection().execute(
            insert(table_of(Absence)),
            [{"user_id": "rep", "starts": a, "ends": b, "substitute_id": "rep2", "reason": ""} for a, b in rows],
        )
    with store.reading() as session:
        [(absence, name)] = board.absences_from(session, date(2026, 7, 6))
    assert (absence.substitute_id, name) == ("rep2", "Rep")


LOOKED_UP: dict[str, tuple[Callable[[Session], Any], str]] = {
    "all": (lambda s: open_cases.open_cases(s, "d0", limit=10, cursor=None), "ix_cases_definition"),
    "in a state": (lambda s: open_cases.in_states(s, "d0", ["s0"], limit=10, cursor=None), "ix_cases_in_state"),
    "missed": (lambda s: open_cases.promised(s, "d0", "missed", MONDAY, limit=10, cursor=None), "ix_cases_promised"),
    "near": (lambda s: open_cases.promised(s, "d0", "warned", MONDAY, limit=10, cursor=None), "ix_cases_promised"),
}


@pytest.mark.parametrize("name", LOOKED_UP)
def test_open_cases_are_looked_up_in_an_index_that_has_no_closed_ones_and_ten_of_them_are_read(
    big: Store, name: str
) -> None:
    call, index = LOOKED_UP[name]
    found, rows = plans_of(big, call)
    assert found.scans == [index]
    assert rows.rows is None or rows.rows <= 10


def test_the_open_cases_of_a_version_are_read_in_their_order(big: Store) -> None:
    [plan] = plans_of(big, lambda session: migrations.open_cases_of(session, "d0", 1, limit=10, cursor=None))
    assert (plan.scans, plan.sorts) == (["ix_cases_version"], 0)
    [plan] = plans_of(big, lambda session: bench.open_cases(session, "d0"))
    assert plan.scans == ["ix_cases_version"]
