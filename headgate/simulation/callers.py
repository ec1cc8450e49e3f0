"""Who else comes in the simulated time: builders who want water, courts that send notices, accounts that fall behind.

Their moments are drawn, what they bring is what the case types ask for at their opening.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlmodel import Session, col

from headgate.simulation.office import Office
from store.applicants import add_applicant
from store.sample import places
from store.tables.connections import Parcel
from store.tables.utility import Account, Bill, Payment
from workflows.machine.events import Message
from workflows.messages import HEADGATE

LEAST = Decimal("80.00")  #: below it nobody is even looked at (the district's run asks more exactly)
BUILDERS_A_WEEK = 2
DAYS_BETWEEN_FILINGS = 21
ASKS: tuple[tuple[str, int, dict[str, tuple[str, ...]]], ...] = (
    (
        "new-connection-standard",
        5,
        {"wants": ("service", "service", "quotation"), "kind": ("single-family", "accessory-dwelling")},
    ),
    ("new-connection-commercial", 2, {"wants": ("service",), "kind": ("small-commercial", "restaurant")}),
    ("line-extension", 1, {"request": ("Nine lots at the end of the road want water.", "A main for the new school.")}),
    (
        "construction-meter",
        3,
        {
            "location": ("H-114, Mill Rd", "H-207, Weir Ave"),
            "purpose": ("Grading", "Dust control"),
            "meter_size": ('3"', '3/4"'),
        },
    ),
)
"""Case type, how often of eleven, and what is drawn for its opening."""


@dataclass
class Callers:
    """Everybody whose coming no bill brings about."""

    office: Office
    zone: ZoneInfo
    chance: Random
    most_a_week: int | None = None  #: accounts that a run finds; None: all

    def day(self, day: date) -> None:
        """Notes in the diary who comes on a business day."""
        if self.chance.random() < BUILDERS_A_WEEK / 5:
            self.office.note(self._at(day), self._builder)
        if self.chance.random() < 1 / DAYS_BETWEEN_FILINGS:
            self.office.note(self._at(day), self._filing)
        if day.weekday() == 0:
            self.office.note(self._at(day), self._behind)

    # -- builders -----------------------------------------------------------------------------------------------------------

    def _builder(self) -> None:
        case, _, asks = self.chance.choices(ASKS, [weight for _, weight, _ in ASKS])[0]
        number = self.chance.randrange(10**6)
        data: dict[str, Any] = {name: self.chance.choice(values) for name, values in asks.items()}
        with self.office.store.writing() as session:
            data["applicant"] = self._applicant(session, case)
            if "kind" in asks:
                data["parcel"] = self._parcel(session)
        self.office.open(case, data, by=self.chance.choice(("rep", "lead")), name=f"{case}/{number}")

    def _applicant(self, session: Session, case: str) -> str:
        who = "residential" if case == "new-connection-standard" else "construction"
        made = add_applicant(
            session,
            f"ap-{self.chance.randrange(10**9):09d}",
            name=places.name(who, self.chance),
            phone=places.phone(self.chance),
            email="",
            language="en",
            mailing={
                "line1": f"{self.chance.randrange(100, 999)} Ridge Rd",
                "city": "Farview",
                "state": "CA",
                "zip": "90001",
            },
            at=self.office.now,
        )
        return made.id

    def _parcel(self, session: Session) -> str:
        number = (
            f"{self.chance.randrange(100, 999)}-{self.chance.randrange(100, 999)}-{self.chance.randrange(10, 99):03d}"
        )
        line1 = f"{self.chance.randrange(100, 4000)} {self.chance.choice(places.STREETS)}"
        session.merge(Parcel(id=number, line1=line1, city=places.CITY, zip=places.ZIP, inside=True))
        return number

    # -- accounts -----------------------------------------------------------------------------------------------------------

    def _behind(self) -> None:
        """The aging run: accounts past due by more than a little get its event, which opens a collection."""
        today = self.office.now.astimezone(self.zone).date()
        with self.office.store.reading() as session:
            accounts = past_due(session, today)
        fresh = [
            account
            for account in accounts
            if not any(each.case.definition == "collection" for each in self.office.of_account(account))
        ]
        if self.most_a_week is not None:
            self.chance.shuffle(fresh)
        for account in fresh[: self.most_a_week]:
            event = Message(name="account-past-due", by=HEADGATE)
            self.office.tell_account(account, event, name=f"run:aging:{today}")

    def _filing(self) -> None:
        """A petition, by somebody who is behind."""
        behind = [
            each for each in self.office.running.values() if each.case.definition == "collection" and each.case.is_open
        ]
        if not behind:
            return
        account = self.chance.choice(sorted(each.case.account or "" for each in behind))
        petition = self.office.now.astimezone(self.zone).date() - timedelta(days=self.chance.randrange(1, 9))
        filing = {
            "chapter": self.chance.choice(("7", "7", "13")),
            "petition_date": petition.isoformat(),
            "court": "Eastern District of California",
            "number": f"26-{self.chance.randrange(10000, 99999)}",
            "voluntary": True,
        }
        event = Message(name="filing-received", data=filing, by="rep")
        self.office.tell_account(account, event, name=f"filing/{petition}")

    def _at(self, day: date) -> datetime:
        return datetime.combine(day, time(self.chance.randrange(8, 16), self.chance.randrange(60)), self.zone)


def past_due(session: Session, today: date) -> list[str]:
    """Accounts whose bills that are due by now outweigh what was paid, by `LEAST` or more."""
    due = dict(
        session.execute(
            select(col(Bill.account_id), func.sum(col(Bill.amount_usd)))
            .where(col(Bill.due) < today)
            .group_by(col(Bill.account_id))
        ).all()
    )
    paid = dict(
        session.execute(
            select(col(Payment.account_id), func.sum(col(Payment.amount_usd)))
            .where(col(Payment.received) <= today, col(Payment.reversed_on).is_(None))
            .group_by(col(Payment.account_id))
        ).all()
    )
    closed = set(session.execute(select(col(Account.id)).where(col(Account.status) == "closed")).scalars())
    return sorted(
        account
        for account, total in due.items()
        if account not in closed and total - paid.get(account, Decimal(0)) >= LEAST
    )
