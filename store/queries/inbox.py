"""What waits in the inbox, what came in, and memos. Each list is keyset-paged and read from one index in its order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import SQLColumnExpression, func, or_, select, text
from sqlmodel import Session, col

from store.paging import Page, after, page_of, read_cursor
from store.tables.inbox import WAITING, InboxItem, Memo, MemoRead
from store.tables.people import CrewMember

MOST = 200  #: on one page


@dataclass(frozen=True, kw_only=True, slots=True)
class InboxCount:
    """How much waits in a queue."""

    queue: str
    waiting: int
    late: int


def waiting_page(
    session: Session, queues: Sequence[str], *, limit: int = 50, cursor: str | None = None
) -> Page[InboxItem]:
    """What waits in these queues, what is due first first."""
    return _by_due(session, col(InboxItem.queue), queues, limit, cursor)


def held_page(
    session: Session, people: Sequence[str], *, limit: int = 50, cursor: str | None = None
) -> Page[InboxItem]:
    """What these people have taken, what is due first first."""
    return _by_due(session, col(InboxItem.assignee), people, limit, cursor)


def received_page(
    session: Session, queues: Sequence[str], *, limit: int = 50, cursor: str | None = None
) -> Page[InboxItem]:
    """All that came in for these queues, the newest first."""
    limit = min(limit, MOST)
    key = read_cursor(cursor, (datetime, str)) if cursor else None
    columns = (col(InboxItem.received_at), col(InboxItem.id))
    streams = [
        session.execute(
            after(select(InboxItem).where(col(InboxItem.queue) == queue), columns, key, down=True).limit(limit + 1)
        ).scalars()
        for queue in dict.fromkeys(queues)
    ]
    return page_of(streams, lambda item: (item.received_at, item.id), limit, down=True)


def items_of_account(session: Session, account_id: str, limit: int = 50) -> list[InboxItem]:
    """What came in about an account, the newest first."""
    query = select(InboxItem).where(col(InboxItem.account_id) == account_id)
    ordered = query.order_by(col(InboxItem.received_at).desc(), col(InboxItem.id).desc())
    return list(session.execute(ordered.limit(limit)).scalars())


def inbox_counts(session: Session, queues: Sequence[str], at: datetime) -> list[InboxCount]:
    """How much waits in each of these queues, and how much of it is late at this moment."""
    query = (
        select(col(InboxItem.queue), func.count(), func.count().filter(col(InboxItem.due_at) < at))
        .where(text(WAITING), col(InboxItem.queue).in_(queues))
        .group_by(col(InboxItem.queue))
        .order_by(col(InboxItem.queue))
    )
    return [InboxCount(queue=str(queue), waiting=number, late=late) for queue, number, late in session.execute(query)]


def memos_to(
    session: Session, user: str, crews: Sequence[str], *, limit: int = 50, cursor: str | None = None
) -> Page[Memo]:
    """What was written to somebody or to their crews, the newest first."""
    streams: list[tuple[SQLColumnExpression[Any], str]] = [(col(Memo.to_user), user)]
    streams += [(col(Memo.to_crew), crew) for crew in crews]
    return _memos(session, streams, limit, cursor)


def memos_from(session: Session, user: str, *, limit: int = 50, cursor: str | None = None) -> Page[Memo]:
    """What somebody wrote, the newest first."""
    return _memos(session, [(col(Memo.sender), user)], limit, cursor)


def unread_memos(session: Session, user: str, crews: Sequence[str]) -> int:
    """How many memos wait to be read by somebody."""
    read = select(col(MemoRead.memo_id)).where(col(MemoRead.user_id) == user)
    mine = or_(col(Memo.to_user) == user, col(Memo.to_crew).in_(crews))
    query = select(func.count()).where(mine, col(Memo.sender) != user, col(Memo.id).not_in(read))
    found: int = session.execute(query).scalar_one()
    return found


def receipts_of(session: Session, memos: Sequence[str]) -> dict[str, list[MemoRead]]:
    """Who has read each of these memos, in the order of reading."""
    query = select(MemoRead).where(col(MemoRead.memo_id).in_(memos)).order_by(col(MemoRead.read_at))
    found: dict[str, list[MemoRead]] = {memo: [] for memo in memos}
    for row in session.execute(query).scalars():
        found[row.memo_id].append(row)
    return found


def members_of(session: Session, crews: Sequence[str]) -> dict[str, list[str]]:
    """Who is in each of these crews."""
    query = select(col(CrewMember.crew), col(CrewMember.user_id)).where(col(CrewMember.crew).in_(crews))
    found: dict[str, list[str]] = {crew: [] for crew in crews}
    for crew, user in session.execute(query.order_by(col(CrewMember.user_id))):
        found[str(crew)].append(str(user))
    return found


def _by_due(
    session: Session, column: SQLColumnExpression[Any], values: Sequence[str], limit: int, cursor: str | None
) -> Page[InboxItem]:
    limit = min(limit, MOST)
    key = read_cursor(cursor, (datetime, str)) if cursor else None
    columns = (col(InboxItem.due_at), col(InboxItem.id))
    streams = [
        session.execute(
            after(select(InboxItem).where(column == value, text(WAITING)), columns, key).limit(limit + 1)
        ).scalars()
        for value in dict.fromkeys(values)
    ]
    return page_of(streams, lambda item: (item.due_at, item.id), limit)


def _memos(
    session: Session, streams: Sequence[tuple[SQLColumnExpression[Any], str]], limit: int, cursor: str | None
) -> Page[Memo]:
    limit = min(limit, MOST)
    key = read_cursor(cursor, (datetime, str)) if cursor else None
    columns = (col(Memo.at), col(Memo.id))
    rows = [
        session.execute(after(select(Memo).where(column == value), columns, key, down=True).limit(limit + 1)).scalars()
        for column, value in streams
    ]
    return page_of(rows, lambda memo: (memo.at, memo.id), limit, down=True)
