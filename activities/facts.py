"""The facts of the catalogue, read from the account book as they are now.

What cannot be known (no bill yet, no meter) is left out: a guard asks with `has(facts.x)`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, text
from sqlmodel import Session, col

from activities import facts_of_bankruptcy as bankruptcy
from activities import facts_of_money as money
from activities import facts_of_use as use
from definitions.catalogue.reads import limits
from definitions.language.compiled import Compiled, from_bytes
from store import ledger
from store.allocation import Debt, allocate, past_due_usd, told_apart, unpaid_since
from store.plans import Standing, agreed, last_plan, standing
from store.publishing import content_of
from store.queries.holds import standing_holds
from store.queries.lists import list_of_account, list_of_case, taken_on
from store.tables.cases import CaseRow, TaskRow
from store.tables.ledger import DEPOSITS, REFUNDS_PAYABLE
from store.tables.papers import Letter
from store.tables.parties import AccountParty
from store.tables.utility import Account, Bill, Meter
from workflows.machine.case import Case

ZONE = "America/Los_Angeles"  #: of a case whose definition was never published
_ORDERS_OPEN = text("tasks.closed_at IS NULL AND tasks.kind = 'work-order'")
FINAL_NOTICE = "final-notice"
LOCK, LOCKED = (
    "lock-for-nonpayment",
    "locked",
)  #: the kind of the work order that shuts off, and how it ends when it does
_HANGING = text("removed IS NULL")


@dataclass(frozen=True)
class Question:
    """What facts are asked about: an account, by a case, at a moment. Reads what several facts need only once."""

    session: Session
    account_id: str
    case: Case
    at: datetime

    @cached_property
    def account(self) -> Account | None:
        """The account's row."""
        return self.session.get(Account, self.account_id)

    @cached_property
    def definition(self) -> Compiled | None:
        """What the case runs on, with the district's settings in it."""
        content = content_of(self.session, self.case.definition, self.case.version, self.case.rules)
        return from_bytes(content) if content is not None else None

    @cached_property
    def zone(self) -> ZoneInfo:
        """The zone of the district."""
        return ZoneInfo(self.definition.district.time_zone if self.definition else ZONE)

    @cached_property
    def today(self) -> date:
        """The civil date at the district."""
        return self.at.astimezone(self.zone).date()

    @cached_property
    def bills(self) -> list[Bill]:
        """The account's bills of six years, newest first."""
        return use.bills(self.session, self.account_id, self.today)

    @cached_property
    def bill(self) -> Bill | None:
        """The bill that the case is about, else the last one."""
        named = self.case.data.get("bill")
        wanted = named.get("id") if isinstance(named, Mapping) else None
        return next((bill for bill in self.bills if bill.id == wanted), self.bills[0] if self.bills else None)

    @cached_property
    def lines(self) -> list[ledger.LedgerLine]:
        """The account's statement until today, oldest first."""
        return [line for line in ledger.statement(self.session, self.account_id) if line.posted_on <= self.today]

    @cached_property
    def debts(self) -> list[Debt]:
        """What was charged, with when it was due and when it was paid."""
        due = ledger.bills_due(self.session, self.account_id)
        return allocate(*told_apart(ledger.movements(self.lines), due))

    @cached_property
    def plan(self) -> Standing | None:
        """How the account's payment plan stands, or None when it has none that counts."""
        found = last_plan(self.session, self.account_id)
        if found is None:
            return None
        plan = agreed(self.session, found, found.agreed_at.astimezone(self.zone).date())
        return standing(plan, self.lines, ledger.bills_due(self.session, self.account_id), self.today)

    @cached_property
    def payment(self) -> str | None:
        """The id of the payment that the case is about."""
        named = self.case.data.get("payment")
        return str(named["id"]) if isinstance(named, Mapping) and "id" in named else None

    @cached_property
    def disputed(self) -> dict[str, tuple[str, str]]:
        """Bills that open cases of the account are about → the case and the bill's amount, each bill once.

        What the district looks into on its own doubt is not in dispute."""
        query = select(col(CaseRow.id), col(CaseRow.snapshot)).where(
            col(CaseRow.account_id) == self.account_id, col(CaseRow.status) == "open"
        )
        found: dict[str, tuple[str, str]] = {}
        for case, snapshot in self.session.execute(query):
            data = (snapshot or {}).get("data") or {}
            bill = data.get("bill")
            if isinstance(bill, Mapping) and "amount" in bill and data.get("asked_by") != "district":
                found.setdefault(str(bill["id"]), (case, str(bill["amount"])))
        return found

    @cached_property
    def disputed_usd(self) -> Decimal:
        """What the bills in dispute came to."""
        return sum((Decimal(amount) for _, amount in self.disputed.values()), Decimal(0))

    @cached_property
    def collectable_usd(self) -> Decimal:
        """What is past due of all that is not in dispute: a bill in dispute takes nothing off the others."""
        in_dispute = {f"bill:{bill}" for bill in self.disputed}
        return past_due_usd([debt for debt in self.debts if debt.entry not in in_dispute], self.today)

    @cached_property
    def petition(self) -> bankruptcy.Petition | None:
        """The bankruptcy that is open on the account."""
        return bankruptcy.petition(self.session, self.account_id, self.case)

    def setting(self, name: str) -> Any:
        """A setting of the district, or None."""
        return self.definition.district.settings.get(name) if self.definition else None


