"""What leaves a case: effects once, their answers, incidents, messages between cases, child cases."""

from __future__ import annotations

import asyncio
import threading
from datetime import UTC, datetime

import pytest
from books import ACCOUNT
from desk import BANK, Desk
from sqlmodel import select

from activities import delivery
from activities.effects import names
from definitions.catalogue import actions
from store.queries.cases import children_of, incidents_of
from store.queries.holds import place_hold, release_hold
from store.tables.cases import CaseRow
from worker.run import BadCatalogueError, activities_of, check
from workflows import client
from workflows.machine.errors import Refused
from workflows.machine.events import Message
from workflows.messages import Settlement
from workflows.outgoing import ATTEMPTS

NOW = datetime.now(UTC)


async def test_an_effect_is_carried_out_once_and_its_answer_moves_the_case(desk: Desk) -> None:
    opened = await desk.open("complaint")
    taken = await desk.complete(opened.case, "adjust", cause="leak")
    assert taken.state == ("posting",)
    await desk.until(lambda: desk.case(opened.case).state == "answering")
    assert desk.steps(opened.case) == ["opened", "outcome review/adjust", "reply posted"]
    assert desk.effects(opened.case) == [("credit", "done")]
    assert BANK.asked == {f"{opened.case}.2.1": 1}


async def test_an_effect_that_fails_is_tried_again(desk: Desk) -> None:
    BANK.fails = 2
    opened = await desk.open("complaint")
    await desk.complete(opened.case, "adjust", cause="leak")
    await desk.until(lambda: desk.case(opened.case).state == "answering")
    assert BANK.asked == {f"{opened.case}.2.1": 3}


async def test_a_slow_effect_shows_that_its_worker_lives(desk: Desk) -> None:
    BANK.answers = threading.Event()
    case = (await desk.open("complaint")).case
    await desk.complete(case, "adjust", cause="leak")
    handle = desk.world.client.get_workflow_handle(case)
    async with asyncio.timeout(20):
        while True:
            pending = (await handle.describe()).raw_description.pending_activities
            if pending and pending[0].HasField("last_heartbeat_time"):
                break
            await asyncio.sleep(0.05)
    assert pending[0].activity_type.name == "credit"
    BANK.answers.set()
    await desk.until(lambda: desk.case(case).state == "answering")


async def test_an_effect_that_keeps_failing_is_an_incident_that_a_supervisor_retries(desk: Desk) -> None:
    BANK.fails = ATTEMPTS
    case = (await desk.open("complaint")).case
    await desk.complete(case, "adjust", cause="leak")
    await desk.until(lambda: desk.case(case).incidents == 1)
    assert desk.effects(case) == [("credit", "failed")]
    await client.settle(desk.world.client, case, Settlement(step=2, number=1, how="retry", by="supervisor", at=NOW))
    await desk.until(lambda: desk.case(case).state == "answering")
    assert desk.case(case).incidents == 0
    with desk.world.store.reading() as session:
        (incident,) = incidents_of(session, case)
    assert (incident.settled_by, incident.settled_how) == ("supervisor", "retried")
    assert incident.sentence == "credit failed: ConnectionError"


async def test_an_effect_that_can_never_be_is_an_incident_at_once(desk: Desk) -> None:
    BANK.refuses = True
    case = (await desk.open("complaint")).case
    await desk.complete(case, "adjust", cause="leak")
    await desk.until(lambda: desk.case(case).incidents == 1)
    with desk.world.store.reading() as session:
        (incident,) = incidents_of(session, case)
    assert (incident.code, incident.sentence) == ("unknown-account", "the bank does not know the account")
    assert BANK.asked.total() == 1


async def test_a_skipped_effect_lets_the_case_go_on_with_its_reason_kept(desk: Desk) -> None:
    BANK.refuses = True
    case = (await desk.open("complaint")).case
    await desk.complete(case, "adjust", cause="leak")
    await desk.until(lambda: desk.case(case).incidents == 1)
    skip = Settlement(step=2, number=1, how="skip", by="supervisor", reason="credited by hand", at=NOW)
    await client.settle(desk.world.client, case, skip)
    await desk.until(lambda: desk.case(case).state == "answering")
    assert desk.effects(case) == [("credit", "skipped")]
    with desk.world.store.reading() as session:
        (incident,) = incidents_of(session, case)
    assert (incident.settled_how, incident.reason) == ("skipped", "credited by hand")


async def test_a_case_with_an_incident_goes_on_living(desk: Desk) -> None:
    BANK.refuses = True
    case = (await desk.open("complaint")).case
    await desk.complete(case, "adjust", cause="leak")
    await desk.until(lambda: desk.case(case).incidents == 1)
    taken = await desk.send(case, "customer-withdrew")
    assert taken.closed
    skip = Settlement(step=2, number=1, how="skip", by="supervisor", reason="withdrawn", at=NOW)
    await client.settle(desk.world.client, case, skip)
    await desk.until(lambda: desk.case(case).incidents == 0)
    await desk.world.client.get_workflow_handle(case).result()
    assert desk.case(case).state == "withdrawn"


