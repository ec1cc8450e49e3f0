"""Splitting an account on the day of a petition: what was owed before it, and what belongs to the account that follows.

The day of the petition belongs to what follows. Water that no bill has reached yet is charged up to the petition; a bill
that lies astride it is divided by the register if it was read that day, else by days; what was paid since is money of the
time after. Source: 11 U.S.C. 362(a), 366; domain/law.md, BK-6; domain/practice.md, section 8.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final, Literal

from definitions.catalogue.actions import CannotCompute
from definitions.catalogue.tariff import Tariff
from definitions.catalogue.working import Working, number, to_cents
from definitions.language.sentences import say

PUT_RIGHT: Final = "put-right:"  #: how the rule of an entry begins that takes back what was charged after the petition
FEE: Final = "fee:"
_FEES: Final = (FEE, f"{PUT_RIGHT}{FEE}", "refund:")
_WATER_REFUND: Final = "refund:water"
_MOVES: Final = ("payment", "returned-payment")  #: rules of lines that are money of the time after the petition

#: The names in each record of the fact `split_books`; what does not apply is empty.
RECORDS: Final = (
    "kind",
    "id",
    "on",
    "start",
    "end",
    "days",
    "use",
    "read",
    "amount",
    "rule",
    "mailed",
    "due",
)


@dataclass(frozen=True, kw_only=True)
class Billed:
    """A bill of the account, with the day on which it was posted."""

    id: str
    on: date
    start: date
    end: date
    days: int
    use_ccf: Decimal
    read_ccf: Decimal  #: the register at the end of the period
    amount_usd: Decimal
    mailed: date
    due: date


@dataclass(frozen=True, kw_only=True)
class Posted:
    """Another line of the account's statement since the petition."""

    id: str
    on: date
    amount_usd: Decimal
    rule: str


@dataclass(frozen=True, kw_only=True)
class SplitBooks:
    """What the books say: the balance before the petition, and all that concerns the time around it."""

    balance_usd: Decimal
    bills: tuple[Billed, ...]  #: from the last one before the petition on, oldest first
    lines: tuple[Posted, ...]
    reads: tuple[tuple[date, Decimal], ...]  #: taken, not estimated


@dataclass(frozen=True, kw_only=True)
class Unbilled:
    """Water before the petition that no bill has reached."""

    start: date
    end: date
    days: int
    use_ccf: Decimal
    read_ccf: Decimal
    amount_usd: Decimal


@dataclass(frozen=True, kw_only=True)
class Move:
    """What goes to the new account: a debt above zero, a credit below."""

    kind: Literal["bill", "line"]
    id: str  #: of the bill or the entry
    amount_usd: Decimal
    bill: Billed | None = None  #: as it is for the new account, from the petition on


@dataclass(frozen=True, kw_only=True)
class Split:
    """The split with its working."""

    owed_usd: Decimal  #: before the petition: what stays
    moves: tuple[Move, ...]
    unbilled: Unbilled | None
    register_ccf: Decimal | None  #: on the day of the petition
    lines: tuple[str, ...]

    @property
    def moved_usd(self) -> Decimal:
        """What the new account owes from the start (below zero: its credit)."""
        return sum((move.amount_usd for move in self.moves), Decimal(0))


def split_books(records: Sequence[Mapping[str, Any]] | None) -> SplitBooks:
    """The books as the fact tells them; raises CannotCompute when they are not there."""
    if not records:
        raise CannotCompute(say("the books around the petition are not known: no petition date, or no such account"))
    kinds: dict[str, list[Mapping[str, Any]]] = {}
    for record in records:
        kinds.setdefault(str(record["kind"]), []).append(record)
    return SplitBooks(
        balance_usd=sum((Decimal(each["amount"]) for each in kinds.get("balance", ())), Decimal(0)),
        bills=tuple(sorted((_billed(each) for each in kinds.get("bill", ())), key=lambda bill: bill.end)),
        lines=tuple(
            Posted(
                id=str(each["id"]),
                on=date.fromisoformat(each["on"]),
                amount_usd=Decimal(each["amount"]),
                rule=str(each["rule"]),
            )
            for each in kinds.get("line", ())
        ),
        reads=tuple((date.fromisoformat(each["on"]), Decimal(each["read"])) for each in kinds.get("read", ())),
    )


