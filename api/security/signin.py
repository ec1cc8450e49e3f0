"""Who sends a request: by a bearer token, or by the session cookie of a browser.

A session may use the REST interface too: its writes need the header Idempotency-Key, which no form of another site can send.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer
from sqlmodel import Session

from api.problems import NotSignedIn, SessionLocked, TooManyRequests, TooManyTries
from api.security.cookies import kept
from api.security.people import Person, person_of
from api.services import Office, Services
from definitions.language.sentences import say
from store import people, tries
from store.tables.audit import Audit
from store.tables.people import SignIn, User

SESSION_COOKIE: Final = "headgate"
SEEN_EVERY: Final = timedelta(minutes=1)  #: how exactly it is kept when somebody was last there
NOBODY: Final = "nobody"  #: who tries to sign in and is no user
BY_ITSELF: Final = "x-live"  #: the header of what a page asks for by itself: nobody need be there

_bearer = HTTPBearer(auto_error=False, scheme_name="token", description="A token as `headgate token USER` prints it.")
_cookie = APIKeyCookie(name=SESSION_COOKIE, auto_error=False, scheme_name="session", description="Set by `/sign-in`.")


def signed_in(
    request: Request,
    office: Office,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
    _documented: Annotated[str | None, Security(_cookie)],
) -> Person:
    """The person who sends the request; NotSignedIn when there is none."""
    token = bearer.credentials if bearer is not None else session_of(request)
    if not token:
        raise NotSignedIn(
            say("This needs a person. Send `Authorization: Bearer <token>`, or sign in at /sign-in."),
            headers={"WWW-Authenticate": "Bearer"},
        )
    # Real time, not the district's: a demonstration in which a day passes each second signs nobody out.
    now = datetime.now(UTC)
    with office.store.reading() as session:
        found = people.signed_in(session, token, now, office.today())
        if found is None:
            raise NotSignedIn(
                say("The token or session is unknown, has expired or was revoked. Sign in again."),
                headers={"WWW-Authenticate": 'Bearer error="invalid_token"'},
            )
        held, user = found
        if (wait := office.pace.wait(held.id)) > 0:
            seconds = int(wait) + 1
            raise TooManyRequests(
                say(
                    "These are more than %(per_minute)s requests a minute. Go on in %(seconds)s seconds.",
                    per_minute=office.pace.per_minute,
                    seconds=seconds,
                ),
                headers={"Retry-After": str(seconds)},
            )
        person = person_of(session, user, office.district)
    if held.kind == "session":
        if is_locked(office, held, now):
            raise SessionLocked(
                say("Nobody was here for a while. %(name)s goes on after giving the password.", name=person.name)
            )
        if BY_ITSELF not in request.headers and now - _last_seen(held) > SEEN_EVERY:
            with office.store.writing() as session:
                people.seen(session, held.id, now)
    request.state.person = person
    return person


SignedIn = Annotated[Person, Depends(signed_in)]


def session_of(request: Request) -> str:
    """The session token of a browser, "" when it has none."""
    return kept(request, SESSION_COOKIE)


def token_of(request: Request) -> str:
    """The token that the request carries, whether a program's or a browser's session."""
    kind, _space, token = request.headers.get("authorization", "").partition(" ")
    return token if kind.lower() == "bearer" and token else session_of(request)


def is_locked(office: Services, held: SignIn, now: datetime) -> bool:
    """Whether the session was left alone for longer than the setting allows."""
    return office.idle is not None and now - _last_seen(held) > office.idle


def _last_seen(held: SignIn) -> datetime:
    return held.seen_at or held.made_at


def person_of_session(office: Services, token: str) -> Person | None:
    """Whose session it is, locked or not; None without one."""
    with office.store.reading() as session:
        found = people.signed_in(session, token, datetime.now(UTC), office.today()) if token else None
        return None if found is None else person_of(session, found[1], office.district)


def unlock(office: Services, token: str, password: str, address: str) -> None:
    """Opens a locked session; NotSignedIn when the session has ended or the password is wrong, TooManyTries as at sign-in."""
    now = datetime.now(UTC)
    with office.store.reading() as session:
        held = people.sign_in_of(session, token, now)
    if held is None:
        raise NotSignedIn(say("The session has ended meanwhile. Sign in again."))
    if not is_locked(office, held, now):
        return  # opened meanwhile: at the identity provider, or on another of its pages
    _check(office, held.user_id, password, address)
    with office.store.writing() as session:
        people.seen(session, held.id, now)
        session.add(_told(office, held.user_id, "unlock", rule="password"))


def unlock_as(office: Services, token: str, value: str) -> bool:
    """Whether the session is good and belongs to the user of whom the identity provider said this: it is open now."""
    now = datetime.now(UTC)
    with office.store.writing() as session:
        held = people.sign_in_of(session, token, now) if token else None
        user = _of_claim(session, office, value)
        if held is None or user is None or held.user_id != user.id:
            return False
        people.seen(session, held.id, now)
        session.add(_told(office, user.id, "unlock", rule="identity provider"))
        return True


def sign_in(office: Services, user_id: str, password: str, address: str) -> str:
    """A new session token; NotSignedIn for a wrong name or password, TooManyTries when further tries have to wait.

    A password that somebody else has set is forgotten with this sign-in."""
    _check(office, user_id, password, address)
    now = datetime.now(UTC)
    with office.store.writing() as session:
        people.use_once(session, user_id)
        session.add(_told(office, user_id, "sign-in", rule="password"))
        return people.make_sign_in(
            session, user_id, kind="session", at=now, expires_at=now + office.session_lasts, label="browser"
        )


def sign_in_as(office: Services, value: str) -> str:
    """A new session token of the user of whom the identity provider said this; NotSignedIn when nobody here is meant."""
    now = datetime.now(UTC)
    with office.store.writing() as session:
        user = _of_claim(session, office, value)
        if user is not None:
            session.add(_told(office, user.id, "sign-in", rule="identity provider"))
            return people.make_sign_in(
                session, user.id, kind="session", at=now, expires_at=now + office.session_lasts, label="browser"
            )
        session.add(_told(office, NOBODY, "sign-in", rule="identity provider", refused=NotSignedIn.code))
    raise NotSignedIn(say("You are signed in there, but nobody here has that name. Ask who keeps people to add you."))


def _of_claim(session: Session, office: Services, value: str) -> User | None:
    """The active user whom the provider's claim means."""
    by_address = office.openid is not None and office.openid.claim == "email"
    return people.user_of_address(session, value) if by_address else people.active_user(session, value.lower())


