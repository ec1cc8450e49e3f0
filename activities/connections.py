"""Accounts and meters that come into being, move and go: what a connection's case writes into the account book.

Every row has the effect's id in its own, so that an effect that is carried out again finds what it made.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from sqlmodel import Session, col, select

from activities import published
from definitions.catalogue.replies import Effect, EffectRefused, Reply
from definitions.language.sentences import say
from store.applicants import applicant_of
from store.finding import keep_account_words
from store.queries.accounts import account_view
from store.tables.connections import Parcel
from store.tables.utility import ACCOUNT_CLASSES, Account, Customer, Meter, Premise, Read, ServicePoint

PREFIX: Final = "20-"  #: of the numbers of accounts that cases open
DIGITS: Final = 6


def create_account(session: Session, effect: Effect) -> Reply:
    """Opens an account for the case's applicant at its parcel; answers `account-created` with it."""
    known = session.exec(select(Account).where(col(Account.customer_id) == f"cu-{effect.id}")).first()
    return Reply(event="account-created", data={"account": _frozen(known or _opened(session, effect))})


def set_meter(session: Session, effect: Effect) -> Reply:
    """Takes the meter and its first read into the record: `meter-set`; or `meter-in-use` when its number hangs elsewhere."""
    number = f"m-{effect.id}"
    meter = session.get(Meter, number)
    if meter is None:
        serial = str(effect.args["serial"]).strip()
        standing = session.exec(select(Meter).where(col(Meter.serial) == serial)).first()
        if standing is not None and standing.removed is None:
            return Reply(event="meter-in-use", data={"serial": serial})
        meter = _hung(session, effect, number, serial, standing)
    frozen = {"id": meter.id, "serial": meter.serial, "size": meter.size, "service_point": meter.service_point_id}
    return Reply(event="meter-set", data={"meter": frozen})


def record_parcel(session: Session, effect: Effect) -> Reply:
    """Notes in the record of the case's parcel what engineering found on the maps; answers `parcel-recorded`."""
    named = effect.data.get("parcel")
    parcel = session.get(Parcel, str(named["id"])) if isinstance(named, dict) else None
    if parcel is None:
        raise EffectRefused(say("the case names no parcel that the district has a record of"), code="no-parcel")
    parcel.inside = bool(effect.args["inside"])
    parcel.zone = str(effect.args.get("zone") or parcel.zone)
    parcel.legal = str(effect.args.get("legal") or parcel.legal)
    return Reply(event="parcel-recorded", data={"parcel": parcel.id})


def move_meter(session: Session, effect: Effect) -> Reply:
    """Notes where a temporary meter stands from now on; answers `meter-moved`."""
    account = _account(session, effect)
    session.get_one(Premise, account.premise_id).line1 = str(effect.args["place"]).strip()
    _found(session, account)
    return Reply(event="meter-moved", data={"place": str(effect.args["place"])})


def remove_meter(session: Session, effect: Effect) -> Reply:
    """Notes that the account's meter is gone, with its last read, and closes the account where asked; `meter-removed`."""
    account = _account(session, effect)
    today = _today(session, effect)
    hanging = session.exec(
        select(Meter).where(col(Meter.service_point_id) == account.service_point_id, col(Meter.removed).is_(None))
    ).first()
    if hanging is not None:
        if effect.args.get("read") is not None:
            session.add(_read(effect, hanging.id))
        hanging.removed = today
    if effect.args.get("close"):
        account.status, account.closed = "closed", account.closed or today
    return Reply(event="meter-removed", data={})


