"""Beside sentences that Headgate made, their messages and values, so that pages say them in the reader's language.

Runs before the new code: it only adds. Older rows have none and stay English.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

COLUMNS: Final = {
    "cases": "why_said",
    "list_lines": "why_said",
    "audit": "said",
    "incidents": "said",
    "migrating_cases": "said",
    "release_lines": "said",
    "site_checks": "said",
}


def upgrade() -> None:
    """Add the columns."""
    for table, column in COLUMNS.items():
        op.add_column(table, sa.Column(column, sa.JSON(), nullable=True))


def downgrade() -> None:
    """Drop them."""
    for table, column in COLUMNS.items():
        op.drop_column(table, column)
