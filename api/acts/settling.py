"""What keeps failing: a supervisor lets it be tried again, or leaves it out with a reason."""

from __future__ import annotations

from typing import Literal

from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from api.acts.act import Answer, Ask, Record, answered, key_row, must_change_things, refuse
from api.failing import problem_of
from api.problems import Invalid, NoIncident, NotFound, NotPermitted, Problem
from api.security.people import Person
from api.services import Services
from api.views.books import incident_view
from definitions.language.sentences import say, word
from store.tables.cases import Incident
from workflows.machine.errors import Refused


async def settle(office: Services, ask: Ask, incident_id: str, *, how: Literal["retry", "skip"], reason: str) -> Answer:
    """The incident, settled. Trying again is harmless and may go without a reason; leaving out may not (`must_say_why`)."""
    record = Record(act=f"incident-{how}", kind="incident", id=incident_id, rule="right settle-incidents")

    def prepared() -> Answer | Incident:
        with office.store.reading() as session:
            earlier = answered(session, ask)
            if earlier is not None:
                return earlier
            must_change_things(ask.person, "settle-incidents")
            must_say_why(how, reason)
            return _open(session, incident_id, record)

    def kept() -> Answer:
        with office.store.writing() as session:
            incident = session.get_one(Incident, incident_id)
            answer = Answer(body=incident_view(incident, zone=office.zone).model_dump(mode="json"))
            session.add(record.row(by=ask.person.id, at=ask.at))
            session.add(key_row(ask, answer, record))
            return answer

    try:
        incident = await run_in_threadpool(prepared)
        if isinstance(incident, Answer):
            return incident
        await office.engine.settle(
            incident.case_id,
            step=incident.step_no,
            number=incident.effect_no,
            how=how,
            by=ask.person.id,
            reason=reason,
        )
    except Refused as refused:
        problem = problem_of(refused)
        await run_in_threadpool(refuse, office.store, ask, record, problem)
        raise problem from refused
    except Problem as problem:
        await run_in_threadpool(refuse, office.store, ask, record, problem)
        raise
    return await run_in_threadpool(kept)


def may_read(person: Person) -> None:
    """Raises NotPermitted for who may not read what keeps failing."""
    if not person.reads_incidents:
        raise NotPermitted(say("Incidents are for supervisors and auditors to read."))


def must_say_why(how: Literal["retry", "skip"], reason: str) -> None:
    """Raises Invalid where something is to be left out without a reason: the case goes on as if it had been done."""
    if how == "skip" and not reason.strip():
        raise Invalid(
            say("Say why it is left out: the reason stays with the incident."), fields={"reason": say("is empty")}
        )


def incident_of(session: Session, incident_id: str) -> Incident:
    """The incident; NotFound when there is none."""
    incident = session.get(Incident, incident_id)
    if incident is None:
        raise NotFound(
            say(
                "There is no incident %(incident)s. GET /api/incidents lists those that are open.",
                incident=repr(incident_id[:60]),
            )
        )
    return incident


def _open(session: Session, incident_id: str, record: Record) -> Incident:
    incident = incident_of(session, incident_id)
    record.case = incident.case_id
    if incident.settled_at is not None:
        raise NoIncident(
            say(
                "%(who)s has settled this already (%(how)s).",
                who=incident.settled_by,
                how=word(incident.settled_how or ""),
            )
        )
    return incident
