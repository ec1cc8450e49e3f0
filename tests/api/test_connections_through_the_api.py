"""New connections and a construction meter on a real Temporal server: cases that get their account on the way."""

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
from store import people as store_people
from store.ledger import balance_usd, unbalanced_entries
from store.publishing import publish_compiled
from store.queries.accounts import account_view
from store.tables.cases import CaseRow, TaskRow
from store.tables.papers import File, Letter
from tests.api.office import MONDAY, Office
from tests.shipped import shipped

DEFINITIONS = Path(__file__).parents[2] / "definitions"
WHO = {
    "name": "Núria Vidal",
    "mailing": {"line1": "PO Box 12", "line2": "", "city": "Sample City", "zip": "90000"},
    "language": "es",
}


@pytest_asyncio.fixture
async def office(working_office: Office, tmp_path: Path) -> AsyncIterator[Office]:
    """An office on the shipped district, whose supervisor is its engineer and inspector too."""
    files.use(FolderStore(tmp_path / "files"))
    with working_office.store.writing() as session:
        for name in ("new-connection-standard", "construction-meter"):
            publish_compiled(session, shipped(name), source="", by="author", at=MONDAY - timedelta(days=30))
        store_people.set_roles(session, "supervisor", frozenset({"supervisor", "engineer"}), by="admin", at=MONDAY)
        store_people.set_crews(session, "supervisor", frozenset({"inspection"}))
        store_people.set_crews(session, "crew", frozenset({"meters", "field"}))
        store_people.set_approval_limit(session, "refund", Decimal("5000.00"), role="finance")
        for number in ("f-meter", "f-back"):
            session.add(
                File(
                    id=number,
                    digest="0" * 64,
                    kind="photo",
                    content_type="image/jpeg",
                    size=1,
                    uploaded_by="crew",
                    uploaded_at=MONDAY,
                )
            )
    district = shipped("new-connection-standard").district
    working_office.app.state.services = replace(working_office.services, district=district)
    yield working_office
    files.use(None)


class Project:
    """One case through the API."""

    def __init__(self, office: Office, case: str) -> None:
        self.office, self.case = office, case

    def asked(self, look: Callable[[Session], Any]) -> Any:
        """What the books say now."""
        with self.office.store.reading() as session:
            return look(session)

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Waits for a condition of the read model."""
        async with asyncio.timeout(30):
            while not is_so():
                await asyncio.sleep(0.02)

    @property
    def row(self) -> CaseRow:
        """The case as the desk sees it."""
        found: CaseRow = self.asked(lambda session: session.get_one(CaseRow, self.case))
        return found

    def task(self, name: str) -> str | None:
        """The id of the open task of this name."""
        query = select(TaskRow.id).where(
            TaskRow.case_id == self.case, TaskRow.name == name, col(TaskRow.closed_at).is_(None)
        )
        found: str | None = self.asked(lambda session: session.exec(query).first())
        return found

    async def complete(self, by: str, name: str, outcome: str, **form: Any) -> None:
        """Somebody completes the open task of this name, once it is there."""
        await self.until(lambda: self.task(name) is not None)
        answer = await self.office.by(by).post(
            f"/api/tasks/{self.task(name)}/complete", {"outcome": outcome, "form": form}
        )
        assert answer.status_code == 200, (name, answer.text)

    async def pay(self, amount: str) -> None:
        """The applicant pays on the district's page, which tells the case."""
        paid = {"amount": amount, "paid_on": self.office.services.today().isoformat(), "method": "card"}
        answer = await self.office.by("rep").post(f"/api/cases/{self.case}/events/applicant-paid", {"data": paid})
        assert answer.status_code == 200, answer.text

    def letters(self) -> list[str]:
        """The letters written so far."""
        query = select(Letter).where(Letter.case_id == self.case)
        return sorted(letter.template for letter in self.asked(lambda session: session.exec(query).all()))


async def _opened(office: Office, definition: str, **data: Any) -> Project:
    rep = office.by("rep")
    applicant = (await rep.post("/api/applicants", WHO)).json()["id"]
    answer = await rep.post("/api/cases", {"case": definition, "data": {"applicant": applicant} | data})
    assert answer.status_code == 201, answer.text
    return Project(office, answer.json()["case"])


