"""Why a second person did not agree to an override stands for itself; it had been written behind what the first one said.

Runs before the new code: it only adds. Older rows keep both in one text.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("rule_overrides", sa.Column("refusal", sa.String(), nullable=True))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("rule_overrides", "refusal")
