"""`headgate upgrade`: what `up` does before it starts, for those who run worker and API by themselves."""

from __future__ import annotations

import typer

from headgate import home
from headgate.errors import CannotStart, fail
from headgate.settings import Settings


def upgrade() -> None:
    """Bring the database to this version and publish what has changed in the definitions."""
    settings = Settings()
    try:
        home.make(settings)
        home.prepared(settings, typer.echo).close()
    except CannotStart as error:
        fail(str(error))
