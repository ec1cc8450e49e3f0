"""What SQLite and PostgreSQL both have, and SQLAlchemy has only in each dialect's own words."""

from __future__ import annotations

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite


def insert_for(dialect: str) -> Any:
    """The insert of a dialect (`sqlite` or `postgresql`) that may ignore or change what is there already."""
    # The two dialects' inserts have the same methods and no common type.
    return postgresql.insert if dialect == "postgresql" else sqlite.insert
