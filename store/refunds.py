"""Runs of refunds: what is payable is collected by one person, issued with one check each by another, and exported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlmodel import Session, col, select

from definitions.language.sentences import say
from store.addresses import account_lines
from store.ledger import Entry, moved, post
from store.queries.accounts import account_view
from store.tables.ledger import REFUNDS_PAYABLE
from store.tables.money import RefundRow, RefundRun

MOST = 1000  #: refunds in one run


@dataclass(frozen=True, kw_only=True)
class Check:
    """One line of the file from which checks are printed. Personal data: never logged."""

    number: int
    issued_on: date
    payee: str
    address: tuple[str, ...]
    amount_usd: Decimal
    account_id: str
    refund_id: str


def collect(session: Session, run_id: str, *, on: date, at: datetime, by: str) -> RefundRun | None:
    """The run of all refunds that are payable by that day and in no run yet; None when there is none."""
    waiting = session.exec(
        select(RefundRow)
        .where(RefundRow.status == "payable", col(RefundRow.run_id).is_(None), col(RefundRow.payable_on) <= on)
        .order_by(col(RefundRow.payable_on), col(RefundRow.id))
        .limit(MOST)
        .with_for_update()
    ).all()
    if not waiting:
        return None
    total = sum((row.amount_usd for row in waiting), Decimal(0))
    run = RefundRun(id=run_id, made_at=at, made_by=by, refunds=len(waiting), total_usd=total)
    session.add(run)
    session.flush()
    for row in waiting:
        row.run_id = run_id
        session.add(row)
    session.flush()
    return run


def dissolve(session: Session, run: RefundRun) -> None:
    """Puts the refunds of a run that is not issued back among those that are payable; the run is no more."""
    for row in refunds_of(session, run.id):
        row.run_id = None
        session.add(row)
    session.flush()
    session.delete(run)
    session.flush()


def issue(session: Session, run: RefundRun, *, first_check: int, on: date, at: datetime, by: str) -> list[RefundRow]:
    """The run's refunds, each paid by a check of its own, numbered from the first: posted once under refund and check."""
    rows = refunds_of(session, run.id)
    entries = []
    for number, row in enumerate(rows, start=first_check):
        row.status, row.check_no, row.issued_on = "issued", number, on
        session.add(row)
        entries.append(
            Entry(
                id=f"check:{number}:{row.id}",
                lines=moved(row.account_id, row.amount_usd, debit=REFUNDS_PAYABLE, credit="cash"),
                posted_on=on,
                at=at,
                rule="refund",
                person=by,
                memo=say("Check %(number)s", number=number),
            )
        )
    run.issued_on, run.issued_by = on, by
    session.add(run)
    session.flush()
    post(session, entries)
    return rows


def refunds_of(session: Session, run_id: str) -> list[RefundRow]:
    """The refunds of a run that are in it, in their order."""
    return list(session.exec(select(RefundRow).where(RefundRow.run_id == run_id).order_by(col(RefundRow.id))))


def checks_of(session: Session, rows: Sequence[RefundRow], *, state: str) -> list[Check]:
    """The checks to print for refunds that are issued; an address that names no state is in this one."""
    found = []
    for row in rows:
        view = account_view(session, row.account_id)
        if view is None or row.check_no is None or row.issued_on is None:
            continue
        found.append(
            Check(
                number=row.check_no,
                issued_on=row.issued_on,
                payee=view.customer.name,
                address=tuple(account_lines(view.account, view.premise, state)),
                amount_usd=row.amount_usd,
                account_id=row.account_id,
                refund_id=row.id,
            )
        )
    return found
