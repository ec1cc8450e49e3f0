"""Where two people publish a definition: one proposes, another one approves or sends back."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlmodel import col, select

from store.tables.audit import Audit
from tests.api.office import Office
from tests.api.office_cases import DISTRICT

TEXT = """\
case: returned-mail
title: Returned mail
data:
  account: {type: account, required: true}
initial: looking
states:
  looking:
    task:
      title: Look for the new address
      queue: customer-service
      due: 2 business days
      outcomes:
        found: done
  done: {type: final}
"""


@pytest.fixture
def two(office: Office) -> Office:
    """An office in which two people publish, and supervisors are among those who may."""
    supervisor = DISTRICT.roles["supervisor"]
    rights = (*supervisor.rights, "publish-definitions")
    roles = {**DISTRICT.roles, "supervisor": supervisor.model_copy(update={"rights": rights})}
    district = DISTRICT.model_copy(update={"publish_persons": "2", "roles": roles})
    office.app.state.services = replace(office.services, district=district)
    return office


async def _propose(office: Office, text: str = TEXT, *, by: str = "author") -> str:
    answer = await office.by(by).post("/api/definitions", {"source": text, "note": "Looks for two days."})
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


async def test_what_one_proposes_is_published_once_another_approves(two: Office) -> None:
    proposal = await _propose(two)
    assert (await two.by("rep").get("/api/definitions/returned-mail")).status_code == 404
    approved = await two.by("supervisor").post(f"/api/proposals/{proposal}/approve")
    assert approved.status_code == 201, approved.text
    version = approved.json()
    assert (version["version"], version["published_by"], version["approved_by"]) == (1, "author", "supervisor")
    read = (await two.by("rep").get(f"/api/proposals/{proposal}")).json()
    assert (read["status"], read["published"], read["source"]) == ("approved", 1, TEXT)
    with two.store.reading() as session:
        rows = session.exec(select(Audit).where(Audit.object_kind == "definition").order_by(col(Audit.id))).all()
    assert [(row.person, row.act, row.object_id) for row in rows] == [
        ("author", "propose", "returned-mail"),
        ("supervisor", "approve", "returned-mail"),
    ]


async def test_nobody_approves_what_they_have_proposed_themselves(two: Office) -> None:
    proposal = await _propose(two)
    refused = await two.by("author").post(f"/api/proposals/{proposal}/approve")
    assert refused.status_code == 403
    assert "second person" in refused.json()["detail"]
    assert (await two.by("rep").post(f"/api/proposals/{proposal}/approve")).status_code == 403


async def test_what_is_sent_back_says_why_and_can_be_proposed_again(two: Office) -> None:
    proposal = await _propose(two)
    back = await two.by("supervisor").post(f"/api/proposals/{proposal}/send-back", {"reason": "Two days are too few."})
    assert (back.json()["status"], back.json()["reason"]) == ("sent-back", "Two days are too few.")
    late = await two.by("supervisor").post(f"/api/proposals/{proposal}/approve")
    assert (late.status_code, "sent back already" in late.json()["detail"]) == (409, True)
    again = await _propose(two, TEXT.replace("2 business", "5 business"))
    assert again != proposal


async def test_one_proposal_of_a_definition_waits_at_a_time(two: Office) -> None:
    proposal = await _propose(two)
    second = await two.by("supervisor").post("/api/definitions", {"source": TEXT.replace("2 business", "3 business")})
    assert (second.status_code, second.json()["proposal"]) == (409, proposal)
    assert (await two.by("supervisor").post(f"/api/proposals/{proposal}/withdraw")).status_code == 403
    assert (await two.by("author").post(f"/api/proposals/{proposal}/withdraw")).json()["status"] == "withdrawn"
    await _propose(two, TEXT.replace("2 business", "3 business"), by="supervisor")


async def test_what_was_overtaken_by_another_version_goes_back_to_its_author(two: Office) -> None:
    proposal = await _propose(two)
    two.app.state.services, both = two.services, two.app.state.services  # published meanwhile, as `headgate up` does
    assert (await two.by("author").post("/api/definitions", {"source": TEXT.replace("2 bus", "9 bus")})).is_success
    two.app.state.services = both
    overtaken = await two.by("supervisor").post(f"/api/proposals/{proposal}/approve")
    assert (overtaken.status_code, overtaken.json()["version"]) == (409, 1)


async def test_what_is_not_sound_is_not_even_proposed(two: Office) -> None:
    answer = await two.by("author").post(
        "/api/definitions", {"source": TEXT.replace("queue: customer", "queue: costumer")}
    )
    assert answer.status_code == 422
    assert (await two.by("rep").get("/api/proposals")).json()["items"] == []
