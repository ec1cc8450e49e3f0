"""What else people do with a task: give it to somebody, put it aside, leave it out, take an outcome back."""

from __future__ import annotations

from datetime import date, datetime, time

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from api.acts import completing, passing, remembering
from api.pages.posted import Form, Posted
from api.pages.urls import urls
from api.problems import Invalid
from api.services import Office, Services
from api.texts import _

router = APIRouter(include_in_schema=False)


@router.post("/tasks/{task_id}/give")
def give(office: Office, form: Form, task_id: str) -> Response:
    """Gives the task to somebody: handed over by who has it, assigned by who may."""
    to = form.text("to")[:80]
    if not to:
        raise Invalid(_("Say who takes the task."), fields={"to": _("is empty")})
    if form.text("mine"):
        passing.hand_over(office, form.ask, task_id, to=to, with_form=bool(form.text("with_form")))
    else:
        passing.assign(office, form.ask, task_id, to=to)
    return RedirectResponse(urls.task(task_id), status_code=303)


@router.post("/tasks/{task_id}/follow-up")
def follow_up(office: Office, form: Form, task_id: str) -> Response:
    """Sets the day on which the task comes back to mind, or takes it away."""
    remembering.follow_up(office, form.ask, task_id, at=morning(office, form.text("on")))
    return RedirectResponse(urls.task(task_id), status_code=303)


@router.post("/tasks/{task_id}/suspend")
async def suspend(office: Office, form: Form, task_id: str) -> Response:
    """Puts the task aside with a reason."""
    reason, stops = _reason(form), bool(form.text("clock_stops"))
    await completing.suspend(office, form.ask, task_id, reason=reason, clock_stops=stops)
    return RedirectResponse(urls.task(task_id), status_code=303)


@router.post("/tasks/{task_id}/resume")
async def resume(office: Office, form: Form, task_id: str) -> Response:
    """Goes on with the task."""
    await completing.resume(office, form.ask, task_id)
    return RedirectResponse(urls.task(task_id), status_code=303)


@router.post("/tasks/{task_id}/skip")
async def skip(office: Office, form: Form, task_id: str) -> Response:
    """Leaves the task out."""
    await completing.skip(office, form.ask, task_id, reason=_reason(form))
    return _to_case(form, task_id)


@router.post("/tasks/{task_id}/redo")
async def redo(office: Office, form: Form, task_id: str) -> Response:
    """Opens the task once more."""
    await completing.redo(office, form.ask, task_id, reason=_reason(form))
    return _to_case(form, task_id)


@router.post("/tasks/{task_id}/take-back")
async def take_back(office: Office, form: Form, task_id: str) -> Response:
    """Takes one's own outcome back."""
    await completing.take_back(office, form.ask, task_id)
    return _to_case(form, task_id)


def _to_case(form: Posted, task_id: str) -> Response:
    sees = form.ask.person.may("see-accounts")
    return RedirectResponse(urls.case(task_id.rpartition(".")[0]) if sees else urls.queue, status_code=303)


def _reason(form: Posted) -> str:
    reason = form.text("reason")[:500]
    if not reason:
        raise Invalid(_("Say why: the reason stays with the case."), fields={"reason": _("is empty")})
    return reason


def morning(office: Services, text: str) -> datetime | None:
    """The day of a form, at seven in the district; None for an empty field, Invalid for what is no day."""
    if not text:
        return None
    try:
        return datetime.combine(date.fromisoformat(text), time(7), office.zone)
    except ValueError:
        raise Invalid(_("A follow-up is a day."), fields={"on": _("is no date")}) from None
