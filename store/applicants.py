"""Applicants: people who ask for service before they have an account."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session

from store.finding import keep_applicant_words
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
        since=at,
    )
    session.add(row)
    session.flush()
    keep_applicant_words(session.connection(), [number])
    return row
