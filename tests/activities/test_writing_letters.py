"""Letters as an activity writes them: outside the writer's turn, once, with figures that can be reckoned again."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import books
import pytest
from pypdf import PdfReader
from sqlalchemy import select
from sqlmodel import Session, col

from activities import files, letters, registry
from activities.account_statement import statement
from activities.files import FolderStore
from definitions.catalogue.replies import Effect, EffectRefused
from store.engine import Store
from store.ledger import bill_entry, payment_entry, post
from store.projection import write_step
from store.publishing import publish_compiled
from store.tables.papers import Letter
from store.tables.utility import Account, Bill, Customer, Payment
from store.writes import EffectWrite
from tests.shipped import shipped

TODAY = date(2026, 7, 6)
AT = datetime(2026, 7, 6, 16, 0, tzinfo=UTC)
SIX = ["en", "es", "zh", "tl", "vi", "ko"]


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[FolderStore]:
    store = FolderStore(tmp_path / "files")
    files.use(store)
    yield store
    files.use(None)


@pytest.fixture
def book(store: Store, kept: FolderStore) -> Store:
    """An account with a half-paid bill, one past due, one not due yet; a case whose step charges a fee and writes letters."""
    compiled = shipped("high-consumption")
    fee = EffectWrite(no=1, kind="action", name="charge-fee", payload={"args": {"fee": "late", "amount": "10.00"}})
    with store.writing() as session:
        books.account(session)
        publish_compiled(session, compiled, source="", by="author", at=books.MONDAY)
        for number, (start, end, due, amount) in enumerate(
            (
                (date(2026, 1, 1), date(2026, 2, 28), date(2026, 4, 1), "96.40"),
                (date(2026, 3, 1), date(2026, 4, 30), date(2026, 6, 1), "254.40"),
                (date(2026, 5, 1), date(2026, 6, 30), date(2026, 8, 1), "88.15"),
            )
        ):
            bill = Bill(
                id=f"b-{number}", account_id=books.ACCOUNT, period_start=start, period_end=end, days=59,
                read_ccf=Decimal(1), use_ccf=Decimal(1), amount_usd=Decimal(amount),
                mailed=date(2026, 7, 2) if number == 2 else end, due=due,
            )  # fmt: skip
            session.add(bill)
            post(session, [bill_entry(bill, AT)])
        payment = Payment(
            id="p-1", account_id=books.ACCOUNT, received=date(2026, 5, 12), amount_usd=Decimal("40.00"), method="check"
        )
        session.add(payment)
        post(session, [payment_entry(payment, AT)])
    with store.writing() as session:
        write_step(session, books.step(effects=(fee,)))
    return store


def effect(action: str, number: int = 2, **args: Any) -> Effect:
    return Effect(
        case=books.CASE, step=1, number=number, action=action, args=args, account=books.ACCOUNT, at=AT, by="rep",
        data={"account": {"id": books.ACCOUNT}},
    )  # fmt: skip


def shown(store: Store, wanted: Effect) -> dict[str, Any]:
    with store.reading() as session:
        return statement(session, wanted, TODAY)


def test_a_statement_shows_each_debt_its_payments_and_the_sums(book: Store) -> None:
    found = shown(book, effect("letter"))
    assert [(line["kind"], line["amount"], line["open"]) for line in found["lines"]] == [
        ("bill", "96.40", "56.40"),
        ("bill", "254.40", "254.40"),
        ("late", "10.00", "10.00"),
    ]
    assert found["lines"][0]["paid"] == [
        {"kind": "payment", "entry": "payment:p-1", "on": "2026-05-12", "amount": "40.00"}
    ]
    sums = {name: found[name] for name in ("past_due", "fresh", "to_pay", "not_due", "balance")}
    assert sums == {"past_due": "310.80", "fresh": "10.00", "to_pay": "320.80", "not_due": "88.15", "balance": "408.95"}


def test_every_sum_of_a_statement_can_be_added_up_from_its_lines(book: Store) -> None:
    found = shown(book, effect("letter"))
    for line in found["lines"]:
        paid = sum(Decimal(part["amount"]) for part in line["paid"])
        assert Decimal(line["amount"]) - paid == Decimal(line["open"])
    assert sum(Decimal(line["open"]) for line in found["lines"]) == Decimal(found["to_pay"])
    assert Decimal(found["past_due"]) + Decimal(found["fresh"]) == Decimal(found["to_pay"])
    assert Decimal(found["to_pay"]) + Decimal(found["not_due"]) == Decimal(found["balance"])


def test_the_fee_of_the_same_step_counts_once_whether_it_is_posted_before_the_letter_or_after(book: Store) -> None:
    before = shown(book, effect("letter"))
    with book.writing() as session:
        registry.carry_out(session, effect("charge-fee", 1, fee="late", amount="10.00"))
    assert shown(book, effect("letter")) == before


def test_nobody_is_told_a_day_that_the_law_does_not_leave_open(book: Store) -> None:
    found = shown(book, effect("letter"))
    assert found["delinquent_since"] == "2026-04-02"
    assert (found["pay_by"], found["shut_off_from"]) == ("2026-07-20", "2026-07-21")  # fifteen days outlast the sixty
    early = Effect(**{**effect("letter").__dict__, "number": 1})
    with book.reading() as session:
        assert statement(session, early, date(2026, 4, 3))["shut_off_from"] == "2026-06-01"  # sixty full days


def test_a_letter_is_the_same_bytes_again_from_what_it_keeps(book: Store, kept: FolderStore) -> None:
    wanted = effect("letter", template="final-notice", languages=SIX)
    with book.writing() as session:
        registry.carry_out(session, wanted)
    with book.reading() as session:
        row = session.get_one(Letter, f"l-{wanted.id}")
    assert row.language == "en,es,zh,tl,vi,ko"
    assert row.confirmed is False
    assert letters.recomputed(row) == kept.get(str(row.file_digest))
    data = json.loads(kept.get(str(row.data_digest)))
    assert data["statement"]["to_pay"] == "320.80"
    text = " ".join(
        " ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(letters.recomputed(row))).pages
    )
    assert "$320.80" in text
    on_disk = b"".join(file.read_bytes() for file in kept.folder.rglob("*") if file.is_file())
    assert str(data["customer"]["name"]).encode() not in on_disk
    assert b"%PDF" not in on_disk


def test_a_letter_keeps_the_name_that_it_was_written_with_and_the_next_bears_the_new_one(
    book: Store, kept: FolderStore
) -> None:
    before, after = effect("letter", 2, template="reminder"), effect("letter", 3, template="reminder")
    with book.writing() as session:
        registry.carry_out(session, before)
        account = session.get_one(Account, books.ACCOUNT)
        session.get_one(Customer, account.customer_id).name = "Maria Young"
    with book.writing() as session:
        registry.carry_out(session, after)
        rows = [session.get_one(Letter, f"l-{each.id}") for each in (before, after)]
    bear = [b"Maria Young" in kept.get(str(row.data_digest)) for row in rows]
    assert bear == [False, True]
    assert letters.recomputed(rows[0]) == kept.get(str(rows[0].file_digest))


def test_a_letter_without_its_data_says_so(book: Store) -> None:
    with book.writing() as session:
        registry.carry_out(session, effect("letter", template="reminder"))
        row = session.execute(select(Letter)).scalar_one()
        row.data_digest = None
    with pytest.raises(EffectRefused, match="before its data were kept"):
        letters.recomputed(row)


def test_a_letter_is_printed_while_others_write(book: Store) -> None:
    wanted = effect("letter", template="reminder")
    others: list[str] = []

    @contextmanager
    def reading() -> Iterator[Session]:
        with book.reading() as session:
            yield session
        others.append("the reading is over")
        with book.writing():  # nobody has the writer's turn while the letter is printed
            others.append("somebody wrote")

    write = letters.ahead(reading, wanted)
    assert others == ["the reading is over", "somebody wrote"]
    with book.writing() as session:
        first = write(session, wanted)
    with book.writing() as session:
        assert write(session, wanted) == first  # another attempt was first: its letter stands
    with book.reading() as session:
        assert len(session.execute(select(Letter)).scalars().all()) == 1


def test_a_letter_whose_content_went_before_it_was_written_down_is_printed_again(
    book: Store, kept: FolderStore
) -> None:
    wanted = effect("letter", template="reminder")
    write = letters.ahead(book.reading, wanted)
    for file in (file for file in kept.folder.rglob("*.*") if file.is_file()):
        file.unlink()
    with pytest.raises(files.NoSuchFileError), book.writing() as session:
        write(session, wanted)
    again = letters.ahead(book.reading, wanted)
    with book.writing() as session:
        again(session, wanted)
        row = session.execute(select(Letter)).scalar_one()
    assert letters.recomputed(row) == kept.get(str(row.file_digest))


@pytest.mark.parametrize(
    ("args", "left"),
    [
        ({}, ["l-c.4"]),
        ({"template": "reminder"}, ["l-c.2", "l-c.4"]),
        ({"step": 1, "template": "final-notice"}, ["l-c.1", "l-c.4"]),
    ],
)
def test_letters_are_recalled_all_or_by_template_and_leave_what_is_not_printed(
    book: Store, args: dict[str, Any], left: list[str]
) -> None:
    def row(number: int, template: str, status: str) -> Letter:
        return Letter(
            id=f"l-c.{number}", case_id=books.CASE, step_no=1, effect_no=number + 10, template=template, status=status,
            batch="lb-1", queued_at=AT, mailed_on=TODAY if status == "mailed" else None,
        )  # fmt: skip

    with book.writing() as session:
        session.add_all([row(1, "reminder", "queued"), row(2, "final-notice", "printed"), row(4, "reminder", "mailed")])
    with book.writing() as session:
        registry.carry_out(session, effect("recall-letters", 50, **args))
    with book.reading() as session:
        standing = session.execute(select(Letter).where(col(Letter.status) != "recalled")).scalars()
        assert sorted(each.id for each in standing) == left
        recalled = session.execute(select(Letter).where(col(Letter.status) == "recalled")).scalars()
        assert {each.batch for each in recalled} <= {None, "lb-1"}
        for each in session.execute(select(Letter).where(col(Letter.status) == "recalled")).scalars():
            assert (each.batch is None) == (each.id == "l-c.1")  # a printed sheet is still to be pulled
