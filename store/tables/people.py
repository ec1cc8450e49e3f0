"""The district's own people: users, their roles, crews, limits and absences, and how they are signed in."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, Index, false
from sqlmodel import Field

from store.tables.base import Row
from store.types import Moment, Usd

ROLES = ("rep", "lead", "supervisor", "crew", "finance", "author", "auditor", "review", "engineer", "admin", "gateway")


class User(Row, table=True):
    """Somebody who works at the district."""

    __tablename__ = "users"

    id: str = Field(primary_key=True)  #: the short name: `rep`
    name: str
    email: str = ""
    password_hash: str | None = None  #: argon2; without one nobody can sign in with a password
    active: bool = True
    left_on: date | None = None
    password_once: bool = Field(
        default=False, sa_column_kwargs={"server_default": false()}
    )  #: set by somebody else: good for one sign-in, and then a password of one's own is to be chosen
    sees_confidential: bool = False  #: the right to open confidential accounts
    version: int = 0  #: for ETag and If-Match


class UserRole(Row, table=True):
    """A role that a user has."""

    __tablename__ = "user_roles"

    user_id: str = Field(primary_key=True, foreign_key="users.id")
    role: str = Field(primary_key=True, index=True)
    granted_by: str = ""
    granted_at: datetime = Field(sa_type=Moment)


class CrewMember(Row, table=True):
    """A user's place in a field crew."""

    __tablename__ = "crew_members"

    crew: str = Field(primary_key=True)
    user_id: str = Field(primary_key=True, foreign_key="users.id", index=True)


class ApprovalLimit(Row, table=True):
    """Up to which amount a user, or everybody in a role, may approve one kind of thing."""

    __tablename__ = "approval_limits"

    id: int | None = Field(default=None, primary_key=True)
    user_id: str | None = Field(default=None, foreign_key="users.id", index=True)
    role: str | None = Field(default=None, index=True)
    kind: str  #: `adjustment`, `write-off`, `refund`
    amount_usd: Decimal = Field(sa_type=Usd)

    __table_args__ = (CheckConstraint("(user_id IS NULL) <> (role IS NULL)", name="one_holder"),)


class Absence(Row, table=True):
    """Days on which a user is away, and who stands in."""

    __tablename__ = "absences"

    id: int | None = Field(default=None, primary_key=True)
    user_id: str = Field(foreign_key="users.id")
    starts: date
    ends: date  #: the last day
    substitute_id: str | None = Field(default=None, foreign_key="users.id", index=True)
    reason: str = ""

    __table_args__ = (
        Index("ix_absences_user", "user_id", "ends"),
        Index("ix_absences_ends", "ends", "id"),
        CheckConstraint("ends >= starts", name="order"),
    )


class SignIn(Row, table=True):
    """A browser session or a bearer token. The token itself is never kept, only its SHA-256."""

    __tablename__ = "sign_ins"

    id: str = Field(primary_key=True)
    digest: str = Field(unique=True)
    user_id: str = Field(foreign_key="users.id", index=True)
    kind: str  #: `session` or `token`
    label: str = ""
    made_at: datetime = Field(sa_type=Moment)
    expires_at: datetime = Field(sa_type=Moment)
    revoked_at: datetime | None = Field(default=None, sa_type=Moment)
    seen_at: datetime | None = Field(
        default=None, sa_type=Moment
    )  #: of a session: last used by a person, to the minute


class SignInTries(Row, table=True):
    """Tries to sign in under one name or from one address, since the last that was right."""

    __tablename__ = "sign_in_tries"

    key: str = Field(primary_key=True)  #: SHA-256 of `user rep` or `address 192.0.2.7`
    tries: int
    last_at: datetime = Field(sa_type=Moment, index=True)
