"""A rehearsal over the district's own accounts, in a process of its own: how far it is, what came of it, cancelled."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from api.acts import rehearsing
from api.acts.act import Ask
from api.problems import Conflict, NotPermitted
from api.rehearsing.books import Facts, every_row
from api.rehearsing.figures import Figures
from api.security.people import Person, person_of
from definitions.language.calendars import Calendar
from store import people as store_people
from store.queries import bench
from store.tables.definitions import Rehearsal
from tests.api.office import MONDAY, Office
from tests.api.office_cases import compiled_complaint
from workflows.machine.script import Script

TEXT = """\
case: complaint
title: Complaint
data:
  account: {type: account, required: true}
initial: review
states:
  review:
    task:
      title: Review the history
      queue: customer-service
      due: 1 business day
      outcomes: {explained: answered, reread: looking}
  looking:
    after:
      10 days: answered
  answered: {type: final}
"""


def _by(office: Office, user: str) -> Person:
    with office.store.reading() as session:
        found = store_people.person(session, user, date(2026, 3, 9))
        assert found is not None
        return person_of(session, found, office.services.district)


def _ask(office: Office, user: str, key: str) -> Ask:
    return Ask(person=_by(office, user), at=MONDAY, key=key, digest=key)


def _row(office: Office, rehearsal: str) -> Rehearsal:
    with office.store.reading() as session:
        return session.get_one(Rehearsal, rehearsal)


async def _ended(office: Office, rehearsal: str) -> Rehearsal:
    while rehearsing.is_at_work(row := _row(office, rehearsal)):
        await asyncio.sleep(0.1)
    return row


async def test_a_text_is_played_over_the_accounts_beside_the_published_version(office: Office) -> None:
    begun = rehearsing.begin(
        office.services, _ask(office, "author", "k"), "complaint", TEXT, cases=50, days=30, accounts="all", against=1
    )
    row = await _ended(office, begun.body["id"])
    assert (row.status, row.sentence, row.total, row.done) == ("done", None, 4, 4)
    written, published = [Figures.model_validate(each) for each in row.result]
    assert (written.cases, published.cases) == (2, 2)
    assert sum(written.ends.values()) == 2
    assert set(written.work) == {"customer-service"}
    with pytest.raises(NotPermitted):
        rehearsing.begin(
            office.services, _ask(office, "rep", "k"), "complaint", TEXT, cases=50, days=30, accounts="all", against=1
        )


async def test_what_cannot_be_played_says_why(office: Office) -> None:
    broken = TEXT.replace("initial: review", "initial: revue")
    begun = rehearsing.begin(
        office.services,
        _ask(office, "author", "k"),
        "complaint",
        broken,
        cases=50,
        days=30,
        accounts="all",
        against=None,
    )
    row = await _ended(office, begun.body["id"])
    assert row.status == "failed"
    assert row.sentence


def test_a_cancelled_rehearsal_tells_nothing_more(office: Office) -> None:
    with office.store.writing() as session:
        session.add(_running("rh-1", "author"))
    rehearsing.cancel(office.services, _ask(office, "author", "c"), "rh-1")
    with office.store.writing() as session:
        assert bench.tell(session, "rh-1", datetime.now(UTC), done=7) is False
    assert (_row(office, "rh-1").status, _row(office, "rh-1").done) == ("cancelled", 0)


def test_one_at_a_time_for_a_person_until_it_gives_no_sign_of_life(office: Office) -> None:
    with office.store.writing() as session:
        session.add(_running("rh-1", "author"))
    services = replace(office.services)
    with pytest.raises(Conflict):
        rehearsing.begin(
            services, _ask(office, "author", "k"), "complaint", TEXT, cases=50, days=30, accounts="all", against=None
        )
    with office.store.writing() as session:
        session.get_one(Rehearsal, "rh-1").told_at = datetime.now(UTC) - timedelta(hours=1)
    assert not rehearsing.is_at_work(_row(office, "rh-1"))


def test_cases_are_opened_with_what_the_books_know(office: Office, calendar: Calendar) -> None:
    compiled = compiled_complaint(calendar)
    rows = every_row(office.store, compiled, Script(), owing=False, most=50, at=MONDAY)
    assert [row["account"]["id"] for row in rows] == ["a-1", "a-2"]
    [owing] = every_row(office.store, compiled, Script(), owing=True, most=1, at=MONDAY)
    facts = Facts(store=office.store, compiled=compiled, at=MONDAY)
    assert facts(owing, ("balance",)) == {"balance": "84.10"}


def _running(number: str, by: str) -> Rehearsal:
    return Rehearsal(
        id=number,
        definition="complaint",
        source=TEXT,
        accounts="all",
        cases=50,
        days=30,
        begin=date(2026, 3, 9),
        asked_by=by,
        asked_at=MONDAY,
        status="running",
        told_at=datetime.now(UTC),
    )
