"""A bankruptcy on a real Temporal server, through the API: from the electronic notice to the collection that begins anew."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest_asyncio
from pypdf import PdfReader
from sqlmodel import Session, col, select

from activities import files
from activities.files import FolderStore
from definitions.language.library import load_library
from definitions.language.loader import load, load_model
from definitions.language.model import CaseDefinition
from store import people as store_people
from store.ledger import balance_usd, unbalanced_entries
from store.publishing import publish_compiled
from store.queries.holds import standing_holds
from store.tables.cases import CaseRow, TaskRow
from store.tables.papers import Letter
from store.tables.utility import Account, Bill
from tests.api.office import MONDAY, Office

DEFINITIONS = Path(__file__).parents[2] / "definitions"
ACCOUNT = "a-1"
NEW = "a-1-2"

LADDER = """
case: ladder
title: A plain collection
laws: [bankruptcy-stay]
data: {account: {type: account, required: true}}
opens-on: [account-past-due]
holds: {bankruptcy: freeze}
initial: owing
on:
  debtor-in-bankruptcy: stayed
  held: {guard: 'event.hold == "bankruptcy"', actions: [recall-letters]}
states:
  owing: {entry: [letter: {template: reminder}], after: {1 day: locking}, on: {lock: locking}}
  locking:
    tags: [collecting]
    work-order: {title: Lock off, crew: field, outcomes: {locked: locked}}
  locked: {type: final, tags: [locked-off]}
  stayed: {type: final}
"""


@pytest_asyncio.fixture
async def office(working_office: Office, tmp_path: Path) -> AsyncIterator[Office]:
    """An office on the shipped district, with a plain collection beside the shipped bankruptcy."""
    files.use(FolderStore(tmp_path / "files"))
    library = load_library(DEFINITIONS)
    ladder, problems = load_model(load(LADDER, "ladder.yaml"), CaseDefinition)
    assert ladder is not None, problems
    library.cases["ladder"] = ladder
    with working_office.store.writing() as session:
        for name in ("bankruptcy", "adequate-assurance", "proof-of-claim", "ladder"):
            publish_compiled(session, library.compile(name), source="", by="author", at=MONDAY - timedelta(days=30))
        store_people.set_crews(session, "crew", frozenset({"meters", "field"}))
    district = library.compile("bankruptcy").district
    working_office.app.state.services = replace(working_office.services, district=district)
    yield working_office
    files.use(None)


async def until(is_so: Callable[[], bool]) -> None:
    """Waits for a condition of the read model."""
    async with asyncio.timeout(30):
        while not is_so():
            await asyncio.sleep(0.02)


def asked(office: Office, look: Callable[[Session], Any]) -> Any:
    """What the books say now."""
    with office.store.reading() as session:
        return look(session)


def holds(office: Office, account: str = ACCOUNT) -> list[str]:
    """The holds that stand on the account."""
    return [hold.kind for hold in asked(office, lambda session: standing_holds(session, account))]


def case_of(office: Office, definition: str) -> CaseRow | None:
    """The newest case of the account of this type."""
    query = (
        select(CaseRow)
        .where(CaseRow.definition == definition, CaseRow.account_id == ACCOUNT)
        .order_by(col(CaseRow.opened_at).desc())
    )
    found: CaseRow | None = asked(office, lambda session: session.exec(query).first())
    return found


def open_task(office: Office, name: str) -> str | None:
    """The id of the open task of this name."""
    query = select(TaskRow.id).where(TaskRow.name == name, col(TaskRow.closed_at).is_(None))
    found: str | None = asked(office, lambda session: session.exec(query).first())
    return found


async def complete(office: Office, by: str, task: str, outcome: str, **form: Any) -> None:
    """Somebody completes the open task of this name, once it is there."""
    await until(lambda: open_task(office, task) is not None)
    answer = await office.by(by).post(
        f"/api/tasks/{open_task(office, task)}/complete", {"outcome": outcome, "form": form}
    )
    assert answer.status_code == 200, answer.text


def letters(office: Office) -> dict[str, str]:
    """The letters of the account's cases, and how each stands."""
    query = select(Letter).where(Letter.account_id == ACCOUNT)
    return {letter.template: letter.status for letter in asked(office, lambda session: session.exec(query).all())}


def printed(office: Office, template: str) -> str:
    """The first page of the letter."""
    found = asked(office, lambda session: session.exec(select(Letter).where(Letter.template == template)).one())
    return PdfReader(io.BytesIO(files.current().get(str(found.file_digest)))).pages[0].extract_text()


