"""What a rehearsal plays over: the district's own accounts, as opening data, with the facts of each from the books."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from activities.facts import read_facts
from api.acts.entities import frozen
from definitions.language.compiled import Compiled
from definitions.language.model import DataField
from store.engine import Store
from store.queries.runs import next_accounts
from store.tables.connections import Applicant, Parcel
from store.tables.utility import Account, Bill, Meter, Payment, Read
from workflows.machine.case import Case
from workflows.machine.script import Script

BATCH = 500
Row = dict[str, Any]


def subjects(session: Session, compiled: Compiled, *, owing: bool, most: int) -> list[str]:
    """The ids that cases are opened for, evenly from all there are: accounts, or applicants where no account is asked for."""
    fields = compiled.definition.data
    if _field_of(fields, "account") is None and _field_of(fields, "applicant") is not None:
        return _evenly(list(session.exec(select(Applicant.id).order_by(col(Applicant.id)))), most)
    found: list[str] = []
    after: str | None = None
    while batch := next_accounts(session, after, owing=owing, limit=BATCH):
        found += batch
        after = batch[-1]
    return _evenly(found, most)


@dataclass(frozen=True, kw_only=True)
class Facts:
    """The facts of a case's account as they are when the rehearsal begins. No transaction stays open between two questions."""

    store: Store
    compiled: Compiled
    at: datetime

    def __call__(self, data: Mapping[str, Any], names: tuple[str, ...]) -> Mapping[str, Any]:
        """Those of the named facts that the books know."""
        account = data.get("account")
        number = str(account.get("id")) if isinstance(account, Mapping) else None
        case = Case(
            id="rehearsal",
            definition=self.compiled.definition.case,
            version=self.compiled.version,
            account=number,
            data=data,
            opened_at=self.at,
            at=self.at,
        )
        with self.store.reading() as session:
            return read_facts(session, number, names, case, self.at)


def every_row(store: Store, compiled: Compiled, script: Script, *, owing: bool, most: int, at: datetime) -> list[Row]:
    """Opening data for each case: what the definition needs, from the books where they have it, else drawn by the script."""
    with store.reading() as session:
        ids = subjects(session, compiled, owing=owing, most=most)
        return [_row(session, compiled, script, at, number, subject) for number, subject in enumerate(ids)]


def _row(session: Session, compiled: Compiled, script: Script, at: datetime, number: int, subject: str) -> Row:
    chance = random.Random(f"row/{number}")  # noqa: S311 - a rehearsal draws lots, it guards nothing
    row: Row = {}
    given: dict[str, Any] = {}
    account = session.get(Account, subject)
    for name, field in compiled.definition.data.items():
        if not field.required and field.type != "account":
            continue
        known = _known(session, field, subject, account)
        if known is not None:
            given[name] = [known] if field.many else known
        elif field.required:
            sampled = script.sample(field, chance, at)
            row[name] = [sampled] if field.many else sampled
    entities, _ = frozen(session, compiled.definition.data, given)
    return {**row, **{name: value for name, value in entities.items() if value is not None}}


def _known(session: Session, field: DataField, subject: str, account: Account | None) -> str | None:
    """The id of the entity of this kind that belongs to the subject, the newest one where there are several."""
    if field.type == "parcel":
        return session.exec(select(Parcel.id).order_by(col(Parcel.id)).limit(1)).first()
    if account is None:
        return subject if field.type == "applicant" else None
    look_up = _OF_ACCOUNT.get(field.type)
    return look_up(session, account) if look_up is not None else None


def _meter(session: Session, account: Account) -> str | None:
    query = (
        select(Meter.id)
        .where(Meter.service_point_id == account.service_point_id, col(Meter.removed).is_(None))
        .order_by(col(Meter.installed).desc())
    )
    return session.exec(query.limit(1)).first()


def _read(session: Session, account: Account) -> str | None:
    meter = _meter(session, account)
    found = session.exec(select(Read.id).where(Read.meter_id == meter).order_by(col(Read.at).desc()).limit(1)).first()
    return str(found) if found is not None else None


def _bill(session: Session, account: Account) -> str | None:
    query = select(Bill.id).where(Bill.account_id == account.id).order_by(col(Bill.period_end).desc())
    return session.exec(query.limit(1)).first()


def _payment(session: Session, account: Account) -> str | None:
    query = select(Payment.id).where(Payment.account_id == account.id).order_by(col(Payment.received).desc())
    return session.exec(query.limit(1)).first()


_OF_ACCOUNT: Mapping[str, Callable[[Session, Account], str | None]] = {
    "account": lambda _session, account: account.id,
    "premise": lambda _session, account: account.premise_id,
    "service-point": lambda _session, account: account.service_point_id,
    "meter": _meter,
    "read": _read,
    "bill": _bill,
    "payment": _payment,
}


def _field_of(fields: Mapping[str, DataField], kind: str) -> str | None:
    return next((name for name, field in fields.items() if field.type == kind), None)


def _evenly(ids: list[str], most: int) -> list[str]:
    if len(ids) <= most:
        return ids
    return [ids[number * len(ids) // most] for number in range(most)]
