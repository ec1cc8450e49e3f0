"""What the customers of the simulated time do: they pay, they call about a bill, a notice moves them, they go bankrupt.

What the sample's books already hold (payments, bills) happens on its day; what a notice brings about is posted here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from random import Random
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlmodel import Session, col

from activities.facts import read_facts
from headgate.simulation.office import LEFT_ALONE, Office
from store.ledger import payment_entry, post
from store.tables.papers import Letter
from store.tables.utility import Bill, Payment
from workflows.machine.events import Message

#: Template of a mailed letter → how many of a hundred who are behind pay then, and within how many days.
MOVED_BY = {
    "reminder": (25, 9),
    "final-notice": (40, 12),
    "shut-off-tag": (50, 2),
    "shut-off-done": (75, 4),
    "account-demand": (20, 20),
}
CALLS = 55  #: of a hundred whose bill is more than `HIGH` times last year's
CALLS_ANYWAY = 1  #: of a hundred others with more than `LEAST_CCF`
HIGH = Decimal("1.8")
LEAST_CCF = 25  #: nobody calls about less


@dataclass
class Customers:
    """All customers of the simulated district."""

    office: Office
    zone: ZoneInfo
    chance: Random
    moved_by: Mapping[str, tuple[int, int]] = field(default_factory=lambda: MOVED_BY)

    def day(self, day: date) -> None:
        """Notes in the diary what happens on a day by itself."""
        with self.office.store.reading() as session:
            payments = list(session.execute(select(Payment).where(col(Payment.received) == day)).scalars())
            callers = self._callers(session, day)
        for payment in payments:
            self.office.note(self._at(day, 9), partial(self._heard, payment))
        for bill in callers:
            calls = self._at(day + timedelta(days=self.chance.randrange(2, 12)), 10)
            self.office.note(calls, partial(self._complains, bill))

    def mailed(self, letter: Letter, on: date) -> None:
        """A letter came: some who are behind pay now."""
        percent, days = self.moved_by.get(letter.template, (0, 1))
        if letter.account_id is None or self.chance.random() * 100 >= percent:
            return
        account = letter.account_id
        when = self._at(on + timedelta(days=1 + self.chance.randrange(days)), self.chance.choice((8, 9, 11, 14)))
        self.office.note(when, partial(self._pays, account))

    # -- paying -----------------------------------------------------------------------------------------------------------

    def _pays(self, account: str) -> None:
        """The account pays what is past due; now and then only a part of it."""
        at = self.office.now
        with self.office.store.writing() as session:
            owed = self._past_due(session, account)
            if owed <= 0:
                return
            part = (owed / 2).quantize(Decimal("0.01")) if self.chance.random() < 0.12 else owed
            payment = Payment(
                id=f"pay-{account.removeprefix('10-')}-{at:%Y%m%d%H}",
                account_id=account,
                received=at.astimezone(self.zone).date(),
                amount_usd=part,
                method=self.chance.choice(("card", "card", "cash", "check")),
            )
            if session.get(Payment, payment.id) is not None:
                return
            session.add(payment)
            session.flush()
            post(session, [payment_entry(payment, at, "rep")])
        self._heard(payment)

    def _past_due(self, session: Session, account: str) -> Decimal:
        case = next((each.case for each in self.office.of_account(account)), None)
        if case is None:
            return Decimal(0)
        return Decimal(read_facts(session, account, ("past_due",), case, self.office.now).get("past_due", "0"))

    def _heard(self, payment: Payment) -> None:
        data = {"payment": payment.id, "amount": f"{payment.amount_usd:.2f}", "received": payment.received.isoformat()}
        for running in self.office.of_account(payment.account_id):
            if "payment-received" in running.machine.messages(running.case):
                self.office.take(running.case.id, Message(name="payment-received", data=data, by="headgate"))

    # -- calling ----------------------------------------------------------------------------------------------------------

    def _callers(self, session: Session, day: date) -> list[Bill]:
        """The bills mailed on the day that somebody will call about."""
        mailed = session.execute(select(Bill).where(col(Bill.mailed) == day, col(Bill.use_ccf) >= LEAST_CCF)).scalars()
        percent = {True: CALLS, False: CALLS_ANYWAY}
        bills = [bill for bill in mailed if bill.account_id not in LEFT_ALONE]
        return [bill for bill in bills if self.chance.random() * 100 < percent[self._is_high(session, bill)]]

    def _is_high(self, session: Session, bill: Bill) -> bool:
        year_before = bill.period_end - timedelta(days=365)
        query = select(col(Bill.use_ccf)).where(
            col(Bill.account_id) == bill.account_id,
            col(Bill.period_end).between(year_before - timedelta(days=20), year_before + timedelta(days=20)),
        )
        before = session.execute(query.limit(1)).scalar_one_or_none()
        return before is not None and bill.use_ccf > before * HIGH

    def _complains(self, bill: Bill) -> None:
        data = {
            "account": bill.account_id,
            "bill": bill.id,
            "received": self.office.now.astimezone(self.zone).date().isoformat(),
            "complaint": self.chance.choice(COMPLAINTS),
        }
        self.office.open("high-consumption", data, by=self.chance.choice(("rep", "rep2")), name=f"high/{bill.id}")

    def _at(self, day: date, hour: int) -> datetime:
        return datetime.combine(day, time(hour, self.chance.randrange(60)), self.zone)


COMPLAINTS = (
    "The bill is twice what it was a year ago, and nothing has changed at home.",
    "We were away for half of the time. How can this be?",
    "Nobody waters the lawn any more. Please look at the meter.",
    "I cannot pay this. There must be a mistake.",
)
