"""The open cases of a version are found in the order in which they are listed; they had been sorted at each look.

Runs before the new code: it only changes an index. The calendar and laws that bind them stay in it, so that renewing these
reads nothing else.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

OPEN = sa.text("status = 'open'")


def upgrade() -> None:
    """Put the index by the case's id in place of the one by its rules."""
    columns = ["definition", "version", "id", "rules_version"]
    op.create_index("ix_cases_version", "cases", columns, sqlite_where=OPEN, postgresql_where=OPEN)
    op.drop_index("ix_cases_rules", table_name="cases")


def downgrade() -> None:
    """Put it back."""
    columns = ["definition", "version", "rules_version", "id"]
    op.create_index("ix_cases_rules", "cases", columns, sqlite_where=OPEN, postgresql_where=OPEN)
    op.drop_index("ix_cases_version", table_name="cases")