def read_facts(
    session: Session, account: str | None, names: tuple[str, ...], case: Case, at: datetime
) -> dict[str, Any]:
    """The facts by name, as plain JSON; those that cannot be known are left out."""
    if account is None:
        return {}
    question = Question(session, account, case, at)
    found = {name: READINGS[name](question) for name in names if name in READINGS}
    return {name: value for name, value in found.items() if value is not None}


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _of_plan(look: Callable[[Standing], Any]) -> Callable[[Question], Any]:
    return lambda question: look(question.plan) if question.plan is not None else None


def _held(code: str) -> Callable[[Question], str]:
    return lambda question: f"{ledger.held_usd(question.session, question.account_id, code):.2f}"


def _of_account(field: str) -> Callable[[Question], Any]:
    return lambda question: getattr(question.account, field) if question.account else None


def _landlord(question: Question) -> bool | None:
    # The account book does not say who lives there. Somebody who gets mail elsewhere may not: better a notice too many.
    if question.account is None:
        return None
    return question.account.mailing is not None and question.account.account_class in ("residential", "multifamily")


def _oldest_mailed(question: Question) -> str | None:
    unpaid = [debt.entry for debt in question.debts if debt.open_usd > 0 and debt.due < question.today]
    oldest = next((entry for entry in unpaid if entry.startswith("bill:")), None)  # a fee is not mailed as a bill
    bill = question.session.get(Bill, oldest.removeprefix("bill:")) if oldest else None
    return bill.mailed.isoformat() if bill is not None else None


def _low_income(question: Question) -> bool | None:
    # A household that never said so pays the ordinary fee; what it declared stands until the day that is noted.
    until = question.account.low_income_until if question.account else None
    return None if until is None else until >= question.today


def _meter_size(question: Question) -> str | None:
    if question.account is None:
        return None
    query = (
        select(col(Meter.size))
        .where(col(Meter.service_point_id) == question.account.service_point_id, _HANGING)
        .order_by(col(Meter.installed).desc())
        .limit(1)
    )
    return question.session.execute(query).scalar_one_or_none()


def _open_work_orders(question: Question) -> int:
    if question.account is None:
        return 0
    query = (
        select(func.count())
        .select_from(TaskRow)
        .join(Account, col(Account.id) == col(TaskRow.account_id))
        .where(col(Account.premise_id) == question.account.premise_id, _ORDERS_OPEN)
    )
    return int(question.session.execute(query).scalar_one())


def _shut_offs(question: Question) -> int:
    since = question.at - money.ONE_YEAR
    query = (
        select(func.count())
        .select_from(TaskRow)
        .where(
            col(TaskRow.account_id) == question.account_id,
            col(TaskRow.work_kind) == LOCK,
            col(TaskRow.outcome) == LOCKED,
            col(TaskRow.closed_at) >= since,
        )
    )
    return int(question.session.execute(query).scalar_one())


def _open_complaints(question: Question) -> int:
    return sum(1 for case, _ in question.disputed.values() if case != question.case.id)


def _final_notice(question: Question) -> str | None:
    query = (
        select(col(Letter.mailed_on))
        .where(
            col(Letter.account_id) == question.account_id,
            col(Letter.template) == FINAL_NOTICE,
            col(Letter.mailed_on).is_not(None),
        )
        .order_by(col(Letter.mailed_on).desc())
        .limit(1)
    )
    mailed = question.session.execute(query).scalar_one_or_none()
    return mailed.isoformat() if mailed else None


def _open_cases(question: Question) -> list[str]:
    query = (
        select(col(CaseRow.definition))
        .where(
            col(CaseRow.account_id) == question.account_id,
            col(CaseRow.status) == "open",
            col(CaseRow.id) != question.case.id,
        )
        .distinct()
        .order_by(col(CaseRow.definition))
    )
    return list(question.session.execute(query).scalars())


def _released_today(question: Question) -> int:
    listed = list_of_case(question.session, question.case.id)
    return taken_on(question.session, listed, question.today) if listed is not None else 0


