"""Letters on their way: what waits for the printer, what is recalled, what its case has not heard of yet."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ColumnElement, case, func, text, update
from sqlmodel import Session, col, select

from store.tables.papers import UNTOLD_LETTERS, Letter

UNMAILED = ("queued", "printed")
UNTOLD = text(UNTOLD_LETTERS)


def recall(session: Session, *which: ColumnElement[bool], at: datetime, because: str) -> int:
    """How many letters were recalled: those that are not mailed yet.

    One that is not printed leaves its batch; one that is stays in it, so that its sheets can be pulled."""
    done = session.connection().execute(
        update(Letter)
        .where(*which, col(Letter.status).in_(UNMAILED))
        .values(
            status="recalled",
            recalled_at=at,
            recalled_because=because,
            batch=case((col(Letter.status) == "printed", col(Letter.batch)), else_=None),
        )
    )
    return int(done.rowcount)


def to_print(session: Session, limit: int) -> list[Letter]:
    """Letters that are queued for the post and in no batch, the oldest first; whoever asks has them for this transaction."""
    query = (
        select(Letter)
        .where(Letter.status == "queued", Letter.delivery == "mail", col(Letter.batch).is_(None))
        .order_by(col(Letter.queued_at), col(Letter.id))
        .limit(limit)
        .with_for_update()
    )
    return list(session.exec(query))


def of_batch(session: Session, batch: str) -> list[Letter]:
    """The letters of a batch as they lie in its PDF: by template, then by their numbers."""
    query = select(Letter).where(Letter.batch == batch).order_by(col(Letter.template), col(Letter.id))
    return list(session.exec(query))


def untold(session: Session, batch: str | None = None, limit: int = 200) -> list[Letter]:
    """Mailed letters whose case has not heard of their mailing, or of its last day."""
    query = select(Letter).where(UNTOLD)
    if batch is not None:
        query = query.where(Letter.batch == batch)
    return list(session.exec(query.order_by(col(Letter.id)).limit(limit)))


def told(session: Session, letter: str, mailed_on: date) -> None:
    """Notes the mailing day that the letter's case has heard of, unless it was put right meanwhile."""
    still = (col(Letter.id) == letter, col(Letter.mailed_on) == mailed_on)
    session.connection().execute(update(Letter).where(*still).values(told_on=mailed_on))


def notices_to_leave(session: Session, case_id: str) -> list[str]:
    """The files of a case's notices that a crew has still to leave at the property, the oldest first."""
    query = select(Letter.id).where(
        Letter.case_id == case_id, Letter.delivery == "posted", col(Letter.status).in_(UNMAILED)
    )
    return [f"f-{letter.removeprefix('l-')}" for letter in session.exec(query.order_by(col(Letter.queued_at)))]


def post(session: Session, case_id: str, template: str, on: date) -> int:
    """How many of a case's notices a crew has left at the property: they count as delivered on that day."""
    done = session.connection().execute(
        update(Letter)
        .where(
            col(Letter.case_id) == case_id,
            col(Letter.template) == template,
            col(Letter.delivery) == "posted",
            col(Letter.status).in_(UNMAILED),
        )
        .values(status="mailed", mailed_on=on, told_on=on)
    )
    return int(done.rowcount)


def waiting_for_the_post(session: Session) -> int:
    """How many letters are queued for the post and in no batch."""
    query = select(func.count()).where(
        Letter.status == "queued", Letter.delivery == "mail", col(Letter.batch).is_(None)
    )
    return session.exec(query).one()
