"""Debts: written off, moved to another account of the same person, and standing again when the bank returns a payment."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sqlmodel import Session, col, select

from activities.postings import account_of, amount_of, at_most, day_of, post_effect, posted_before
from definitions.catalogue.replies import Effect, EffectRefused, Reply
from definitions.language.money import money_json
from definitions.language.sentences import say
from store.ledger import RETURNED, balance_usd, charge, moved, post, reversal_entry, told
from store.tables.ledger import RECEIVABLE, Posting
from store.tables.utility import Account, Payment


def write_off(session: Session, effect: Effect) -> Reply:
    """Writes off what the account owes, all of it unless an amount is named; answers `written-off`."""
    account = account_of(session, effect)
    amount_usd = posted_before(session, effect)
    if amount_usd is None:
        owed = balance_usd(session, account)
        amount_usd = at_most(effect, amount_of(effect, max(owed, Decimal(0))), owed, say("what the account owes"))
        if amount_usd:
            reason = str(effect.args.get("reason") or "uncollectable")
            lines = moved(account, amount_usd, debit="bad-debt", credit=RECEIVABLE)
            post_effect(
                session,
                effect,
                lines,
                rule=f"write-off:{reason}",
                memo=say("Written off: %(reason)s", reason=told(reason)),
            )
    return Reply(event="written-off", data={"entry": effect.id, "amount": money_json(amount_usd)})


def transfer_balance(session: Session, effect: Effect) -> Reply:
    """Moves what the account owes, or its credit, to another account of the same customer; answers `balance-transferred`.

    Never a landlord's debt to an occupant (practice.md, section 4): the customer must be the same."""
    account = account_of(session, effect)
    amount_usd = posted_before(session, effect)
    to = str(effect.args.get("to"))
    if amount_usd is None:
        source, target = session.get(Account, account), session.get(Account, to)
        if source is None or target is None or target.id == account:
            raise EffectRefused(
                say("a balance is moved to another account, and there is no such one"), code="no-account"
            )
        if source.customer_id != target.customer_id:
            raise EffectRefused(
                say("a balance is moved only between accounts of the same customer: nobody owes another's debt"),
                code="other-customer",
            )
        balance = balance_usd(session, account)
        amount_usd = amount_of(effect, abs(balance))
        at_most(effect, amount_usd, abs(balance), say("the balance of the account"))
        if amount_usd:
            signed = amount_usd if balance > 0 else -amount_usd
            receivables = charge(account, -signed, RECEIVABLE)[0], charge(to, signed, RECEIVABLE)[0]
            memo = say("Balance moved from %(account)s to %(other)s", account=account, other=to)
            post_effect(session, effect, receivables, rule="transfer", memo=memo)
    return Reply(event="balance-transferred", data={"entry": effect.id, "amount": money_json(amount_usd), "to": to})


def reverse_payment(session: Session, effect: Effect) -> Reply:
    """Takes back a payment that the bank returned, on the day of its return: the debt is as old again as it was.

    Answers `payment-reversed`; `already` says whether it had been taken back before, by an import."""
    account = account_of(session, effect)
    payment = session.get(Payment, _id(effect.args.get("payment")))
    if payment is None or payment.account_id != account:
        raise EffectRefused(say("the account has no such payment"), code="no-payment")
    ours = _reversed_by(session, payment) == effect.case
    already = payment.reversed_on is not None and not ours
    if payment.reversed_on is None:
        on = _on(effect) or day_of(session, effect)
        if on < payment.received:
            raise EffectRefused(say("a payment is returned after it was received"), code="bad-date")
        reason = str(effect.args.get("reason") or "") or RETURNED
        payment.reversed_on, payment.reverse_reason = on, str(reason)
        session.add(payment)
        session.flush()
        post(session, [reversal_entry(payment, on, effect.at, effect.by, reason, case=(effect.case, effect.step))])
    return Reply(
        event="payment-reversed",
        data={
            "payment": payment.id,
            "amount": money_json(payment.amount_usd),
            "received": payment.received.isoformat(),
            "returned": str(payment.reversed_on),
            "already": already,
        },
    )


def _reversed_by(session: Session, payment: Payment) -> str | None:
    query = select(col(Posting.case_id)).where(
        col(Posting.entry_id) == f"reversal:{payment.id}", col(Posting.line) == 0
    )
    case: str | None = session.execute(query).scalar_one_or_none()
    return case


def _id(given: Any) -> str:
    return str(given.get("id") if isinstance(given, dict) else given)


def _on(effect: Effect) -> date | None:
    written = effect.args.get("on")
    return date.fromisoformat(str(written)[:10]) if written else None
