"""Beside what a rehearsal says, the messages and values of its sentences, so that its page says them in the reader's language.

Runs before the new code: it only adds. Older rehearsals have none and stay English.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("rehearsals", sa.Column("said", sa.JSON(), nullable=True))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("rehearsals", "said")
