"""What goes into the billing system's records: reads taken by a crew. The embedded account book is the system here."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from sqlmodel import Session, col, select

from definitions.catalogue.replies import Effect, EffectRefused, Reply
from definitions.language.quantity import plain
from definitions.language.sentences import say
from store.queries.accounts import account_view
from store.tables.utility import Meter, Read

KINDS = ("field", "estimated", "customer")  #: of reads that a case takes into the record


def record_read(session: Session, effect: Effect) -> Reply:
    """Takes the read into the record of the account's meter; answers `read-recorded` with the meter."""
    value_ccf, kind = _value(effect), str(effect.args.get("kind") or "field")
    if kind not in KINDS:
        raise EffectRefused(
            say('"%(kind)s" is no kind of read; a case records %(kinds)s', kind=kind, kinds=", ".join(KINDS)),
            code="bad-read",
        )
    meter = _meter(session, effect)
    known = session.exec(select(Read).where(col(Read.meter_id) == meter.id, col(Read.source) == effect.id)).first()
    if known is None:
        session.add(Read(meter_id=meter.id, at=effect.at, value_ccf=value_ccf, kind=kind, source=effect.id))
        session.flush()
    return Reply(event="read-recorded", data={"meter": meter.id, "read": plain(value_ccf)})


def _value(effect: Effect) -> Decimal:
    try:
        value_ccf = Decimal(str(effect.args.get("read"))).quantize(Decimal("0.001"))
    except InvalidOperation:
        raise EffectRefused(say("the read to record is not a number of ccf"), code="bad-read") from None
    if value_ccf < 0:
        raise EffectRefused(say("a register never shows less than zero"), code="bad-read")
    return value_ccf


def _meter(session: Session, effect: Effect) -> Meter:
    wanted = effect.args.get("meter")
    view = account_view(session, effect.account) if effect.account else None
    for meter in view.meters if view else ():
        if meter.id == wanted or (wanted is None and meter.removed is None):
            return meter
    raise EffectRefused(say("the account has no such meter to record the read for"), code="no-meter")
