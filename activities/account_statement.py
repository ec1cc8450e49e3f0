"""What an account owed at a step, charge by charge, as letters show it: each bill and fee, what was paid on it, and the sums.

Counted are the books until the step's day, of the case's own postings those before the letter, and the fees of the same step
whether they are posted yet or not: effects of a step run beside each other. Payments pay the oldest debt first.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from sqlmodel import Session, col, select

from definitions.catalogue.replies import Effect
from store import ledger
from store.allocation import NOTHING, Debt, Movement, allocate, told_apart
from store.tables.ledger import PAYMENT, REVERSAL
from store.tables.outbox import EffectRow
from store.tables.utility import Bill

BILL: Final = "bill:"
FEE: Final = "fee:"
SIXTY_DAYS: Final = timedelta(days=60)  #: of delinquency: H&S 116908(a)(1)(A)
NOTICE: Final = timedelta(days=15)  #: from the mailing, which is not before the letter's day: Gov. Code 60373(a)


def statement(session: Session, effect: Effect, today: date) -> dict[str, Any]:
    """The account's debts as plain JSON; amounts are decimal strings in USD.

    `pay_by` is the last day before `shut_off_from`, the first day that sixty full days of delinquency and fifteen days from
    the letter leave open; no rule allows a shut-off earlier, so that nobody is told a day too late."""
    assert effect.account is not None
    lines = _lines(session, effect, today)
    rules = {line.entry: rule for line, rule in lines}
    bills = {f"{BILL}{bill.id}": bill for bill in _bills(session, effect.account)}
    due = {entry: bill.due for entry, bill in bills.items()}
    debts = allocate(*told_apart([line for line, _ in lines], due))
    open_debts = [debt for debt in debts if debt.open_usd > 0]
    past = [debt for debt in open_debts if debt.due < today]
    fresh = [debt for debt in open_debts if debt.due >= today and debt.entry not in bills]
    asked = sorted((*past, *fresh), key=lambda debt: (debt.due, debt.entry))
    not_due = [debt for debt in open_debts if debt not in asked]
    since = min((debt.due for debt in past), default=today) + timedelta(days=1)
    shut_off_from = max(since + SIXTY_DAYS, today + NOTICE)
    return {
        "as_of": today.isoformat(),
        "lines": [_shown(debt, rules[debt.entry], bills.get(debt.entry)) for debt in asked],
        "past_due": _sum(past),
        "fresh": _sum(fresh),
        "to_pay": _sum(asked),
        "not_due": _sum(not_due),
        "balance": _sum(open_debts),
        "delinquent_since": since.isoformat() if past else None,
        "pay_by": (shut_off_from - timedelta(days=1)).isoformat(),
        "shut_off_from": shut_off_from.isoformat(),
    }


def _lines(session: Session, effect: Effect, today: date) -> list[tuple[Movement, str]]:
    """What the books say, with its rule; then the step's own fees that are still on their way."""
    assert effect.account is not None
    found = [
        (Movement(entry=line.entry_id, on=line.posted_on, amount_usd=line.amount_usd), line.rule)
        for line in ledger.statement(session, effect.account)
        if line.posted_on <= today and _stood(line, effect)
    ]
    posted = {movement.entry for movement, _ in found}
    for entry, fee, amount_usd in _charged_by_this_step(session, effect):
        if entry not in posted:
            found.append((Movement(entry=entry, on=today, amount_usd=amount_usd), f"{FEE}{fee}"))
    return sorted(found, key=lambda pair: (pair[0].on, pair[0].entry))


def _stood(line: ledger.LedgerLine, effect: Effect) -> bool:
    if line.case_id == effect.case and line.step_no is not None:
        return line.step_no < effect.step or line.entry_id in _before(effect)
    return True


def _before(effect: Effect) -> frozenset[str]:
    return frozenset(f"{effect.case}.{effect.step}.{number}" for number in range(1, effect.number))


def _charged_by_this_step(session: Session, effect: Effect) -> list[tuple[str, str, Decimal]]:
    """The fees that the step charges before it writes the letter: entry, fee, amount."""
    rows = session.exec(
        select(EffectRow)
        .where(
            EffectRow.case_id == effect.case,
            EffectRow.step_no == effect.step,
            EffectRow.effect_no < effect.number,
            EffectRow.name == "charge-fee",
            col(EffectRow.status) != "skipped",
        )
        .order_by(col(EffectRow.effect_no))
    )
    found = []
    for row in rows:
        args = _args(row.payload)
        amount_usd = _amount(args.get("amount"))
        if amount_usd > 0:
            found.append((f"{row.case_id}.{row.step_no}.{row.effect_no}", str(args.get("fee") or "fee"), amount_usd))
    return found


def _args(payload: Any) -> Mapping[str, Any]:
    args = payload.get("args") if isinstance(payload, Mapping) else None
    return args if isinstance(args, Mapping) else {}


def _amount(value: Any) -> Decimal:
    try:
        return Decimal(str(value)) if value is not None else NOTHING
    except InvalidOperation:
        return NOTHING


def _bills(session: Session, account: str) -> list[Bill]:
    return list(session.exec(select(Bill).where(Bill.account_id == account)))


def _shown(debt: Debt, rule: str, bill: Bill | None) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "kind": _kind(debt.entry, rule),
        "entry": debt.entry,
        "due": debt.due.isoformat(),
        "amount": f"{debt.amount_usd:.2f}",
        "paid": [
            {
                "kind": "payment" if part.entry.startswith(PAYMENT) else "credit",
                "entry": part.entry,
                "on": part.on.isoformat(),
                "amount": f"{part.amount_usd:.2f}",
            }
            for part in debt.parts
        ],
        "open": f"{debt.open_usd:.2f}",
    }
    if bill is not None:
        shown |= {"start": bill.period_start.isoformat(), "end": bill.period_end.isoformat()}
    return shown


def _kind(entry: str, rule: str) -> str:
    if entry.startswith(BILL):
        return "bill"
    if entry.startswith(REVERSAL):
        return "returned"
    return rule.removeprefix(FEE) if rule.startswith(FEE) else "other"


def _sum(debts: list[Debt]) -> str:
    return f"{sum((debt.open_usd for debt in debts), NOTHING):.2f}"
