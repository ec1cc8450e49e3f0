"""The form that opens a case, wherever somebody comes from: an account, an applicant, or what came in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fastapi.responses import RedirectResponse, Response
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from api.acts import opening
from api.acts.act import Answer
from api.library import content as compiled_content
from api.library import current
from api.pages.account_outages import EVERY, outages_of, pulse
from api.pages.fields import Input, inputs
from api.pages.frame import Trouble, new_key, trouble_of
from api.pages.kinds import may_be_an_outage
from api.pages.urls import urls
from api.problems import Problem
from api.services import Services
from api.views.cases import CaseView, case_view
from api.views.openings import opening_fields
from api.views.outages import OutageView
from api.views.work import field_view
from definitions.language.model import CaseDefinition
from store.tables.utility import Account
from workflows.machine.machine import machine_of


@dataclass(frozen=True, kw_only=True)
class OpenPage:
    """The form that opens a case."""

    whom: str  #: the account or the applicant that it is for
    back: str  #: where they are shown
    action: str  #: where the form is sent
    title: str
    help: str | None
    inputs: Sequence[Input]
    standing: CaseView | None  #: the open case that stands in the way
    key: str
    trouble: Trouble | None
    outages: Sequence[OutageView]  #: that may be what it is about
    outages_of: str | None  #: the account whose outages may be that, and so live on the page
    pulse: str  #: of the outages
    every: int = EVERY


@dataclass(frozen=True, kw_only=True)
class Whence:
    """Whom a case is opened for, and from which page."""

    whom: str
    back: str
    action: str
    account: Account | None = None
    about: Mapping[str, Any]  #: the fields that are known by that
    known: Collection[str] = ("account",)  #: the types of field that nobody is asked for
    filled_in: Mapping[str, Any] = field(default_factory=dict)  #: what stands in the form before anybody types


def opening_page(
    session: Session,
    office: Services,
    spec: CaseDefinition,
    whence: Whence,
    *,
    given: Mapping[str, Any] | None = None,
    trouble: Trouble | None = None,
) -> OpenPage:
    """The form, with what was given and what was wrong with it."""
    account = whence.account if may_be_an_outage(office, spec.case) else None
    outages = outages_of(session, office, account) if account is not None else []
    standing = opening.open_already(session, spec, whence.about)
    asked = {name: each for name, each in opening_fields(spec).items() if each.type not in whence.known}
    return OpenPage(
        whom=whence.whom,
        back=whence.back,
        action=whence.action,
        title=spec.title,
        help=spec.help,
        inputs=inputs(
            session,
            [field_view(name, each, whence.filled_in.get(name)) for name, each in asked.items()],
            account=whence.account.id if whence.account is not None else None,
            errors=trouble.fields if trouble else {},
            given=given,
        ),
        standing=case_view(standing, zone=office.zone) if standing else None,
        key=new_key(),
        trouble=trouble,
        outages=outages,
        outages_of=account.id if account is not None else None,
        pulse=pulse(outages),
    )


def definition_for_new(session: Session, office: Services, case: str) -> CaseDefinition:
    """The definition that a new case takes now; NotFound when there is none."""
    version = current(session, case, office.now())
    return machine_of(compiled_content(session, case, version.version)).definition


async def opened(act: Awaitable[Answer], again: Callable[[Trouble], Response]) -> Response:
    """The page of the case that was opened; or the form again, which says what was wrong at its field."""
    try:
        answer = await act
    except Problem as problem:
        if problem.status not in (409, 422):
            raise
        return await run_in_threadpool(again, trouble_of(problem))
    return RedirectResponse(urls.case(answer.body["case"]), status_code=303)
