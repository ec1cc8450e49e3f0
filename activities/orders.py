"""The snapshot of a work order: what the crew sees of the place, as it is when the order is made, and without the customer."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, text
from sqlmodel import Session, col

from store.tables.utility import Account, Meter, Premise, Read, ServicePoint
from workflows.machine.case import Case, Task

METER_STILL_THERE = text("removed IS NULL")


def snapshot(session: Session, case: Case, task: Task) -> dict[str, Any]:
    """The place, its meters with their last reads, and what the case knows that the crew needs."""
    found: dict[str, Any] = {"item": task.item, "reason": case.data.get("reason")}
    account = session.get(Account, case.account) if case.account else None
    if account is None:
        return found
    premise = session.get_one(Premise, account.premise_id)
    point = session.get_one(ServicePoint, account.service_point_id)
    return found | {
        "account": account.id,
        "account_class": account.account_class,
        "account_status": account.status,
        "premise": {
            "id": premise.id,
            "line1": premise.line1,
            "line2": premise.line2,
            "city": premise.city,
            "zip": premise.zip,
            "route": premise.route,
            "sequence": premise.sequence,
            "latitude": premise.latitude,
            "longitude": premise.longitude,
        },
        "service_point": {"id": point.id, "kind": point.kind, "size": point.size},
        "meters": [_meter(session, meter) for meter in _meters(session, point.id)],
    }


def _meters(session: Session, service_point: str) -> list[Meter]:
    query = (
        select(Meter)
        .where(col(Meter.service_point_id) == service_point, METER_STILL_THERE)
        .order_by(col(Meter.installed), col(Meter.id))
    )
    return list(session.execute(query).scalars())


def _meter(session: Session, meter: Meter) -> dict[str, Any]:
    last = session.execute(
        select(Read).where(col(Read.meter_id) == meter.id).order_by(col(Read.at).desc()).limit(1)
    ).scalar_one_or_none()
    return {
        "id": meter.id,
        "serial": meter.serial,
        "size": meter.size,
        "unit": meter.unit,
        "digits": meter.digits,
        "last_read": None if last is None else {"at": last.at.isoformat(), "ccf": f"{last.value_ccf:f}"},
    }
