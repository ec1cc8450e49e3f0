"""The split of an account in the books, and what is put right: balanced, once, and with figures that can be followed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import books
import pytest
from sqlmodel import Session, select

from activities import registry
from activities.facts import read_facts
from definitions.catalogue.replies import Effect, EffectRefused, Reply
from store.engine import Store
from store.ledger import (
    RECEIVABLE,
    Entry,
    Line,
    balance_usd,
    bill_entry,
    charge,
    delinquent_since,
    held_usd,
    payment_entry,
    post,
    statement,
    unbalanced_entries,
)
from store.projection import write_step
from store.publishing import publish_compiled
from store.queries.holds import standing_holds
from store.tables.bankruptcy import AccountSplit
from store.tables.utility import Account, Bill, Payment, Read
from tests.shipped import shipped
from workflows.machine.case import Case

AT = datetime(2026, 3, 19, 21, tzinfo=UTC)
NEW = f"{books.ACCOUNT}-2"


def bill(number: int, start: str, end: str, use: str, amount: str, mailed: str) -> Bill:
    first, last, sent = (date.fromisoformat(each) for each in (start, end, mailed))
    return Bill(
        id=f"b-{number}",
        account_id=books.ACCOUNT,
        meter_id="m-000001",
        period_start=first,
        period_end=last,
        days=(last - first).days,
        read_ccf=Decimal(1946),
        use_ccf=Decimal(use),
        amount_usd=Decimal(amount),
        mailed=sent,
        due=sent.replace(day=sent.day - 2, month=sent.month + 1),
    )


@pytest.fixture
def book(store: Store) -> Store:
    """An account with a bill that nobody paid, a late fee since the petition, and a bankruptcy on it."""
    compiled = shipped("bankruptcy")
    with store.writing() as session:
        books.account(session)
        publish_compiled(session, compiled, source="", by="author", at=books.MONDAY)
        last = bill(1, "2025-12-24", "2026-02-23", "20", "107.50", "2026-02-27")
        session.add(last)
        session.flush()
        post(session, [bill_entry(last, AT)])
        fee(session, "e-late", "10.00", "late")
    first = books.step()
    with store.writing() as session:
        known = {"data": {"petition_date": "2026-03-10", "chapter": "7"}}
        write_step(session, replace(first, case=replace(first.case, definition="bankruptcy", snapshot=known)))
    return store


def fee(session: Session, number: str, amount: str, name: str, on: str = "2026-03-12") -> None:
    """A fee charged by somebody else."""
    lines = charge(books.ACCOUNT, Decimal(amount), "fees")
    day = date.fromisoformat(on)
    post(session, [Entry(id=number, lines=lines, posted_on=day, at=AT, rule=f"fee:{name}", person="lead")])


def paid(session: Session, amount: str, on: str) -> None:
    """A payment received."""
    payment = Payment(id="pay-1", account_id=books.ACCOUNT, received=date.fromisoformat(on), amount_usd=Decimal(amount))
    session.add(payment)
    session.flush()
    post(session, [payment_entry(payment, AT)])


def effect(action: str, number: int = 1, **args: object) -> Effect:
    return Effect(
        case=books.CASE,
        step=1,
        number=number,
        action=action,
        args={"petition_date": "2026-03-10", **args},
        account=books.ACCOUNT,
        at=AT,
        by="finance",
    )


def twice(store: Store, wanted: Effect) -> Reply:
    """The reply of the effect, which must be the same however often it is carried out."""
    with store.writing() as session:
        first = registry.carry_out(session, wanted)
    with store.writing() as session:
        assert registry.carry_out(session, wanted) == first
    return first


def balances(store: Store) -> tuple[Decimal, Decimal]:
    """What the old and the new account owe; the ledger must be balanced."""
    with store.reading() as session:
        assert unbalanced_entries(session) == []
        return balance_usd(session, books.ACCOUNT), balance_usd(session, NEW)


def test_the_old_account_keeps_what_was_owed_before_and_the_new_one_takes_place_and_meter(book: Store) -> None:
    twice(book, effect("put-right"))
    reply = twice(book, effect("split-account", 2, read="1952", read_on="2026-03-10"))
    assert reply.event == "account-split"
    assert (reply.data["new_account"], reply.data["pre_petition"], reply.data["post_petition"]) == (
        NEW,
        "135.35",
        "0.00",
    )
    assert "Used in 15 days that no bill has reached = 6 ccf" in reply.data["working"]
    assert balances(book) == (Decimal("135.35"), 0)
    with book.reading() as session:
        old, new = session.get_one(Account, books.ACCOUNT), session.get_one(Account, NEW)
        assert (old.status, old.closed) == ("closed", date(2026, 3, 10))
        assert (new.status, new.since, new.service_point_id) == ("active", date(2026, 3, 10), old.service_point_id)
        assert new.customer_id == old.customer_id
        assert len(session.exec(select(AccountSplit)).all()) == 1
        final = session.exec(select(Bill).where(Bill.id == f"b-{books.CASE}.1.2")).one()
        assert (final.period_start, final.period_end, final.use_ccf) == (date(2026, 2, 23), date(2026, 3, 10), 6)
        assert standing_holds(session, NEW) == []


def test_a_bill_astride_the_petition_is_issued_anew_for_its_part_with_its_full_time_to_pay(book: Store) -> None:
    with book.writing() as session:
        astride = bill(2, "2026-02-23", "2026-04-24", "18", "98.90", "2026-04-28")
        astride.read_ccf = Decimal(1964)
        session.add(astride)
        session.flush()
        post(session, [bill_entry(astride, AT)])
    twice(book, effect("put-right"))
    late = replace(effect("split-account", 2), at=datetime(2026, 5, 4, 17, tzinfo=UTC))
    reply = twice(book, late)
    assert balances(book) == (Decimal("132.23"), Decimal("74.17"))
    with book.reading() as session:
        again = session.exec(select(Bill).where(Bill.account_id == NEW)).one()
        assert (again.period_start, again.amount_usd) == (date(2026, 3, 10), Decimal("74.17"))
        assert (again.mailed, again.due) == (date(2026, 5, 4), date(2026, 6, 1))
        assert delinquent_since(session, NEW, date(2026, 6, 1)) is None
        assert delinquent_since(session, NEW, date(2026, 6, 2)) == date(2026, 6, 2)  # the ordinary course of a new debt
        estimated = session.exec(select(Read).where(Read.source == late.id)).one()
        assert (estimated.kind, estimated.value_ccf) == ("estimated", Decimal("1950.500"))
    assert "Before the petition by days: 15 of 60 days = $24.73" in reply.data["working"]


def test_what_was_paid_since_the_petition_is_the_new_accounts_credit(book: Store) -> None:
    with book.writing() as session:
        paid(session, "60.00", "2026-03-13")
    twice(book, effect("put-right"))
    twice(book, effect("split-account", 2, read="1946", read_on="2026-03-10"))
    assert balances(book) == (Decimal("117.95"), Decimal("-60.00"))


def test_a_second_split_of_the_same_account_gets_the_next_number(book: Store) -> None:
    twice(book, effect("split-account", 2))
    with book.writing() as session:
        reply = registry.carry_out(session, effect("split-account", 3))
    assert reply.data["new_account"] == f"{books.ACCOUNT}-3"
    assert balances(book)[1] == Decimal("10.00")  # the fee that was not taken back


def test_fees_and_set_offs_since_the_petition_are_taken_back_entry_by_entry(book: Store) -> None:
    with book.writing() as session:
        fee(session, "e-before", "10.00", "late", on="2026-03-09")
        fee(session, "e-test", "50.00", "meter-test")
        lines = (
            Line(code=RECEIVABLE, amount_usd=Decimal("-40.00"), account_id=books.ACCOUNT),
            Line(code="deposits", amount_usd=Decimal("40.00"), account_id=books.ACCOUNT),
        )
        applied = Entry(
            id="e-deposit", lines=lines, posted_on=date(2026, 3, 12), at=AT, rule="deposit:applied", person="finance"
        )
        post(session, [applied])
        account = session.get_one(Account, books.ACCOUNT)
        account.status = "shut-off"
        session.add(account)
    reply = twice(book, effect("put-right", chapter="7"))
    assert reply.data == {"fees": "10.00", "set_off": "40.00"}
    with book.reading() as session:
        assert balance_usd(session, books.ACCOUNT) == Decimal("167.50")  # bill, the earlier fee, the test
        assert session.get_one(Account, books.ACCOUNT).status == "active"
        assert {line.entry_id for line in statement(session, books.ACCOUNT)} >= {
            "put-right:e-late",
            "put-right:e-deposit",
        }
        assert unbalanced_entries(session) == []


def test_in_chapter_11_a_deposit_that_was_applied_stays_applied(book: Store) -> None:
    with book.writing() as session:
        lines = (
            Line(code=RECEIVABLE, amount_usd=Decimal("-40.00"), account_id=books.ACCOUNT),
            Line(code="deposits", amount_usd=Decimal("40.00"), account_id=books.ACCOUNT),
        )
        day = date(2026, 3, 12)
        post(session, [Entry(id="e-d", lines=lines, posted_on=day, at=AT, rule="deposit:applied", person="finance")])
    assert twice(book, effect("put-right", chapter="11")).data["set_off"] == "0.00"


def test_a_deposit_is_billed_and_a_payment_moved_to_the_new_account_once(book: Store) -> None:
    twice(book, effect("put-right"))
    twice(book, effect("split-account", 2, read="1946", read_on="2026-03-10"))
    twice(book, effect("bill-deposit", 3, account=NEW, amount="99.48"))
    twice(book, effect("move-payment", 4, account=NEW, amount="30.00"))
    assert balances(book) == (Decimal("147.95"), Decimal("69.48"))
    assert twice(book, effect("take-assurance", 6, account=NEW, amount="20.00")).event == "deposit-taken"
    with book.reading() as session:
        assert held_usd(session, NEW, "deposits") == Decimal("119.48")
        assert held_usd(session, books.ACCOUNT, "deposits") == 0
    with book.writing() as session, pytest.raises(EffectRefused, match="names no account"):
        registry.carry_out(session, effect("bill-deposit", 5, account="10-999999", amount="1.00"))


def test_a_hold_of_a_late_notice_counts_from_the_petition_and_an_earlier_day_is_taken_over(book: Store) -> None:
    first = effect("place-hold", hold="bankruptcy")
    twice(book, first)
    twice(book, effect("place-hold", 2, hold="bankruptcy", since="2026-03-10"))
    with book.reading() as session:
        (hold,) = standing_holds(session, books.ACCOUNT)
        assert hold.since == datetime(2026, 3, 10, 7, tzinfo=UTC)  # midnight at the district, in summer time


def test_the_facts_of_a_bankruptcy_are_read_for_it_and_for_other_cases_of_the_account(book: Store) -> None:
    names = (
        "petition_date",
        "chapter",
        "fees_since_petition",
        "set_off_since_petition",
        "read_on_petition",
        "split_books",
    )
    data = {"petition_date": "2026-03-10", "chapter": "7"}
    case = Case(
        id=books.CASE, definition="bankruptcy", version=1, account=books.ACCOUNT, data=data, opened_at=AT, at=AT
    )
    with book.writing() as session:
        session.add(
            Read(meter_id="m-000001", at=datetime(2026, 3, 10, 20, tzinfo=UTC), value_ccf=Decimal(1952), kind="actual")
        )
    with book.reading() as session:
        found = read_facts(session, books.ACCOUNT, names, case, AT)
        assert (found["petition_date"], found["chapter"]) == ("2026-03-10", "7")
        assert (found["fees_since_petition"], found["set_off_since_petition"]) == ("10.00", "0.00")
        assert found["read_on_petition"] == "1952"
        assert [each["kind"] for each in found["split_books"]] == ["balance", "bill", "line", "read"]
        other = Case(
            id="c-bbbbbbbbbbbb", definition="collection", version=1, account=books.ACCOUNT, opened_at=AT, at=AT
        )
        known = {"petition_date": "2026-03-10", "chapter": "7"}
        assert read_facts(session, books.ACCOUNT, ("petition_date", "chapter"), other, AT) == known
        assert read_facts(session, NEW, ("petition_date",), other, AT) == {}
