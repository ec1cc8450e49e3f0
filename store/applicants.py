"""Applicants: people who ask for service before they have an account; keeping and finding them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, or_, select

from store.queries.accounts import MOST, fold
from store.tables.connections import Applicant


def applicant_of(session: Session, data: Mapping[str, Any]) -> Applicant | None:
    """The applicant that a case's data name, if any."""
    for value in data.values():
        if isinstance(value, Mapping) and str(value.get("id", "")).startswith("ap-"):
            return session.get(Applicant, str(value["id"]))
    return None


def add_applicant(
    session: Session,
    number: str,
    *,
    name: str,
    mailing: Mapping[str, Any],
    at: datetime,
    phone: str = "",
    email: str = "",
    language: str = "en",
) -> Applicant:
    """The applicant, kept; `number` begins with `ap-`."""
    row = Applicant(
        id=number,
        name=name,
        phone=phone,
        email=email,
        language=language,
        mailing=dict(mailing),
        search=fold(name),
        since=at,
    )
    session.add(row)
    return row


def search_applicants(session: Session, words: str, limit: int = 50) -> list[Applicant]:
    """Applicants by number, name or telephone number, the newest first: each word must be found in one of them."""
    query = select(Applicant).order_by(col(Applicant.since).desc(), col(Applicant.id)).limit(min(limit, MOST))
    for word in fold(words).split()[:6]:
        phone = func.replace(col(Applicant.phone), "-", "")
        query = query.where(
            or_(
                col(Applicant.id).startswith(word, autoescape=True),
                col(Applicant.search).contains(word, autoescape=True),
                phone.contains(word.replace("-", ""), autoescape=True),
            )
        )
    return list(session.exec(query))