def _opened(session: Session, effect: Effect) -> Account:
    applicant = applicant_of(session, effect.data)
    if applicant is None:
        raise EffectRefused(say("an account is opened for an applicant, and the case names none"), code="no-applicant")
    use_class = str(effect.args["use_class"])
    if use_class not in ACCOUNT_CLASSES:
        raise EffectRefused(
            say('there is no class "%(use_class)s" of accounts', use_class=use_class), code="unknown-class"
        )
    premise = _premise(session, effect)
    point = ServicePoint(
        id=f"sp-{effect.id}",
        premise_id=premise.id,
        kind=str(effect.args.get("service") or "domestic"),
        size=str(effect.args["size"]),
    )
    customer = Customer(
        id=f"cu-{effect.id}",
        name=applicant.name,
        phone=applicant.phone,
        email=applicant.email,
    )
    session.add_all([premise, customer])
    session.flush()
    session.add(point)
    session.flush()
    account = Account(
        id=_number(session),
        premise_id=premise.id,
        service_point_id=point.id,
        customer_id=customer.id,
        account_class=use_class,
        language=applicant.language,
        mailing=dict(applicant.mailing),
        since=_today(session, effect),
    )
    session.add(account)
    _found(session, account)
    return account


def _premise(session: Session, effect: Effect) -> Premise:
    named = effect.data.get("parcel")
    parcel = session.get(Parcel, str(named["id"])) if isinstance(named, dict) else None
    line1 = str(effect.args.get("place") or (parcel.line1 if parcel else "")).strip()
    if not line1:
        raise EffectRefused(
            say("the parcel has no street and number yet; enter them in the parcel's record and try again"),
            code="no-address",
        )
    return Premise(
        id=f"p-{effect.id}",
        line1=line1,
        city=parcel.city if parcel else "",
        zip=parcel.zip if parcel else "",
        route=parcel.route if parcel else "",
        sequence=0,
        latitude=parcel.latitude if parcel else None,
        longitude=parcel.longitude if parcel else None,
    )


def _hung(session: Session, effect: Effect, number: str, serial: str, standing: Meter | None) -> Meter:
    account = _account(session, effect)
    if standing is not None:  # from stock: the number stays on it, the time at the other place is over
        standing.serial = f"{serial} until {standing.removed}"
        session.flush()
    meter = Meter(
        id=number,
        service_point_id=account.service_point_id,
        serial=serial,
        size=str(effect.args["size"]),
        digits=int(effect.args.get("digits") or 6),
        installed=_today(session, effect),
    )
    session.add(meter)
    session.flush()
    session.add(_read(effect, meter.id))
    session.get_one(ServicePoint, account.service_point_id).size = meter.size
    premise = session.get_one(Premise, account.premise_id)
    premise.route = str(effect.args.get("route") or premise.route)
    premise.sequence = int(effect.args.get("sequence") or premise.sequence)
    _found(session, account)
    return meter


def _read(effect: Effect, meter: str) -> Read:
    try:
        value_ccf = Decimal(str(effect.args["read"])).quantize(Decimal("0.001"))
    except InvalidOperation:
        raise EffectRefused(say("the meter's read is not a number of ccf"), code="bad-read") from None
    return Read(meter_id=meter, at=effect.at, value_ccf=value_ccf, kind="field", source=effect.id)


def _number(session: Session) -> str:
    """The next free number of an account that a case opens."""
    last = session.exec(
        select(col(Account.id)).where(col(Account.id).startswith(PREFIX)).order_by(col(Account.id).desc()).limit(1)
    ).first()
    taken = int(last.removeprefix(PREFIX)) if last and last.removeprefix(PREFIX).isdecimal() else 0
    return f"{PREFIX}{taken + 1:0{DIGITS}d}"


def _account(session: Session, effect: Effect) -> Account:
    view = account_view(session, effect.account) if effect.account else None
    if view is None:
        raise EffectRefused(say("%(action)s needs a case with an account", action=effect.action), code="no-account")
    return view.account


def _found(session: Session, account: Account) -> None:
    session.flush()
    keep_account_words(session.connection(), [account.id])


def _frozen(account: Account) -> dict[str, Any]:
    return {
        "id": account.id,
        "class": account.account_class,
        "language": account.language,
        "since": account.since.isoformat(),
        "confidential": account.confidential,
    }


def _today(session: Session, effect: Effect) -> date:
    return effect.at.astimezone(published.of_case(session, effect.case).calendar.zone).date()
