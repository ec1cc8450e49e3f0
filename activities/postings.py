"""What effects post: one entry under the effect's id, so that whatever is tried again is posted once.

The account's row is locked before anything is looked at, so that two effects never give the same money away twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlmodel import Session, col, select

from activities import published
from definitions.catalogue.replies import Effect, EffectRefused
from definitions.language.money import MoneyError, format_money, parse_money
from definitions.language.sentences import say, sentence_of
from store.ledger import Entry, Line, post
from store.tables.ledger import Posting
from store.tables.utility import Account


def account_of(session: Session, effect: Effect) -> str:
    """The account of the effect's case, locked until this transaction ends; EffectRefused when there is none."""
    if effect.account is None:
        raise EffectRefused(say("%(action)s needs a case with an account", action=effect.action), code="no-account")
    session.execute(select(col(Account.id)).where(col(Account.id) == effect.account).with_for_update())
    return effect.account


def day_of(session: Session, effect: Effect) -> date:
    """The civil day of the effect's step at the district."""
    return effect.at.astimezone(published.of_case(session, effect.case).calendar.zone).date()


def amount_of(effect: Effect, otherwise: Decimal | None = None) -> Decimal:
    """The effect's amount in USD, or `otherwise` where it names none; EffectRefused for none and for one below zero."""
    written: Any = effect.args.get("amount")
    if written is None and otherwise is not None:
        return otherwise
    try:
        amount_usd = parse_money(written)
    except MoneyError as error:
        raise EffectRefused(
            say("%(action)s: %(wrong)s", action=effect.action, wrong=sentence_of(error)), code="bad-amount"
        ) from None
    if amount_usd < 0:
        raise EffectRefused(
            say(
                "%(action)s of %(amount)s: the amount is not below zero; another action does the reverse",
                action=effect.action,
                amount=format_money(amount_usd),
            ),
            code="bad-amount",
        )
    return amount_usd


def at_most(effect: Effect, amount_usd: Decimal, limit_usd: Decimal, what: str) -> Decimal:
    """The amount; EffectRefused when there is less than that."""
    if amount_usd > max(limit_usd, Decimal(0)):
        raise EffectRefused(
            say(
                "%(amount)s was asked for, and %(what)s is only %(most)s",
                amount=format_money(amount_usd),
                what=what,
                most=format_money(limit_usd),
            ),
            code="too-much",
        )
    return amount_usd


def posted_before(session: Session, effect: Effect) -> Decimal | None:
    """The amount of the effect's entry when it was posted before, else None."""
    query = select(col(Posting.amount_usd)).where(col(Posting.entry_id) == effect.id, col(Posting.line) == 0)
    amount: Decimal | None = session.execute(query).scalar_one_or_none()
    return None if amount is None else abs(amount)


def post_effect(session: Session, effect: Effect, lines: Sequence[Line], *, rule: str, memo: str) -> None:
    """Posts the effect's entry on the district's day of its step."""
    entry = Entry(
        id=effect.id,
        lines=tuple(lines),
        posted_on=day_of(session, effect),
        at=effect.at,
        rule=rule,
        person=effect.by,
        case_id=effect.case,
        step_no=effect.step,
        memo=memo,
    )
    post(session, [entry])
