"""Which closed cases' histories are kept, and whose calendar and laws bind a case.

Runs before the new code: it only adds.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

UNKEPT = sa.text("status = 'closed' AND kept_at IS NULL")
OPEN = sa.text("status = 'open'")


def upgrade() -> None:
    """Add the columns, fill them from what is known, and add their indexes."""
    moment = sa.DateTime(timezone=True)
    op.add_column("cases", sa.Column("kept_at", moment, nullable=True))
    op.add_column("cases", sa.Column("rules_version", sa.Integer(), nullable=False, server_default="0"))
    cases = sa.table("cases", *(sa.column(name) for name in ("id", "version", "rules_version", "kept_at", "closed_at")))
    archives = sa.table("case_archives", sa.column("case_id"), sa.column("archived_at"))
    kept = (
        sa.select(sa.func.max(archives.c.archived_at))
        .where(archives.c.case_id == cases.c.id, archives.c.archived_at >= cases.c.closed_at)
        .scalar_subquery()
    )
    op.execute(sa.update(cases).values(rules_version=cases.c.version, kept_at=kept))
    op.create_index("ix_cases_unkept", "cases", ["closed_at", "id"], sqlite_where=UNKEPT, postgresql_where=UNKEPT)
    op.create_index(
        "ix_cases_rules",
        "cases",
        ["definition", "version", "rules_version", "id"],
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_cases_rules", table_name="cases", sqlite_where=OPEN, postgresql_where=OPEN)
    op.drop_index("ix_cases_unkept", table_name="cases", sqlite_where=UNKEPT, postgresql_where=UNKEPT)
    op.drop_column("cases", "rules_version")
    op.drop_column("cases", "kept_at")
