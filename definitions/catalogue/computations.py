"""The pure actions: what a definition may compute inside a step. Each takes the context and JSON values and returns one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from definitions.catalogue.actions import CannotCompute, Context
from definitions.catalogue.adjustments import Assessment, Policy, assess, claim_of, judge
from definitions.catalogue.adjustments import policy as policy_of
from definitions.catalogue.deadlines import in_time, last_day
from definitions.catalogue.meter_tests import (
    accuracy_percent,
    allowed,
    back_bill_usd,
    estimate_usd,
    refund_usd,
    reread_usd,
    setting,
    verdict,
)
from definitions.catalogue.tariff import RATES, Tariff, tariff
from definitions.catalogue.usage import Period, mean, period, periods, preceding, same_period
from definitions.catalogue.working import Working, number
from definitions.language.counting import last_day_to_act
from definitions.language.money import format_money, money_json
from definitions.language.pack import DecisionTable
from definitions.language.sentences import say
from definitions.language.tables import TableError
from definitions.language.tables import decide as decided

ALMOST_NOTHING = Decimal(1)  #: ccf in a period; less is low use whatever is usual


def decide(context: Context, *, table: str, output: str | None = None, **inputs: Any) -> Any:
    """The output of the row that fits: the one named, or the table's only one."""
    found = context.tables.get(table)
    if found is None:
        raise TableError(say('there is no decision table "%(table)s"', table=table))
    outputs = decided(
        found, {name.replace("_", "-") if name not in found.inputs else name: each for name, each in inputs.items()}
    )
    wanted = output or next(iter(found.outputs))
    return outputs.get(wanted)


def compute_leak_adjustment(context: Context, **arguments: Any) -> str:
    """The credit in USD that the policy gives; zero when it gives none."""
    return money_json(_leak(context, **arguments)[1].credit_usd)


def show_leak_adjustment(context: Context, **arguments: Any) -> list[str]:
    """The working of the same computation, line by line."""
    return list(_leak(context, **arguments)[1].lines)


def judge_leak_adjustment(context: Context, **arguments: Any) -> str:
    """`given`, `exception`, `pay-first`, `wait` or `refused`: what follows from the same computation."""
    return judge(*_leak(context, **arguments))


def name_leak_policy(context: Context, *, policy: str | None = None) -> str:
    """The policy's title with its source, as a letter names the rule."""
    table = _policy_table(context, policy)
    return f"{table.title} ({table.source})" if table.source else table.title


def _leak(
    context: Context, *, policy: str | None = None, leak: str | None = None, exception: str | None = None
) -> tuple[Policy, Assessment]:
    table = _policy_table(context, policy)
    kind = leak or context.data.get("leak_kind") or "unknown"
    account_class = _class(context)
    claim = claim_of(
        data=context.data,
        facts=context.facts,
        today=context.today,
        leak=kind,
        history=_history(context),
        bill=_bill(context),
        account_class=account_class,
        exception=exception,
    )
    stated = policy_of(table, account_class, kind)
    return stated, assess(stated, claim, _tariff(context))


def _policy_table(context: Context, policy: str | None) -> DecisionTable:
    """The table that is named, or the one that the district has chosen (its setting `leak-adjustment-policy`)."""
    name = policy or str(context.district.settings.get("leak-adjustment-policy", "standard"))
    table = context.tables.get(name)
    if table is None:
        raise TableError(say('there is no leak adjustment policy "%(name)s" among the decision tables', name=name))
    return table


def compute_meter_accuracy(context: Context, *, low: Any, middle: Any, high: Any) -> str:
    """What the meter registers of 100 true, in percent."""
    weights = tuple(
        Decimal(str(each)) for each in context.district.settings.get("meter-test-weights", ("15", "70", "15"))
    )
    flows = [_number(each, say("a flow")) for each in (low, middle, high)]
    return f"{accuracy_percent(flows[0], flows[1], flows[2], weights):f}"


def judge_meter_test(context: Context, *, accuracy: Any) -> str:
    """`fast`, `slow` or `accurate`, by the district's limits."""
    settings = context.district.settings
    return verdict(
        _number(accuracy, say("the accuracy")),
        fast_limit=setting(settings, "meter-fast-limit", "2"),
        slow_limit=setting(settings, "meter-slow-limit", "2"),
    )


