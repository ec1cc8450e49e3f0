"""Migrations of open cases to another version of their definition.

Runs before the new code: it only adds.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "case_migrations",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("definition", sa.String(), nullable=False),
        sa.Column("from_version", sa.Integer(), nullable=False),
        sa.Column("to_version", sa.Integer(), nullable=False),
        sa.Column("mapping", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("changed_by", sa.String(), nullable=True),
        sa.Column("changed_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "status in ('running', 'paused', 'cancelled', 'done')", name=op.f("ck_case_migrations_status")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_migrations")),
    )
    op.create_index("ix_case_migrations_asked", "case_migrations", ["asked_at", "id"])
    running = sa.text("status = 'running'")
    op.create_index(
        "ix_case_migrations_running",
        "case_migrations",
        ["asked_at", "id"],
        sqlite_where=running,
        postgresql_where=running,
    )
    op.create_table(
        "migrating_cases",
        sa.Column("migration_id", sa.String(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("sentence", sa.String(), nullable=True),
        sa.Column("step_no", sa.Integer(), nullable=True),
        sa.Column("at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "status in ('pending', 'migrated', 'refused', 'gone', 'cancelled')", name=op.f("ck_migrating_cases_status")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_migrating_cases_case_id_cases")),
        sa.ForeignKeyConstraint(
            ["migration_id"], ["case_migrations.id"], name=op.f("fk_migrating_cases_migration_id_case_migrations")
        ),
        sa.PrimaryKeyConstraint("migration_id", "case_id", name=op.f("pk_migrating_cases")),
    )
    op.create_index("ix_migrating_cases_case_id", "migrating_cases", ["case_id"])
    op.create_index("ix_migrating_cases_status", "migrating_cases", ["migration_id", "status", "case_id"])


def downgrade() -> None:
    """Drop them."""
    op.drop_table("migrating_cases")
    op.drop_table("case_migrations")
