"""Where the water is off: which premises an outage concerns, and which outages concern a premise."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, func, insert, or_, select
from sqlmodel import Session, col

from store.paging import Page, after, page_of, read_cursor
from store.tables.base import table_of
from store.tables.outages import Outage, OutagePremise
from store.tables.utility import Account, Premise

MOST: Final = 200  #: on one page
LATELY: Final = timedelta(days=1)  #: for which customers still ask about an outage that is over


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """A reading route or a street, or a part of one."""

    name: str
    first: int | None = None  #: place on the route, number in the street
    last: int | None = None

    def has(self, number: int | None) -> bool:
        """Whether it reaches there; a house without a number lies on all of its street."""
        if number is None:
            return True
        return (self.first is None or number >= self.first) and (self.last is None or number <= self.last)


def along_route(session: Session, stretch: Stretch) -> set[str]:
    """The premises of this part of a reading route."""
    found = session.execute(select(col(Premise.id), col(Premise.sequence)).where(col(Premise.route) == stretch.name))
    return {premise for premise, sequence in found if stretch.has(sequence)}


def along_street(session: Session, stretch: Stretch) -> set[str]:
    """The premises whose address ends with the street's name, between these numbers."""
    in_street = func.lower(col(Premise.line1)).endswith(f" {stretch.name.lower()}", autoescape=True)
    found = session.execute(select(col(Premise.id), col(Premise.line1)).where(in_street))
    return {premise for premise, line1 in found if stretch.has(_number(line1))}


def of_accounts(session: Session, accounts: Collection[str]) -> dict[str, str]:
    """The premise of each of these accounts that there is."""
    found = session.execute(select(col(Account.id), col(Account.premise_id)).where(col(Account.id).in_(accounts)))
    return {account: premise for account, premise in found}  # noqa: C416  # rows are not pairs to the type checker


def concern(session: Session, outage: Outage, premises: Collection[str]) -> None:
    """Makes these the premises that the outage concerns."""
    session.execute(delete(OutagePremise).where(col(OutagePremise.outage_id) == outage.id))
    outage.premises = len(premises)
    session.flush()
    session.execute(
        insert(table_of(OutagePremise)),
        [{"outage_id": outage.id, "premise_id": premise} for premise in sorted(premises)],
    )


def outages_at(session: Session, premise: str, at: datetime) -> Sequence[Outage]:
    """The outages that concern a premise now, later or until lately, the earliest first."""
    query = (
        select(Outage)
        .join(OutagePremise, col(OutagePremise.outage_id) == col(Outage.id))
        .where(
            col(OutagePremise.premise_id) == premise,
            or_(col(Outage.ended_at).is_(None), col(Outage.ended_at) > at - LATELY),
        )
        .order_by(col(Outage.begins_at), col(Outage.id))
    )
    return session.execute(query).scalars().all()


def without_water(session: Session, accounts: Collection[str], at: datetime) -> set[str]:
    """Which of these accounts are without water now by an outage."""
    if not accounts:
        return set()
    query = (
        select(col(Account.id))
        .join(OutagePremise, col(OutagePremise.premise_id) == col(Account.premise_id))
        .join(Outage, col(Outage.id) == col(OutagePremise.outage_id))
        .where(col(Account.id).in_(accounts), col(Outage.ended_at).is_(None), col(Outage.begins_at) <= at)
    )
    return set(session.execute(query).scalars())


def outage_page(
    session: Session, *, standing: bool | None = None, limit: int = 50, cursor: str | None = None
) -> Page[Outage]:
    """Outages, those that begin last first: those that stand, those that are over, or all."""
    limit = min(limit, MOST)
    query = select(Outage)
    if standing is not None:
        over = col(Outage.ended_at)
        query = query.where(over.is_(None) if standing else over.is_not(None))
    key = read_cursor(cursor, (datetime, str)) if cursor else None
    query = after(query, (col(Outage.begins_at), col(Outage.id)), key, down=True)
    rows = session.execute(query.limit(limit + 1)).scalars()
    return page_of([rows], lambda row: (row.begins_at, row.id), limit, down=True)


def _number(line1: str) -> int | None:
    """The house number that an address begins with: 104 of `104 Well St`, `104-B Well St`."""
    digits = "".join(each for each in line1.split(" ", 1)[0].split("-")[0] if each.isdecimal())
    return int(digits) if digits else None
