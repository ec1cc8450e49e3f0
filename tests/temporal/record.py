"""Records the histories that `test_replay.py` replays: `python -m pytest tests/temporal/record.py` writes them anew.

Record again only when a change is meant to break old histories, and say so in the changelog.
"""

from __future__ import annotations

import gzip
from datetime import timedelta
from pathlib import Path

from desk import ACCOUNT, BANK, LONG_AGO, SHIPPED, Desk
from test_complaint_on_temporal import complaint, may_approve, task_of

from activities import files
from activities.files import FolderStore
from activities.world import World
from definitions.language.library import load_library
from store.publishing import publish_compiled
from workflows import client
from workflows.messages import Settlement

HISTORIES = Path(__file__).parent / "histories"

__all__ = ["complaint"]  # a fixture


async def _keep(desk: Desk, case: str, name: str) -> None:
    history = await desk.world.client.get_workflow_handle(case).fetch_history()
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
