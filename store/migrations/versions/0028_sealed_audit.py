"""The chain over the audit: its links, the note of what is not sealed yet, and the triggers that keep both.

What the audit holds already is sealed here, in the order of its numbers. Runs before the new code: it only adds; until a worker
of the new version runs, new rows wait unsealed.
"""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from store.chain import START, link_digest, row_digest
from store.types import Moment

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

BATCH = 2_000
STANDING_STEP = "EXISTS (SELECT 1 FROM steps s WHERE s.case_id = OLD.case_id AND s.step_no = OLD.step_no)"
OF_A_STEP = f"OLD.case_id IS NULL OR OLD.step_no IS NULL OR {STANDING_STEP}"
APPEND_ONLY = "the audit is append-only"

AUDIT = sa.table(
    "audit",
    *(sa.column(name) for name in ("person", "act", "object_kind", "object_id", "account_id", "case_id")),
    *(sa.column(name) for name in ("code", "sentence", "rule")),
    sa.column("id", sa.Integer()),
    sa.column("at", Moment()),
    sa.column("step_no", sa.Integer()),
    sa.column("allowed", sa.Boolean()),
)
SEALS = sa.table(
    "audit_seals",
    *(sa.column(name) for name in ("no", "audit_id", "row_digest", "digest")),
    sa.column("sealed_at", Moment()),
)


def upgrade() -> None:
    """Create both tables, set the triggers, which on PostgreSQL keeps writers out until the end, and seal what there is."""
    op.create_table(
        "audit_unsealed",
        sa.Column("audit_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("audit_id", name=op.f("pk_audit_unsealed")),
    )
    op.create_table(
        "audit_seals",
        sa.Column("no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("row_digest", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("sealed_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_audit_seals_audit_id")),
        sa.PrimaryKeyConstraint("no", name=op.f("pk_audit_seals")),
        sa.UniqueConstraint("audit_id", name=op.f("uq_audit_seals_audit_id")),
    )
    _sqlite() if op.get_bind().dialect.name == "sqlite" else _postgresql()
    _seal_what_there_is()


def _seal_what_there_is() -> None:
    connection, before, number, last = op.get_bind(), START, 0, 0
    at = datetime.now(UTC)
    while rows := connection.execute(sa.select(AUDIT).where(AUDIT.c.id > last).order_by(AUDIT.c.id).limit(BATCH)).all():
        links = []
        for row in rows:
            number, content = number + 1, row_digest(row)
            before = link_digest(before, content, at)
            links.append({"no": number, "audit_id": row.id, "row_digest": content, "digest": before, "sealed_at": at})
        connection.execute(sa.insert(SEALS), links)
        last = rows[-1].id


def _sqlite() -> None:
    unsealed = "EXISTS (SELECT 1 FROM audit_unsealed u WHERE u.audit_id = OLD.id)"
    op.execute("DROP TRIGGER audit_no_delete")
    for name, when, what in (
        ("audit_noted", "AFTER INSERT ON audit FOR EACH ROW", "INSERT INTO audit_unsealed VALUES (NEW.id)"),
        (
            "audit_no_delete",
            f"BEFORE DELETE ON audit FOR EACH ROW WHEN NOT {unsealed} OR {OF_A_STEP}",
            f"SELECT RAISE(ABORT, '{APPEND_ONLY}')",
        ),
        ("audit_withdrawn", "AFTER DELETE ON audit FOR EACH ROW", "DELETE FROM audit_unsealed WHERE audit_id = OLD.id"),
        ("audit_seals_no_update", "BEFORE UPDATE ON audit_seals", f"SELECT RAISE(ABORT, '{APPEND_ONLY}')"),
        ("audit_seals_no_delete", "BEFORE DELETE ON audit_seals", f"SELECT RAISE(ABORT, '{APPEND_ONLY}')"),
    ):
        op.execute(f"CREATE TRIGGER {name} {when} BEGIN {what}; END")


def _postgresql() -> None:
    refuse = f"RAISE EXCEPTION '{APPEND_ONLY}' USING ERRCODE = 'restrict_violation';"
    # Whoever takes a row back while it is being sealed waits here, and then finds that it may not.
    unnote = "DELETE FROM audit_unsealed WHERE audit_id = OLD.id;"
    withdraw = f"{unnote} IF NOT FOUND OR {OF_A_STEP} THEN {refuse} END IF;"
    op.execute("DROP TRIGGER audit_no_delete ON audit")
    op.execute("DROP FUNCTION audit_no_delete()")
    for name, table, when, body in (
        ("audit_noted", "audit", "AFTER INSERT", "INSERT INTO audit_unsealed VALUES (NEW.id); RETURN NULL;"),
        ("audit_no_delete", "audit", "BEFORE DELETE", f"{withdraw} RETURN OLD;"),
        ("audit_seals_no_update", "audit_seals", "BEFORE UPDATE", refuse),
        ("audit_seals_no_delete", "audit_seals", "BEFORE DELETE", refuse),
    ):
        op.execute(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$")
        op.execute(f"CREATE TRIGGER {name} {when} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")


def downgrade() -> None:
    """Drop the chain, and let the audit be guarded as before."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    triggers = ["audit_noted", "audit_no_delete"] + (["audit_withdrawn"] if sqlite else [])
    for name in triggers:
        op.execute(f"DROP TRIGGER {name}" if sqlite else f"DROP TRIGGER {name} ON audit")
    op.drop_table("audit_seals")
    op.drop_table("audit_unsealed")
    if sqlite:
        op.execute(
            f"CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit FOR EACH ROW WHEN {OF_A_STEP} "
            f"BEGIN SELECT RAISE(ABORT, '{APPEND_ONLY}'); END"
        )
        return
    for name in ("audit_noted", "audit_no_delete", "audit_seals_no_update", "audit_seals_no_delete"):
        op.execute(f"DROP FUNCTION {name}()")
    refuse = f"RAISE EXCEPTION '{APPEND_ONLY}' USING ERRCODE = 'restrict_violation';"
    op.execute(
        "CREATE FUNCTION audit_no_delete() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF {OF_A_STEP} THEN {refuse} END IF; RETURN OLD; END $$"
    )
    op.execute("CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_no_delete()")
