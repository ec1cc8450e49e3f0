"""The contact log of an account."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from store.paging import Page, after, page_of, read_cursor
from store.tables.conversations import Conversation

MOST = 200  #: on one page


def conversation_page(
    session: Session, account: str, *, limit: int = 50, cursor: str | None = None
) -> Page[Conversation]:
    """The conversations with the account's customer, the newest first."""
    limit = min(limit, MOST)
    key = read_cursor(cursor, (datetime, str)) if cursor else None
    query = after(
        select(Conversation).where(col(Conversation.account_id) == account),
        (col(Conversation.at), col(Conversation.id)),
        key,
        down=True,
    )
    rows = session.execute(query.limit(limit + 1)).scalars()
    return page_of([rows], lambda row: (row.at, row.id), limit, down=True)
