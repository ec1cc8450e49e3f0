"""The contact log and the counter: who it was, what was offered, and what a collection counts of it."""

from __future__ import annotations

from pathlib import Path

from sqlmodel import select

from store.tables.conversations import ASKED, CHANNELS, SPOKE_WITH
from store.tables.outbox import AccountEvent
from tests.api.office import Office
from tests.api.pages_office import seen, sent
from tests.shipped import shipped_library

DEFINITIONS = Path(__file__).parents[2] / "definitions"
LOG = "/api/accounts/a-1/conversations"


async def test_what_was_asked_and_what_matched_is_kept_and_two_matches_verify(office: Office) -> None:
    rep = office.by("rep")
    one = await rep.post(LOG, {"spoke_with": "customer", "channel": "counter", "asked": {"name": True}})
    two = await rep.post(
        LOG, {"spoke_with": "customer", "channel": "counter", "asked": {"name": True, "telephone": True}}
    )
    wrong = await rep.post(
        LOG,
        {"spoke_with": "other", "channel": "counter", "asked": {"name": True, "telephone": True, "last-bill": False}},
    )
    assert [answer.json()["verified"] for answer in (one, two, wrong)] == [False, True, False]
    kept = (await rep.get(LOG)).json()["items"]
    assert {"name": True, "telephone": True, "last-bill": False} in [each["asked"] for each in kept]
    assert {each["by"] for each in kept} == {"rep"}


async def test_an_offer_is_made_to_somebody(office: Office) -> None:
    answer = await office.by("rep").post(LOG, {"spoke_with": "nobody", "channel": "counter", "offered": ["policy"]})
    assert answer.status_code == 422
    assert "spoke_with" in answer.json()["fields"]


async def test_the_log_is_for_who_may_see_the_account(office: Office) -> None:
    assert (await office.by("crew").get(LOG)).status_code == 403
    assert (await office.by("rep").get("/api/accounts/a-2/conversations")).status_code == 403  # confidential
    assert (await office.by("auditor").post(LOG, {"spoke_with": "customer", "channel": "counter"})).status_code == 403


async def test_the_counter_asks_who_it_is_and_says_whether_they_are_verified(office: Office) -> None:
    page = await seen(office, "rep", "/accounts/a-1")
    assert page.status_code == 200, page.text
    assert "not asked yet" in page.text
    await sent(
        office, "rep", "/accounts/a-1/conversations",
        channel="counter", spoke_with="customer", **{"asked__name": "yes", "asked__service-address": "yes"},
    )  # fmt: skip
    after = (await seen(office, "rep", "/accounts/a-1")).text
    assert "not asked yet" not in after
    assert "Name: yes" in after


async def test_a_payment_at_the_counter_shows_its_receipt_and_a_wrong_amount_comes_back(office: Office) -> None:
    wrong = await sent(office, "rep", "/accounts/a-1/payments", amount="ten", method="cash")
    assert wrong.status_code == 422
    assert 'value="ten"' in wrong.text
    assert (await sent(office, "auditor", "/accounts/a-1/payments", amount="10", method="cash")).status_code == 403


async def test_the_counter_offers_only_what_the_person_may_do(office: Office) -> None:
    auditor = (await seen(office, "auditor", "/accounts/a-1")).text
    for label in ("Take a payment", "Note the conversation", "What is it about?", "Place a hold"):
        assert label in (await seen(office, "rep", "/accounts/a-1")).text, label
        assert label not in auditor, label


async def test_a_call_waits_to_be_told_until_the_cases_have_heard_of_it(office: Office) -> None:
    # There is no Temporal server in this office, as if the process had died before the cases knew.
    body = {"spoke_with": "customer", "channel": "telephone", "offered": ["policy", "options"]}
    assert (await office.by("rep").post(LOG, body)).status_code == 500
    with office.store.reading() as session:
        (event,) = [each for each in session.exec(select(AccountEvent)) if each.name == "telephone-contact"]
    assert event.data == {"customer": True, "policy_offered": True, "options_offered": True}


def test_the_shipped_counter_leads_to_case_types_that_there_are() -> None:
    library = shipped_library()
    assert library.district is not None
    named = {case for reason in library.district.counter for case in reason.cases}
    assert named <= set(library.cases)
    assert len(library.district.counter) >= 10


def test_the_words_of_the_log_are_those_of_its_interface() -> None:
    from typing import get_args

    from api.views import conversations as shown

    assert get_args(shown.Channel) == CHANNELS
    assert get_args(shown.SpokeWith) == SPOKE_WITH
    assert get_args(shown.Asked) == ASKED
