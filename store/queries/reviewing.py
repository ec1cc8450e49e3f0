"""What a lead looks at beside the lines of a list: where each account is, what came in since, and the day of a release.

Every query asks for the accounts of lines that are shown, or for one list's day; each reads an index.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import func, select, text
from sqlalchemy.orm import InstrumentedAttribute, load_only
from sqlalchemy.sql.base import ExecutableOption
from sqlmodel import Session, col

from store.ledger import balances_usd
from store.tables.cases import DECIDED, ListLine, TaskRow
from store.tables.ledger import PAYMENT, Posting
from store.tables.lists import ListRelease, ReleaseLine
from store.tables.rules import SiteCheck
from store.tables.utility import OFF, Account, Customer, Hold, Payment, Premise

RECEIVED = "postings.code = 'receivable'"
RELEASED = "release_lines.status = 'released'"
LOCK, LOCKED = (
    "lock-for-nonpayment",
    "locked",
)  #: the kind of the work order that shuts off, and how it ends when it does
#: What a day tells of a task; its form and what its crew sees are much longer, and stay where they are.
AS_TOLD = load_only(
    *(
        cast(InstrumentedAttribute[Any], column)
        for column in (
            TaskRow.id, TaskRow.case_id, TaskRow.place, TaskRow.account_id, TaskRow.kind, TaskRow.work_kind, TaskRow.title,
            TaskRow.crew, TaskRow.state, TaskRow.assignee, TaskRow.opened_at, TaskRow.closed_at, TaskRow.close_reason,
            TaskRow.close_reason_said, TaskRow.outcome,
        )
    ),
    raiseload=True,
)  # fmt: skip
#: Why a line is on its list is much longer than that.
WHOSE = load_only(
    *(cast(InstrumentedAttribute[Any], column) for column in (ListLine.account_id, ListLine.case_id)), raiseload=True
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where an account is and whose it is. Holds personal data."""

    name: str
    address: str
    route: str
    sequence: int
    account_class: str
    confidential: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Received:
    """A payment as it was posted."""

    payment: str
    account: str
    amount_usd: Decimal
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Off:
    """An account whose water is off although it has paid."""

    account: str
    locked_at: datetime | None  #: when a crew closed the last order to lock it
    balance_usd: Decimal
    paid_usd: Decimal  #: since it was locked
    order: TaskRow | None  #: the open work order of the account: to restore it


def places(session: Session, accounts: Iterable[str]) -> dict[str, Place]:
    """Where each of these accounts is."""
    query = (
        select(
            col(Account.id),
            col(Customer.name),
            col(Premise.line1),
            col(Premise.line2),
            col(Premise.route),
            col(Premise.sequence),
            col(Account.account_class),
            col(Account.confidential),
        )
        .join(Customer, col(Customer.id) == col(Account.customer_id))
        .join(Premise, col(Premise.id) == col(Account.premise_id))
        .where(col(Account.id).in_(set(accounts)))
    )
    return {
        account: Place(
            name=name,
            address=", ".join(part for part in lines if part),
            route=route,
            sequence=sequence,
            account_class=of_class,
            confidential=confidential,
        )
        for account, name, *lines, route, sequence, of_class, confidential in session.execute(query)
    }


def routes(session: Session, accounts: Iterable[str]) -> dict[str, str]:
    """The reading route of each of these accounts."""
    query = (
        select(col(Account.id), col(Premise.route))
        .join(Premise, col(Premise.id) == col(Account.premise_id))
        .where(col(Account.id).in_(set(accounts)))
    )
    return {str(account): str(route) for account, route in session.execute(query)}


def paid_since(session: Session, accounts: Iterable[str], day: date) -> dict[str, Decimal]:
    """What each of these accounts has paid on the day or later, less what the bank gave back; those that paid nothing
    are left out."""
    query = (
        select(col(Payment.account_id), func.sum(col(Payment.amount_usd)))
        .where(
            col(Payment.account_id).in_(set(accounts)),
            col(Payment.received) >= day,
            col(Payment.reversed_on).is_(None),
        )
        .group_by(col(Payment.account_id))
    )
    return {str(account): amount for account, amount in session.execute(query)}


def received(session: Session, accounts: Iterable[str], day: date) -> list[Received]:
    """The payments of these accounts that were posted for the day, the newest first."""
    query = (
        select(Posting)
        .where(
            col(Posting.account_id).in_(set(accounts)),
            col(Posting.posted_on) == day,
            col(Posting.entry_id).startswith(PAYMENT),
            text(RECEIVED),
        )
        .order_by(col(Posting.at).desc(), col(Posting.entry_id))
    )
    return [
        Received(
            payment=row.entry_id.removeprefix(PAYMENT),
            account=str(row.account_id),
            amount_usd=-row.amount_usd,
            at=row.at,
        )
        for row in session.execute(query).scalars()
    ]