def _told(office: Services, user_id: str, act: str, *, rule: str, refused: str | None = None) -> Audit:
    return Audit(
        at=office.now(),
        person=user_id,
        act=act,
        object_kind="user",
        object_id=user_id,
        allowed=refused is None,
        code=refused,
        rule=rule,
    )


def _check(office: Services, user_id: str, password: str, address: str) -> None:
    if not office.passwords:
        raise NotSignedIn(say("Passwords are not used here. Sign in with the district's account."))
    user, place = f"user {user_id}", f"address {address}"
    free = {user: office.tries.of_a_user, place: office.tries.of_an_address}
    with office.store.writing() as session:
        wait = tries.taken(session, free, datetime.now(UTC), office.tries.longest_wait)
    if wait:
        seconds = int(wait.total_seconds()) + 1
        raise TooManyTries(
            say(
                "There were too many wrong passwords. Try again in %(seconds)s seconds, or ask a supervisor "
                "for a new password.",
                seconds=seconds,
            ),
            headers={"Retry-After": str(seconds)},
        )
    with office.store.reading() as session:
        right = people.check_password(session, user_id, password)
        known = session.get(User, user_id) is not None
    with office.store.writing() as session:
        if right:
            tries.succeeded(session, user, place)
            return
        # What was typed as a name may be anything, a password too.
        who = user_id if known else NOBODY
        session.add(_told(office, who, "sign-in", rule="password", refused=NotSignedIn.code))
    raise NotSignedIn(say("The name or the password is wrong."))


def must_choose_password(office: Services, user_id: str) -> bool:
    """Whether the person has signed in with a password that somebody else had set, and has none now."""
    with office.store.reading() as session:
        user = session.get(User, user_id)
        return user is not None and user.password_once and user.password_hash is None


def sign_out(office: Services, token: str) -> None:
    """Ends the session at once."""
    with office.store.writing() as session:
        people.revoke(session, token, datetime.now(UTC))
