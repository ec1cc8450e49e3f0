"""What all tables share: one metadata with stable names for constraints, and the table behind a model."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import Table, text
from sqlmodel import SQLModel

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

metadata = SQLModel.metadata


class Row(SQLModel):
    """A row of one table. There are no relationships: what is read is what a query names."""


def table_of(model: type[Row]) -> Table:
    """The Core table of a model, for statements on many rows."""
    return cast(Any, model).__table__  # type: ignore[no-any-return]  # SQLModel does not declare the attribute


def only_where(condition: str) -> dict[str, Any]:
    """The condition of a partial index, for both engines.

    Queries repeat it word for word: with a bound value in it neither engine can tell that the index serves."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}
