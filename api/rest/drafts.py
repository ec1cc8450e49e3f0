"""What authors work with before they propose: drafts of definitions, and rehearsals of them over the district's accounts."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from fastapi.responses import JSONResponse, Response
from pydantic import Field

from api.acts import drafting, rehearsing
from api.acts.publishing import RIGHT
from api.problems import Changed
from api.rest.asking import Asked, IfMatch, answer, version_of
from api.rest.bodies import Body
from api.rest.documented import GUARDED, READ, WRITE
from api.security.signin import SignedIn
from api.services import Office
from api.views.bench import DraftDetail, DraftView, draft_detail, draft_view
from api.views.rehearsals import RehearsalDetail, RehearsalLine, rehearsal_detail, rehearsal_line
from api.views.shown import Page, Shown
from api.views.tasks import etag
from definitions.language.sentences import say
from store.queries import bench

router = APIRouter(prefix="/api", tags=["definitions"])

DraftId = Annotated[str, Path(max_length=40, description="The draft's id.", examples=["dr-0123456789ab"])]
RehearsalId = Annotated[str, Path(max_length=40, description="The rehearsal's id.", examples=["rh-0123456789ab"])]
Case = Annotated[str | None, Query(max_length=120, description="Of this case type.")]


class NewDraft(Body):
    """What to write anew."""

    case: str = Field(max_length=80, description="The case type's name, or a new one.", examples=["returned-mail"])
    version: int | None = Field(None, ge=1, description="The version to begin with; the newest without one.")


class Text(Body):
    """What was written."""

    source: str = Field(max_length=drafting.LONGEST, description="The YAML, as far as it is written.")


class NewRehearsal(Body):
    """What to play."""

    cases: int = Field(200, description="At most so many: 50, 200, 1000 or 5000.", examples=[200])
    days: int = Field(120, description="So long: 30, 120 or 365.", examples=[120])
    accounts: rehearsing.Accounts = Field("all", description="All accounts, or those that owe.")
    against: int | None = Field(None, ge=1, description="A published version to play as well.")


class DraftBegun(Shown):
    """The author's draft."""

    id: str
    definition: str


class RehearsalBegun(Shown):
    """The rehearsal."""

    id: str


@router.get("/drafts", operation_id="list_drafts", response_model=Page[DraftView], responses=READ)
def list_drafts(office: Office, person: SignedIn, case: Case = None) -> Page[DraftView]:
    """Lists the drafts, one for each author and case type."""
    person.must(RIGHT)
    with office.store.reading() as session:
        return Page(items=[draft_view(row, zone=office.zone) for row in bench.drafts_of(session, case)])


@router.post("/drafts", operation_id="begin_draft", status_code=201, response_model=DraftBegun, responses=WRITE)
def begin_draft(office: Office, ask: Asked, body: NewDraft) -> Response:
    """Begins one's own draft of a case type, or gives the one that there is."""
    return answer(drafting.begin(office, ask, body.case, version=body.version))


@router.get("/drafts/{draft_id}", operation_id="read_draft", response_model=DraftDetail, responses=READ)
def read_draft(office: Office, person: SignedIn, draft_id: DraftId, response: Response) -> DraftDetail:
    """Reads a draft with its text; its ETag is what writing it again has to name."""
    with office.store.reading() as session:
        draft = drafting.draft_seen(session, person, draft_id)
        response.headers["ETag"] = etag(draft.version)
        return draft_detail(draft, zone=office.zone)


@router.put("/drafts/{draft_id}", operation_id="write_draft", response_model=DraftView, responses=GUARDED)
def write_draft(office: Office, ask: Asked, draft_id: DraftId, body: Text, if_match: IfMatch = None) -> Response:
    """Writes the draft's text; the same text once more changes nothing. Nothing is checked: `/api/definitions/check` does."""
    version = version_of(if_match, say("a draft"))
    if not version.isdecimal():
        raise Changed(say("No draft has such a version. Read it again."))
    draft = drafting.save(office, ask.person, draft_id, version=int(version), source=body.source)
    view = draft_view(draft, zone=office.zone)
    return JSONResponse(view.model_dump(mode="json"), headers={"ETag": etag(draft.version)})


@router.delete("/drafts/{draft_id}", operation_id="throw_draft_away", status_code=204, responses=WRITE)
def throw_away(office: Office, ask: Asked, draft_id: DraftId) -> Response:
    """Throws one's own draft away."""
    return answer(drafting.throw_away(office, ask, draft_id))


@router.post(
    "/drafts/{draft_id}/rehearse",
    operation_id="rehearse_draft",
    status_code=201,
    response_model=RehearsalBegun,
    responses=WRITE,
)
def rehearse(office: Office, ask: Asked, draft_id: DraftId, body: NewRehearsal) -> Response:
    """Begins to play a draft over the district's accounts; nothing happens to anybody."""
    with office.store.reading() as session:
        draft = drafting.draft_seen(session, ask.person, draft_id)
    begun = rehearsing.begin(
        office,
        ask,
        draft.definition,
        draft.source,
        cases=body.cases,
        days=body.days,
        accounts=body.accounts,
        against=body.against,
    )
    return answer(begun)


@router.get("/rehearsals", operation_id="list_rehearsals", response_model=Page[RehearsalLine], responses=READ)
def list_rehearsals(
    office: Office, person: SignedIn, case: Annotated[str, Query(max_length=120, description="Of this case type.")]
) -> Page[RehearsalLine]:
    """Lists the rehearsals of a case type that are kept, the newest first."""
    person.must(RIGHT)
    with office.store.reading() as session:
        return Page(items=[rehearsal_line(row, zone=office.zone) for row in bench.rehearsals_of(session, case)])


@router.get("/rehearsals/{rehearsal_id}", operation_id="read_rehearsal", response_model=RehearsalDetail, responses=READ)
def read_rehearsal(office: Office, person: SignedIn, rehearsal_id: RehearsalId) -> RehearsalDetail:
    """Reads how far a rehearsal is, and what came of it."""
    with office.store.reading() as session:
        return rehearsal_detail(rehearsing.rehearsal_seen(session, person, rehearsal_id), zone=office.zone)


@router.post(
    "/rehearsals/{rehearsal_id}/cancel",
    operation_id="cancel_rehearsal",
    response_model=RehearsalBegun,
    responses=WRITE,
)
def cancel(office: Office, ask: Asked, rehearsal_id: RehearsalId) -> Response:
    """Cancels a rehearsal; it stops at the next case."""
    return answer(rehearsing.cancel(office, ask, rehearsal_id))
