"""What people do on a case's page: note what came in, settle what keeps failing, override a rule, open the case again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from api.acts import moves, opening, overriding, settling
from api.acts.rules import case_seen, comes_by_itself
from api.library import content_of_case
from api.pages.fields import Input, inputs
from api.pages.frame import Trouble, new_key, page, trouble_of
from api.pages.posted import Form, Posted
from api.pages.telling import step_told
from api.pages.texts import _
from api.pages.urls import urls
from api.problems import Invalid, NotFound, Problem
from api.security.people import Person
from api.security.signin import SignedIn
from api.services import Office, Services
from api.views.work import field_view
from definitions.language.model import DataField
from workflows.machine.machine import machine_of

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, kw_only=True)
class EventPage:
    """The form of something that came in."""

    case: str
    case_title: str
    name: str
    title: str
    inputs: Sequence[Input]
    key: str
    trouble: Trouble | None


@router.get("/cases/{case_id}/events/{name}")
def ask(request: Request, office: Office, person: SignedIn, case_id: str, name: str) -> Response:
    """Asks for what an event from outside says."""
    person.must("send-events")
    return _form(request, office, person, case_id, name)


@router.post("/cases/{case_id}/events/{name}")
async def tell(request: Request, office: Office, form: Form, case_id: str, name: str) -> Response:
    """Notes an event from outside; a form that is not right comes back with what was typed."""
    person = form.ask.person
    fields, _title, _case = await run_in_threadpool(_asked, office, person, case_id, name)
    given = form.typed(fields)
    try:
        await opening.send_event(office, form.ask, case_id, name, given)
    except Problem as problem:
        if problem.status not in (409, 422):
            raise
        return await run_in_threadpool(
            _form,
            request,
            office,
            person,
            case_id,
            name,
            given=given,
            trouble=trouble_of(problem),
            status=problem.status,
        )
    return _back(case_id)


@router.post("/cases/{case_id}/reopen")
async def reopen(office: Office, form: Form, case_id: str) -> Response:
    """Opens a closed case again."""
    await opening.reopen(office, form.ask, case_id, reason=_reason(form))
    return _back(case_id)


@router.post("/cases/{case_id}/incidents/{incident_id}")
async def settle(office: Office, form: Form, case_id: str, incident_id: str) -> Response:
    """Has what keeps failing tried again, or leaves it out."""
    how = form.text("how")
    if how == "retry":
        await settling.settle(
            office, form.ask, incident_id, how="retry", reason=form.text("reason") or _("tried again")
        )
    else:
        await settling.settle(office, form.ask, incident_id, how="skip", reason=_reason(form))
    return _back(case_id)


@router.post("/cases/{case_id}/moves")
def ask_move(office: Office, form: Form, case_id: str) -> Response:
    """Asks to move the case to another state."""
    moves.ask_for(office, form.ask, case_id, target=form.text("target"), reason=_reason(form))
    return _back(case_id)


@router.post("/cases/{case_id}/moves/{move_id}")
async def decide_move(office: Office, form: Form, case_id: str, move_id: str) -> Response:
    """Agrees to a move as the second person, or refuses it."""
    if form.text("decision") == "agree":
        await moves.agree(office, form.ask, move_id)
    else:
        await run_in_threadpool(moves.refuse, office, form.ask, move_id, reason=_reason(form))
    return _back(case_id)


@router.post("/cases/{case_id}/overrides")
def ask_override(office: Office, form: Form, case_id: str) -> Response:
    """Asks to override rules of the district's own."""
    rules = [rule for rule in form.fields.get("rule", ()) if rule][:10]
    if not rules:
        raise Invalid(_("Say which rule is to be overridden."), fields={"rule": _("is empty")})
    overriding.ask_for(office, form.ask, case_id, rules=rules, reason=_reason(form))
    return _back(case_id)


@router.post("/cases/{case_id}/overrides/{override_id}")
async def decide_override(office: Office, form: Form, case_id: str, override_id: str) -> Response:
    """Agrees to an override as the second person, or refuses it."""
    if form.text("decision") == "agree":
        await overriding.agree(office, form.ask, case_id, override_id)
    else:
        await run_in_threadpool(overriding.refuse, office, form.ask, case_id, override_id, reason=_reason(form))
    return _back(case_id)


def _back(case_id: str) -> Response:
    return RedirectResponse(urls.case(case_id), status_code=303)


def _reason(form: Posted) -> str:
    reason = form.text("reason")[:500]
    if not reason:
        raise Invalid(_("Say why: the reason stays with the case."), fields={"reason": _("is empty")})
    return reason


def _asked(office: Services, person: Person, case_id: str, name: str) -> tuple[Mapping[str, DataField], str, str]:
    """The fields of the event, its title and the case's."""
    with office.store.reading() as session:
        row = case_seen(session, person, case_id)
        machine = machine_of(content_of_case(session, row))
    if comes_by_itself(name):
        raise NotFound(_("Nobody notes this by hand: it comes from the district's books."))
    return machine.definition.messages.get(name, {}), step_told(machine, f"message {name}"), row.title


def _form(
    request: Request,
    office: Services,
    person: Person,
    case_id: str,
    name: str,
    *,
    given: Mapping[str, Any] | None = None,
    trouble: Trouble | None = None,
    status: int = 200,
) -> Response:
    fields, title, case_title = _asked(office, person, case_id, name)
    with office.store.reading() as session:
        account = case_seen(session, person, case_id).account_id
        shown = inputs(
            session,
            [field_view(each, field, None) for each, field in fields.items()],
            account=account,
            errors=trouble.fields if trouble else {},
            given=given,
        )
    content = EventPage(
        case=case_id, case_title=case_title, name=name, title=title, inputs=shown, key=new_key(), trouble=trouble
    )
    return page(request, "case/event.html", content, person=person, status=status)
