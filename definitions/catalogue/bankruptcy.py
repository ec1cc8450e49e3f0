"""The pure actions of a bankruptcy: its clocks, the adequate assurance, the split of the account, the claim.

Each answers None while it has not what it needs (no order for relief yet, no chapter), so that a clock that cannot be known
waits. Sources: domain/law.md, section 4.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from definitions.catalogue.actions import Arg, Context, Signature
from definitions.catalogue.meter_tests import setting
from definitions.catalogue.splits import Split, split, split_books
from definitions.catalogue.tariff import RATES, tariff
from definitions.catalogue.usage import periods
from definitions.catalogue.working import Working, to_cents
from definitions.language.court_days import court_deadline
from definitions.language.money import money_json

ASSURANCE_DAYS: Final = 20  #: after the order for relief, chapters 7, 12, 13 (11 U.S.C. 366(b))
ASSURANCE_DAYS_11: Final = 30  #: after the filing, chapter 11 (366(c)(2))
GOVERNMENT_DAYS: Final = (
    180  #: after the order for relief (Fed. R. Bankr. P. 3002(c)(1)); a district is a governmental unit
)
OTHER_DAYS: Final = {"voluntary": 70, "involuntary": 90}  #: everybody else (3002(c)); an involuntary chapter 7 has 90
STAY_DAYS: Final = 30  #: after the filing, when a case of the debtor was dismissed within the year (362(c)(3))
AVERAGE_MONTHS: Final = 12  #: of bills that the average month is taken from
DAYS_OF_YEAR: Final = 365


def assurance_deadline(context: Context, *, chapter: Any = None, filed: Any = None, order: Any = None) -> str | None:
    """The last day for adequate assurance; holidays of the state count for the customer, so the later day is taken.

    When the notice came so late that the law's time is over or nearly, the customer still has the setting
    `assurance-least-days` from the request: nobody is held to a day before they were asked."""
    if chapter is None:
        return None
    begin, days = (filed, ASSURANCE_DAYS_11) if chapter == "11" else (order, ASSURANCE_DAYS)
    if begin is None:
        return None
    least = int(setting(context.district.settings, "assurance-least-days", "10"))
    holidays = _holidays(context)
    return max(court_deadline(_day(begin), days, holidays), court_deadline(context.today, least, holidays)).isoformat()


def claim_deadline(
    context: Context, *, order: Any = None, bar_date: Any = None, converted: Any = None, chapter: Any = None
) -> str | None:
    """The last day for the proof of claim of a governmental unit: the bar date where the court has set one, else 180 days.

    Conversion to chapter 7 begins a new period (Rule 1019(2)); holidays of the state are left out of account, since the
    earlier day is the safe one."""
    if bar_date is not None:
        return str(bar_date)
    begin = _begin(order, converted, chapter)
    return None if begin is None else court_deadline(_day(begin), GOVERNMENT_DAYS).isoformat()


def _begin(order: Any, converted: Any, chapter: Any) -> Any:
    """From when the period for claims runs: only a conversion to chapter 7 begins it anew."""
    return converted if converted is not None and chapter == "7" else order


def show_claim_deadline(
    context: Context,
    *,
    order: Any = None,
    bar_date: Any = None,
    converted: Any = None,
    voluntary: Any = None,
    chapter: Any = None,
) -> list[str] | None:
    """The same deadline with its arithmetic, beside what holds for creditors that are no governmental unit."""
    working = Working()
    if bar_date is not None:
        working.note("Bar date set by the court (Rule 3003(c))", _words(_day(bar_date)))
        return working.lines
    begin = _begin(order, converted, chapter)
    last = claim_deadline(context, order=order, converted=converted, chapter=chapter)
    if begin is None or last is None:
        return None
    what = "Order for relief" if begin == order else "Order of conversion to chapter 7"
    working.note(what, _words(_day(begin)))
    working.note(f"Governmental unit: {GOVERNMENT_DAYS} days (Rule 3002(c)(1))", _words(_day(last)))
    others = OTHER_DAYS["involuntary" if voluntary is False and chapter == "7" else "voluntary"]
    working.note(f"Other creditors, not us: {others} days", _words(court_deadline(_day(begin), others)))
    return working.lines


def stay_end(context: Context, *, filed: Any = None, prior_dismissals: Any = None) -> str | None:
    """The 30th day after the filing, on which the stay ends by itself when one case was dismissed within the year before.

    None when none was, and when it is not known. Source: 11 U.S.C. 362(c)(3)."""
    if filed is None or int(prior_dismissals or 0) != 1:
        return None
    return court_deadline(_day(filed), STAY_DAYS, _holidays(context)).isoformat()


def compute_assurance(context: Context, **arguments: Any) -> str:
    """The deposit that the district asks for, in USD: the greater of a fixed sum and some months' average."""
    return money_json(_assurance(context, Working(), **arguments))


def show_assurance(context: Context, **arguments: Any) -> list[str]:
    """The working of the same computation."""
    working = Working()
    _assurance(context, working, **arguments)
    return working.lines


def _assurance(context: Context, working: Working, *, minimum: Any, filed: Any = None) -> Decimal:
    months = setting(context.district.settings, "assurance-months", "2")
    least = working.money("Fixed sum for this class", _amount(minimum))
    until = _day(filed) if filed is not None else context.today
    bills = [each for each in periods(context.facts.get("bill_history")) if 0 <= (until - each.end).days < DAYS_OF_YEAR]
    if not bills:
        return working.money("Adequate assurance (no bills to take an average of)", least)
    billed = working.money(
        f"Billed in {AVERAGE_MONTHS} months: {len(bills)} bills", sum((each.amount_usd for each in bills), Decimal(0))
    )
    days = sum(each.days for each in bills)
    average = to_cents(billed * DAYS_OF_YEAR / days / AVERAGE_MONTHS)
    working.money(f"An average month, from {days} days", average)
    several = working.money(f"{months} months", to_cents(average * months))
    return working.money("Adequate assurance, the greater of the two", max(least, several))


