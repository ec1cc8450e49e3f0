"""Finding accounts and applicants by the beginnings of words, without reading those that are not found.

Each word of the search is one range of the index of `search_words`. The scan goes over the words with the fewest matches and
asks for each subject that it meets whether the other words fit, too: what is read grows with what is found, not with the
number of customers. Exact words come first, since the index is in the order of words.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from store.finding import words_in
from store.tables.connections import Applicant
from store.tables.finding import SearchWord
from store.tables.utility import Account, Customer, Premise

MOST = 200  #: on one page
WORDS = 6  #: of a search that are looked at
MANY = 200  #: matches of a word after which they are no longer counted
LAST = "\U0010ffff"  #: comes after all letters


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A line of a search's answer. Holds personal data."""

    account_id: str
    name: str
    address: str
    status: str
    account_class: str
    confidential: bool


def search_accounts(session: Session, words: str, *, confidential: bool, limit: int = 50) -> list[Found]:
    """Accounts by number, name, address, telephone number or meter serial, the nearest first: each word must begin one of
    them. Nothing for a search without letters or digits.

    Without the right to them, confidential accounts are found by their number only."""
    found = _subjects(session, "account", words, min(limit, MOST), confidential=confidential)
    query = (
        select(Account, Customer, Premise)
        .join(Customer, col(Customer.id) == col(Account.customer_id))
        .join(Premise, col(Premise.id) == col(Account.premise_id))
        .where(col(Account.id).in_(found))
    )
    rows = {
        account.id: Found(
            account_id=account.id,
            name=customer.name,
            address=f"{premise.line1}, {premise.city}",
            status=account.status,
            account_class=account.account_class,
            confidential=account.confidential,
        )
        for account, customer, premise in session.execute(query)
    }
    return [rows[subject] for subject in found]


def search_applicants(session: Session, words: str, limit: int = 50) -> list[Applicant]:
    """Applicants by number, name or telephone number, the nearest first: each word must begin one of them."""
    found = _subjects(session, "applicant", words, min(limit, MOST), confidential=True)
    rows = {row.id: row for row in session.execute(select(Applicant).where(col(Applicant.id).in_(found))).scalars()}
    return [rows[subject] for subject in found]


def _subjects(session: Session, kind: str, words: str, limit: int, *, confidential: bool) -> list[str]:
    """Ids in the order of the rarest word's matches; each once."""
    asked = list(dict.fromkeys(words_in(words)))[:WORDS]
    if not asked:
        return []
    rarest = min(asked, key=lambda word: _how_many(session, kind, word)) if len(asked) > 1 else asked[0]
    at, before = aliased(SearchWord), aliased(SearchWord)
    query = select(col(at.subject_id)).where(*_begins(at, kind, rarest))
    # A subject with two such words is met twice: the first time counts.
    met = _there(before, at, *_begins(before, kind, rarest), col(before.word) < col(at.word), seen=confidential)
    query = query.where(~met)
    if not confidential:
        query = query.where(_may_be_seen(at))
    for word in asked:
        if word != rarest:
            other = aliased(SearchWord)
            query = query.where(_there(other, at, *_begins(other, kind, word), seen=confidential))
    return list(session.execute(query.order_by(col(at.word), col(at.subject_id)).limit(limit)).scalars())


def _begins(words: type[SearchWord], kind: str, beginning: str) -> list[ColumnElement[bool]]:
    return [col(words.kind) == kind, col(words.word) >= beginning, col(words.word) < beginning + LAST]


def _there(
    words: type[SearchWord], at: type[SearchWord], *fits: ColumnElement[bool], seen: bool
) -> ColumnElement[bool]:
    """Whether the subject has such a word. With EXISTS PostgreSQL would join all that begin so, and sort."""
    which = [col(words.subject_id) == col(at.subject_id), *fits]
    if not seen:
        which.append(_may_be_seen(words))
    return select(col(words.word)).where(*which).limit(1).scalar_subquery().is_not(None)


def _may_be_seen(words: type[SearchWord]) -> ColumnElement[bool]:
    confidential = select(col(Account.confidential)).where(col(Account.id) == col(words.subject_id)).scalar_subquery()
    return or_(col(words.is_number), ~confidential)


def _how_many(session: Session, kind: str, word: str) -> int:
    """How many matches a word has, counted up to MANY."""
    matches = select(col(SearchWord.subject_id)).where(*_begins(SearchWord, kind, word)).limit(MANY)
    return len(session.execute(matches).all())
