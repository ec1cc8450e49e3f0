"""What effects do in the account book, the letters and the holds: once, however often they are carried out."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import books
import pytest
from pypdf import PdfReader
from sqlalchemy import func, select
from sqlmodel import Session

from activities import files, registry
from activities.files import FolderStore
from activities.notify import SENTENCES
from definitions.catalogue.letters import shipped
from definitions.catalogue.replies import Effect, EffectRefused, Reply
from store import people
from store.engine import Store
from store.ledger import balance_usd, statement, unbalanced_entries
from store.outbox import settle_effect
from store.projection import write_step
from store.publishing import publish_compiled
from store.queries.holds import place_hold, standing_holds
from store.tables.cases import Note, TaskRow
from store.tables.inbox import Memo
from store.tables.papers import File, Letter
from store.tables.people import Absence
from store.tables.utility import Account, Customer, Read
from store.writes import EffectWrite
from tests.shipped import shipped_library

LATE = datetime(2026, 7, 7, 5, 30, tzinfo=UTC)  #: the evening of 6 July at the district
DATA = {
    "account": {"id": books.ACCOUNT},
    "bill": {"use": "46", "amount": "254.40", "period_start": "2026-04-24", "period_end": "2026-06-23", "read": "1946"},
    "credited": "61.20",
    "arithmetic": ["Above what is usual = 24 ccf", "Credit = $61.20"],
}


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[FolderStore]:
    """The file store of this test."""
    store = FolderStore(tmp_path / "files")
    files.use(store)
    yield store
    files.use(None)


@pytest.fixture
def book(store: Store, kept: FolderStore) -> Store:
    """A store with the shipped definitions, one account and one case on it."""
    compiled = shipped_library().compile("high-consumption")
    with store.writing() as session:
        books.account(session)
        publish_compiled(session, compiled, source="", by="author", at=books.MONDAY)
    with store.writing() as session:
        write_step(session, books.step())
    return store


def effect(action: str, number: int = 1, *, at: datetime = LATE, **args: Any) -> Effect:
    return Effect(
        case=books.CASE,
        step=1,
        number=number,
        action=action,
        args=args,
        account=books.ACCOUNT,
        at=at,
        by="rep",
        data=DATA,
    )


def twice(store: Store, wanted: Effect) -> Reply:
    """The reply of the effect carried out and carried out again, which must be the same."""
    with store.writing() as session:
        first = registry.carry_out(session, wanted)
    with store.writing() as session:
        assert registry.carry_out(session, wanted) == first
    return first


def count(session: Session, table: Any) -> int:
    return int(session.execute(select(func.count()).select_from(table)).scalar_one())


def test_an_adjustment_credits_the_account_once_on_the_districts_day(book: Store) -> None:
    reply = twice(book, effect("post-adjustment", amount="61.20", reason="leak"))
    assert reply == Reply(event="posted", data={"entry": f"{books.CASE}.1.1", "amount": "61.20"})
    with book.reading() as session:
        assert balance_usd(session, books.ACCOUNT) == Decimal("-61.20")
        (line,) = statement(session, books.ACCOUNT)
        assert (line.rule, line.person, line.case_id, line.step_no) == ("adjustment:leak", "rep", books.CASE, 1)
        assert line.posted_on.isoformat() == "2026-07-06"
        assert unbalanced_entries(session) == []


def test_a_fee_is_charged_and_refunded(book: Store) -> None:
    assert twice(book, effect("charge-fee", fee="meter-test", amount="50.00")).event == "charged"
    with book.reading() as session:
        assert balance_usd(session, books.ACCOUNT) == Decimal("50.00")
    assert twice(book, effect("refund", 2, amount="50.00", of="meter-test")).event == "refunded"
    with book.reading() as session:
        assert balance_usd(session, books.ACCOUNT) == 0
        assert unbalanced_entries(session) == []


@pytest.mark.parametrize("amount", ["-5.00", "much", None, 12.5])
def test_an_amount_that_is_none_is_refused_for_good(book: Store, amount: Any) -> None:
    with book.writing() as session, pytest.raises(EffectRefused) as refused:
        registry.carry_out(session, effect("post-adjustment", amount=amount))
    assert refused.value.code == "bad-amount"


def test_nothing_is_posted_for_an_amount_of_zero_and_the_case_goes_on(book: Store) -> None:
    assert twice(book, effect("charge-fee", fee="meter-test", amount="0.00")) == Reply(
        event="charged", data={"amount": "0.00"}
    )
    with book.reading() as session:
        assert statement(session, books.ACCOUNT) == []


def test_a_hold_is_placed_once_and_released_by_the_case_that_placed_it(book: Store) -> None:
    reply = twice(book, effect("place-hold", hold="dispute", reason="Complaint"))
    assert (reply.event, reply.data["ours"], reply.data["version"]) == ("hold-placed", True, 1)
    with book.reading() as session:
        (hold,) = standing_holds(session, books.ACCOUNT)
        assert (hold.kind, hold.reference, hold.placed_by) == ("dispute", books.CASE, "rep")
    with book.writing() as session:
        assert registry.carry_out(session, effect("release-hold", 2, hold="dispute")).data["ours"] is True
    with book.writing() as session:
        assert registry.carry_out(session, effect("release-hold", 2, hold="dispute")).data["ours"] is False
    with book.reading() as session:
        assert standing_holds(session, books.ACCOUNT) == []


def test_a_hold_that_another_case_has_asked_for_stands_on_as_that_cases(book: Store) -> None:
    other = "c-bbbbbbbbbbbb"
    asks = EffectWrite(no=1, kind="action", name="place-hold", payload={"args": {"hold": "dispute"}})
    opening = books.step(effects=(asks,), key=None)
    with book.writing() as session:
        write_step(session, replace(opening, case=replace(opening.case, id=other)))
    mine, theirs = effect("place-hold", hold="dispute"), replace(effect("place-hold", hold="dispute"), case=other)
    assert [twice(book, each).data["ours"] for each in (mine, theirs)] == [True, False]
    with book.writing() as session:
        settle_effect(session, other, 1, 1, "done", at=LATE)
        assert registry.carry_out(session, effect("release-hold", 2, hold="dispute")).data["ours"] is True
    with book.reading() as session:
        assert [hold.reference for hold in standing_holds(session, books.ACCOUNT)] == [other]
    with book.writing() as session:
        registry.carry_out(session, replace(effect("release-hold", 2, hold="dispute"), case=other))
    with book.reading() as session:
        assert standing_holds(session, books.ACCOUNT) == []


def test_a_hold_of_somebody_else_is_left_as_it_is(book: Store) -> None:
    with book.writing() as session:
        place_hold(session, books.ACCOUNT, "appeal", since=books.MONDAY, by="review", at=books.MONDAY)
    assert twice(book, effect("place-hold", hold="appeal")).data["ours"] is False
    assert twice(book, effect("release-hold", 2, hold="appeal")).data["ours"] is False
    with book.reading() as session:
        assert [hold.placed_by for hold in standing_holds(session, books.ACCOUNT)] == ["review"]


def test_a_letter_is_printed_queued_and_kept_once(book: Store, kept: FolderStore) -> None:
    reply = twice(book, effect("letter", template="answer"))
    assert (reply.event, reply.data["template"], reply.data["language"]) == (None, "answer", "en")
    with book.reading() as session:
        letter = session.get(Letter, reply.data["letter"])
        assert letter is not None
        assert (letter.status, letter.step_no, letter.effect_no, letter.confirmed) == ("queued", 1, 1, True)
        assert letter.file_digest is not None
        pdf = kept.get(letter.file_digest)
        assert (count(session, Letter), count(session, File)) == (1, 1)
    text = " ".join(PdfReader(io.BytesIO(pdf)).pages[0].extract_text().split())
    for expected in ("Pat Doe 1 Well St Wellton, CA 90000", "July 6, 2026", books.CASE, books.ACCOUNT, "$61.20"):
        assert expected in text, expected


def test_a_letter_goes_to_the_mailing_address_in_the_accounts_language(book: Store, kept: FolderStore) -> None:
    mailing: Mapping[str, str] = {"line1": "PO Box 9", "city": "Reno", "state": "NV", "zip": "89501"}
    with book.writing() as session:
        account = session.get(Account, books.ACCOUNT)
        assert account is not None
        account.mailing, account.language = dict(mailing), "es"
        session.add(account)
    reply = twice(book, effect("letter", template="possible-leak"))
    assert reply.data["language"] == "en,es"
    with book.reading() as session:
        letter = session.get(Letter, reply.data["letter"])
        assert letter is not None
        assert letter.confirmed is False  # the Spanish wording is not
        pages = PdfReader(io.BytesIO(kept.get(str(letter.file_digest)))).pages
    assert "PO Box 9 Reno, NV 89501" in " ".join(pages[0].extract_text().split())
    assert "Es posible que tenga una fuga" in " ".join(pages[1].extract_text().split())


def test_a_copy_to_the_occupant_goes_to_the_service_address_without_a_name(book: Store, kept: FolderStore) -> None:
    reply = twice(book, effect("letter", template="door-hanger", to="occupant"))
    with book.reading() as session:
        letter = session.get(Letter, reply.data["letter"])
        assert letter is not None
        text = PdfReader(io.BytesIO(kept.get(str(letter.file_digest)))).pages[0].extract_text()
    assert "Occupant\n1 Well St" in text
    assert "Pat Doe" not in text


def test_a_letter_to_an_address_that_names_no_state_goes_to_the_districts(store: Store, kept: FolderStore) -> None:
    compiled = shipped_library().compile("high-consumption")
    elsewhere = compiled.district.model_copy(update={"state": "OR"})
    with store.writing() as session:
        books.account(session)
        published = compiled.model_copy(update={"district": elsewhere})
        publish_compiled(session, published, source="", by="author", at=books.MONDAY)
    with store.writing() as session:
        write_step(session, books.step())
    reply = twice(store, effect("letter", template="answer"))
    with store.reading() as session:
        letter = session.get_one(Letter, reply.data["letter"])
        text = PdfReader(io.BytesIO(kept.get(str(letter.file_digest)))).pages[0].extract_text()
    assert "Wellton, OR 90000" in text


def test_a_letter_to_a_name_that_no_font_has_becomes_an_incident_without_the_name(book: Store) -> None:
    with book.writing() as session:
        customer = session.get(Customer, "cu-000001")
        assert customer is not None
        customer.name = "\U0001f600 Smith"
        session.add(customer)
    with book.writing() as session, pytest.raises(EffectRefused) as refused:
        registry.carry_out(session, effect("letter", template="answer"))
    assert "Smith" not in refused.value.sentence
    with book.reading() as session:
        assert count(session, Letter) == 0


def test_an_open_case_prints_the_wording_that_it_was_published_with(
    store: Store, kept: FolderStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    older = shipped()["answer"].text.replace("Dear customer", "Dear neighbour")
    compiled = shipped_library().compile("high-consumption")
    compiled = compiled.model_copy(update={"letters": {**compiled.letters, "answer": files.digest_of(older.encode())}})
    with store.writing() as session:
        books.account(session)
        publish_compiled(session, compiled, source="", by="author", at=books.MONDAY)
    with store.writing() as session:
        write_step(session, books.step())
    with store.writing() as session, pytest.raises(EffectRefused, match="is not in the file store"):
        registry.carry_out(session, effect("letter", template="answer"))
    kept.put(older.encode())
    reply = twice(store, effect("letter", template="answer"))
    with store.reading() as session:
        letter = session.get(Letter, reply.data["letter"])
        assert letter is not None
        assert "Dear neighbour" in PdfReader(io.BytesIO(kept.get(str(letter.file_digest)))).pages[0].extract_text()


def test_letters_of_a_step_that_is_taken_back_are_recalled_unless_mailed(book: Store) -> None:
    twice(book, effect("letter", template="answer"))
    twice(book, effect("letter", 2, template="door-hanger"))
    with book.writing() as session:
        mailed = session.get(Letter, f"l-{books.CASE}.1.2")
        assert mailed is not None
        mailed.status = "mailed"
        session.add(mailed)
    twice(book, effect("recall-letters", 3, step=1))
    with book.reading() as session:
        found = session.execute(select(Letter.status).order_by(Letter.effect_no)).scalars()  # type: ignore[arg-type]
        assert list(found) == ["recalled", "mailed"]


def test_people_are_told_by_a_note_on_the_case_and_its_task(book: Store) -> None:
    twice(book, effect("notify", to=["supervisor", "lead"], about="escalation", run=1))
    with book.reading() as session:
        note = session.get(Note, f"n-{books.CASE}.1.1")
        assert note is not None
        assert note.task_id == f"{books.CASE}.1"
        assert note.text == (
            "To Customer service supervisor, Lead representative: "
            "“Review the consumption history” has been left lying and was raised."
        )


def test_each_person_who_is_told_has_a_memo_and_so_has_the_substitute_of_who_is_away(book: Store) -> None:
    with book.writing() as session:
        for user, roles in (("lena", {"lead"}), ("sue", {"supervisor"}), ("sam", {"supervisor"}), ("rita", {"rep"})):
            people.add_user(session, user, user.title(), roles=frozenset(roles), by="test", at=books.MONDAY)
        people.leave(session, "sam", books.MONDAY.date(), books.MONDAY)
        today = LATE.date()
        session.add(Absence(user_id="lena", starts=today - timedelta(days=2), ends=today, substitute_id="rita"))
    twice(book, effect("notify", to=["supervisor", "lead", "sue"], about="escalation", run=1))
    with book.reading() as session:
        memos = {memo.to_user: memo for memo in session.execute(select(Memo)).scalars()}
        assert sorted(str(user) for user in memos) == ["lena", "rita", "sue"]
        told = memos["sue"]
        assert told.text == "“Review the consumption history” has been left lying and was raised."
        assert (told.sender, told.case_id, told.to_user) == ("headgate", books.CASE, "sue")


def test_a_reminder_goes_to_whoever_has_claimed_the_task_and_to_nobody_else(book: Store) -> None:
    twice(book, effect("notify", to=["assignee"], about="reminder", run=1))
    with book.writing() as session:
        assert session.execute(select(func.count()).select_from(Memo)).scalar_one() == 0
        people.add_user(session, "rita", "Rita", roles=frozenset({"rep"}), by="test", at=books.MONDAY)
        task = session.get(TaskRow, f"{books.CASE}.1")
        assert task is not None
        task.assignee, task.state = "rita", "claimed"
        session.add(task)
    twice(book, effect("notify", 2, to=["assignee"], about="reminder", run=1))
    with book.reading() as session:
        (memo,) = session.execute(select(Memo)).scalars()
        assert (memo.to_user, memo.text) == ("rita", "“Review the consumption history” still waits for you.")


def test_everything_that_the_machine_tells_people_has_its_sentence() -> None:
    machine = Path(__file__).parents[2] / "workflows" / "machine"
    told = {
        about
        for file in machine.glob("*.py")
        for about in re.findall(r'"(service-\w+|escalation|reminder)"', file.read_text())
    }
    assert told == set(SENTENCES)


def test_a_crews_read_goes_into_the_meters_record_once(book: Store) -> None:
    reply = twice(book, effect("record-read", read="1930.5"))
    assert reply == Reply(event="read-recorded", data={"meter": "m-000001", "read": "1930.5"})
    with book.reading() as session:
        (read,) = session.execute(select(Read)).scalars()
        assert (read.kind, read.value_ccf, read.source) == ("field", Decimal("1930.500"), f"{books.CASE}.1.1")


@pytest.mark.parametrize("kind", ["estimated", "customer"])
def test_an_estimate_or_a_customers_read_is_recorded_as_what_it_is(book: Store, kind: str) -> None:
    twice(book, effect("record-read", read="1930", kind=kind))
    with book.reading() as session:
        assert [read.kind for read in session.execute(select(Read)).scalars()] == [kind]


def test_a_case_records_no_read_of_another_kind(book: Store) -> None:
    with book.writing() as session, pytest.raises(EffectRefused) as refused:
        registry.carry_out(session, effect("record-read", read="1930", kind="actual"))
    assert refused.value.code == "bad-read"


@pytest.mark.parametrize("read", ["-1", "high", None])
def test_a_read_that_is_none_is_refused(book: Store, read: Any) -> None:
    with book.writing() as session, pytest.raises(EffectRefused) as refused:
        registry.carry_out(session, effect("record-read", read=read))
    assert refused.value.code == "bad-read"


def test_what_nothing_carries_out_is_refused(book: Store) -> None:
    with book.writing() as session, pytest.raises(EffectRefused, match='nothing here carries out "fly"'):
        registry.carry_out(session, effect("fly"))
