"""Every fact of the catalogue is read from the account book."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from books import ACCOUNT, CASE, account, step
from sqlmodel import Session

from activities.facts import READINGS, read_facts
from definitions.catalogue.facts import FACTS
from store.engine import Store
from store.ledger import Entry, Line, bill_entry, charge, payment_entry, post, reversal_entry
from store.projection import write_step
from store.queries.holds import place_hold
from store.tables.papers import Letter
from store.tables.utility import Bill, Payment, Read
from workflows.machine.case import Case

NOW = datetime(2026, 9, 20, 19, tzinfo=UTC)


def bill(number: int, end: date, use: str, amount: str) -> Bill:
    return Bill(
        id=f"b-{number}",
        account_id=ACCOUNT,
        meter_id="m-000001",
        period_start=end - timedelta(days=61),
        period_end=end,
        days=61,
        read_ccf=Decimal(100),
        use_ccf=Decimal(use),
        amount_usd=Decimal(amount),
        mailed=end + timedelta(days=5),
        due=end + timedelta(days=25),
    )


def paid(number: int, on: date, amount: str) -> Payment:
    return Payment(id=f"p-{number}", account_id=ACCOUNT, received=on, amount_usd=Decimal(amount))


@pytest.fixture
def books(store: Store) -> Store:
    """An account with three years of summer bills, the last two unpaid or half paid."""
    with store.writing() as session:
        account(session)
        bills = [
            bill(1, date(2024, 6, 30), "10", "50.00"),
            bill(2, date(2025, 6, 30), "20", "60.00"),
            bill(3, date(2026, 4, 30), "0", "40.00"),
            bill(4, date(2026, 6, 30), "0", "80.00"),
        ]
        session.add_all(bills)
        payments = [
            paid(1, date(2024, 7, 20), "50.00"),
            paid(2, date(2025, 9, 3), "60.00"),
            paid(3, NOW.date(), "20.00"),
        ]
        bounced = paid(4, date(2026, 8, 1), "100.00")
        session.add_all([*payments, bounced])
        session.flush()
        post(session, [bill_entry(each, NOW) for each in bills])
        post(session, [payment_entry(each, NOW) for each in [*payments, bounced]])
        post(session, [reversal_entry(bounced, date(2026, 8, 5), NOW, "bank", "returned")])
        session.add(Read(meter_id="m-000001", at=NOW - timedelta(days=60), value_ccf=Decimal(90)))
        session.add(Read(meter_id="m-000001", at=NOW, value_ccf=Decimal(100), kind="estimated"))
    return store


def read(session: Session, *names: str, **data: object) -> dict[str, object]:
    case = Case(id="c-abcdefghijkl", definition="x", version=1, account=ACCOUNT, data=data, opened_at=NOW, at=NOW)
    return read_facts(session, ACCOUNT, names, case, NOW)


def test_every_fact_of_the_catalogue_is_read() -> None:
    assert set(READINGS) == set(FACTS)


def test_every_fact_of_an_empty_account_is_read_or_left_out(store: Store) -> None:
    with store.writing() as session:
        account(session)
        found = read(session, *FACTS)
    assert found["balance"] == "0.00"
    assert "delinquent_since" not in found


def test_credits_pay_the_oldest_debt_and_a_returned_payment_pays_nothing(books: Store) -> None:
    with books.reading() as session:
        found = read(session, "balance", "past_due", "delinquent_since", "paid_today", "collectable")
    assert found == {
        "balance": "100.00",
        "past_due": "100.00",
        "delinquent_since": "2026-05-26",
        "paid_today": "20.00",
        "collectable": "100.00",
    }


def test_the_worst_delinquency_counts_from_the_due_date_to_the_last_cent(books: Store) -> None:
    with books.reading() as session:
        # The bill of April was due on 25 May and is not paid; the one of 2025 was paid 40 days late.
        assert read(session, "worst_delinquency_24_months") == {"worst_delinquency_24_months": 118}


def test_the_share_of_the_disputed_bill_that_is_paid(books: Store) -> None:
    with books.reading() as session:
        assert read(session, "bill_paid_percent", bill={"id": "b-3"}) == {"bill_paid_percent": "50.00"}
        assert read(session, "bill_paid_percent", bill={"id": "b-4"}) == {"bill_paid_percent": "0.00"}


def test_the_last_read_of_the_present_meter_with_its_day(books: Store) -> None:
    with books.reading() as session:
        assert read(session, "last_read", "last_read_on") == {"last_read": "100", "last_read_on": "2026-09-20"}


def test_use_is_compared_with_the_same_period_of_other_years(books: Store) -> None:
    with books.reading() as session:
        names = (
            "usage_same_period_last_year",
            "usage_average_same_period",
            "usage_previous_period",
            "zero_use_periods",
        )
        assert read(session, *names, bill={"id": "b-4"}) == {
            "usage_same_period_last_year": "20.000",
            "usage_average_same_period": "15.000",
            "usage_previous_period": "0.000",
            "zero_use_periods": 2,
        }
        assert read(session, "estimated_periods") == {"estimated_periods": 1}


def test_neighbours_are_accounts_of_the_class_on_the_route(books: Store) -> None:
    with books.writing() as session:
        for number, used in ((2, "8"), (3, "12"), (4, "30")):
            other = account(session, f"10-00000{number}")
            more = bill(10 + number, date(2026, 7, 5), used, "10.00")
            more.account_id, more.meter_id = other.id, None
            session.add(more)
        session.flush()
        assert read(session, "neighbours_median_use", bill={"id": "b-4"}) == {"neighbours_median_use": "12.000"}


def test_earlier_adjustments_are_listed_with_their_reason(books: Store) -> None:
    with books.writing() as session:
        lines: tuple[Line, ...] = charge(ACCOUNT, Decimal("-12.50"), "adjustments")
        entry = Entry(
            id="c-x.3.1", lines=lines, posted_on=date(2025, 8, 1), at=NOW, rule="adjustment:leak", person="rep"
        )
        post(session, [entry])
        found = read(session, "adjustments", "adjustments_last_months")
    assert found == {
        "adjustments": [{"on": "2025-08-01", "amount": "12.50", "reason": "leak", "case": ""}],
        "adjustments_last_months": 1,
    }


def test_holds_of_the_account_are_facts(books: Store) -> None:
    with books.writing() as session:
        place_hold(session, ACCOUNT, "medical", since=NOW, by="rep", at=NOW)
        assert read(session, "holds") == {"holds": ["medical"]}


def test_a_case_knows_of_the_accounts_other_open_cases(books: Store) -> None:
    with books.writing() as session:
        opened = step()
        for case, kind in (("c-aaaaaaaaaaaa", "leak-investigation"), ("c-bbbbbbbbbbbb", "leak-investigation")):
            write_step(session, replace(opened, key=None, case=replace(opened.case, id=case, definition=kind)))
    with books.reading() as session:
        assert read(session, "open_cases") == {"open_cases": ["leak-investigation"]}


def test_the_last_final_notice_counts_from_its_mailing_and_late_adjustments_are_counted(books: Store) -> None:
    with books.writing() as session:
        write_step(session, step())
        for number, mailed in ((1, date(2026, 7, 1)), (2, date(2026, 9, 2)), (3, None)):
            session.add(
                Letter(
                    id=f"l-{number}", case_id=CASE, step_no=1, effect_no=number, template="final-notice", language="en",
                    account_id=ACCOUNT, queued_at=NOW, mailed_on=mailed, file_digest="d", confirmed=True,
                )
            )  # fmt: skip
        for number, on in ((1, date(2026, 6, 1)), (2, date(2026, 9, 1))):
            lines = charge(ACCOUNT, Decimal("-10.00"), "adjustments")
            post(
                session,
                [Entry(id=f"e-{number}", lines=lines, posted_on=on, at=NOW, rule="adjustment:leak", person="x")],
            )
    with books.reading() as session:
        assert read(session, "final_notice_mailed", "adjustments_last_90_days") == {
            "final_notice_mailed": "2026-09-02",
            "adjustments_last_90_days": 1,
        }


def test_the_read_audit_looks_at_the_last_read_until_a_case_has_looked_into_it(books: Store) -> None:
    with books.writing() as session:
        for back, value in enumerate(("50", "40")):
            session.add(Read(meter_id="m-000001", at=NOW - timedelta(days=365 + 60 * back), value_ccf=Decimal(value)))
        session.add(Read(meter_id="m-000001", at=NOW - timedelta(days=1), value_ccf=Decimal(99)))
        assert read(session, "read_audit") == {"read_audit": "fine"}
        session.add(Read(meter_id="m-000001", at=NOW + timedelta(minutes=1), value_ccf=Decimal(80)))
        assert read(session, "read_audit") == {"read_audit": "backwards"}
    with books.writing() as session:
        opened = step()
        write_step(session, replace(opened, case=replace(opened.case, opened_at=NOW + timedelta(hours=1))))
        assert read(session, "read_audit") == {"read_audit": "fine"}


@pytest.mark.parametrize(
    ("bill", "asked_by", "disputed", "collectable"),
    [
        ({"id": "b-4", "amount": "80.00"}, "customer", "80.00", "20.00"),
        (
            {"id": "b-3", "amount": "40.00"},
            "customer",
            "40.00",
            "80.00",
        ),  # half of it is paid: the other bill is due whole
        (
            {"id": "b-9", "amount": "500.00"},
            "customer",
            "500.00",
            "100.00",
        ),  # not due yet, and takes nothing off the others
        ({"id": "b-4", "amount": "80.00"}, "district", "0.00", "100.00"),  # the district's own doubt is no dispute
    ],
)
def test_only_the_bill_in_dispute_is_left_out_of_what_is_collected(
    books: Store, bill: dict[str, str], asked_by: str, disputed: str, collectable: str
) -> None:
    opened = step()
    snapshot = {"data": {"bill": bill, "asked_by": asked_by}}
    with books.writing() as session:
        for case in (CASE, "c-bbbbbbbbbbbb"):  # two cases about one bill dispute it once
            write_step(session, replace(opened, key=None, case=replace(opened.case, id=case, snapshot=snapshot)))
    with books.reading() as session:
        assert read(session, "disputed_amount", "collectable") == {
            "disputed_amount": disputed,
            "collectable": collectable,
        }
