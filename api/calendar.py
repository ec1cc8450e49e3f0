"""The district's calendar, as its own document says it, for what is counted outside a case."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from api.services import Services
from definitions.language.calendars import Calendar
from definitions.language.loader import load, load_model


def calendar_of(office: Services) -> Calendar:
    """The calendar of the district's office, read once."""
    return _read(office.definitions / "calendars" / f"{office.district.calendar}.yaml")


@lru_cache(maxsize=4)
def _read(file: Path) -> Calendar:
    found, problems = load_model(load(file.read_text(encoding="utf-8"), str(file)), Calendar)
    if found is None:
        raise ValueError(f"the district's calendar cannot be read: {problems[0]}")
    return found
