"""Users, their limits and absences as they are shown."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import ConfigDict, Field
from sqlmodel import Session, col, select

from api.security.people import Person
from api.views.shown import Moment, Shown, Usd, local
from store.tables.people import Absence, ApprovalLimit, CrewMember, SignIn, User, UserRole

EXAMPLE: dict[str, Any] = {
    "id": "rep",
    "name": "Rosa Delgado",
    "active": True,
    "roles": ["rep"],
    "crews": [],
    "limits": [{"kind": "adjustment", "amount_usd": "100.00"}],
    "sees_confidential": False,
    "version": 1,
}


class Limit(Shown):
    """How much of one kind somebody may approve."""

    kind: str = Field(min_length=1, max_length=60, examples=["adjustment"])
    amount_usd: Usd = Field(ge=0, max_digits=12, decimal_places=2)


class UserView(Shown):
    """Somebody who works here."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    id: str = Field(description="The short name.")
    name: str
    active: bool
    roles: list[str]
    crews: list[str]
    limits: list[Limit] = Field(description="The person's own limits; the role's hold where there is none.")
    sees_confidential: bool
    version: int


class MeView(Shown):
    """Who is signed in, and what they may do."""

    id: str
    name: str
    roles: list[str]
    crews: list[str]
    rights: list[str]
    queues: list[str] = Field(description="The queues that they may claim from.")
    stands_in_for: list[str] = Field(description="Who is away today and named this person.")
    limits: list[Limit]


class AbsenceView(Shown):
    """Days on which somebody is away."""

    id: int
    user: str
    starts: date
    ends: date = Field(description="The last day.")
    substitute: str | None
    reason: str


class SignInView(Shown):
    """A browser session, or a bearer token of a system."""

    id: str
    kind: Literal["session", "token"]
    label: str
    made: Moment
    expires: Moment
    seen: Moment | None = Field(description="Of a session: when somebody last used it.")


class HandedView(Shown):
    """Something that somebody held when they left, and who has it now."""

    kind: Literal["task", "inbox-item"]
    id: str
    title: str
    now: str = Field(description="The person, or the queue or crew that it is offered to.", examples=["queue finance"])


class LeftView(Shown):
    """That somebody left, and what became of their work."""

    user: str
    left_on: date
    handed: list[HandedView]


def sign_in_view(row: SignIn, *, zone: ZoneInfo) -> SignInView:
    """The sign-in as it is shown."""
    return SignInView.model_validate(
        {
            "id": row.id,
            "kind": row.kind,
            "label": row.label,
            "made": row.made_at.astimezone(zone),
            "expires": row.expires_at.astimezone(zone),
            "seen": local(row.seen_at, zone),
        }
    )


def me_view(person: Person) -> MeView:
    """The person as they see themselves."""
    return MeView(
        id=person.id,
        name=person.name,
        roles=sorted(person.roles),
        crews=sorted(person.crews),
        rights=sorted(person.rights),
        queues=list(person.queues),
        stands_in_for=sorted(person.stands_in_for),
        limits=[Limit(kind=kind, amount_usd=amount) for kind, amount in sorted(person.limits.items())],
    )


def user_view(session: Session, user: User) -> UserView:
    """The user as it is shown."""
    roles = session.exec(select(UserRole.role).where(UserRole.user_id == user.id).order_by(col(UserRole.role)))
    crews = session.exec(select(CrewMember.crew).where(CrewMember.user_id == user.id).order_by(col(CrewMember.crew)))
    limits = session.exec(
        select(ApprovalLimit).where(ApprovalLimit.user_id == user.id).order_by(col(ApprovalLimit.kind))
    )
    return UserView(
        id=user.id,
        name=user.name,
        active=user.active,
        roles=list(roles),
        crews=list(crews),
        limits=[Limit(kind=row.kind, amount_usd=row.amount_usd) for row in limits],
        sees_confidential=user.sees_confidential,
        version=user.version,
    )


def absence_view(absence: Absence) -> AbsenceView:
    """The absence as it is shown."""
    return AbsenceView(
        id=absence.id or 0,
        user=absence.user_id,
        starts=absence.starts,
        ends=absence.ends,
        substitute=absence.substitute_id,
        reason=absence.reason,
    )
