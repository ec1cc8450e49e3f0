"""Instalments: a debt in monthly parts. Dates go by calendar months from the first one; the last part takes the cents."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_DOWN, Decimal
from typing import Any, Final

from definitions.catalogue.actions import CannotCompute, Context
from definitions.catalogue.working import Working
from definitions.language.calendars import Calendar
from definitions.language.money import CENT, MoneyError, format_money, parse_money
from definitions.language.sentences import say, sentence_of

MOST: Final = 60  #: parts in a plan; five years is beyond every policy and every calendar
ORDINARY_MONTHS: Final = 12  #: repayment is ordinarily complete within them (H&S 116910(b)(2); Gov. Code 60372(c))


@dataclass(frozen=True, kw_only=True)
class Instalment:
    """One part of a plan."""

    number: int
    due: date
    amount_usd: Decimal


def month_on(first: date, months: int) -> date:
    """The same day so many months later; the month's last day where it has no such day. Counted from the first date, so
    that 31 January is followed by 28 February and 31 March."""
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    return date(year, month + 1, min(first.day, monthrange(year, month + 1)[1]))


def payable_on(calendar: Calendar, day: date) -> date:
    """The day itself, or the next business day when the office is closed on it (Gov. Code 6800).

    Beyond the calendar's years only Saturdays and Sundays are known to be closed."""
    while day.weekday() > 4 or (calendar.covers(day) and not calendar.is_business_day(day)):
        day += timedelta(days=1)
    return day


def equal_parts(amount_usd: Decimal, parts: int) -> list[Decimal]:
    """The amount in so many equal parts in whole cents; the last part takes the cents that are left."""
    part = (amount_usd / parts).quantize(CENT, ROUND_DOWN)
    return [*[part] * (parts - 1), amount_usd - part * (parts - 1)]


def monthly_parts(amount_usd: Decimal, each_usd: Decimal) -> list[Decimal]:
    """The amount paid off by the same sum each month; the last part is what is left."""
    count = int((amount_usd / each_usd).to_integral_value(ROUND_CEILING))
    return [*[each_usd] * (count - 1), amount_usd - each_usd * (count - 1)]


def instalments(
    calendar: Calendar, amount_usd: Decimal, first: date, *, parts: int | None = None, each_usd: Decimal | None = None
) -> list[Instalment]:
    """The plan for a debt: in so many equal parts, or by so much each month. Raises CannotCompute when it cannot be."""
    if amount_usd <= 0:
        raise CannotCompute(say("there is nothing to pay in instalments"))
    if (parts is None) == (each_usd is None):
        raise CannotCompute(say("a plan has either a number of parts or a monthly amount"))
    if each_usd is not None:
        if each_usd <= 0 or amount_usd / each_usd > MOST:
            raise CannotCompute(
                say(
                    "at %(amount)s a month a plan would have more than %(most)s parts",
                    amount=format_money(each_usd),
                    most=MOST,
                )
            )
        amounts = monthly_parts(amount_usd, each_usd)
    else:
        assert parts is not None
        if not 1 <= parts <= MOST or amount_usd < CENT * parts:
            raise CannotCompute(
                say("a plan has from 1 to %(most)s parts of a cent or more, not %(parts)s", most=MOST, parts=parts)
            )
        amounts = equal_parts(amount_usd, parts)
    return [
        Instalment(number=number + 1, due=payable_on(calendar, month_on(first, number)), amount_usd=amount)
        for number, amount in enumerate(amounts)
    ]


def plan_of(calendar: Calendar, arguments: Any) -> list[Instalment]:
    """The plan that an action's arguments (amount, parts or each, first) stand for; raises CannotCompute."""
    parts, each = arguments.get("parts"), arguments.get("each")
    try:
        return instalments(
            calendar,
            parse_money(arguments.get("amount")),
            date.fromisoformat(str(arguments.get("first"))[:10]),
            # The customer's monthly amount goes before the number of parts: it is what they can pay.
            parts=int(parts) if parts is not None and each is None else None,
            each_usd=parse_money(each) if each is not None else None,
        )
    except (MoneyError, ValueError) as error:
        raise CannotCompute(sentence_of(error)) from None


def compute_instalments(context: Context, **arguments: Any) -> list[str]:
    """The plan as a table: each instalment with its due date, and their sum."""
    plan, working = plan_of(context.calendar, arguments), Working()
    for each in plan:
        working.money(f"Instalment {each.number}, due {_day(each.due)}", each.amount_usd)
    working.money("All instalments together", sum((each.amount_usd for each in plan), Decimal(0)))
    return working.lines


def count_instalments(context: Context, **arguments: Any) -> int:
    """How many instalments the plan has, a month apart: the months that it lasts."""
    return len(plan_of(context.calendar, arguments))


def compute_last_instalment(context: Context, **arguments: Any) -> str:
    """The date of the plan's last instalment."""
    return plan_of(context.calendar, arguments)[-1].due.isoformat()


def add_months(context: Context, *, on: Any, months: Any) -> str:
    """The same day so many months later, or that month's last day; `months` is a number or the name of a setting."""
    written = str(months)
    count = int(context.district.settings.get(written, written))
    return month_on(date.fromisoformat(str(on)[:10]), count).isoformat()


def total_usd(plan: Sequence[Instalment]) -> Decimal:
    """What the plan's parts come to."""
    return sum((each.amount_usd for each in plan), Decimal(0))


def _day(day: date) -> str:
    return f"{day:%B} {day.day}, {day.year}"
