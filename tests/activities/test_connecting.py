"""What a new connection writes into the books: deposits, an account, its meter, registers; once, however often it is tried."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import books
import pytest
from pypdf import PdfReader
from sqlmodel import Session, col, select

from activities import files, registry
from activities.files import FolderStore
from activities.project_deposits import held_usd
from definitions.catalogue.replies import Effect, EffectRefused, Reply
from store.applicants import add_applicant
from store.engine import Store
from store.ledger import balance_usd, unbalanced_entries
from store.projection import write_step
from store.publishing import publish_compiled
from store.queries.accounts import account_view
from store.tables.connections import Parcel, RegisterEvent, RegisterItem
from store.tables.papers import Letter
from store.tables.utility import Account, Meter, Read
from tests.shipped import shipped

MORNING = datetime(2026, 7, 6, 16, 30, tzinfo=UTC)
APPLICANT = {"id": "ap-2x7mpqk4hvta", "language": "es"}
DATA: Mapping[str, Any] = {"applicant": APPLICANT, "parcel": {"id": "114-020-07"}}


@pytest.fixture
def book(store: Store, tmp_path: Path) -> Iterator[Store]:
    """A store with the shipped definitions, one case, an applicant and a parcel."""
    files.use(FolderStore(tmp_path / "files"))
    compiled = shipped("high-consumption")
    with store.writing() as session:
        books.account(session)
        publish_compiled(session, compiled, source="", by="author", at=books.MONDAY)
        mailing = {"line1": "PO Box 12", "city": "Wellton Springs", "state": "CA", "zip": "93999"}
        add_applicant(session, APPLICANT["id"], name="Núria Vidal", mailing=mailing, language="es", at=MORNING)
        session.add(Parcel(id="114-020-07", line1="9 Canyon Road", city="Wellton Springs", zip="93999", route="R4"))
        session.add(Parcel(id="114-020-08"))
    with store.writing() as session:
        write_step(session, books.step())
    yield store
    files.use(None)


def effect(action: str, number: int = 1, *, account: str | None = None, **args: Any) -> Effect:
    return Effect(
        case=books.CASE,
        step=1,
        number=number,
        action=action,
        args=args,
        account=account,
        at=MORNING + timedelta(minutes=number),
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


def opened(store: Store) -> str:
    reply = twice(store, effect("create-account", use_class="residential", size='3/4"'))
    return str(reply.data["account"]["id"])


def hung(session: Session, account: str) -> list[Meter]:
    view = account_view(session, account)
    assert view is not None
    return list(view.meters)


def test_an_account_is_opened_once_at_the_parcel_for_the_applicant(book: Store) -> None:
    number = opened(book)
    assert number == "20-000001"
    with book.reading() as session:
        view = account_view(session, number)
        assert view is not None
        assert (view.customer.name, view.premise.line1, view.premise.route) == ("Núria Vidal", "9 Canyon Road", "R4")
        assert (view.account.language, view.account.since) == ("es", date(2026, 7, 6))
        assert view.account.mailing is not None
        assert len(session.exec(select(Account).where(col(Account.id).startswith("20-"))).all()) == 1


def test_the_next_account_gets_the_next_number(book: Store) -> None:
    opened(book)
    second = twice(book, effect("create-account", 2, use_class="commercial", size='1"'))
    assert second.data["account"]["id"] == "20-000002"


def test_an_account_without_an_address_waits_for_one(book: Store) -> None:
    nowhere = replace(
        effect("create-account", use_class="residential", size='3/4"'),
        data={"applicant": APPLICANT, "parcel": {"id": "114-020-08"}},
    )
    with book.writing() as session, pytest.raises(EffectRefused, match="no street and number"):
        registry.carry_out(session, nowhere)
    with book.writing() as session:
        session.get_one(Parcel, "114-020-08").line1 = "11 Canyon Road"
    assert twice(book, nowhere).event == "account-created"


def test_a_meter_is_set_with_its_first_read_route_and_sequence(book: Store) -> None:
    number = opened(book)
    reply = twice(
        book,
        effect(
            "set-meter",
            2,
            account=number,
            serial="S-77001",
            size='3/4"',
            read="0.12",
            route="R4",
            sequence=120,
            digits=5,
        ),
    )
    assert reply.event == "meter-set"
    with book.reading() as session:
        (meter,) = hung(session, number)
        (read,) = session.exec(select(Read).where(Read.meter_id == meter.id)).all()
        assert (meter.serial, meter.digits, read.value_ccf, read.kind) == ("S-77001", 5, Decimal("0.120"), "field")
        view = account_view(session, number)
        assert view is not None
        assert view.premise.sequence == 120


def test_a_meter_that_hangs_elsewhere_is_not_set_again(book: Store) -> None:
    number = opened(book)
    with book.reading() as session:
        taken = session.exec(select(Meter.serial)).first()
    reply = twice(book, effect("set-meter", 2, account=number, serial=taken, size='3/4"', read="0"))
    assert (reply.event, reply.data["serial"]) == ("meter-in-use", taken)


def test_a_meter_from_stock_is_issued_again_after_it_came_back(book: Store) -> None:
    number = opened(book)
    twice(book, effect("set-meter", 2, account=number, serial="H-9", size='3"', read="100"))
    twice(book, effect("remove-meter", 3, account=number, read="140", close=True))
    with book.reading() as session:
        assert session.get_one(Account, number).status == "closed"
    second = str(twice(book, effect("create-account", 4, use_class="construction", size='3"')).data["account"]["id"])
    assert twice(book, effect("set-meter", 5, account=second, serial="H-9", size='3"', read="140")).event == "meter-set"


def test_a_deposit_is_taken_applied_and_the_rest_paid_back(book: Store) -> None:
    taken = twice(book, effect("take-deposit", amount="500.00", received="2026-07-02", method="check"))
    assert taken.data == {"amount": "500.00", "held": "500.00"}
    assert twice(book, effect("apply-deposit", 2, amount="120.00", to="plan-check")).data["held"] == "380.00"
    left = twice(book, effect("refund-deposit", 3))
    assert left.data == {"amount": "380.00", "held": "0.00"}
    twice(book, effect("pay-refund", 4, amount="380.00", reference="check 1042"))
    with book.reading() as session:
        assert unbalanced_entries(session) == []
        assert held_usd(session, books.CASE, "refunds-payable") == 0


def test_a_deposit_pays_what_the_account_owes(book: Store) -> None:
    number = opened(book)
    twice(book, effect("charge-fee", 2, account=number, fee="repair", amount="90.00"))
    twice(book, effect("take-deposit", 3, amount="60.00"))
    twice(book, effect("apply-deposit", 4, account=number, amount="60.00"))
    with book.reading() as session:
        assert balance_usd(session, number) == Decimal("30.00")


def test_no_more_is_applied_than_is_held(book: Store) -> None:
    twice(book, effect("take-deposit", amount="100.00"))
    with book.writing() as session, pytest.raises(EffectRefused, match=r"only \$100.00 are held"):
        registry.carry_out(session, effect("apply-deposit", 2, amount="100.01", to="inspection"))


def test_a_device_enters_its_register_with_the_day_of_its_next_test(book: Store) -> None:
    number = opened(book)
    reply = twice(
        book,
        effect(
            "register", 2, account=number, register="backflow", kind="reduced-pressure", serial="B-1", done="2026-07-02"
        ),
    )
    assert reply.data["due"] == "2027-07-02"
    with book.reading() as session:
        (item,) = session.exec(select(RegisterItem)).all()
        (event,) = session.exec(select(RegisterEvent)).all()
        assert (item.account_id, event.kind, event.passed) == (number, "tested", True)


def test_a_letter_to_an_applicant_has_no_account_and_speaks_their_language(book: Store) -> None:
    twice(book, effect("letter", template="meter-test-offer"))
    with book.reading() as session:
        (letter,) = session.exec(select(Letter)).all()
    assert letter.language == "en,es"
    pages = PdfReader(io.BytesIO(files.current().get(str(letter.file_digest)))).pages
    text = " ".join(" ".join(page.extract_text().split()) for page in pages)
    assert "Núria Vidal PO Box 12 Wellton Springs, CA 93999" in text
    assert "9 Canyon Road, Wellton Springs, APN 114-020-07" in text
    assert "Account:" not in text


def test_what_engineering_finds_on_the_maps_stands_in_the_parcels_record(book: Store) -> None:
    twice(book, effect("record-parcel", inside=True, zone="Z2", legal="Lot 7, Tract 311"))
    twice(book, effect("record-parcel", 2, inside=False))
    with book.reading() as session:
        parcel = session.get_one(Parcel, "114-020-07")
        assert (parcel.inside, parcel.zone, parcel.legal) == (False, "Z2", "Lot 7, Tract 311")
