"""Cases and their steps as they are shown."""

from __future__ import annotations

from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import ConfigDict, Field

from api.views.shown import Moment, Said, Shown, local
from definitions.language.sentences import again
from store.tables.cases import CaseRow, StepRow

CASE_EXAMPLE: dict[str, Any] = {
    "id": "c-2345abcdefgh",
    "case": "high-consumption",
    "version": 1,
    "rules_version": 1,
    "title": "High-consumption complaint",
    "account": "a-10017",
    "status": "open",
    "state": ["review"],
    "why": "Waits for somebody in customer-service to review the consumption history, until Tuesday 10 March 17:00.",
    "opened": "2026-03-09T08:30:00-07:00",
    "changed": "2026-03-09T08:30:00-07:00",
    "closed": None,
    "outcome": None,
    "step": 1,
    "next_due": "2026-03-09T12:30:00-07:00",
    "service_level_due": None,
    "late": False,
    "incidents": 0,
}


class CaseView(Shown):
    """A case."""

    model_config = ConfigDict(json_schema_extra={"examples": [CASE_EXAMPLE]})

    id: str
    case: str = Field(description="The case type: the definition's name.")
    version: int = Field(description="The definition's version; an open case keeps its own.")
    rules_version: int = Field(
        description="The version whose calendar and laws bind it: its own, or a later one that has taken effect since."
    )
    title: str
    account: str | None
    status: Literal["open", "closed"]
    state: list[str] = Field(description="Paths of the active states.")
    why: Said = Field(description="What it waits for, until when, by which rule.")
    opened: Moment
    changed: Moment = Field(description="When the last step was.")
    closed: Moment | None
    outcome: str | None = Field(description="The final state it closed in.")
    step: int = Field(description="Number of the last step.")
    next_due: Moment | None
    service_level_due: Moment | None
    late: bool = Field(description="Whether the service level was missed.")
    incidents: int = Field(description="Effects that keep failing.")


class CaseDetail(CaseView):
    """A case with its data."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{**CASE_EXAMPLE, "data": {"cause": "leak", "credit": "41.20"}, "holds": {}}]}
    )

    data: dict[str, Any] = Field(description="What the case holds, as its definition types it.")
    holds: dict[str, str] = Field(description="Holds that the case knows of: kind, and when it was placed.")


class StepView(Shown):
    """One step of a case: what happened, by whom, on which facts, under which rules."""

    case: str
    step: int
    at: Moment
    by: str
    event: str = Field(examples=["outcome review/explained"])
    left: list[str]
    entered: list[str]
    state: list[str] = Field(description="Paths of the active states after it.")
    changes: dict[str, Any] = Field(description="Fields of data that changed, with their new values.")
    facts: dict[str, Any] = Field(description="What it was decided on.")
    rules: list[str] = Field(description="Law rules that were checked and kept.")
    rule: str | None = Field(description="By which the person was allowed to.")
    note: str | None


def case_view(case: CaseRow, *, zone: ZoneInfo) -> CaseView:
    """The case as it is shown in lists."""
    return CaseView(**_fields(case, zone))


def case_detail(case: CaseRow, *, zone: ZoneInfo) -> CaseDetail:
    """The case as it is shown by itself."""
    snapshot: dict[str, Any] = case.snapshot or {}
    return CaseDetail(**_fields(case, zone), data=snapshot.get("data") or {}, holds=snapshot.get("holds") or {})


def step_view(step: StepRow, *, zone: ZoneInfo) -> StepView:
    """The step as it is shown in the timeline."""
    return StepView(
        case=step.case_id,
        step=step.step_no,
        at=step.at.astimezone(zone),
        by=step.by,
        event=step.event,
        left=list(step.states_left or []),
        entered=list(step.states_entered or []),
        state=step.state.split(),
        changes=step.changes or {},
        facts=step.facts or {},
        rules=list(step.rules or []),
        rule=step.rule,
        note=step.note,
    )


def _fields(case: CaseRow, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "id": case.id,
        "case": case.definition,
        "version": case.version,
        "rules_version": case.rules_version or case.version,
        "title": case.title,
        "account": case.account_id,
        "status": case.status,
        "state": case.state.split(),
        "why": again(case.why, case.why_said),
        "opened": case.opened_at.astimezone(zone),
        "changed": case.at.astimezone(zone),
        "closed": local(case.closed_at, zone),
        "outcome": case.outcome,
        "step": case.step_no,
        "next_due": local(case.next_due, zone),
        "service_level_due": local(case.sla_due, zone),
        "late": case.sla_late,
        "incidents": case.incidents,
    }
