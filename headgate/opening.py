"""The store, opened for one command: a database that is not there or not up to date ends it with one sentence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlmodel import Session
from temporalio.client import Client

from headgate.errors import fail
from headgate.settings import Settings
from store.clock import district_now
from store.engine import Store, StoreError, open_store
from store.migrate import newest_revision, revision_of
from store.people import PeopleError
from workflows.client import connect
from workflows.codec import CodecError


@contextmanager
def opened(settings: Settings | None = None) -> Iterator[Store]:
    """The store; what keeps a command from working with it ends the command with a sentence and code 1."""
    address = (settings or Settings()).database
    _must_be_there(address)
    store = _reached(address)
    try:
        _must_be_up_to_date(store)
        yield store
    except (PeopleError, StoreError) as error:
        fail(str(error))
    except DBAPIError as error:
        fail(f"the database failed: {_first_line(error)}")
    finally:
        store.close()


async def connected(settings: Settings) -> Client:
    """A client of the Temporal server; one that cannot be reached ends the command with a sentence and code 1."""
    address = settings.temporal_address or f"127.0.0.1:{settings.temporal_port}"
    try:
        return await connect(address, namespace=settings.temporal_namespace, keys=settings.codec_keys)
    except CodecError as error:
        fail(str(error))
    except RuntimeError:
        fail(f"no Temporal server answers at {address}: start one, or set TEMPORAL_ADDRESS to one that runs")


@contextmanager
def writing() -> Iterator[Session]:
    """A session in one transaction; what a person got wrong ends the command with its sentence and code 1."""
    with opened() as store, store.writing() as session:
        yield session


@contextmanager
def reading() -> Iterator[Session]:
    """A session that changes nothing."""
    with opened() as store, store.reading() as session:
        yield session


def now(session: Session) -> datetime:
    """The district's time, in UTC."""
    return district_now(session).astimezone(UTC)


def _must_be_there(address: str) -> None:
    try:
        url = make_url(address)
    except ArgumentError:
        fail("DATABASE_URL is no database's address; write postgresql+psycopg://USER@HOST/NAME or sqlite:///FILE")
    if url.get_backend_name() == "sqlite" and url.database and not Path(url.database).exists():
        fail(f"there is no database yet at {url.database}: `headgate up` makes one, and so does `headgate upgrade`")


def _reached(address: str) -> Store:
    try:
        return open_store(address)
    except StoreError as error:
        fail(str(error))


def _must_be_up_to_date(store: Store) -> None:
    try:
        found = revision_of(store.engine)
    except DBAPIError as error:
        fail(f"the database cannot be reached: {_first_line(error)}")
    if found is None:
        fail("the database has no tables of Headgate yet: run `headgate upgrade`")
    if found != newest_revision():
        fail(f"the database is at {found}, this release needs {newest_revision()}: run `headgate upgrade`")


def _first_line(error: DBAPIError) -> str:
    """What the driver says, without the statement and its values."""
    return (str(error.orig).strip().splitlines() or ["it says nothing more"])[0]
