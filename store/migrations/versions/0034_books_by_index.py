"""The books are added up from an index alone, in place of one that had the code and no amount.

Runs before the new code: nothing is changed but indexes.
"""

from __future__ import annotations

from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One index for another."""
    op.create_index("ix_postings_books", "postings", ["code", "posted_on", "amount_usd"])
    op.drop_index("ix_postings_code", "postings")


def downgrade() -> None:
    """The one that there was."""
    op.create_index("ix_postings_code", "postings", ["code"])
    op.drop_index("ix_postings_books", "postings")
