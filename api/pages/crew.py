"""A crew's day on a phone: today's orders by route, one order, and closing it.

It works without script; with it (`static/js/crew`), it works without coverage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import FileResponse, RedirectResponse, Response
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from api.acts import checking, claiming, filing, orders
from api.acts.accounts import log_view
from api.acts.completing import Completion
from api.acts.queue import task_with_account
from api.acts.reading import SecondLook, registers
from api.acts.remembering import fields_seen
from api.assets import STATIC
from api.pages.fields import Input, inputs
from api.pages.frame import Trouble, new_key, page, trouble_of
from api.pages.posted import Form, Posted
from api.pages.posted_files import kept
from api.pages.urls import urls
from api.problems import Problem
from api.security.people import Person
from api.security.signin import SignedIn
from api.services import Office, Services
from api.views.checks import CheckView, check_view
from api.views.orders import CrewDay, CrewOrders, OrderView, order_view
from api.views.tasks import OutcomeView, TaskDetail
from api.views.work import task_detail
from definitions.catalogue.plausible import Expected
from store.tables.cases import CaseRow, TaskRow

router = APIRouter(include_in_schema=False)

FORMS: Final = ("claim", "release", "check", "place", "close")
WORKER: Final = STATIC / "js" / "crew" / "worker.js"


@dataclass(frozen=True, kw_only=True)
class Route:
    """The orders on one reading route, in the order of the way."""

    name: str  #: "" for orders without a place
    orders: Sequence[OrderView]


@dataclass(frozen=True, kw_only=True)
class CrewDayPage:
    """Today's orders of the person's crews, and those due later."""

    day: CrewDay
    crews: Sequence[str]  #: titles
    today: Sequence[Route]
    later: Sequence[Route]
    closed: bool  #: whether an order has just been closed


@dataclass(frozen=True, kw_only=True)
class UnfinishedPage:
    """What the crews have not finished."""

    crews: Sequence[CrewOrders]


@dataclass(frozen=True, kw_only=True)
class OrderInput:
    """One input of an order's form, with what its read should show."""

    input: Input
    only_for: Sequence[str]  #: keys of the outcomes that alone ask for it
    only_for_titles: Sequence[str]
    register: Expected | None  #: of a read: what the meter should show
    second: str  #: the register, read once more
    is_doubted: bool  #: whether a second look is asked for


@dataclass(frozen=True, kw_only=True)
class OrderOutcome:
    """One way in which the order may end."""

    outcome: OutcomeView
    is_checked: bool  #: only after a fresh check at the curb
    is_chosen: bool


@dataclass(frozen=True, kw_only=True)
class MeterThere:
    """A meter on the spot, as it was when the order was made."""

    serial: str
    size: str
    last_ccf: Decimal | None
    last_on: date | None


@dataclass(frozen=True, kw_only=True)
class OrderPage:
    """A work order: where it is, what to do, and how it is closed."""

    order: OrderView
    detail: TaskDetail
    case_title: str
    known: orders.Known | None  #: of the place, as it is now; None where the case has no place yet
    meters: Sequence[MeterThere]
    inputs: Sequence[OrderInput]
    outcomes: Sequence[OrderOutcome]
    form_seen: str  #: tells when the form is another
    checked: CheckView | None  #: what was answered last at the curb
    good_seconds: int  #: how long that answer is still good for; 0 when it is not
    is_open: bool  #: to this person
    is_mine: bool
    keys: Mapping[str, str]  #: one for each form of the page
    trouble: Trouble | None


@router.get("/crew")
def day(request: Request, office: Office, person: SignedIn, closed: Annotated[bool, Query()] = False) -> Response:
    """Shows the crew's day."""
    found = orders.day_of(office, person)
    titles = office.district.crews
    content = CrewDayPage(
        day=found,
        crews=[titles[name].title if name in titles else name for name in sorted(person.crews)],
        today=_by_route(found.orders),
        later=_by_route(found.later),
        closed=closed,
    )
    return page(request, "crew/day.html", content, person=person)