async def test_a_house_is_connected_from_an_applicant_without_an_account_to_its_meter(office: Office) -> None:
    parcel = {"line1": "9 Canyon Road", "city": "Sample City", "zip": "90000", "route": "R4", "inside": True}
    assert (await office.by("rep").put("/api/parcels/114-020-07", parcel)).status_code == 200
    play = await _opened(office, "new-connection-standard", wants="service", kind="single-family", parcel="114-020-07")
    assert play.row.account_id is None
    await play.complete("rep", "checking", "complete")
    await play.until(lambda: play.letters() == ["deposit-request"])
    # the desk shows whose case it is, and a letter goes to the applicant in both languages
    shown = await office.by("rep").get(f"/cases/{play.case}")
    assert "Núria Vidal, applicant" in shown.text
    task = await office.by("rep").get(f"/tasks/{play.task('waiting')}")
    assert (task.status_code, "Núria Vidal" in task.text) == (200, True)
    letter = play.asked(lambda session: session.exec(select(Letter).where(Letter.case_id == play.case)).one())
    pages = PdfReader(io.BytesIO(files.current().get(str(letter.file_digest)))).pages
    assert (letter.language, letter.account_id) == ("en,es", None)
    assert "PO Box 12" in pages[0].extract_text()
    assert "Depósito" in pages[1].extract_text()

    # nobody says that money was taken but the books
    lie = {"amount": "9000.00", "held": "9000.00"}
    told = await office.by("rep").post(f"/api/cases/{play.case}/events/deposit-taken", {"data": lie})
    assert (told.status_code, play.row.snapshot["data"]["deposit_held"]) == (403, "0.00")

    await play.pay("500.00")
    sized = {"meter_size": '3/4"', "installation": "short-side", "meter_location": "Left lot line"}
    await play.complete("supervisor", "sizing", "sized", backflow="double-check", **sized)
    await play.until(lambda: play.task("waiting-for-fees") is not None)
    await play.pay("10425.00")
    begins = (office.services.now() + timedelta(hours=60)).isoformat()
    await play.complete("supervisor", "noticing", "noticed", work_start=begins)
    today = office.services.today().isoformat()
    await play.complete("supervisor", "trench-inspection", "passed")
    await play.complete("supervisor", "pressure-test", "passed", pressure="150")
    await play.complete("supervisor", "sampling", "sampled")
    await play.complete("supervisor", "laboratory", "absent")
    await play.complete(
        "supervisor", "backflow-test", "passed", backflow_make="Febco", backflow_serial="B-1", backflow_tested=today
    )
    await play.complete("supervisor", "tie-in", "passed")
    await play.complete("supervisor", "final-inspection", "passed", inspection_cost="180.00")
    await play.until(lambda: play.row.account_id == "20-000001")

    # the account is there for everybody: the search, the crew's order, holds and letters
    found = await office.by("rep").post("/api/accounts/search", {"words": "vidal"})
    assert [each["id"] for each in found.json()["items"]] == ["20-000001"]
    await play.until(lambda: play.task("setting") is not None)
    order = play.asked(lambda session: session.get_one(TaskRow, play.task("setting")))
    assert order.snapshot["premise"]["line1"] == "9 Canyon Road"
    meter = {"serial": "S-77001", "meter_size": '3/4"', "digits": 5, "first_read": "0", "route": "R4", "sequence": 120}
    await play.complete("crew", "setting", "set", **meter, photo="f-meter")
    await play.complete("finance", "paying-back", "paid", reference="1042")
    await play.until(lambda: "connection-refund" in play.letters())

    view = play.asked(lambda session: account_view(session, "20-000001"))
    assert [each.serial for each in view.meters] == ["S-77001"]
    assert (view.premise.sequence, view.account.account_class) == (120, "residential")
    assert play.asked(unbalanced_entries) == []
    report = (await office.by("rep").get(f"/api/reports/new-connections/{today[:7]}")).json()
    assert [(line["account"], line["held_usd"]) for line in report["lines"]] == [("20-000001", "0.00")]
    yearly = (await office.by("rep").get("/api/registers/backflow", account="20-000001")).json()["items"]
    assert [(each["serial"], each["last_done"]) for each in yearly] == [("B-1", today)]
    # a message to the account now reaches its case
    note = await office.by("rep").get("/api/accounts/20-000001/cases")
    assert [each["id"] for each in note.json()["items"]] == [play.case]
    lie = await office.by("rep").post("/api/accounts/20-000001/events/charged", {"data": {}})
    assert lie.status_code == 403


async def test_whoever_withdraws_after_paying_gets_the_money_back_and_no_account(office: Office) -> None:
    play = await _opened(office, "new-connection-standard", wants="service", kind="single-family")
    assert (await office.by("rep").put("/api/parcels/114-020-08", {"inside": True})).status_code == 200
    await play.complete("rep", "checking", "complete", parcel="114-020-08")
    await play.pay("500.00")
    await play.until(lambda: play.task("sizing") is not None)
    assert (
        await office.by("rep").post(f"/api/cases/{play.case}/events/applicant-withdrew", {"data": {}})
    ).status_code == 200
    await play.complete("supervisor", "costs-to-date", "known", costs="40.00")
    await play.complete("finance", "paying-back", "paid", reference="1043")
    await play.until(lambda: play.row.status == "closed")
    row = play.row
    assert (row.outcome, row.account_id, row.snapshot["data"]["refund_amount"]) == ("withdrawn", None, "460.00")
    assert play.asked(unbalanced_entries) == []


async def test_a_construction_meter_is_lent_read_returned_and_settled(office: Office) -> None:
    play = await _opened(
        office,
        "construction-meter",
        location="Hydrant 1203, Orchard Lane",
        purpose="dust control",
        meter_size='3"',
    )
    await play.complete("supervisor", "checking", "approved", location="Hydrant 1203, Orchard Lane")
    await play.until(lambda: play.task("waiting") is not None)
    await play.pay("3583.00")
    today = office.services.today().isoformat()
    issued = {"serial": "H-9", "first_read": "100", "backflow_serial": "B-9", "backflow_tested": today}
    await play.complete("crew", "issuing", "issued", **issued, photo="f-meter")
    await play.complete("rep", "running", "read", read="140")
    await play.until(lambda: play.row.snapshot["data"].get("last_read") == "140")
    account = str(play.row.account_id)
    assert play.asked(lambda session: balance_usd(session, account)) == Decimal("437.30")
    await play.until(lambda: play.task("running") is not None)
    asked = await office.by("rep").post(f"/api/cases/{play.case}/events/return-requested", {"data": {}})
    assert asked.status_code == 200, asked.text
    await play.complete("crew", "returning", "returned", read="150", damage="none", photo="f-back")
    await play.complete("finance", "paying-back", "paid", reference="1050")
    await play.until(lambda: play.row.status == "closed")
    assert play.row.outcome == "settled"
    view = play.asked(lambda session: account_view(session, account))
    assert (view.account.status, view.meters[0].removed.isoformat()) == ("closed", today)
    assert play.asked(lambda session: balance_usd(session, account)) == 0
    assert play.asked(unbalanced_entries) == []
