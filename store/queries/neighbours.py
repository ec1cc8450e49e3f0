"""What the houses nearby use: the median of the nearest accounts of the same class on the same reading route."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from statistics import median
from typing import Final

from sqlalchemy import select
from sqlmodel import Session, col

from store.tables.utility import Account, Bill, Premise

NEAREST: Final = 20  #: places of the route before this one, and as many after it
FEWEST: Final = 5  #: a median of fewer would tell what one household uses
NEAR: Final = timedelta(days=20)  #: periods that end so near to each other are the same period


def neighbours_median_ccf(session: Session, account: Account, ends: Sequence[date]) -> Mapping[date, Decimal]:
    """For each end of a billing period the neighbours' median use in about that period; left out where too few are known."""
    near = _nearby(session, account)
    if not near or not ends:
        return {}
    query = select(col(Bill.period_end), col(Bill.use_ccf)).where(
        col(Bill.account_id).in_(near), col(Bill.period_end).between(min(ends) - NEAR, max(ends) + NEAR)
    )
    bills = [(end, use) for end, use in session.execute(query)]
    uses = {end: [use for other, use in bills if abs(other - end) <= NEAR] for end in ends}
    return {end: median(found) for end, found in uses.items() if len(found) >= FEWEST}


def _nearby(session: Session, account: Account) -> list[str]:
    place = session.get(Premise, account.premise_id)
    if place is None:
        return []
    on_route = select(col(Premise.id)).where(col(Premise.route) == place.route)
    before = on_route.where(col(Premise.sequence) < place.sequence).order_by(col(Premise.sequence).desc())
    behind = on_route.where(col(Premise.sequence) > place.sequence).order_by(col(Premise.sequence))
    places = [*session.execute(before.limit(NEAREST)).scalars(), *session.execute(behind.limit(NEAREST)).scalars()]
    query = select(col(Account.id)).where(
        col(Account.premise_id).in_(places), col(Account.account_class) == account.account_class
    )
    return list(session.execute(query).scalars())
