"""One's own page: password, sessions and tokens, absences, what one may do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from sqlmodel import col, select

from api.acts import own
from api.acts import people as acts
from api.pages.frame import Trouble, new_key, page, trouble_of
from api.pages.people import absence_number, keep_absence
from api.pages.posted import Form
from api.pages.urls import urls
from api.problems import Invalid, NotFound, Problem
from api.security.people import Person
from api.security.rights import RIGHTS
from api.security.signin import SignedIn, must_choose_password, session_of
from api.services import Office, Services
from api.texts import _
from api.views.people import AbsenceView, MeView, SignInView, absence_view, me_view, sign_in_view
from store import people
from store.tables.people import Absence

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, kw_only=True)
class MePage:
    """What somebody keeps of themselves."""

    me: MeView
    rights: Sequence[tuple[str, str]]  #: right and what it lets do
    must_choose: bool  #: they signed in with a password that somebody else had set
    absences: Sequence[AbsenceView]
    sign_ins: Sequence[SignInView]
    colleagues: Sequence[tuple[str, str]]
    may_be_away: bool
    keys: Mapping[str, str]
    said: str | None
    trouble: Trouble | None


@router.get("/me")
def show_me(request: Request, office: Office, person: SignedIn) -> Response:
    """Shows the person's own page."""
    return _me(request, office, person)


@router.post("/me/{act}")
def keep_mine(request: Request, office: Office, form: Form, act: str) -> Response:
    """Chooses a password, ends a session, notes or takes back an absence of one's own."""
    person = form.ask.person
    said = None
    try:
        if act == "password":
            new, again = form.secret("new"), form.secret("again")
            if new != again:
                raise Invalid(_("The two are not the same."), fields={"again": _("is the same once more")})
            own.choose_password(
                office, form.ask, present=form.secret("present"), new=new, session_token=session_of(request)
            )
            said = _("Your password is another now. Your other browser sessions have ended.")
        elif act == "end-sign-in":
            own.end_sign_in(office, form.ask, person.id, form.text("sign-in")[:40])
        elif act == "end-sign-ins":
            own.end_sign_ins(office, form.ask, person.id, keep=session_of(request))
            said = _("You are signed out everywhere else, and your tokens are good no more.")
        elif act == "absence":
            keep_absence(office, form, person.id)
        elif act == "end-absence":
            acts.end_absence(office, form.ask, person.id, absence_number(form))
        else:
            raise NotFound(_("Nothing of this kind is done with a person."))
    except Problem as problem:
        if problem.status not in (409, 422):
            raise
        return _me(request, office, person, problem=problem)
    return _me(request, office, person, said=said) if said else RedirectResponse(urls.me, status_code=303)


def _me(
    request: Request, office: Services, person: Person, *, said: str | None = None, problem: Problem | None = None
) -> Response:
    with office.store.reading() as session:
        absences = session.exec(
            select(Absence)
            .where(Absence.user_id == person.id, col(Absence.ends) >= office.today())
            .order_by(col(Absence.starts), col(Absence.id))
        ).all()
        content = MePage(
            me=me_view(person),
            rights=[(right, _(RIGHTS[right])) for right in sorted(person.rights)],
            must_choose=must_choose_password(office, person.id),
            absences=[absence_view(row) for row in absences],
            sign_ins=[
                sign_in_view(row, zone=office.zone) for row in people.sign_ins_of(session, person.id, datetime.now(UTC))
            ],
            colleagues=[
                (each.id, each.name) for each in people.people(session) if each.active and each.id != person.id
            ],
            may_be_away=person.may("work"),
            keys={name: new_key() for name in ("password", "absence", "everywhere")},
            said=said,
            trouble=trouble_of(problem) if problem else None,
        )
    return page(request, "people/me.html", content, person=person, status=problem.status if problem else 200)
