"""Memos to and from the person, with who has read them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response
from sqlmodel import Session

from api.acts import memos as acts
from api.pages.frame import Trouble, new_key, page, trouble_of
from api.pages.posted import Form
from api.pages.urls import urls
from api.problems import Problem
from api.security.people import Person
from api.security.signin import SignedIn
from api.services import Office, Services
from api.views.inbox import MemoView, memo_view
from store import people
from store.queries import inbox as query

router = APIRouter(include_in_schema=False)

SHOWN = 50


@dataclass(frozen=True, kw_only=True)
class MemosPage:
    """Memos, and the form for a new one."""

    received: Sequence[MemoView]
    sent: Sequence[MemoView]
    people: Sequence[tuple[str, str]]  #: whom one can write to: short name and name
    crews: Sequence[tuple[str, str, int]]  #: name, title, how many are in it
    keys: dict[str, str]  #: memo → key of the form that leaves its receipt
    may_write: bool
    to: str  #: as it was chosen
    text: str  #: as it was typed
    case: str
    key: str
    trouble: Trouble | None


@router.get("/memos")
def show(
    request: Request,
    office: Office,
    person: SignedIn,
    case: Annotated[str, Query(max_length=80, pattern="^[a-z0-9-]*$")] = "",
) -> Response:
    """Shows what was written to the person and by them."""
    return _shown(request, office, person, case=case)


@router.post("/memos")
def write(request: Request, office: Office, form: Form) -> Response:
    """Writes a memo."""
    kind, _colon, name = form.text("to").partition(":")
    text, case = form.text("text")[:4000], form.text("case")[:80]
    try:
        acts.write(
            office,
            form.ask,
            to=name if kind == "person" else None,
            crew=name if kind == "crew" else None,
            text=text or "—",
            case=case or None,
        )
    except Problem as problem:
        if problem.status not in (404, 422):
            raise
        trouble = trouble_of(problem)
        return _shown(request, office, form.ask.person, to=form.text("to"), text=text, case=case, trouble=trouble)
    return RedirectResponse(urls.memos, status_code=303)


@router.post("/memos/{memo_id}/read")
def read(office: Office, form: Form, memo_id: str) -> Response:
    """Leaves the receipt."""
    acts.read(office, form.ask, memo_id)
    return RedirectResponse(urls.memos, status_code=303)


def _shown(
    request: Request,
    office: Services,
    person: Person,
    *,
    to: str = "",
    text: str = "",
    case: str = "",
    trouble: Trouble | None = None,
) -> Response:
    with office.store.reading() as session:
        received = _views(session, office, person, "received")
        members = query.members_of(session, sorted(office.district.crews))
        content = MemosPage(
            received=received,
            sent=_views(session, office, person, "sent"),
            people=[(each.id, each.name) for each in people.people(session) if each.active and each.id != person.id],
            crews=[(name, office.district.crews[name].title, len(ids)) for name, ids in members.items() if ids],
            keys={memo.id: new_key() for memo in received if not memo.is_read},
            may_write=person.may("work"),
            to=to,
            text=text,
            case=case,
            key=new_key(),
            trouble=trouble,
        )
    return page(request, "inbox/memos.html", content, person=person, status=422 if trouble else 200)


def _views(session: Session, office: Services, person: Person, box: Literal["received", "sent"]) -> list[MemoView]:
    found = (
        query.memos_to(session, person.id, sorted(person.crews), limit=SHOWN)
        if box == "received"
        else query.memos_from(session, person.id, limit=SHOWN)
    ).items
    read = query.receipts_of(session, [memo.id for memo in found])
    return [memo_view(memo, read[memo.id], by=person.id, zone=office.zone) for memo in found]
