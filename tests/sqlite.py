"""SQLite files that tests copy."""

from __future__ import annotations

from store.engine import Store


def close_to_copy(store: Store) -> None:
    """Closes a store so that its file alone has everything."""
    with store.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    store.close()
