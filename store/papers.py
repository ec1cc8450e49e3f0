"""Which files have been kept for long enough, what else needs the same content, and whose turn it is with a content."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from sqlalchemy import exists, func, or_
from sqlmodel import Session, col, select

from store.tables.batches import LetterBatch
from store.tables.cases import CaseRow
from store.tables.papers import File, Letter
from store.tables.utility import Hold


def files_over(
    session: Session, today: date, keeping: Collection[str], limit: int, *, only: str | None = None
) -> list[str]:
    """Files whose last day has passed, the longest over first; not those of an open case, or of an account with such a hold."""
    open_case = exists().where(col(CaseRow.id) == col(File.case_id), col(CaseRow.status) == "open")
    held = exists().where(
        col(Hold.account_id) == col(File.account_id), col(Hold.released_at).is_(None), col(Hold.kind).in_(keeping)
    )
    query = select(File.id).where(col(File.keep_until) < today, ~open_case, ~held)
    if only is not None:
        query = query.where(File.id == only)
    return list(session.exec(query.order_by(col(File.keep_until), col(File.id)).limit(limit)))


def holds_content(session: Session, file: File) -> bool:
    """Whether another file, a letter or a batch has the same content."""
    digest = file.digest
    others = (
        select(File.id).where(File.digest == digest, File.id != file.id),
        select(Letter.id).where(or_(col(Letter.file_digest) == digest, col(Letter.data_digest) == digest)),
        select(LetterBatch.id).where(LetterBatch.file_digest == digest),
    )
    return any(session.exec(query.limit(1)).first() is not None for query in others)


def lock_content(session: Session, *digests: str) -> None:
    """Until this transaction ends nobody else keeps or deletes these contents: who keeps one locks it before its row is
    written, who deletes one before they look whether a row needs it.

    On SQLite a transaction that writes is alone anyway."""
    if session.get_bind().dialect.name == "postgresql":
        for key in sorted(int.from_bytes(bytes.fromhex(digest)[:8], signed=True) for digest in digests):
            session.execute(select(func.pg_advisory_xact_lock(key)))
