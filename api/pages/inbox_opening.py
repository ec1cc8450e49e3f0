"""Opening a case from what came in: its form, filled in as far as the item says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from api.acts import inbox, joining
from api.library import current_all
from api.pages.frame import Trouble, page
from api.pages.opening_forms import Whence, definition_for_new, opened, opening_page
from api.pages.posted import Form
from api.pages.urls import urls
from api.security.people import Person
from api.security.signin import SignedIn
from api.services import Office, Services
from api.texts import _
from api.views.openings import opening_fields
from definitions.language.model import CaseDefinition, DataField
from store.tables.inbox import InboxItem
from store.tables.utility import Account

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of case that can be opened from an item."""

    case: str
    title: str


@router.get("/inbox/{item_id}/open/{case}")
def ask(request: Request, office: Office, person: SignedIn, item_id: str, case: str) -> Response:
    """Asks for what opens the case, with what the item says filled in."""
    person.must("open-cases")
    return _form(request, office, person, item_id, case)


@router.post("/inbox/{item_id}/open/{case}")
async def open_it(request: Request, office: Office, form: Form, item_id: str, case: str) -> Response:
    """Opens the case, or shows what was wrong at its field."""

    def given() -> dict[str, Any]:
        with office.store.reading() as session:
            item = inbox.item_seen(session, form.ask.person, item_id)
            spec = definition_for_new(session, office, case)
            return form.typed(opening_fields(spec)) | about(spec, item)

    data = await run_in_threadpool(given)
    return await opened(
        joining.open_case(office, form.ask, item_id, case, data),
        again=lambda trouble: _form(request, office, form.ask.person, item_id, case, data, trouble),
    )


def kinds(session: Session, office: Services, person: Person, item: InboxItem) -> list[Kind]:
    """The kinds of case that this person may open for the item's account, by title."""
    if not person.may("open-cases") or item.account_id is None:
        return []
    found = [
        Kind(case=spec.case, title=spec.title)
        for spec in current_all(session, office.now())
        if about(spec, item) and (not spec.open_by or person.roles & set(spec.open_by))
    ]
    return sorted(found, key=lambda kind: kind.title)


def about(spec: CaseDefinition, item: InboxItem) -> dict[str, Any]:
    """The account that the case would be about; empty for one that begins with an applicant."""
    if item.account_id is None or any(each.type == "applicant" and each.required for each in spec.data.values()):
        return {}
    return {
        name: {"id": item.account_id} for name, each in spec.data.items() if each.type == "account" and not each.many
    }


def filled_in(fields: Mapping[str, DataField], item: InboxItem, day: str) -> dict[str, Any]:
    """What the item says of the form: the day of its date stamp, and the customer's own words in the first long text."""
    said = "\n".join(part for part in (item.subject, item.text) if part)
    texts = [name for name, field in fields.items() if field.long]
    dated = {"received": day} if "received" in fields and fields["received"].type == "date" else {}
    return dated | ({texts[0]: said} if texts and said else {})


def _form(
    request: Request,
    office: Services,
    person: Person,
    item_id: str,
    case: str,
    given: Mapping[str, Any] | None = None,
    trouble: Trouble | None = None,
) -> Response:
    with office.store.reading() as session:
        item = inbox.item_seen(session, person, item_id)
        spec = definition_for_new(session, office, case)
        day = item.received_at.astimezone(office.zone).date().isoformat()
        whence = Whence(
            whom=_("What came in on %(day)s, account %(id)s", day=day, id=item.account_id or "—"),
            back=urls.item(item_id),
            action=urls.open_from(item_id, case),
            account=session.get(Account, item.account_id) if item.account_id else None,
            about=about(spec, item),
            filled_in=filled_in(opening_fields(spec), item, day),
        )
        content = opening_page(session, office, spec, whence, given=given, trouble=trouble)
    return page(request, "counter/open_case.html", content, person=person, status=422 if trouble else 200)
