"""`headgate person`: all data of a customer, and making them unreadable when their time is over."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final

import typer

from activities.exporting import exported, pieces
from activities.files import FileError, FolderStore
from activities.redacting import IN_TIME, destroy, lasting, redact, retention_of
from definitions.language.library import load_library
from definitions.language.pack import District
from headgate import opening
from headgate.errors import fail
from headgate.settings import Settings
from store import vault
from store.persons import Obstacle, PersonError, belongings, obstacles
from store.tables.audit import Audit
from store.tables.redactions import Redaction

BY: Final = "headgate person"
NOT_NOW: Final = 3  #: exit code where something stands in the way

person = typer.Typer(help="Personal data of a customer or an applicant.", no_args_is_help=True)
Who = Annotated[str, typer.Argument(help="The number of the customer (cu-…) or applicant (ap-…).")]


@person.command()
def export(
    who: Who,
    out: Annotated[Path | None, typer.Option(help="The file to write; without it, it is shown.")] = None,
    files: Annotated[Path | None, typer.Option(help="A folder for letters and files, by their digests.")] = None,
) -> None:
    """Write all that is kept about a person as JSON, for the person themselves. It stands in the audit."""
    store = _file_store()
    with _reported(), opening.writing() as session:
        at = opening.now(session)
        found = exported(session, who, store, at)
        session.add(Audit(at=at, person=BY, act="export", object_kind="person", object_id=who, rule="on this machine"))
    text = "".join(pieces(found))
    try:
        if out is None:
            typer.echo(text, nl=False)
        else:
            out.touch(mode=0o600)
            out.write_text(text)
        if files is not None:
            files.mkdir(parents=True, exist_ok=True, mode=0o700)
            for digest in sorted({row["digest"] for row in found["files"]}):
                (files / digest).write_bytes(store.get(digest))
    except OSError as error:
        fail(f"{error.filename} cannot be written: {error.strerror}")
    except FileError as error:
        fail(str(error))


@person.command(name="redact")
def redact_person(
    who: Who,
    reason: Annotated[str | None, typer.Option("--early", help="Ask for it before its time, with this reason.")] = None,
) -> None:
    """Make a former customer's personal data unreadable; figures, days and laws stay. Nothing brings them back.

    Before its time somebody with the right `redact-persons` agrees by `POST /api/persons/ID/redaction/approve`. Ends with
    code 3 where something stands in the way."""
    settings, store = Settings(), _file_store()
    with _reported(), opening.writing() as session:
        at = opening.now(session)
        whose = belongings(session, who)
        district = _district(settings)
        found = obstacles(session, whose, at.date(), retention_of(district))
        if lasting(found) or (found and reason is None):
            _refuse(found)
        row = session.get(Redaction, who) or Redaction(
            person_id=who, asked_by=BY, asked_at=at, reason=reason or IN_TIME, early=bool(found)
        )
        session.add(row)
        if found:
            typer.echo("It is asked for; somebody with the right redact-persons agrees to it.")
            return
        row.early, row.reason = False, IN_TIME
        redact(session, whose, row, at)
    with opening.reading() as session:
        destroy(session, whose, store)
    typer.echo("Done. A worker's next round makes Temporal forget the cases, where it has not yet.")


@person.command()
def rewrap() -> None:
    """Wrap the keys of people anew with the newest of HEADGATE_MASTER_KEYS; then the older ones can be taken away."""
    with _reported():
        typer.echo(f"{Settings().vault.rewrap()} keys were wrapped anew.")


def _refuse(found: list[Obstacle]) -> None:
    for each in found:
        typer.echo(f"headgate: {each.sentence}", err=True)
    raise typer.Exit(NOT_NOW)


def _district(settings: Settings) -> District:
    found = load_library(settings.definitions).district
    if found is None:
        fail(f"{settings.definitions} has no district.yaml that can be read; run headgate check")
    return found


def _file_store() -> FolderStore:
    settings = Settings()
    vault.use(settings.vault)
    return FolderStore(settings.files)


@contextmanager
def _reported() -> Iterator[None]:
    """Ends the command with the sentence of what a person got wrong."""
    try:
        yield
    except (PersonError, vault.VaultError) as error:
        fail(str(error))
