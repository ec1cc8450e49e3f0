"""How a payment plan stands: what is left of it, what is due next, and since when it or the current bills are behind.

Under a plan the old debt is not due at once but by instalments. They and the current bills stand in one line by due date
(an instalment before a bill of the same day), and whatever comes in after the agreement cures that line from its front.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlmodel import Session, col, select

from definitions.catalogue.instalments import Instalment
from store.allocation import NOTHING, Charge, Debt, allocate, told_apart, unpaid_since
from store.ledger import LedgerLine, bills_due, movements, statement
from store.tables.money import InstalmentRow, Plan

_INSTALMENT = "instalment:"


@dataclass(frozen=True, kw_only=True)
class Agreed:
    """A plan as it was agreed."""

    amount_usd: Decimal
    at: datetime
    on: date  #: the same as a civil day at the district
    instalments: Sequence[Instalment]


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How a plan stands on a day."""

    instalments: tuple[Debt, ...]
    current: tuple[Debt, ...]  #: bills and fees that are not in the plan
    on: date

    @property
    def balance_usd(self) -> Decimal:
        """What is left of the plan."""
        return sum((each.open_usd for each in self.instalments), NOTHING)

    @property
    def due(self) -> date | None:
        """When the first instalment that is not paid is due, or was."""
        return min((each.due for each in self.instalments if each.open_usd > 0), default=None)

    @property
    def due_usd(self) -> Decimal:
        """What must be paid now to keep the plan: instalments and current charges whose day has passed."""
        late = (each.open_usd for each in (*self.instalments, *self.current) if each.due < self.on)
        return sum(late, NOTHING)

    @property
    def broken_since(self) -> date | None:
        """The day after the due date of the oldest instalment that is behind (H&S 116910(b)(3)(A))."""
        return unpaid_since(self.instalments, self.on)

    @property
    def current_unpaid_since(self) -> date | None:
        """The day after the due date of the oldest current charge that is behind (H&S 116910(b)(3)(B))."""
        return unpaid_since(self.current, self.on)

    @property
    def behind_since(self) -> date | None:
        """The older of both."""
        return unpaid_since((*self.instalments, *self.current), self.on)


def standing(plan: Agreed, lines: Sequence[LedgerLine], due: Mapping[str, date], on: date) -> Standing:
    """How the plan stands after the lines of the account's statement, which are those until `on`."""
    before = [line for line in lines if line.at < plan.at]
    after = [line for line in lines if line.at >= plan.at]
    charges, paid = told_apart(movements(after), due)
    parts = [
        Charge(entry=f"{_INSTALMENT}{each.number}", due=each.due, amount_usd=each.amount_usd)
        for each in plan.instalments
    ]
    beside = [*_beside(plan, before, due), *charges]
    queue = sorted([*parts, *beside], key=lambda each: (each.due, not each.entry.startswith(_INSTALMENT)))
    debts = allocate(queue, paid)
    return Standing(
        instalments=tuple(each for each in debts if each.entry.startswith(_INSTALMENT)),
        current=tuple(each for each in debts if not each.entry.startswith(_INSTALMENT)),
        on=on,
    )


def _beside(plan: Agreed, before: Sequence[LedgerLine], due: Mapping[str, date]) -> list[Charge]:
    """What stood open at the agreement, was not past due yet, and is not covered by the plan's amount."""
    rest, found = plan.amount_usd, []
    for debt in allocate(*told_apart(movements(before), due)):
        covered = min(rest, debt.open_usd)
        rest -= covered
        if debt.open_usd > covered and debt.due >= plan.on:
            found.append(Charge(entry=debt.entry, due=debt.due, amount_usd=debt.open_usd - covered))
    return found


def last_plan(session: Session, account_id: str) -> Plan | None:
    """The account's plan that is being kept, or else the last one that was broken; None when neither counts any more."""
    query = select(Plan).where(Plan.account_id == account_id).order_by(col(Plan.agreed_at).desc(), col(Plan.id).desc())
    last = session.exec(query.limit(1)).first()
    return last if last is not None and last.status in ("active", "broken") else None


def agreed(session: Session, plan: Plan, on: date) -> Agreed:
    """A plan's row with its instalments; `on` is the civil day of its agreement."""
    rows = session.exec(
        select(InstalmentRow).where(InstalmentRow.plan_id == plan.id).order_by(col(InstalmentRow.number))
    )
    parts = [Instalment(number=row.number, due=row.due, amount_usd=row.amount_usd) for row in rows]
    return Agreed(amount_usd=plan.amount_usd, at=plan.agreed_at, on=on, instalments=parts)


def plan_standing(session: Session, plan: Plan, *, agreed_on: date, on: date) -> Standing:
    """How a plan of the store stands on a day."""
    lines = [line for line in statement(session, plan.account_id) if line.posted_on <= on]
    return standing(agreed(session, plan, agreed_on), lines, bills_due(session, plan.account_id), on)
