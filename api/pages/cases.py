"""A case: what it waits for, what happened, what is to be done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from sqlmodel import col, select

from api.acts import opening, remembering
from api.acts.accounts import log_view
from api.acts.queue import queue_of
from api.acts.rules import case_seen, is_an_answer
from api.library import content_of_case, published
from api.pages.frame import page
from api.pages.posted import Form
from api.pages.texts import _
from api.pages.urls import urls
from api.problems import Invalid
from api.security.signin import SignedIn
from api.services import Office
from api.views.accounts import AccountDetail, LetterView, letter_view
from api.views.books import FileView, IncidentView, file_view, incident_view
from api.views.cases import CaseDetail, StepView, case_detail, step_view
from api.views.connections import ApplicantView, applicant_view
from api.views.notes import NoteView, note_view
from api.views.stories import account_detail, letters_page
from api.views.tasks import TaskView, task_view
from definitions.language.diagrams import svg
from definitions.language.expand import expand, title_of
from store.queries import cases as query
from store.tables.connections import Applicant
from store.tables.papers import File
from store.tables.utility import Account
from workflows.machine import case as cases
from workflows.machine.machine import machine_of

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, kw_only=True)
class CasePage:
    """A case with all that belongs to it."""

    case: CaseDetail
    states: Sequence[str]  #: titles of the active states
    account: AccountDetail | None
    applicant: ApplicantView | None
    tasks: Sequence[TaskView]
    steps: Sequence[StepView]  #: the newest first
    notes: Sequence[NoteView]
    letters: Sequence[LetterView]
    files: Sequence[FileView]
    incidents: Sequence[IncidentView]
    titles: Mapping[str, str]  #: of the fields of its data
    messages: Sequence[tuple[str, str]]  #: events from outside that can be noted now: name and title
    may_write: bool


@router.get("/cases/{case_id}")
def show(request: Request, office: Office, person: SignedIn, case_id: str) -> Response:
    """Shows a case."""
    at, zone = office.now(), office.zone
    tasks = queue_of(office, person, case=case_id).items
    with office.store.reading() as session:
        row = case_seen(session, person, case_id)
        account = session.get(Account, row.account_id) if row.account_id else None
        applicant = session.get(Applicant, row.applicant_id) if row.applicant_id else None
        machine = machine_of(content_of_case(session, row))
        data = machine.definition.data
        plans = machine.setting.plan.states
        files = session.exec(
            select(File).where(File.case_id == case_id, File.kind != "letter").order_by(col(File.uploaded_at))
        )
        waits_for = machine.messages(cases.from_json(row.snapshot)) if person.may("send-events") else []
        content = CasePage(
            case=case_detail(row, zone=zone),
            states=[plans[state].title if state in plans else state for state in row.state.split()],
            account=account_detail(session, account, zone=zone) if account else None,
            applicant=applicant_view(applicant, zone=zone) if applicant else None,
            tasks=[task_view(task, at=at, zone=zone) for task in tasks],
            steps=[step_view(step, zone=zone) for step in reversed(query.steps_of(session, case_id))],
            notes=[note_view(note, zone=zone) for note in query.notes_of(session, case=case_id)],
            letters=[letter_view(letter, zone=zone) for letter in letters_page(session, case=case_id, limit=100).items],
            files=[file_view(file, zone=zone) for file in files if not file.medical or person.may("see-medical")],
            incidents=[
                incident_view(incident, zone=zone)
                for incident in query.incidents_of(session, case_id)
                if incident.settled_at is None
            ],
            titles={name: field.title or title_of(name.replace("_", "-")) for name, field in data.items()},
            messages=[
                (name, title_of(name))
                for name in waits_for
                if not machine.definition.messages.get(name) and not is_an_answer(name)
            ],
            may_write=person.may("work"),
        )
    log_view(office, person, row.account_id or "", confidential=bool(account and account.confidential), what="case")
    return page(request, "case/case.html", content, person=person)


@router.get("/cases/{case_id}/states.svg")
def picture(office: Office, person: SignedIn, case_id: str) -> Response:
    """Draws the case's state machine with its present state and the way it took."""
    with office.store.reading() as session:
        row = case_seen(session, person, case_id)
        definition = expand(published(session, row.definition, row.version).definition)
        taken = {state for step in query.steps_of(session, case_id) for state in step.states_entered or ()}
    drawn = svg(definition, active=tuple(row.state.split()), taken=tuple(sorted(taken)))
    return Response(drawn, media_type="image/svg+xml")


@router.post("/cases/{case_id}/notes")
def write(office: Office, form: Form, case_id: str) -> Response:
    """Writes a note on the case."""
    text = form.text("text")
    if not text:
        raise Invalid(_("The note is empty."), fields={"text": _("is empty")})
    remembering.add_note(office, form.ask, text=text[:4000], case_id=case_id)
    return RedirectResponse(urls.case(case_id), status_code=303)


@router.post("/cases/{case_id}/events")
async def tell(office: Office, form: Form, case_id: str) -> Response:
    """Notes an event from outside."""
    data: dict[str, Any] = {}
    await opening.send_event(office, form.ask, case_id, form.text("event")[:80], data)
    return RedirectResponse(urls.case(case_id), status_code=303)
