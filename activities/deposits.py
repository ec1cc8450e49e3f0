"""Deposits and refunds of an account: taken, applied, given back, paid out. What is held can be given back once.

A deposit `of: security` is the account's; one `of: project`, the default, is held for the case (`project_deposits`).
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlmodel import Session

from activities import project_deposits
from activities.postings import account_of, amount_of, at_most, day_of, post_effect, posted_before
from definitions.catalogue.replies import Effect, EffectRefused, Reply
from definitions.language.money import money_json
from definitions.language.sentences import say
from store.ledger import balance_usd, held_usd, moved
from store.tables.ledger import DEPOSITS, RECEIVABLE, REFUNDS_PAYABLE
from store.tables.money import RefundRow


def take_deposit(session: Session, effect: Effect) -> Reply:
    """Takes a deposit, paid now or out of the account's credit; answers `deposit-taken` with what is held after it."""
    if not _of_security(effect):
        return project_deposits.take(session, effect)
    account = account_of(session, effect)
    source = str(effect.args.get("from") or "payment")
    if source not in ("payment", "credit"):
        raise EffectRefused(
            say("a deposit is taken from a payment or from the credit, not from %(source)s", source=source),
            code="bad-source",
        )
    amount_usd = posted_before(session, effect)
    if amount_usd is None:
        amount_usd = amount_of(effect)
        if source == "credit":
            at_most(effect, amount_usd, -balance_usd(session, account), say("the account's credit"))
        debit = RECEIVABLE if source == "credit" else "cash"
        if amount_usd:
            lines = moved(account, amount_usd, debit=debit, credit=DEPOSITS)
            post_effect(session, effect, lines, rule="deposit:security", memo=say("Deposit taken"))
    return _reply("deposit-taken", effect, amount_usd, held=held_usd(session, account, DEPOSITS))


def apply_deposit(session: Session, effect: Effect) -> Reply:
    """Pays what the account owes out of its deposit: as much as both allow, unless an amount is named.

    Answers `deposit-applied` with the amount and what is left of the deposit."""
    if not _of_security(effect):
        return project_deposits.apply(session, effect)
    account = account_of(session, effect)
    amount_usd = posted_before(session, effect)
    if amount_usd is None:
        held, owed = held_usd(session, account, DEPOSITS), balance_usd(session, account)
        amount_usd = at_most(effect, amount_of(effect, max(min(held, owed), Decimal(0))), held, say("the deposit held"))
        at_most(effect, amount_usd, owed, say("what the account owes"))
        if amount_usd:
            lines = moved(account, amount_usd, debit=DEPOSITS, credit=RECEIVABLE)
            post_effect(session, effect, lines, rule="deposit:applied", memo=say("Deposit applied to the account"))
    return _reply("deposit-applied", effect, amount_usd, left=held_usd(session, account, DEPOSITS))


def credit_interest(session: Session, effect: Effect) -> Reply:
    """Adds interest to the deposit that is held; answers `interest-credited`."""
    account = account_of(session, effect)
    amount_usd = posted_before(session, effect)
    if amount_usd is None:
        amount_usd = amount_of(effect)
        if amount_usd:
            lines = moved(account, amount_usd, debit="interest", credit=DEPOSITS)
            post_effect(session, effect, lines, rule="deposit:interest", memo=say("Interest on the deposit"))
    return _reply("interest-credited", effect, amount_usd, held=held_usd(session, account, DEPOSITS))


def refund_deposit(session: Session, effect: Effect) -> Reply:
    """Makes the deposit payable to the customer, all of it unless an amount is named; answers `deposit-refunded`."""
    if not _of_security(effect):
        return project_deposits.refund(session, effect)
    return _payable(session, effect, DEPOSITS, "deposit-refunded")


def refund_credit(session: Session, effect: Effect) -> Reply:
    """Makes the account's credit payable to the customer, all of it unless an amount is named; answers `credit-refunded`."""
    return _payable(session, effect, RECEIVABLE, "credit-refunded")


