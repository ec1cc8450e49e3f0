"""Load the sample district into an empty store, once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select
from sqlmodel import col

from store.engine import Store
from store.finding import keep_account_words
from store.sample.crew import add_people
from store.sample.district import draw_district
from store.sample.land import add_land
from store.tables.every import metadata
from store.tables.imports import ImportRun
from store.tables.utility import Account

SEED = 1907
BATCH = 2000

Progress = Callable[[str, int, int], None]
"""Called with what is being loaded, how many rows are in, and how many there are."""


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """What loading did."""

    new: bool  #: False when the sample was there already
    accounts: int


class NotEmptyError(Exception):
    """The store holds accounts that are not the sample's: a real district's books are never mixed with a sample."""

    code = "not-empty"


def load_sample(
    store: Store,
    now: datetime,
    *,
    seed: int = SEED,
    zone: ZoneInfo | None = None,
    password: str | None = None,
    accounts: int | None = None,
    progress: Progress = lambda what, done, total: None,
) -> Loaded:
    """The sample district as of `now`, loaded in one transaction; a second time nothing changes.

    NotEmptyError when there are accounts that are not the sample's."""
    zone = zone or ZoneInfo("America/Los_Angeles")
    mark = f"sample-{seed}"
    with store.writing() as session:
        run = session.get(ImportRun, mark)
        if run is not None:
            return Loaded(new=False, accounts=run.loaded)
        if session.execute(select(col(Account.id)).limit(1)).first() is not None:
            raise NotEmptyError("the database holds a district's accounts already; the sample goes into an empty one")
        district = draw_district(seed, now.astimezone(zone).date(), zone, accounts)
        number = len(district.rows["accounts"])
        add_people(session, now, password)
        add_land(session, now, seed)
        connection = session.connection()
        total = sum(len(rows) for rows in district.rows.values())
        done = 0
        for name, rows in district.rows.items():
            for start in range(0, len(rows), BATCH):
                batch = rows[start : start + BATCH]
                connection.execute(insert(metadata.tables[name]), batch)
                done += len(batch)
                progress(name, done, total)
        keep_account_words(connection, (row["id"] for row in district.rows["accounts"]))
        session.add(
            ImportRun(
                id=mark,
                kind="sample",
                file_name="",
                file_digest="",
                started_at=now,
                ended_at=now,
                by="headgate",
                loaded=number,
            )
        )
    return Loaded(new=True, accounts=number)
