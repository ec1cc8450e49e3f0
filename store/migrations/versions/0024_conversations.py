"""The contact log of an account.

Runs before the new code: it only adds a table.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.types import Moment

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add it."""
    op.create_table(
        "conversations",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=True),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("incoming", sa.Boolean(), nullable=False),
        sa.Column("spoke_with", sa.String(), nullable=False),
        sa.Column("asked", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("offered", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.CheckConstraint(
            "channel in ('telephone', 'counter', 'email', 'letter', 'site')", name=op.f("ck_conversations_channel")
        ),
        sa.CheckConstraint(
            "spoke_with in ('customer', 'adult', 'other', 'nobody')", name=op.f("ck_conversations_spoke_with")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_conversations_account_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_conversations_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversations")),
    )
    op.create_index("ix_conversations_account", "conversations", ["account_id", "at", "id"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("conversations")
