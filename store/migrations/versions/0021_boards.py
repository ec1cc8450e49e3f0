"""What the lists' and the supervisor's pages count by: since when a case is in its state, when a promise was kept, indexes.

Runs before the new code: it only adds columns and indexes, and fills the columns from what is there.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

COLUMNS = ("state_since", "sla_stopped_at")
PROMISES = ("definition", "sla_late", "sla_warn", "sla_due", "closed_at")
WORKLOAD = ("queue", "assignee", "state", "due_order", "opened_at", "closed_at")
INDEXES = (
    ("ix_cases_promised", "cases", PROMISES, "closed_at IS NULL AND sla_due IS NOT NULL"),
    ("ix_cases_answered", "cases", ("sla_stopped_at", "definition", "sla_late"), "sla_stopped_at IS NOT NULL"),
    ("ix_cases_in_state", "cases", ("definition", "state", "state_since", "closed_at"), "closed_at IS NULL"),
    ("ix_cases_closed", "cases", ("closed_at",), "closed_at IS NOT NULL"),
    ("ix_tasks_workload", "tasks", WORKLOAD, "closed_at IS NULL"),
    ("ix_tasks_name", "tasks", ("name", "due_order", "id"), "closed_at IS NULL"),
    ("ix_tasks_escalated", "tasks", ("due_order", "id"), "closed_at IS NULL AND escalated > 0"),
    ("ix_tasks_done", "tasks", ("closed_at", "closed_by", "state"), "state = 'completed'"),
    ("ix_list_lines_excluded", "list_lines", ("list_name", "excluded_until", "id"), "status = 'excluded'"),
    ("ix_list_lines_decided", "list_lines", ("list_name", "decided_at", "id"), "decided_at IS NOT NULL"),
    ("ix_list_releases_day", "list_releases", ("list_name", "day", "id"), None),
    ("ix_list_releases_under_way", "list_releases", ("made_at", "id"), "status IN ('running', 'paused')"),
    ("ix_absences_ends", "absences", ("ends", "id"), None),
    ("ix_accounts_off", "accounts", ("id",), "status = 'shut-off'"),
)
STATE_SINCE = """
UPDATE cases SET state_since = COALESCE(
  (SELECT MIN(s.at) FROM steps s WHERE s.case_id = cases.id AND s.step_no >
    COALESCE((SELECT MAX(o.step_no) FROM steps o WHERE o.case_id = cases.id AND o.state <> cases.state), 0)),
  at)
"""
STOPPED = {
    "sqlite": "UPDATE cases SET sla_stopped_at = strftime('%Y-%m-%d %H:%M:%f', json_extract(snapshot, '$.sla.stopped_at'))"
    " || '000' WHERE json_extract(snapshot, '$.sla.stopped_at') IS NOT NULL",
    "postgresql": "UPDATE cases SET sla_stopped_at = (snapshot #>> '{sla,stopped_at}')::timestamptz"
    " WHERE snapshot #>> '{sla,stopped_at}' IS NOT NULL",
}


def upgrade() -> None:
    """Add and fill the columns, then add the indexes."""
    for name in COLUMNS:
        op.add_column("cases", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.execute(sa.text(STATE_SINCE))
    connection = op.get_bind()
    connection.exec_driver_sql(STOPPED[connection.dialect.name])
    for name, table, columns, where in INDEXES:
        only = sa.text(where) if where else None
        op.create_index(name, table, list(columns), sqlite_where=only, postgresql_where=only)


def downgrade() -> None:
    """Drop them."""
    for name, table, _columns, _where in reversed(INDEXES):
        op.drop_index(name, table_name=table)
    for name in reversed(COLUMNS):
        op.drop_column("cases", name)
