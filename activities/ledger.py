"""Money that a case moves: adjustments, fees, refunds. The entry's id is the effect's, so that nothing is posted twice."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlmodel import Session, col, select

from activities import published
from definitions.catalogue.replies import Effect, EffectRefused, Reply
from definitions.language.money import MoneyError, format_money, money_json, parse_money
from store.ledger import Entry, charge, post
from store.tables.ledger import Posting

ADJUSTMENTS = "adjustments"
FEES = "fees"
WATER = "revenue-water"


def post_adjustment(session: Session, effect: Effect) -> Reply:
    """Credits the account; answers `posted` with the entry's id and the amount."""
    reason = str(effect.args.get("reason") or "adjustment")
    return _posted(session, effect, "posted", ADJUSTMENTS, -_amount(effect), f"adjustment:{reason}", reason)


def bill_water(session: Session, effect: Effect) -> Reply:
    """Charges water that was used and not billed; answers `water-billed`."""
    reason = str(effect.args.get("reason") or "correction")
    return _posted(session, effect, "water-billed", WATER, _amount(effect), f"water:{reason}", reason)


def charge_fee(session: Session, effect: Effect) -> Reply:
    """Charges a fee to the account; answers `charged`."""
    fee = str(effect.args.get("fee") or "fee")
    return _posted(session, effect, "charged", FEES, _amount(effect), f"fee:{fee}", f"Fee: {fee}")


def refund(session: Session, effect: Effect) -> Reply:
    """Gives back what was charged (`of` names the fee), as a credit on the account; answers `refunded`."""
    of = effect.args.get("of")
    code = FEES if of else ADJUSTMENTS
    memo = str(effect.args.get("reason") or (f"Refund of the fee {of}" if of else "Refund"))
    return _posted(session, effect, "refunded", code, -_amount(effect), f"refund:{of or 'water'}", memo)


def _posted(
    session: Session, effect: Effect, event: str, code: str, amount_usd: Decimal, rule: str, memo: str
) -> Reply:
    data = {"entry": effect.id, "amount": money_json(abs(amount_usd))}
    if amount_usd == 0:  # a fee that the district waives, a credit that came to nothing: the case goes on all the same
        return Reply(event=event, data={"amount": data["amount"]})
    if session.exec(select(col(Posting.entry_id)).where(col(Posting.entry_id) == effect.id).limit(1)).first() is None:
        zone = published.of_case(session, effect.case).calendar.zone
        entry = Entry(
            id=effect.id,
            lines=charge(_account(effect), amount_usd, code),
            posted_on=effect.at.astimezone(zone).date(),
            at=effect.at,
            rule=rule,
            person=effect.by,
            case_id=effect.case,
            step_no=effect.step,
            memo=memo,
        )
        post(session, [entry])
    return Reply(event=event, data=data)


def _account(effect: Effect) -> str:
    if effect.account is None:
        raise EffectRefused(f"{effect.action} needs a case with an account", code="no-account")
    return effect.account


def _amount(effect: Effect) -> Decimal:
    written: Any = effect.args.get("amount")
    try:
        amount_usd = parse_money(written)
    except MoneyError as error:
        raise EffectRefused(f"{effect.action}: {error}", code="bad-amount") from None
    if amount_usd < 0:
        raise EffectRefused(
            f"{effect.action} of {format_money(amount_usd)}: the amount is not below zero; another action does the reverse",
            code="bad-amount",
        )
    return amount_usd
