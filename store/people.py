"""Users, their rights, their absences, and how they sign in."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from types import MappingProxyType
from typing import Final, Literal

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import (
    ColumnElement,
    Date,
    ScalarSelect,
    SQLColumnExpression,
    bindparam,
    delete,
    func,
    select,
    update,
)
from sqlmodel import Session, col

from store.tables.people import ROLES, Absence, ApprovalLimit, CrewMember, SignIn, User, UserRole

PASSWORDS = PasswordHash((Argon2Hasher(),))
TOKENS_BEGIN = "hg_"  #: so that a token that leaked into a text is recognised
SEPARATOR: Final = "\n"  #: of names that the database joins


class PeopleError(Exception):
    """Something about a user that cannot be; `code` is stable, the sentence is for people."""

    code = "people"


class UnknownRoleError(PeopleError):
    """There is no such role."""

    code = "unknown-role"


class UnknownUserError(PeopleError):
    """There is no such user."""

    code = "unknown-user"


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """A user with all that decides what they may do."""

    id: str
    name: str
    email: str
    active: bool
    roles: frozenset[str]
    crews: frozenset[str]
    stands_in_for: frozenset[str]  #: those who are away on the day that was asked about
    sees_confidential: bool
    version: int


def person(session: Session, user_id: str, on: date | None = None) -> Person | None:
    """The user with roles and crews, or None when there is no such user; one statement."""
    found = people(session, [user_id], on)
    return found[0] if found else None


def people(session: Session, ids: list[str] | None = None, on: date | None = None) -> list[Person]:
    """These users, or all, by id, and for whom they stand in on that day, if one is named; one statement."""
    query = select(User, *_HELD).order_by(col(User.id))
    if ids is not None:
        query = query.where(col(User.id).in_(ids))
    return [_person(*row) for row in session.execute(query, {"on": on})]


def _joined(names: SQLColumnExpression[str], *which: ColumnElement[bool]) -> ScalarSelect[str | None]:
    """The names of those rows that go with the user whom a statement reads, in one column."""
    return select(func.aggregate_strings(names, SEPARATOR)).where(*which).correlate(User).scalar_subquery()


_DAY: Final = bindparam("on", type_=Date())
_HELD: Final = (
    _joined(col(UserRole.role), col(UserRole.user_id) == col(User.id)),
    _joined(col(CrewMember.crew), col(CrewMember.user_id) == col(User.id)),
    _joined(
        col(Absence.user_id),
        col(Absence.substitute_id) == col(User.id),
        col(Absence.starts) <= _DAY,
        col(Absence.ends) >= _DAY,
    ),
)  #: a user's roles, crews, and those for whom they stand in on a day


def _person(user: User, *held: str | None) -> Person:
    roles, crews, away = (frozenset(names.split(SEPARATOR)) if names else frozenset[str]() for names in held)
    return Person(
        id=user.id,
        name=user.name,
        email=user.email,
        active=user.active,
        roles=roles,
        crews=crews,
        stands_in_for=away,
        sees_confidential=user.sees_confidential,
        version=user.version,
    )


def names(session: Session) -> dict[str, str]:
    """The names of all who work or worked here, by short name."""
    return dict(session.execute(select(col(User.id), col(User.name))).all())


def people_in_role(session: Session, role: str) -> list[str]:
    """Ids of the active users with this role."""
    query = (
        select(col(UserRole.user_id))
        .join(User, col(User.id) == col(UserRole.user_id))
        .where(col(UserRole.role) == role, col(User.active))
        .order_by(col(UserRole.user_id))
    )
    return list(session.execute(query).scalars())


def add_user(
    session: Session,
    user_id: str,
    name: str,
    *,
    roles: frozenset[str],
    by: str,
    at: datetime,
    email: str = "",
    crews: frozenset[str] = frozenset(),
    sees_confidential: bool = False,
    password: str | None = None,
) -> User:
    """The user, added with these roles and crews; PeopleError when the short name is taken."""
    if session.get(User, user_id) is not None:
        raise PeopleError(f"there is a user {user_id} already; choose another short name")
    user = User(id=user_id, name=name, email=email, sees_confidential=sees_confidential)
    session.add(user)
    session.flush()
    set_roles(session, user_id, roles, by=by, at=at)
    set_crews(session, user_id, crews)
    if password is not None:
        set_password(session, user_id, password)
    return user


def set_roles(session: Session, user_id: str, roles: frozenset[str], *, by: str, at: datetime) -> None:
    """Give a user exactly these roles."""
    unknown = roles - set(ROLES)
    if unknown:
        raise UnknownRoleError(f"there is no role {min(unknown)}; there are {', '.join(ROLES)}")
    user = _user(session, user_id)
    session.execute(delete(UserRole).where(col(UserRole.user_id) == user_id, col(UserRole.role).not_in(roles)))
    held = set(session.execute(select(col(UserRole.role)).where(col(UserRole.user_id) == user_id)).scalars())
    session.add_all(UserRole(user_id=user_id, role=role, granted_by=by, granted_at=at) for role in sorted(roles - held))
    _changed(session, user)


def set_crews(session: Session, user_id: str, crews: frozenset[str]) -> None:
    """Make a user a member of exactly these crews."""
    user = _user(session, user_id)
    session.execute(delete(CrewMember).where(col(CrewMember.user_id) == user_id))
    session.add_all(CrewMember(crew=crew, user_id=user_id) for crew in sorted(crews))
    _changed(session, user)


def set_password(session: Session, user_id: str, password: str, *, once: bool = False) -> None:
    """Give a user a password, for good or for one sign-in; only its argon2 hash is kept."""
    user = _user(session, user_id)
    user.password_hash, user.password_once = PASSWORDS.hash(password), once
    _changed(session, user)


def use_once(session: Session, user_id: str) -> bool:
    """Whether the password with which the user has just signed in was good for this once: it is forgotten now."""
    user = _user(session, user_id)
    if user.password_once:
        user.password_hash = None
        _changed(session, user)
    return user.password_once


def sign_ins_of(session: Session, user_id: str, at: datetime) -> list[SignIn]:
    """The sessions and tokens of a user that are good at this moment, the newest first."""
    query = select(SignIn).where(
        col(SignIn.user_id) == user_id, col(SignIn.revoked_at).is_(None), col(SignIn.expires_at) > at
    )
    return list(session.execute(query.order_by(col(SignIn.made_at).desc(), col(SignIn.id))).scalars())


def revoke_sign_in(session: Session, user_id: str, sign_in_id: str, at: datetime) -> bool:
    """Whether a sign-in of this user's was good, and is ended now."""
    done = session.connection().execute(
        update(SignIn)
        .where(col(SignIn.id) == sign_in_id, col(SignIn.user_id) == user_id, col(SignIn.revoked_at).is_(None))
        .values(revoked_at=at)
    )
    return bool(done.rowcount)


