"""Refunds with their runs, deposits, returned payments and the books by code, as they are shown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from api.views.csv_files import csv_file
from api.views.shown import Moment, Said, Shown
from store.queries.money import Balance, Held, Returned
from store.receipts import Receipt
from store.refunds import Check
from store.tables.money import RefundRow, RefundRun


class RefundView(Shown):
    """A refund, and how far it has come."""

    id: str = Field(description="Of the effect that made it payable.")
    account: str
    case: str
    kind: Literal["credit", "deposit"]
    amount_usd: Decimal
    payable_on: date = Field(description="From which day a run takes it.")
    status: Literal["payable", "issued", "cashed", "unclaimed", "forfeited"]
    run: str | None
    check: int | None = Field(description="The number of its check.")
    issued_on: date | None


class RunView(Shown):
    """Refunds that are issued together."""

    id: str
    made: Moment
    made_by: str
    refunds: int
    total_usd: Decimal
    issued_on: date | None
    issued_by: str | None


class DepositView(Shown):
    """A security deposit that is held for an account."""

    account: str
    held_usd: Decimal
    since: date = Field(description="The day of the first posting that is still counted.")


class ReturnedView(Shown):
    """A payment that the bank gave back."""

    payment: str
    account: str
    amount_usd: Decimal
    received: date
    returned_on: date
    reason: str | None
    method: str


class CodeView(Shown):
    """What the ledger holds on one code: debits above zero, credits below."""

    code: str
    title: str
    balance_usd: Decimal


class BooksView(Shown):
    """The ledger by code on a day; balanced books come to nothing."""

    on: date
    codes: list[CodeView]
    sum_usd: Decimal


class CuredView(Shown):
    """A debt that a payment paid, in whole or in part."""

    entry: str
    what: Said
    due: date
    amount_usd: Decimal


class ReceiptView(Shown):
    """A payment, and what it paid: the oldest debt first."""

    payment: str
    account: str
    received: date
    amount_usd: Decimal
    method: str
    paid: list[CuredView]
    kept_usd: Decimal = Field(description="What of it no debt has used yet: a credit.")
    balance_usd: Decimal = Field(description="What the account owes now.")
    returned_on: date | None


def receipt_view(found: Receipt) -> ReceiptView:
    """The receipt as it is shown."""
    payment = found.payment
    return ReceiptView(
        payment=payment.id,
        account=payment.account_id,
        received=payment.received,
        amount_usd=payment.amount_usd,
        method=payment.method,
        paid=[
            CuredView(entry=each.entry, what=each.what, due=each.due, amount_usd=each.amount_usd)
            for each in found.cured
        ],
        kept_usd=found.kept_usd,
        balance_usd=found.balance_usd,
        returned_on=payment.reversed_on,
    )


def refund_view(row: RefundRow) -> RefundView:
    """The refund as it is shown."""
    return RefundView.model_validate(
        {
            "id": row.id,
            "account": row.account_id,
            "case": row.case_id,
            "kind": row.kind,
            "amount_usd": row.amount_usd,
            "payable_on": row.payable_on,
            "status": row.status,
            "run": row.run_id,
            "check": row.check_no,
            "issued_on": row.issued_on,
        }
    )


def run_view(run: RefundRun, *, zone: ZoneInfo) -> RunView:
    """The run as it is shown."""
    return RunView(
        id=run.id,
        made=run.made_at.astimezone(zone),
        made_by=run.made_by,
        refunds=run.refunds,
        total_usd=run.total_usd,
        issued_on=run.issued_on,
        issued_by=run.issued_by,
    )


def deposit_view(held: Held) -> DepositView:
    """The deposit as it is shown."""
    return DepositView(account=held.account_id, held_usd=held.amount_usd, since=held.since)


def returned_view(returned: Returned) -> ReturnedView:
    """The returned payment as it is shown."""
    return ReturnedView(
        payment=returned.payment_id,
        account=returned.account_id,
        amount_usd=returned.amount_usd,
        received=returned.received,
        returned_on=returned.returned_on,
        reason=returned.reason,
        method=returned.method,
    )


def books_view(on: date, balances: Sequence[Balance]) -> BooksView:
    """The books as they are shown."""
    codes = [CodeView(code=each.code, title=each.title, balance_usd=each.balance_usd) for each in balances]
    return BooksView(on=on, codes=codes, sum_usd=sum((each.balance_usd for each in codes), Decimal("0.00")))


def checks_csv(checks: Sequence[Check]) -> str:
    """The file from which checks are printed."""
    return csv_file(
        ["check", "date", "payee", "address", "amount_usd", "account", "refund"],
        (
            (
                each.number,
                each.issued_on,
                each.payee,
                ", ".join(each.address),
                each.amount_usd,
                each.account_id,
                each.refund_id,
            )
            for each in checks
        ),
    )
