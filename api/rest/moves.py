"""Moving cases to another state, with two persons."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from api.acts import moves
from api.acts.act import Answer, Ask
from api.acts.many import MOST, Dones, many
from api.acts.rules import case_seen
from api.problems import NotPermitted
from api.rest.asking import Asked, answer
from api.rest.bodies import Because, Body, CaseId
from api.rest.documented import READ, WRITE
from api.security.signin import SignedIn
from api.services import Office
from api.views.moves import MoveView, move_view
from api.views.shown import Page
from api.views.steps import TakenView
from definitions.language.sentences import say

router = APIRouter(tags=["operators"])

MoveId = Annotated[str, Path(max_length=40, description="The move's id.", examples=["mv-0123456789ab"])]


class NewMove(Because):
    """Where to, and why."""

    target: str = Field(min_length=1, max_length=200, description="Path of the state.", examples=["review"])


class NewMoves(NewMove):
    """Which cases, where to, and why."""

    cases: list[Annotated[str, Field(min_length=1, max_length=80)]] = Field(
        min_length=1, max_length=MOST, description="Their ids."
    )


class Moves(Body):
    """Which moves."""

    moves: list[Annotated[str, Field(min_length=1, max_length=40)]] = Field(
        min_length=1, max_length=MOST, description="Their ids."
    )


@router.get("/api/cases/{case_id}/moves", operation_id="list_case_moves", response_model=Page[MoveView], responses=READ)
def list_of_case(office: Office, person: SignedIn, case_id: CaseId) -> Page[MoveView]:
    """Lists the moves that were asked for in a case, the oldest first."""
    with office.store.reading() as session:
        case_seen(session, person, case_id)
        found = moves.moves_of(session, case_id)
    return Page(items=[move_view(each, zone=office.zone) for each in found])


@router.post(
    "/api/cases/{case_id}/moves",
    operation_id="ask_move",
    status_code=201,
    response_model=MoveView,
    responses=WRITE,
)
def ask_for(office: Office, ask: Asked, case_id: CaseId, body: NewMove) -> Response:
    """Asks to move a case to another state; a second person decides."""
    return answer(moves.ask_for(office, ask, case_id, target=body.target, reason=body.reason))


@router.get("/api/moves", operation_id="list_moves", response_model=Page[MoveView], responses=READ)
def list_waiting(office: Office, person: SignedIn) -> Page[MoveView]:
    """Lists the moves that wait for a second person, the oldest first."""
    if not person.may(moves.RIGHT) and not person.may("read-audit"):
        raise NotPermitted(say("Moves are for those who decide on them and for auditors to read."))
    with office.store.reading() as session:
        found = moves.waiting_moves(session, person)
    return Page(items=[move_view(each, zone=office.zone) for each in found])


@router.post("/api/moves", operation_id="ask_moves", response_model=Dones, responses=WRITE)
async def ask_for_many(office: Office, ask: Asked, body: NewMoves) -> Response:
    """Asks to move several cases, and says which became of each."""

    async def one(part: Ask, case: str) -> Answer:
        return await run_in_threadpool(moves.ask_for, office, part, case, target=body.target, reason=body.reason)

    return answer(await many(ask, body.cases, one))


@router.post("/api/moves/agree", operation_id="agree_moves", response_model=Dones, responses=WRITE)
async def agree_to_many(office: Office, ask: Asked, body: Moves) -> Response:
    """Agrees to several moves as the second person, and says what became of each."""

    async def one(part: Ask, move: str) -> Answer:
        return await moves.agree(office, part, move)

    return answer(await many(ask, body.moves, one))


@router.post("/api/moves/{move_id}/agree", operation_id="agree_move", response_model=TakenView, responses=WRITE)
async def agree(office: Office, ask: Asked, move_id: MoveId) -> Response:
    """Agrees to a move as the second person: the case is moved, unless a law or a hold bars it."""
    return answer(await moves.agree(office, ask, move_id))


@router.post("/api/moves/{move_id}/refuse", operation_id="refuse_move", response_model=MoveView, responses=WRITE)
async def refuse(office: Office, ask: Asked, move_id: MoveId, body: Because) -> Response:
    """Refuses a move with a reason."""
    return answer(await run_in_threadpool(moves.refuse, office, ask, move_id, reason=body.reason))
