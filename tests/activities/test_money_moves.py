"""Deposits, refunds, returned payments, write-offs and plans in the account book: once, balanced, and never twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import books
import pytest
from sqlmodel import Session, col, select

from activities import registry
from activities.facts import read_facts
from definitions.catalogue.replies import Effect, EffectRefused, Reply
from store.allocation import allocate, told_apart
from store.engine import Store
from store.ledger import (
    balance_usd,
    bill_entry,
    bills_due,
    delinquent_since,
    held_usd,
    movements,
    payment_entry,
    post,
    statement,
    unbalanced_entries,
)
from store.projection import write_step
from store.publishing import publish_compiled
from store.tables.ledger import Posting
from store.tables.money import InstalmentRow, Plan, RefundRow
from store.tables.utility import Account, Bill, Payment
from tests.shipped import shipped
from workflows.machine.case import Case

NOON = datetime(2026, 7, 6, 19, tzinfo=UTC)


@pytest.fixture
def book(store: Store) -> Iterator[Store]:
    """A store with a published definition, an account, and a case on it."""
    with store.writing() as session:
        books.account(session)
        publish_compiled(session, shipped("high-consumption"), source="", by="author", at=books.MONDAY)
    with store.writing() as session:
        write_step(session, books.step())
    yield store
    with store.reading() as session:
        assert unbalanced_entries(session) == []


def effect(action: str, number: int = 1, *, at: datetime = NOON, **args: Any) -> Effect:
    return Effect(
        case=books.CASE, step=1, number=number, action=action, args=args, account=books.ACCOUNT, at=at, by="finance"
    )


def twice(store: Store, action: str, number: int = 1, *, at: datetime = NOON, **args: Any) -> Reply:
    """The reply of the effect, which posts nothing more when it is carried out again."""
    wanted = effect(action, number, at=at, **args)
    with store.writing() as session:
        first = registry.carry_out(session, wanted)
        entries = len(session.exec(select(Posting)).all())
    with store.writing() as session:
        again = registry.carry_out(session, wanted)
        assert (again.event, again.data.get("amount")) == (first.event, first.data.get("amount"))
        assert len(session.exec(select(Posting)).all()) == entries
    return first


def bill(session: Session, number: int, amount: str, mailed: date) -> None:
    row = Bill(
        id=f"b{number}",
        account_id=books.ACCOUNT,
        period_start=mailed - timedelta(days=64),
        period_end=mailed - timedelta(days=4),
        days=60,
        read_ccf=Decimal(number),
        use_ccf=Decimal(1),
        amount_usd=Decimal(amount),
        mailed=mailed,
        due=mailed + timedelta(days=25),
    )
    session.add(row)
    session.flush()
    post(session, [bill_entry(row, datetime(mailed.year, mailed.month, mailed.day, 17, tzinfo=UTC))])


def pay(session: Session, number: int, amount: str, on: date) -> None:
    row = Payment(id=f"p{number}", account_id=books.ACCOUNT, received=on, amount_usd=Decimal(amount))
    session.add(row)
    session.flush()
    post(session, [payment_entry(row, datetime(on.year, on.month, on.day, 18, tzinfo=UTC))])


def facts(store: Store, *names: str, at: datetime = NOON, **data: Any) -> dict[str, Any]:
    case = Case(
        id=books.CASE, definition="high-consumption", version=1, account=books.ACCOUNT, data=data, opened_at=at, at=at
    )
    with store.reading() as session:
        return read_facts(session, books.ACCOUNT, names, case, at)


def refused(store: Store, action: str, number: int = 9, **args: Any) -> str:
    with store.writing() as session, pytest.raises(EffectRefused) as caught:
        registry.carry_out(session, effect(action, number, **args))
    return caught.value.code


# -- deposits and refunds -------------------------------------------------------------------------------------------------


def test_a_deposit_is_taken_and_held_apart_from_what_the_account_owes(book: Store) -> None:
    reply = twice(book, "take-deposit", amount="150.00", of="security")
    assert (reply.event, reply.data["amount"], reply.data["held"]) == ("deposit-taken", "150.00", "150.00")
    found = facts(book, "balance", "deposit_held", "deposit_since")
    assert found == {
        "balance": "0.00",
        "deposit_held": "150.00",
        "deposit_since": "2026-07-06",
    }


def test_a_deposit_out_of_a_credit_is_no_more_than_the_credit(book: Store) -> None:
    with book.writing() as session:
        pay(session, 1, "100.00", date(2026, 7, 1))
    assert refused(book, "take-deposit", amount="100.01", of="security", **{"from": "credit"}) == "too-much"
    twice(book, "take-deposit", amount="100.00", of="security", **{"from": "credit"})
    assert facts(book, "balance", "deposit_held") == {"balance": "0.00", "deposit_held": "100.00"}


def test_a_final_bill_is_paid_from_the_deposit_and_the_rest_is_paid_out_once(book: Store) -> None:
    with book.writing() as session:
        bill(session, 1, "84.10", date(2026, 6, 1))
    twice(book, "take-deposit", 1, amount="150.00", of="security")
    reply = twice(book, "apply-deposit", 2, of="security")
    assert (reply.data["amount"], reply.data["left"]) == ("84.10", "65.90")
    reply = twice(book, "refund-deposit", 3, of="security", on="2026-07-15")
    assert reply.data["amount"] == "65.90"
    assert refused(book, "refund-deposit", 4, of="security", amount="0.01") == "too-much"
    assert twice(book, "refund-deposit", 5, of="security").data["amount"] == "0.00"
    with book.reading() as session:
        refund = session.get_one(RefundRow, reply.data["refund"])
        assert (refund.kind, refund.status, refund.payable_on) == ("deposit", "payable", date(2026, 7, 15))
        assert len(session.exec(select(RefundRow)).all()) == 1
    assert facts(book, "balance", "deposit_held", "refunds_payable") == {
        "balance": "0.00",
        "deposit_held": "0.00",
        "refunds_payable": "65.90",
    }


def test_interest_joins_the_deposit_that_it_is_on(book: Store) -> None:
    twice(book, "take-deposit", 1, amount="150.00", of="security")
    assert twice(book, "credit-interest", 2, amount="3.00").data["held"] == "153.00"
    assert twice(book, "refund-deposit", 3, of="security").data["amount"] == "153.00"


def test_a_credit_is_paid_out_and_no_more_than_there_is(book: Store) -> None:
    with book.writing() as session:
        pay(session, 1, "80.00", date(2026, 7, 1))
    assert refused(book, "refund-credit", amount="80.01") == "too-much"
    assert twice(book, "refund-credit", 1, amount="30.00").data["amount"] == "30.00"
    assert twice(book, "refund-credit", 2).data["amount"] == "50.00"
    assert facts(book, "balance", "refunds_payable") == {"balance": "0.00", "refunds_payable": "80.00"}


def test_a_refund_goes_only_the_ways_that_a_check_can_go(book: Store) -> None:
    with book.writing() as session:
        pay(session, 1, "80.00", date(2026, 7, 1))
    refund = twice(book, "refund-credit", 1).data["refund"]
    assert refused(book, "settle-refund", refund=refund, how="cashed") == "bad-settlement"  # it was not issued yet
    assert refused(book, "settle-refund", refund=refund, how="lost") == "bad-settlement"
    assert refused(book, "settle-refund", refund="c-other.1.1", how="cashed") == "no-refund"
    with book.writing() as session:
        row = session.get_one(RefundRow, refund)
        row.status, row.check_no = "issued", 1001
    twice(book, "settle-refund", 2, refund=refund, how="unclaimed")
    with book.reading() as session:
        assert held_usd(session, books.ACCOUNT, "refunds-payable") == Decimal(
            "160.00"
        )  # 80 that no run paid here, 80 stopped
    twice(book, "settle-refund", 3, refund=refund, how="forfeited")
    with book.reading() as session:
        assert session.get_one(RefundRow, refund).status == "forfeited"
        assert held_usd(session, books.ACCOUNT, "refunds-payable") == Decimal("80.00")


# -- debts ----------------------------------------------------------------------------------------------------------------


def test_a_debt_is_written_off_once_and_no_more_than_is_owed(book: Store) -> None:
    with book.writing() as session:
        bill(session, 1, "84.10", date(2026, 3, 1))
    assert refused(book, "write-off", amount="84.11") == "too-much"
    assert twice(book, "write-off", 1, reason="bankruptcy").data["amount"] == "84.10"
    assert facts(book, "balance", "past_due") == {"balance": "0.00", "past_due": "0.00"}


def test_a_balance_moves_between_accounts_of_the_same_customer_only(book: Store) -> None:
    with book.writing() as session:
        bill(session, 1, "84.10", date(2026, 6, 1))
        books.account(session, "10-000002")
        same = session.get_one(Account, "10-000002")
        books.account(session, "10-000003")
        same.customer_id = session.get_one(Account, books.ACCOUNT).customer_id
    assert refused(book, "transfer-balance", to="10-000003") == "other-customer"
    assert refused(book, "transfer-balance", to="10-999999") == "no-account"
    assert twice(book, "transfer-balance", 1, to="10-000002").data["amount"] == "84.10"
    with book.reading() as session:
        assert [balance_usd(session, each) for each in (books.ACCOUNT, "10-000002")] == [0, Decimal("84.10")]


def test_a_returned_payment_makes_the_debt_as_old_again_as_it_was(book: Store) -> None:
    with book.writing() as session:
        bill(session, 1, "84.10", date(2026, 4, 1))
        pay(session, 1, "84.10", date(2026, 4, 20))
    assert facts(book, "past_due") == {"past_due": "0.00"}
    reply = twice(book, "reverse-payment", payment="p1", on="2026-07-02", reason="insufficient-funds")
    assert reply.data | {"already": False} == {
        "payment": "p1",
        "amount": "84.10",
        "received": "2026-04-20",
        "returned": "2026-07-02",
        "already": False,
    }
    with book.reading() as session:
        assert delinquent_since(session, books.ACCOUNT, NOON.date()) == date(2026, 4, 27)
        assert statement(session, books.ACCOUNT)[-1].posted_on == date(2026, 7, 2)
    assert refused(book, "reverse-payment", payment="p9") == "no-payment"
    assert facts(book, "returned_payments", payment={"id": "p1"}) == {"returned_payments": 0}
    assert facts(book, "returned_payments", "returned_payments_12_months") == {
        "returned_payments": 1,
        "returned_payments_12_months": 1,
    }


def test_a_returned_payment_is_made_good_by_what_is_paid_after_its_return(book: Store) -> None:
    with book.writing() as session:
        bill(session, 1, "84.10", date(2026, 4, 1))
        pay(session, 1, "84.10", date(2026, 4, 20))
    twice(book, "reverse-payment", payment="p1", on="2026-07-02")
    twice(book, "charge-fee", 2, fee="returned-payment", amount="25.00")
    assert facts(book, "returned_unpaid", payment={"id": "p1"}) == {"returned_unpaid": "109.10"}
    with book.writing() as session:
        pay(session, 2, "100.00", date(2026, 7, 6))
    assert facts(book, "returned_unpaid", payment={"id": "p1"}) == {"returned_unpaid": "9.10"}


# -- plans ----------------------------------------------------------------------------------------------------------------

PLAN = ("plan_balance", "plan_due", "plan_due_amount", "plan_broken_since", "plan_current_unpaid_since")


def on(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(hour=20, tzinfo=UTC)


@pytest.fixture
def planned(book: Store) -> Store:
    """An account that owes 300 since April, pays it in three parts from 31 July, and has a bill of June beside."""
    with book.writing() as session:
        bill(session, 1, "300.00", date(2026, 3, 1))
        bill(session, 2, "80.00", date(2026, 6, 24))  # due 19 July
    reply = twice(book, "agree-plan", amount="300.00", parts=3, first="2026-07-31")
    assert reply.data["parts"] == 3
    return book


def test_a_plan_is_kept_with_its_instalments(planned: Store) -> None:
    with planned.reading() as session:
        rows = session.exec(select(InstalmentRow).order_by(col(InstalmentRow.number))).all()
        assert [(row.due.isoformat(), str(row.amount_usd)) for row in rows] == [
            ("2026-07-31", "100.00"),
            ("2026-08-31", "100.00"),
            ("2026-09-30", "100.00"),
        ]
    assert facts(planned, *PLAN) == {"plan_balance": "300.00", "plan_due": "2026-07-31", "plan_due_amount": "0.00"}


def test_money_that_comes_in_keeps_the_current_bill_and_the_instalment_in_the_order_of_their_days(
    planned: Store,
) -> None:
    with planned.writing() as session:
        pay(session, 1, "80.00", date(2026, 7, 10))
    assert facts(planned, *PLAN, at=on("2026-07-25"))["plan_balance"] == "300.00"
    with planned.writing() as session:
        pay(session, 2, "100.00", date(2026, 7, 30))
    assert facts(planned, *PLAN, at=on("2026-08-02")) == {
        "plan_balance": "200.00",
        "plan_due": "2026-08-31",
        "plan_due_amount": "0.00",
    }


def test_an_instalment_that_is_missed_breaks_the_plan_from_the_next_day_until_it_is_paid(planned: Store) -> None:
    with planned.writing() as session:
        pay(session, 1, "80.00", date(2026, 7, 10))
    assert "plan_broken_since" not in facts(planned, *PLAN, at=on("2026-07-31"))
    found = facts(planned, *PLAN, at=on("2026-08-01"))
    assert (found["plan_broken_since"], found["plan_due_amount"]) == ("2026-08-01", "100.00")
    with planned.writing() as session:
        pay(session, 2, "99.99", date(2026, 8, 5))
    assert facts(planned, *PLAN, at=on("2026-08-06"))["plan_due_amount"] == "0.01"
    with planned.writing() as session:
        pay(session, 3, "0.01", date(2026, 8, 6))
    assert "plan_broken_since" not in facts(planned, *PLAN, at=on("2026-08-07"))


def test_a_current_bill_that_is_not_paid_beside_the_plan_is_seen_apart(planned: Store) -> None:
    found = facts(planned, *PLAN, at=on("2026-07-20"))
    assert found["plan_current_unpaid_since"] == "2026-07-20"
    assert "plan_broken_since" not in found
    assert facts(planned, "plan_behind_since", at=on("2026-07-20")) == {"plan_behind_since": "2026-07-20"}


def test_a_payment_that_comes_back_breaks_the_plan_on_the_day_that_it_had_paid(planned: Store) -> None:
    with planned.writing() as session:
        pay(session, 1, "180.00", date(2026, 7, 15))
    assert "plan_broken_since" not in facts(planned, *PLAN, at=on("2026-08-03"))
    twice(planned, "reverse-payment", 3, at=on("2026-08-04"), payment="p1")
    found = facts(planned, *PLAN, at=on("2026-08-05"))
    assert (found["plan_broken_since"], found["plan_current_unpaid_since"]) == ("2026-08-01", "2026-07-20")


def test_a_new_plan_ends_the_old_one_and_a_kept_one_has_no_facts_any_more(planned: Store) -> None:
    twice(planned, "agree-plan", 2, at=on("2026-08-10"), amount="300.00", each="50.00", first="2026-09-01")
    with planned.reading() as session:
        assert {plan.id: plan.status for plan in session.exec(select(Plan))} == {
            f"{books.CASE}.1.1": "ended",
            f"{books.CASE}.1.2": "active",
        }
    assert facts(planned, *PLAN, at=on("2026-08-11"))["plan_due"] == "2026-09-01"
    twice(planned, "end-plan", 3, how="kept")
    assert facts(planned, *PLAN) == {}


def test_a_broken_plan_is_remembered_until_something_new_is_agreed(planned: Store) -> None:
    twice(planned, "end-plan", 3, at=on("2026-10-05"), how="broken")
    assert facts(planned, *PLAN, at=on("2026-10-06"))["plan_broken_since"] == "2026-08-01"


# -- whatever is posted in whatever order ---------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(12))
def test_whatever_is_posted_in_whatever_order_the_books_stay_right(book: Store, seed: int) -> None:
    random = Random(seed)
    day, taken, given, done = date(2026, 1, 5), Decimal(0), Decimal(0), list[Effect]()
    for number in range(1, 31):
        day += timedelta(days=random.randint(0, 6))
        at = datetime(day.year, day.month, day.day, 18, tzinfo=UTC)
        amount = f"{random.randint(1, 20000) / 100:.2f}"
        what = random.choice(["bill", "pay", "again", *WHATEVER, *WHATEVER])
        if what in ("bill", "pay"):
            with book.writing() as session:
                (bill if what == "bill" else pay)(session, number, amount, day)
            continue
        if what == "again":
            wanted = random.choice(done) if done else None
        else:
            paid = f"p{random.randint(1, number)}"
            named = {"payment": paid} if what == "reverse-payment" else WHATEVER[what](random, amount)
            wanted = effect(what, number, at=at, **named)
        if wanted is None:
            continue
        try:
            with book.writing() as session:
                reply = registry.carry_out(session, wanted)
        except EffectRefused:
            continue
        if wanted not in done:
            taken += Decimal(reply.data["amount"]) if wanted.action in ("take-deposit", "credit-interest") else 0
            given += Decimal(reply.data["amount"]) if wanted.action in ("refund-deposit", "apply-deposit") else 0
            if reply.data["amount"] != "0.00":  # what came to nothing is settled in the outbox and never tried again
                done.append(wanted)
        with book.reading() as session:
            held = held_usd(session, books.ACCOUNT, "deposits")
            assert held == taken - given >= 0  # nothing is given back twice, and nothing that was not taken
            assert unbalanced_entries(session) == []
            lines = statement(session, books.ACCOUNT)
            charges, credits_ = told_apart(movements(lines), bills_due(session, books.ACCOUNT))
            debts = allocate(charges, credits_)
            allocated = sum((part.amount_usd for debt in debts for part in debt.parts), Decimal(0))
            assert allocated <= sum((each.amount_usd for each in credits_), Decimal(0))
            open_usd = sum((debt.open_usd for debt in debts), Decimal(0))
            assert balance_usd(session, books.ACCOUNT) == open_usd - (
                sum((each.amount_usd for each in credits_), Decimal(0)) - allocated
            )
            payable = session.exec(select(RefundRow)).all()
            assert held_usd(session, books.ACCOUNT, "refunds-payable") == sum(each.amount_usd for each in payable)


WHATEVER: dict[str, Any] = {
    "charge-fee": lambda _, amount: {"fee": "late", "amount": amount},
    "post-adjustment": lambda _, amount: {"amount": amount},
    "take-deposit": lambda random, amount: {
        "amount": amount,
        "of": "security",
        "from": random.choice(["payment", "credit"]),
    },
    "credit-interest": lambda _, amount: {"amount": amount},
    "apply-deposit": lambda random, amount: {"of": "security", "amount": random.choice([amount, None])},
    "refund-deposit": lambda random, amount: {"of": "security", "amount": random.choice([amount, None])},
    "refund-credit": lambda random, amount: {"amount": random.choice([amount, None])},
    "write-off": lambda random, amount: {"amount": random.choice([amount, None])},
    "reverse-payment": None,
}