def split(
    books: SplitBooks,
    *,
    petition: date,
    read_ccf: Decimal | None,
    read_on: date | None,
    tariff: Tariff,
) -> Split:
    """How the account is divided; `read_ccf` is the register as it was read on `read_on`, on the petition date or after it."""
    working = Working()
    reads = dict(books.reads)
    if read_ccf is not None and read_on is not None:
        reads[read_on] = read_ccf
    owed = working.money(f"Owed on the day before the petition of {_day(petition)}", books.balance_usd)
    moves: list[Move] = []
    astride = next((bill for bill in books.bills if bill.start < petition < bill.end), None)
    register = reads.get(petition)
    for bill in books.bills:
        if bill.end <= petition:
            if bill.on >= petition:
                owed += working.money(
                    f"Billed since, for {_span(bill.start, bill.end)}, all before it", bill.amount_usd
                )
            continue
        before, register = _before(bill, petition, register, working) if bill is astride else (Decimal(0), register)
        after = bill.amount_usd - before
        owed += before if bill.on >= petition else -after
        working.money(f"Of the bill for {_span(bill.start, bill.end)} to the new account", after)
        moves.append(_moved(bill, petition, after, register))
    unbilled = None
    if astride is None:
        unbilled = _unbilled(books.bills, petition, register, reads, tariff, working)
    if unbilled is not None:
        owed += unbilled.amount_usd
        register = unbilled.read_ccf
    for line in _kept(books.lines):
        owed += working.money(f"{_words(line.rule)} of {_day(line.on)}", line.amount_usd)
    moves += _other(books.lines, working)
    working.money("Owed before the petition", owed)
    made = Split(owed_usd=owed, moves=tuple(moves), unbilled=unbilled, register_ccf=register, lines=())
    working.money("The new account begins with", made.moved_usd)
    return Split(owed_usd=owed, moves=made.moves, unbilled=unbilled, register_ccf=register, lines=tuple(working.lines))


def _before(bill: Billed, petition: date, register: Decimal | None, working: Working) -> tuple[Decimal, Decimal]:
    """What of a bill astride the petition was before it, and the register on the day."""
    working.money(f"Bill for {_span(bill.start, bill.end)}, astride the petition", bill.amount_usd)
    start = bill.read_ccf - bill.use_ccf
    days = (petition - bill.start).days
    if register is not None and bill.use_ccf > 0 and start <= register <= bill.read_ccf:
        used = register - start
        part = to_cents(bill.amount_usd * used / bill.use_ccf)
        working.money(
            f"Before the petition by the register: {number(used)} of {number(bill.use_ccf)} ccf "
            f"({number(start)} to {number(register)})",
            part,
        )
        return part, register
    total = max(bill.days, 1)
    share = min(Decimal(days) / Decimal(total), Decimal(1))
    part = to_cents(bill.amount_usd * share)
    working.money(f"Before the petition by days: {days} of {total} days", part)
    return part, (start + bill.use_ccf * share).quantize(Decimal("0.001"))


def _unbilled(
    bills: Sequence[Billed],
    petition: date,
    register: Decimal | None,
    reads: Mapping[date, Decimal],
    tariff: Tariff,
    working: Working,
) -> Unbilled | None:
    """What was used since the last bill before the petition; None when there is nothing, or no bill to go by."""
    last = max((bill for bill in bills if bill.end <= petition), key=lambda bill: bill.end, default=None)
    if last is None or last.end == petition:
        return None
    days = (petition - last.end).days
    if register is None:
        register = _estimated(last, petition, reads, working)
    else:
        working.water("Register on the day of the petition, read", register)
    working.water(f"Register on {_day(last.end)}, as billed", last.read_ccf)
    use = working.water(f"Used in {days} days that no bill has reached", max(register - last.read_ccf, Decimal(0)))
    water = working.money(f"Water charge for {number(use)} ccf", to_cents(tariff.charge_usd(use)))
    fixed = max(last.amount_usd - to_cents(tariff.charge_usd(last.use_ccf)), Decimal(0))
    service = working.money(
        f"Service charge as on the last bill, {days} of {last.days} days",
        to_cents(fixed * days / max(last.days, 1)),
    )
    return Unbilled(start=last.end, end=petition, days=days, use_ccf=use, read_ccf=register, amount_usd=water + service)


