"""What belongs to a person (a customer or an applicant), and what keeps their data from being redacted."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlalchemy import func
from sqlmodel import Session, col, select

from definitions.language.sentences import say
from store.ledger import balances_usd
from store.tables.cases import CaseRow
from store.tables.connections import Applicant
from store.tables.redactions import Redaction
from store.tables.utility import Account, Customer, Hold
from store.vault import name_of

BATCH = 200


class PersonError(Exception):
    """Something about a person is not as it must be; `code` is stable."""

    code = "person"


class UnknownPersonError(PersonError):
    """There is no such customer or applicant."""

    code = "unknown-person"


@dataclass(frozen=True, kw_only=True)
class Belongings:
    """What is a person's."""

    person: str
    kind: Literal["customer", "applicant"]
    accounts: tuple[str, ...]
    cases: tuple[str, ...]
    applicants: tuple[str, ...]  #: the same person, from the time before there was an account


@dataclass(frozen=True, kw_only=True)
class Obstacle:
    """Why a person's data cannot be redacted now."""

    kind: Literal["redacted", "open-account", "open-case", "balance", "hold", "customer", "retention"]
    sentence: str


@dataclass(frozen=True, kw_only=True)
class Retention:
    """What the district decided about keeping personal data."""

    years: int | None  #: after the account was closed; None: nothing is redacted by itself
    keeping: frozenset[str] = frozenset()  #: kinds of hold while which records are kept


def belongings(session: Session, person_id: str) -> Belongings:
    """What belongs to this person; raises UnknownPersonError."""
    if session.get(Customer, person_id) is not None:
        return _of_customer(session, person_id)
    if session.get(Applicant, person_id) is not None:
        cases = session.exec(select(CaseRow.id).where(col(CaseRow.applicant_id) == person_id)).all()
        return Belongings(
            person=person_id, kind="applicant", accounts=(), cases=tuple(sorted(cases)), applicants=(person_id,)
        )
    raise UnknownPersonError(say('there is no customer or applicant "%(person_id)s"', person_id=person_id))


def obstacles(session: Session, whose: Belongings, today: date, retention: Retention) -> list[Obstacle]:
    """What stands in the way of redacting them today; with only `retention` left it can be done early, by two persons."""
    found = [*_done(session, whose), *_accounts(session, whose), *_cases(session, whose)]
    held = select(Hold.account_id, Hold.kind).where(
        col(Hold.account_id).in_(whose.accounts),
        col(Hold.released_at).is_(None),
        col(Hold.kind).in_(retention.keeping),
    )
    found += [
        Obstacle(
            kind="hold", sentence=say("the hold %(hold)s of %(account)s keeps the records", hold=kind, account=account)
        )
        for account, kind in session.exec(held)
    ]
    ended = _ended(session, whose)
    if retention.years is None:
        found.append(
            Obstacle(kind="retention", sentence=say("the district has set no period after which data are redacted"))
        )
    elif ended is None or years_later(ended, retention.years) > today:
        until = say("until %(day)s", day=years_later(ended, retention.years)) if ended else say("and it has not begun")
        found.append(
            Obstacle(
                kind="retention",
                sentence=say(
                    "personal data are kept for %(years)s years, %(until)s", years=retention.years, until=until
                ),
            )
        )
    return found


def over(session: Session, today: date, years: int) -> Iterator[str]:
    """Customers all of whose accounts were closed so long ago, without those who are redacted."""
    last, limit = "", years_later(today, -years)
    while True:
        query = (
            select(Account.customer_id)
            .where(col(Account.customer_id) > last)
            .group_by(col(Account.customer_id))
            .having(func.count() == func.count(col(Account.closed)), func.max(Account.closed) <= limit)
            .order_by(col(Account.customer_id))
            .limit(BATCH)
        )
        found = list(session.exec(query))
        done = select(Redaction.person_id).where(
            col(Redaction.person_id).in_(found), col(Redaction.done_at).is_not(None)
        )
        redacted = set(session.exec(done))
        yield from (each for each in found if each not in redacted)
        if len(found) < BATCH:
            return
        last = found[-1]


