"""The ledger: balanced, append-only, and what it says that an account owes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from books import ACCOUNT, MONDAY, account
from hypothesis import given
from hypothesis import strategies as st
from plans import multiply, plans_of, swept
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from store import ledger
from store.engine import Store
from store.ledger import Entry, LedgerError, Line, UnbalancedEntryError, charge
from store.queries.money import books_by_code
from store.tables.base import table_of
from store.tables.ledger import Posting
from store.tables.utility import Bill, Payment

MAY = date(2026, 5, 1)


def entry(number: int, amount_usd: str, on: date = MAY) -> Entry:
    return Entry(
        id=f"e{number}",
        lines=charge(ACCOUNT, Decimal(amount_usd), "fees"),
        posted_on=on,
        at=MONDAY,
        rule="fee",
        person="finance",
    )


def bill(number: int, amount_usd: str, mailed: date) -> Bill:
    return Bill(
        id=f"b{number}",
        account_id=ACCOUNT,
        period_start=mailed - timedelta(days=64),
        period_end=mailed - timedelta(days=4),
        days=60,
        read_ccf=Decimal(number),
        use_ccf=Decimal(1),
        amount_usd=Decimal(amount_usd),
        mailed=mailed,
        due=mailed + timedelta(days=25),
    )


def paid(number: int, amount_usd: str, on: date) -> Payment:
    return Payment(id=f"p{number}", account_id=ACCOUNT, received=on, amount_usd=Decimal(amount_usd))


@pytest.mark.parametrize(
    "lines",
    [
        (),
        (Line(code="cash", amount_usd=Decimal(0)),),
        (Line(code="cash", amount_usd=Decimal("0.01")), Line(code="fees", amount_usd=Decimal("-0.02"))),
    ],
)
def test_an_entry_that_does_not_balance_is_refused(lines: tuple[Line, ...]) -> None:
    with pytest.raises(UnbalancedEntryError):
        ledger.lines_of(replace(entry(1, "5"), lines=lines))


def test_a_receivable_that_is_nobodys_is_refused() -> None:
    lines = (Line(code="receivable", amount_usd=Decimal(1)), Line(code="fees", amount_usd=Decimal(-1)))
    with pytest.raises(LedgerError, match="names an account"):
        ledger.lines_of(replace(entry(1, "5"), lines=lines))


@given(st.lists(st.decimals("-99999", "99999", places=2), max_size=8))
def test_whatever_is_charged_balances(amounts: list[Decimal]) -> None:
    for amount in amounts:
        rows = ledger.lines_of(replace(entry(1, "1"), lines=charge(ACCOUNT, amount, "fees")))
        assert sum(row["amount_usd"] for row in rows) == 0


def test_a_posting_is_never_changed_and_never_deleted(store: Store) -> None:
    with store.writing() as session:
        account(session)
        ledger.post(session, [entry(1, "36.00")])
    for statement in ("UPDATE postings SET memo = 'x'", "DELETE FROM postings", "UPDATE audit SET act = 'x'"):
        if "audit" in statement:
            with store.writing() as session:
                session.execute(
                    text(
                        "INSERT INTO audit (at, person, act, object_kind, object_id, allowed) "
                        "VALUES ('2026-07-06 00:00:00', 'rep', 'view', 'case', 'c', TRUE)"
                    )
                )
        with pytest.raises(DBAPIError, match="append-only"), store.writing() as session:
            session.execute(text(statement))
    with store.reading() as session:
        assert ledger.balance_usd(session, ACCOUNT) == Decimal("36.00")


def test_an_entry_is_posted_once(store: Store) -> None:
    with store.writing() as session:
        account(session)
        ledger.post(session, [entry(1, "36.00")])
    with pytest.raises(IntegrityError), store.writing() as session:
        ledger.post(session, [entry(1, "36.00")])


def test_the_statement_has_the_balance_after_each_line(store: Store) -> None:
    with store.writing() as session:
        account(session)
        ledger.post(session, [entry(1, "84.10"), entry(2, "-50.00", MAY + timedelta(days=3))])
        ledger.post(session, [entry(3, "0.05", MAY + timedelta(days=9))])
    with store.reading() as session:
        assert [line.balance_usd for line in ledger.statement(session, ACCOUNT)] == [
            Decimal("84.10"),
            Decimal("34.10"),
            Decimal("34.15"),
        ]
        assert ledger.balance_usd(session, ACCOUNT, on=MAY) == Decimal("84.10")
        assert ledger.balances_usd(session, [ACCOUNT, "10-none"]) == {
            ACCOUNT: Decimal("34.15"),
            "10-none": Decimal("0.00"),
        }


def test_delinquency_begins_on_the_day_after_the_due_date_of_the_oldest_unpaid_bill(store: Store) -> None:
    with store.writing() as session:
        account(session)
        bills = [bill(1, "80.00", MAY), bill(2, "90.00", MAY + timedelta(days=60))]
        session.add_all(bills)
        ledger.post(session, [ledger.bill_entry(each, MONDAY) for each in bills])
    days = [MAY + timedelta(days=number) for number in (25, 26, 100)]
    with store.reading() as session:
        assert [ledger.delinquent_since(session, ACCOUNT, on) for on in days] == [None, days[1], days[1]]
    with store.writing() as session:
        ledger.post(session, [ledger.payment_entry(paid(1, "80.00", days[1]), MONDAY)])
    with store.reading() as session:
        assert ledger.delinquent_since(session, ACCOUNT, days[2]) == MAY + timedelta(days=86)
        assert ledger.delinquent_since(session, ACCOUNT, days[1]) is None


def test_a_returned_payment_makes_the_debt_as_old_as_it_was(store: Store) -> None:
    payment = paid(1, "80.00", MAY + timedelta(days=20))
    with store.writing() as session:
        account(session)
        session.add(bill(1, "80.00", MAY))
        session.add(payment)
        ledger.post(session, [ledger.bill_entry(bill(1, "80.00", MAY), MONDAY), ledger.payment_entry(payment, MONDAY)])
    with store.reading() as session:
        assert ledger.delinquent_since(session, ACCOUNT, MAY + timedelta(days=40)) is None
    with store.writing() as session:
        reversal = ledger.reversal_entry(payment, MAY + timedelta(days=30), MONDAY, "finance", "insufficient funds")
        ledger.post(session, [reversal])
    with store.reading() as session:
        assert ledger.delinquent_since(session, ACCOUNT, MAY + timedelta(days=40)) == MAY + timedelta(days=26)
        assert ledger.unbalanced_entries(session) == []
        assert all(a.posted_on <= b.posted_on for a, b in pairwise(ledger.statement(session, ACCOUNT)))


def test_the_books_are_added_up_from_an_index_alone(store: Store) -> None:
    with store.writing() as session:
        account(session)
        ledger.post(session, [entry(number, "10.00") for number in range(300)])
    multiply(store, table_of(Posting), "entry_id")
    swept(store)
    [plan] = plans_of(store, lambda session: books_by_code(session, MAY))
    assert plan.scans == ["ix_postings_books"]
    with store.reading() as session:
        found = {each.code: (each.balance_usd, each.lines) for each in books_by_code(session, MAY)}
    assert found["receivable"] == (Decimal("300000.00"), 30_000)
    assert found["fees"] == (Decimal("-300000.00"), 30_000)
