"""People: users, roles, crews, limits and absences; and who is signed in."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from pydantic import Field
from sqlmodel import col, select

from api.acts import leaving, own, people
from api.rest.asking import Asked, IfMatch, answer, version_of
from api.rest.bodies import Body, Reason, UserId, UserName
from api.rest.documented import GUARDED, READ, WRITE
from api.security.signin import SignedIn, session_of, token_of
from api.services import Office
from api.views.people import (
    AbsenceView,
    LeftView,
    Limit,
    MeView,
    SignInView,
    UserView,
    absence_view,
    me_view,
    sign_in_view,
    user_view,
)
from api.views.shown import Page
from api.views.tasks import etag
from store import people as store_people
from store.tables.people import Absence, User

router = APIRouter(prefix="/api", tags=["people"])

Password = Annotated[
    str, Field(min_length=12, max_length=128, description="12 to 128 characters, and not easily guessed.")
]
Words = Annotated[list[Annotated[str, Field(min_length=1, max_length=60)]], Field(max_length=50)]
Limits = Annotated[list[Limit], Field(max_length=50)]


class NewUser(Body):
    """Somebody who begins to work here."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$", description="The short name.", examples=["rep3"])
    name: str = Field(min_length=1, max_length=120, examples=["Ana Ruiz"])
    password: Password | None = None
    roles: Words = Field([], examples=[["rep"]])
    crews: Words = Field([])
    limits: Limits = Field([])
    sees_confidential: bool = False


class UserChanges(Body):
    """What is to change; what is left out stays."""

    name: str | None = Field(None, min_length=1, max_length=120)
    password: Password | None = None
    active: bool | None = None
    roles: Words | None = Field(None, examples=[["rep", "lead"]])
    crews: Words | None = None
    limits: Limits | None = None
    sees_confidential: bool | None = None


class OwnPassword(Body):
    """A password of one's own."""

    present: str = Field("", max_length=200, description="Empty after a sign-in with one that somebody else had set.")
    new: Password


class Leaving(Body):
    """Who takes over what somebody held, and why they leave."""

    to: UserId | None = Field(None, description="Where they may not do it, or are nobody, it goes back to its queue.")
    reason: Reason


class NewAbsence(Body):
    """Days on which somebody is away."""

    starts: date = Field(examples=["2026-03-16"])
    ends: date = Field(description="The last day.", examples=["2026-03-20"])
    substitute: UserId | None = None
    reason: str = Field("", max_length=200)


@router.get("/me", operation_id="me", response_model=MeView, responses=READ)
def me(person: SignedIn) -> MeView:
    """Says who is signed in, and what they may do."""
    return me_view(person)


@router.post("/me/password", operation_id="choose_password", status_code=204, response_class=Response, responses=WRITE)
def choose_password(request: Request, office: Office, ask: Asked, body: OwnPassword) -> Response:
    """Chooses another password; the person's other browser sessions end."""
    token = session_of(request)
    return answer(own.choose_password(office, ask, present=body.present, new=body.new, session_token=token))


@router.get("/users", operation_id="list_users", response_model=Page[UserView], responses=READ)
def list_users(office: Office, person: SignedIn) -> Page[UserView]:
    """Lists everybody who works here or did."""
    person.must("manage-people")
    with office.store.reading() as session:
        users = session.exec(select(User).order_by(col(User.id))).all()
        return Page(items=[user_view(session, user) for user in users])


@router.get("/users/{user_id}", operation_id="read_user", response_model=UserView, responses=READ)
def read_user(office: Office, person: SignedIn, user_id: UserName, response: Response) -> UserView:
    """Reads one user; people may read themselves."""
    if user_id != person.id:
        person.must("manage-people")
    with office.store.reading() as session:
        view = user_view(session, people.user_called(session, user_id))
    response.headers["ETag"] = etag(view.version)
    return view


@router.post("/users", operation_id="add_user", status_code=201, response_model=UserView, responses=WRITE)
def add_user(office: Office, ask: Asked, body: NewUser) -> Response:
    """Adds somebody who begins to work here."""
    return answer(
        people.add_user(
            office,
            ask,
            user_id=body.id,
            name=body.name,
            password=body.password,
            roles=body.roles,
            crews=body.crews,
            limits=body.limits,
            sees_confidential=body.sees_confidential,
        )
    )


