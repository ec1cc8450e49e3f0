"""Money that a case moves: adjustments, fees, refunds. The entry's id is the effect's, so that nothing is posted twice."""

from __future__ import annotations

from decimal import Decimal

from sqlmodel import Session

from activities.postings import account_of, amount_of, post_effect, posted_before
from definitions.catalogue.replies import Effect, Reply
from definitions.language.money import money_json
from definitions.language.sentences import say
from store.ledger import charge, told

ADJUSTMENTS = "adjustments"
FEES = "fees"
WATER = "revenue-water"


def post_adjustment(session: Session, effect: Effect) -> Reply:
    """Credits the account; answers `posted` with the entry's id and the amount."""
    reason = str(effect.args.get("reason") or "adjustment")
    return _posted(session, effect, "posted", ADJUSTMENTS, -amount_of(effect), f"adjustment:{reason}", told(reason))


def bill_water(session: Session, effect: Effect) -> Reply:
    """Charges water that was used and not billed; answers `water-billed`."""
    reason = str(effect.args.get("reason") or "correction")
    return _posted(session, effect, "water-billed", WATER, amount_of(effect), f"water:{reason}", told(reason))


def charge_fee(session: Session, effect: Effect) -> Reply:
    """Charges a fee to the account; answers `charged`."""
    fee = str(effect.args.get("fee") or "fee")
    return _posted(
        session, effect, "charged", FEES, amount_of(effect), f"fee:{fee}", say("Fee: %(fee)s", fee=told(fee))
    )


def refund(session: Session, effect: Effect) -> Reply:
    """Gives back what was charged (`of` names the fee), as a credit on the account; answers `refunded`."""
    of = effect.args.get("of")
    code = FEES if of else ADJUSTMENTS
    otherwise = say("Refund of the fee: %(fee)s", fee=told(of)) if of else say("Refund")
    memo = told(effect.args.get("reason")) or otherwise
    return _posted(session, effect, "refunded", code, -amount_of(effect), f"refund:{of or 'water'}", memo)


def _posted(
    session: Session, effect: Effect, event: str, code: str, amount_usd: Decimal, rule: str, memo: str
) -> Reply:
    data = {"entry": effect.id, "amount": money_json(abs(amount_usd))}
    if amount_usd == 0:  # a fee that the district waives, a credit that came to nothing: the case goes on all the same
        return Reply(event=event, data={"amount": data["amount"]})
    account = account_of(session, effect)
    if posted_before(session, effect) is None:
        post_effect(session, effect, charge(account, amount_usd, code), rule=rule, memo=memo)
    return Reply(event=event, data=data)
