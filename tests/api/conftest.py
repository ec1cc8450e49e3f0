"""The office of the API's tests, on each engine, or on SQLite alone where the database is not the subject."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from definitions.language.calendars import Calendar
from definitions.language.loader import load, load_model
from store.engine import Store
from tests.api.office import Office, opened_office

CALENDAR = Path(__file__).parent.parent.parent / "definitions" / "calendars" / "district.yaml"


@pytest.fixture(scope="session")
def calendar() -> Calendar:
    """The sample district's calendar."""
    found, problems = load_model(load(CALENDAR.read_text(), str(CALENDAR)), Calendar)
    assert found is not None, problems
    return found


@pytest.fixture
async def office(sqlite_store: Store, tmp_path: Path, calendar: Calendar) -> AsyncIterator[Office]:
    """An office on SQLite."""
    async with opened_office(sqlite_store, tmp_path, calendar=calendar) as opened:
        yield opened


@pytest.fixture
async def office_on_each(store: Store, tmp_path: Path, calendar: Calendar) -> AsyncIterator[Office]:
    """An office on SQLite, and one on PostgreSQL."""
    async with opened_office(store, tmp_path, calendar=calendar) as opened:
        yield opened
