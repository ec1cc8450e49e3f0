"""Moves of cases to another state by operators.

Runs before the new code: it only adds.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "case_moves",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("refusal", sa.String(), nullable=True),
        sa.CheckConstraint("status in ('asked', 'moved', 'refused')", name=op.f("ck_case_moves_status")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_moves_case_id_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_moves")),
    )
    op.create_index("ix_case_moves_case", "case_moves", ["case_id", "asked_at"])
    asked = sa.text("status = 'asked'")
    op.create_index("ix_case_moves_asked", "case_moves", ["asked_at", "id"], sqlite_where=asked, postgresql_where=asked)


def downgrade() -> None:
    """Drop it."""
    op.drop_table("case_moves")
