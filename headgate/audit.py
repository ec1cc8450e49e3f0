"""`headgate audit`: whether the audit is as it was sealed, and anchors that show later that nothing is gone."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from headgate import opening
from headgate.errors import fail
from store.sealing import Head, head
from store.verifying import verify as verified

BROKEN: Final = 3  #: exit code where the chain breaks

audit = typer.Typer(help="The audit's chain: verify it, and take anchors of it.", no_args_is_help=True)


@audit.command()
def verify(
    anchor: Annotated[
        list[Path] | None, typer.Option(help="A file written by `headgate audit anchor`; may be given several times.")
    ] = None,
    shown: Annotated[int, typer.Option(min=1, help="Tell so many breaks at most.")] = 100,
) -> None:
    """Say where the audit is not what was sealed: changed, missing, inserted or reordered rows, and a cut end by an anchor.

    Ends with code 3 where it is not."""
    anchors = [_read(file) for file in anchor or ()]
    with opening.reading() as session:
        found = verified(session, anchors, most=shown)
    for each in found.breaks:
        typer.echo(f"{each.kind}: {each.sentence}")
    typer.echo(f"{found.links} rows are sealed, {found.unsealed} wait to be; the chain ends with {found.head.digest}.")
    if not found.whole:
        typer.echo(f"The audit is not whole: {len(found.breaks)} findings.", err=True)
        raise typer.Exit(BROKEN)


@audit.command()
def anchor(
    out: Annotated[Path | None, typer.Option(help="The file to write; without it, it is shown.")] = None,
) -> None:
    """Write down the chain's newest link, to be kept where nobody who can change the database can change it."""
    with opening.reading() as session:
        newest = head(session)
    sealed_at = newest.sealed_at.isoformat() if newest.sealed_at else None
    text = json.dumps({"link": newest.no, "digest": newest.digest, "sealed_at": sealed_at}, indent=2) + "\n"
    if out is None:
        typer.echo(text, nl=False)
        return
    try:
        out.write_text(text)
    except OSError as error:
        fail(f"{out} cannot be written: {error.strerror}")


def _read(file: Path) -> Head:
    try:
        kept = json.loads(file.read_text())
        sealed_at = datetime.fromisoformat(kept["sealed_at"]) if kept["sealed_at"] else None
        return Head(no=int(kept["link"]), digest=str(kept["digest"]), sealed_at=sealed_at)
    except (OSError, ValueError, KeyError, TypeError):
        fail(f"{file} is no anchor; write one with `headgate audit anchor --out FILE`")
