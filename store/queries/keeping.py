"""Cases that something has to be done about, whoever forgot: timers of a demonstration, holds, histories."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import exists, func, select, text
from sqlmodel import Session, col

from store.tables.cases import CaseArchive, CaseRow
from store.tables.utility import Account

_OPEN = text("cases.status = 'open'")


def cases_due(session: Session, at: datetime, limit: int = 500) -> list[tuple[str, datetime]]:
    """Open cases with a timer that is due by now, and when it was; the earliest first."""
    query = (
        select(col(CaseRow.id), col(CaseRow.next_due))
        .where(text("status = 'open'"), col(CaseRow.next_due) <= at)
        .order_by(col(CaseRow.next_due), col(CaseRow.id))
        .limit(limit)
    )
    return [(case, due) for case, due in session.execute(query) if due is not None]


def accounts_with_untold_cases(session: Session, limit: int = 500) -> list[str]:
    """Accounts with open cases that have not taken down the account's holds as they are now."""
    query = (
        select(col(Account.id))
        .join(CaseRow, col(CaseRow.account_id) == col(Account.id))
        .where(_OPEN, col(CaseRow.hold_version) != col(Account.hold_version))
        .distinct()
        .limit(limit)
    )
    return list(session.execute(query).scalars())


def cases_written_last(session: Session, within: timedelta, limit: int = 2000) -> dict[str, int]:
    """Cases whose last step was within this time before the last step of all → that step's number."""
    last = session.execute(select(func.max(col(CaseRow.at)))).scalar_one_or_none()
    if last is None:
        return {}
    query = (
        select(col(CaseRow.id), col(CaseRow.step_no))
        .where(col(CaseRow.at) >= last - within)
        .order_by(col(CaseRow.at).desc())
        .limit(limit)
    )
    return {row.id: row.step_no for row in session.execute(query)}


def cases_to_archive(session: Session, limit: int = 200) -> list[str]:
    """Closed cases whose history since their last closing is not kept yet, the oldest first."""
    kept = exists().where(
        col(CaseArchive.case_id) == col(CaseRow.id), col(CaseArchive.archived_at) >= col(CaseRow.closed_at)
    )
    query = (
        select(col(CaseRow.id))
        .where(col(CaseRow.status) == "closed", ~kept)
        .order_by(col(CaseRow.opened_at), col(CaseRow.id))
        .limit(limit)
    )
    return list(session.execute(query).scalars())
