"""Finding accounts and applicants by the beginnings of words; held against 20,000 accounts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from books import ACCOUNT, MONDAY, account
from plans import TIMES, multiply, plans_of
from sqlalchemy import URL, select, update
from sqlmodel import Session

from store.applicants import add_applicant
from store.engine import Store, open_store
from store.finding import keep_account_words
from store.migrate import migrate, migrate_down
from store.queries.finding import search_accounts, search_applicants
from store.tables.base import table_of
from store.tables.finding import SearchWord
from store.tables.utility import Account, Customer, Premise, ServicePoint

BIG = 20_000
NAMES = ("Ana", "José", "Li", "Maria", "Pat", "Søren", "Thuy")
STREETS = ("Well", "Orchard", "Main", "Alder", "Sutter")


def found(session: Session, words: str, *, confidential: bool = True) -> list[str]:
    return [each.account_id for each in search_accounts(session, words, confidential=confidential)]


@pytest.mark.parametrize(
    ("words", "accounts"),
    [
        ("10-0000", 2),
        ("100000", 2),
        ("000002", 1),
        ("pat", 2),
        ("PÁT doe well", 2),
        ("s000002", 1),
        ("760 555 0134", 1),
        ("(760) 555-0134", 1),
        ("555-0134", 1),
        ("0134", 1),
        ("lopez", 1),
        ("garcía-lo", 1),
        ("obrien", 1),
        ("o'brien", 1),
        ("pat 10-000002", 1),
        ("at", 0),
        ("100%", 2),
        ("_", 0),
        ("", 0),
    ],
)
def test_an_account_is_found_by_how_its_number_name_address_telephone_or_serial_begins(
    store: Store, words: str, accounts: int
) -> None:
    with store.writing() as session:
        account(session)
        account(session, "10-000002", name="Pat Doe García-López O'Brien", phone="+1 760-555-0134")
    with store.reading() as session:
        assert len(found(session, words)) == accounts


def test_the_nearest_words_come_first_and_each_account_once(store: Store) -> None:
    names = ("Smithson Smithers", "Smithers", "Smith")
    with store.writing() as session:
        for number, name in enumerate(names, start=1):
            account(session, f"10-{number:06d}", name=name)
    with store.reading() as session:
        assert found(session, "smith") == ["10-000003", "10-000001", "10-000002"]


def test_a_name_is_no_longer_found_once_it_has_changed(store: Store) -> None:
    with store.writing() as session:
        account(session)
    with store.writing() as session:
        session.connection().execute(update(Customer).values(name="Chris Young"))
        keep_account_words(session.connection(), [ACCOUNT])
    with store.reading() as session:
        assert (found(session, "doe"), found(session, "young")) == ([], [ACCOUNT])


@pytest.mark.parametrize(("words", "accounts"), [("pat", []), (f"{ACCOUNT} pat", []), (ACCOUNT, [ACCOUNT])])
def test_without_the_right_a_confidential_account_is_found_by_its_number_only(
    store: Store, words: str, accounts: list[str]
) -> None:
    with store.writing() as session:
        account(session, confidential=True)
    with store.reading() as session:
        assert found(session, words, confidential=False) == accounts
        assert found(session, words) == [ACCOUNT]


def test_an_applicant_is_found_and_never_taken_for_an_account(store: Store) -> None:
    with store.writing() as session:
        add_applicant(session, "ap-1", name="Núria Vidal", mailing={}, phone="555-0155", at=MONDAY)
    with store.reading() as session:
        for words in ("nuria", "555-0155", "ap-1", "vid nur"):
            assert [each.id for each in search_applicants(session, words)] == ["ap-1"]
            assert found(session, words) == []


def test_the_migration_finds_what_was_there_before_it(store: Store) -> None:
    with store.writing() as session:
        account(session, name="José O'Brien-Díaz", phone="(760) 555-0134")
        account(session, "10-000002", confidential=True)
        add_applicant(session, "ap-1", name="Núria Vidal", mailing={}, phone="555-0155", at=MONDAY)
        kept = _words(session)
    migrate_down(store.engine, "0015")
    migrate(store.engine)
    with store.reading() as session:
        assert _words(session) == kept


def _words(session: Session) -> list[Any]:
    rows = session.execute(select(SearchWord)).scalars()
    return sorted((row.kind, row.word, row.subject_id, row.is_number) for row in rows)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def big(request: pytest.FixtureRequest, new_databases: Callable[[str], URL]) -> Iterator[Store]:
    """A store with 20,000 accounts: few names, few streets, so that most words have very many matches."""
    store = open_store(new_databases(request.param))
    with store.writing() as session:
        for number in range(BIG // TIMES):
            street = f"{number % 90} {STREETS[number % 5]} St"
            name = f"{NAMES[number % 7]} Doe{number}"
            account(session, f"10-{number:06d}", name=name, line1=street, confidential=number % 50 == 0)
    multiply(store, table_of(Premise), "id")
    multiply(store, table_of(ServicePoint), "id", "premise_id")
    multiply(store, table_of(Customer), "id")
    multiply(store, table_of(Account), "id", "premise_id", "service_point_id", "customer_id")
    multiply(store, table_of(SearchWord), "subject_id")
    with store.engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE")
        connection.commit()
    yield store
    store.close()


@pytest.mark.parametrize("confidential", [True, False])
@pytest.mark.parametrize(
    ("words", "accounts"),
    [("ana", 50), ("d", 50), ("doe17", 50), ("wellton st", 50), ("maria sutter doe1", 50), ("jose 10-000001", 50)],
)
def test_a_search_among_20000_accounts_reads_the_index_and_what_it_finds(
    big: Store, words: str, accounts: int, confidential: bool
) -> None:
    with big.reading() as session:
        assert len(found(session, words, confidential=confidential)) >= accounts - 1
    *looks, read = plans_of(big, lambda session: search_accounts(session, words, confidential=confidential))
    tables = {"accounts", "search_words"}
    for plan in looks:
        assert not [scan for scan in plan.scans if scan in tables or scan.startswith("SCAN ")], plan
        assert plan.sorts == 0
        assert plan.rows is None or plan.rows <= 5000
    assert not [scan for scan in read.scans if scan.startswith("SCAN ")]
    assert read.rows is None or read.rows <= 5 * 50
