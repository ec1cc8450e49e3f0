"""The tests' own PostgreSQL databases: one that is lent again is as if nobody had used it."""

from __future__ import annotations

import pytest
from books import CASE, MONDAY, account, step
from sqlalchemy import text
from sqlmodel import Session, select

from store import records
from store.engine import open_store
from store.projection import write_step
from store.tables.base import Row
from store.tables.cases import CaseRow
from tests.postgres import Databases


def used(session: Session) -> None:
    account(session)
    write_step(session, step())
    records.archive_history(session, CASE, "run-1", b"history", MONDAY)


def test_a_database_that_is_lent_again_is_empty(postgres: Databases) -> None:
    first = postgres.lend()
    opened = open_store(first)
    with opened.writing() as session:
        used(session)
    postgres.give_back(first)  # though somebody is still connected
    opened.close()

    again = postgres.lend()
    opened = open_store(again)
    with opened.reading() as session:
        left = [table for table in Row.metadata.tables.values() if session.execute(select(table).limit(1)).first()]
    opened.close()
    postgres.give_back(again)
    assert again == first
    assert left == []


@pytest.mark.parametrize(
    "statement",
    ["DROP TRIGGER audit_no_update ON audit", "DROP TABLE notes", "ANALYZE cases", "DELETE FROM alembic_version"],
)
def test_a_database_whose_schema_or_statistics_have_changed_is_not_lent_again(
    postgres: Databases, statement: str
) -> None:
    first = postgres.lend()
    opened = open_store(first)
    with opened.writing() as session:
        used(session)
        session.execute(text(statement))
    opened.close()
    postgres.give_back(first)

    again = postgres.lend()
    opened = open_store(again)
    with opened.reading() as session:
        assert session.exec(select(CaseRow)).all() == []
    opened.close()
    postgres.give_back(again)
    assert again != first
