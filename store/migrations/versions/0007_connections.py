"""Applicants, parcels, and the registers of devices.

Runs before the new code: it only adds tables and a column that may be empty.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0002"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the tables and the column."""
    op.create_table(
        "applicants",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("mailing", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("search", sa.String(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_applicants")),
    )
    op.create_index(op.f("ix_applicants_search"), "applicants", ["search"])
    op.create_table(
        "parcels",
        sa.Column("id", sa.String(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("line1", "city", "zip", "legal", "zone", "area")),
        sa.Column("inside", sa.Boolean(), nullable=True),
        sa.Column("route", sa.String(), nullable=False),
        sa.Column("map", sa.String(), nullable=False),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parcels")),
    )
    op.create_table(
        "register_items",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("register_name", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=True),
        sa.Column("case_id", sa.String(), nullable=True),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("kind", "make", "serial", "size", "place")),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("every_days", sa.Integer(), nullable=False),
        sa.Column("last_done", sa.Date(), nullable=True),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("removed", sa.Date(), nullable=True),
        sa.CheckConstraint("register_name in ('backflow', 'grease')", name=op.f("ck_register_items_register_name")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_register_items_account_id_accounts")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_register_items_case_id_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_items")),
    )
    op.create_index(op.f("ix_register_items_account_id"), "register_items", ["account_id"])
    standing = sa.text("removed IS NULL")
    op.create_index(
        "ix_register_items_due",
        "register_items",
        ["register_name", "due", "id"],
        sqlite_where=standing,
        postgresql_where=standing,
    )
    op.create_table(
        "register_events",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=True),
        sa.Column("percent", sa.Integer(), nullable=True),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.CheckConstraint(
            "kind in ('registered', 'tested', 'inspected', 'pumped', 'removed')",
            name=op.f("ck_register_events_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["register_items.id"], name=op.f("fk_register_events_item_id_register_items")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_events")),
    )
    op.create_index("ix_register_events_item", "register_events", ["item_id", "on", "id"])
    op.add_column("cases", sa.Column("applicant_id", sa.String(), nullable=True))
    begun = sa.text("applicant_id IS NOT NULL")
    op.create_index(
        "ix_cases_applicant",
        "cases",
        ["applicant_id", "opened_at", "id"],
        sqlite_where=begun,
        postgresql_where=begun,
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_cases_applicant", table_name="cases")
    op.drop_column("cases", "applicant_id")
    for table in ("register_events", "register_items", "parcels", "applicants"):
        op.drop_table(table)
