"""Files whose time is over: their content is deleted from the file store and their row from the database.

What is left is the audit, which says when which file went, and until when it was kept.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlmodel import Session

from activities import files, published
from activities.redacting import BY, district_of, retention_of
from activities.world import World
from store.papers import files_over, holds_content, lock_content
from store.tables.audit import Audit
from store.tables.papers import File

ACT: Final = "forget-file"
ROUND: Final = 200  #: files in one round


@dataclass(frozen=True, kw_only=True)
class Forgetting:
    """The worker's part."""

    world: World

    def round(self) -> int:
        """How many files were deleted.

        The content goes first: where the process dies in between, the row is still there and the next round finds it."""
        at = self.world.now()
        with self.world.store.reading() as session:
            district = district_of(session, at)
            keeping = retention_of(district).keeping if district else frozenset()
            today = at.astimezone(published.district_zone(session)).date()
            over = files_over(session, today, keeping, ROUND)
        return sum(self._forget(file, today, keeping, at) for file in over)

    def _forget(self, file: str, today: date, keeping: Collection[str], at: datetime) -> bool:
        with self.world.store.writing() as session:
            row = session.get(File, file)
            if row is None:
                return False  # another worker was here
            lock_content(session, row.digest)
            if not files_over(session, today, keeping, 1, only=file):
                return False  # another worker was here, or a hold has come
            if not holds_content(session, row) and row.digest not in published.wordings(session):
                files.current().delete(row.digest)
            _gone(session, row, at)
        return True


def _gone(session: Session, row: File, at: datetime) -> None:
    session.add(
        Audit(
            at=at,
            person=BY,
            act=ACT,
            object_kind="file",
            object_id=row.id,
            account_id=row.account_id,
            case_id=row.case_id,
            rule=f"kept until {row.keep_until}",
        )
    )
    session.delete(row)
