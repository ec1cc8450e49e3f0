"""A person's data over HTTP: taken out for them, and redacted, before their time by two persons."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlmodel import select, update

from store import vault
from store.ledger import Entry, balances_usd, moved, post
from store.tables.audit import Audit
from store.tables.cases import CaseRow
from store.tables.utility import Account, Customer
from tests.api.office import MONDAY, Office
from tests.api.pages_office import seen, sent


@pytest.fixture(autouse=True)
def keys(tmp_path: Path) -> Iterator[None]:
    """Keys of this test's own: other tests have customers of the same number."""
    before = vault.current()
    vault.use(vault.Vault(tmp_path / "keys"))
    yield
    vault.use(before)


def closed(office: Office, account: str, on: date) -> str:
    """Closes an account with nothing owed; its customer."""
    with office.store.writing() as session:
        session.exec(update(Account).where(Account.id == account).values(status="closed", closed=on))
        session.exec(update(CaseRow).values(status="closed", closed_at=MONDAY, kept_at=MONDAY))
        balance = balances_usd(session, [account])[account]
        if balance:
            lines = moved(account, balance, debit="cash", credit="receivable")
            post(
                session,
                [
                    Entry(
                        id=f"paid {account}",
                        lines=lines,
                        posted_on=on,
                        at=MONDAY,
                        rule="payment",
                        person="rep",
                        memo="",
                    )
                ],
            )
        return session.get_one(Account, account).customer_id


def name_of(office: Office, person: str) -> str:
    with office.store.reading() as session:
        return session.get_one(Customer, person).name


def acts(office: Office, person: str) -> list[tuple[str, str, bool]]:
    with office.store.reading() as session:
        rows = session.exec(select(Audit).where(Audit.object_id == person).order_by(Audit.id)).all()
    return [(row.person, row.act, row.allowed) for row in rows]


async def test_all_data_of_a_person_are_taken_out_by_who_has_the_right_and_it_stands_in_the_audit(
    office: Office,
) -> None:
    person = closed(office, "a-1", date(2026, 3, 1))
    assert (await office.by("rep").get(f"/api/persons/{person}/export")).status_code == 403
    answer = await office.by("supervisor").get(f"/api/persons/{person}/export")
    assert answer.json()["customers"][0]["name"] == "Maria Lopez"
    assert answer.json()["bills"]
    assert ("supervisor", "export", True) in acts(office, person)
    assert (await office.by("supervisor").get("/api/persons/cu-nobody/export")).status_code == 404


async def test_nobody_is_redacted_while_the_account_is_open(office: Office) -> None:
    with office.store.reading() as session:
        person = session.get_one(Account, "a-1").customer_id
    answer = await office.by("supervisor").post(f"/api/persons/{person}/redaction", {"reason": "asked for it"})
    assert (answer.status_code, "is not closed" in answer.json()["detail"]) == (409, True)
    assert name_of(office, person) == "Maria Lopez"


async def test_before_its_time_two_persons_redact(office_on_each: Office) -> None:
    office = office_on_each
    person = closed(office, "a-1", date(2026, 3, 1))
    asked = await office.by("supervisor").post(f"/api/persons/{person}/redaction", {"reason": "asked for it"})
    assert (asked.status_code, asked.json()["done"]) == (202, None)
    own = await office.by("supervisor").post(f"/api/persons/{person}/redaction/approve")
    assert own.status_code == 403
    assert name_of(office, person) == "Maria Lopez"
    done = await office.by("lead").post(f"/api/persons/{person}/redaction/approve")
    assert (done.status_code, done.json()["early"], done.json()["approved_by"]) == (200, True, "lead")
    assert name_of(office, person) == "[redacted]"
    assert vault.current().is_destroyed(person)
    assert acts(office, person) == [
        ("supervisor", "ask-redaction", True),
        ("supervisor", "approve-redaction", False),
        ("lead", "redact", True),
        ("lead", "approve-redaction", True),
    ]
    again = await office.by("lead").post(f"/api/persons/{person}/redaction", {"reason": "again"})
    assert again.status_code == 409


async def test_in_its_time_one_person_redacts(office: Office) -> None:
    person = closed(office, "a-1", date(2019, 3, 1))
    done = await office.by("supervisor").post(f"/api/persons/{person}/redaction", {"reason": "its time is over"})
    assert (done.status_code, done.json()["early"]) == (200, False)
    assert name_of(office, person) == "[redacted]"


async def test_what_stands_in_the_way_is_said_before_anybody_asks(office: Office) -> None:
    person = closed(office, "a-1", date(2026, 3, 1))
    early = (await office.by("supervisor").get(f"/api/persons/{person}")).json()
    assert (early["accounts"], early["redaction"]) == (["a-1"], None)
    assert [(each["kind"], each["lasting"]) for each in early["obstacles"]] == [("retention", False)]
    due = closed(office, "a-1", date(2019, 3, 1))
    assert (await office.by("supervisor").get(f"/api/persons/{due}")).json()["obstacles"] == []


async def test_a_redaction_that_was_asked_for_waits_until_somebody_approves_or_refuses_it(office: Office) -> None:
    person = closed(office, "a-1", date(2026, 3, 1))
    await office.by("supervisor").post(f"/api/persons/{person}/redaction", {"reason": "asked for it"})
    waiting = (await office.by("lead").get("/api/redactions")).json()["items"]
    assert [(each["person"], each["asked_by"], each["reason"]) for each in waiting] == [
        (person, "supervisor", "asked for it")
    ]
    assert (await office.by("lead").post(f"/api/persons/{person}/redaction/refuse")).status_code == 200
    assert (await office.by("lead").get("/api/redactions")).json()["items"] == []
    late = await office.by("lead").post(f"/api/persons/{person}/redaction/approve")
    assert (late.status_code, name_of(office, person)) == (409, "Maria Lopez")
    assert acts(office, person)[1] == ("lead", "refuse-redaction", True)


async def test_what_was_redacted_is_listed_page_by_page(office: Office) -> None:
    people = [closed(office, account, date(2019, 3, 1)) for account in ("a-1", "a-2")]
    for person in people:
        done = await office.by("supervisor").post(f"/api/persons/{person}/redaction", {"reason": "x"})
        assert done.status_code == 200, done.text
    first = (await office.by("lead").get("/api/redactions", waiting="false", limit=1)).json()
    second = (await office.by("lead").get(first["next"])).json()
    assert {each["person"] for each in (*first["items"], *second["items"])} == set(people)
    assert second["next"] is None


async def test_two_persons_redact_on_the_pages(office: Office) -> None:
    person = closed(office, "a-1", date(2026, 3, 1))
    page = f"/audit/personal-data/{person}"
    assert page in (await seen(office, "supervisor", "/accounts/a-1")).text
    assert page not in (await seen(office, "rep", "/accounts/a-1")).text
    assert "two persons may set this aside" in (await seen(office, "supervisor", page)).text
    empty = await sent(office, "supervisor", f"{page}/redact", reason="")
    assert (empty.status_code, "Say why" in empty.text) == (422, True)
    assert (await sent(office, "supervisor", f"{page}/redact", reason="asked for it")).status_code == 303
    assert f"{page}/approve" not in (await seen(office, "supervisor", page)).text
    assert person in (await seen(office, "lead", "/audit/personal-data")).text
    assert f"{page}/approve" in (await seen(office, "lead", page)).text
    assert (await sent(office, "lead", f"{page}/approve")).status_code == 303
    after = (await seen(office, "lead", page)).text
    assert ("Redacted on" in after, f"{page}/redact" in after) == (True, False)
    assert name_of(office, person) == "[redacted]"