def revoke_others(session: Session, user_id: str, keep: str, at: datetime) -> None:
    """End every browser session of the user but the one with this token; tokens for systems stay."""
    session.execute(
        update(SignIn)
        .where(
            col(SignIn.user_id) == user_id,
            col(SignIn.kind) == "session",
            col(SignIn.digest) != _digest(keep),
            col(SignIn.revoked_at).is_(None),
        )
        .values(revoked_at=at)
    )


def revoke_all(session: Session, user_id: str, at: datetime, *, keep: str = "") -> int:
    """End every session and token of the user but the one with this token; how many were good."""
    done = session.connection().execute(
        update(SignIn)
        .where(
            col(SignIn.user_id) == user_id,
            col(SignIn.digest) != _digest(keep),
            col(SignIn.revoked_at).is_(None),
            col(SignIn.expires_at) > at,
        )
        .values(revoked_at=at)
    )
    return done.rowcount


def leave(session: Session, user_id: str, on: date, at: datetime) -> None:
    """Let a user go: no right is left, and every sign-in ends. What they did keeps their name."""
    user = _user(session, user_id)
    user.active, user.left_on = False, on
    _changed(session, user)
    session.execute(
        update(SignIn).where(col(SignIn.user_id) == user_id, col(SignIn.revoked_at).is_(None)).values(revoked_at=at)
    )


def check_password(session: Session, user_id: str, password: str) -> bool:
    """Whether this is the password of an active user. Takes as long for a user who is not there."""
    user = session.get(User, user_id)
    if user is None or not user.active or user.password_hash is None:
        PASSWORDS.verify(password, _hash_of_nobody())
        return False
    return PASSWORDS.verify(password, user.password_hash)


def active_user(session: Session, user_id: str) -> User | None:
    """The user with this short name, while they work here."""
    user = session.get(User, user_id)
    return user if user is not None and user.active else None


def user_of_address(session: Session, email: str) -> User | None:
    """The user with this e-mail address, while they work here; None also when several have it."""
    query = select(User).where(func.lower(col(User.email)) == email.lower(), col(User.active)).limit(2)
    found = list(session.execute(query).scalars()) if email else []
    return found[0] if len(found) == 1 else None


