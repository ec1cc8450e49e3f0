"""The store, opened for one command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from sqlmodel import Session

from headgate.errors import fail
from headgate.settings import Settings
from store.clock import district_now
from store.engine import StoreError, open_store
from store.people import PeopleError


@contextmanager
def writing() -> Iterator[Session]:
    """A session in one transaction; what a person got wrong ends the command with its sentence and code 1."""
    store = open_store(Settings().database)
    try:
        with store.writing() as session:
            yield session
    except (PeopleError, StoreError) as error:
        fail(str(error))
    finally:
        store.close()


@contextmanager
def reading() -> Iterator[Session]:
    """A session that changes nothing."""
    store = open_store(Settings().database)
    try:
        with store.reading() as session:
            yield session
    except StoreError as error:
        fail(str(error))
    finally:
        store.close()


def now(session: Session) -> datetime:
    """The district's time, in UTC."""
    return district_now(session).astimezone(UTC)
