"""The people of the sample district: who can sign in to a demonstration, and what they may approve."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlmodel import Session

from store import people


@dataclass(frozen=True, kw_only=True)
class SampleUser:
    """A user of the demonstration."""

    id: str
    name: str
    roles: tuple[str, ...]
    crews: tuple[str, ...] = ()
    sees_confidential: bool = False


USERS = (
    SampleUser(id="rep", name="Rosa Delgado", roles=("rep",)),
    SampleUser(id="rep2", name="Ben Thorne", roles=("rep",)),
    SampleUser(id="lead", name="Mei Huang", roles=("lead",)),
    SampleUser(id="lead2", name="Omar Castle", roles=("lead",)),
    SampleUser(id="supervisor", name="Grace Okafor", roles=("supervisor",), sees_confidential=True),
    SampleUser(id="review", name="Elena Kaplan", roles=("review",), sees_confidential=True),
    SampleUser(id="crew", name="Luis Moreno", roles=("crew",), crews=("meters", "field")),
    SampleUser(id="finance", name="Nora Lund", roles=("finance",)),
    SampleUser(id="finance2", name="Sam Ortiz", roles=("finance",)),
    SampleUser(id="author", name="Dev Ramsey", roles=("author",)),
    SampleUser(id="auditor", name="Iris Brandt", roles=("auditor",), sees_confidential=True),
    SampleUser(id="engineer", name="Tuan Pham", roles=("engineer",), crews=("inspection",)),
    SampleUser(id="admin", name="Kim Jensen", roles=("admin",)),
)

LIMITS_USD = (
    ("rep", "adjustment", Decimal("100.00")),
    ("lead", "adjustment", Decimal("250.00")),
    ("supervisor", "adjustment", Decimal("1000.00")),
    ("review", "adjustment", Decimal("5000.00")),
    ("supervisor", "refund", Decimal("500.00")),
    ("finance", "refund", Decimal("2500.00")),
    ("supervisor", "write-off", Decimal("250.00")),
    ("finance", "write-off", Decimal("1000.00")),
)


def add_people(session: Session, at: datetime, password: str | None) -> None:
    """Add the sample's users with their roles, crews and limits; those who are there already stay as they are."""
    there = {person.id for person in people.people(session)}
    # One hash for all, which costs as much as every other row together: everybody knows that they share the password.
    hashed = None if password is None else people.PASSWORDS.hash(password)
    for user in USERS:
        if user.id not in there:
            added = people.add_user(
                session,
                user.id,
                user.name,
                email=f"{user.id}@wellton-springs.example",
                roles=frozenset(user.roles),
                crews=frozenset(user.crews),
                sees_confidential=user.sees_confidential,
                by="headgate",
                at=at,
            )
            added.password_hash = hashed
    if not there:
        for role, kind, amount_usd in LIMITS_USD:
            people.set_approval_limit(session, kind, amount_usd, role=role)
