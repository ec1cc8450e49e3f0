"""Who is acting: a person with roles, crews, rights and limits, and those for whom they stand in today."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import partial

from sqlmodel import Session, col, or_, select

from api.problems import NotPermitted
from api.security.rights import RIGHTS, who_may
from definitions.language.pack import District
from definitions.language.sentences import say
from store.people import Person as User
from store.people import people as store_people
from store.tables.people import ApprovalLimit


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody who is signed in, with what they may do."""

    id: str  #: the short name
    name: str
    roles: frozenset[str]
    crews: frozenset[str] = frozenset()
    rights: frozenset[str] = frozenset()
    queues: tuple[str, ...] = ()  #: that they may claim from, crews' queues included
    stands_in_for: frozenset[str] = frozenset()  #: users who are away today and named this person
    limits: Mapping[str, Decimal] = field(default_factory=dict)  #: how much they may approve, in USD, by kind
    #: Right → titles of the roles that give it.
    givers: Callable[[str], Sequence[str]] = field(repr=False, compare=False)

    def may(self, right: str) -> bool:
        """Whether they have the right."""
        return right in self.rights

    def must(self, right: str) -> None:
        """Raises NotPermitted unless they have the right."""
        if not self.may(right):
            raise NotPermitted(
                say(
                    "This needs the right %(right)s (%(what)s). The roles of %(person)s (%(roles)s) do not give "
                    "it. Those that do: %(others)s.",
                    right=repr(right),
                    what=RIGHTS[right],
                    person=self.id,
                    roles=_words(self.roles),
                    others=_words(self.givers(right)),
                ),
                right=right,
            )

    def is_or_stands_in_for(self, user: str) -> bool:
        """Whether they are this user or their substitute today."""
        return user == self.id or user in self.stands_in_for

    @property
    def reads_incidents(self) -> bool:
        """Whether they may read what keeps failing."""
        return self.may("settle-incidents") or self.may("read-audit")

    @property
    def in_the_field_only(self) -> bool:
        """Whether they see nothing but their crews' orders."""
        return bool(self.crews or "crew" in self.roles) and not self.may("see-accounts")


def person_of(session: Session, user: User, district: District) -> Person:
    """The person behind a user: roles from the store, rights, queues and limits from the district as well; one statement."""
    return _person(user, _held_limits(session, [user]), district)


def persons_of(session: Session, *, district: District, today: date) -> list[Person]:
    """All who work here, by id; two statements however many they are."""
    users = [user for user in store_people(session, on=today) if user.active]
    limits = _held_limits(session, users)
    return [_person(user, limits, district) for user in users]


def _person(found: User, held: Sequence[ApprovalLimit], district: District) -> Person:
    roles, crews = found.roles, found.crews
    rights = {right for role in roles if role in district.roles for right in district.roles[role].rights}
    if found.sees_confidential:
        rights.add("see-confidential")
    return Person(
        id=found.id,
        name=found.name,
        roles=roles,
        crews=crews,
        rights=frozenset(rights),
        queues=queues_of(district, roles, crews),
        stands_in_for=found.stands_in_for,
        limits=_limits(found, held, district),
        givers=partial(who_may, district),
    )


def queues_of(district: District, roles: Iterable[str], crews: Iterable[str]) -> tuple[str, ...]:
    """The queues that these roles and crews may claim from, sorted."""
    held = set(roles)
    open_to = {name for name, queue in district.queues.items() if held & set(queue.roles)}
    return tuple(sorted(open_to | set(crews)))


def _held_limits(session: Session, users: Sequence[User]) -> Sequence[ApprovalLimit]:
    """The limits that are kept for these users and for their roles."""
    ids, roles = [user.id for user in users], sorted({role for user in users for role in user.roles})
    held = or_(col(ApprovalLimit.user_id).in_(ids), col(ApprovalLimit.role).in_(roles))
    return session.exec(select(ApprovalLimit).where(held)).all()


def _limits(user: User, held: Sequence[ApprovalLimit], district: District) -> dict[str, Decimal]:
    """The highest limit of the roles for each kind; a limit of the person's own stands instead of those."""
    limits: dict[str, Decimal] = {}
    for kind, by_role in district.limits.items():
        amounts = [Decimal(amount) for role, amount in by_role.items() if role in user.roles]
        if amounts:
            limits[kind] = max(amounts)
    for row in held:
        if row.role in user.roles:
            limits[row.kind] = max(row.amount_usd, limits.get(row.kind, Decimal(0)))
    limits.update({row.kind: row.amount_usd for row in held if row.user_id == user.id})
    return limits


def _words(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or say("none")