@router.get("/crew/unfinished")
def unfinished(request: Request, office: Office, person: SignedIn) -> Response:
    """Shows a lead what the crews have not finished."""
    return page(request, "crew/unfinished.html", UnfinishedPage(crews=orders.unfinished(office, person)), person=person)


@router.get("/crew/worker.js")
def worker() -> Response:
    """The service worker: served from here, so that its scope is the crew's pages and nothing else."""
    headers = {"Service-Worker-Allowed": urls.crew, "Cache-Control": "no-cache"}
    return FileResponse(WORKER, media_type="text/javascript", headers=headers)


@router.get("/crew/orders/{task_id}")
def show(request: Request, office: Office, person: SignedIn, task_id: str) -> Response:
    """Shows one order."""
    return _shown(request, office, person, task_id)


@router.post("/crew/orders/{task_id}/claim")
def claim(office: Office, form: Form, task_id: str) -> Response:
    """Takes the order."""
    claiming.claim(office, form.ask, task_id)
    return RedirectResponse(urls.order(task_id), status_code=303)


@router.post("/crew/orders/{task_id}/release")
def release(office: Office, form: Form, task_id: str) -> Response:
    """Gives the order back to the crew."""
    claiming.release(office, form.ask, task_id)
    return RedirectResponse(urls.crew, status_code=303)


@router.post("/crew/orders/{task_id}/check")
def check(office: Office, form: Form, task_id: str) -> Response:
    """Asks at the curb whether there is still a reason for the order; the order's page shows the answer."""
    checking.check(office, form.ask, task_id)
    return RedirectResponse(f"{urls.order(task_id)}#check", status_code=303)


@router.post("/crew/orders/{task_id}/place")
def describe(office: Office, form: Form, task_id: str) -> Response:
    """Writes down what crews should know of the order's place."""
    known = orders.Known(access=form.text("access")[:300], hazard=form.text("hazard")[:300])
    orders.describe_place(office, form.ask, task_id, known)
    return RedirectResponse(urls.order(task_id), status_code=303)


@router.post("/crew/orders/{task_id}/close")
async def close(request: Request, office: Office, form: Form, task_id: str) -> Response:
    """Closes the order; what is wrong is shown with what was entered."""
    outcome = form.text("outcome")
    person = form.ask.person
    fields = await run_in_threadpool(fields_seen, office, person, task_id, outcome)
    given = form.typed(fields)
    try:
        for name, each in fields.items():
            if each.type == "file":
                kept = await _uploaded(office, form, f"field.{name}", task_id) or form.text(f"kept.{name}")
                given |= {name: kept} if kept else {}
        look = SecondLook(
            reads={name: text for name in fields if (text := form.text(f"second.{name}"))},
            photos={name: file for name in fields if (file := await _uploaded(office, form, f"photo.{name}", task_id))},
        )
        await _uploaded(office, form, "more", task_id)
        await _signed(office, form, task_id)
        completion = Completion(outcome=outcome, form=given)
        closing = orders.Closing(completion=completion, form_seen=form.text("form-seen") or None, look=look)
        await orders.close(office, form.ask, task_id, closing)
    except Problem as problem:
        if problem.status not in (403, 409, 412, 422):
            raise
        return await run_in_threadpool(
            _shown, request, office, person, task_id, given=given, posted=form, problem=problem
        )
    return RedirectResponse(f"{urls.crew}?closed=1", status_code=303)


def _by_route(found: Sequence[OrderView]) -> list[Route]:
    grouped = groupby(found, key=lambda order: order.place.route if order.place else "")
    return [Route(name=name, orders=list(on_it)) for name, on_it in grouped]


