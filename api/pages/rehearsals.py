"""A rehearsal: how far it is, and then what came of it, as plots that answer a question, each with its table."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from api.acts import rehearsing
from api.pages.frame import page
from api.pages.posted import Form
from api.pages.rehearsal_plots import Question, questions
from api.pages.urls import urls
from api.problems import Conflict
from api.security.signin import SignedIn
from api.services import Office
from api.views.rehearsals import RehearsalDetail, rehearsal_detail, said_in
from store.queries import bench

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, kw_only=True)
class RehearsalPage:
    """A rehearsal with what came of it."""

    detail: RehearsalDetail
    questions: Sequence[Question]
    draft: str | None  #: the reader's draft of the case type


@router.get("/bench/rehearsals/{rehearsal_id}")
def show(request: Request, office: Office, person: SignedIn, rehearsal_id: str) -> Response:
    """Shows a rehearsal."""
    return page(request, "bench/rehearsal.html", _content(office, person, rehearsal_id), person=person)


@router.get("/bench/rehearsals/{rehearsal_id}/progress")
def progress(request: Request, office: Office, person: SignedIn, rehearsal_id: str) -> Response:
    """Shows the part of the page that lives."""
    return page(request, "bench/_rehearsed.html", _content(office, person, rehearsal_id), person=person)


@router.post("/bench/rehearsals/{rehearsal_id}/cancel")
def cancel(office: Office, form: Form, rehearsal_id: str) -> Response:
    """Cancels the rehearsal; one that has just ended stays as it is."""
    with suppress(Conflict):
        rehearsing.cancel(office, form.ask, rehearsal_id)
    return RedirectResponse(urls.rehearsal(rehearsal_id), status_code=303)


def _content(office: Office, person: SignedIn, rehearsal_id: str) -> RehearsalPage:
    with office.store.reading() as session:
        row = rehearsing.rehearsal_seen(session, person, rehearsal_id)
        own = bench.draft_by(session, person.id, row.definition)
    detail = rehearsal_detail(row, zone=office.zone)
    return RehearsalPage(
        detail=detail, questions=questions(detail, said_in(row)), draft=own.id if own is not None else None
    )
