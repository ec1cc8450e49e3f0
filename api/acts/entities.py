"""Things of the account book as they enter a case: frozen, without personal data, looked up by their id."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlmodel import Session

from definitions.language.model import DataField
from definitions.language.sentences import say, word
from store.tables.connections import Applicant, Parcel
from store.tables.papers import File
from store.tables.people import User
from store.tables.utility import Account, Bill, Meter, Payment, Premise, Read, ServicePoint

Frozen = dict[str, Any]


def frozen(
    session: Session, fields: Mapping[str, DataField], given: Mapping[str, Any], account: str | None = None
) -> tuple[dict[str, Any], dict[str, str]]:
    """The values with each id of an entity replaced by what is known of it now, and a sentence for each that is unknown.

    With an account, bills and payments must be its own."""
    values: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for name, value in given.items():
        field = fields.get(name)
        if field is None or value in (None, "", []):
            values[name] = value
            continue
        items = value if field.many and isinstance(value, list) else [value]
        found = [_one(session, field.type, item, account) for item in items]
        missing = [item for item, known in zip(items, found, strict=True) if known is None]
        if missing:
            wrong[name] = say("there is no such %(what)s", what=word(field.type.replace("-", " ")))
        values[name] = found if field.many and isinstance(value, list) else found[0]
    return values, wrong


def _one(session: Session, kind: str, value: Any, account: str | None) -> Any:
    if kind in ("file", "user"):
        known = session.get(File if kind == "file" else User, value) if isinstance(value, str) else None
        return value if known is not None else None
    look_up = _LOOK_UPS.get(kind)
    if look_up is None:
        return value
    given = value.get("id") if isinstance(value, Mapping) else value
    if not isinstance(given, str | int):
        return None
    entity = look_up(session, str(given))
    if entity is not None and account is not None and entity.get("account", account) != account:
        return None
    return entity


def _account(session: Session, key: str) -> Frozen | None:
    row = session.get(Account, key)
    if row is None:
        return None
    return {
        "id": row.id,
        "class": row.account_class,
        "language": row.language,
        "since": row.since.isoformat(),
        "confidential": row.confidential,
    }


def _applicant(session: Session, key: str) -> Frozen | None:
    row = session.get(Applicant, key)
    return None if row is None else {"id": row.id, "language": row.language}


def _parcel(session: Session, key: str) -> Frozen | None:
    row = session.get(Parcel, key)
    if row is None:
        return None
    known = {"zone": row.zone, "area": row.area, "inside": row.inside, "route": row.route}
    return {"id": row.id} | {name: value for name, value in known.items() if value not in (None, "")}


def _premise(session: Session, key: str) -> Frozen | None:
    row = session.get(Premise, key)
    return None if row is None else {"id": row.id}


def _service_point(session: Session, key: str) -> Frozen | None:
    row = session.get(ServicePoint, key)
    return None if row is None else {"id": row.id, "kind": row.kind, "size": row.size}


def _meter(session: Session, key: str) -> Frozen | None:
    row = session.get(Meter, key)
    if row is None:
        return None
    return {"id": row.id, "serial": row.serial, "size": row.size, "service_point": row.service_point_id}


def _read(session: Session, key: str) -> Frozen | None:
    row = session.get(Read, int(key)) if key.isdecimal() and len(key) < 18 else None
    if row is None:
        return None
    return {"id": str(row.id), "meter": row.meter_id, "at": row.at.isoformat(), "value": f"{row.value_ccf:f}"}


def _bill(session: Session, key: str) -> Frozen | None:
    row = session.get(Bill, key)
    if row is None:
        return None
    return {
        "id": row.id,
        "account": row.account_id,
        "period_start": row.period_start.isoformat(),
        "period_end": row.period_end.isoformat(),
        "days": row.days,
        "read": f"{row.read_ccf:f}",
        "use": f"{row.use_ccf:f}",
        "amount": f"{row.amount_usd:f}",
        "mailed": row.mailed.isoformat(),
        "due": row.due.isoformat(),
    }


def _payment(session: Session, key: str) -> Frozen | None:
    row = session.get(Payment, key)
    if row is None:
        return None
    return {"id": row.id, "received": row.received.isoformat(), "amount": f"{row.amount_usd:f}"}


_LOOK_UPS: Mapping[str, Callable[[Session, str], Frozen | None]] = {
    "account": _account,
    "applicant": _applicant,
    "parcel": _parcel,
    "premise": _premise,
    "service-point": _service_point,
    "meter": _meter,
    "read": _read,
    "bill": _bill,
    "payment": _payment,
}
