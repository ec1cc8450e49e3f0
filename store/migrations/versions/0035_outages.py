"""Outages with the premises that they concern, and whether somebody was told of one.

Runs before the new code: it only adds two tables and a column.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.types import Moment

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add them."""
    op.create_table(
        "outages",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("begins_at", Moment(), nullable=False),
        sa.Column("expected_until", Moment(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("extent", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("premises", sa.Integer(), nullable=False),
        sa.Column("announced_by", sa.String(), nullable=False),
        sa.Column("announced_at", Moment(), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=True),
        sa.Column("changed_at", Moment(), nullable=True),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("ended_by", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind in ('planned', 'emergency')", name=op.f("ck_outages_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outages")),
    )
    op.create_index("ix_outages_begins", "outages", ["begins_at", "id"])
    standing = sa.text("ended_at IS NULL")
    op.create_index(
        "ix_outages_standing", "outages", ["begins_at", "id"], sqlite_where=standing, postgresql_where=standing
    )
    op.create_table(
        "outage_premises",
        sa.Column("outage_id", sa.String(), nullable=False),
        sa.Column("premise_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["outage_id"], ["outages.id"], name=op.f("fk_outage_premises_outage_id")),
        sa.ForeignKeyConstraint(["premise_id"], ["premises.id"], name=op.f("fk_outage_premises_premise_id")),
        sa.PrimaryKeyConstraint("outage_id", "premise_id", name=op.f("pk_outage_premises")),
    )
    op.create_index(op.f("ix_outage_premises_premise_id"), "outage_premises", ["premise_id"])
    op.add_column("conversations", sa.Column("told_of", sa.String(), nullable=True))


def downgrade() -> None:
    """Drop them."""
    op.drop_column("conversations", "told_of")
    op.drop_table("outage_premises")
    op.drop_table("outages")
