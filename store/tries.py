"""Tries to sign in, counted where every API process sees them: guessing waits longer and longer.

A try is counted before the password is looked at, so that many at once are as slow as one after the other."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, delete, select, update
from sqlmodel import Session, col

from store.dialects import insert_for
from store.tables.people import SignInTries

FORGOTTEN_AFTER: Final = timedelta(hours=1)  #: without a further try


@dataclass(frozen=True, kw_only=True)
class Allowed:
    """How many tries in a row wait for nothing, and how long one waits at most."""

    of_a_user: int = 5
    of_an_address: int = 30  #: more, for an office behind one address
    longest_wait: timedelta = timedelta(minutes=5)


def taken(session: Session, free: Mapping[str, int], at: datetime, longest: timedelta) -> timedelta:
    """Nothing, the try being counted under each key; or how long it has to wait, and nothing is counted.

    `free` says for each key how many tries in a row go on at once; each one after them waits twice as long."""
    _forget(session, at)
    digests = {_digest(key): allowed for key, allowed in free.items()}
    rows = _locked(session.connection(), session, sorted(digests), at)
    wait = max(_until(row, digests[row.key], longest) for row in rows) - at
    if wait > timedelta(0):
        return wait
    for row in rows:
        row.tries, row.last_at = row.tries + 1, at
        session.add(row)
    session.flush()
    return timedelta(0)


def succeeded(session: Session, user: str, address: str) -> None:
    """Forgets the tries for the user, and gives the address this one back: the others from there still count."""
    session.execute(delete(SignInTries).where(col(SignInTries.key) == _digest(user)))
    session.execute(
        update(SignInTries)
        .where(col(SignInTries.key) == _digest(address), col(SignInTries.tries) > 0)
        .values(tries=SignInTries.tries - 1)
    )


def _locked(connection: Connection, session: Session, keys: list[str], at: datetime) -> list[SignInTries]:
    """The rows of these keys, each there, in one order for everybody: nobody else counts before this transaction ends."""
    insert = insert_for(connection.dialect.name)(SignInTries)
    for key in keys:
        connection.execute(insert.values(key=key, tries=0, last_at=at).on_conflict_do_nothing())
    query = select(SignInTries).where(col(SignInTries.key).in_(keys)).order_by(col(SignInTries.key))
    return list(session.execute(query.with_for_update()).scalars())


def _forget(session: Session, at: datetime) -> None:
    old = select(col(SignInTries.key)).where(col(SignInTries.last_at) < at - FORGOTTEN_AFTER).limit(100)
    keys = session.execute(old.with_for_update(skip_locked=True)).scalars().all()
    session.execute(delete(SignInTries).where(col(SignInTries.key).in_(keys)))


def _until(row: SignInTries, free: int, longest: timedelta) -> datetime:
    if row.tries < free:
        return row.last_at
    return row.last_at + min(timedelta(seconds=2.0 ** min(row.tries - free, 30)), longest)


def _digest(key: str) -> str:
    # What was typed as a name may be anything, and an address is personal data: neither is kept.
    return hashlib.sha256(key.encode()).hexdigest()
