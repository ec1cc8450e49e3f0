"""Effects and what became of them; incidents for those that keep failing; events of accounts on their way to cases."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import func, select, text, update
from sqlmodel import Session, col

from store.tables.cases import CaseRow, Incident
from store.tables.outbox import AccountEvent, EffectRow


def effect(session: Session, case_id: str, step_no: int, effect_no: int) -> EffectRow | None:
    """The effect, or None when history's step had none such."""
    return session.get(EffectRow, (case_id, step_no, effect_no))


def effects_at(session: Session, places: Sequence[tuple[str, int, int]]) -> dict[tuple[str, int, int], EffectRow]:
    """The effects at these places (case, step, number), as far as they are there."""
    # By their cases, whose effects the key finds: SQLite looks through all effects for places that are listed whole.
    query = select(EffectRow).where(col(EffectRow.case_id).in_({case for case, _, _ in places}))
    rows = session.execute(query).scalars() if places else ()
    found = {(row.case_id, row.step_no, row.effect_no): row for row in rows}
    return {place: found[place] for place in places if place in found}


def effects_of(session: Session, case_id: str) -> list[EffectRow]:
    """All effects of a case in their order."""
    query = (
        select(EffectRow)
        .where(col(EffectRow.case_id) == case_id)
        .order_by(col(EffectRow.case_id), col(EffectRow.step_no), col(EffectRow.effect_no))
    )
    return list(session.execute(query).scalars())


def unsettled_effects(session: Session, before: datetime, limit: int = 1000) -> list[EffectRow]:
    """Effects older than a moment that are still pending or have failed: what reconciliation looks at."""
    query = (
        select(EffectRow)
        .where(text("status IN ('pending', 'failed')"), col(EffectRow.made_at) < before)
        .order_by(col(EffectRow.made_at))
        .limit(limit)
    )
    return list(session.execute(query).scalars())


def settle_effect(
    session: Session,
    case_id: str,
    step_no: int,
    effect_no: int,
    status: Literal["done", "failed", "skipped"],
    *,
    at: datetime,
    result: Any = None,
    error_code: str | None = None,
) -> bool:
    """Whether this settled it: False when it was done or skipped before, which is left as it is."""
    done = session.connection().execute(
        update(EffectRow)
        .where(
            col(EffectRow.case_id) == case_id,
            col(EffectRow.step_no) == step_no,
            col(EffectRow.effect_no) == effect_no,
            col(EffectRow.status).in_(("pending", "failed")),
        )
        .values(
            status=status,
            result=result,
            error_code=error_code,
            settled_at=None if status == "failed" else at,
            attempts=col(EffectRow.attempts) + 1,
        )
    )
    return bool(done.rowcount)


def open_incident(
    session: Session,
    case_id: str,
    step_no: int,
    effect_no: int,
    *,
    action: str,
    code: str,
    sentence: str,
    at: datetime,
    said: Any = None,
) -> Incident:
    """The incident of an effect: a new one, or the one that is open for it, with one attempt more."""
    standing = session.execute(
        select(Incident).where(
            col(Incident.case_id) == case_id,
            col(Incident.step_no) == step_no,
            col(Incident.effect_no) == effect_no,
            text("settled_at IS NULL"),
        )
    ).scalar_one_or_none()
    if standing is not None:
        standing.attempts += 1
        standing.code, standing.sentence, standing.said = code, sentence, said
    incident = standing or Incident(
        id=f"i-{secrets.token_hex(6)}",
        case_id=case_id,
        step_no=step_no,
        effect_no=effect_no,
        action=action,
        code=code,
        sentence=sentence,
        said=said,
        opened_at=at,
    )
    session.add(incident)
    _count_incidents(session, case_id)
    return incident


def settle_incident(
    session: Session, incident_id: str, *, how: Literal["retried", "skipped"], by: str, at: datetime, reason: str = ""
) -> Incident | None:
    """The incident, settled; None when there is no open one with this id."""
    incident = session.get(Incident, incident_id)
    if incident is None or incident.settled_at is not None:
        return None
    incident.settled_at, incident.settled_by, incident.settled_how, incident.reason = at, by, how, reason or None
    session.add(incident)
    _count_incidents(session, incident.case_id)
    return incident


def _count_incidents(session: Session, case_id: str) -> None:
    session.flush()
    unsettled = (
        select(func.count()).where(col(Incident.case_id) == case_id, text("settled_at IS NULL")).scalar_subquery()
    )
    session.connection().execute(update(CaseRow).where(col(CaseRow.id) == case_id).values(incidents=unsettled))


def waiting_account_events(session: Session, limit: int = 100) -> list[AccountEvent]:
    """Events of accounts that have not reached the open cases yet, the oldest first."""
    query = (
        select(AccountEvent)
        .where(text("delivered_at IS NULL"))
        .order_by(col(AccountEvent.made_at), col(AccountEvent.id))
        .limit(limit)
    )
    return list(session.execute(query).scalars())


def tell_account(session: Session, event_id: str, account_id: str, name: str, data: Any, at: datetime) -> bool:
    """Whether the event is new: one with this id is told once."""
    if session.get(AccountEvent, event_id) is not None:
        return False
    session.add(AccountEvent(id=event_id, account_id=account_id, name=name, data=data, made_at=at))
    session.flush()
    return True


def account_event_delivered(session: Session, event_id: str, at: datetime) -> None:
    """Note that all open cases of the account have the event."""
    session.connection().execute(update(AccountEvent).where(col(AccountEvent.id) == event_id).values(delivered_at=at))
