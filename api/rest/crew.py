"""A crew's day for a phone: the orders by route, and closings as they are sent when there is coverage."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import Field

from api import texts
from api.acts import orders
from api.acts.completing import Completion
from api.acts.reading import SecondLook
from api.rest.asking import Asked, answer
from api.rest.bodies import Body, TaskId
from api.rest.documented import READ, WRITE
from api.security.signin import SignedIn
from api.services import Office
from api.views.orders import CrewDay, CrewOrders, KnownPlace
from api.views.shown import Moment, Page
from api.views.steps import TakenView

router = APIRouter(prefix="/api/crew", tags=["crew"])

KNOWN = 200  #: orders that a phone asks about at once

OrderId = Annotated[str, Field(max_length=100)]


class Close(Body):
    """How an order was closed on the spot."""

    outcome: str = Field(min_length=1, max_length=120, examples=["done"])
    form: dict[str, Any] = Field(default_factory=dict, examples=[{"read": "1084"}])
    form_seen: str | None = Field(
        None,
        max_length=64,
        description="Of the form that was filled in, as the order's page gives it: 412 if it changed.",
    )
    second_reads: dict[str, str] = Field(
        default_factory=dict,
        description="For doubtful reads: the register, read once more.",
        examples=[{"read": "1084"}],
    )
    photos: dict[str, str] = Field(
        default_factory=dict, description="For doubtful reads: a photograph of the register, as a file of the order."
    )
    done_at: Moment | None = Field(
        None, description="When it was closed, by the phone's clock.", examples=["2026-03-09T10:05:00-07:00"]
    )


class Describe(Body):
    """What crews should know of a place; what is left empty is taken away."""

    access: str = Field("", max_length=300, examples=["Meter behind the side gate."])
    hazard: str = Field("", max_length=300, examples=["Dog in the yard."])


@router.get("/day", operation_id="read_crew_day", response_model=CrewDay, responses=READ)
def read_day(
    office: Office,
    person: SignedIn,
    known: Annotated[
        list[OrderId] | None, Query(max_length=KNOWN, description="Orders that the phone holds; those gone are told.")
    ] = None,
) -> CrewDay:
    """Reads the crew's orders of today and those due later, by route and place on the route."""
    day = orders.day_of(office, person, known or ())
    gone = [each.model_copy(update={"because": texts.said(each.because) or None}) for each in day.gone]
    return day.model_copy(update={"gone": gone})


@router.get("/unfinished", operation_id="list_unfinished_orders", response_model=Page[CrewOrders], responses=READ)
def list_unfinished(office: Office, person: SignedIn) -> Page[CrewOrders]:
    """Lists what each crew has not finished, the most pressing first: for who assigns tasks."""
    return Page(items=orders.unfinished(office, person))


@router.post("/orders/{task_id}/place", operation_id="describe_place", response_model=KnownPlace, responses=WRITE)
def describe_place(office: Office, ask: Asked, task_id: TaskId, body: Describe) -> Response:
    """Writes down what each crew that comes to the order's place should know."""
    return answer(orders.describe_place(office, ask, task_id, orders.Known(access=body.access, hazard=body.hazard)))


@router.post("/orders/{task_id}/close", operation_id="close_order", response_model=TakenView, responses=WRITE)
async def close(office: Office, ask: Asked, task_id: TaskId, body: Close) -> Response:
    """Closes an order with what was seen on the spot, also later than it was; the same key closes it once.

    A read that is doubtful beside the meter's reads so far is refused (422, `doubtful-read`) until it was looked at twice."""
    closing = orders.Closing(
        completion=Completion(outcome=body.outcome, form=body.form),
        form_seen=body.form_seen,
        look=SecondLook(reads=body.second_reads, photos=body.photos),
        done_at=body.done_at,
    )
    return answer(await orders.close(office, ask, task_id, closing))