def compute_meter_refund(context: Context, **arguments: Any) -> str:
    """What a fast meter's bills charged too much, in USD."""
    return money_json(_meter_refund(context, Working(), **arguments))


def show_meter_refund(context: Context, **arguments: Any) -> list[str]:
    """The working of the same computation."""
    working = Working()
    _meter_refund(context, working, **arguments)
    return working.lines


def _meter_refund(context: Context, working: Working, *, accuracy: Any, months: Any = None) -> Decimal:
    span = int(months or context.district.settings.get("meter-refund-months", 6))
    bills = allowed(_history(context), _bill(context), months=span, today=context.today)
    return refund_usd(
        accuracy=_number(accuracy, say("the accuracy")), bills=bills, tariff=_tariff(context), working=working
    )


def compute_back_bill(context: Context, **arguments: Any) -> str:
    """What a slow meter's bills charged too little, in USD; zero where the district does not bill for it."""
    return money_json(_back_bill(context, Working(), **arguments))


def show_back_bill(context: Context, **arguments: Any) -> list[str]:
    """The working of the same computation."""
    working = Working()
    _back_bill(context, working, **arguments)
    return working.lines


def _back_bill(context: Context, working: Working, *, accuracy: Any, above: Any) -> Decimal:
    settings = context.district.settings
    if str(settings.get("bill-slow-meters", "no")) != "yes":
        working.note("To be billed", "nothing: this district does not bill for a slow meter")
        return Decimal("0.00")
    span = int(settings.get("meter-refund-months", 6))
    return back_bill_usd(
        accuracy=_number(accuracy, say("the accuracy")),
        above_percent=_number(above, say("the limit")),
        bills=allowed(_history(context), _bill(context), months=span, today=context.today),
        tariff=_tariff(context),
        working=working,
    )


def compute_unregistered_use(context: Context) -> str:
    """What is billed for water that a standing meter did not register, in USD: from prior use, else from like customers."""
    return money_json(_unregistered(context, Working()))


def show_unregistered_use(context: Context) -> list[str]:
    """The working of the same computation."""
    working = Working()
    _unregistered(context, working)
    return working.lines


def _unregistered(context: Context, working: Working) -> Decimal:
    bill, history = _bill(context), _history(context)
    same = [found for year in (1, 2, 3) if (found := same_period(history, bill, year)) is not None]
    neighbours = context.facts.get("neighbours_median_use")
    return estimate_usd(
        bill=bill,
        like=same or preceding(history, bill, 3),
        neighbours_ccf=None if neighbours is None else Decimal(str(neighbours)),
        tariff=_tariff(context),
        working=working,
    )


def compute_reread_adjustment(context: Context, *, read: Any) -> str:
    """What a misread charged too much, in USD."""
    return money_json(_reread(context, Working(), read))


def show_reread_adjustment(context: Context, *, read: Any) -> list[str]:
    """The working of the same computation."""
    working = Working()
    _reread(context, working, read)
    return working.lines


def _reread(context: Context, working: Working, read: Any) -> Decimal:
    billed = _number(_entity(context, "bill").get("read"), say("the read that was billed"))
    return reread_usd(
        bill=_bill(context),
        billed_read=billed,
        read=_number(read, say("the read")),
        tariff=_tariff(context),
        working=working,
    )


def compare_use(context: Context) -> list[str]:
    """The disputed use beside what was usual, line by line, for whoever reviews it and for the letter."""
    working, bill, history = Working(), _bill(context), _history(context)
    working.water(f"This bill, {bill.days} days", bill.use_ccf)
    working.water("A day", bill.use_ccf / bill.days)
    last = same_period(history, bill, 1)
    if last is not None:
        working.water(f"Same period last year, {last.days} days", last.use_ccf)
        working.water("A day last year", last.use_ccf / last.days)
    same = [found for year in (1, 2, 3) if (found := same_period(history, bill, year)) is not None]
    if len(same) > 1:
        working.water(f"Average of the same period in {len(same)} years", mean([each.use_ccf for each in same]))
    before = preceding(history, bill, 1)
    if before:
        working.water("The period before", before[0].use_ccf)
    neighbours = context.facts.get("neighbours_median_use")
    if neighbours is not None:
        working.water("Half of the neighbours of this class used less than", Decimal(str(neighbours)))
    return working.lines


