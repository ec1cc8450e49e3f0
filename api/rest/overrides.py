"""Overrides of the district's own rules in a case."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from api.acts import overriding
from api.acts.rules import case_seen
from api.rest.asking import Asked, answer
from api.rest.bodies import Because, CaseId
from api.rest.documented import READ, WRITE
from api.security.signin import SignedIn
from api.services import Office
from api.views.checks import OverrideView, override_view
from api.views.shown import Page
from api.views.steps import TakenView

router = APIRouter(prefix="/api/cases/{case_id}/overrides", tags=["cases"])

OverrideId = Annotated[str, Path(max_length=40, description="The override's id.", examples=["ov-0123456789ab"])]


class NewOverride(Because):
    """Which rules, and why."""

    rules: list[Annotated[str, Field(min_length=1, max_length=60)]] = Field(
        min_length=1, max_length=10, description="The rules' numbers.", examples=[["WD-1"]]
    )


@router.get("", operation_id="list_overrides", response_model=Page[OverrideView], responses=READ)
def list_overrides(office: Office, person: SignedIn, case_id: CaseId) -> Page[OverrideView]:
    """Lists the overrides that were asked for in a case, the oldest first."""
    with office.store.reading() as session:
        case_seen(session, person, case_id)
        found = overriding.overrides_of(session, case_id)
    return Page(items=[override_view(each, zone=office.zone) for each in found])


@router.post("", operation_id="ask_override", status_code=201, response_model=OverrideView, responses=WRITE)
def ask_for(office: Office, ask: Asked, case_id: CaseId, body: NewOverride) -> Response:
    """Asks to override district rules once, with a reason; a second person decides."""
    return answer(overriding.ask_for(office, ask, case_id, rules=body.rules, reason=body.reason))


@router.post("/{override_id}/agree", operation_id="agree_override", response_model=TakenView, responses=WRITE)
async def agree(office: Office, ask: Asked, case_id: CaseId, override_id: OverrideId) -> Response:
    """Agrees to an override as the second person; the rules do not bind the next time that they would."""
    return answer(await overriding.agree(office, ask, case_id, override_id))


@router.post("/{override_id}/refuse", operation_id="refuse_override", response_model=OverrideView, responses=WRITE)
async def refuse(office: Office, ask: Asked, case_id: CaseId, override_id: OverrideId, body: Because) -> Response:
    """Refuses an override with a reason."""
    return answer(await run_in_threadpool(overriding.refuse, office, ask, case_id, override_id, reason=body.reason))
