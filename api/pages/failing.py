"""What keeps failing, told: what the case wanted done, and which case it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session

from api.library import content_of_case
from api.pages.words import titled
from api.texts import said
from api.views.books import IncidentView, incident_view
from api.views.leaving_out import if_left_out
from store.outbox import effects_at
from store.queries.cases import cases_by_id
from store.tables.cases import CaseRow, Incident
from store.tables.outbox import EffectRow
from workflows.machine.machine import Machine, machine_of
from workflows.machine.words import spoken


@dataclass(frozen=True, kw_only=True)
class Failing:
    """An incident with its case's title."""

    incident: IncidentView
    what: str  #: `writes the answer letter`
    case_title: str
    if_left_out: str | None  #: what the case would do next; None once it is settled


def failing(session: Session, incidents: Sequence[Incident], *, zone: ZoneInfo, at: datetime) -> list[Failing]:
    """The incidents as they are told, in their order."""
    cases = {row.id: row for row in cases_by_id(session, list({each.case_id for each in incidents}))}
    machines = {id_: machine_of(content_of_case(session, row)) for id_, row in cases.items()}
    told = wanted(session, machines, incidents)
    return [
        shown(session, machines[each.case_id], cases[each.case_id], each, told[each.id], zone=zone, at=at)
        for each in incidents
    ]


def shown(
    session: Session, machine: Machine, row: CaseRow, incident: Incident, what: str, *, zone: ZoneInfo, at: datetime
) -> Failing:
    """The incident of this case, with what the case wanted done."""
    return Failing(
        incident=incident_view(incident, zone=zone),
        what=what,
        case_title=row.title,
        if_left_out=if_left_out(session, machine, row, incident, at=at),
    )


def wanted(session: Session, machines: dict[str, Machine], incidents: Sequence[Incident]) -> dict[str, str]:
    """What each incident's case wanted done, by the incident's id; `machines` by the case's."""
    effects = effects_at(session, [(each.case_id, each.step_no, each.effect_no) for each in incidents])
    return {
        each.id: _told(machines[each.case_id], each, effects.get((each.case_id, each.step_no, each.effect_no)))
        for each in incidents
    }


def _told(machine: Machine, incident: Incident, effect: EffectRow | None) -> str:
    args = ((effect.payload or {}) if effect is not None else {}).get("args") or {}
    return said(spoken(machine.setting.compiled, incident.action, args)) or titled(incident.action)