def show_use_history(context: Context) -> list[str]:
    """The account's billed use of six years, newest first, line by line."""
    working = Working()
    for each in _history(context):
        days = f"{each.start:%B} {each.start.day}, {each.start.year} to {each.end:%B} {each.end.day}, {each.end.year}"
        working.note(f"Use {days}, {each.days} days", f"{number(each.use_ccf)} ccf, {format_money(each.amount_usd)}")
    return working.lines


def show_transactions(context: Context) -> list[str]:
    """What was charged and paid in two years, oldest first, with the balance after each."""
    working = Working()
    for each in context.facts.get("transactions") or ():
        amount, balance = Decimal(str(each["amount"])), Decimal(str(each["balance"]))
        working.note(f"{each['on']}, {each['what']}: {format_money(amount)}", f"balance {format_money(balance)}")
    return working.lines


def compute_change_of_use(context: Context) -> str | None:
    """How much more than in the same period last year was used for each day, in percent; None without that period."""
    bill = _bill(context)
    last = same_period(_history(context), bill, 1)
    if last is None or last.use_ccf <= 0:
        return None
    ratio = (bill.use_ccf / bill.days) / (last.use_ccf / last.days)
    return number((ratio - 1) * 100)


def judge_low_use(context: Context) -> str:
    """`none`, `low` or `usual`: whether the period's use points to a stuck meter or an empty house."""
    bill = _bill(context)
    if bill.use_ccf <= 0:
        return "none"
    same = same_period(_history(context), bill, 1)
    floor = (
        ALMOST_NOTHING
        if same is None
        else max(ALMOST_NOTHING, same.use_ccf * setting(context.district.settings, "low-use-percent", "25") / 100)
    )
    return "low" if bill.use_ccf < floor else "usual"


def reckon_last_day(context: Context, *, begin: Any, days: Any, law: bool = False) -> str:
    """The last day of so many days after a date; `days` is a number or the name of a setting.

    `law`: a statute gives the time, so that a legal holiday rolls on although the office works (Gov. Code 6800)."""
    written = str(days)
    count = int(context.district.settings.get(written, written))
    counted = last_day_to_act if law else last_day
    return counted(_date(begin, say("the day that is counted from")), count, context.calendar).isoformat()


def judge_in_time(context: Context, *, received: Any, notice: Any = None) -> bool:
    """Whether a complaint of this day about the case's bill has a right to the review manager (Gov. Code 60372(c))."""
    return in_time(
        _date(received, say("the day of the complaint")),
        bill_mailed=_date(_entity(context, "bill").get("mailed"), say("the day on which the bill was mailed")),
        notice_mailed=_date(notice, say("the day of the notice")) if notice else None,
        delivery_days=int(setting(context.district.settings, "bill-delivery-days", "5")),
        calendar=context.calendar,
    )


def _date(written: Any, what: str) -> date:
    try:
        return date.fromisoformat(str(written)[:10])
    except ValueError:
        raise CannotCompute(say("%(what)s is not known", what=what)) from None


def _bill(context: Context) -> Period:
    return period(_entity(context, "bill"))


def _entity(context: Context, name: str) -> Mapping[str, Any]:
    found = context.data.get(name)
    if not isinstance(found, Mapping):
        raise CannotCompute(say("the case has no %(name)s", name=name))
    return found


def _number(written: Any, what: str) -> Decimal:
    try:
        return Decimal(str(written))
    except InvalidOperation:
        raise CannotCompute(say("%(what)s is not known", what=what)) from None


def _history(context: Context) -> list[Period]:
    return periods(context.facts.get("bill_history"))


def _class(context: Context) -> str:
    return str(_entity(context, "account").get("class", "residential"))


def _tariff(context: Context) -> Tariff:
    return tariff(context.tables.get(RATES), _class(context))
