"""The first schema.

Runs before the new code: there is nothing older.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Exact on both engines: SQLite keeps whole cents and thousandths (store/types.py).
USD = sa.Numeric(14, 2).with_variant(sa.BigInteger(), "sqlite")
CCF = sa.Numeric(12, 3).with_variant(sa.BigInteger(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
JSON = sa.JSON(none_as_null=True)

# What is written is not changed. An orphan's postings (of a step that history does not hold) go after their step row,
# and only the last step of a case can go: that is how another act takes an orphan's place.
STANDING_STEP = "EXISTS (SELECT 1 FROM steps s WHERE s.case_id = OLD.case_id AND s.step_no = OLD.step_no)"
LATER_STEP = "EXISTS (SELECT 1 FROM steps s WHERE s.case_id = OLD.case_id AND s.step_no > OLD.step_no)"
GUARDS = (
    ("postings_no_update", "UPDATE", "postings", None, "the ledger is append-only: post another entry"),
    (
        "postings_no_delete",
        "DELETE",
        "postings",
        f"OLD.case_id IS NULL OR {STANDING_STEP}",
        "the ledger is append-only: post a reversing entry",
    ),
    ("steps_no_delete", "DELETE", "steps", LATER_STEP, "only the last step of a case can be replaced"),
    ("audit_no_update", "UPDATE", "audit", None, "the audit is append-only"),
    (
        "audit_no_delete",
        "DELETE",
        "audit",
        f"OLD.case_id IS NULL OR OLD.step_no IS NULL OR {STANDING_STEP}",
        "the audit is append-only",
    ),
)


def _guard() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for name, what, table, condition, sentence in GUARDS:
        if sqlite:
            when = f"WHEN {condition} " if condition else ""
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {what} ON {table} FOR EACH ROW {when}"
                f"BEGIN SELECT RAISE(ABORT, '{sentence}'); END"
            )
            continue
        refuse = f"RAISE EXCEPTION '{sentence}' USING ERRCODE = 'restrict_violation';"
        body = f"IF {condition} THEN {refuse} END IF;" if condition else refuse
        result = "OLD" if what == "DELETE" else "NEW"
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN {result}; END $$"
        )
        op.execute(f"CREATE TRIGGER {name} BEFORE {what} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")


def _unguard() -> None:
    for name, _what, table, _condition, _sentence in GUARDS:
        if op.get_bind().dialect.name == "sqlite":
            op.execute(f"DROP TRIGGER {name}")
        else:
            op.execute(f"DROP TRIGGER {name} ON {table}")
            op.execute(f"DROP FUNCTION {name}()")


def upgrade() -> None:
    """Create all tables, then the triggers that keep the ledger and the audit append-only."""
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("object_kind", sa.String(), nullable=False),
        sa.Column("object_id", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=True),
        sa.Column("case_id", sa.String(), nullable=True),
        sa.Column("step_no", sa.Integer(), nullable=True),
        sa.Column("allowed", sa.Boolean(), nullable=False),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("sentence", sa.String(), nullable=True),
        sa.Column("rule", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index("ix_audit_account", "audit", ["account_id", "id"], unique=False)
    op.create_index("ix_audit_case", "audit", ["case_id", "id"], unique=False)
    op.create_index("ix_audit_person", "audit", ["person", "id"], unique=False)
    op.create_table(
        "customers",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("search", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customers")),
    )
    op.create_index(op.f("ix_customers_search"), "customers", ["search"], unique=False)
    op.create_table(
        "definition_versions",
        sa.Column("definition", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("compiled", sa.LargeBinary(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("published_by", sa.String(), nullable=False),
        sa.Column("published_at", MOMENT, nullable=False),
        sa.Column("effective_from", MOMENT, nullable=False),
        sa.Column("approved_by", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("definition", "version", name=op.f("pk_definition_versions")),
        sa.UniqueConstraint("digest", name=op.f("uq_definition_versions_digest")),
    )
    op.create_table(
        "district_clock",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("epoch_real", MOMENT, nullable=False),
        sa.Column("epoch_district", MOMENT, nullable=False),
        sa.Column("speed", sa.Float(), nullable=False),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_district_clock_one_row")),
        sa.CheckConstraint("speed > 0", name=op.f("ck_district_clock_speed")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_district_clock")),
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("response", JSON, nullable=True),
        sa.Column("case_id", sa.String(), nullable=True),
        sa.Column("step_no", sa.Integer(), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("person", "key", name=op.f("pk_idempotency_keys")),
    )
    op.create_index("ix_idempotency_keys_at", "idempotency_keys", ["at"], unique=False)
    op.create_index("ix_idempotency_keys_step", "idempotency_keys", ["case_id", "step_no"], unique=False)
    op.create_table(
        "import_runs",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("file_digest", sa.String(), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("loaded", sa.Integer(), nullable=False),
        sa.Column("known", sa.Integer(), nullable=False),
        sa.Column("bad", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_runs")),
    )
    op.create_index(op.f("ix_import_runs_file_digest"), "import_runs", ["file_digest"], unique=False)
    op.create_table(
        "premises",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("line1", sa.String(), nullable=False),
        sa.Column("line2", sa.String(), nullable=False),
        sa.Column("city", sa.String(), nullable=False),
        sa.Column("zip", sa.String(), nullable=False),
        sa.Column("route", sa.String(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_premises")),
    )
    op.create_index("ix_premises_route", "premises", ["route", "sequence", "id"], unique=False)
    op.create_table(
        "users",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("sees_confidential", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
    )
    op.create_table(
        "absences",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("starts", sa.Date(), nullable=False),
        sa.Column("ends", sa.Date(), nullable=False),
        sa.Column("substitute_id", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.CheckConstraint("ends >= starts", name=op.f("ck_absences_order")),
        sa.ForeignKeyConstraint(["substitute_id"], ["users.id"], name=op.f("fk_absences_substitute_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_absences_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absences")),
    )
    op.create_index(op.f("ix_absences_substitute_id"), "absences", ["substitute_id"], unique=False)
    op.create_index("ix_absences_user", "absences", ["user_id", "ends"], unique=False)
    op.create_table(
        "approval_limits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=True),
        sa.Column("role", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("amount_usd", USD, nullable=False),
        sa.CheckConstraint("(user_id IS NULL) <> (role IS NULL)", name=op.f("ck_approval_limits_one_holder")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_approval_limits_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_limits")),
    )
    op.create_index(op.f("ix_approval_limits_role"), "approval_limits", ["role"], unique=False)
    op.create_index(op.f("ix_approval_limits_user_id"), "approval_limits", ["user_id"], unique=False)
    op.create_table(
        "crew_members",
        sa.Column("crew", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_crew_members_user_id")),
        sa.PrimaryKeyConstraint("crew", "user_id", name=op.f("pk_crew_members")),
    )
    op.create_index(op.f("ix_crew_members_user_id"), "crew_members", ["user_id"], unique=False)
    op.create_table(
        "service_points",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("premise_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("size", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["premise_id"], ["premises.id"], name=op.f("fk_service_points_premise_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_points")),
    )
    op.create_index(op.f("ix_service_points_premise_id"), "service_points", ["premise_id"], unique=False)
    op.create_table(
        "sign_ins",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_sign_ins_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_ins")),
        sa.UniqueConstraint("digest", name=op.f("uq_sign_ins_digest")),
    )
    op.create_index(op.f("ix_sign_ins_user_id"), "sign_ins", ["user_id"], unique=False)
    op.create_table(
        "user_roles",
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("granted_by", sa.String(), nullable=False),
        sa.Column("granted_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_user_roles_user_id")),
        sa.PrimaryKeyConstraint("user_id", "role", name=op.f("pk_user_roles")),
    )
    op.create_index(op.f("ix_user_roles_role"), "user_roles", ["role"], unique=False)
    op.create_table(
        "accounts",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("premise_id", sa.String(), nullable=False),
        sa.Column("service_point_id", sa.String(), nullable=False),
        sa.Column("customer_id", sa.String(), nullable=False),
        sa.Column("account_class", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("mailing", JSON, nullable=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("closed", sa.Date(), nullable=True),
        sa.Column("confidential", sa.Boolean(), nullable=False),
        sa.Column("hold_version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "account_class in ('residential', 'multifamily', 'commercial', 'irrigation', 'construction')",
            name=op.f("ck_accounts_account_class"),
        ),
        sa.CheckConstraint("status in ('active', 'shut-off', 'closed')", name=op.f("ck_accounts_status")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_accounts_customer_id")),
        sa.ForeignKeyConstraint(["premise_id"], ["premises.id"], name=op.f("fk_accounts_premise_id")),
        sa.ForeignKeyConstraint(["service_point_id"], ["service_points.id"], name=op.f("fk_accounts_service_point_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
    )
    op.create_index(op.f("ix_accounts_customer_id"), "accounts", ["customer_id"], unique=False)
    op.create_index(op.f("ix_accounts_premise_id"), "accounts", ["premise_id"], unique=False)
    op.create_index(op.f("ix_accounts_service_point_id"), "accounts", ["service_point_id"], unique=False)
    op.create_table(
        "meters",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("service_point_id", sa.String(), nullable=False),
        sa.Column("serial", sa.String(), nullable=False),
        sa.Column("size", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("digits", sa.Integer(), nullable=False),
        sa.Column("installed", sa.Date(), nullable=False),
        sa.Column("removed", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["service_point_id"], ["service_points.id"], name=op.f("fk_meters_service_point_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meters")),
        sa.UniqueConstraint("serial", name=op.f("uq_meters_serial")),
    )
    op.create_index(op.f("ix_meters_service_point_id"), "meters", ["service_point_id"], unique=False)
    op.create_table(
        "account_events",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("data", JSON, nullable=True),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("delivered_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_account_events_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_events")),
    )
    op.create_index(op.f("ix_account_events_account_id"), "account_events", ["account_id"], unique=False)
    op.create_index(
        "ix_account_events_waiting",
        "account_events",
        ["made_at", "id"],
        unique=False,
        sqlite_where=sa.text("delivered_at IS NULL"),
        postgresql_where=sa.text("delivered_at IS NULL"),
    )
    op.create_table(
        "bills",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("meter_id", sa.String(), nullable=True),
        sa.Column("period_start", sa.Date(), nullable=False),
        sa.Column("period_end", sa.Date(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("read_ccf", CCF, nullable=False),
        sa.Column("use_ccf", CCF, nullable=False),
        sa.Column("amount_usd", USD, nullable=False),
        sa.Column("mailed", sa.Date(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_bills_account_id")),
        sa.ForeignKeyConstraint(["meter_id"], ["meters.id"], name=op.f("fk_bills_meter_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bills")),
        sa.UniqueConstraint("account_id", "period_end", name=op.f("uq_bills_account_id_period_end")),
    )
    op.create_table(
        "cases",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("definition", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("step_no", sa.Integer(), nullable=False),
        sa.Column("next_due", MOMENT, nullable=True),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("sla_due", MOMENT, nullable=True),
        sa.Column("sla_warn", MOMENT, nullable=True),
        sa.Column("sla_late", sa.Boolean(), nullable=False),
        sa.Column("incidents", sa.Integer(), nullable=False),
        sa.Column("hold_version", sa.Integer(), nullable=False),
        sa.Column("snapshot", JSON, nullable=True),
        sa.CheckConstraint("status in ('open', 'closed')", name=op.f("ck_cases_status")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_cases_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
    )
    op.create_index("ix_cases_account", "cases", ["account_id", "opened_at", "id"], unique=False)
    op.create_index("ix_cases_definition", "cases", ["definition", "status", "opened_at", "id"], unique=False)
    op.create_index("ix_cases_listed", "cases", ["opened_at", "id"], unique=False)
    op.create_index(
        "ix_cases_next_due",
        "cases",
        ["next_due", "id"],
        unique=False,
        sqlite_where=sa.text("status = 'open'"),
        postgresql_where=sa.text("status = 'open'"),
    )
    op.create_index(
        "ix_cases_sla_due",
        "cases",
        ["sla_due", "id"],
        unique=False,
        sqlite_where=sa.text("status = 'open'"),
        postgresql_where=sa.text("status = 'open'"),
    )
    op.create_index("ix_cases_status", "cases", ["status", "opened_at", "id"], unique=False)
    op.create_table(
        "holds",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("until", MOMENT, nullable=True),
        sa.Column("placed_by", sa.String(), nullable=False),
        sa.Column("placed_at", MOMENT, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=True),
        sa.Column("released_at", MOMENT, nullable=True),
        sa.Column("released_by", sa.String(), nullable=True),
        sa.Column("release_reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_holds_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holds")),
    )
    op.create_index("ix_holds_account", "holds", ["account_id", "since"], unique=False)
    op.create_index(
        "uq_holds_standing",
        "holds",
        ["account_id", "kind"],
        unique=True,
        sqlite_where=sa.text("released_at IS NULL"),
        postgresql_where=sa.text("released_at IS NULL"),
    )
    op.create_table(
        "payments",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("received", sa.Date(), nullable=False),
        sa.Column("amount_usd", USD, nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("reversed_on", sa.Date(), nullable=True),
        sa.Column("reverse_reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_payments_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments")),
    )
    op.create_index("ix_payments_account", "payments", ["account_id", "received", "id"], unique=False)
    op.create_table(
        "postings",
        sa.Column("entry_id", sa.String(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=True),
        sa.Column("amount_usd", USD, nullable=False),
        sa.Column("posted_on", sa.Date(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("case_id", sa.String(), nullable=True),
        sa.Column("step_no", sa.Integer(), nullable=True),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("memo", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_postings_account_id")),
        sa.PrimaryKeyConstraint("entry_id", "line", name=op.f("pk_postings")),
    )
    op.create_index(op.f("ix_postings_code"), "postings", ["code"], unique=False)
    op.create_index(
        "ix_postings_receivable",
        "postings",
        ["account_id", "posted_on", "entry_id"],
        unique=False,
        sqlite_where=sa.text("code = 'receivable'"),
        postgresql_where=sa.text("code = 'receivable'"),
    )
    op.create_index("ix_postings_step", "postings", ["case_id", "step_no"], unique=False)
    op.create_table(
        "reads",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meter_id", sa.String(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("value_ccf", CCF, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.CheckConstraint("kind in ('actual', 'estimated', 'field', 'customer')", name=op.f("ck_reads_kind")),
        sa.ForeignKeyConstraint(["meter_id"], ["meters.id"], name=op.f("fk_reads_meter_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reads")),
        sa.UniqueConstraint("meter_id", "at", "kind", name=op.f("uq_reads_meter_id_at_kind")),
    )
    op.create_table(
        "case_archives",
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("history", sa.LargeBinary(), nullable=False),
        sa.Column("archived_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_archives_case_id")),
        sa.PrimaryKeyConstraint("case_id", "run_id", name=op.f("pk_case_archives")),
    )
    op.create_table(
        "case_links",
        sa.Column("parent_id", sa.String(), nullable=False),
        sa.Column("child_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("step_no", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["parent_id"], ["cases.id"], name=op.f("fk_case_links_parent_id")),
        sa.PrimaryKeyConstraint("parent_id", "child_id", name=op.f("pk_case_links")),
    )
    op.create_index(op.f("ix_case_links_child_id"), "case_links", ["child_id"], unique=False)
    op.create_table(
        "effects",
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("step_no", sa.Integer(), nullable=False),
        sa.Column("effect_no", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("payload", JSON, nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("result", JSON, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error_code", sa.String(), nullable=True),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("settled_at", MOMENT, nullable=True),
        sa.CheckConstraint("status in ('pending', 'done', 'failed', 'skipped')", name=op.f("ck_effects_status")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_effects_case_id")),
        sa.PrimaryKeyConstraint("case_id", "step_no", "effect_no", name=op.f("pk_effects")),
    )
    op.create_index(
        "ix_effects_unsettled",
        "effects",
        ["status", "made_at"],
        unique=False,
        sqlite_where=sa.text("status IN ('pending', 'failed')"),
        postgresql_where=sa.text("status IN ('pending', 'failed')"),
    )
    op.create_table(
        "files",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("content_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=True),
        sa.Column("task_id", sa.String(), nullable=True),
        sa.Column("account_id", sa.String(), nullable=True),
        sa.Column("uploaded_by", sa.String(), nullable=False),
        sa.Column("uploaded_at", MOMENT, nullable=False),
        sa.Column("keep_until", sa.Date(), nullable=True),
        sa.Column("medical", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_files_account_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_files_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_files")),
    )
    op.create_index(op.f("ix_files_account_id"), "files", ["account_id"], unique=False)
    op.create_index(op.f("ix_files_case_id"), "files", ["case_id"], unique=False)
    op.create_index(op.f("ix_files_digest"), "files", ["digest"], unique=False)
    op.create_index(op.f("ix_files_keep_until"), "files", ["keep_until"], unique=False)
    op.create_index(op.f("ix_files_task_id"), "files", ["task_id"], unique=False)
    op.create_table(
        "incidents",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("step_no", sa.Integer(), nullable=False),
        sa.Column("effect_no", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("sentence", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("settled_at", MOMENT, nullable=True),
        sa.Column("settled_by", sa.String(), nullable=True),
        sa.Column("settled_how", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_incidents_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incidents")),
    )
    op.create_index("ix_incidents_case", "incidents", ["case_id", "opened_at"], unique=False)
    op.create_index(
        "ix_incidents_open",
        "incidents",
        ["opened_at", "id"],
        unique=False,
        sqlite_where=sa.text("settled_at IS NULL"),
        postgresql_where=sa.text("settled_at IS NULL"),
    )
    op.create_table(
        "letters",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("step_no", sa.Integer(), nullable=False),
        sa.Column("effect_no", sa.Integer(), nullable=False),
        sa.Column("template", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("file_digest", sa.String(), nullable=True),
        sa.Column("queued_at", MOMENT, nullable=False),
        sa.Column("printed_at", MOMENT, nullable=True),
        sa.Column("mailed_on", sa.Date(), nullable=True),
        sa.Column("batch", sa.String(), nullable=True),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.Column("detail", JSON, nullable=True),
        sa.CheckConstraint(
            "status in ('queued', 'printed', 'mailed', 'recalled', 'returned')", name=op.f("ck_letters_status")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_letters_account_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_letters_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letters")),
        sa.UniqueConstraint("case_id", "step_no", "effect_no", name=op.f("uq_letters_case_id_step_no_effect_no")),
    )
    op.create_index("ix_letters_account", "letters", ["account_id", "queued_at", "id"], unique=False)
    op.create_index(op.f("ix_letters_batch"), "letters", ["batch"], unique=False)
    op.create_index("ix_letters_status", "letters", ["status", "queued_at", "id"], unique=False)
    op.create_table(
        "list_lines",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("list_name", sa.String(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("columns", JSON, nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("joined_at", MOMENT, nullable=False),
        sa.Column("joined_step", sa.Integer(), nullable=False),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("decided_step", sa.Integer(), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("excluded_until", MOMENT, nullable=True),
        sa.CheckConstraint("status in ('waiting', 'released', 'excluded', 'left')", name=op.f("ck_list_lines_status")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_list_lines_account_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_list_lines_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_lines")),
    )
    op.create_index(op.f("ix_list_lines_account_id"), "list_lines", ["account_id"], unique=False)
    op.create_index(op.f("ix_list_lines_case_id"), "list_lines", ["case_id"], unique=False)
    op.create_index(
        "ix_list_lines_waiting",
        "list_lines",
        ["list_name", "joined_at", "id"],
        unique=False,
        sqlite_where=sa.text("status = 'waiting'"),
        postgresql_where=sa.text("status = 'waiting'"),
    )
    op.create_table(
        "notes",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=True),
        sa.Column("task_id", sa.String(), nullable=True),
        sa.Column("account_id", sa.String(), nullable=True),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_notes_account_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_notes_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notes")),
    )
    op.create_index("ix_notes_account", "notes", ["account_id", "at"], unique=False)
    op.create_index("ix_notes_case", "notes", ["case_id", "at"], unique=False)
    op.create_index(op.f("ix_notes_task_id"), "notes", ["task_id"], unique=False)
    op.create_table(
        "steps",
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("step_no", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("states_left", JSON, nullable=True),
        sa.Column("states_entered", JSON, nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("changes", JSON, nullable=True),
        sa.Column("facts", JSON, nullable=True),
        sa.Column("rules", JSON, nullable=True),
        sa.Column("rule", sa.String(), nullable=True),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("detail", JSON, nullable=True),
        sa.Column("result", JSON, nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_steps_case_id")),
        sa.PrimaryKeyConstraint("case_id", "step_no", name=op.f("pk_steps")),
    )
    op.create_table(
        "tasks",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("work_kind", sa.String(), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("queue", sa.String(), nullable=True),
        sa.Column("crew", sa.String(), nullable=True),
        sa.Column("users", JSON, nullable=True),
        sa.Column("assignee", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.Column("due_order", MOMENT, nullable=False),
        sa.Column("follow_up_at", MOMENT, nullable=True),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("opened_step", sa.Integer(), nullable=False),
        sa.Column("claimed_at", MOMENT, nullable=True),
        sa.Column("suspended_at", MOMENT, nullable=True),
        sa.Column("clock_stops", sa.Boolean(), nullable=False),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("closed_step", sa.Integer(), nullable=True),
        sa.Column("closed_by", sa.String(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("close_reason", sa.String(), nullable=True),
        sa.Column("form", JSON, nullable=True),
        sa.Column("draft", JSON, nullable=True),
        sa.Column("account_id", sa.String(), nullable=True),
        sa.Column("escalated", sa.Integer(), nullable=False),
        sa.Column("item", JSON, nullable=True),
        sa.Column("item_no", sa.Integer(), nullable=True),
        sa.Column("snapshot", JSON, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("skippable", sa.Boolean(), nullable=False),
        sa.Column("repeatable", sa.Boolean(), nullable=False),
        sa.Column("check_at_site", sa.Boolean(), nullable=False),
        sa.Column("not_by", JSON, nullable=True),
        sa.Column("assigned_step", sa.Integer(), nullable=True),
        sa.Column("assignee_before", sa.String(), nullable=True),
        sa.Column("claimed_before", MOMENT, nullable=True),
        sa.CheckConstraint("kind in ('task', 'work-order')", name=op.f("ck_tasks_kind")),
        sa.CheckConstraint(
            "state in ('open', 'claimed', 'suspended', 'completed', 'skipped', 'cancelled')",
            name=op.f("ck_tasks_state"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_tasks_account_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_tasks_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tasks")),
    )
    op.create_index("ix_tasks_account", "tasks", ["account_id", "opened_at", "id"], unique=False)
    op.create_index(
        "ix_tasks_assignee",
        "tasks",
        ["assignee", "priority", "due_order", "id"],
        unique=False,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index("ix_tasks_case", "tasks", ["case_id", "run"], unique=False)
    op.create_index(
        "ix_tasks_crew",
        "tasks",
        ["crew", "priority", "due_order", "id"],
        unique=False,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index(
        "ix_tasks_due",
        "tasks",
        ["due_order", "id"],
        unique=False,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index(
        "ix_tasks_queue",
        "tasks",
        ["queue", "priority", "due_order", "id"],
        unique=False,
        sqlite_where=sa.text("state IN ('open', 'claimed')"),
        postgresql_where=sa.text("state IN ('open', 'claimed')"),
    )
    op.create_index(
        "ix_tasks_queue_due",
        "tasks",
        ["queue", "due_order", "id"],
        unique=False,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index(
        "ix_tasks_unclaimed",
        "tasks",
        ["queue", "priority", "due_order", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "task_candidates",
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("task_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("fk_task_candidates_task_id")),
        sa.PrimaryKeyConstraint("user_id", "task_id", name=op.f("pk_task_candidates")),
    )
    op.create_index(op.f("ix_task_candidates_task_id"), "task_candidates", ["task_id"], unique=False)
    op.create_table(
        "task_helpers",
        sa.Column("task_id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("added_by", sa.String(), nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("fk_task_helpers_task_id")),
        sa.PrimaryKeyConstraint("task_id", "user_id", name=op.f("pk_task_helpers")),
    )
    _guard()


def downgrade() -> None:
    """Drop everything."""
    _unguard()
    op.drop_table("task_helpers")
    op.drop_index(op.f("ix_task_candidates_task_id"), table_name="task_candidates")
    op.drop_table("task_candidates")
    op.drop_index(
        "ix_tasks_unclaimed",
        table_name="tasks",
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.drop_index(
        "ix_tasks_queue_due",
        table_name="tasks",
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.drop_index(
        "ix_tasks_queue",
        table_name="tasks",
        sqlite_where=sa.text("state IN ('open', 'claimed')"),
        postgresql_where=sa.text("state IN ('open', 'claimed')"),
    )
    op.drop_index(
        "ix_tasks_due",
        table_name="tasks",
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.drop_index(
        "ix_tasks_crew",
        table_name="tasks",
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.drop_index("ix_tasks_case", table_name="tasks")
    op.drop_index(
        "ix_tasks_assignee",
        table_name="tasks",
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.drop_index("ix_tasks_account", table_name="tasks")
    op.drop_table("tasks")
    op.drop_table("steps")
    op.drop_index(op.f("ix_notes_task_id"), table_name="notes")
    op.drop_index("ix_notes_case", table_name="notes")
    op.drop_index("ix_notes_account", table_name="notes")
    op.drop_table("notes")
    op.drop_index(
        "ix_list_lines_waiting",
        table_name="list_lines",
        sqlite_where=sa.text("status = 'waiting'"),
        postgresql_where=sa.text("status = 'waiting'"),
    )
    op.drop_index(op.f("ix_list_lines_case_id"), table_name="list_lines")
    op.drop_index(op.f("ix_list_lines_account_id"), table_name="list_lines")
    op.drop_table("list_lines")
    op.drop_index("ix_letters_status", table_name="letters")
    op.drop_index(op.f("ix_letters_batch"), table_name="letters")
    op.drop_index("ix_letters_account", table_name="letters")
    op.drop_table("letters")
    op.drop_index(
        "ix_incidents_open",
        table_name="incidents",
        sqlite_where=sa.text("settled_at IS NULL"),
        postgresql_where=sa.text("settled_at IS NULL"),
    )
    op.drop_index("ix_incidents_case", table_name="incidents")
    op.drop_table("incidents")
    op.drop_index(op.f("ix_files_task_id"), table_name="files")
    op.drop_index(op.f("ix_files_keep_until"), table_name="files")
    op.drop_index(op.f("ix_files_digest"), table_name="files")
    op.drop_index(op.f("ix_files_case_id"), table_name="files")
    op.drop_index(op.f("ix_files_account_id"), table_name="files")
    op.drop_table("files")
    op.drop_index(
        "ix_effects_unsettled",
        table_name="effects",
        sqlite_where=sa.text("status IN ('pending', 'failed')"),
        postgresql_where=sa.text("status IN ('pending', 'failed')"),
    )
    op.drop_table("effects")
    op.drop_index(op.f("ix_case_links_child_id"), table_name="case_links")
    op.drop_table("case_links")
    op.drop_table("case_archives")
    op.drop_table("reads")
    op.drop_index("ix_postings_step", table_name="postings")
    op.drop_index(
        "ix_postings_receivable",
        table_name="postings",
        sqlite_where=sa.text("code = 'receivable'"),
        postgresql_where=sa.text("code = 'receivable'"),
    )
    op.drop_index(op.f("ix_postings_code"), table_name="postings")
    op.drop_table("postings")
    op.drop_index("ix_payments_account", table_name="payments")
    op.drop_table("payments")
    op.drop_index(
        "uq_holds_standing",
        table_name="holds",
        sqlite_where=sa.text("released_at IS NULL"),
        postgresql_where=sa.text("released_at IS NULL"),
    )
    op.drop_index("ix_holds_account", table_name="holds")
    op.drop_table("holds")
    op.drop_index("ix_cases_status", table_name="cases")
    op.drop_index(
        "ix_cases_sla_due",
        table_name="cases",
        sqlite_where=sa.text("status = 'open'"),
        postgresql_where=sa.text("status = 'open'"),
    )
    op.drop_index(
        "ix_cases_next_due",
        table_name="cases",
        sqlite_where=sa.text("status = 'open'"),
        postgresql_where=sa.text("status = 'open'"),
    )
    op.drop_index("ix_cases_listed", table_name="cases")
    op.drop_index("ix_cases_definition", table_name="cases")
    op.drop_index("ix_cases_account", table_name="cases")
    op.drop_table("cases")
    op.drop_table("bills")
    op.drop_index(
        "ix_account_events_waiting",
        table_name="account_events",
        sqlite_where=sa.text("delivered_at IS NULL"),
        postgresql_where=sa.text("delivered_at IS NULL"),
    )
    op.drop_index(op.f("ix_account_events_account_id"), table_name="account_events")
    op.drop_table("account_events")
    op.drop_index(op.f("ix_meters_service_point_id"), table_name="meters")
    op.drop_table("meters")
    op.drop_index(op.f("ix_accounts_service_point_id"), table_name="accounts")
    op.drop_index(op.f("ix_accounts_premise_id"), table_name="accounts")
    op.drop_index(op.f("ix_accounts_customer_id"), table_name="accounts")
    op.drop_table("accounts")
    op.drop_index(op.f("ix_user_roles_role"), table_name="user_roles")
    op.drop_table("user_roles")
    op.drop_index(op.f("ix_sign_ins_user_id"), table_name="sign_ins")
    op.drop_table("sign_ins")
    op.drop_index(op.f("ix_service_points_premise_id"), table_name="service_points")
    op.drop_table("service_points")
    op.drop_index(op.f("ix_crew_members_user_id"), table_name="crew_members")
    op.drop_table("crew_members")
    op.drop_index(op.f("ix_approval_limits_user_id"), table_name="approval_limits")
    op.drop_index(op.f("ix_approval_limits_role"), table_name="approval_limits")
    op.drop_table("approval_limits")
    op.drop_index("ix_absences_user", table_name="absences")
    op.drop_index(op.f("ix_absences_substitute_id"), table_name="absences")
    op.drop_table("absences")
    op.drop_table("users")
    op.drop_index("ix_premises_route", table_name="premises")
    op.drop_table("premises")
    op.drop_index(op.f("ix_import_runs_file_digest"), table_name="import_runs")
    op.drop_table("import_runs")
    op.drop_index("ix_idempotency_keys_step", table_name="idempotency_keys")
    op.drop_index("ix_idempotency_keys_at", table_name="idempotency_keys")
    op.drop_table("idempotency_keys")
    op.drop_table("district_clock")
    op.drop_table("definition_versions")
    op.drop_index(op.f("ix_customers_search"), table_name="customers")
    op.drop_table("customers")
    op.drop_index("ix_audit_person", table_name="audit")
    op.drop_index("ix_audit_case", table_name="audit")
    op.drop_index("ix_audit_account", table_name="audit")
    op.drop_table("audit")
