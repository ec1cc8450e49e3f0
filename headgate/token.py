"""`headgate token`: bearer tokens for scripts, and the end of any sign-in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from sqlmodel import Session

from headgate import opening
from headgate.errors import fail
from store import people

DAYS = 30
ALL = "all"


def token(
    user: Annotated[str, typer.Argument(help="The user's short name, such as rep.")],
    days: Annotated[int, typer.Option(min=1, max=366, help="How many days it is good for.")] = DAYS,
    label: Annotated[str, typer.Option(help="What it is for, as lists of tokens show it.")] = "headgate token",
    list_: Annotated[bool, typer.Option("--list", help="Say what the user is signed in with, and make none.")] = False,
    revoke: Annotated[
        str | None, typer.Option(help="End the session or token with this id, or `all` of them, and make none.")
    ] = None,
) -> None:
    """Print a bearer token of a user, for scripts; it is shown this once. Or list and end what they are signed in with."""
    at = datetime.now(UTC)  # sign-ins live in real time, in a demonstration too
    with opening.writing() as session:
        if people.person(session, user) is None:
            raise people.UnknownUserError(f"there is no user {user}")
        if list_:
            _list(session, user, at)
        elif revoke is not None:
            _revoke(session, user, revoke, at)
        else:
            ends = at + timedelta(days=days)
            typer.echo(people.make_sign_in(session, user, kind="token", at=at, expires_at=ends, label=label[:80]))


def _list(session: Session, user: str, at: datetime) -> None:
    table = Table("id", "kind", "label", "made", "good until")
    for each in people.sign_ins_of(session, user, at):
        table.add_row(
            each.id, each.kind, each.label, f"{each.made_at:%Y-%m-%d %H:%M}", f"{each.expires_at:%Y-%m-%d %H:%M}"
        )
    Console().print(table)


def _revoke(session: Session, user: str, which: str, at: datetime) -> None:
    if which == ALL:
        typer.echo(f"{people.revoke_all(session, user, at)} ended")
    elif people.revoke_sign_in(session, user, which, at):
        typer.echo("1 ended")
    else:
        fail(f"{user} has no session or token {which} that is still good; headgate token {user} --list says which")