def redacted_elsewhere(session: Session, destroyed: Collection[str]) -> list[str]:
    """Customers whose keys are destroyed (by their names in the vault) and who are not redacted: of a database put back."""
    if not destroyed:
        return []
    done = set(session.exec(select(Redaction.person_id).where(col(Redaction.done_at).is_not(None))))
    return [each for each in session.exec(select(Customer.id)) if each not in done and name_of(each) in destroyed]


def years_later(day: date, years: int) -> date:
    """The same day so many years on; 29 February becomes 1 March."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def _of_customer(session: Session, person_id: str) -> Belongings:
    accounts = tuple(session.exec(select(Account.id).where(Account.customer_id == person_id).order_by(col(Account.id))))
    rows = session.exec(select(CaseRow.id, CaseRow.applicant_id).where(col(CaseRow.account_id).in_(accounts))).all()
    cases, applicants = {case for case, _ in rows}, {applicant for _, applicant in rows if applicant is not None}
    mine = set()
    for applicant in applicants:
        theirs = session.exec(
            select(CaseRow.id, CaseRow.account_id).where(col(CaseRow.applicant_id) == applicant)
        ).all()
        if all(account is None or account in accounts for _, account in theirs):
            mine.add(applicant)
            cases |= {case for case, _ in theirs}
    return Belongings(
        person=person_id,
        kind="customer",
        accounts=accounts,
        cases=tuple(sorted(cases)),
        applicants=tuple(sorted(mine)),
    )


def _done(session: Session, whose: Belongings) -> list[Obstacle]:
    row = session.get(Redaction, whose.person)
    if row is None or row.done_at is None:
        return []
    return [Obstacle(kind="redacted", sentence=say("their data were redacted on %(day)s", day=row.done_at.date()))]


def _accounts(session: Session, whose: Belongings) -> list[Obstacle]:
    query = select(Account.id).where(col(Account.id).in_(whose.accounts), col(Account.closed).is_(None))
    found = [
        Obstacle(kind="open-account", sentence=say("the account %(account)s is not closed", account=each))
        for each in session.exec(query)
    ]
    for account, balance in balances_usd(session, whose.accounts).items():
        if balance:
            found.append(
                Obstacle(
                    kind="balance",
                    sentence=say(
                        "the account %(account)s has a balance of %(balance)s",
                        account=account,
                        balance=f"${balance:,.2f}",
                    ),
                )
            )
    if whose.kind == "applicant":
        became = select(CaseRow.account_id).where(
            col(CaseRow.applicant_id) == whose.person, col(CaseRow.account_id).is_not(None)
        )
        found += [
            Obstacle(
                kind="customer",
                sentence=say("they have become the customer of %(account)s: redact that person", account=each),
            )
            for each in session.exec(became.distinct())
        ]
    return found


def _cases(session: Session, whose: Belongings) -> list[Obstacle]:
    query = select(CaseRow.id, CaseRow.status).where(col(CaseRow.id).in_(whose.cases))
    found = []
    for case, status in session.exec(query):
        if status == "open":
            found.append(Obstacle(kind="open-case", sentence=say("the case %(case)s is open", case=case)))
    unkept = query.where(col(CaseRow.status) != "open", col(CaseRow.kept_at).is_(None))
    return found + [
        Obstacle(kind="open-case", sentence=say("the history of %(case)s is not archived yet", case=case))
        for case, _ in session.exec(unkept)
    ]


def _ended(session: Session, whose: Belongings) -> date | None:
    """The day from which the period counts: when the last account, or without one the last case, was closed."""
    if whose.accounts:
        return session.exec(select(func.max(Account.closed)).where(col(Account.id).in_(whose.accounts))).one()
    closed = session.exec(select(func.max(CaseRow.closed_at)).where(col(CaseRow.id).in_(whose.cases))).one()
    if closed is None:
        applicant = session.get(Applicant, whose.person)
        return applicant.since.date() if applicant is not None else None
    return closed.date()
