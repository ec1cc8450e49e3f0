"""Beside the text of a note and a memo of Headgate's, its message and values, so that pages say it in the reader's language.

Runs before the new code: it only adds. Older rows have none and stay English.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns."""
    for table in ("memos", "notes"):
        op.add_column(table, sa.Column("said", sa.JSON(), nullable=True))


def downgrade() -> None:
    """Drop them."""
    for table in ("memos", "notes"):
        op.drop_column(table, "said")
