"""What a household has shown about itself: kept with the account, since it counts in every case about it."""

from __future__ import annotations

from datetime import date

from sqlmodel import Session

from activities import published
from definitions.catalogue.replies import Effect, EffectRefused, Reply
from definitions.language.sentences import say
from store.tables.utility import Account


def note_household(session: Session, effect: Effect) -> Reply:
    """Notes that the household is below 200 % of the poverty level, for a year or until the day that is given; or no longer.

    A benefit that is received or a declaration shows it (Health & Safety Code 116914(b))."""
    account = session.get(Account, effect.account) if effect.account else None
    if account is None:
        raise EffectRefused(say("%(action)s needs a case with an account", action=effect.action), code="no-account")
    today = effect.at.astimezone(published.of_case(session, effect.case).calendar.zone).date()
    until = effect.args.get("until")
    if not effect.args.get("low_income"):
        account.low_income_until = None
    elif until:
        account.low_income_until = date.fromisoformat(str(until)[:10])
    else:
        account.low_income_until = _in_a_year(today)
    session.add(account)
    return Reply()


def _in_a_year(day: date) -> date:
    try:
        return day.replace(year=day.year + 1)
    except ValueError:  # 29 February
        return date(day.year + 1, 2, 28)
