"""What comes in and becomes or joins a case, memos between people, and files that come with what came in.

Runs before the new code: it only adds tables, a column and an index.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
WAITING = sa.text("closed_at IS NULL")


def upgrade() -> None:
    """Add them."""
    op.create_table(
        "inbox_items",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("taken_in_at", MOMENT, nullable=False),
        sa.Column("taken_in_by", sa.String(), nullable=False),
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("reply_to", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=True),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("queue", sa.String(), nullable=False),
        sa.Column("assignee", sa.String(), nullable=True),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("closed_by", sa.String(), nullable=True),
        sa.Column("case_id", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("foreign_id", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "channel in ('call', 'voicemail', 'email', 'fax', 'letter', 'walk-in', 'web')",
            name=op.f("ck_inbox_items_channel"),
        ),
        sa.CheckConstraint("status in ('open', 'joined', 'opened', 'settled')", name=op.f("ck_inbox_items_status")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_inbox_items_account_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_inbox_items_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox_items")),
        sa.UniqueConstraint("foreign_id", name=op.f("uq_inbox_items_foreign_id")),
    )
    op.create_index(
        "ix_inbox_items_waiting",
        "inbox_items",
        ["queue", "due_at", "id"],
        sqlite_where=WAITING,
        postgresql_where=WAITING,
    )
    op.create_index(
        "ix_inbox_items_assignee",
        "inbox_items",
        ["assignee", "due_at", "id"],
        sqlite_where=WAITING,
        postgresql_where=WAITING,
    )
    op.create_index("ix_inbox_items_received", "inbox_items", ["queue", "received_at", "id"])
    op.create_index("ix_inbox_items_account", "inbox_items", ["account_id", "received_at", "id"])
    op.create_index(op.f("ix_inbox_items_case_id"), "inbox_items", ["case_id"])
    op.create_table(
        "memos",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("to_user", sa.String(), nullable=True),
        sa.Column("to_crew", sa.String(), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=True),
        sa.CheckConstraint("(to_user IS NULL) <> (to_crew IS NULL)", name=op.f("ck_memos_one_recipient")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_memos_case_id")),
        sa.ForeignKeyConstraint(["to_user"], ["users.id"], name=op.f("fk_memos_to_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_memos")),
    )
    op.create_index("ix_memos_user", "memos", ["to_user", "at", "id"])
    op.create_index("ix_memos_crew", "memos", ["to_crew", "at", "id"])
    op.create_index("ix_memos_sender", "memos", ["sender", "at", "id"])
    op.create_table(
        "memo_reads",
        sa.Column("memo_id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("read_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["memo_id"], ["memos.id"], name=op.f("fk_memo_reads_memo_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_memo_reads_user_id")),
        sa.PrimaryKeyConstraint("memo_id", "user_id", name=op.f("pk_memo_reads")),
    )
    op.create_index(op.f("ix_memo_reads_user_id"), "memo_reads", ["user_id"])
    op.add_column("files", sa.Column("inbox_item", sa.String(), nullable=True))
    op.create_index(op.f("ix_files_inbox_item"), "files", ["inbox_item"])


def downgrade() -> None:
    """Drop them."""
    op.drop_index(op.f("ix_files_inbox_item"), table_name="files")
    op.drop_column("files", "inbox_item")
    op.drop_table("memo_reads")
    op.drop_table("memos")
    op.drop_table("inbox_items")
