"""A proposed definition before its second person: what is new in it, by lines and state by state; approved or sent back."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from api.acts import comparing, proposing
from api.acts.comparing import Comparison
from api.acts.publishing import RIGHT
from api.pages.frame import Trouble, page, trouble_of
from api.pages.posted import Form
from api.pages.urls import urls
from api.problems import Invalid, Problem
from api.security.people import Person
from api.security.signin import SignedIn
from api.services import Office
from api.texts import _
from api.views.bench import ProposalDetail, proposal_detail
from api.views.benches import CaseTypeLine, case_type
from api.views.rehearsals import RehearsalLine, rehearsal_line
from store.queries import bench
from store.tables.definitions import Proposal

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, kw_only=True)
class ProposalPage:
    """A proposal with what is new in it."""

    proposal: ProposalDetail
    line: CaseTypeLine
    compared: Comparison | None  #: with the version that it was based on; None for a new case type
    rehearsed: RehearsalLine | None  #: the newest rehearsal of just this text
    own: bool  #: the reader has proposed it
    may_decide: bool
    overtaken: int | None  #: a version that was published after it was proposed
    reason: str  #: as it was typed
    trouble: Trouble | None


@router.get("/bench/proposals/{proposal_id}")
def show(request: Request, office: Office, person: SignedIn, proposal_id: str) -> Response:
    """Shows a proposal."""
    return _shown(request, office, person, proposal_id)


@router.post("/bench/proposals/{proposal_id}/{answer}")
def decide(request: Request, office: Office, form: Form, proposal_id: str, answer: str) -> Response:
    """Approves it, sends it back or withdraws it."""
    reason = form.text("reason")[:1000]
    try:
        if answer == "approve":
            proposing.approve(office, form.ask, proposal_id)
        elif answer == "withdraw":
            proposing.withdraw(office, form.ask, proposal_id)
        elif not reason:
            raise Invalid(_("Say why, so that its author knows what to change."), fields={"reason": _("is empty")})
        else:
            proposing.send_back(office, form.ask, proposal_id, reason=reason)
    except Problem as problem:
        return _shown(request, office, form.ask.person, proposal_id, problem=problem, reason=reason)
    return RedirectResponse(urls.proposal(proposal_id), status_code=303)


def _shown(
    request: Request,
    office: Office,
    person: Person,
    proposal_id: str,
    *,
    problem: Problem | None = None,
    reason: str = "",
) -> Response:
    with office.store.reading() as session:
        row = proposing.proposal(session, proposal_id)
        line = case_type(session, row.definition, person.id, zone=office.zone)
        compared = (
            comparing.compare(session, person, row.definition, str(row.based_on), f"{comparing.PROPOSAL}{proposal_id}")
            if row.based_on
            else None
        )
        newest = bench.newest_version(session, row.definition)
        played = bench.rehearsals_of(session, row.definition) if person.may(RIGHT) else []
    rehearsed = next((each for each in played if each.source == row.source), None)
    content = ProposalPage(
        proposal=proposal_detail(row, zone=office.zone),
        line=line,
        compared=compared,
        rehearsed=rehearsal_line(rehearsed, zone=office.zone) if rehearsed is not None else None,
        own=row.proposed_by == person.id,
        may_decide=person.may(RIGHT) and row.status == "open",
        overtaken=_overtaken(row, newest),
        reason=reason,
        trouble=trouble_of(problem) if problem else None,
    )
    return page(request, "bench/proposal.html", content, person=person, status=problem.status if problem else 200)


def _overtaken(row: Proposal, newest: int) -> int | None:
    return newest if row.status == "open" and newest != row.based_on else None
