"""The audit is read by account, case, person and day, newest first; what was refused and what was seen have small indexes.

Runs before the new code: it only changes indexes.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

BEFORE = (
    ("ix_audit_account", ["account_id", "id"]),
    ("ix_audit_case", ["case_id", "id"]),
    ("ix_audit_person", ["person", "id"]),
)
AFTER = (
    ("ix_audit_day", ["at", "id"], None),
    ("ix_audit_account_day", ["account_id", "at", "id"], None),
    ("ix_audit_case_day", ["case_id", "at", "id"], None),
    ("ix_audit_person_day", ["person", "at", "id"], None),
    ("ix_audit_refused", ["at", "id"], "NOT allowed"),
    ("ix_audit_seen", ["at", "id"], "act = 'view'"),
)


def upgrade() -> None:
    """Put the moment into each index."""
    for name, _ in BEFORE:
        op.drop_index(name, table_name="audit")
    for name, columns, condition in AFTER:
        where = sa.text(condition) if condition else None
        op.create_index(name, "audit", columns, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    """Take it out again."""
    for name, _, _ in AFTER:
        op.drop_index(name, table_name="audit")
    for name, columns in BEFORE:
        op.create_index(name, "audit", columns)
