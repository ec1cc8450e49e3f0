"""Posting entries, and what an account owes. Every line that the ledger holds has gone through `lines_of`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, func, insert, literal_column, select, text
from sqlmodel import Session, col

from definitions.language.expand import title_of
from definitions.language.sentences import beside, say, word
from store.allocation import Debt, Movement, allocate, told_apart, unpaid_since
from store.tables.base import table_of
from store.tables.ledger import CHART, HELD_HERE, OF_ACCOUNTS, OF_SOMEBODY_ELSE, PAYMENT, RECEIVABLE, REVERSAL, Posting
from store.tables.utility import Bill, Payment

POSTINGS = table_of(Posting)
RETURNED = say("returned by the bank")  #: why a payment is taken back where the bank said no more
_KEY = re.compile(r"[a-z]+(-[a-z0-9]+)*")
_IS_RECEIVABLE: ColumnElement[bool] = literal_column(f"code = '{RECEIVABLE}'")


class LedgerError(Exception):
    """An entry that the ledger does not take; `code` is stable, the sentence is for people."""

    code = "ledger"


class UnbalancedEntryError(LedgerError):
    """The lines of an entry do not sum to zero."""

    code = "unbalanced-entry"


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One line of an entry."""

    code: str  #: of the chart of accounts
    amount_usd: Decimal  #: a debit above zero, a credit below
    account_id: str | None = None  #: whose, of the codes kept for each account


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """What is posted in one go. Its lines sum to zero."""

    id: str
    lines: tuple[Line, ...]
    posted_on: date
    at: datetime
    rule: str
    person: str
    case_id: str | None = None
    step_no: int | None = None
    memo: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class LedgerLine:
    """A line of an account's statement, with the balance after it."""

    entry_id: str
    posted_on: date
    at: datetime  #: when it was written down
    amount_usd: Decimal
    balance_usd: Decimal
    rule: str
    person: str
    case_id: str | None
    step_no: int | None
    memo: str
    memo_said: Any  #: with its message and values, where Headgate made it


def lines_of(entry: Entry) -> list[dict[str, Any]]:
    """The rows of an entry; UnbalancedEntryError when they do not sum to zero, or when there is nothing to post."""
    total = sum((line.amount_usd for line in entry.lines), Decimal(0))
    if total or len(entry.lines) < 2:
        raise UnbalancedEntryError(
            f"entry {entry.id} has {len(entry.lines)} lines that sum to {total} USD; "
            "an entry needs at least two lines that sum to zero"
        )
    for line in entry.lines:
        if line.code not in CHART:
            raise LedgerError(f"entry {entry.id}: there is no code {line.code} in the chart of accounts")
        named = line.account_id is not None
        if (line.code in OF_ACCOUNTS) != named and not (line.code in OF_SOMEBODY_ELSE and not named):
            raise LedgerError(
                f"entry {entry.id}: a line on {line.code} names an account exactly if that code is kept for each"
            )
    said = beside(entry.memo)
    return [
        {
            "entry_id": entry.id,
            "line": number,
            "code": line.code,
            "account_id": line.account_id,
            "amount_usd": line.amount_usd,
            "posted_on": entry.posted_on,
            "at": entry.at,
            "case_id": entry.case_id,
            "step_no": entry.step_no,
            "rule": entry.rule,
            "person": entry.person,
            "memo": str(entry.memo),
            "memo_said": said,
        }
        for number, line in enumerate(entry.lines)
    ]


def post(session: Session, entries: Iterable[Entry]) -> None:
    """Append entries. An entry's id can be posted once: the second time is the database's IntegrityError."""
    rows = [row for entry in entries for row in lines_of(entry)]
    if rows:
        session.connection().execute(insert(POSTINGS), rows)


def moved(account_id: str, amount_usd: Decimal, *, debit: str, credit: str) -> tuple[Line, ...]:
    """The lines that take an amount from one code to another, for this account where a code is kept for each."""
    return tuple(
        Line(code=code, amount_usd=amount, account_id=account_id if code in OF_ACCOUNTS else None)
        for code, amount in ((debit, amount_usd), (credit, -amount_usd))
    )


def charge(account_id: str, amount_usd: Decimal, code: str) -> tuple[Line, ...]:
    """The lines that raise what an account owes by this much (or lower it, below zero), against `code`."""
    return moved(account_id, amount_usd, debit=RECEIVABLE, credit=code)


def told(written: Any) -> str:
    """A reason or a fee as the text of an entry says it: a key by its title, what somebody wrote as it is, "" for nothing."""
    text = str(written or "")
    return title_of(text) if _KEY.fullmatch(text) else text


def bill_entry(bill: Bill, at: datetime, person: str = "billing") -> Entry:
    """The entry of a bill: the account owes its amount from the day it is mailed."""
    return Entry(
        id=f"bill:{bill.id}",
        lines=charge(bill.account_id, bill.amount_usd, "revenue-water"),
        posted_on=bill.mailed,
        at=at,
        rule="tariff",
        person=person,
        memo=say("Water %(start)s to %(end)s", start=bill.period_start, end=bill.period_end),
    )


def payment_entry(payment: Payment, at: datetime, person: str = "cashier") -> Entry:
    """The entry of a payment received."""
    return Entry(
        id=f"{PAYMENT}{payment.id}",
        lines=charge(payment.account_id, -payment.amount_usd, "cash"),
        posted_on=payment.received,
        at=at,
        rule="payment",
        person=person,
        memo=say("Payment by %(method)s", method=word(payment.method)),
    )


