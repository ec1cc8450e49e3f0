"""Outages: where they are announced, who is told of them at the counter, and what becomes of one."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from sqlmodel import select

from store.tables.audit import Audit
from store.tables.outages import OutagePremise
from store.tables.utility import Premise
from tests.api.office import MONDAY, Office
from tests.api.pages_office import seen, sent

BREAK: dict[str, Any] = {"kind": "emergency", "reason": "A main has broken.", "extent": {"accounts": ["a-1"]}}


async def announced(office: Office, **other: Any) -> dict[str, Any]:
    answer = await office.by("lead").post("/api/outages", {**BREAK, **other})
    assert answer.status_code == 201, answer.text
    outage: dict[str, Any] = answer.json()
    return outage


async def test_an_outage_reaches_along_a_street_a_route_and_to_accounts(office: Office) -> None:
    with office.store.writing() as session:
        for number, (line1, route) in enumerate(
            (("98 Well St", "7"), ("100 Well St", "7"), ("104-B Well St", "7"), ("240 Inkwell St", "8"), ("9 Elm", "9"))
        ):
            session.add(Premise(id=f"q-{number}", line1=line1, city="x", zip="x", route=route, sequence=number))
    street = {"name": "well st", "first": 100, "last": 300}
    outage = await announced(
        office, extent={"street": street, "route": {"name": "9"}, "accounts": ["a-1"]}, kind="planned"
    )
    assert outage["premises"] == 4
    with office.store.reading() as session:
        concerned = set(session.exec(select(OutagePremise.premise_id)))
    assert concerned == {"q-1", "q-2", "q-4", "p-1"}


async def test_where_nobody_lives_nothing_is_announced(office: Office) -> None:
    answer = await office.by("lead").post(
        "/api/outages", {**BREAK, "extent": {"street": {"name": "Nowhere"}, "accounts": ["a-1", "a-99"]}}
    )
    assert answer.status_code == 422
    assert set(answer.json()["fields"]) == {"street", "accounts"}
    none = await office.by("lead").post("/api/outages", {**BREAK, "extent": {}})
    assert none.status_code == 422
    assert (await office.by("rep").get("/api/outages")).json()["items"] == []


async def test_whoever_opens_the_account_is_told_that_its_water_is_off_and_others_are_not(office: Office) -> None:
    outage = await announced(office)
    page = (await seen(office, "rep", "/accounts/a-1")).text
    assert "The water is off here in an emergency since" in page
    assert "A main has broken." in page
    assert "Nobody knows yet for how long." in page
    assert "A main has broken." not in (await seen(office, "supervisor", "/accounts/a-2")).text
    found = (await sent(office, "rep", "/accounts", words="a-1")).text
    assert '<span class="tag bad">outage</span>' in found
    there = (await office.by("rep").get("/api/accounts/a-1/outages")).json()["items"]
    assert [each["id"] for each in there] == [outage["id"]]


async def test_an_open_page_of_the_account_asks_only_for_what_changed_and_is_one_look(office: Office) -> None:
    page = (await seen(office, "rep", "/accounts/a-1")).text
    at = re.findall(r'data-live="/accounts/a-1/now".*?data-seen="(\w+)"', page)[0]
    assert (await seen(office, "rep", "/accounts/a-1/now", {"X-Seen": at})).status_code == 204
    outage = await announced(office)
    now = (await seen(office, "rep", "/accounts/a-1/now", {"X-Seen": at})).text
    assert "The water is off here in an emergency since" in now
    assert f'name="told_of" value="{outage["id"]}"' in now
    with office.store.reading() as session:
        looks = session.exec(select(Audit).where(Audit.act == "view", Audit.account_id == "a-1")).all()
    assert len(looks) == 1


async def test_who_opens_a_case_that_an_outage_may_be_behind_is_asked_to_look_first(office: Office) -> None:
    hint = "Look first whether that is what they come with."
    form = (await seen(office, "rep", "/accounts/a-1/open/complaint")).text
    assert hint not in form
    at = re.findall(r'data-live="/accounts/a-1/now".*?data-seen="(\w+)"', form)[0]
    assert (await seen(office, "rep", "/accounts/a-1/now", {"X-Seen": at})).status_code == 204
    await announced(office)
    assert hint in (await seen(office, "rep", "/accounts/a-1/now", {"X-Seen": at})).text
    assert hint in (await seen(office, "rep", "/accounts/a-1/open/complaint")).text
    assert hint not in (await seen(office, "rep", "/accounts/a-1/open/guarded")).text


async def test_a_call_notes_that_the_customer_was_told_of_the_outage(office: Office) -> None:
    outage = await announced(office)
    told = {"channel": "telephone", "spoke_with": "customer", "told_of": outage["id"]}
    assert (await sent(office, "rep", "/accounts/a-1/conversations", **told)).status_code == 303
    assert "told of the outage" in (await seen(office, "rep", "/accounts/a-1")).text
    log = (await office.by("rep").get("/api/accounts/a-1/conversations")).json()["items"]
    assert log[0]["told_of"] == outage["id"]
    for wrong in ({"spoke_with": "nobody"}, {"told_of": "ou-other"}):
        refused = await office.by("rep").post("/api/accounts/a-1/conversations", {**told, **wrong})
        assert refused.status_code == 422, refused.text


async def test_an_outage_is_changed_as_it_was_seen_and_ended_once(office: Office) -> None:
    outage = await announced(office)
    lead, path = office.by("lead"), f"/api/outages/{outage['id']}"
    later = (MONDAY + timedelta(hours=4)).isoformat()
    changed = await lead.patch(path, {"expected_until": later}, if_match='"1"')
    assert (changed.status_code, changed.json()["changed_by"]) == (200, "lead")
    assert (await lead.patch(path, {"reason": "A pump."}, if_match='"1"')).status_code == 412
    early = await lead.patch(path, {"expected_until": (MONDAY - timedelta(days=9)).isoformat()}, if_match='"2"')
    assert set(early.json()["fields"]) == {"expected_until"}
    ended = await lead.post(f"{path}/end", {})
    assert (ended.json()["status"], ended.json()["ended_by"]) in {("ended", "lead"), ("called-off", "lead")}
    assert (await lead.post(f"{path}/end", {})).status_code == 409
    assert (await office.by("rep").get("/api/outages?standing=true")).json()["items"] == []
    assert len((await office.by("rep").get("/api/outages?standing=false")).json()["items"]) == 1


async def test_planned_work_is_announced_before_it_begins_and_may_be_called_off(office: Office) -> None:
    begins = MONDAY + timedelta(days=2)
    outage = await announced(office, kind="planned", begins=begins.isoformat(), reason="A new valve.")
    assert outage["status"] == "announced"
    assert "The water will be off here for planned work from" in (await seen(office, "rep", "/accounts/a-1")).text
    assert '<span class="tag bad">outage</span>' not in (await sent(office, "rep", "/accounts", words="a-1")).text
    ended = await office.by("lead").post(f"/api/outages/{outage['id']}/end", {})
    assert ended.json()["status"] == "called-off"


async def test_an_outage_is_announced_changed_and_ended_on_pages_and_what_was_typed_is_kept(office: Office) -> None:
    wrong = await sent(office, "lead", "/outages", kind="planned", reason="A new valve.", street="Nowhere")
    assert wrong.status_code == 422
    assert 'value="A new valve."' in wrong.text
    fields = {"kind": "emergency", "reason": "A main has broken.", "accounts": "a-1"}
    answer = await sent(office, "lead", "/outages", **fields)
    assert answer.status_code == 303, answer.text
    path = answer.headers["location"]
    page = (await seen(office, "lead", path)).text
    assert "Lead (lead)" in page
    assert "It is back" not in (await seen(office, "rep", path)).text
    assert (await sent(office, "lead", path, **fields | {"reason": "A pump fails."}, version="1")).status_code == 303
    stale = await sent(office, "lead", path, **fields | {"reason": "A valve."}, version="1")
    assert stale.status_code == 412
    assert "Lead (lead) changed it" in stale.text
    assert 'value="A valve."' in stale.text
    assert (await sent(office, "lead", f"{path}/end")).status_code == 303
    assert "A pump fails." in (await seen(office, "rep", "/outages")).text
