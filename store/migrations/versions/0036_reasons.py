"""Beside why a task was recalled and a line left its list, the message and values, so that pages say them in every language.

Runs before the new code: it only adds. Older rows have none and are shown as they are.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

COLUMNS: Final = {"tasks": "close_reason_said", "list_lines": "reason_said"}


def upgrade() -> None:
    """Add the columns."""
    for table, column in COLUMNS.items():
        op.add_column(table, sa.Column(column, sa.JSON(), nullable=True))


def downgrade() -> None:
    """Drop them."""
    for table, column in COLUMNS.items():
        op.drop_column(table, column)
