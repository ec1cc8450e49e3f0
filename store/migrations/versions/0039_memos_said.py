"""Beside the text of a posting that Headgate made, its message and values, so that pages say it in the reader's language.

Runs before the new code: it only adds. Older rows have none and stay English; the ledger's rows are never changed.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("postings", sa.Column("memo_said", sa.JSON(), nullable=True))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("postings", "memo_said")