def make_sign_in(
    session: Session,
    user_id: str,
    *,
    kind: Literal["session", "token"],
    at: datetime,
    expires_at: datetime,
    label: str = "",
) -> str:
    """A new token of this user, shown this once: only its digest is kept."""
    _user(session, user_id)
    token = TOKENS_BEGIN + secrets.token_urlsafe(32)
    session.add(
        SignIn(
            id=f"t-{secrets.token_hex(6)}",
            digest=_digest(token),
            user_id=user_id,
            kind=kind,
            label=label,
            made_at=at,
            expires_at=expires_at,
        )
    )
    session.flush()
    return token


_SIGNED_IN: Final = (
    select(SignIn, User, *_HELD)
    .join_from(SignIn, User, col(User.id) == col(SignIn.user_id))
    .where(
        col(SignIn.digest) == bindparam("digest"),
        col(SignIn.revoked_at).is_(None),
        col(SignIn.expires_at) > bindparam("at"),
        col(User.active),
    )
)  #: written once, as each request sends it


def signed_in(session: Session, token: str, at: datetime, on: date) -> tuple[SignIn, Person] | None:
    """Whose token it is and since when, with the person as they are on that day; None when it is unknown, expired, revoked,
    or its user has left. One statement."""
    row = session.execute(_SIGNED_IN, {"digest": _digest(token), "at": at, "on": on}).one_or_none()
    return None if row is None else (row[0], _person(*row[1:]))


def sign_in_of(session: Session, token: str, at: datetime) -> SignIn | None:
    """Whose token it is and since when; None as `signed_in`."""
    found = signed_in(session, token, at, at.date())
    return None if found is None else found[0]


def seen(session: Session, sign_in_id: str, at: datetime) -> None:
    """Note that the person behind a session is there."""
    session.execute(update(SignIn).where(col(SignIn.id) == sign_in_id).values(seen_at=at))


def revoke(session: Session, token: str, at: datetime) -> None:
    """End a sign-in."""
    session.execute(
        update(SignIn)
        .where(col(SignIn.digest) == _digest(token), col(SignIn.revoked_at).is_(None))
        .values(revoked_at=at)
    )


def approval_limit_usd(
    session: Session, user_id: str, kind: str, by_role: Mapping[str, str | Decimal] = MappingProxyType({})
) -> Decimal:
    """Up to which amount the user may approve this kind of thing: their own limit, else their roles' highest, else 0.

    `by_role` has the limits that the district's own text gives to roles."""
    own = session.execute(
        select(func.max(col(ApprovalLimit.amount_usd))).where(
            col(ApprovalLimit.user_id) == user_id, col(ApprovalLimit.kind) == kind
        )
    ).scalar_one()
    if own is not None:
        return Decimal(own)
    kept = session.execute(
        select(func.max(col(ApprovalLimit.amount_usd)))
        .join(UserRole, col(UserRole.role) == col(ApprovalLimit.role))
        .where(col(UserRole.user_id) == user_id, col(ApprovalLimit.kind) == kind)
    ).scalar_one()
    roles = session.execute(select(col(UserRole.role)).where(col(UserRole.user_id) == user_id)).scalars()
    written = [Decimal(by_role[role]) for role in roles if role in by_role]
    return max([Decimal("0.00"), *([] if kept is None else [Decimal(kept)]), *written])


def set_approval_limit(
    session: Session, kind: str, amount_usd: Decimal, *, user_id: str | None = None, role: str | None = None
) -> None:
    """Set the limit of one user or of one role for this kind of thing."""
    holder = col(ApprovalLimit.user_id) == user_id if user_id else col(ApprovalLimit.role) == role
    session.execute(delete(ApprovalLimit).where(holder, col(ApprovalLimit.kind) == kind))
    session.add(ApprovalLimit(user_id=user_id, role=None if user_id else role, kind=kind, amount_usd=amount_usd))
    session.flush()


def substitute_of(session: Session, user_id: str, on: date) -> str | None:
    """Who stands in for this user on that day; None when they are there, or nobody does."""
    query = (
        select(col(Absence.substitute_id))
        .where(col(Absence.user_id) == user_id, col(Absence.starts) <= on, col(Absence.ends) >= on)
        .order_by(col(Absence.id).desc())
        .limit(1)
    )
    return session.execute(query).scalar_one_or_none()


def _user(session: Session, user_id: str) -> User:
    user = session.get(User, user_id)
    if user is None:
        raise UnknownUserError(f"there is no user {user_id}")
    return user


def _changed(session: Session, user: User) -> None:
    user.version += 1
    session.add(user)
    session.flush()


@cache
def _hash_of_nobody() -> str:
    # Somebody who is not there must take as long to refuse as a wrong password.
    return PASSWORDS.hash(secrets.token_hex(8))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
