"""What a form would be answered before it is sent: the same checks, told to who may do the task, and nothing changes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlmodel import select

from store.publishing import publish_compiled
from store.tables.audit import Audit
from store.tables.cases import CaseRow, TaskRow
from tests.api.office import MONDAY, Office, opened
from tests.shipped import shipped


async def foretold(office: Office, task: str, by: str = "rep", **form: Any) -> dict[str, Any]:
    """The answer of the half-filled form."""
    answer = await office.by(by).post(f"/api/tasks/{task}/foresee", {"form": form})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def outcome(told: dict[str, Any], name: str) -> dict[str, Any]:
    """One outcome of the answer."""
    return next(each for each in told["outcomes"] if each["outcome"] == name)


async def test_what_is_missing_is_told_for_each_outcome_and_what_is_wrong_at_its_field(office: Office) -> None:
    told = await foretold(office, opened(office), cause="rain")
    assert told["wrong"] == {"cause": "is one of leak, misread"}
    assert outcome(told, "explained")["lacks"] == ["cause"]
    assert outcome(told, "explained")["does"] == "closes the case"


async def test_with_a_whole_form_the_step_itself_is_foreseen(office: Office) -> None:
    told = await foretold(office, opened(office), cause="leak")
    assert told["wrong"] == {}
    assert outcome(told, "reread")["lacks"] == []
    assert outcome(told, "reread")["does"] == "opens “Reread the meter” for Meter crew"


async def test_a_limit_is_told_before_the_amount_is_sent(office: Office) -> None:
    task = opened(office, name="adjusting", place="adjusting", queue="supervisors", title="Approve the adjustment")
    above = outcome(await foretold(office, task, by="supervisor", credit="1200.00"), "approve")
    assert "above your limit" in above["not_yet"]
    within = outcome(await foretold(office, task, by="supervisor", credit="900.00"), "approve")
    assert within["not_yet"] is None


async def test_what_no_form_can_change_bars_an_outcome_also_where_its_fact_is_not_there(office: Office) -> None:
    task = opened(
        office, name="list-parcel", place="listing", queue="supervisors", title="Hand the parcel to the county"
    )
    with office.store.writing() as session:
        publish_compiled(session, shipped("lien"), source="", by="author", at=MONDAY - timedelta(days=30))
        case = session.get_one(CaseRow, task.rpartition(".")[0])
        case.definition = "lien"
        case.snapshot = {**case.snapshot, "definition": "lien", "state": ["listing"]}
    told = await foretold(office, task, by="supervisor")
    nothing_is_past_due = "no day is known for “delinquent since” (Water Code 31701(e), 31701.5)"
    assert outcome(told, "listed")["refused"] == nothing_is_past_due
    assert outcome(told, "too-late")["refused"] is None


async def test_asking_leaves_no_trace_and_is_for_who_may_do_the_task(office: Office) -> None:
    task = opened(office)
    await foretold(office, task, cause="leak")
    with office.store.reading() as session:
        assert session.exec(select(Audit)).all() == []
        assert session.get_one(TaskRow, task).version == 0
    for person in ("auditor", "finance"):
        assert (await office.by(person).post(f"/api/tasks/{task}/foresee", {"form": {}})).status_code == 403