def holds_of(session: Session, accounts: Iterable[str]) -> dict[str, list[str]]:
    """The kinds of the holds that stand on these accounts."""
    query = (
        select(col(Hold.account_id), col(Hold.kind))
        .where(col(Hold.account_id).in_(set(accounts)), text("released_at IS NULL"))
        .order_by(col(Hold.since), col(Hold.id))
    )
    found: dict[str, list[str]] = {}
    for account, kind in session.execute(query):
        found.setdefault(account, []).append(kind)
    return found


def decided_since(session: Session, list_name: str, since: datetime, *, limit: int = 1000) -> Sequence[ListLine]:
    """The lines of a list that were released or taken off, or that left it, since then; the newest first."""
    query = (
        select(ListLine)
        .where(col(ListLine.list_name) == list_name, text(f"list_lines.{DECIDED}"), col(ListLine.decided_at) >= since)
        .order_by(col(ListLine.decided_at).desc(), col(ListLine.id).desc())
        .limit(limit)
    )
    return list(session.execute(query).scalars())


def day_of_list(
    session: Session, list_name: str, day: date, *options: ExecutableOption
) -> list[tuple[ListLine, TaskRow | None]]:
    """The lines that were released on a day, each with what its case has opened since, if anything: work orders, and tasks
    about what a crew has found. With `WHOSE` no more of a line is read than its account and case."""
    query = (
        select(ListLine, TaskRow)
        .select_from(ListRelease)
        .join(ReleaseLine, col(ReleaseLine.release_id) == col(ListRelease.id))
        .join(ListLine, col(ListLine.id) == col(ReleaseLine.line_id))
        .join(
            TaskRow,
            (col(TaskRow.case_id) == col(ListLine.case_id)) & (col(TaskRow.opened_step) >= col(ListLine.decided_step)),
            isouter=True,
        )
        .where(col(ListRelease.list_name) == list_name, col(ListRelease.day) == day, text(RELEASED))
        .order_by(col(ReleaseLine.release_id), col(ReleaseLine.no), col(TaskRow.run))
        .options(AS_TOLD, *options)
    )
    return [(row[0], row[1]) for row in session.execute(query)]


def last_checks(session: Session, tasks: Iterable[str]) -> dict[str, SiteCheck]:
    """What was answered last at the curb, by work order."""
    query = select(SiteCheck).where(col(SiteCheck.task_id).in_(set(tasks))).order_by(col(SiteCheck.id))
    return {check.task_id: check for check in session.execute(query).scalars()}


def accounts_off(session: Session, *, limit: int = 500) -> list[str]:
    """The accounts whose water is off."""
    query = select(col(Account.id)).where(text(f"accounts.{OFF}")).order_by(col(Account.id)).limit(limit)
    return list(session.execute(query).scalars())


def paid_but_off(session: Session, accounts: Sequence[str]) -> list[Off]:
    """Those of these accounts, whose water is off, that owe nothing or have paid since they were locked, and who goes there."""
    if not accounts:
        return []
    locked = _locked(session, accounts)
    owed = balances_usd(session, accounts)
    paid = _paid_after(session, accounts, locked)
    shown = [account for account in accounts if owed[account] <= 0 or paid.get(account, Decimal(0)) > 0]
    orders = _open_orders(session, shown) if shown else {}
    return [
        Off(
            account=account,
            locked_at=locked.get(account),
            balance_usd=owed[account],
            paid_usd=paid.get(account, Decimal("0.00")),
            order=orders.get(account),
        )
        for account in shown
    ]


def _locked(session: Session, accounts: Sequence[str]) -> dict[str, datetime]:
    query = (
        select(col(TaskRow.account_id), func.max(col(TaskRow.closed_at)))
        .where(
            col(TaskRow.account_id).in_(accounts),
            col(TaskRow.work_kind) == LOCK,
            col(TaskRow.outcome) == LOCKED,
            col(TaskRow.closed_at).is_not(None),
        )
        .group_by(col(TaskRow.account_id))
    )
    return {str(account): at for account, at in session.execute(query)}


def _open_orders(session: Session, accounts: Sequence[str]) -> dict[str, TaskRow]:
    query = (
        select(TaskRow)
        .where(
            col(TaskRow.account_id).in_(accounts), col(TaskRow.kind) == "work-order", col(TaskRow.closed_at).is_(None)
        )
        .order_by(col(TaskRow.opened_at))
        .options(AS_TOLD)
    )
    return {str(task.account_id): task for task in session.execute(query).scalars()}


def _paid_after(session: Session, accounts: Sequence[str], locked: dict[str, datetime]) -> dict[str, Decimal]:
    if not locked:
        return {}
    query = select(col(Posting.account_id), col(Posting.at), col(Posting.amount_usd)).where(
        col(Posting.account_id).in_(accounts),
        col(Posting.posted_on) >= min(locked.values()).date(),
        col(Posting.entry_id).startswith(PAYMENT),
        text(RECEIVED),
    )
    paid: dict[str, Decimal] = {}
    for account, at, amount_usd in session.execute(query):
        if account in locked and at >= locked[account]:
            paid[account] = paid.get(account, Decimal("0.00")) - amount_usd
    return paid
