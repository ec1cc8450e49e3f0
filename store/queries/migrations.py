"""Migrations of open cases: begun, gone on with, settled case by case, looked at."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import func, insert, literal, select, text, update
from sqlmodel import Session, col

from definitions.language.sentences import beside
from store.paging import Page, after, page_of, read_cursor
from store.tables.base import table_of
from store.tables.cases import CaseRow
from store.tables.migrations import RUNNING, CaseMigration, MigratingCase

End = Literal["migrated", "refused", "gone"]
Status = Literal["running", "paused", "cancelled"]

MIGRATING, CASES = table_of(MigratingCase), table_of(CaseRow)


def open_cases_of(session: Session, definition: str, version: int, *, limit: int, cursor: str | None) -> Page[CaseRow]:
    """The open cases that run on a version, by id."""
    key = read_cursor(cursor, (str,)) if cursor is not None else None
    query = select(CaseRow).where(
        text("status = 'open'"), col(CaseRow.definition) == definition, col(CaseRow.version) == version
    )
    rows = session.execute(after(query, (CASES.c.id,), key).limit(limit + 1)).scalars()
    return page_of([rows], lambda row: (row.id,), limit)


def begin_migration(
    session: Session,
    definition: str,
    before: int,
    after_: int,
    *,
    mapping: Mapping[str, Any],
    reason: str,
    by: str,
    at: datetime,
    cases: Sequence[str] | None = None,
) -> CaseMigration:
    """The migration of all open cases of a version, or of these of them, begun."""
    migration = CaseMigration(
        id=f"mg-{secrets.token_hex(6)}",
        definition=definition,
        from_version=before,
        to_version=after_,
        mapping=dict(mapping),
        reason=reason,
        cases=0,
        asked_by=by,
        asked_at=at,
    )
    session.add(migration)
    session.flush()
    chosen = select(literal(migration.id), CASES.c.id, literal("pending")).where(
        text("status = 'open'"), CASES.c.definition == definition, CASES.c.version == before
    )
    if cases is not None:
        chosen = chosen.where(CASES.c.id.in_(list(cases)))
    columns = ["migration_id", "case_id", "status"]
    migration.cases = session.connection().execute(insert(MIGRATING).from_select(columns, chosen)).rowcount
    session.add(migration)
    session.flush()
    return migration


def migrations_to_go_on(session: Session) -> list[str]:
    """The migrations that run, the oldest first."""
    query = select(col(CaseMigration.id)).where(text(RUNNING))
    return list(session.execute(query.order_by(col(CaseMigration.asked_at), col(CaseMigration.id))).scalars())


def next_cases(session: Session, migration_id: str, limit: int) -> list[str]:
    """The next cases of a migration that runs; none when all are settled, or it is paused or cancelled."""
    if session.get_one(CaseMigration, migration_id).status != "running":
        return []
    query = (
        select(col(MigratingCase.case_id))
        .where(col(MigratingCase.migration_id) == migration_id, col(MigratingCase.status) == "pending")
        .order_by(col(MigratingCase.case_id))
        .limit(limit)
    )
    return list(session.execute(query).scalars())


def settle_migrated(
    session: Session, migration_id: str, case: str, end: End, *, sentence: str | None, step: int | None, at: datetime
) -> None:
    """Notes what became of a case; one that is settled stays as it is."""
    session.execute(
        update(MIGRATING)
        .where(MIGRATING.c.migration_id == migration_id, MIGRATING.c.case_id == case, MIGRATING.c.status == "pending")
        .values(status=end, sentence=sentence, said=beside(sentence), step_no=step, at=at)
    )


def end_migration(session: Session, migration_id: str, at: datetime) -> None:
    """Ends a migration that runs and of which every case is settled."""
    migration = session.get_one(CaseMigration, migration_id)
    if migration.status == "running" and not next_cases(session, migration_id, 1):
        migration.status, migration.ended_at = "done", at
        session.add(migration)


def change_migration(session: Session, migration: CaseMigration, to: Status, *, by: str, at: datetime) -> None:
    """Pauses, resumes or cancels a migration; what has come over stays there."""
    migration.status, migration.changed_by, migration.changed_at = to, by, at
    if to == "cancelled":
        migration.ended_at = at
        session.execute(
            update(MIGRATING)
            .where(MIGRATING.c.migration_id == migration.id, MIGRATING.c.status == "pending")
            .values(status="cancelled", at=at)
        )
    session.add(migration)
    session.flush()


def migration_counts(session: Session, migration_id: str) -> dict[str, int]:
    """How many cases of a migration are pending, migrated, refused, gone, cancelled."""
    query = (
        select(MIGRATING.c.status, func.count())
        .where(MIGRATING.c.migration_id == migration_id)
        .group_by(MIGRATING.c.status)
    )
    return {str(status): count for status, count in session.execute(query)}


def migrations_page(session: Session, *, limit: int, cursor: str | None) -> Page[CaseMigration]:
    """Migrations, the newest first."""
    key = read_cursor(cursor, (datetime, str)) if cursor is not None else None
    columns = table_of(CaseMigration).c
    query = after(select(CaseMigration), (columns.asked_at, columns.id), key, down=True).limit(limit + 1)
    return page_of([session.execute(query).scalars()], lambda row: (row.asked_at, row.id), limit, down=True)


def migrating_page(
    session: Session, migration_id: str, *, status: str | None, limit: int, cursor: str | None
) -> Page[MigratingCase]:
    """The cases of a migration, by id."""
    key = read_cursor(cursor, (str,)) if cursor is not None else None
    query = select(MigratingCase).where(col(MigratingCase.migration_id) == migration_id)
    if status is not None:
        query = query.where(col(MigratingCase.status) == status)
    rows = session.execute(after(query, (MIGRATING.c.case_id,), key).limit(limit + 1)).scalars()
    return page_of([rows], lambda row: (row.case_id,), limit)
