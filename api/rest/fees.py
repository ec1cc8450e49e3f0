"""The fee tables that cases look up, with the days from which their rows stand."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from activities.published import in_effect
from api.rest.documented import READ
from api.security.signin import SignedIn
from api.services import Office
from api.views.fees import FeeTable, as_csv, fee_tables
from api.views.shown import Page

router = APIRouter(prefix="/api/fees", tags=["definitions"])


@router.get("", operation_id="list_fees", response_model=Page[FeeTable], responses=READ)
def list_fees(office: Office, person: SignedIn) -> Page[FeeTable]:
    """Lists the fees that new cases charge, with what is adopted for a later day."""
    return Page(items=_fees(office))


@router.get(
    "/csv",
    operation_id="read_fees_csv",
    response_class=Response,
    responses=READ | {200: {"description": "One line for each amount.", "content": {"text/csv": {}}}},
)
def read_fees_csv(office: Office, person: SignedIn) -> Response:
    """Reads the same as CSV, to be taken over into the billing system."""
    headers = {"Content-Disposition": 'attachment; filename="fees.csv"'}
    return Response(as_csv(_fees(office)), media_type="text/csv", headers=headers)


def _fees(office: Office) -> list[FeeTable]:
    with office.store.reading() as session:
        return fee_tables(in_effect(session, office.now()))