def compute_split(context: Context, **arguments: Any) -> str:
    """What was owed before the petition, in USD."""
    return money_json(_split(context, **arguments).owed_usd)


def show_split(context: Context, **arguments: Any) -> list[str]:
    """The working of the same computation."""
    return list(_split(context, **arguments).lines)


def _split(context: Context, *, petition_date: Any, read: Any = None, read_on: Any = None) -> Split:
    account: Mapping[str, Any] = context.data.get("account") or {}
    return split(
        split_books(context.facts.get("split_books")),
        petition=_day(petition_date),
        read_ccf=None if read is None else _amount(read),
        read_on=None if read_on is None else _day(read_on),
        tariff=tariff(context.tables.get(RATES), str(account.get("class", "residential"))),
    )


def add_up(context: Context, *, amounts: Any, less: Any = ()) -> str:
    """The sum of the amounts that are known, less others, in USD."""
    plus = sum((_amount(each) for each in amounts if each is not None), Decimal(0))
    return money_json(plus - sum((_amount(each) for each in less if each is not None), Decimal(0)))


def _holidays(context: Context) -> frozenset[date]:
    """The days that the district's calendar lists: nobody is held to a last day on one of them."""
    return frozenset(special.date for special in context.calendar.days)


def _day(written: Any) -> date:
    return date.fromisoformat(str(written)[:10])


def _words(day: date) -> str:
    return f"{day:%B} {day.day}, {day.year}"


def _amount(written: Any) -> Decimal:
    try:
        return Decimal(str(written))
    except InvalidOperation:
        raise ValueError(f"{written} is not a number") from None


_DATE, _TEXT = Arg(type="date", required=False), Arg(type="text", required=False)
_SPLIT: Final = {
    "petition_date": Arg(type="date"),
    "read": Arg(type="quantity", required=False, title="The register as it was read"),
    "read_on": Arg(type="date", required=False, title="On which day"),
}

PURE: Final = (
    Signature(
        name="find-assurance-deadline",
        kind="pure",
        args={"chapter": _TEXT, "filed": _DATE, "order": _DATE},
        result="date",
        compute=assurance_deadline,
        says="finds the last day for adequate assurance",
    ),
    Signature(
        name="find-claim-deadline",
        kind="pure",
        args={"order": _DATE, "bar_date": _DATE, "converted": _DATE, "chapter": _TEXT},
        result="date",
        compute=claim_deadline,
        says="finds the last day for the proof of claim",
    ),
    Signature(
        name="show-claim-deadline",
        kind="pure",
        args={
            "order": _DATE,
            "bar_date": _DATE,
            "converted": _DATE,
            "voluntary": Arg(type="boolean", required=False),
            "chapter": _TEXT,
        },
        result="any",
        compute=show_claim_deadline,
        says="shows how the last day for the claim is counted",
    ),
    Signature(
        name="find-end-of-stay",
        kind="pure",
        args={"filed": _DATE, "prior_dismissals": Arg(type="integer", required=False)},
        result="date",
        compute=stay_end,
        says="finds whether and when the stay ends by itself",
    ),
    Signature(
        name="add-up",
        kind="pure",
        args={
            "amounts": Arg(type="any", title="A list; what is not known counts as nothing"),
            "less": Arg(type="any", required=False, title="A list of what is taken off"),
        },
        result="money",
        compute=add_up,
        says="adds up amounts",
    ),
    *(
        Signature(
            name=name,
            kind="pure",
            args={"minimum": Arg(type="money", title="The fixed sum"), "filed": _DATE},
            result="money" if name.startswith("compute") else "any",
            facts=("bill_history",),
            compute=compute,
            says="computes the adequate assurance",
        )
        for name, compute in (("compute-assurance", compute_assurance), ("show-assurance", show_assurance))
    ),
    *(
        Signature(
            name=name,
            kind="pure",
            args=_SPLIT,
            result="money" if name.startswith("compute") else "any",
            facts=("split_books",),
            compute=compute,
            says="computes what was owed before the petition",
        )
        for name, compute in (("compute-split", compute_split), ("show-split", show_split))
    ),
)

EFFECTS: Final = (
    Signature(
        name="split-account",
        kind="effect",
        args=_SPLIT,
        replies=("account-split",),
        irreversible=True,
        says="splits the account on {petition_date}",
    ),
    Signature(
        name="put-right",
        kind="effect",
        args={"petition_date": Arg(type="date"), "chapter": _TEXT},
        replies=("righted",),
        irreversible=True,
        says="takes back what was charged and set off since {petition_date}",
    ),
    Signature(
        name="bill-deposit",
        kind="effect",
        args={"account": Arg(type="text"), "amount": Arg(type="money")},
        replies=("deposit-billed",),
        irreversible=True,
        says="bills a deposit of {amount}",
    ),
    Signature(
        name="take-assurance",
        kind="effect",
        args={"account": Arg(type="text"), "amount": Arg(type="money")},
        replies=("deposit-taken",),
        irreversible=True,
        says="takes {amount} into deposit for {account}",
    ),
    Signature(
        name="move-payment",
        kind="effect",
        args={"account": Arg(type="text"), "amount": Arg(type="money")},
        replies=("payment-moved",),
        irreversible=True,
        says="moves a payment of {amount} to {account}",
    ),
)

ACTIONS: Final = (*PURE, *EFFECTS)
