"""Records the histories of this version that `test_replay.py` replays from then on: `make record` writes them.

Record them when a version is released. Those of a released version are never recorded again: open cases have such histories.
"""

from __future__ import annotations

import gzip
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from desk import ACCOUNT, BANK, LONG_AGO, SHIPPED, Desk
from sqlmodel import select
from test_collection_on_temporal import Walk, to_the_truck, walk
from test_complaint_on_temporal import bills, complaint, may_approve, task_of
from test_migrating_cases import begin, publish_renamed
from test_replay import this_version

from activities import files
from activities.files import FolderStore
from activities.migrating import Migrating
from activities.world import World
from definitions.language.library import load_library
from store.applicants import add_applicant
from store.ledger import bill_entry, payment_entry, post
from store.people import add_user, set_approval_limit
from store.publishing import publish_compiled
from store.tables.connections import Parcel
from store.tables.utility import Bill, Payment
from workflows import client
from workflows.machine.events import Moved
from workflows.messages import Settlement

HISTORIES = Path(__file__).parent / "histories" / this_version()

__all__ = ["complaint", "walk"]  # a fixture


async def _keep(desk: Desk, case: str, name: str) -> None:
    history = await desk.world.client.get_workflow_handle(case).fetch_history()
    HISTORIES.mkdir(parents=True, exist_ok=True)
    (HISTORIES / f"{name}.json.gz").write_bytes(gzip.compress(history.to_json().encode(), mtime=0))


async def test_a_complaint_that_is_settled(desk: Desk) -> None:
    case = (await desk.open("complaint")).case
    await desk.complete(case, "settled", cause="leak")
    await desk.world.client.get_workflow_handle(case).result()
    await _keep(desk, case, "complaint-settled")


async def test_a_complaint_with_an_incident_and_a_reply(desk: Desk) -> None:
    BANK.refuses = True
    case = (await desk.open("complaint")).case
    await desk.complete(case, "adjust", cause="leak")
    await desk.until(lambda: desk.case(case).incidents == 1)
    BANK.refuses = False
    retry = Settlement(step=2, number=1, how="retry", by="supervisor", at=desk.now())
    await client.settle(desk.world.client, case, retry)
    await desk.until(lambda: desk.case(case).state == "answering")
    await desk.send(case, "customer-replied")
    await desk.send(case, "customer-withdrew")
    await desk.world.client.get_workflow_handle(case).result()
    await _keep(desk, case, "complaint-incident")


async def test_a_complaint_that_comes_over_to_another_version_and_is_moved(desk: Desk) -> None:
    case = (await desk.open("complaint")).case
    publish_renamed(desk)
    begin(desk)
    assert await Migrating(desk.world).go_on() == 1
    await desk.complete(case, "explained", cause="leak")
    moved = Moved(target="checking", reason="asked again", by="supervisor", approved_by="review")
    await desk.act(case, moved, key="moved")
    await desk.send(case, "customer-withdrew")
    await desk.world.client.get_workflow_handle(case).result()
    await _keep(desk, case, "complaint-migrated")


async def test_a_quick_case_whose_timer_fires(desk: Desk) -> None:
    case = (await desk.open("quick")).case
    await desk.until(lambda: desk.case(case).state == "working")
    await desk.complete(case, "done")
    await desk.world.client.get_workflow_handle(case).result()
    await _keep(desk, case, "quick-timer")


async def test_a_parent_and_its_child(desk: Desk) -> None:
    parent = (await desk.open("parent")).case
    child = f"{parent}-1-0"
    await desk.until(lambda: desk.exists(child))
    await desk.complete(child, "done")
    await desk.world.client.get_workflow_handle(parent).result()
    await _keep(desk, parent, "parent")
    await _keep(desk, child, "child")


async def test_a_case_that_went_on_in_a_new_run(desk: Desk) -> None:
    case = (await desk.open("complaint", longest_run=3)).case
    await desk.complete(case, "explained", cause="leak")
    await desk.send(case, "customer-replied")
    await desk.until(lambda: desk.case(case).step_no == 3)
    await desk.complete(case, "explained", run=2, cause="leak")
    await desk.send(case, "customer-withdrew")
    await desk.world.client.get_workflow_handle(case).result()
    await _keep(desk, case, "complaint-second-run")


async def test_a_shipped_complaint_about_a_misread(world: World, desk: Desk, complaint: str) -> None:
    case = complaint
    await desk.complete(case, "reread", run=1, cause="misread")
    order = await task_of(desk, case, "reread")
    await desk.complete(order.case_id, "done", run=order.run, by="crew", read="1930")
    approval = await task_of(desk, case, "approve")
    may_approve(world)
    await desk.complete(approval.case_id, "approve", run=approval.run, by="rep2")
    await desk.until(lambda: desk.case(case).state == "answered")
    await desk.send(case, "customer-withdrew")
    await desk.world.client.get_workflow_handle(case).result()
    await _keep(desk, case, "high-consumption-misread")


