"""The bad rows of imports, and finding what was posted on a day without reading the whole ledger.

Runs before the new code: it only adds a table and an index.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add them."""
    op.create_table(
        "import_bad_rows",
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["import_runs.id"], name=op.f("fk_import_bad_rows_run_id")),
        sa.PrimaryKeyConstraint("run_id", "number", name=op.f("pk_import_bad_rows")),
    )
    op.create_index("ix_postings_day", "postings", ["posted_on", "at", "entry_id", "line"])


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_postings_day", table_name="postings")
    op.drop_table("import_bad_rows")