READINGS: Mapping[str, Callable[[Question], Any]] = {
    "balance": lambda question: f"{ledger.balance_usd(question.session, question.account_id, question.today):.2f}",
    "past_due": lambda question: f"{past_due_usd(question.debts, question.today):.2f}",
    "delinquent_since": lambda question: _day(unpaid_since(question.debts, question.today)),
    "disputed_amount": lambda question: f"{question.disputed_usd:.2f}",
    "collectable": lambda question: f"{question.collectable_usd:.2f}",
    "paid_today": lambda question: f"{money.paid_usd(question.session, question.account_id, question.today):.2f}",
    "bill_paid_percent": lambda question: money.paid_percent(question.debts, question.bill),
    "bill_mailed_oldest": _oldest_mailed,
    "low_income": _low_income,
    "bill_mailed": lambda question: question.bills[0].mailed.isoformat() if question.bills else None,
    "bill_due": lambda question: question.bills[0].due.isoformat() if question.bills else None,
    "worst_delinquency_24_months": lambda question: money.worst_delinquency_days(question.debts, question.today),
    "usual_bill": lambda question: money.usual_bill_usd(question.bills),
    "months_without_late_payment": lambda question: (
        money.months_without_late_payment(question.debts, question.account.since, question.today)
        if question.account
        else None
    ),
    "aging": lambda question: money.by_age(question.debts, question.today),
    "plan_balance": _of_plan(lambda plan: f"{plan.balance_usd:.2f}"),
    "plan_due": _of_plan(lambda plan: _day(plan.due)),
    "plan_due_amount": _of_plan(lambda plan: f"{plan.due_usd:.2f}"),
    "plan_broken_since": _of_plan(lambda plan: _day(plan.broken_since)),
    "plan_current_unpaid_since": _of_plan(lambda plan: _day(plan.current_unpaid_since)),
    "plan_behind_since": _of_plan(lambda plan: _day(plan.behind_since)),
    "deposit_held": _held(DEPOSITS),
    "deposit_since": lambda question: _day(ledger.held_since(question.session, question.account_id, DEPOSITS)),
    "refunds_payable": _held(REFUNDS_PAYABLE),
    "returned_payments": lambda question: money.returned(question.lines, question.payment),
    "returned_payments_12_months": lambda question: money.returned(
        question.lines, question.payment, since=question.today - money.ONE_YEAR
    ),
    "returned_unpaid": lambda question: money.returned_unpaid_usd(question.lines, question.payment, question.case.id),
    "account_class": _of_account("account_class"),
    "account_status": _of_account("status"),
    "language": _of_account("language"),
    "service_area": lambda question: question.setting("service-area-languages"),
    "landlord_is_customer": _landlord,
    "mailing_differs": lambda question: question.account.mailing is not None if question.account else None,
    "third_party": lambda question: (
        question.session.get(AccountParty, (question.account_id, "third-party")) is not None
    ),
    "meter_size": _meter_size,
    "holds": lambda question: [hold.kind for hold in standing_holds(question.session, question.account_id)],
    "open_complaints": _open_complaints,
    "open_cases": _open_cases,
    "shut_offs_in_12_months": _shut_offs,
    "open_work_orders": _open_work_orders,
    "on_list": lambda question: list_of_account(question.session, question.account_id, but=question.case.id),
    "list_released_today": _released_today,
    "bill_history": lambda question: [use.written(bill) for bill in question.bills],
    "usage_same_period_last_year": lambda question: use.same_period_ccf(question.bills, question.bill, 1),
    "usage_average_same_period": lambda question: use.same_period_ccf(question.bills, question.bill, 3),
    "usage_previous_period": lambda question: use.previous_ccf(question.bills, question.bill),
    "neighbours_median_use": lambda question: use.neighbours_ccf(question.session, question.account, question.bill),
    "adjustments": lambda question: money.adjustments(question.lines, question.today),
    "transactions": lambda question: money.transactions(question.lines, question.today),
    "adjustments_last_90_days": lambda question: money.late_adjustments(question.lines, question.today),
    "final_notice_mailed": _final_notice,
    "adjustments_last_months": lambda question: money.leak_adjustments(question.lines, question.today),
    "read_audit": lambda question: use.read_audit(
        question.session,
        question.account,
        question.today,
        question.zone,
        limits(question.definition.district.settings if question.definition else {}),
    ),
    "last_read": lambda question: use.last_read(question.session, question.account, question.zone)[0],
    "last_read_on": lambda question: use.last_read(question.session, question.account, question.zone)[1],
    "zero_use_periods": lambda question: use.zero_periods(question.bills),
    "estimated_periods": lambda question: use.estimated_periods(question.session, question.account),
    "petition_date": lambda question: question.petition.filed.isoformat() if question.petition else None,
    "chapter": lambda question: question.petition.chapter if question.petition else None,
    "fees_since_petition": lambda question: bankruptcy.fees(
        question.lines, question.petition, question.setting("collection-fees")
    ),
    "set_off_since_petition": lambda question: bankruptcy.set_off(question.lines, question.petition),
    "read_on_petition": lambda question: bankruptcy.read_on_petition(
        question.session, question.account, question.petition, question.zone
    ),
    "split_books": lambda question: bankruptcy.split_books(
        question.session, question.account, question.petition, question.zone
    ),
    "drought_stage": lambda question: int(question.setting("drought-stage") or 0),
}