async def test_nothing_is_settled_that_does_not_wait_for_it(desk: Desk) -> None:
    case = (await desk.open("complaint")).case
    with pytest.raises(Refused) as refused:
        await client.settle(desk.world.client, case, Settlement(step=2, number=1, how="retry", by="supervisor"))
    assert refused.value.code == "no-incident"


async def test_failures_in_history_say_nothing_of_what_went_wrong_inside(desk: Desk) -> None:
    BANK.fails = ATTEMPTS
    case = (await desk.open("complaint")).case
    await desk.complete(case, "adjust", cause="leak")
    await desk.until(lambda: desk.case(case).incidents == 1)
    history = await desk.world.client.get_workflow_handle(case).fetch_history()
    assert "Pat Doe" not in history.to_json()


async def test_a_child_case_opens_and_its_close_moves_the_parent(desk: Desk) -> None:
    parent = (await desk.open("parent")).case
    await desk.until(lambda: bool(_children(desk, parent)))
    (child,) = _children(desk, parent)
    await desk.complete(child, "done")
    await desk.until(lambda: desk.case(parent).status == "closed")
    assert desk.steps(parent) == ["opened", "child closed done"]


async def test_an_account_event_reaches_the_open_cases_that_wait_for_it(desk: Desk) -> None:
    complaint = (await desk.open("complaint")).case
    field = (await desk.open("field", key="other")).case
    event = Message(name="customer-withdrew", by="rep")
    found = await delivery.to_account(desk.world, ACCOUNT, event, name="letter 7", at=NOW)
    assert [taken.case for taken in found.taken] == [complaint]
    assert set(found.refused) == {field}
    assert desk.case(complaint).state == "withdrawn"


async def test_an_event_for_a_closed_case_reopens_it_by_its_rule(desk: Desk) -> None:
    case = (await desk.open("complaint")).case
    await desk.complete(case, "settled", cause="leak")
    await desk.world.client.get_workflow_handle(case).result()
    event = Message(name="customer-replied", by="rep")
    found = await delivery.to_account(desk.world, ACCOUNT, event, name="letter 8", at=NOW)
    assert found.reopened == (case,)
    assert (desk.case(case).state, desk.case(case).status) == ("review", "open")
    assert desk.task(case, 2).state == "open"
    taken = await desk.complete(case, "explained", run=2, cause="misread")
    assert taken.state == ("answering",)


async def test_what_nobody_waits_for_becomes_a_task(desk: Desk) -> None:
    event = Message(name="mail-returned", data={"details": "moved away"}, by="rep")
    found = await delivery.to_account(desk.world, ACCOUNT, event, name="mail 3", at=NOW)
    (case,) = found.opened
    assert desk.case(case).definition == "unmatched-message"
    assert desk.case(case).snapshot["data"]["event"] == "mail-returned"
    assert desk.task(case).queue == "customer-service"
    again = await delivery.to_account(desk.world, ACCOUNT, event, name="mail 3", at=NOW)
    assert again.opened == (case,)


async def test_an_account_event_opens_the_case_that_its_definition_says(desk: Desk) -> None:
    event = Message(name="leak-reported", data={"cause": "leak"}, by="rep")
    found = await delivery.to_account(desk.world, ACCOUNT, event, name="call 3", at=NOW)
    (case,) = found.opened
    assert desk.case(case).snapshot["data"]["cause"] == "leak"


async def test_an_account_event_that_nobody_waits_for_may_go_by_when_it_is_quiet(desk: Desk) -> None:
    event = Message(name="payment-received", by="rep")
    found = await delivery.to_account(desk.world, ACCOUNT, event, name="payment 1", at=NOW, quiet=True)
    assert found == delivery.Delivered()
    with desk.world.store.reading() as session:
        assert list(session.exec(select(CaseRow))) == []


async def test_a_hold_recalls_field_work_at_once(desk: Desk) -> None:
    case = (await desk.open("field")).case
    assert desk.task(case).snapshot["meters"][0]["serial"] == "S000001"
    with desk.world.store.writing() as session:
        place_hold(session, ACCOUNT, "medical", since=NOW, by="rep", at=NOW)
    await delivery.tell_holds(desk.world, ACCOUNT)
    assert desk.task(case).state == "cancelled"
    with desk.world.store.writing() as session:
        release_hold(session, ACCOUNT, "medical", by="rep", at=NOW)
    await delivery.tell_holds(desk.world, ACCOUNT)
    assert desk.task(case, 2).state == "open"


async def test_each_effect_of_the_catalogue_has_exactly_one_activity(desk: Desk) -> None:
    found = names(activities_of(desk.world))
    check(found)
    effects = {name for name in actions.names() if (known := actions.signature(name)) and known.kind == "effect"}
    assert effects <= set(found)
    with pytest.raises(BadCatalogueError):
        check([*found, "letter"])


def _children(desk: Desk, parent: str) -> list[str]:
    with desk.world.store.reading() as session:
        return [link.child_id for link in children_of(session, parent) if session.get(CaseRow, link.child_id)]