async def test_a_filing_stops_a_lock_off_splits_the_account_and_a_dismissal_begins_anew(office: Office) -> None:
    filed = office.services.today() - timedelta(days=3)
    lead, rep = office.by("lead"), office.by("rep")
    opened = await lead.post("/api/cases", {"case": "ladder", "data": {"account": ACCOUNT}})
    assert opened.status_code == 201, opened.text
    ladder = opened.json()["case"]
    assert (await lead.post(f"/api/cases/{ladder}/events/lock", {"data": {}})).status_code == 200
    await until(lambda: open_task(office, "locking") is not None)
    await until(lambda: letters(office) == {"reminder": "queued"})

    # the electronic notice opens the bankruptcy; the order in the truck is recalled before anybody has looked
    notice = {
        "chapter": "7",
        "petition_date": filed.isoformat(),
        "number": "26-10417",
        "court": "caeb",
        "voluntary": True,
    }
    answer = await rep.post(f"/api/accounts/{ACCOUNT}/events/filing-received", {"data": notice})
    assert answer.status_code == 200, answer.text
    await until(lambda: holds(office) == ["bankruptcy"])
    await until(lambda: open_task(office, "locking") is None)
    await until(lambda: letters(office)["reminder"] == "recalled")
    since = asked(office, lambda session: standing_holds(session, ACCOUNT)[0].since)
    assert since.astimezone(office.services.zone).date() == filed

    counsel = {"name": "Law Office of A. Byrne", "mailing": {"line1": "9 Elm St", "city": "Wellton", "zip": "90000"}}
    assert (await rep.put(f"/api/accounts/{ACCOUNT}/parties/counsel", counsel)).status_code == 204

    # matched: the collection ends, assurance and claim open
    match = {"name_agrees": True, "address_agrees": True, "digits": "agree", "chapter": "7", "voluntary": True}
    await complete(office, "rep", "verify", "matched", petition_date=filed.isoformat(), **match)
    for name in ("adequate-assurance", "proof-of-claim"):
        await until(lambda name=name: case_of(office, name) is not None)  # type: ignore[misc]  # a default binds the name
    await until(lambda: asked(office, lambda session: session.get(CaseRow, ladder)).outcome == "stayed")

    # read, split, new account
    await complete(office, "crew", "read-meter", "read", read="130")
    await complete(office, "finance", "approve-split", "split")
    await until(lambda: asked(office, lambda session: session.get(Account, NEW)) is not None)
    await until(lambda: letters(office).keys() >= {"assurance-request", "new-account"})

    def books(session: Session) -> tuple[str, Decimal, Decimal, int, list[str]]:
        bills = session.exec(select(Bill).where(Bill.account_id == ACCOUNT)).all()
        status = session.get_one(Account, ACCOUNT).status
        return status, balance_usd(session, ACCOUNT), balance_usd(session, NEW), len(bills), unbalanced_entries(session)

    status, old, new, count, unbalanced = asked(office, books)
    assert (status, new, count, unbalanced) == ("closed", Decimal("0.00"), 2, [])
    assert old > Decimal("84.10")  # the bill, and water up to the petition that no bill had reached
    assert holds(office, NEW) == []

    # the claim is filed for what the split shows
    claimed = {"claimed": f"{old:.2f}", "claimed_on": office.services.today().isoformat()}
    await until(lambda: "pre_petition" in (case_of(office, "proof-of-claim") or CaseRow()).snapshot["data"])
    await complete(office, "finance", "file-claim", "filed", **claimed)
    await until(lambda: "claim-cover" in letters(office))
    assert "Law Office of A. Byrne" in printed(office, "assurance-request")
    text = printed(office, "claim-cover")
    assert "Clerk of the Bankruptcy Court" in text
    assert "Maria Lopez" not in text

    # dismissed: the debt moves to the account with the service, where a collection begins without the old one's notices
    await complete(office, "finance", "docket", "dismissed", ended_on=office.services.today().isoformat())
    await until(lambda: (case_of(office, "bankruptcy") or CaseRow()).outcome == "dismissed")
    await until(lambda: (case_of(office, "proof-of-claim") or CaseRow()).outcome == "claimed")
    assert (holds(office), holds(office, NEW)) == ([], [])
    assert asked(office, books)[1:3] == (Decimal("0.00"), old)
    answer = await rep.post(f"/api/accounts/{NEW}/events/account-past-due", {"data": {}})  # the aging run
    assert answer.status_code == 200, answer.text
    found = asked(office, lambda session: session.exec(select(CaseRow).where(CaseRow.account_id == NEW)).one())
    assert (found.status, found.state, found.snapshot.get("happened") or {}) == ("open", "owing", {})
    assert [case.incidents for case in asked(office, lambda session: session.exec(select(CaseRow)).all())] == [0] * 5
