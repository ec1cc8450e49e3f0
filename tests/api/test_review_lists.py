"""Lists that people approve before they run, and what then goes on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from activities.releasing import Releasing
from store.ledger import bill_entry, post
from store.tables.utility import Account, Bill, Customer, Meter, Premise, ServicePoint
from tests.api.office import MONDAY, Office


async def _opened(office: Office, case: str, account: str = "a-1") -> str:
    answer = await office.by("supervisor").post("/api/cases", {"case": case, "data": {"account": account}})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["case"])


async def _seen(office: Office, name: str, by: str = "lead") -> str:
    return (await office.by(by).get(f"/api/lists/{name}")).headers["ETag"]


async def _released(office: Office) -> int:
    return await Releasing.in_world(office.services.world).go_on()


def more_accounts(office: Office, *numbers: int) -> None:
    """Accounts that owe 84.10."""
    with office.store.writing() as session:
        for number in numbers:
            session.add(Premise(id=f"p-{number}", line1="1 Well St", city="X", zip="90000", route="R1", sequence=1))
            session.flush()
            session.add(ServicePoint(id=f"sp-{number}", premise_id=f"p-{number}"))
            session.add(Customer(id=f"cu-{number}", name="Pat Doe"))
            session.flush()
            account = Account(
                id=f"a-{number}",
                premise_id=f"p-{number}",
                service_point_id=f"sp-{number}",
                customer_id=f"cu-{number}",
                since=MONDAY.date(),
            )
            session.add(account)
            first = session.get_one(Bill, "b-1")
            session.add(
                Meter(id=f"m-{number}", service_point_id=f"sp-{number}", serial=f"S{number}", installed=first.due)
            )
            session.flush()
            bill = Bill(**first.model_dump(exclude={"id", "account_id", "meter_id"}), id=f"b-{number}",
                        account_id=account.id, meter_id=f"m-{number}")  # fmt: skip
            session.add(bill)
            session.flush()
            post(session, [bill_entry(bill, MONDAY)])


async def test_a_list_is_released_by_two_people_who_saw_the_same_lines(working_office: Office) -> None:
    office = working_office
    case = await _opened(office, "gathering")
    lead, supervisor = office.by("lead"), office.by("supervisor")
    [_, listed] = (await lead.get("/api/lists")).json()["items"]
    assert (listed["id"], listed["waiting"], listed["persons"]) == ("tags", 1, 2)
    seen = await _seen(office, "tags")
    await _opened(office, "gathering", "a-2")
    stale = await lead.post("/api/lists/tags/approve", If_Match=seen)
    assert (stale.status_code, stale.json()["code"]) == (412, "changed")

    seen = await _seen(office, "tags")
    assert (await office.by("rep").post("/api/lists/tags/approve", If_Match=seen)).status_code == 403
    first = await lead.post("/api/lists/tags/approve", If_Match=seen)
    assert (first.json()["waits_for"], first.json()["release"]) == (1, None), first.text
    again = await lead.post("/api/lists/tags/approve", If_Match=seen)
    assert again.json()["waits_for"] == 1  # nobody is two people
    second = await supervisor.post("/api/lists/tags/approve", If_Match=seen)
    assert second.json()["waits_for"] == 0
    begun = second.json()["release"]
    assert (begun["status"], begun["counts"], begun["approved_by"]) == (
        "running", {"pending": 2}, ["lead", "supervisor"],
    )  # fmt: skip
    assert (await lead.get("/api/lists/tags")).json()["lines"] == []  # a release holds them
    assert await _released(office) == 2
    ended = (await lead.get(f"/api/lists/tags/releases/{begun['id']}")).json()
    assert (ended["status"], ended["counts"]) == ("done", {"released": 2})
    assert (await supervisor.get(f"/api/cases/{case}")).json()["outcome"] == "done"


async def test_a_line_is_taken_off_for_one_of_the_lists_reasons(working_office: Office) -> None:
    office = working_office
    case = await _opened(office, "gathering")
    lead = office.by("lead")
    [line] = (await lead.get("/api/lists/tags")).json()["lines"]
    wrong = await lead.post(f"/api/lists/tags/lines/{line['id']}/exclude", {"reason": "a whim"})
    assert (wrong.status_code, "paid" in wrong.json()["fields"]["reason"]) == (422, True)
    off = await lead.post(f"/api/lists/tags/lines/{line['id']}/exclude", {"reason": "paid"})
    assert off.json()["closed"] is True, off.text
    assert (await lead.get(f"/api/cases/{case}")).json()["outcome"] == "off"
    assert (await lead.get("/api/lists/tags")).json()["lines"] == []


async def test_a_line_shows_why_it_is_there_and_comes_back_after_its_exclusion(working_office: Office) -> None:
    office = working_office
    await _opened(office, "locking")
    lead = office.by("lead")
    [line] = (await lead.get("/api/lists/lock-off")).json()["lines"]
    assert (line["columns"], line["why"][0]["kept"]) == ({"balance": "84.10"}, True)
    assert "balance 84.10" in line["why"][0]["says"]
    path = f"/api/lists/lock-off/lines/{line['id']}/exclude"
    late = (office.services.today() + timedelta(days=20)).isoformat()
    too_long = await lead.post(path, {"reason": "in the post", "until": late})
    assert (too_long.status_code, too_long.json()["code"]) == (422, "bad-form")
    assert (await lead.post(path, {"reason": "promised", "until": late})).status_code == 200
    listed = (await lead.get("/api/lists/lock-off")).json()
    assert listed["lines"] == []
    assert (listed["excluded"][0]["reason"], listed["excluded"][0]["excluded_until"][:10]) == ("promised", late)
    other = await office.by("supervisor").post("/api/cases", {"case": "gathering", "data": {"account": "a-1"}})
    assert other.status_code == 201  # another list than the one that it was taken off


async def test_an_account_waits_on_one_list_at_a_time(working_office: Office) -> None:
    office = working_office
    await _opened(office, "gathering")
    second = await office.by("supervisor").post("/api/cases", {"case": "locking", "data": {"account": "a-1"}})
    assert (second.status_code, second.json()["code"]) == (409, "barred"), second.text
    assert "one list at a time" in second.json()["detail"]


async def test_a_day_takes_no_more_lines_than_it_may_and_those_that_fail_give_their_place_back(
    working_office: Office,
) -> None:
    office = working_office
    more_accounts(office, 3, 4, 5)
    cases = {number: await _opened(office, "locking", f"a-{number}") for number in (1, 3, 4, 5)}
    paid = await office.by("finance").post(
        "/api/accounts/a-1/payments",
        {"amount_usd": "10.00", "received": office.services.today().isoformat(), "method": "check"},
    )
    assert paid.status_code == 201, paid.text
    lead = office.by("lead")
    approved = await lead.post("/api/lists/lock-off/approve", If_Match=await _seen(office, "lock-off"))
    release = approved.json()["release"]["id"]
    await _released(office)
    lines = (await lead.get(f"/api/lists/lock-off/releases/{release}/lines")).json()["items"]
    assert [line["status"] for line in lines] == ["stayed", "released", "released", "over"]
    assert "balance 74.10" in lines[0]["sentence"]
    assert "at most 2 lines" in lines[3]["sentence"]
    listed = (await lead.get("/api/lists/lock-off")).json()
    assert ([line["case"] for line in listed["lines"]], listed["left_today"]) == ([cases[1], cases[5]], 0)
    full = await lead.post("/api/lists/lock-off/approve", If_Match=await _seen(office, "lock-off"))
    assert full.status_code == 409

    day = (await lead.get("/api/lists/lock-off/day")).json()
    assert (day["released"], day["orders"]) == (2, {"open": 2})
    balance = {"amount_usd": "84.10", "received": office.services.today().isoformat(), "method": "check"}
    assert (await office.by("finance").post("/api/accounts/a-3/payments", balance)).status_code == 201
    day = (await lead.get("/api/lists/lock-off/day")).json()
    assert day["orders"] == {"open": 1, "cancelled": 1}
    [recalled] = [line["orders"][0] for line in day["lines"] if line["line"]["account"] == "a-3"]
    assert recalled["because"] == "the case went on"


async def test_a_payment_takes_an_account_off_the_list(working_office: Office) -> None:
    office = working_office
    await _opened(office, "locking")
    seen = await _seen(office, "lock-off")
    balance: dict[str, Any] = {"amount_usd": "84.10", "received": office.services.today().isoformat(), "method": "card"}
    assert (await office.by("finance").post("/api/accounts/a-1/payments", balance)).status_code == 201
    assert (await office.by("lead").get("/api/lists/lock-off")).json()["lines"] == []
    assert (await office.by("lead").post("/api/lists/lock-off/approve", If_Match=seen)).status_code == 412


async def test_a_payment_between_approval_and_release_is_told(working_office: Office) -> None:
    office = working_office
    await _opened(office, "locking")
    lead = office.by("lead")
    approved = await lead.post("/api/lists/lock-off/approve", If_Match=await _seen(office, "lock-off"))
    balance = {"amount_usd": "84.10", "received": office.services.today().isoformat(), "method": "card"}
    assert (await office.by("finance").post("/api/accounts/a-1/payments", balance)).status_code == 201
    await _released(office)
    release = approved.json()["release"]["id"]
    [line] = (await lead.get(f"/api/lists/lock-off/releases/{release}/lines")).json()["items"]
    assert (line["status"], line["sentence"]) == ("gone", "it had left the list: message payment-received")
    assert (await lead.get("/api/lists/lock-off")).json()["left_today"] == 2


async def test_a_release_is_paused_resumed_and_cancelled_with_a_reason(working_office: Office) -> None:
    office = working_office
    more_accounts(office, 3)
    await _opened(office, "locking")
    await _opened(office, "locking", "a-3")
    lead = office.by("lead")
    approved = await lead.post("/api/lists/lock-off/approve", If_Match=await _seen(office, "lock-off"))
    path = f"/api/lists/lock-off/releases/{approved.json()['release']['id']}"
    assert (await office.by("rep").post(f"{path}/pause", {"reason": "no"})).status_code == 403
    paused = await lead.post(f"{path}/pause", {"reason": "A main has burst."})
    assert (paused.json()["status"], paused.json()["reason"]) == ("paused", "A main has burst.")
    assert await _released(office) == 0
    assert (await lead.post(f"{path}/pause", {"reason": "again"})).status_code == 409
    assert (await lead.post(f"{path}/resume", {"reason": "Mended."})).json()["status"] == "running"
    cancelled = await lead.post(f"{path}/cancel", {"reason": "The crew is out."})
    assert (cancelled.json()["status"], cancelled.json()["counts"]) == ("cancelled", {"cancelled": 2})
    assert await _released(office) == 0
    assert len((await lead.get("/api/lists/lock-off")).json()["lines"]) == 2
    [listed] = (await lead.get("/api/lists/lock-off/releases")).json()["items"]
    assert listed["status"] == "cancelled"


async def test_several_lines_are_taken_off_at_once_and_each_says_what_became_of_it(working_office: Office) -> None:
    office = working_office
    more_accounts(office, 3)
    await _opened(office, "locking")
    await _opened(office, "locking", "a-3")
    lead = office.by("lead")
    lines = [line["id"] for line in (await lead.get("/api/lists/lock-off")).json()["lines"]]
    body = {"lines": [*lines, "c-none.1.lock-off"], "reason": "promised"}
    assert (await office.by("rep").post("/api/lists/lock-off/exclude", body)).status_code == 403
    assert (await lead.post("/api/lists/none/exclude", body)).status_code == 404
    off = (await lead.post("/api/lists/lock-off/exclude", body, Idempotency_Key="off")).json()
    assert (off["done"], [each["done"] for each in off["results"]]) == (2, [True, True, False])
    assert "no line" in off["results"][2]["sentence"]
    again = (await lead.post("/api/lists/lock-off/exclude", body, Idempotency_Key="off")).json()
    assert again == off
    assert (await lead.get("/api/lists/lock-off")).json()["lines"] == []


async def test_what_a_crew_finds_on_the_day_is_told_with_its_line(working_office: Office) -> None:
    office = working_office
    await _opened(office, "locking")
    lead = office.by("lead")
    await lead.post("/api/lists/lock-off/approve", If_Match=await _seen(office, "lock-off"))
    await _released(office)
    [line] = (await lead.get("/api/lists/lock-off/day")).json()["lines"]
    assert ([each["title"] for each in line["orders"]], line["exceptions"]) == (["Lock off"], [])
