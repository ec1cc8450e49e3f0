"""Lists that two people approve before they run."""

from __future__ import annotations

from tests.api.office import Office


async def _gathered(office: Office, account: str = "a-1") -> str:
    answer = await office.by("supervisor").post("/api/cases", {"case": "gathering", "data": {"account": account}})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["case"])


async def test_a_list_is_released_by_two_people_who_saw_the_same_lines(working_office: Office) -> None:
    office = working_office
    case = await _gathered(office)
    lead, supervisor = office.by("lead"), office.by("supervisor")
    [listed] = (await lead.get("/api/lists")).json()["items"]
    assert (listed["id"], listed["waiting"], listed["persons"]) == ("tags", 1, 2)
    seen = (await lead.get("/api/lists/tags")).headers["ETag"]
    await _gathered(office, "a-2")
    stale = await lead.post("/api/lists/tags/approve", If_Match=seen)
    assert (stale.status_code, stale.json()["code"]) == (412, "changed")

    seen = (await lead.get("/api/lists/tags")).headers["ETag"]
    assert (await office.by("rep").post("/api/lists/tags/approve", If_Match=seen)).status_code == 403
    first = await lead.post("/api/lists/tags/approve", If_Match=seen)
    assert (first.json()["waits_for"], first.json()["released"]) == (1, []), first.text
    again = await lead.post("/api/lists/tags/approve", If_Match=seen)
    assert again.json()["waits_for"] == 1  # nobody is two people
    second = await supervisor.post("/api/lists/tags/approve", If_Match=seen)
    assert second.json()["waits_for"] == 0
    assert all(line["taken"] for line in second.json()["released"])
    assert (await supervisor.get(f"/api/cases/{case}")).json()["outcome"] == "done"


async def test_a_line_is_taken_off_for_one_of_the_lists_reasons(working_office: Office) -> None:
    office = working_office
    case = await _gathered(office)
    lead = office.by("lead")
    [line] = (await lead.get("/api/lists/tags")).json()["lines"]
    wrong = await lead.post(f"/api/lists/tags/lines/{line['id']}/exclude", {"reason": "a whim"})
    assert (wrong.status_code, "paid" in wrong.json()["fields"]["reason"]) == (422, True)
    off = await lead.post(f"/api/lists/tags/lines/{line['id']}/exclude", {"reason": "paid"})
    assert off.json()["closed"] is True, off.text
    assert (await lead.get(f"/api/cases/{case}")).json()["outcome"] == "off"
    assert (await lead.get("/api/lists/tags")).json()["lines"] == []
