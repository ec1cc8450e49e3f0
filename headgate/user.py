"""`headgate user`: users, their roles, limits and absences."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from api.security.passwords import wrong_with
from headgate import opening
from headgate.errors import fail
from store import people
from store.tables.people import Absence

user = typer.Typer(help="Users, their roles, limits and absences.", no_args_is_help=True)
Who = Annotated[str, typer.Argument(help="The user's short name.")]
BY = "headgate user"


@user.command(name="list")
def list_users() -> None:
    """Say who there is."""
    table = Table("user", "name", "roles", "crews", "active")
    with opening.writing() as session:
        for person in people.people(session):
            table.add_row(
                person.id,
                person.name,
                ", ".join(sorted(person.roles)),
                ", ".join(sorted(person.crews)),
                _yes(person.active),
            )
    Console().print(table)


@user.command()
def add(
    who: Who,
    name: Annotated[str, typer.Option(help="The name that others read.")],
    role: Annotated[list[str], typer.Option(help="A role; may be given several times.")],
    email: Annotated[str, typer.Option()] = "",
    crew: Annotated[list[str] | None, typer.Option(help="A crew; may be given several times.")] = None,
    confidential: Annotated[bool, typer.Option(help="May see confidential accounts.")] = False,
) -> None:
    """Add a user; the password is asked for."""
    password = _asked(who, name)
    with opening.writing() as session:
        people.add_user(
            session,
            who,
            name,
            roles=frozenset(role),
            by=BY,
            at=opening.now(session),
            email=email,
            crews=frozenset(crew or ()),
            sees_confidential=confidential,
            password=password,
        )


@user.command()
def roles(
    who: Who, role: Annotated[list[str], typer.Argument(help="All the roles that the user has from now on.")]
) -> None:
    """Give a user exactly these roles."""
    with opening.writing() as session:
        people.set_roles(session, who, frozenset(role), by=BY, at=opening.now(session))


@user.command()
def password(who: Who) -> None:
    """Give a user a new password; it is asked for."""
    new = _asked(who)
    with opening.writing() as session:
        people.set_password(session, who, new)


@user.command()
def limit(
    who: Who,
    kind: Annotated[str, typer.Argument(help="What is approved: adjustment, refund, write-off …")],
    amount_usd: Annotated[str, typer.Argument(help="The highest amount in dollars, as 250.00.")],
) -> None:
    """Set up to which amount a user may approve something."""
    try:
        amount = Decimal(amount_usd).quantize(Decimal("0.01"))
    except InvalidOperation:
        fail(f'"{amount_usd}" is no amount; write dollars, as 250.00')
    with opening.writing() as session:
        people.set_approval_limit(session, kind, amount, user_id=who)


@user.command()
def absence(
    who: Who,
    starts: Annotated[str, typer.Argument(help="The first day, as 2026-03-09.")],
    ends: Annotated[str, typer.Argument(help="The last day.")],
    substitute: Annotated[str | None, typer.Option(help="Who stands in.")] = None,
) -> None:
    """Note that a user is away, and who stands in."""
    try:
        first, last = date.fromisoformat(starts), date.fromisoformat(ends)
    except ValueError:
        fail("days are written as 2026-03-09")
    with opening.writing() as session:
        for each in (who, substitute):
            if each is not None and people.person(session, each) is None:
                raise people.UnknownUserError(f"there is no user {each}")
        session.add(Absence(user_id=who, starts=first, ends=last, substitute_id=substitute))


@user.command()
def leave(who: Who) -> None:
    """Let a user go: no right is left, every sign-in ends, what they did keeps their name."""
    with opening.writing() as session:
        at = opening.now(session)
        people.leave(session, who, at.date(), at)


def _asked(*known: str) -> str:
    """A new password, asked for twice; one that will not do ends the command."""
    new: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    if wrong := wrong_with(new, *known):
        fail(f"the password {wrong}")
    return new


def _yes(value: bool) -> str:
    return "yes" if value else "no"
