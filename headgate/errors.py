"""What the command says when it cannot go on: one sentence, exit code 1.

CannotStart
"""

from __future__ import annotations

from typing import NoReturn

import typer


class CannotStart(Exception):
    """Something that Headgate needs is missing or taken; the sentence says what, and what would help."""


def fail(sentence: str) -> NoReturn:
    """Ends the command with this sentence."""
    typer.echo(f"headgate: {sentence}", err=True)
    raise typer.Exit(1)
