"""What keeps failing and what is done again, over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from desk import BANK, Bank

from tests.api.office import Office


@pytest.fixture(autouse=True)
def bank() -> Iterator[Bank]:
    """A bank that knows no account, until it is told otherwise."""
    BANK.__dict__.update(Bank(refuses=True).__dict__)
    yield BANK
    BANK.__dict__.update(Bank().__dict__)


async def _until(office: Office, path: str, is_so: Any, by: str = "supervisor") -> Any:
    async with asyncio.timeout(20):
        while not is_so(found := (await office.by(by).get(path)).json()):
            await asyncio.sleep(0.05)
    return found


async def _reviewed(office: Office, outcome: str) -> tuple[str, str]:
    """A case whose review has ended so, and that task."""
    opened = await office.by("supervisor").post("/api/cases", {"case": "crediting", "data": {"account": "a-1"}})
    assert opened.status_code == 201, opened.text
    case = opened.json()["case"]
    done = await office.by("rep").post(f"/api/tasks/{case}.1/complete", {"outcome": outcome})
    assert done.status_code == 200, done.text
    return case, f"{case}.1"


async def _incident(office: Office) -> dict[str, Any]:
    found = await _until(office, "/api/incidents", lambda page: page["items"])
    incident: dict[str, Any] = found["items"][0]
    return incident


async def test_an_incident_is_tried_again_once_what_was_wrong_is_mended(working_office: Office, bank: Bank) -> None:
    office = working_office
    case, _ = await _reviewed(office, "pay")
    incident = await _incident(office)
    assert (incident["case"], incident["code"], incident["sentence"]) == (
        case, "unknown-account", "the bank does not know the account",
    )  # fmt: skip
    path = f"/api/incidents/{incident['id']}"
    assert (await office.by("rep").post(f"{path}/retry", {"reason": "please"})).status_code == 403
    bank.refuses = False
    again = await office.by("supervisor").post(f"{path}/retry", {"reason": "The bank has it now."})
    assert (again.status_code, again.json()["settled_how"]) == (200, "retried"), again.text
    assert again.json()["reason"] == "The bank has it now."
    assert (await _until(office, f"/api/cases/{case}", lambda seen: seen["state"] == ["waiting"]))["incidents"] == 0
    assert (await office.by("supervisor").get("/api/incidents")).json()["items"] == []
    late = await office.by("supervisor").post(f"{path}/skip", {"reason": "too late"})
    assert (late.status_code, late.json()["code"]) == (409, "no-incident")


async def test_an_incident_that_is_tried_again_in_vain_comes_back(working_office: Office, bank: Bank) -> None:
    office = working_office
    await _reviewed(office, "pay")
    first = await _incident(office)
    tried = sum(bank.asked.values())
    again = await office.by("supervisor").post(f"/api/incidents/{first['id']}/retry")  # harmless: needs no reason
    assert (again.status_code, again.json()["reason"]) == (200, None), again.text
    found = await _until(office, "/api/incidents", lambda page: page["items"] and sum(bank.asked.values()) > tried)
    assert len(found["items"]) == 1


async def test_an_incident_is_skipped_with_a_reason_and_the_case_goes_on(working_office: Office, bank: Bank) -> None:
    office = working_office
    case, _ = await _reviewed(office, "pay")
    incident = await _incident(office)
    one = (await office.by("supervisor").get(f"/api/incidents/{incident['id']}")).json()
    assert one["if_skipped"].startswith("Left out, the case goes on as if it were done: it goes on to “Waiting”")
    for path, body in (
        (f"/api/incidents/{incident['id']}/skip", {"reason": " "}),
        ("/api/incidents/settle", {"incidents": [incident["id"]], "how": "skip"}),
    ):
        unsaid = await office.by("supervisor").post(path, body)
        assert (unsaid.status_code, list(unsaid.json()["fields"])) == (422, ["reason"]), unsaid.text
    skipped = await office.by("supervisor").post(
        f"/api/incidents/{incident['id']}/skip", {"reason": "Paid in cash at the counter."}
    )
    assert (skipped.status_code, skipped.json()["settled_how"], skipped.json()["reason"]) == (
        200, "skipped", "Paid in cash at the counter.",
    )  # fmt: skip
    await _until(office, f"/api/cases/{case}", lambda seen: seen["state"] == ["waiting"])
    settled = (await office.by("supervisor").get(f"/api/incidents/{incident['id']}")).json()
    assert settled["if_skipped"] is None
    assert sum(bank.asked.values()) == 1


async def test_an_ended_task_is_done_again_where_its_definition_lets_it(working_office: Office) -> None:
    office = working_office
    case, task = await _reviewed(office, "wait")
    assert (await office.by("finance").post(f"/api/tasks/{task}/redo", {"reason": "x"})).status_code == 403
    assert (await office.by("rep").post(f"/api/tasks/{task}/redo")).status_code == 422
    again = await office.by("rep").post(f"/api/tasks/{task}/redo", {"reason": "The read was wrong."})
    assert (again.status_code, again.json()["open_tasks"]) == (200, [f"{case}.2"]), again.text
    still_open = await office.by("rep").post(f"/api/tasks/{case}.2/redo", {"reason": "x"})
    assert (still_open.status_code, still_open.json()["code"]) == (409, "conflict")
    steps = (await office.by("lead").get(f"/api/cases/{case}/steps")).json()["items"]
    assert (steps[-1]["event"], steps[-1]["note"]) == ("redo review", "The read was wrong.")
    done = await office.by("rep").post(f"/api/tasks/{case}.2/complete", {"outcome": "wait"})
    assert done.status_code == 200, done.text


async def test_a_task_that_may_not_be_repeated_is_not(working_office: Office) -> None:
    office = working_office
    opened = await office.by("rep").post("/api/cases", {"case": "complaint", "data": {"account": "a-1"}})
    task = f"{opened.json()['case']}.1"
    done = await office.by("rep").post(
        f"/api/tasks/{task}/complete", {"outcome": "reread", "form": {"cause": "misread"}}
    )
    assert done.status_code == 200, done.text
    refused = await office.by("rep").post(f"/api/tasks/{task}/redo", {"reason": "again"})
    assert (refused.status_code, refused.json()["code"]) == (403, "not-allowed"), refused.text


async def test_of_two_openings_at_the_same_moment_one_passes(working_office: Office) -> None:
    office = working_office
    ask = {"case": "complaint", "data": {"account": "a-1"}}
    answers = await asyncio.gather(*(office.by(who).post("/api/cases", ask) for who in ("rep", "lead", "supervisor")))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    refused = next(answer.json() for answer in answers if answer.status_code == 409)
    opened = next(answer.json() for answer in answers if answer.status_code == 201)
    assert (refused["code"], refused["case"]) == ("already-open", opened["case"])
