"""Finding letters whose cases have not heard of their mailing, without reading those of all years.

Runs before the new code: it only adds an index.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

UNTOLD = sa.text("status = 'mailed' AND told_on IS NULL")


def upgrade() -> None:
    """Add the index."""
    op.create_index("ix_letters_untold", "letters", ["id"], sqlite_where=UNTOLD, postgresql_where=UNTOLD)


def downgrade() -> None:
    """Drop it."""
    op.drop_index("ix_letters_untold", table_name="letters", sqlite_where=UNTOLD, postgresql_where=UNTOLD)