async def test_a_shipped_complaint_that_is_explained(desk: Desk, complaint: str) -> None:
    case = complaint
    await desk.complete(case, "explained", cause="usage")
    await desk.until(lambda: desk.case(case).state == "answered")
    await desk.send(case, "customer-withdrew")
    await desk.world.client.get_workflow_handle(case).result()
    await _keep(desk, case, "high-consumption-explained")


async def test_a_shipped_bankruptcy_that_is_dismissed(world: World, desk: Desk, tmp_path: Path) -> None:
    files.use(FolderStore(tmp_path / "files"))
    library = load_library(SHIPPED)
    with world.store.writing() as session:
        for name in ("bankruptcy", "adequate-assurance", "proof-of-claim"):
            publish_compiled(session, library.compile(name), source="", by="author", at=LONG_AGO)
    filed = (desk.now() - timedelta(days=6)).date().isoformat()
    case = (await desk.open("bankruptcy", data={"account": ACCOUNT, "petition_date": filed, "chapter": "13"})).case
    match = {"name_agrees": True, "address_agrees": True, "digits": "agree", "voluntary": True, "chapter": "13"}
    await desk.complete(case, "matched", petition_date=filed, **match)
    order = await task_of(desk, case, "read-meter")
    await desk.complete(case, "read", run=order.run, by="crew", read="12")
    split = await task_of(desk, case, "approve-split")
    await desk.complete(case, "split", run=split.run, by="finance")
    await desk.until(lambda: "running/books/split" in desk.case(case).state)
    docket = await task_of(desk, case, "docket")
    await desk.complete(case, "dismissed", run=docket.run, by="finance", ended_on=filed)
    await desk.world.client.get_workflow_handle(case).result()
    await _keep(desk, case, "bankruptcy-dismissed")
    files.use(None)


async def test_a_shipped_leak_that_is_repaired_and_adjusted(world: World, desk: Desk, complaint: str) -> None:
    """Two histories: the investigation with its child, and the adjustment that it opened."""
    may_approve(world)
    asked = {"source": "call", "bill": desk.case(complaint).snapshot["data"]["bill"], "complaint": True}
    opened = await desk.open(
        "leak-investigation",
        key="leak",
        data={"account": ACCOUNT, "received": "2025-09-01", "leak_kind": "indoor"} | asked,
    )
    case = opened.case
    look = await task_of(desk, case, "investigation")
    await desk.complete(case, "customer-side", run=look.run, by="crew", dial_moves=True, leak_kind="indoor")
    repair = await task_of(desk, case, "repair")
    today = desk.now().date().isoformat()
    await desk.complete(case, "shown", run=repair.run, by="rep", repaired=today, proof_kind="receipt")
    check = await task_of(desk, case, "repair-check")
    await desk.complete(case, "tight", run=check.run, by="crew", read="1953")
    approval = await task_of(desk, case, "approve")
    await desk.complete(approval.case_id, "approve", run=approval.run, by="rep2")
    await desk.world.client.get_workflow_handle(case).result()
    await _keep(desk, case, "leak-investigation-repaired")
    adjustment = approval.case_id.rpartition("-")[0].rpartition("-")[0]
    await _keep(desk, adjustment, "leak-adjustment-given")


def _applied(world: World, tmp_path: Path, definition: str) -> dict[str, str]:
    """An applicant and a parcel, with the shipped definition published; the applicant as a case holds them."""
    files.use(FolderStore(tmp_path / "files"))
    mailing = {"line1": "PO Box 12", "city": "Wellton Springs", "zip": "93999"}
    with world.store.writing() as session:
        publish_compiled(session, load_library(SHIPPED).compile(definition), source="", by="author", at=LONG_AGO)
        add_applicant(session, "ap-2x7mpqk4hvta", name="Pat Doe", mailing=mailing, at=LONG_AGO)
        session.add(Parcel(id="114-020-07", line1="9 Canyon Road", city="Wellton Springs", zip="93999", inside=True))
        set_approval_limit(session, "refund", Decimal("5000.00"), role="finance")
        add_user(session, "finance", "Nora Lund", roles=frozenset({"finance"}), by="admin", at=LONG_AGO)
    return {"id": "ap-2x7mpqk4hvta", "language": "en"}


async def test_a_shipped_connection_that_is_withdrawn_between_its_inspections(
    world: World, desk: Desk, tmp_path: Path
) -> None:
    who = _applied(world, tmp_path, "new-connection-standard")
    parcel = {"id": "114-020-07", "inside": True}
    data = {"applicant": who, "wants": "service", "kind": "single-family", "parcel": parcel}
    case = (await desk.open("new-connection-standard", data=data)).case
    today = desk.now().date().isoformat()
    await desk.complete(case, "complete")
    await task_of(desk, case, "waiting")
    await desk.send(case, "applicant-paid", amount="500.00", paid_on=today, method="card")
    sizing = await task_of(desk, case, "sizing")
    laid_out = {"meter_size": '3/4"', "installation": "short-side", "meter_location": "Left lot line"}
    await desk.complete(case, "sized", run=sizing.run, by="engineer", backflow="none", **laid_out)
    await task_of(desk, case, "waiting-for-fees")
    await desk.send(case, "applicant-paid", key="fees", amount="10425.00", paid_on=today, method="check")
    notice = await task_of(desk, case, "noticing")
    begins = (desk.now() + timedelta(hours=60)).isoformat()
    await desk.complete(case, "noticed", run=notice.run, by="engineer", work_start=begins)
    trench = await task_of(desk, case, "trench-inspection")
    await desk.complete(case, "passed", run=trench.run, by="engineer")
    await desk.send(case, "applicant-withdrew")
    costs = await task_of(desk, case, "costs-to-date")
    await desk.complete(case, "known", run=costs.run, by="engineer", costs="8000.00")
    check = await task_of(desk, case, "paying-back")
    await desk.complete(case, "paid", run=check.run, by="finance", reference="1042")
    await desk.world.client.get_workflow_handle(case).result()
    await _keep(desk, case, "new-connection-withdrawn")
    files.use(None)


