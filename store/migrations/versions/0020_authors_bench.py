"""What comes before a version of a definition: drafts, proposals, rehearsals.

Runs before the new code: it only adds tables.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the tables."""
    _drafts()
    _proposals()
    _rehearsals()


def _drafts() -> None:
    op.create_table(
        "definition_drafts",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("definition", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("based_on", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["author"], ["users.id"], name=op.f("fk_definition_drafts_author")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_definition_drafts")),
        sa.UniqueConstraint("author", "definition", name=op.f("uq_definition_drafts_author_definition")),
    )
    op.create_index("ix_definition_drafts_of", "definition_drafts", ["definition", "author"])


def _proposals() -> None:
    op.create_table(
        "definition_proposals",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("definition", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("based_on", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("proposed_by", sa.String(), nullable=False),
        sa.Column("proposed_at", MOMENT, nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("published", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "status in ('open', 'approved', 'sent-back', 'withdrawn')", name=op.f("ck_definition_proposals_status")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_definition_proposals")),
    )
    op.create_index("ix_definition_proposals_of", "definition_proposals", ["definition", "proposed_at", "id"])
    op.create_index("ix_definition_proposals_listed", "definition_proposals", ["proposed_at", "id"])
    only_open = sa.text("status = 'open'")
    op.create_index(
        "ix_definition_proposals_open",
        "definition_proposals",
        ["definition"],
        unique=True,
        sqlite_where=only_open,
        postgresql_where=only_open,
    )


def _rehearsals() -> None:
    op.create_table(
        "rehearsals",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("definition", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("against", sa.Integer(), nullable=True),
        sa.Column("accounts", sa.String(), nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("begin", sa.Date(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("told_at", MOMENT, nullable=False),
        sa.Column("sentence", sa.String(), nullable=True),
        sa.Column("result", sa.JSON(none_as_null=True), nullable=True),
        sa.CheckConstraint(
            "status in ('waiting', 'running', 'done', 'failed', 'cancelled')", name=op.f("ck_rehearsals_status")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rehearsals")),
    )
    op.create_index("ix_rehearsals_of", "rehearsals", ["definition", "asked_at", "id"])
    op.create_index("ix_rehearsals_status", "rehearsals", ["status"])


def downgrade() -> None:
    """Drop them."""
    for table in ("rehearsals", "definition_proposals", "definition_drafts"):
        op.drop_table(table)
