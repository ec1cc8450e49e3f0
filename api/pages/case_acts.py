"""What people do on a case's page: note what came in, settle what keeps failing, override a rule, open the case again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from api.acts import moves, opening, overriding, settling
from api.acts.act import Answer
from api.acts.rules import case_seen, comes_by_itself
from api.library import content_of_case
from api.pages.cases import shown
from api.pages.fields import Input, inputs
from api.pages.frame import Trouble, new_key, page, trouble_of
from api.pages.posted import Form, Posted
from api.pages.returned import returned
from api.pages.telling import step_told
from api.pages.urls import urls
from api.problems import Invalid, NotFound, Problem
from api.security.people import Person
from api.security.signin import SignedIn
from api.services import Office, Services
from api.texts import _
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
async def reopen(request: Request, office: Office, form: Form, case_id: str) -> Response:
    """Opens a closed case again."""
    return await _done(
        request,
        office,
        form,
        case_id,
        "reopen",
        lambda: opening.reopen(office, form.ask, case_id, reason=_reason(form)),
    )


@router.post("/cases/{case_id}/incidents/{incident_id}")
async def settle(request: Request, office: Office, form: Form, case_id: str, incident_id: str) -> Response:
    """Has what keeps failing tried again, or leaves it out with a reason."""
    how: Literal["retry", "skip"] = "skip" if form.text("how") == "skip" else "retry"

    def act() -> Awaitable[Answer]:
        return settling.settle(office, form.ask, incident_id, how=how, reason=form.text("reason")[:500])

    return await _done(request, office, form, case_id, f"incident {incident_id}", act)


@router.post("/cases/{case_id}/moves")
async def ask_move(request: Request, office: Office, form: Form, case_id: str) -> Response:
    """Asks to move the case to another state."""

    def act() -> Awaitable[Answer]:
        target, step = form.text("target"), form.number("version")
        return run_in_threadpool(
            moves.ask_for, office, form.ask, case_id, target=target, reason=_reason(form), step=step
        )

    return await _done(request, office, form, case_id, "move", act)


@router.post("/cases/{case_id}/moves/{move_id}")
async def decide_move(request: Request, office: Office, form: Form, case_id: str, move_id: str) -> Response:
    """Agrees to a move as the second person, or refuses it."""

    def act() -> Awaitable[Answer]:
        if form.text("decision") == "agree":
            return moves.agree(office, form.ask, move_id, step=form.number("version"))
        return run_in_threadpool(moves.refuse, office, form.ask, move_id, reason=_reason(form))

    return await _done(request, office, form, case_id, move_id, act)


@router.post("/cases/{case_id}/overrides")
async def ask_override(request: Request, office: Office, form: Form, case_id: str) -> Response:
    """Asks to override rules of the district's own."""

    def act() -> Awaitable[Answer]:
        rules = [rule for rule in form.fields.get("rule", ()) if rule][:10]
        if not rules:
            raise Invalid(_("Say which rule is to be overridden."), fields={"rule": _("is empty")})
        return run_in_threadpool(
            overriding.ask_for,
            office,
            form.ask,
            case_id,
            rules=rules,
            reason=_reason(form),
            step=form.number("version"),
        )

    return await _done(request, office, form, case_id, "override", act)


@router.post("/cases/{case_id}/overrides/{override_id}")
async def decide_override(request: Request, office: Office, form: Form, case_id: str, override_id: str) -> Response:
    """Agrees to an override as the second person, or refuses it."""

    def act() -> Awaitable[Answer]:
        if form.text("decision") == "agree":
            return overriding.agree(office, form.ask, case_id, override_id, step=form.number("version"))
        return run_in_threadpool(overriding.refuse, office, form.ask, case_id, override_id, reason=_reason(form))

    return await _done(request, office, form, case_id, override_id, act)


async def _done(
    request: Request, office: Services, form: Posted, case_id: str, name: str, act: Callable[[], Awaitable[Answer]]
) -> Response:
    """Does what the form of this name asks, and shows the case; what stands against it is said with what was typed."""
    try:
        await act()
    except Problem as problem:
        came_back = returned(form, name, problem)
        return await run_in_threadpool(shown, request, office, form.ask.person, case_id, came_back)
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
        fields_shown = inputs(
            session,
            [field_view(each, field, None) for each, field in fields.items()],
            account=account,
            errors=trouble.fields if trouble else {},
            given=given,
        )
    content = EventPage(
        case=case_id, case_title=case_title, name=name, title=title, inputs=fields_shown, key=new_key(), trouble=trouble
    )
    return page(request, "case/event.html", content, person=person, status=status)
