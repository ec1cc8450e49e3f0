"""Who else comes in the simulated time: builders who want water, courts that send notices, accounts that fall behind.

Their moments are drawn, what they bring is what the case types ask for at their opening.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlmodel import Session, col

from activities.running import Planned, found_among, runs
from headgate.simulation.office import LEFT_ALONE, Office, Running
from store.applicants import add_applicant
from store.sample import places
from store.tables.connections import Parcel
from store.tables.utility import Account, Bill, Meter, Payment, Read
from workflows.machine.events import Message
from workflows.messages import HEADGATE

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
    most_a_week: int | None = None  #: accounts past due that a week's run opens a case for; None: all

    def day(self, day: date) -> None:
        """Notes in the diary who comes on a business day."""
        if self.chance.random() < BUILDERS_A_WEEK / 5:
            self.office.note(self._at(day), self._builder)
        if self.chance.random() < 1 / DAYS_BETWEEN_FILINGS:
            self.office.note(self._at(day), self._filing)
        self.office.note(self._at(day), self._runs)

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

    def _runs(self) -> None:
        """The district's runs through its accounts; those past due are looked at once a week."""
        at = self.office.now
        today = at.astimezone(self.zone).date()
        with self.office.store.reading() as session:
            found = [
                (planned.name, planned.run.event, account)
                for planned in runs(session, at)
                for account in self._found(session, planned, today)
            ]
        for run, event, account in found:
            self.office.tell_account(account, Message(name=event, by=HEADGATE), name=f"run:{run}:{today}")

    def _found(self, session: Session, planned: Planned, today: date) -> Iterator[str]:
        accounts = [each for each in self._looked_at(session, planned, today) if each not in LEFT_ALONE]
        most = None
        if planned.run.accounts == "owing" and self.most_a_week is not None:
            self.chance.shuffle(accounts)
            most = self.most_a_week
        found = (found_among(session, planned, [account], self.office.now) for account in accounts)
        return islice((each.account for matching in found for each in matching), most)

    def _looked_at(self, session: Session, planned: Planned, today: date) -> list[str]:
        """Accounts that the run can find something about: whose debts have aged, or whose meters were read."""
        if planned.run.yearly is not None:
            return []
        if planned.run.accounts == "all":
            return just_read(session, datetime.combine(today, time.min, self.zone))
        if today.weekday() > 0:
            return []
        has_one = {each.case.account for each in self.office.running.values() if self._is_of(each, planned)}
        return [account for account in past_due(session, today) if account not in has_one]

    @staticmethod
    def _is_of(running: Running, planned: Planned) -> bool:
        return running.case.is_open and running.case.definition in planned.opens

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
    """Accounts whose bills that are due by now outweigh what was paid."""
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
    return sorted(account for account, total in due.items() if total > paid.get(account, Decimal(0)))


def just_read(session: Session, midnight: datetime) -> list[str]:
    """Open accounts whose meters were read since the business day before, or over the weekend."""
    days = 3 if midnight.weekday() == 0 else 1
    query = (
        select(col(Account.id))
        .join(Meter, col(Meter.service_point_id) == col(Account.service_point_id))
        .join(Read, col(Read.meter_id) == col(Meter.id))
        .where(
            col(Account.status) != "closed",
            col(Read.at) >= midnight - timedelta(days=days),
            col(Read.at) < midnight,
        )
        .distinct()
        .order_by(col(Account.id))
    )
    return list(session.execute(query).scalars())
