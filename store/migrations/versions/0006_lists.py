"""One list and one open case at a time, releases of lists, overrides of district rules, checks at the curb, daily openings.

Runs before the new code: it adds tables, columns and indexes. No definition that shipped before had a list, so no account
can be on two; open cases get their `open_key` with their next step.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0007"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
JSON = sa.JSON(none_as_null=True)
RELEASING = ("running", "paused", "cancelled", "done")
LINE = ("pending", "going", "released", "stayed", "dropped", "gone", "over", "cancelled")


def upgrade() -> None:
    """Add the tables, columns and indexes."""
    _one_at_a_time()
    _releases()
    op.create_table(
        "rule_overrides",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("rules", JSON, nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.CheckConstraint("status in ('asked', 'given', 'refused')", name=op.f("ck_rule_overrides_status")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_rule_overrides_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_overrides")),
    )
    op.create_index("ix_rule_overrides_case", "rule_overrides", ["case_id", "asked_at"])
    op.create_table(
        "site_checks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("real_at", MOMENT, nullable=False),
        sa.Column("fit", sa.Boolean(), nullable=False),
        sa.Column("sentence", sa.String(), nullable=False),
        sa.Column("facts", JSON, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_checks")),
    )
    op.create_index("ix_site_checks_task", "site_checks", ["task_id", "id"])
    op.create_table(
        "account_runs",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("reached", sa.String(), nullable=True),
        sa.Column("looked_at", sa.Integer(), nullable=False),
        sa.Column("opened", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", "day", name=op.f("pk_account_runs")),
    )


def _one_at_a_time() -> None:
    op.add_column("cases", sa.Column("open_key", sa.String(), nullable=True))
    op.create_index("ix_cases_open_key", "cases", ["open_key"], unique=True)
    op.add_column("list_lines", sa.Column("why", JSON, nullable=True))
    op.create_index(
        "ix_list_lines_one_a_time",
        "list_lines",
        ["account_id"],
        unique=True,
        sqlite_where=sa.text("status = 'waiting'"),
        postgresql_where=sa.text("status = 'waiting'"),
    )


def _releases() -> None:
    op.create_table(
        "list_releases",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("list_name", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("per_day", sa.Integer(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("approved_by", JSON, nullable=True),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=True),
        sa.Column("changed_by", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.CheckConstraint(f"status in {RELEASING}", name=op.f("ck_list_releases_status")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_releases")),
    )
    op.create_index("ix_list_releases_list", "list_releases", ["list_name", "made_at", "id"])
    op.create_index(
        "ix_list_releases_running",
        "list_releases",
        ["made_at", "id"],
        sqlite_where=sa.text("status = 'running'"),
        postgresql_where=sa.text("status = 'running'"),
    )
    op.create_table(
        "release_lines",
        sa.Column("release_id", sa.String(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("sentence", sa.String(), nullable=True),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("at", MOMENT, nullable=True),
        sa.CheckConstraint(f"status in {LINE}", name=op.f("ck_release_lines_status")),
        sa.ForeignKeyConstraint(["line_id"], ["list_lines.id"], name=op.f("fk_release_lines_line_id")),
        sa.ForeignKeyConstraint(["release_id"], ["list_releases.id"], name=op.f("fk_release_lines_release_id")),
        sa.PrimaryKeyConstraint("release_id", "no", name=op.f("pk_release_lines")),
    )
    op.create_index("ix_release_lines_line", "release_lines", ["line_id"])
    op.create_index("ix_release_lines_status", "release_lines", ["release_id", "status", "no"])
    op.create_index(
        "ix_release_lines_one_a_time",
        "release_lines",
        ["line_id"],
        unique=True,
        sqlite_where=sa.text("status in ('pending', 'going')"),
        postgresql_where=sa.text("status in ('pending', 'going')"),
    )
    op.create_table(
        "list_days",
        sa.Column("list_name", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("list_name", "day", name=op.f("pk_list_days")),
    )


def downgrade() -> None:
    """Take away what was added."""
    for table in (
        "list_days",
        "release_lines",
        "list_releases",
        "account_runs",
        "site_checks",
        "rule_overrides",
    ):
        op.drop_table(table)
    op.drop_index("ix_list_lines_one_a_time", table_name="list_lines")
    op.drop_column("list_lines", "why")
    op.drop_index("ix_cases_open_key", table_name="cases")
    op.drop_column("cases", "open_key")
