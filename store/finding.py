"""What accounts and applicants are found by: the words of their numbers, names, addresses, telephones and meters.

Whoever writes one of these calls `keep_account_words` or `keep_applicant_words` in the same transaction.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, delete, insert, select
from sqlmodel import col

from store.tables.base import table_of
from store.tables.connections import Applicant
from store.tables.finding import SearchWord
from store.tables.utility import Account, Customer, Meter, Premise

BATCH = 500
LONGEST = 40  #: letters of a word; what comes after them finds nothing more
SAID_DIGITS = (10, 7, 4)  #: of a telephone number: with its area code, without it, the last ones

_SIGNS = re.compile(r"[^\w]|_")


def fold(text: str) -> str:
    """The text in lower case without accents: how names are kept for finding."""
    plain = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).casefold()


def words_in(text: str) -> list[str]:
    """The words of what somebody is looking for or is found by; signs go, so that `10-000001` is `10000001`."""
    return [word for each in fold(text).split() if (word := _SIGNS.sub("", each)[:LONGEST])]


def keep_account_words(connection: Connection, accounts: Iterable[str]) -> None:
    """Writes anew what these accounts are found by, from what the books say about them now."""
    for batch in _batches(accounts):
        query = (
            select(
                col(Account.id),
                col(Account.service_point_id),
                col(Customer.name),
                col(Customer.phone),
                col(Premise.line1),
                col(Premise.line2),
                col(Premise.city),
            )
            .join(Customer, col(Customer.id) == col(Account.customer_id))
            .join(Premise, col(Premise.id) == col(Account.premise_id))
            .where(col(Account.id).in_(batch))
        )
        rows = connection.execute(query).all()
        serials = _serials(connection, [row.service_point_id for row in rows])
        told = {
            row.id: [row.name, row.line1, row.line2, row.city, *serials[row.service_point_id], *_said(row.phone)]
            for row in rows
        }
        _write(connection, "account", batch, told)


def keep_applicant_words(connection: Connection, applicants: Iterable[str]) -> None:
    """Writes anew what these applicants are found by."""
    for batch in _batches(applicants):
        query = select(col(Applicant.id), col(Applicant.name), col(Applicant.phone)).where(col(Applicant.id).in_(batch))
        told = {row.id: [row.name, *_said(row.phone)] for row in connection.execute(query)}
        _write(connection, "applicant", batch, told)


def _write(connection: Connection, kind: str, subjects: list[str], told: Mapping[str, list[str]]) -> None:
    words = col(SearchWord.kind) == kind, col(SearchWord.subject_id).in_(subjects)
    connection.execute(delete(SearchWord).where(*words))
    rows: list[dict[str, Any]] = []
    for subject, texts in told.items():
        found = {word: False for text in (subject, *texts) for word in _found_by(text)}
        found |= dict.fromkeys(words_in(subject), True)
        rows += [
            {"kind": kind, "word": word, "subject_id": subject, "is_number": number} for word, number in found.items()
        ]
    if rows:
        connection.execute(insert(table_of(SearchWord)), rows)


def _found_by(text: str) -> set[str]:
    """The words of a text, and the parts of those that are joined: García-López is found as López, too."""
    return {*words_in(text), *words_in(_SIGNS.sub(" ", fold(text)))}


def _said(phone: str) -> list[str]:
    """A telephone number as people say it: whole, without its country or area code, by its last digits."""
    digits = "".join(letter for letter in phone if letter.isdigit())
    return [digits, *(digits[-count:] for count in SAID_DIGITS)]


def _serials(connection: Connection, points: list[str]) -> Mapping[str, list[str]]:
    query = select(col(Meter.service_point_id), col(Meter.serial)).where(col(Meter.service_point_id).in_(points))
    found: dict[str, list[str]] = defaultdict(list)
    for point, serial in connection.execute(query):
        found[point].append(serial.split()[0] if serial else "")  # after it may stand until when it hung there
    return found


def _batches(ids: Iterable[str]) -> Iterable[list[str]]:
    listed = sorted(set(ids))
    return (listed[start : start + BATCH] for start in range(0, len(listed), BATCH))
