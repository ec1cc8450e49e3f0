"""Beside why a row of an import did not load, its message and values, so that finance reads it in its own language.

Runs before the new code: it only adds. Older rows have none and stay English.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("import_bad_rows", sa.Column("reason_said", sa.JSON(), nullable=True))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("import_bad_rows", "reason_said")
