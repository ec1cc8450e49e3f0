"""Who sends a request: by a bearer token, or by the session cookie of a browser.

A session may use the REST interface too: its writes need the header Idempotency-Key, which no form of another site can send.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer

from api.problems import NotSignedIn, TooManyTries
from api.security.people import Person, person_of
from api.services import Office, Services
from store import people

SESSION_COOKIE: Final = "headgate"
SESSION_LASTS: Final = timedelta(hours=12)

_bearer = HTTPBearer(auto_error=False, scheme_name="token", description="A token as `headgate token USER` prints it.")
_cookie = APIKeyCookie(name=SESSION_COOKIE, auto_error=False, scheme_name="session", description="Set by `/sign-in`.")


def signed_in(
    request: Request,
    office: Office,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
    cookie: Annotated[str | None, Security(_cookie)],
) -> Person:
    """The person who sends the request; NotSignedIn when there is none."""
    if bearer is None and not cookie:
        raise NotSignedIn(
            "This needs a person. Send `Authorization: Bearer <token>`, or sign in at /sign-in.",
            headers={"WWW-Authenticate": "Bearer"},
        )
    with office.store.reading() as session:
        # Real time, not the district's: a demonstration in which a day passes each second signs nobody out.
        token = bearer.credentials if bearer is not None else cookie or ""
        user_id = people.user_of_token(session, token, datetime.now(UTC))
        if user_id is None:
            raise NotSignedIn(
                "The token or session is unknown, has expired or was revoked. Sign in again.",
                headers={"WWW-Authenticate": 'Bearer error="invalid_token"'},
            )
        person = person_of(session, user_id, district=office.district, today=office.today())
    request.state.person = person
    return person


SignedIn = Annotated[Person, Depends(signed_in)]


def session_of(request: Request) -> str:
    """The session token of a browser, "" when it has none."""
    return request.cookies.get(SESSION_COOKIE, "")


def sign_in(office: Services, user_id: str, password: str, address: str) -> str:
    """A new session token; NotSignedIn for a wrong name or password, TooManyTries when further tries have to wait."""
    keys = (f"user {user_id}", f"address {address}")
    wait = office.throttle.wait(*keys)
    if wait > 0:
        seconds = int(wait) + 1
        raise TooManyTries(
            f"There were too many wrong passwords. Try again in {seconds} seconds, or ask a supervisor for a new password.",
            headers={"Retry-After": str(seconds)},
        )
    with office.store.writing() as session:
        if people.check_password(session, user_id, password):
            office.throttle.succeeded(*keys)
            now = datetime.now(UTC)
            return people.make_sign_in(
                session, user_id, kind="session", at=now, expires_at=now + SESSION_LASTS, label="browser"
            )
    office.throttle.failed(*keys)
    raise NotSignedIn("The name or the password is wrong.")


def sign_out(office: Services, token: str) -> None:
    """Ends the session at once."""
    with office.store.writing() as session:
        people.revoke(session, token, datetime.now(UTC))
