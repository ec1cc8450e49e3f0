"""What the houses nearby use: the median of the nearest accounts of the same class on the same reading route."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from statistics import median
from typing import Final

from sqlalchemy import Select, bindparam, select, union_all
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from store.tables.utility import Account, Bill, Premise

NEAREST: Final = 20  #: places of the route before this one, and as many after it
FEWEST: Final = 5  #: a median of fewer would tell what one household uses
NEAR: Final = timedelta(days=20)  #: periods that end so near to each other are the same period


def neighbours_median_ccf(session: Session, account: Account, ends: Sequence[date]) -> Mapping[date, Decimal]:
    """For each end of a billing period the neighbours' median use in about that period; left out where too few are known."""
    if not ends:
        return {}
    asked = {
        "premise": account.premise_id,
        "class": account.account_class,
        "since": min(ends) - NEAR,
        "until": max(ends) + NEAR,
    }
    bills = [(end, use) for end, use in session.execute(_BILLS_NEARBY, asked)]
    uses = {end: [use for other, use in bills if abs(other - end) <= NEAR] for end in ends}
    return {end: median(found) for end, found in uses.items() if len(found) >= FEWEST}


def _bills_nearby() -> Select[date, Decimal]:
    """What was billed in a time to accounts of a class before and behind a premise on its reading route."""
    here = aliased(Premise)
    at = select(col(here.route), col(here.sequence)).where(col(here.id) == bindparam("premise")).cte("here")
    on_route = select(col(Premise.id)).where(col(Premise.route) == select(at.c.route).scalar_subquery())
    place, step = select(at.c.sequence).scalar_subquery(), col(Premise.sequence)
    before = on_route.where(step < place).order_by(step.desc()).limit(NEAREST).subquery()
    behind = on_route.where(step > place).order_by(step).limit(NEAREST).subquery()
    return (
        select(col(Bill.period_end), col(Bill.use_ccf))
        .join(Account, col(Account.id) == col(Bill.account_id))
        .where(
            col(Account.premise_id).in_(union_all(select(before.c.id), select(behind.c.id))),
            col(Account.account_class) == bindparam("class"),
            col(Bill.period_end).between(bindparam("since"), bindparam("until")),
        )
    )


_BILLS_NEARBY: Final = _bills_nearby()
