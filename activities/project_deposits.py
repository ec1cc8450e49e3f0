"""Deposits that are held for a case, which may have no account yet: taken, applied to what is owed or earned, paid back.

What is held is what was taken for the case and neither applied nor refunded. The entry's id is the effect's, so that
nothing is posted twice. Deposits that an account has with the district are in `deposits`.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import func
from sqlmodel import Session, col, select

from activities import published
from definitions.catalogue.replies import Effect, EffectRefused, Reply
from definitions.language.money import MoneyError, format_money, money_json, parse_money
from definitions.language.sentences import say, sentence_of
from store.ledger import Entry, Line, post, told
from store.tables.ledger import PROJECT_DEPOSITS, RECEIVABLE, REFUNDS_PAYABLE, Posting

CASH, FEES = "cash", "fees"


def take(session: Session, effect: Effect) -> Reply:
    """Takes money into deposit; answers `deposit-taken` with the amount and what is held now."""
    code, amount_usd = PROJECT_DEPOSITS, _amount(effect)
    memo = say("Deposit: %(of)s", of=told(str(effect.args.get("of") or "project")))
    lines = (Line(code=CASH, amount_usd=amount_usd), Line(code=code, amount_usd=-amount_usd))
    return _posted(session, effect, "deposit-taken", code, amount_usd, lines, "deposit", memo)


def apply(session: Session, effect: Effect) -> Reply:
    """Applies a part of what is held to the account's debt, or to a fee that is earned; answers `deposit-applied`."""
    code, amount_usd = PROJECT_DEPOSITS, _amount(effect)
    to = str(effect.args.get("to") or "account")
    if to == "account":
        if effect.account is None:
            raise EffectRefused(say("a deposit is applied to an account, and the case has none"), code="no-account")
        against = Line(code=RECEIVABLE, amount_usd=-amount_usd, account_id=effect.account)
    else:
        against = Line(code=FEES, amount_usd=-amount_usd)
    memo = told(effect.args.get("reason")) or say("Deposit applied: %(to)s", to=told(to))
    lines = (Line(code=code, amount_usd=amount_usd), against)
    return _posted(session, effect, "deposit-applied", code, amount_usd, lines, f"deposit:{to}", memo, drawn=True)


def refund(session: Session, effect: Effect) -> Reply:
    """Owes back a part of what is held, or all of it; answers `deposit-refunded` with the amount."""
    code = PROJECT_DEPOSITS
    known = _entry(session, effect.id, code)
    whole = effect.args.get("amount") is None
    amount_usd = known if known is not None else held_usd(session, effect.case, code) if whole else _amount(effect)
    memo = told(effect.args.get("reason")) or say("Refund of what is left of the deposit")
    lines = (Line(code=code, amount_usd=amount_usd), Line(code=REFUNDS_PAYABLE, amount_usd=-amount_usd))
    return _posted(session, effect, "deposit-refunded", code, amount_usd, lines, "deposit-refund", memo, drawn=True)


def pay_refund(session: Session, effect: Effect) -> Reply:
    """Pays back what is owed; answers `refund-paid`."""
    amount_usd = _amount(effect)
    memo = str(effect.args.get("reference") or "") or say("Refund paid")
    lines = (Line(code=REFUNDS_PAYABLE, amount_usd=amount_usd), Line(code=CASH, amount_usd=-amount_usd))
    return _posted(session, effect, "refund-paid", REFUNDS_PAYABLE, amount_usd, lines, "refund", memo)


def held_usd(session: Session, case: str, code: str = PROJECT_DEPOSITS) -> Decimal:
    """What is held for the case."""
    query = select(func.coalesce(func.sum(col(Posting.amount_usd)), Decimal(0))).where(
        col(Posting.case_id) == case, col(Posting.code) == code
    )
    held: Decimal = -session.execute(query).scalar_one()
    return held if held else Decimal("0.00")


def _posted(
    session: Session,
    effect: Effect,
    event: str,
    code: str,
    amount_usd: Decimal,
    lines: tuple[Line, ...],
    rule: str,
    memo: str,
    *,
    drawn: bool = False,
) -> Reply:
    if amount_usd != 0 and _entry(session, effect.id, code) is None:
        if drawn and amount_usd > (held := held_usd(session, effect.case, code)):
            raise EffectRefused(
                say(
                    "%(amount)s was asked for, and only %(held)s are held",
                    amount=format_money(amount_usd),
                    held=format_money(held),
                ),
                code="deposit-too-small",
            )
        entry = Entry(
            id=effect.id,
            lines=lines,
            posted_on=_day(session, effect),
            at=effect.at,
            rule=rule,
            person=effect.by,
            case_id=effect.case,
            step_no=effect.step,
            memo=memo,
        )
        post(session, [entry])
    data = {"amount": money_json(amount_usd), "held": money_json(held_usd(session, effect.case))}
    return Reply(event=event, data=data)


def _entry(session: Session, number: str, code: str) -> Decimal | None:
    """The amount of an entry that is posted already."""
    query = select(col(Posting.amount_usd)).where(col(Posting.entry_id) == number, col(Posting.code) == code)
    found = session.exec(query).first()
    return None if found is None else abs(found)


def _day(session: Session, effect: Effect) -> date:
    received = effect.args.get("received")
    if received:
        return date.fromisoformat(str(received))
    return effect.at.astimezone(published.of_case(session, effect.case).calendar.zone).date()


def _amount(effect: Effect) -> Decimal:
    try:
        amount_usd = parse_money(effect.args.get("amount"))
    except MoneyError as error:
        raise EffectRefused(
            say("%(action)s: %(wrong)s", action=effect.action, wrong=sentence_of(error)), code="bad-amount"
        ) from None
    if amount_usd < 0:
        raise EffectRefused(say("%(action)s: the amount is not below zero", action=effect.action), code="bad-amount")
    return amount_usd
