"""What a lead sees beside the lines of a list, read from an index each among many lists that were decided long ago."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from books import MONDAY, account, step, task
from plans import multiply, plans_of, swept
from sqlalchemy import URL
from sqlmodel import Session, select

from store.engine import Store, open_store
from store.ledger import payment_entry, post
from store.projection import write_step
from store.queries import reviewing
from store.queries.lists import begin_release, excluded_lines, settle_line, take_places, waiting_lines
from store.tables.base import table_of
from store.tables.cases import CaseRow, ListLine, TaskRow
from store.tables.ledger import Posting
from store.tables.rules import SiteCheck
from store.tables.utility import Account, Payment
from store.writes import ListJoin, ListLeave

DAY = MONDAY.date()
HOUR = timedelta(hours=1)


def listed(session: Session, number: int, **account_changes: Any) -> str:
    """An account whose case waits on the lock-off list; its id."""
    account(session, f"10-{number:06d}", **account_changes)
    first = step(key=None, open_tasks=())
    case = replace(first.case, id=f"c-{number:04d}", account_id=f"10-{number:06d}")
    write_step(session, replace(first, case=case, joins=(ListJoin(list_name="lock-off", state="listed"),)))
    return case.account_id or ""


def released(session: Session) -> None:
    """All that wait are released today, and a crew gets an order for each."""
    lines = waiting_lines(session, "lock-off")
    release = begin_release(
        session, "lock-off", lines, day=DAY, per_day=None, by="lead", approved_by=("lead",), at=MONDAY
    )
    for going in take_places(session, release.id, day=DAY, at_once=100):
        settle_line(session, release.id, going.no, "released", sentence=None, at=MONDAY)
        number = int(going.case[2:])
        second = step(2, key=None)
        order = task(kind="work-order", work_kind=reviewing.LOCK, crew="field", queue="field", opened_step=2)
        write_step(
            session,
            replace(
                second,
                case=replace(second.case, id=going.case, account_id=f"10-{number:06d}"),
                leaves=(ListLeave(list_name="lock-off", status="released", by="lead"),),
                open_tasks=(order,),
            ),
        )


def paid(session: Session, whose: str, amount: str) -> None:
    """A payment an hour after noon, posted."""
    payment = Payment(id=f"p-{whose}", account_id=whose, received=DAY, amount_usd=Decimal(amount))
    session.add(payment)
    session.flush()
    post(session, [payment_entry(payment, MONDAY + HOUR)])


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def old(request: pytest.FixtureRequest, new_databases: Callable[[str], URL]) -> Iterator[Store]:
    """A store with 10,000 lines that were taken off a list years ago, and a few that wait or were decided today."""
    store = open_store(new_databases(request.param))
    with store.writing() as session:
        for number in range(1, 101):
            listed(session, number)
    with store.writing() as session:
        for line in session.exec(select(ListLine)):
            line.status, line.decided_at, line.decided_step = "excluded", MONDAY - timedelta(days=900), 2
            line.excluded_until = MONDAY - timedelta(days=890)
    multiply(store, table_of(ListLine), "id")
    swept(store)
    yield store
    store.close()


READ: dict[str, tuple[Callable[[Session], Any], str]] = {
    "what may not come back yet": (lambda s: excluded_lines(s, "lock-off", MONDAY), "ix_list_lines_excluded"),
    "what was decided today": (
        lambda s: reviewing.decided_since(s, "lock-off", MONDAY - 8 * HOUR),
        "ix_list_lines_decided",
    ),
    "what waits": (lambda s: waiting_lines(s, "lock-off"), "ix_list_lines_waiting"),
}


@pytest.mark.parametrize("name", READ)
def test_a_list_reads_no_line_that_was_decided_long_ago(old: Store, name: str) -> None:
    call, index = READ[name]
    [plan] = plans_of(old, call)
    assert plan.scans[0] == index
    assert plan.rows is None or plan.rows == 0


def test_the_day_of_a_list_is_found_by_its_releases(old: Store) -> None:
    [plan] = plans_of(old, lambda session: reviewing.day_of_list(session, "lock-off", DAY))
    # PostgreSQL reads a table that has but a few rows as it is.
    assert "ix_list_releases_day" in plan.scans or plan.rows == 0
    assert not [scan for scan in plan.scans if scan.startswith("SCAN")]


def test_the_day_has_each_line_with_its_order_and_what_was_checked_at_the_curb(store: Store) -> None:
    with store.writing() as session:
        whose = [listed(session, number) for number in (1, 2)]
        released(session)
    with store.writing() as session:
        for fit in (False, True):
            session.add(
                SiteCheck(task_id="c-0001.1", by="crew", at=MONDAY, real_at=MONDAY, fit=fit, sentence="s", facts=None)
            )
            session.flush()
    with store.reading() as session:
        found = reviewing.day_of_list(session, "lock-off", DAY)
        assert [(line.account_id, order.id if order else None) for line, order in found] == [
            (whose[0], "c-0001.1"),
            (whose[1], "c-0002.1"),
        ]
        assert reviewing.day_of_list(session, "lock-off", DAY + timedelta(days=1)) == []
        checks = reviewing.last_checks(session, ["c-0001.1", "c-0002.1"])
        assert {task: check.fit for task, check in checks.items()} == {"c-0001.1": True}
        assert len(reviewing.decided_since(session, "lock-off", MONDAY)) == 2


def test_a_payment_of_the_day_is_told_with_its_moment_and_counts_since_the_line_joined(store: Store) -> None:
    with store.writing() as session:
        whose = listed(session, 1)
        listed(session, 2)
        paid(session, whose, "40.00")
    with store.reading() as session:
        both = [whose, "10-000002"]
        assert reviewing.paid_since(session, both, DAY) == {whose: Decimal("40.00")}
        assert reviewing.paid_since(session, both, DAY + timedelta(days=1)) == {}
        [came] = reviewing.received(session, both, DAY)
    assert (came.account, came.amount_usd, came.at) == (whose, Decimal("40.00"), MONDAY + HOUR)


def test_where_accounts_are_is_read_for_all_of_them_at_once(store: Store) -> None:
    with store.writing() as session:
        accounts = [listed(session, number) for number in (1, 2, 3)]
    [plan] = plans_of(store, lambda session: reviewing.places(session, accounts))
    assert not [scan for scan in plan.scans if scan.startswith("SCAN")]
    with store.reading() as session:
        places = reviewing.places(session, accounts)
        assert reviewing.routes(session, accounts) == dict.fromkeys(accounts, "07")
    assert (places[accounts[0]].name, places[accounts[0]].address) == ("Pat Doe", "1 Well St")


def test_an_account_that_is_off_tells_what_it_has_paid_since_it_was_locked(store: Store) -> None:
    with store.writing() as session:
        whose = listed(session, 1)
        listed(session, 2)
        released(session)
    with store.writing() as session:
        order = session.get_one(TaskRow, "c-0001.1")
        order.state, order.outcome, order.closed_at, order.closed_by = "completed", "locked", MONDAY, "crew"
        session.get_one(Account, whose).status = "shut-off"
        paid(session, whose, "40.00")
    with store.reading() as session:
        assert reviewing.accounts_off(session) == [whose]
        [off] = reviewing.paid_but_off(session, [whose])
    assert (off.account, off.locked_at, off.paid_usd, off.balance_usd, off.order) == (
        whose, MONDAY, Decimal("40.00"), Decimal("-40.00"), None,
    )  # fmt: skip
    [plan] = plans_of(store, reviewing.accounts_off)
    assert plan.scans == ["ix_accounts_off"]
    assert len(plans_of(store, lambda session: reviewing.paid_but_off(session, [whose]))) == 4


def test_an_account_that_is_off_and_has_paid_nothing_since_is_not_told(store: Store) -> None:
    with store.writing() as session:
        whose = listed(session, 1)
        session.get_one(Account, whose).status = "shut-off"
        session.add(
            Posting(
                entry_id="bill-1", line=1, code="receivable", account_id=whose, amount_usd=Decimal("40.00"), posted_on=DAY,
                at=MONDAY, rule="bill", person="headgate", memo="",
            )
        )  # fmt: skip
    with store.reading() as session:
        assert reviewing.paid_but_off(session, [whose]) == []


def test_without_a_lock_nobody_is_off(store: Store) -> None:
    with store.reading() as session:
        assert reviewing.accounts_off(session) == []
        assert session.get(CaseRow, "c-0001") is None
