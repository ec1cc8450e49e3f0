"""What letters were printed from, their sheets in a batch, certified numbers and returns; batches as they are printed.

Runs before the new code: it only adds columns. A batch from before counts as printed when it was made.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
LETTERS: dict[str, sa.types.TypeEngine[Any]] = {
    "data_digest": sa.String(),
    "certified": sa.String(),
    "sheet": sa.Integer(),
    "sheets": sa.Integer(),
    "told_on": sa.Date(),
    "recalled_at": MOMENT,
    "recalled_because": sa.String(),
    "returned_on": sa.Date(),
}
BATCHES = ("printed_at", "printed_by", "file_digest", "copies")


def upgrade() -> None:
    """Add the columns."""
    for name, kind in LETTERS.items():
        op.add_column("letters", sa.Column(name, kind, nullable=True))
    op.add_column("letter_batches", sa.Column("printed_at", MOMENT, nullable=True))
    op.add_column("letter_batches", sa.Column("printed_by", sa.String(), nullable=True))
    op.add_column("letter_batches", sa.Column("file_digest", sa.String(), nullable=True))
    op.add_column("letter_batches", sa.Column("copies", sa.Integer(), server_default="0", nullable=False))
    op.execute("UPDATE letter_batches SET printed_at = made_at, printed_by = made_by, copies = 1")
    op.execute("UPDATE letters SET told_on = mailed_on WHERE mailed_on IS NOT NULL")


def downgrade() -> None:
    """Drop them."""
    for column in BATCHES:
        op.drop_column("letter_batches", column)
    for column in LETTERS:
        op.drop_column("letters", column)
