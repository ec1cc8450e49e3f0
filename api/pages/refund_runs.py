"""Runs of refunds: collected by one person, issued by another, exported as checks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from sqlmodel import col, select
from starlette.concurrency import run_in_threadpool

from api.acts import refunding, registers
from api.pages.finance import parts_of
from api.pages.frame import Trouble, new_key, page, trouble_of
from api.pages.posted import Form
from api.pages.urls import urls
from api.problems import Invalid, NotFound, Problem
from api.security.people import Person
from api.security.rights import who_may
from api.security.signin import SignedIn
from api.services import Office, Services
from api.texts import _
from api.views.money import RefundView, RunView, refund_view, run_view
from definitions.language.sentences import say
from store.queries.cases import case_titles
from store.refunds import refunds_of
from store.tables.money import RefundRow, RefundRun

router = APIRouter(include_in_schema=False)

SHOWN: Final = 50


@dataclass(frozen=True, kw_only=True)
class RefundsPage:
    """Refunds that are payable, and runs."""

    parts: Sequence[tuple[str, str]]
    payable: Sequence[RefundView]  #: in no run yet
    payable_usd: Decimal  #: of those that a run takes today
    cases: Mapping[str, str]  #: titles of the refunds' cases
    runs: Sequence[RunView]
    may_issue: bool
    key: str
    trouble: Trouble | None


@dataclass(frozen=True, kw_only=True)
class RunPage:
    """One run."""

    parts: Sequence[tuple[str, str]]
    run: RunView
    refunds: Sequence[RefundView]
    cases: Mapping[str, str]  #: titles of the refunds' cases
    may_issue: bool
    issuers: Sequence[str]  #: titles of the roles that issue runs
    is_mine: bool  #: whether the person who asks collected it, and so does not issue it
    given: Mapping[str, str]
    key: str
    trouble: Trouble | None


@router.get("/finance/refunds")
def show_all(request: Request, office: Office, person: SignedIn) -> Response:
    """Shows what is payable, and runs."""
    return _all(request, office, person)


@router.post("/finance/refunds")
def collect(request: Request, office: Office, form: Form) -> Response:
    """Collects what is payable into a run."""
    try:
        made = refunding.collect(office, form.ask)
    except Problem as problem:
        if problem.status != 409:
            raise
        return _all(request, office, form.ask.person, problem)
    return RedirectResponse(urls.run(made.body["id"]), status_code=303)


@router.get("/finance/refunds/{run_id}")
def show(request: Request, office: Office, person: SignedIn, run_id: str) -> Response:
    """Shows a run."""
    return _one(request, office, person, run_id)


@router.post("/finance/refunds/{run_id}/issued")
async def issue(request: Request, office: Office, form: Form, run_id: str) -> Response:
    """Issues a run that somebody else has collected."""
    given = {name: form.text(name) for name in ("first_check", "issued_on")}
    try:
        if not given["first_check"].isdecimal() or not 0 < int(given["first_check"]) <= 999_999_999:
            raise Invalid(_("Which number does the first check have?"), fields={"first_check": _("is a whole number")})
        try:
            on = date.fromisoformat(given["issued_on"])
        except ValueError:
            raise Invalid(_("A day is missing."), fields={"issued_on": _("is a day")}) from None
        await refunding.issue(office, form.ask, run_id, first_check=int(given["first_check"]), issued_on=on)
    except Problem as problem:
        if problem.status not in (403, 409, 422):
            raise
        return await run_in_threadpool(_one, request, office, form.ask.person, run_id, problem, given)
    return RedirectResponse(urls.run(run_id), status_code=303)


@router.post("/finance/refunds/{run_id}/dissolved")
def dissolve(request: Request, office: Office, form: Form, run_id: str) -> Response:
    """Puts the refunds of a run back among those that are payable."""
    try:
        refunding.dissolve(office, form.ask, run_id)
    except Problem as problem:
        if problem.status != 409:
            raise
        return _one(request, office, form.ask.person, run_id, problem)
    return RedirectResponse(urls.refunds, status_code=303)


def _all(request: Request, office: Services, person: Person, problem: Problem | None = None) -> Response:
    registers.may_see(person)
    today = office.today()
    with office.store.reading() as session:
        payable = session.exec(
            select(RefundRow)
            .where(RefundRow.status == "payable", col(RefundRow.run_id).is_(None))
            .order_by(col(RefundRow.payable_on), col(RefundRow.id))
            .limit(200)
        ).all()
        cases = case_titles(session, [row.case_id for row in payable])
        runs = session.exec(select(RefundRun).order_by(col(RefundRun.made_at).desc()).limit(SHOWN)).all()
    content = RefundsPage(
        parts=parts_of(person),
        payable=[refund_view(row) for row in payable],
        payable_usd=sum((row.amount_usd for row in payable if row.payable_on <= today), Decimal(0)),
        cases=cases,
        runs=[run_view(run, zone=office.zone) for run in runs],
        may_issue=person.may(refunding.RIGHT),
        key=new_key(),
        trouble=trouble_of(problem) if problem else None,
    )
    return page(request, "finance/refunds.html", content, person=person, status=problem.status if problem else 200)


def _one(
    request: Request,
    office: Services,
    person: Person,
    run_id: str,
    problem: Problem | None = None,
    given: Mapping[str, str] | None = None,
) -> Response:
    registers.may_see(person)
    with office.store.reading() as session:
        run = session.get(RefundRun, run_id)
        if run is None:
            raise NotFound(say("There is no run of refunds %(run)s.", run=repr(run_id[:60])))
        refunds = refunds_of(session, run_id)
        cases = case_titles(session, [row.case_id for row in refunds])
    content = RunPage(
        parts=parts_of(person),
        run=run_view(run, zone=office.zone),
        refunds=[refund_view(row) for row in refunds],
        cases=cases,
        may_issue=person.may(refunding.RIGHT),
        issuers=who_may(office.district, refunding.RIGHT),
        is_mine=run.made_by == person.id,
        given=given or {"first_check": "", "issued_on": office.today().isoformat()},
        key=new_key(),
        trouble=trouble_of(problem) if problem else None,
    )
    return page(request, "finance/run.html", content, person=person, status=problem.status if problem else 200)
