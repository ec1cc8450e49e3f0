"""Who did, saw and was refused what: for auditors, and for everybody what it says of themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final, get_args

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response, StreamingResponse

from api.acts import auditing
from api.acts.redacting import REDACT
from api.pages.frame import Trouble, page, trouble_of
from api.pages.posted import Form
from api.pages.urls import urls
from api.problems import Invalid
from api.rest.audit import DOWNLOAD
from api.security.people import Person
from api.security.signin import SignedIn
from api.services import Office
from api.texts import N_, _
from api.views.audit import AuditView
from store import people
from store.queries.audit import Kind

router = APIRouter(include_in_schema=False)

ROWS: Final = 50
KINDS: Final = {"done": N_("was done"), "seen": N_("was seen"), "refused": N_("was refused")}
Word = Annotated[str, Query(max_length=120)]


@dataclass(frozen=True, kw_only=True)
class AuditPage:
    """A page of the audit."""

    own: bool  #: only what it says of the reader
    rows: Sequence[AuditView]  #: the newest first
    asked: dict[str, str]  #: what was looked for, as it was typed
    kinds: dict[str, str]  #: value → words
    people: Sequence[
        tuple[str, str]
    ]  #: short name and name of everybody who could be asked for; none on one's own page
    next: str | None  #: address of the next page
    may_redact: bool  #: whether redactions are theirs to look at
    trouble: Trouble | None


@router.get("/audit")
def show(
    request: Request,
    office: Office,
    person: SignedIn,
    account: Word = "",
    case: Word = "",
    by: Word = "",
    kind: Word = "",
    first: Word = "",
    last: Word = "",
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> Response:
    """Shows the audit."""
    person.must("read-audit")
    asked = {"account": account, "case": case, "by": by, "kind": kind, "first": first, "last": last}
    return _shown(request, office, person, {name: value.strip() for name, value in asked.items()}, cursor, own=False)


@router.get("/audit/mine")
def mine(
    request: Request,
    office: Office,
    person: SignedIn,
    kind: Word = "",
    first: Word = "",
    last: Word = "",
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> Response:
    """Shows what the audit says of the person who looks."""
    return _shown(request, office, person, {"kind": kind, "first": first, "last": last}, cursor, own=True)


@router.post("/audit/export")
def export(office: Office, form: Form) -> Response:
    """Writes the audit as CSV; who took it out stands in it from then on."""
    lines = auditing.exported(office, form.ask.person, wanted({name: form.text(name) for name in FIELDS}))
    return StreamingResponse(lines, media_type="text/csv", headers=DOWNLOAD)


@router.get("/audit/export")
def export_again(person: SignedIn) -> Response:
    """Goes back to the audit: a download that is asked for again by its address is sent from the form."""
    return RedirectResponse(urls.audit, status_code=303)


FIELDS: Final = ("account", "case", "by", "kind", "first", "last")


def wanted(asked: dict[str, str]) -> auditing.Wanted:
    """What is looked for; Invalid for a day that is none."""
    kind = asked.get("kind")
    known: Kind | None = next((each for each in get_args(Kind) if each == kind), None)
    return auditing.Wanted(
        account=asked.get("account") or None,
        case=asked.get("case") or None,
        by=asked.get("by") or None,
        kind=known,
        first=_day(asked, "first"),
        last=_day(asked, "last"),
    )


def _day(asked: dict[str, str], name: str) -> date | None:
    text = asked.get(name, "")
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise Invalid(_("A day is written as 2026-03-09."), fields={name: _("is a day, as 2026-03-09")}) from error


def _shown(
    request: Request, office: Office, person: Person, asked: dict[str, str], cursor: str | None, *, own: bool
) -> Response:
    trouble, following, rows = None, None, []
    try:
        looked_for = wanted(asked)
        read = auditing.own if own else auditing.everything
        found = read(office, person, looked_for, limit=ROWS, cursor=cursor)
        rows = found.items
        following = urls.audit_of({**looked_for.query(), "cursor": found.next}, own=own) if found.next else None
    except Invalid as problem:
        trouble = trouble_of(problem)
    content = AuditPage(
        own=own,
        rows=rows,
        asked={name: asked.get(name, "") for name in FIELDS},
        kinds=KINDS,
        people=[] if own else _everybody(office),
        next=following,
        may_redact=person.may(REDACT) and not own,
        trouble=trouble,
    )
    return page(request, "audit/audit.html", content, person=person, status=422 if trouble else 200)


def _everybody(office: Office) -> list[tuple[str, str]]:
    with office.store.reading() as session:
        return [(each.id, each.name) for each in people.people(session)]
