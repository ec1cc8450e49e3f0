"""Letter batches from collecting to the post: reviewed, printed once, mailed, put right, returned."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response
from sqlmodel import Session, col, select
from starlette.concurrency import run_in_threadpool

from api.acts import mailing, printing
from api.pages.asked import AskedDay
from api.pages.finance import must_see_letters, parts_of
from api.pages.frame import Trouble, new_key, page, trouble_of
from api.pages.posted import Form, Posted
from api.pages.urls import urls
from api.problems import Invalid, NotFound, Problem
from api.security.people import Person
from api.security.rights import who_may
from api.security.signin import SignedIn
from api.services import Office, Services
from api.texts import _
from api.views.accounts import LetterView, letter_view
from api.views.batches import BatchView, batch_detail, batch_details
from api.views.law_days import LawDayView, law_days
from definitions.language.sentences import say
from store.paging import after, page_of, read_cursor
from store.queries.cases import case_titles
from store.queries.letters import of_batch, waiting_for_the_post
from store.tables.batches import LetterBatch
from store.tables.cases import CaseRow
from store.tables.papers import Letter

router = APIRouter(include_in_schema=False)

SHOWN: Final = 50


@dataclass(frozen=True, kw_only=True)
class Done:
    """What was done with a letter just now, and where it is seen."""

    sentence: str
    cases: Sequence[tuple[str, str]]  #: title and address


@dataclass(frozen=True, kw_only=True)
class BatchesPage:
    """All batches, what waits for the next, and letters one by one."""

    parts: Sequence[tuple[str, str]]
    waiting: int  #: letters for the next batch
    batches: Sequence[BatchView]
    may_print: bool
    next: str | None
    keys: Mapping[str, str]
    given: Mapping[str, str]  #: what was typed and refused
    trouble: Trouble | None
    done: Done | None


@dataclass(frozen=True, kw_only=True)
class BatchPage:
    """One batch."""

    parts: Sequence[tuple[str, str]]
    batch: BatchView
    letters: Sequence[LetterView]
    cases: Mapping[str, str]  #: titles of the letters' cases
    by_template: Sequence[tuple[str, int]]  #: how many of each kind
    days: Sequence[LawDayView]  #: what its mailing begins in law: as of the day said, or of today
    today: date
    first_day: date | None  #: the first day that can be said: that of the printing
    may_print: bool
    printers: Sequence[str]  #: titles of the roles that print and mail batches
    keys: Mapping[str, str]
    given: Mapping[str, str]
    trouble: Trouble | None


@router.get("/finance/letters")
def show_all(
    request: Request,
    office: Office,
    person: SignedIn,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    done: Annotated[str | None, Query(max_length=40)] = None,
    letter: Annotated[str | None, Query(max_length=90)] = None,
) -> Response:
    """Lists batches, the newest first; what was `done` with a `letter` just now is said above them."""
    return _all(request, office, person, cursor=cursor, done=(done, letter) if done and letter else None)


@router.post("/finance/letters")
def collect(request: Request, office: Office, form: Form) -> Response:
    """Collects a batch of what waits."""
    try:
        made = printing.collect(office, form.ask)
    except Problem as problem:
        if problem.status != 409:
            raise
        return _all(request, office, form.ask.person, problem=problem)
    return RedirectResponse(urls.batch(made.body["id"]), status_code=303)


@router.post("/finance/letters/one/{act}")
async def one(request: Request, office: Office, form: Form, act: str) -> Response:
    """Recalls a letter, notes that the post brought it back, or keeps its number of certified mail."""
    letter = form.text("letter")[:90]
    try:
        if not letter:
            raise Invalid(_("Which letter?"), fields={"letter": _("is needed")})
        if act == "returned":
            answer = await mailing.come_back(office, form.ask, letter, returned_on=_day(form, "returned_on"))
        elif act == "recall":
            reason = _reason(form)
            answer = await run_in_threadpool(mailing.recall_one, office, form.ask, letter, reason=reason)
        elif act == "certified":
            number = form.text("number")[:40]
            answer = await run_in_threadpool(mailing.certify, office, form.ask, letter, number=number)
        else:
            raise NotFound(_("Nothing of this kind is done with a letter."))
    except Problem as problem:
        if problem.status not in (404, 409, 422):
            raise
        given = {
            "act": act,
            "letter": letter,
            **{name: form.text(name) for name in ("reason", "returned_on", "number")},
        }
        return await run_in_threadpool(_all, request, office, form.ask.person, problem=problem, given=given)
    done = urlencode({"done": act, "letter": answer.body["id"]})
    return RedirectResponse(f"{urls.batches}?{done}", status_code=303)


@router.get("/finance/letters/{batch_id}")
def show(
    request: Request,
    office: Office,
    person: SignedIn,
    batch_id: str,
    mailed_on: AskedDay = None,
) -> Response:
    """Shows a batch; with a day, what its mailing on that day would begin."""
    return _one(request, office, person, batch_id, mailed_on=mailed_on)


@router.get("/finance/letters/{batch_id}/pdf")
def pdf(office: Office, person: SignedIn, batch_id: str) -> Response:
    """The batch as one PDF, in the browser."""
    person.must(printing.RIGHT)
    content = printing.preview(office, batch_id)
    disposition = f'inline; filename="{batch_id}.pdf"'
    return Response(content, media_type="application/pdf", headers={"Content-Disposition": disposition})


@router.post("/finance/letters/{batch_id}/print")
def print_it(request: Request, office: Office, form: Form, batch_id: str) -> Response:
    """Prints the batch: once, or again for a reason."""
    reason = form.text("reason")[:300] or None
    return _tried(
        request, office, form, batch_id, lambda: printing.print_batch(office, form.ask, batch_id, reason=reason)
    )


@router.post("/finance/letters/{batch_id}/mailed")
async def mail_it(request: Request, office: Office, form: Form, batch_id: str) -> Response:
    """Says when it was mailed, or puts that day right."""

    async def done() -> None:
        reason = form.text("reason")[:300] or None
        await mailing.mail(office, form.ask, batch_id, mailed_on=_day(form, "mailed_on"), reason=reason)

    return await _tried_async(request, office, form, batch_id, done)


@router.post("/finance/letters/{batch_id}/take-out/{letter_id}")
def take_out(request: Request, office: Office, form: Form, batch_id: str, letter_id: str) -> Response:
    """Takes a letter out: for the next batch, or for good."""

    def done() -> Any:
        for_good = form.text("for-good") == "yes"
        return printing.take_out(office, form.ask, batch_id, letter_id, reason=_reason(form), for_good=for_good)

    return _tried(request, office, form, batch_id, done)


@router.post("/finance/letters/{batch_id}/recall/{letter_id}")
def recall(request: Request, office: Office, form: Form, batch_id: str, letter_id: str) -> Response:
    """Recalls a letter that is printed and not mailed: its sheets are to be pulled."""
    return _tried(
        request,
        office,
        form,
        batch_id,
        lambda: mailing.recall_one(office, form.ask, letter_id, reason=_reason(form)),
    )


def _tried(request: Request, office: Services, form: Posted, batch_id: str, act: Callable[[], Any]) -> Response:
    try:
        act()
    except Problem as problem:
        return _refused(request, office, form, batch_id, problem)
    return RedirectResponse(urls.batch(batch_id), status_code=303)


async def _tried_async(
    request: Request, office: Services, form: Posted, batch_id: str, act: Callable[[], Awaitable[None]]
) -> Response:
    try:
        await act()
    except Problem as problem:
        return await run_in_threadpool(_refused, request, office, form, batch_id, problem)
    return RedirectResponse(urls.batch(batch_id), status_code=303)


def _refused(request: Request, office: Services, form: Posted, batch_id: str, problem: Problem) -> Response:
    if problem.status not in (409, 422):
        raise problem
    given = {name: form.text(name) for name in ("reason", "mailed_on")}
    return _one(request, office, form.ask.person, batch_id, problem=problem, given=given)


def _all(
    request: Request,
    office: Services,
    person: Person,
    *,
    cursor: str | None = None,
    done: tuple[str, str] | None = None,
    problem: Problem | None = None,
    given: Mapping[str, str] | None = None,
) -> Response:
    must_see_letters(person)
    key = read_cursor(cursor, (datetime, str)) if cursor else None
    query = after(select(LetterBatch), (col(LetterBatch.made_at), col(LetterBatch.id)), key, down=True)
    with office.store.reading() as session:
        rows = session.execute(query.limit(SHOWN + 1)).scalars()
        found = page_of([rows], lambda batch: (batch.made_at, batch.id), SHOWN, down=True)
        content = BatchesPage(
            parts=parts_of(person),
            waiting=waiting_for_the_post(session),
            batches=batch_details(session, found.items, zone=office.zone),
            may_print=person.may(printing.RIGHT),
            next=f"{urls.batches}?{urlencode({'cursor': found.cursor})}" if found.cursor else None,
            keys={name: new_key() for name in ("collect", "returned", "recall", "certified")},
            given={
                **dict.fromkeys(("act", "letter", "reason", "number"), ""),
                "returned_on": office.today().isoformat(),
                **(given or {}),
            },
            trouble=trouble_of(problem) if problem else None,
            done=_done(session, *done) if done else None,
        )
    return page(request, "finance/batches.html", content, person=person, status=problem.status if problem else 200)


def _one(
    request: Request,
    office: Services,
    person: Person,
    batch_id: str,
    *,
    mailed_on: date | None = None,
    problem: Problem | None = None,
    given: Mapping[str, str] | None = None,
) -> Response:
    must_see_letters(person)
    today = office.today()
    with office.store.reading() as session:
        batch = session.get(LetterBatch, batch_id)
        if batch is None:
            raise NotFound(say("There is no letter batch %(batch)s.", batch=repr(batch_id[:60])))
        letters = of_batch(session, batch_id)
        counts: dict[str, int] = {}
        for letter in letters:
            counts[letter.template] = counts.get(letter.template, 0) + 1
        content = BatchPage(
            parts=parts_of(person),
            batch=batch_detail(session, batch, zone=office.zone),
            letters=[letter_view(letter, zone=office.zone) for letter in letters],
            cases=case_titles(session, [letter.case_id for letter in letters]),
            by_template=sorted(counts.items()),
            days=law_days(session, office, batch_id, mailed_on or batch.mailed_on or today),
            today=today,
            first_day=batch.printed_at.astimezone(office.zone).date() if batch.printed_at else None,
            may_print=person.may(printing.RIGHT),
            printers=who_may(office.district, printing.RIGHT),
            keys={name: new_key() for name in ("print", "mailed")} | {letter.id: new_key() for letter in letters},
            given={"reason": "", "mailed_on": today.isoformat(), **(given or {})},
            trouble=trouble_of(problem) if problem else None,
        )
    return page(request, "finance/batch.html", content, person=person, status=problem.status if problem else 200)


def _done(session: Session, done: str, letter_id: str) -> Done | None:
    letter = session.get(Letter, letter_id)
    sentence = _said(done)
    if letter is None or sentence is None:
        return None
    concerned = col(CaseRow.id) == letter.case_id
    if done == "returned" and letter.account_id is not None:
        concerned |= (col(CaseRow.account_id) == letter.account_id) & (col(CaseRow.status) == "open")
    cases = session.exec(select(CaseRow.id, CaseRow.title).where(concerned).order_by(col(CaseRow.opened_at).desc()))
    return Done(sentence=sentence, cases=[(title, urls.case(number)) for number, title in cases])


def _said(done: str) -> str | None:
    match done:
        case "returned":
            return _("The letter counts as returned. These cases have heard of it:")
        case "recall":
            return _("The letter is recalled. If it was printed, its batch says which sheets to pull. It belongs to:")
        case "certified":
            return _("The number of certified mail is kept with the letter. It belongs to:")
    return None


def _reason(form: Posted) -> str:
    reason = form.text("reason")[:300]
    if not reason:
        raise Invalid(_("Say why: the reason stays in the audit."), fields={"reason": _("is needed")})
    return reason


def _day(form: Posted, name: str) -> date:
    try:
        return date.fromisoformat(form.text(name))
    except ValueError:
        raise Invalid(_("A day is missing."), fields={name: _("is a day")}) from None
