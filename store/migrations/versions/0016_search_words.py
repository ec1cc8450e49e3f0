"""The words under which accounts and applicants are found, for those that are there already.

Runs before the new code: it only adds.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

WORD = sa.String().with_variant(sa.String(collation="C"), "postgresql")
BATCH = 5000

ACCOUNTS = """
select a.id, c.phone, c.name, p.line1, p.line2, p.city, m.serial
from accounts a join customers c on c.id = a.customer_id join premises p on p.id = a.premise_id
left join meters m on m.service_point_id = a.service_point_id
"""


def upgrade() -> None:
    """Add the table and fill it."""
    op.create_table(
        "search_words",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("word", WORD, nullable=False),
        sa.Column("subject_id", sa.String(), nullable=False),
        sa.Column("is_number", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "word", "subject_id", name=op.f("pk_search_words")),
    )
    op.create_index("ix_search_words_subject", "search_words", ["subject_id", "word", "kind", "is_number"])
    connection = op.get_bind()
    _fill("account", connection.execute(sa.text(ACCOUNTS)).all())
    _fill("applicant", connection.execute(sa.text("select id, phone, name from applicants")).all())


def downgrade() -> None:
    """Drop it."""
    op.drop_index("ix_search_words_subject", table_name="search_words")
    op.drop_table("search_words")


def _fill(kind: str, rows: Any) -> None:
    found: dict[tuple[str, str], bool] = {}
    for row in rows:
        subject, phone, *texts = row
        for text in (subject, *texts, *_said(phone)):
            for word in _words(text or ""):
                found.setdefault((word, subject), False)
        found[re.sub(r"\W", "", _fold(subject)), subject] = True
    table = sa.table("search_words", *(sa.column(name) for name in ("kind", "word", "subject_id", "is_number")))
    listed = [
        {"kind": kind, "word": word, "subject_id": subject, "is_number": number}
        for (word, subject), number in found.items()
    ]
    for start in range(0, len(listed), BATCH):
        op.bulk_insert(table, listed[start : start + BATCH])


def _words(text: str) -> Iterator[str]:
    folded = _fold(text)
    for each in (*folded.split(), *re.sub(r"[\W_]", " ", folded).split()):
        if word := re.sub(r"[\W_]", "", each)[:40]:
            yield word


def _fold(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).casefold()


def _said(phone: str | None) -> list[str]:
    digits = re.sub(r"\D", "", phone or "")
    return [digits, digits[-10:], digits[-7:], digits[-4:]]
