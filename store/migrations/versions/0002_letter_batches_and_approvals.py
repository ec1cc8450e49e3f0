"""Letter batches and approvals of lists.

Runs before the new code: it only adds tables.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "letter_batches",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("letters", sa.Integer(), nullable=False),
        sa.Column("mailed_on", sa.Date(), nullable=True),
        sa.Column("mailed_by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_batches")),
    )
    op.create_index("ix_letter_batches_made", "letter_batches", ["made_at", "id"])
    op.create_table(
        "list_approvals",
        sa.Column("list_name", sa.String(), nullable=False),
        sa.Column("lines_digest", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("list_name", "lines_digest", "person", name=op.f("pk_list_approvals")),
    )


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("list_approvals")
    op.drop_index("ix_letter_batches_made", table_name="letter_batches")
    op.drop_table("letter_batches")
