"""What keeps failing, told: what the case wanted done, and which case it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlmodel import Session

from api.library import content_of_case
from api.pages.words import titled
from api.texts import said
from api.views.books import IncidentView, incident_view
from store.outbox import effects_at
from store.queries.cases import cases_by_id
from store.tables.cases import Incident
from store.tables.outbox import EffectRow
from workflows.machine.machine import Machine, machine_of
from workflows.machine.words import spoken


@dataclass(frozen=True, kw_only=True)
class Failing:
    """An incident with its case's title."""

    incident: IncidentView
    what: str  #: `writes the answer letter`
    case_title: str


def failing(session: Session, incidents: Sequence[Incident], *, zone: ZoneInfo) -> list[Failing]:
    """The incidents as they are told, in their order."""
    cases = {row.id: row for row in cases_by_id(session, list({each.case_id for each in incidents}))}
    machines = {id_: machine_of(content_of_case(session, row)) for id_, row in cases.items()}
    told = wanted(session, machines, incidents)
    return [
        Failing(incident=incident_view(each, zone=zone), what=told[each.id], case_title=cases[each.case_id].title)
        for each in incidents
    ]


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
