"""The consumption log, read from the books and written as CSV."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import books
import pytest

from definitions.catalogue.reads import Limits
from headgate.consumption_log import COLUMNS, write
from store.engine import Store
from store.projection import write_step
from store.queries.consumption import LogLine, consumption_log
from store.tables.utility import Read

LAST = datetime(2026, 8, 24, 17, tzinfo=UTC)
PACIFIC = ZoneInfo("America/Los_Angeles")


@pytest.fixture
def read(store: Store) -> Store:
    """Three accounts: one that uses as always, one with a leak, one that was last read in spring."""
    with store.writing() as session:
        for number, values in ((1, "11"), (2, "62"), (3, "10")):
            books.account(session, f"10-00000{number}")
            until = LAST if number < 3 else LAST - timedelta(days=150)
            steps = [90, 100, 112, 126, 135, 143, 154, 154 + int(values)]
            for back, value in enumerate(reversed(steps)):
                at = until - timedelta(days=61 * back)
                session.add(Read(meter_id=f"m-00000{number}", at=at, value_ccf=Decimal(value)))
    return store


def lines(store: Store, since: date = date(2026, 8, 1), until: date = date(2026, 8, 31)) -> list[LogLine]:
    with store.reading() as session:
        return list(consumption_log(session, since=since, until=until, zone=PACIFIC, limits=Limits()))


def test_the_log_has_a_line_for_each_meter_read_in_the_span(read: Store) -> None:
    assert [(line.account, line.audited.use_ccf, line.audited.finding) for line in lines(read)] == [
        ("10-000001", Decimal(11), "fine"),
        ("10-000002", Decimal(62), "high"),
    ]
    assert [line.account for line in lines(read, date(2026, 3, 1), date(2026, 3, 31))] == ["10-000003"]


def test_the_span_takes_in_its_first_and_last_day(read: Store) -> None:
    day = date(2026, 8, 24)
    assert len(lines(read, day, day)) == 2
    assert lines(read, day + timedelta(days=1), day + timedelta(days=9)) == []


def test_a_case_that_looks_into_the_use_stands_in_the_log(read: Store) -> None:
    opened = books.step()
    with read.writing() as session:
        write_step(session, replace(opened, case=replace(opened.case, account_id="10-000002")))
    assert [line.case for line in lines(read)] == [None, books.CASE]


def test_the_export_is_csv_without_anything_personal_and_flagged_is_the_audits_list(read: Store) -> None:
    whole, flagged = io.StringIO(), io.StringIO()
    assert write(whole, lines(read), flagged=False) == 2
    assert write(flagged, lines(read), flagged=True) == 1
    head, line = flagged.getvalue().splitlines()
    assert head == ",".join(COLUMNS)
    assert line == "10-000002,residential,07,S000002,2026-08-24,216.000,actual,61,62.000,10.0,6.2,high,"
    assert "Pat Doe" not in whole.getvalue()
