"""The priority that a person gave a task, apart from the one that its case gives it.

Runs before the new code: it only adds.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("tasks", sa.Column("raised", sa.Integer(), nullable=True))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("tasks", "raised")
