"""Whether a letter is mailed or left at the property by a crew.

Runs before the new code: it only adds a column.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("letters", sa.Column("delivery", sa.String(), server_default="mail", nullable=False))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("letters", "delivery")
