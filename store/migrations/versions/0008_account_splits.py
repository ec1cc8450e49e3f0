"""Accounts that were split on the day of a bankruptcy petition.

Runs before the new code: it only adds a table.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0006"
branch_labels = None
depends_on = None

USD = sa.Numeric(14, 2).with_variant(sa.BigInteger(), "sqlite")


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "account_splits",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("old_account_id", sa.String(), nullable=False),
        sa.Column("new_account_id", sa.String(), nullable=False),
        sa.Column("petition_date", sa.Date(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("pre_petition_usd", USD, nullable=False),
        sa.Column("post_petition_usd", USD, nullable=False),
        sa.Column("working", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["old_account_id"], ["accounts.id"], name=op.f("fk_account_splits_old_account_id")),
        sa.ForeignKeyConstraint(["new_account_id"], ["accounts.id"], name=op.f("fk_account_splits_new_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_splits")),
        sa.UniqueConstraint("new_account_id", name=op.f("uq_account_splits_new_account_id")),
    )
    op.create_index(op.f("ix_account_splits_old_account_id"), "account_splits", ["old_account_id"])


def downgrade() -> None:
    """Drop the table."""
    op.drop_index(op.f("ix_account_splits_old_account_id"), table_name="account_splits")
    op.drop_table("account_splits")
