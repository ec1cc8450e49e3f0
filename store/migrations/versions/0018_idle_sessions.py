"""When a browser session was last used, so that one that is left alone is locked.

Runs before the new code: it only adds a column.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.types import Moment

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("sign_ins", sa.Column("seen_at", Moment(), nullable=True))


def downgrade() -> None:
    """Drop it."""
    with op.batch_alter_table("sign_ins") as table:
        table.drop_column("seen_at")