def reversal_entry(
    payment: Payment, on: date, at: datetime, person: str, reason: str, case: tuple[str, int] | None = None
) -> Entry:
    """The entry of a payment that the bank returned: on the day of its return, the debt stands again. `case`: and step."""
    return Entry(
        id=f"{REVERSAL}{payment.id}",
        lines=charge(payment.account_id, payment.amount_usd, "cash"),
        posted_on=on,
        at=at,
        rule="returned-payment",
        person=person,
        case_id=case[0] if case else None,
        step_no=case[1] if case else None,
        memo=word(title_of(reason)) if _KEY.fullmatch(reason) else reason,  # a bank's reasons are keys
    )


def balance_usd(session: Session, account_id: str, on: date | None = None) -> Decimal:
    """What the account owes (below zero: its credit), after all that was posted up to and with `on`."""
    query = select(func.coalesce(func.sum(col(Posting.amount_usd)), Decimal(0))).where(
        col(Posting.account_id) == account_id, _IS_RECEIVABLE
    )
    if on is not None:
        query = query.where(col(Posting.posted_on) <= on)
    balance: Decimal = session.execute(query).scalar_one()
    return balance


def balances_usd(session: Session, account_ids: Sequence[str]) -> dict[str, Decimal]:
    """What each of these accounts owes; zero for one without postings."""
    query = (
        select(col(Posting.account_id), func.sum(col(Posting.amount_usd)))
        .where(col(Posting.account_id).in_(account_ids), _IS_RECEIVABLE)
        .group_by(col(Posting.account_id))
    )
    found = {str(account): amount for account, amount in session.execute(query)}
    return {account: found.get(account, Decimal("0.00")) for account in account_ids}


def statement(session: Session, account_id: str) -> list[LedgerLine]:
    """All lines of an account, oldest first, each with the balance after it."""
    query = (
        select(Posting)
        .where(col(Posting.account_id) == account_id, _IS_RECEIVABLE)
        .order_by(col(Posting.posted_on), col(Posting.at), col(Posting.entry_id), col(Posting.line))
    )
    lines: list[LedgerLine] = []
    balance = Decimal("0.00")
    for row in session.execute(query).scalars():
        balance += row.amount_usd
        lines.append(
            LedgerLine(
                entry_id=row.entry_id,
                posted_on=row.posted_on,
                at=row.at,
                amount_usd=row.amount_usd,
                balance_usd=balance,
                rule=row.rule,
                person=row.person,
                case_id=row.case_id,
                step_no=row.step_no,
                memo=row.memo,
                memo_said=row.memo_said,
            )
        )
    return lines


def held_usd(session: Session, account_id: str, code: str) -> Decimal:
    """What the district holds for the account on one of the codes kept for each: a deposit, a refund to be paid."""
    query = select(func.coalesce(func.sum(col(Posting.amount_usd)), Decimal(0))).where(
        col(Posting.account_id) == account_id, col(Posting.code) == code, text(HELD_HERE)
    )
    held: Decimal = session.execute(query).scalar_one()
    return -held


def held_since(session: Session, account_id: str, code: str) -> date | None:
    """The day from which something has been held without a break on the code, or None when nothing is."""
    query = (
        select(col(Posting.posted_on), col(Posting.amount_usd))
        .where(col(Posting.account_id) == account_id, col(Posting.code) == code, text(HELD_HERE))
        .order_by(col(Posting.posted_on), col(Posting.at), col(Posting.entry_id))
    )
    since: date | None = None
    held = Decimal(0)
    for on, amount in session.execute(query):
        held -= amount
        since = (since or on) if held > 0 else None
    return since


def movements(lines: Iterable[LedgerLine]) -> list[Movement]:
    """Lines of a statement as the allocation takes them."""
    return [Movement(entry=line.entry_id, on=line.posted_on, amount_usd=line.amount_usd) for line in lines]


def bills_due(session: Session, account_id: str) -> dict[str, date]:
    """The due dates of the account's bills, by their entries."""
    query = select(col(Bill.id), col(Bill.due)).where(col(Bill.account_id) == account_id)
    return {f"bill:{bill_id}": due for bill_id, due in session.execute(query)}


def debts(session: Session, account_id: str, on: date) -> list[Debt]:
    """What was charged to the account until `on`, oldest first, each as far as it is paid: oldest first."""
    lines = [line for line in statement(session, account_id) if line.posted_on <= on]
    return allocate(*told_apart(movements(lines), bills_due(session, account_id)))


def delinquent_since(session: Session, account_id: str, on: date) -> date | None:
    """The first day on which the account was past due without a break until `on`, or None when nothing is past due.

    Credits pay the oldest debt first; delinquency begins on the day after the due date of the oldest bill that they do
    not cover (design.md, Said precisely 3)."""
    return unpaid_since(debts(session, account_id, on), on)


def unbalanced_entries(session: Session) -> list[str]:
    """Ids of entries whose lines do not sum to zero: always empty, or the books are wrong."""
    query = (
        select(col(Posting.entry_id))
        .group_by(col(Posting.entry_id))
        .having(func.sum(col(Posting.amount_usd)) != Decimal(0))
    )
    return list(session.execute(query).scalars())
