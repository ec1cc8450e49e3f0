"""Bringing open cases over to another version over HTTP: foreseen, begun, gone on with by a worker, a result for each."""

from __future__ import annotations

import re
from typing import Any

import yaml
from sqlmodel import col, select

from activities.migrating import Migrating
from store.tables.audit import Audit
from tests.api.office import Office
from tests.api.office_cases import COMPLAINT
from tests.api.test_list_pages import Browser

ASKED = {"case": "complaint", "from_version": 1, "to_version": 2}


async def publish_renamed(office: Office, *, mapped: bool = False) -> None:
    """The complaint anew, with its state `review` called `looking`; `mapped` says so in the new version."""
    text = yaml.safe_dump(COMPLAINT, sort_keys=False).replace("review", "looking")
    text += "migration: {states: {review: looking}}\n" if mapped else ""
    published = await office.by("author").post("/api/definitions", {"source": text, "note": "other words"})
    assert published.status_code == 201, published.text


async def opened(office: Office, account: str = "a-1") -> str:
    answer = await office.by("supervisor").post("/api/cases", {"case": "complaint", "data": {"account": account}})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["case"])


async def test_an_author_foresees_and_begins_and_each_case_says_what_became_of_it(working_office: Office) -> None:
    office = working_office
    case = await opened(office)
    await publish_renamed(office)
    author = office.by("author")
    without = (await author.post("/api/migrations/foresee", ASKED)).json()["items"]
    assert [(row["case"], row["to_state"]) for row in without] == [(case, None)]
    assert "has no counterpart in version 2" in without[0]["refused"]
    mapping: dict[str, Any] = {"mapping": {"states": {"review": "looking"}}}
    (row,) = (await author.post("/api/migrations/foresee", ASKED | mapping)).json()["items"]
    assert (row["state"], row["to_state"], row["refused"]) == (["review"], ["looking"], None)
    assert row["tasks_kept"] == ["Review the history"]
    begun = await author.post("/api/migrations", ASKED | mapping | {"reason": "other words"})
    assert begun.status_code == 201, begun.text
    migration = begun.json()["id"]
    assert (begun.json()["cases"], begun.json()["pending"], begun.json()["status"]) == (1, 1, "running")
    await Migrating(office.services.world).go_on()
    read = (await office.by("auditor").get(f"/api/migrations/{migration}")).json()
    assert (read["status"], read["migrated"], read["refused"]) == ("done", 1, 0)
    [one] = (await author.get(f"/api/migrations/{migration}/cases")).json()["items"]
    assert (one["case"], one["status"], one["step"]) == (case, "migrated", 2)
    assert (await author.get("/api/migrations")).json()["items"][0]["id"] == migration
    shown = (await office.by("rep").get(f"/api/cases/{case}")).json()
    assert (shown["version"], shown["state"]) == (2, ["looking"])
    steps = (await office.by("rep").get(f"/api/cases/{case}/steps")).json()["items"]
    assert (steps[-1]["event"], steps[-1]["by"]) == ("migrated 1 to 2", "author")
    with office.store.reading() as session:
        rows = session.exec(select(Audit).where(Audit.rule == "right migrate-cases").order_by(col(Audit.id))).all()
    assert [(audit.act, audit.person, audit.case_id) for audit in rows] == [
        ("begin-migration", "author", None),
        ("migrate", "author", case),
    ]


async def test_what_cannot_be_is_said(working_office: Office) -> None:
    author = working_office.by("author")
    never = await author.post("/api/migrations/foresee", ASKED)
    assert (never.status_code, "version 2 of 'complaint' was never published" in never.text) == (422, True)
    await publish_renamed(working_office)
    wrong = await author.post("/api/migrations/foresee", ASKED | {"mapping": {"state": {}}})
    assert (wrong.status_code, "mapping.state" in wrong.json()["fields"]) == (422, True)
    none = await author.post("/api/migrations", ASKED | {"reason": "x"})
    assert (none.status_code, "None of the cases is open" in none.json()["detail"]) == (409, True)


async def test_a_migration_is_paused_and_cancelled(working_office: Office) -> None:
    office = working_office
    case = await opened(office)
    await publish_renamed(office)
    author = office.by("author")
    migration = (await author.post("/api/migrations", ASKED | {"reason": "x", "cases": [case]})).json()["id"]
    paused = await author.post(f"/api/migrations/{migration}/pause")
    assert (paused.status_code, paused.json()["status"]) == (200, "paused"), paused.text
    assert (await author.post(f"/api/migrations/{migration}/pause")).status_code == 409
    assert await Migrating(office.services.world).go_on() == 0
    cancelled = (await author.post(f"/api/migrations/{migration}/cancel")).json()
    assert (cancelled["status"], cancelled["cancelled"]) == ("cancelled", 1)


async def test_an_author_does_it_on_the_bench_and_sees_how_far_it_is(working_office: Office) -> None:
    office = working_office
    case = await opened(office)
    await publish_renamed(office, mapped=True)
    author = Browser(office, "author")
    bench = (await author.get("/bench/cases/complaint")).text
    address = "/bench/cases/complaint/migrate?before=1&amp;after=2"
    assert address in bench
    path = address.replace("&amp;", "&")
    foreseen = (await author.get(path)).text
    assert re.search("<code>review</code> → [^<]+ <code>looking</code>", foreseen)
    unsaid = await author.post(path, reason="")
    assert (unsaid.status_code, "Say why" in unsaid.text) == (422, True)
    begun = await author.post(path, reason="other words")
    assert begun.status_code == 303, begun.text
    place = begun.headers["location"]
    assert "0 of 1" in (await author.get(place)).text
    await Migrating(office.services.world).go_on()
    shown = (await author.get(place)).text
    assert "1 of 1: 1 came over, 0 refused" in shown
    assert case in shown
    assert (await Browser(office, "rep").get(place)).status_code == 403
