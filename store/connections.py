"""The report on new connections: every project that was open in a month, with what it waits for and what is held for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import func
from sqlmodel import Session, col, or_, select

from definitions.language.sentences import again
from store.tables.cases import CaseRow
from store.tables.ledger import PROJECT_DEPOSITS, Posting

DEFINITIONS: Final = ("construction-meter", "line-extension", "new-connection-commercial", "new-connection-standard")
CONNECTED: Final = ("closed", "finished", "settled")  #: final states of a project that came to its end


@dataclass(frozen=True, kw_only=True, slots=True)
class Connection:
    """A project; holds no personal data."""

    case: str
    type: str
    kind: str
    parcel: str
    meter_size: str
    status: str
    stage: str
    opened: date
    closed: date | None
    outcome: str | None
    account: str | None
    fees_usd: Decimal
    held_usd: Decimal
    waits_for: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """A month's report."""

    month: str
    opened: int
    finished: int
    ended: int
    lines: list[Connection]


def month_days(month: str) -> tuple[date, date]:
    """The first day of the month and of the next; ValueError for anything but `2026-11`."""
    first = date.fromisoformat(f"{month}-01")
    return first, (first + timedelta(days=32)).replace(day=1)


def new_connections(session: Session, month: str, zone: ZoneInfo) -> Report:
    """The projects that were open on any day of the month, the oldest first."""
    first, after = month_days(month)
    begins, ends = (datetime.combine(day, time(), zone).astimezone(UTC) for day in (first, after))
    cases = session.exec(
        select(CaseRow)
        .where(
            col(CaseRow.definition).in_(DEFINITIONS),
            col(CaseRow.opened_at) < ends,
            or_(col(CaseRow.closed_at).is_(None), col(CaseRow.closed_at) >= begins),
        )
        .order_by(col(CaseRow.opened_at), col(CaseRow.id))
    ).all()
    held = _held(session, [case.id for case in cases])
    lines = [_line(case, held.get(case.id, Decimal("0.00")), zone) for case in cases]
    closed = [line for line in lines if line.closed is not None and first <= line.closed < after]
    return Report(
        month=month,
        opened=sum(1 for line in lines if first <= line.opened < after),
        finished=sum(1 for line in closed if line.outcome in CONNECTED),
        ended=sum(1 for line in closed if line.outcome not in CONNECTED),
        lines=lines,
    )


def _held(session: Session, cases: list[str]) -> dict[str, Decimal]:
    query = (
        select(col(Posting.case_id), func.sum(col(Posting.amount_usd)))
        .where(col(Posting.case_id).in_(cases), col(Posting.code) == PROJECT_DEPOSITS)
        .group_by(col(Posting.case_id))
    )
    return {str(case): -amount for case, amount in session.exec(query)}


def _line(case: CaseRow, held_usd: Decimal, zone: ZoneInfo) -> Connection:
    data: Mapping[str, Any] = (case.snapshot or {}).get("data") or {}
    parcel = data.get("parcel")
    return Connection(
        case=case.id,
        type=case.definition,
        kind=str(data.get("kind") or data.get("purpose") or ""),
        parcel=str(parcel["id"]) if isinstance(parcel, Mapping) else str(data.get("location") or ""),
        meter_size=str(data.get("meter_size") or ""),
        status=case.status,
        stage=case.state,
        opened=case.opened_at.astimezone(zone).date(),
        closed=case.closed_at.astimezone(zone).date() if case.closed_at else None,
        outcome=case.outcome,
        account=case.account_id,
        fees_usd=Decimal(str(data.get("fees") or "0.00")),
        held_usd=held_usd,
        waits_for=again(case.why, case.why_said) if case.status == "open" else "",
    )