@router.patch("/users/{user_id}", operation_id="change_user", response_model=UserView, responses=GUARDED)
def change_user(office: Office, ask: Asked, user_id: UserName, body: UserChanges, if_match: IfMatch = None) -> Response:
    """Changes a user: roles, crews, limits, password; `active: false` when they leave."""
    changes: dict[str, Any] = {name: getattr(body, name) for name in body.model_fields_set}
    return answer(people.change_user(office, ask, user_id, version=version_of(if_match, "a user"), changes=changes))


@router.post("/users/{user_id}/leave", operation_id="let_user_go", response_model=LeftView, responses=GUARDED)
def let_user_go(office: Office, ask: Asked, user_id: UserName, body: Leaving, if_match: IfMatch = None) -> Response:
    """Lets somebody go: no right or sign-in is left, and what they hold is handed over or goes back to its queue."""
    version = version_of(if_match, "a user")
    return answer(leaving.let_go(office, ask, user_id, version=version, to=body.to, reason=body.reason))


@router.get("/users/{user_id}/sign-ins", operation_id="list_sign_ins", response_model=Page[SignInView], responses=READ)
def list_sign_ins(office: Office, person: SignedIn, user_id: UserName) -> Page[SignInView]:
    """Lists where a user is signed in, and their tokens; people may read their own."""
    if user_id != person.id:
        person.must(people.keeping_absences(person, user_id))
    with office.store.reading() as session:
        people.user_called(session, user_id)
        rows = store_people.sign_ins_of(session, user_id, datetime.now(UTC))
    return Page(items=[sign_in_view(row, zone=office.zone) for row in rows])


@router.delete(
    "/users/{user_id}/sign-ins/{sign_in_id}",
    operation_id="end_sign_in",
    status_code=204,
    response_class=Response,
    responses=WRITE,
)
def end_sign_in(
    office: Office, ask: Asked, user_id: UserName, sign_in_id: Annotated[str, Path(max_length=40)]
) -> Response:
    """Ends a session or a token."""
    return answer(own.end_sign_in(office, ask, user_id, sign_in_id))


@router.delete(
    "/users/{user_id}/sign-ins",
    operation_id="end_sign_ins",
    status_code=204,
    response_class=Response,
    responses=WRITE,
)
def end_sign_ins(request: Request, office: Office, ask: Asked, user_id: UserName) -> Response:
    """Signs a user out everywhere: every session and token ends, but the one that asks for one's own."""
    return answer(own.end_sign_ins(office, ask, user_id, keep=token_of(request)))


@router.get("/users/{user_id}/absences", operation_id="list_absences", response_model=Page[AbsenceView], responses=READ)
def list_absences(office: Office, person: SignedIn, user_id: UserName) -> Page[AbsenceView]:
    """Lists a user's absences that are not over; people may read their own."""
    if user_id != person.id:
        person.must(people.keeping_absences(person, user_id))
    with office.store.reading() as session:
        people.user_called(session, user_id)
        rows = session.exec(
            select(Absence)
            .where(Absence.user_id == user_id, col(Absence.ends) >= office.today())
            .order_by(col(Absence.starts), col(Absence.id))
        ).all()
    return Page(items=[absence_view(row) for row in rows])


@router.post(
    "/users/{user_id}/absences",
    operation_id="add_absence",
    status_code=201,
    response_model=AbsenceView,
    responses=WRITE,
)
def add_absence(office: Office, ask: Asked, user_id: UserName, body: NewAbsence) -> Response:
    """Notes when somebody is away and who stands in; people may note their own."""
    return answer(
        people.add_absence(
            office,
            ask,
            user_id,
            starts=body.starts,
            ends=body.ends,
            substitute=body.substitute,
            reason=body.reason,
        )
    )


@router.delete(
    "/users/{user_id}/absences/{absence_id}",
    operation_id="end_absence",
    status_code=204,
    response_class=Response,
    responses=WRITE,
)
def end_absence(
    office: Office, ask: Asked, user_id: UserName, absence_id: Annotated[int, Path(ge=1, le=2**31 - 1)]
) -> Response:
    """Takes an absence back."""
    return answer(people.end_absence(office, ask, user_id, absence_id))
