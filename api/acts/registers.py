"""Registers of money as files: what a spreadsheet or an auditor gets. Each export is recorded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlmodel import Session, col, select

from api.acts.refunding import RIGHT
from api.problems import Invalid, NotPermitted
from api.security.people import Person
from api.services import Services
from api.views.csv_files import csv_file
from definitions.language.sentences import again, say
from store.queries import money, posted
from store.tables.audit import Audit
from store.tables.ledger import Posting
from store.tables.money import RefundRow

MOST: Final = 100_000  #: lines of one file
LONGEST_DAYS: Final = 366 * 3


@dataclass(frozen=True, kw_only=True)
class Register:
    """A register: its columns, and its rows between two days."""

    header: tuple[str, ...]
    rows: Callable[[Session, date, date], list[tuple[Any, ...]]]


def _postings(session: Session, start: date, end: date) -> list[tuple[Any, ...]]:
    query = select(Posting).where(col(Posting.posted_on) >= start, col(Posting.posted_on) <= end)
    rows = session.exec(query.order_by(col(Posting.posted_on), *posted.IN_ORDER).limit(MOST))
    return [_posting(row) for row in rows]


def _written_off(session: Session, start: date, end: date) -> list[tuple[Any, ...]]:
    rows = posted.written_off(session, start, end)
    accounts = posted.accounts_of(session, [row.entry_id for row in rows])
    return [
        (
            row.posted_on,
            accounts.get(row.entry_id),
            row.amount_usd,
            row.rule,
            row.person,
            row.case_id,
            again(row.memo, row.memo_said),
        )
        for row in rows
    ]


def _refunds(session: Session, start: date, end: date) -> list[tuple[Any, ...]]:
    query = select(RefundRow).where(col(RefundRow.payable_on) >= start, col(RefundRow.payable_on) <= end)
    return [
        (row.payable_on, row.account_id, row.kind, row.amount_usd, row.status, row.check_no, row.issued_on, row.case_id)
        for row in session.exec(query.order_by(col(RefundRow.payable_on), col(RefundRow.id)).limit(MOST))
    ]


def _returned(session: Session, start: date, end: date) -> list[tuple[Any, ...]]:
    return [
        (row.returned_on, row.account_id, row.payment_id, row.amount_usd, row.received, row.method, row.reason)
        for row in money.payments_returned(session, start, end)
    ]


def _deposits(session: Session, _start: date, _end: date) -> list[tuple[Any, ...]]:
    return [(row.account_id, row.amount_usd, row.since) for row in money.deposits_held(session, limit=MOST)]


def _books(session: Session, _start: date, end: date) -> list[tuple[Any, ...]]:
    return [(row.code, row.title, row.balance_usd) for row in money.books_by_code(session, end)]


def _posting(row: Posting) -> tuple[Any, ...]:
    return (
        row.posted_on, row.entry_id, row.line, row.code, row.account_id, row.amount_usd, row.rule, row.person,
        row.case_id, row.step_no, again(row.memo, row.memo_said),
    )  # fmt: skip


REGISTERS: Final[Mapping[str, Register]] = {
    "postings": Register(
        header=(
            "posted_on", "entry", "line", "code", "account", "amount_usd", "rule", "person", "case", "step", "memo",
        ),
        rows=_postings,
    ),
    "write-offs": Register(
        header=("posted_on", "account", "amount_usd", "rule", "person", "case", "memo"), rows=_written_off
    ),
    "refunds": Register(
        header=("payable_on", "account", "kind", "amount_usd", "status", "check", "issued_on", "case"), rows=_refunds
    ),
    "returned-payments": Register(
        header=("returned_on", "account", "payment", "amount_usd", "received", "method", "reason"), rows=_returned
    ),
    "deposits": Register(header=("account", "held_usd", "since"), rows=_deposits),
    "books": Register(header=("code", "title", "balance_usd"), rows=_books),
}  # fmt: skip


def may_see(person: Person) -> None:
    """Raises NotPermitted for who neither issues refunds nor audits."""
    if not person.may(RIGHT) and not person.may("read-audit"):
        raise NotPermitted(say("These registers are for finance and auditors to read."), rule=f"right {RIGHT}")


def export(office: Services, person: Person, name: str, start: date, end: date) -> str:
    """The register from `start` to `end`, both included, as CSV; deposits and books are as of now and of `end`."""
    may_see(person)
    if not start <= end or (end - start).days > LONGEST_DAYS:
        raise Invalid(
            say("A register spans up to three years."), fields={"end": say("is not before start, and within 3 years")}
        )
    register = REGISTERS[name]
    with office.store.reading() as session:
        content = csv_file(register.header, register.rows(session, start, end))
    with office.store.writing() as session:
        session.add(
            Audit(
                at=office.now(),
                person=person.id,
                act="export",
                object_kind="register",
                object_id=f"{name} {start.isoformat()} {end.isoformat()}",
                rule=f"right {RIGHT}" if person.may(RIGHT) else "right read-audit",
            )
        )
    return content
