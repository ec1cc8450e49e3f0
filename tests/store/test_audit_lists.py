"""The audit's lists on each engine: what they hold, and that each is one index scan without a sort among many rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from plans import plans_of
from sqlalchemy import URL, insert

from store.engine import Store, open_store
from store.queries.audit import Asked, audit_page, audit_rows
from store.tables.audit import Audit
from store.tables.base import table_of
from tests.conftest import ENGINES

MONDAY = datetime(2026, 3, 9, 16, 0, tzinfo=UTC)
MANY = 20_000


@pytest.fixture(scope="module", params=ENGINES)
def big(request: pytest.FixtureRequest, new_databases: Callable[[str], URL]) -> Iterator[Store]:
    """An audit of a few weeks: every twentieth row a look, every hundredth a refusal."""
    store = open_store(new_databases(request.param))
    rows = [
        {
            "at": MONDAY + timedelta(minutes=number),
            "person": f"u{number % 37}",
            "act": "view" if number % 20 == 0 else "claim",
            "object_kind": "task",
            "object_id": f"c-{number}.1",
            "account_id": f"a-{number % 499}",
            "case_id": f"c-{number % 997}",
            "allowed": number % 100 != 1,
        }
        for number in range(MANY)
    ]
    with store.writing() as session:
        session.connection().execute(insert(table_of(Audit)), rows)
    with store.engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE")
        connection.commit()
    yield store
    store.close()


DAY = {"since": MONDAY + timedelta(days=3), "before": MONDAY + timedelta(days=4)}
LISTS = {
    "all": (Asked(), "ix_audit_day"),
    "a day": (Asked(**DAY), "ix_audit_day"),
    "an account": (Asked(account="a-42"), "ix_audit_account_day"),
    "an account's days": (Asked(account="a-42", since=MONDAY + timedelta(days=3)), "ix_audit_account_day"),
    "a case": (Asked(case="c-42"), "ix_audit_case_day"),
    "a person": (Asked(person="u8"), "ix_audit_person_day"),
    "a person's day": (Asked(person="u8", **DAY), "ix_audit_person_day"),
    "what was refused": (Asked(kind="refused"), "ix_audit_refused"),
    "what was seen": (Asked(kind="seen"), "ix_audit_seen"),
    "what was seen on a day": (Asked(kind="seen", **DAY), "ix_audit_seen"),
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_of_the_audit_is_one_index_scan_without_a_sort(big: Store, name: str) -> None:
    asked, index = LISTS[name]
    [plan] = plans_of(big, lambda session: audit_page(session, asked, limit=20))
    assert plan.scans == [index], plan
    assert plan.sorts == 0
    assert plan.rows is None or plan.rows <= 60


def test_a_later_page_begins_in_the_index_where_the_first_ended(big: Store) -> None:
    with big.reading() as session:
        first = audit_page(session, Asked(person="u8"), limit=20)
    [plan] = plans_of(big, lambda session: audit_page(session, Asked(person="u8"), limit=20, cursor=first.cursor))
    assert (plan.scans, plan.sorts) == (["ix_audit_person_day"], 0)
    assert plan.rows is None or plan.rows <= 60


def test_pages_hold_each_row_once_the_newest_first(big: Store) -> None:
    asked = Asked(account="a-7")
    found: list[int] = []
    cursor = None
    with big.reading() as session:
        while True:
            page = audit_page(session, asked, limit=7, cursor=cursor)
            found += [int(row.id or 0) for row in page.items]
            cursor = page.cursor
            if cursor is None:
                break
        everything = [int(row.id or 0) for row in audit_rows(session, asked, until=MANY)]
    assert found == sorted(found, reverse=True) == everything
    assert len(found) == len(range(7, MANY, 499))


def test_done_seen_and_refused_are_told_apart(big: Store) -> None:
    with big.reading() as session:
        counts = {
            kind: sum(1 for _ in audit_rows(session, Asked(kind=kind, **DAY), until=MANY))
            for kind in ("done", "seen", "refused")
        }
    assert counts == {"done": 1440 - 72 - 14, "seen": 72, "refused": 14}


def test_an_export_ends_at_the_row_that_was_the_last_when_it_began(big: Store) -> None:
    with big.reading() as session:
        assert sum(1 for _ in audit_rows(session, Asked(), until=MANY - 5)) == MANY - 5
