"""Payment plans with their instalments, refunds with the runs that issue them, and what is held for an account.

Runs before the new code: it only adds tables and an index.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
USD = sa.Numeric(14, 2).with_variant(sa.BigInteger(), "sqlite")
HELD = sa.text("code IN ('deposits', 'refunds-payable')")
ACTIVE = sa.text("status = 'active'")


def upgrade() -> None:
    """Add the tables and the index."""
    op.create_index("ix_postings_held", "postings", ["account_id", "code"], sqlite_where=HELD, postgresql_where=HELD)
    op.create_table(
        "plans",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("amount_usd", USD, nullable=False),
        sa.Column("agreed_at", MOMENT, nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.CheckConstraint("status in ('active', 'kept', 'broken', 'ended')", name=op.f("ck_plans_status")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_plans_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plans")),
    )
    op.create_index("ix_plans_account", "plans", ["account_id", "agreed_at"])
    op.create_index(
        "uq_plans_active", "plans", ["account_id"], unique=True, sqlite_where=ACTIVE, postgresql_where=ACTIVE
    )
    op.create_table(
        "instalments",
        sa.Column("plan_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("amount_usd", USD, nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name=op.f("fk_instalments_plan_id")),
        sa.PrimaryKeyConstraint("plan_id", "number", name=op.f("pk_instalments")),
    )
    op.create_table(
        "refund_runs",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("refunds", sa.Integer(), nullable=False),
        sa.Column("total_usd", USD, nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("issued_by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund_runs")),
    )
    op.create_index("ix_refund_runs_made", "refund_runs", ["made_at", "id"])
    op.create_table(
        "refunds",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("amount_usd", USD, nullable=False),
        sa.Column("payable_on", sa.Date(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("run_id", sa.String(), nullable=True),
        sa.Column("check_no", sa.Integer(), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.CheckConstraint("kind in ('credit', 'deposit')", name=op.f("ck_refunds_kind")),
        sa.CheckConstraint(
            "status in ('payable', 'issued', 'cashed', 'unclaimed', 'forfeited')", name=op.f("ck_refunds_status")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_refunds_account_id")),
        sa.ForeignKeyConstraint(["run_id"], ["refund_runs.id"], name=op.f("fk_refunds_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refunds")),
    )
    op.create_index("ix_refunds_status", "refunds", ["status", "payable_on", "id"])
    op.create_index("ix_refunds_account", "refunds", ["account_id", "payable_on"])
    op.create_index("ix_refunds_run", "refunds", ["run_id", "id"])


def downgrade() -> None:
    """Drop them."""
    for table in ("refunds", "refund_runs", "instalments", "plans"):
        op.drop_table(table)
    op.drop_index("ix_postings_held", table_name="postings", sqlite_where=HELD, postgresql_where=HELD)
