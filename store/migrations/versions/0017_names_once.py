"""Folded names that nothing reads any more: `search_words` has them.

Runs after the new code: it drops two columns that the old one fills.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

TABLES = ("customers", "applicants")


def upgrade() -> None:
    """Drop the columns with their indexes."""
    for name in TABLES:
        op.drop_index(f"ix_{name}_search", table_name=name)
        op.drop_column(name, "search")


def downgrade() -> None:
    """Add them again; the old code reads names in lower case there."""
    for name in TABLES:
        op.add_column(name, sa.Column("search", sa.String(), nullable=False, server_default=""))
        table = sa.table(name, sa.column("search"), sa.column("name"))
        op.execute(sa.update(table).values(search=sa.func.lower(table.c.name)))
        op.create_index(f"ix_{name}_search", name, ["search"])
