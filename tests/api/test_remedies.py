"""Each incident says what to do about it, and several are settled at once over REST."""

from __future__ import annotations

import re
from pathlib import Path

from api.views.remedies import DATA, LATER, REMEDIES, remedy
from store.tables.cases import Incident
from tests.api.office import MONDAY, Office

ACTIVITIES = Path(__file__).parents[2] / "activities"


def test_a_remedy_is_of_a_code_that_something_gives() -> None:
    texts = "\n".join(file.read_text() for file in [*ACTIVITIES.glob("*.py"), Path("workflows/outgoing.py")])
    assert [code for code in REMEDIES if not re.search(rf'"{code}"', texts)] == []


def test_what_has_no_remedy_of_its_own_is_told_by_its_kind() -> None:
    assert remedy("bad-read") == DATA
    assert remedy("OperationalError") == LATER


async def test_several_incidents_are_settled_with_a_result_for_each(office: Office) -> None:
    case = office.task().rpartition(".")[0]
    with office.store.writing() as session:
        session.add(
            Incident(
                id="in-1",
                case_id=case,
                step_no=1,
                effect_no=1,
                action="letter",
                code="no-address",
                sentence="there is no address",
                opened_at=MONDAY,
                settled_at=MONDAY,
                settled_by="lead",
                settled_how="skipped",
            )
        )
    body = {"incidents": ["in-1", "in-2"], "how": "skip", "reason": "told by telephone"}
    answer = await office.by("supervisor").post("/api/incidents/settle", body)
    assert [(each["id"], each["done"], each["code"]) for each in answer.json()["results"]] == [
        ("in-1", False, "no-incident"),
        ("in-2", False, "not-found"),
    ]
