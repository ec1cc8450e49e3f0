"""Counsel and trustee beside an account's customer.

Runs before the new code: it only adds a table.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "account_parties",
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("mailing", sa.JSON(), nullable=False),
        sa.Column("noted_by", sa.String(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_account_parties_account_id")),
        sa.PrimaryKeyConstraint("account_id", "role", name=op.f("pk_account_parties")),
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("account_parties")
