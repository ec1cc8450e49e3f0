"""`headgate token`: a bearer token for scripts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from headgate import opening
from store.people import make_sign_in

DAYS = 30


def token(
    user: Annotated[str, typer.Argument(help="The user's short name, such as rep.")],
    days: Annotated[int, typer.Option(min=1, max=366, help="How many days it is good for.")] = DAYS,
) -> None:
    """Print a bearer token of a user, for scripts; it is shown this once."""
    with opening.writing() as session:
        at = datetime.now(UTC)  # sign-ins live in real time, in a demonstration too
        made = make_sign_in(
            session, user, kind="token", at=at, expires_at=at + timedelta(days=days), label="headgate token"
        )
    typer.echo(made)