async def test_a_shipped_construction_meter_that_is_returned(world: World, desk: Desk, tmp_path: Path) -> None:
    who = _applied(world, tmp_path, "construction-meter")
    data = {"applicant": who, "location": "Hydrant 1203", "purpose": "dust", "meter_size": '3"'}
    case = (await desk.open("construction-meter", data=data)).case
    today = desk.now().date().isoformat()
    await desk.complete(case, "approved", by="supervisor", location="Hydrant 1203, Orchard Lane")
    await task_of(desk, case, "waiting")
    await desk.send(case, "applicant-paid", amount="3583.00", paid_on=today, method="card")
    issue = await task_of(desk, case, "issuing")
    issued = {"serial": "H-9", "first_read": "100", "backflow_serial": "B-9", "backflow_tested": today, "photo": "f-1"}
    await desk.complete(case, "issued", run=issue.run, by="crew", **issued)
    month = await task_of(desk, case, "running")
    await desk.complete(case, "read", run=month.run, read="140")
    await desk.until(lambda: desk.case(case).snapshot["data"].get("last_read") == "140")
    await desk.send(case, "return-requested")
    back = await task_of(desk, case, "returning")
    await desk.complete(case, "returned", run=back.run, by="crew", read="150", damage="none", photo="f-2")
    check = await task_of(desk, case, "paying-back")
    await desk.complete(case, "paid", run=check.run, by="finance", reference="1050")
    await desk.world.client.get_workflow_handle(case).result()
    await _keep(desk, case, "construction-meter-settled")


async def test_a_shipped_payment_plan_on_other_terms_that_is_kept(world: World, desk: Desk, tmp_path: Path) -> None:
    files.use(FolderStore(tmp_path / "files"))
    with world.store.writing() as session:
        publish_compiled(session, load_library(SHIPPED).compile("payment-plan"), source="", by="author", at=LONG_AGO)
        bills(session)
        billed = session.exec(select(Bill)).all()
        post(session, [bill_entry(bill, LONG_AGO) for bill in billed])
    today = desk.now().date().isoformat()
    case = (await desk.open("payment-plan", data={"account": ACCOUNT})).case
    await desk.complete(case, "propose", amount="300.00", parts=3, first_due=today)
    talk = await task_of(desk, case, "discussing")
    await desk.complete(case, "other-terms", run=talk.run)
    again = await task_of(desk, case, "proposing")
    await desk.complete(case, "propose", run=again.run, amount="300.00", monthly="150.00", first_due=today)
    talk = await task_of(desk, case, "discussing")
    await desk.complete(case, "accepted", run=talk.run)
    signing = await task_of(desk, case, "signing")
    await desk.complete(case, "signed", run=signing.run, agreement="f-signed", signed=today)
    await desk.until(lambda: desk.case(case).state == "keeping/waiting")
    with world.store.writing() as session:
        yesterday = desk.now().date() - timedelta(days=1)  # today may be tomorrow at the district
        paid = Payment(id="p-1", account_id=ACCOUNT["id"], received=yesterday, amount_usd=Decimal("1000.00"))
        session.add(paid)
        session.flush()
        post(session, [payment_entry(paid, desk.now())])
    await desk.send(case, "payment-received", payment="p-1", amount="1000.00", received=today)
    await desk.until(lambda: desk.case(case).outcome == "kept")
    await desk.world.client.get_workflow_handle(case).result()
    await _keep(desk, case, "payment-plan-kept")
    files.use(None)


async def test_a_shipped_collection_that_is_locked_paid_and_restored(walk: Walk) -> None:
    await to_the_truck(walk)
    await walk.to("2026-03-09 10:00")
    await walk.do("locking", "locked", "crew", lock_read="1950", lock_photo="f-lock", at_home="told")
    await walk.rests("locked/")
    await walk.pay("p-1", "199.00")
    await walk.do("confirm-payment", "confirmed", "rep", hours="working", household="low-income")
    await walk.to("2026-03-09 13:00")
    await walk.do("restoring", "restored", "crew", read="1950", lock_found="whole")
    await walk.to("2026-03-25 09:00")
    await walk.ends("restored-and-closed")
    await walk.desk.world.client.get_workflow_handle(walk.case).result()
    await _keep(walk.desk, walk.case, "collection-restored")
