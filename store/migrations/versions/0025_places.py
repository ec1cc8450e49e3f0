"""What a crew should know of a place before it gets out of the truck.

Runs before the new code: it only adds.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns."""
    op.add_column("premises", sa.Column("access", sa.String(), nullable=False, server_default=""))
    op.add_column("premises", sa.Column("hazard", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    """Drop them."""
    op.drop_column("premises", "hazard")
    op.drop_column("premises", "access")
