"""Users, roles, limits, absences and sign-ins."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from books import MONDAY
from sqlalchemy import select
from sqlmodel import Session

from store import people
from store.engine import Store
from store.people import PeopleError, UnknownRoleError, UnknownUserError
from store.tables.people import Absence, SignIn, User

TODAY = MONDAY.date()


@pytest.fixture(autouse=True)
def _users(store: Store) -> None:
    with store.writing() as session:
        for name, roles in (("rep", {"rep"}), ("rep2", {"rep"}), ("lead", {"lead", "rep"})):
            people.add_user(session, name, name.title(), roles=frozenset(roles), by="admin", at=MONDAY)
        people.set_crews(session, "lead", frozenset({"field"}))


def test_a_person_has_their_roles_and_crews(store: Store) -> None:
    with store.reading() as session:
        lead = people.person(session, "lead")
        assert lead is not None
        assert (lead.roles, lead.crews) == ({"lead", "rep"}, {"field"})
        assert people.people_in_role(session, "rep") == ["lead", "rep", "rep2"]
        assert people.person(session, "nobody") is None


def test_what_cannot_be_is_refused_with_a_sentence(store: Store) -> None:
    with pytest.raises(UnknownRoleError, match="there is no role boss"), store.writing() as session:
        people.set_roles(session, "rep", frozenset({"boss"}), by="admin", at=MONDAY)
    with pytest.raises(UnknownUserError, match="no user ghost"), store.writing() as session:
        people.set_password(session, "ghost", "secret")
    with pytest.raises(PeopleError, match="already"), store.writing() as session:
        people.add_user(session, "rep", "Rep", roles=frozenset(), by="admin", at=MONDAY)


def test_a_password_is_kept_as_a_hash_and_checked(store: Store) -> None:
    with store.writing() as session:
        people.set_password(session, "rep", "correct horse")
    with store.reading() as session:
        user = session.get(User, "rep")
        assert user is not None
        assert str(user.password_hash).startswith("$argon2id$")
        assert people.check_password(session, "rep", "correct horse")
        assert not people.check_password(session, "rep", "wrong")
        assert not people.check_password(session, "rep2", "")
        assert not people.check_password(session, "ghost", "correct horse")


def user_of(session: Session, token: str, at: datetime) -> str:
    found = people.sign_in_of(session, token, at)
    assert found is not None
    return found.user_id


def test_a_token_signs_in_until_it_expires_or_is_revoked(store: Store) -> None:
    with store.writing() as session:
        token, other = (
            people.make_sign_in(session, "rep", kind="token", at=MONDAY, expires_at=MONDAY + timedelta(days=1))
            for _ in range(2)
        )
    with store.reading() as session:
        assert user_of(session, token, MONDAY) == "rep"
        assert people.sign_in_of(session, token, MONDAY + timedelta(days=1)) is None
        assert people.sign_in_of(session, token + "x", MONDAY) is None
        assert token not in {row.digest for row in session.execute(select(SignIn)).scalars()}
    with store.writing() as session:
        people.revoke(session, token, MONDAY)
    with store.reading() as session:
        assert people.sign_in_of(session, token, MONDAY) is None
        assert user_of(session, other, MONDAY) == "rep"


def test_who_has_left_cannot_sign_in(store: Store) -> None:
    with store.writing() as session:
        people.set_password(session, "rep", "secret")
        token = people.make_sign_in(session, "rep", kind="session", at=MONDAY, expires_at=MONDAY + timedelta(days=1))
        people.leave(session, "rep", TODAY, MONDAY)
    with store.reading() as session:
        assert people.sign_in_of(session, token, MONDAY) is None
        assert not people.check_password(session, "rep", "secret")
        assert people.people_in_role(session, "rep") == ["lead", "rep2"]


def test_a_limit_is_the_persons_own_else_their_roles_highest_else_nothing(store: Store) -> None:
    with store.writing() as session:
        people.set_approval_limit(session, "adjustment", Decimal("100.00"), role="rep")
        people.set_approval_limit(session, "adjustment", Decimal("500.00"), role="lead")
        people.set_approval_limit(session, "adjustment", Decimal("50.00"), user_id="rep2")
    with store.reading() as session:
        limits = [people.approval_limit_usd(session, name, "adjustment") for name in ("rep", "lead", "rep2", "ghost")]
        assert limits == [Decimal("100.00"), Decimal("500.00"), Decimal("50.00"), Decimal("0.00")]
        assert people.approval_limit_usd(session, "lead", "write-off") == 0


def test_a_substitute_stands_in_from_the_first_to_the_last_day_of_an_absence(store: Store) -> None:
    with store.writing() as session:
        session.add(Absence(user_id="rep", starts=TODAY, ends=TODAY + timedelta(days=4), substitute_id="rep2"))

    def standing(on: date) -> tuple[frozenset[str], str | None]:
        with store.reading() as session:
            rep2 = people.person(session, "rep2", on)
            assert rep2 is not None
            return rep2.stands_in_for, people.substitute_of(session, "rep", on)

    assert standing(TODAY - timedelta(days=1)) == (set(), None)
    assert standing(TODAY) == ({"rep"}, "rep2") == standing(TODAY + timedelta(days=4))
    assert standing(TODAY + timedelta(days=5)) == (set(), None)
