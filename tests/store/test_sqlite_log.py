"""SQLite's log is rarely brought into its file, since a writer waits for that."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import URL

from store.engine import LOG_PAGES, open_store
from store.tables.audit import Audit

SQLITES_OWN = 1_000  #: pages
PAGE_BYTES = 4_096
MONDAY = datetime(2026, 3, 9, 16, 0, tzinfo=UTC)


def test_the_log_is_not_brought_in_at_the_limit_that_sqlite_has_itself(new_databases: Callable[[str], URL]) -> None:
    url = new_databases("sqlite")
    store = open_store(url)
    log, pages = Path(f"{url.database}-wal"), 0
    try:
        for number in range(SQLITES_OWN):
            with store.writing() as session:
                session.add(
                    Audit(
                        at=MONDAY, person="rep", act="view", object_kind="account", object_id=str(number), allowed=True
                    )
                )
            pages = log.stat().st_size // PAGE_BYTES
            if pages > 1.2 * SQLITES_OWN:
                break
        assert 1.2 * SQLITES_OWN < pages < LOG_PAGES
    finally:
        store.close()
