"""Files as they are opened from a page."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from api.rest.files import content_of
from api.security.signin import SignedIn
from api.services import Office

router = APIRouter(include_in_schema=False)


@router.get("/files/{file_id}")
def show(office: Office, person: SignedIn, file_id: str) -> Response:
    """Opens a file."""
    return content_of(office, person, file_id)