def _payable(session: Session, effect: Effect, code: str, event: str) -> Reply:
    account = account_of(session, effect)
    amount_usd = posted_before(session, effect)
    if amount_usd is None:
        if code == RECEIVABLE:
            there, what = -balance_usd(session, account), say("the account's credit")
        else:
            there, what = held_usd(session, account, code), say("the deposit held")
        amount_usd = at_most(effect, amount_of(effect, max(there, Decimal(0))), there, what)
        if amount_usd:
            kind = "credit" if code == RECEIVABLE else "deposit"
            lines = moved(account, amount_usd, debit=code, credit=REFUNDS_PAYABLE)
            post_effect(session, effect, lines, rule=f"refund-payable:{kind}", memo=say("Refund to be paid"))
            session.add(
                RefundRow(
                    id=effect.id,
                    account_id=account,
                    case_id=effect.case,
                    kind=kind,
                    amount_usd=amount_usd,
                    payable_on=_payable_on(effect) or day_of(session, effect),
                )
            )
            session.flush()
    return _reply(event, effect, amount_usd, refund=effect.id)


def settle_refund(session: Session, effect: Effect) -> Reply:
    """Notes what became of a refund's check: `cashed`, `payable` again (stopped, to be issued anew), `unclaimed`
    (stopped, kept for the customer) or `forfeited` (the district's, Gov. Code 50050). Answers `refund-settled`."""
    account = account_of(session, effect)
    how = str(effect.args.get("how"))
    refund = session.get(RefundRow, str(effect.args.get("refund")))
    if refund is None or refund.account_id != account:
        raise EffectRefused(say("the account has no such refund"), code="no-refund")
    came_from = {
        "cashed": ("issued",),
        "payable": ("issued", "unclaimed"),
        "unclaimed": ("issued",),
        "forfeited": ("unclaimed",),
    }
    if how not in came_from:
        raise EffectRefused(
            say("a refund is cashed, payable, unclaimed or forfeited, not %(how)s", how=how), code="bad-settlement"
        )
    if refund.status != how:
        if refund.status not in came_from[how]:
            raise EffectRefused(
                say("a refund that is %(status)s does not become %(how)s", status=refund.status, how=how),
                code="bad-settlement",
            )
        _settle(session, effect, refund, how)
    return _reply("refund-settled", effect, refund.amount_usd, refund=refund.id)


def _settle(session: Session, effect: Effect, refund: RefundRow, how: str) -> None:
    account = refund.account_id
    if refund.status == "issued" and how != "cashed":  # the check is stopped: the money is owed again
        lines = moved(account, refund.amount_usd, debit="cash", credit=REFUNDS_PAYABLE)
        post_effect(
            session, effect, lines, rule="refund:stopped", memo=say("Check %(number)s stopped", number=refund.check_no)
        )
    elif how == "forfeited":
        lines = moved(account, refund.amount_usd, debit=REFUNDS_PAYABLE, credit="unclaimed-money")
        post_effect(
            session, effect, lines, rule="refund:unclaimed", memo=say("Unclaimed for three years, notice published")
        )
    refund.status = how
    refund.ended_on = day_of(session, effect) if how in ("cashed", "forfeited") else None
    if how == "payable":
        refund.run_id = refund.check_no = refund.issued_on = None
    session.add(refund)
    session.flush()


def _payable_on(effect: Effect) -> date | None:
    written = effect.args.get("on")
    return date.fromisoformat(str(written)[:10]) if written else None


def _of_security(effect: Effect) -> bool:
    of = str(effect.args.get("of") or "project")
    if of not in ("security", "project"):
        raise EffectRefused(
            say('there is no deposit of "%(of)s"; there are security and project', of=of), code="unknown-deposit"
        )
    return of == "security"


def _reply(event: str, effect: Effect, amount_usd: Decimal, **more: str | Decimal) -> Reply:
    data = {name: money_json(value) if isinstance(value, Decimal) else value for name, value in more.items()}
    return Reply(event=event, data={"entry": effect.id, "amount": money_json(amount_usd), **data})