def _estimated(last: Billed, petition: date, reads: Mapping[date, Decimal], working: Working) -> Decimal:
    """The register on the day of the petition, between the last bill and the next read, else by the use of the last bill."""
    days = (petition - last.end).days
    later = min((on for on in reads if on > petition), default=None)
    if later is not None and reads[later] >= last.read_ccf:
        span = (later - last.end).days
        used = (reads[later] - last.read_ccf) * days / span
        label = f"Register on the day of the petition: {days} of {span} days to the read of {_day(later)}"
    else:
        used = last.use_ccf * days / max(last.days, 1)
        label = f"Register on the day of the petition, estimated from {number(last.use_ccf)} ccf in {last.days} days"
    return working.water(label, (last.read_ccf + used).quantize(Decimal("0.001")))


def _moved(bill: Billed, petition: date, amount_usd: Decimal, register: Decimal | None) -> Move:
    start = max(bill.start, petition)
    use = bill.use_ccf
    if start > bill.start and register is not None:
        use = bill.read_ccf - register
    return Move(
        kind="bill",
        id=bill.id,
        amount_usd=amount_usd,
        bill=Billed(
            id=bill.id,
            on=bill.on,
            start=start,
            end=bill.end,
            days=bill.days if start == bill.start else (bill.end - start).days,
            use_ccf=use,
            read_ccf=bill.read_ccf,
            amount_usd=amount_usd,
            mailed=bill.mailed,
            due=bill.due,
        ),
    )


def _fees(lines: Iterable[Posted]) -> list[Posted]:
    return [line for line in lines if line.rule.startswith(_FEES) and line.rule != _WATER_REFUND]


def _kept(lines: Sequence[Posted]) -> list[Posted]:
    """Lines since the petition that concern what was owed before it: adjustments, a deposit applied in chapter 11."""
    return [line for line in lines if line.rule not in _MOVES and line not in _fees(lines)]


def _other(lines: Sequence[Posted], working: Working) -> list[Move]:
    """Payments since the petition, and fees that were not taken back, each for the new account."""
    moves = [Move(kind="line", id=line.id, amount_usd=line.amount_usd) for line in lines if line.rule in _MOVES]
    paid = -sum((move.amount_usd for move in moves), Decimal(0))
    if paid:
        working.money("Paid since the petition, to the new account", paid)
    fees = sum((line.amount_usd for line in _fees(lines)), Decimal(0))
    if fees:
        working.money("Fees since the petition, to the new account", fees)
        moves.append(Move(kind="line", id="fees", amount_usd=fees))
    return moves


def _billed(record: Mapping[str, Any]) -> Billed:
    return Billed(
        id=str(record["id"]),
        on=date.fromisoformat(record["on"]),
        start=date.fromisoformat(record["start"]),
        end=date.fromisoformat(record["end"]),
        days=int(record["days"]),
        use_ccf=Decimal(record["use"]),
        read_ccf=Decimal(record["read"]),
        amount_usd=Decimal(record["amount"]),
        mailed=date.fromisoformat(record["mailed"]),
        due=date.fromisoformat(record["due"]),
    )


def _words(rule: str) -> str:
    what, _, kind = rule.partition(":")
    return f"{what.capitalize()} ({kind})" if kind else what.capitalize()


def _day(day: date) -> str:
    return f"{day:%B} {day.day}, {day.year}"


def _span(start: date, end: date) -> str:
    return f"{_day(start)} to {_day(end)}"
