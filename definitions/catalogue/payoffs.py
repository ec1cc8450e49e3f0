"""What it takes to pay an account off: what is billed, what was used since, and what each further day adds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

from definitions.catalogue.actions import CannotCompute, Context
from definitions.catalogue.connecting import compute_water_charge
from definitions.catalogue.usage import Period, periods
from definitions.catalogue.working import Working, to_cents
from definitions.language.money import format_money, money_json, parse_money
from definitions.language.sentences import say

YEAR: Final = 6  #: bills of two months that a day's average is taken of


def compute_payoff(context: Context, **arguments: Any) -> str:
    """What pays the account off on the day to which it is reckoned, in USD."""
    return money_json(_payoff(Working(), context, **arguments))


def show_payoff(context: Context, **arguments: Any) -> list[str]:
    """The working of the same computation."""
    working = Working()
    _payoff(working, context, **arguments)
    return working.lines


def compute_per_day(context: Context) -> str:
    """What each further day adds, in USD: the average day of a year's bills."""
    return money_json(_average_day(periods(context.facts.get("bill_history"))))


def _payoff(working: Working, context: Context, *, balance: Any, closing: Any, unbilled: Any = None) -> Decimal:
    owed = working.money("Balance", parse_money(str(balance)) if balance is not None else Decimal(0))
    bills = periods(context.facts.get("bill_history"))
    if unbilled is not None:
        account: Mapping[str, Any] = context.data.get("account") or {}
        use_class = str(account.get("class") or "residential")
        cost = parse_money(compute_water_charge(context, use=unbilled, use_class=use_class))
        used = working.money(f"Used since the last bill, {unbilled} ccf", cost)
        return working.money("To pay", owed + used)
    if not bills:
        return working.money("To pay (no bill yet to reckon a day of)", owed)
    last, until = max(each.end for each in bills), _day(closing)
    days = max((until - last).days, 0)
    a_day = _average_day(bills)
    label = f"{days} days since the last bill, at {format_money(a_day)} a day"
    return working.money("To pay", owed + working.money(label, to_cents(a_day * days)))


def _average_day(bills: list[Period]) -> Decimal:
    newest = sorted(bills, key=lambda each: each.end, reverse=True)[:YEAR]
    days = sum(each.days for each in newest)
    return to_cents(sum((each.amount_usd for each in newest), Decimal(0)) / days) if days else Decimal("0.00")


def _day(written: Any) -> date:
    try:
        return date.fromisoformat(str(written)[:10])
    except ValueError:
        raise CannotCompute(say("the day to which it is reckoned is not known")) from None
