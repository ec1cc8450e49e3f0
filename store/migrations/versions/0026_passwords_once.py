"""Passwords that somebody else has set are good for one sign-in.

Runs before the new code: it only adds a column.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("users", sa.Column("password_once", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("users", "password_once")
