"""Charges and deposits, worked out: late fees, the charge for a returned payment, what a bad check costs, deposits."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from definitions.catalogue.actions import CannotCompute, Context
from definitions.catalogue.instalments import payable_on
from definitions.catalogue.working import Working, number, to_cents
from definitions.language.money import MoneyError, format_money, money_json, parse_money
from definitions.language.sentences import say, sentence_of
from definitions.language.tables import decide

FIRST_CHARGE_USD: Final = Decimal("25.00")  #: Civ. Code 1719(a)(1)
LATER_CHARGE_USD: Final = Decimal("35.00")
DAMAGES_USD: Final = (Decimal("100.00"), Decimal("1500.00"))  #: at least, at most: Civ. Code 1719(a)(2)
PENALTY_PERCENT: Final = Decimal(10)  #: at most, of the amount: Gov. Code 61115(a)(3)(C)
MONTHLY_PERCENT: Final = Decimal(1)  #: at most, a month


def compute_returned_charge(context: Context, *, table: str, returns: Any) -> str:
    """The charge for a returned payment by the district's table, never above what the law allows.

    `returns`: how many payments of the account came back before."""
    before = int(returns or 0)
    rules = context.tables.get(table)
    if rules is None:
        raise CannotCompute(say('there is no decision table "%(table)s"', table=table))
    wanted = parse_money(decide(rules, {"returns": before}).get("charge"))
    return money_json(min(wanted, LATER_CHARGE_USD if before else FIRST_CHARGE_USD))


def compute_bad_check(context: Context, **arguments: Any) -> str:
    """What a court may award in all for a check that stays unpaid after the demand, in USD."""
    return money_json(_bad_check(Working(), context, **arguments)[1])


def compute_demand(context: Context, **arguments: Any) -> str:
    """What the demand asks for within thirty days: the check, the charge and the mailing, less what was paid."""
    return money_json(_bad_check(Working(), context, **arguments)[0])


def show_bad_check(context: Context, **arguments: Any) -> list[str]:
    """The working of both (Civ. Code 1719(a)(1)-(2)): shown to the customer, charged by nobody but a court."""
    working = Working()
    _bad_check(working, context, **arguments)
    return working.lines


def _bad_check(
    working: Working, context: Context, *, amount: Any, charge: Any, paid: Any = "0.00"
) -> tuple[Decimal, Decimal]:
    check, fee, part = _usd(amount), _usd(charge), _usd(paid or "0.00")
    mailing = _usd(context.district.settings.get("certified-mail-cost", "0.00"))
    working.money("Amount of the check", check)
    working.money("Charge for the returned check", fee)
    working.money("Cost of certified mail", mailing)
    if part:
        working.money("Paid since", -part)
    demand = working.money("Payable within 30 days of the mailing", max(check + fee + mailing - part, Decimal(0)))
    low, high = DAMAGES_USD
    tripled = working.money("Three times the check", check * 3)
    damages = working.money(
        f"Not less than {format_money(low)} and not more than {format_money(high)}", min(max(tripled, low), high)
    )
    owed = working.money("Damages and the check, less what was paid", max(check + damages - part, Decimal(0)))
    return demand, owed


def compute_late_fee(context: Context, **arguments: Any) -> str:
    """The late fee on what is past due, in USD: a basic penalty, and interest for each whole month."""
    return money_json(_late_fee(Working(), context, **arguments))


def show_late_fee(context: Context, **arguments: Any) -> list[str]:
    """The working of the same computation."""
    working = Working()
    _late_fee(working, context, **arguments)
    return working.lines


def _late_fee(working: Working, context: Context, *, amount: Any, months: Any = 0) -> Decimal:
    settings = context.district.settings
    basic = min(Decimal(str(settings.get("late-fee-percent", "0"))), PENALTY_PERCENT)
    monthly = min(Decimal(str(settings.get("late-interest-percent", "0"))), MONTHLY_PERCENT)
    past_due = working.money("Past due", _usd(amount))
    penalty = working.money(f"Basic penalty of {number(basic)} %", to_cents(past_due * basic / 100))
    count = int(months or 0)
    interest = to_cents(past_due * monthly * count / 100)
    if interest:
        working.money(f"Interest of {number(monthly)} % a month for {count} months", interest)
    return working.money("Late fee", penalty + interest)


def compute_deposit(context: Context, **arguments: Any) -> str:
    """The deposit by the district's table: a fixed sum, or a multiple of the usual bill."""
    return money_json(_deposit(Working(), context, **arguments))


def show_deposit(context: Context, **arguments: Any) -> list[str]:
    """The working of the same computation."""
    working = Working()
    _deposit(working, context, **arguments)
    return working.lines


def _deposit(working: Working, context: Context, *, table: str, why: Any) -> Decimal:
    rules = context.tables.get(table)
    if rules is None:
        raise CannotCompute(say('there is no decision table "%(table)s"', table=table))
    account = context.data.get("account") or {}
    found = decide(rules, {"class": str(account.get("class", "residential")), "why": str(why)})
    least = _usd(found.get("least") or "0.00")
    times = Decimal(str(found.get("bills") or 0))
    usual = context.facts.get("usual_bill")
    if times and usual is not None:
        working.money("Your usual bill", _usd(usual))
        multiple = working.money(f"{number(times)} times the usual bill", to_cents(_usd(usual) * times))
        working.money("At least", least)
        return working.money("Deposit", max(multiple, least))
    return working.money("Deposit", least)


def compute_deposit_interest(context: Context, **arguments: Any) -> str:
    """Simple interest on a deposit at the district's yearly rate (none unless it sets one), to the day."""
    return money_json(_interest(Working(), context, **arguments))


def show_deposit_interest(context: Context, **arguments: Any) -> list[str]:
    """The working of the same computation, with what is given back in all."""
    working = Working()
    interest = _interest(working, context, **arguments)
    working.money("Deposit and interest", _usd(arguments["amount"]) + interest)
    return working.lines


def _interest(working: Working, context: Context, *, amount: Any, since: Any) -> Decimal:
    rate = Decimal(str(context.district.settings.get("deposit-interest-percent", "0")))
    held = working.money("Deposit", _usd(amount))
    begin = date.fromisoformat(str(since or context.today)[:10])
    days = max((context.today - begin).days, 0)
    interest = (held * rate * days / Decimal(36500)).quantize(Decimal("0.01"), ROUND_HALF_UP)
    if rate:
        working.note("Held for", f"{days} days")
        working.money(f"Interest at {number(rate)} % a year", interest)
    return interest


def show_refund(context: Context, *, available: Any, amount: Any) -> list[str]:
    """What the account has in credit, what of it is refunded, and what stays."""
    working = Working()
    there = working.money("Credit of the account", _usd(available))
    refund = working.money("Refund", _usd(amount))
    if there != refund:
        working.money("Credit that stays on the account", there - refund)
    return working.lines


def compute_refund_date(context: Context) -> str:
    """The day of the next run of checks: on the district's days of the month, or the next business day."""
    days = sorted(int(day) for day in context.district.settings.get("refund-run-days", ("1", "15")))
    for months in range(2):
        year, month = divmod(context.today.year * 12 + context.today.month - 1 + months, 12)
        for day in days:
            run = payable_on(context.calendar, date(year, month + 1, day))
            if run >= context.today:
                return run.isoformat()
    raise CannotCompute(say("the setting refund-run-days names no day of the month"))


def _usd(written: Any) -> Decimal:
    try:
        return parse_money(written)
    except MoneyError as error:
        raise CannotCompute(sentence_of(error)) from None