async def _uploaded(office: Services, form: Posted, name: str, task_id: str, kind: str = "photo") -> str | None:
    """The id of the uploaded file, None when there is none; sent twice it is kept once."""
    file = form.files.get(name)
    if file is None:
        return None
    content_type = (file.content_type or "").partition(";")[0].lower()
    return await _kept(office, form, name, task_id, await file.read(filing.LARGEST + 1), content_type, kind)


async def _signed(office: Services, form: Posted, task_id: str) -> None:
    """Keeps the typed name of who signs."""
    name = form.text("signed-by")[:120]
    if name:
        await _kept(office, form, "signed-by", task_id, name.encode(), "text/plain", "signature")


async def _kept(
    office: Services, form: Posted, name: str, task_id: str, content: bytes, content_type: str, kind: str
) -> str:
    sent = filing.Upload(content=content, name=f"{kind} {name}", content_type=content_type, kind=kind, task=task_id)
    return await kept(office, form, sent, name)


def _shown(
    request: Request,
    office: Services,
    person: Person,
    task_id: str,
    *,
    given: Mapping[str, Any] | None = None,
    posted: Posted | None = None,
    problem: Problem | None = None,
) -> Response:
    trouble = trouble_of(problem) if problem is not None else None
    with office.store.reading() as session:
        task, account = task_with_account(session, person, task_id)
        case = session.get_one(CaseRow, task.case_id)
        detail = task_detail(session, office, person, task, case)
        last = checking.last_check(session, task) if task.check_at_site else None
        place = orders.place_of(session, task)
        content = OrderPage(
            order=order_view(task, by=person.id, at=office.now(), zone=office.zone),
            detail=detail,
            case_title=case.title,
            known=orders.Known(access=place.access, hazard=place.hazard) if place is not None else None,
            meters=[_meter(each, office) for each in (task.snapshot or {}).get("meters", ())],
            inputs=_inputs(session, office, task, detail, given, posted, trouble),
            outcomes=[
                OrderOutcome(
                    outcome=each,
                    is_checked=task.check_at_site and checking.is_checked_outcome(session, task, each.outcome),
                    is_chosen=posted is not None and posted.text("outcome") == each.outcome,
                )
                for each in detail.outcomes
            ],
            form_seen=orders.form_digest(session, task),
            checked=check_view(last, lasts=checking.lasts(office), zone=office.zone) if last is not None else None,
            good_seconds=checking.good_seconds(office, last) if last is not None else 0,
            is_open=orders.is_open_to(person, task),
            is_mine=task.assignee == person.id,
            keys={name: new_key() for name in FORMS},
            trouble=trouble,
        )
    confidential = account is not None and account.confidential
    log_view(office, person, task.account_id, confidential=confidential, what="task", of=task.id, case=task.case_id)
    return page(request, "crew/order.html", content, person=person, status=problem.status if problem else 200)


def _meter(known: Mapping[str, Any], office: Services) -> MeterThere:
    last = known.get("last_read")
    return MeterThere(
        serial=known["serial"],
        size=known["size"],
        last_ccf=Decimal(last["ccf"]) if last else None,
        last_on=datetime.fromisoformat(last["at"]).astimezone(office.zone).date() if last else None,
    )


def _inputs(
    session: Session,
    office: Services,
    task: TaskRow,
    detail: TaskDetail,
    given: Mapping[str, Any] | None,
    posted: Posted | None,
    trouble: Trouble | None,
) -> list[OrderInput]:
    known = registers(session, office, task)
    errors = trouble.fields if trouble else {}
    titles = {outcome.outcome: outcome.title for outcome in detail.outcomes}
    shown = inputs(session, detail.form, account=task.account_id, errors=errors, given=given, outcomes=titles)
    return [
        OrderInput(
            input=replace(each, only_for=()),
            only_for_titles=each.only_for,
            only_for=view.outcomes or (),
            register=known.get(view.name),
            second=posted.text(f"second.{view.name}") if posted else "",
            is_doubted=trouble is not None and trouble.code == "doubtful-read" and view.name in errors,
        )
        for view, each in zip(detail.form, shown, strict=True)
    ]
