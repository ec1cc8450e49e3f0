"""Small machines for tests: a definition in YAML, a district and a calendar that are the same for all."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from definitions.language.calendars import Calendar
from definitions.language.compiled import Compiled
from definitions.language.loader import load, load_model
from definitions.language.model import CaseDefinition
from definitions.language.pack import District, Law, ReviewList
from workflows.machine.machine import Machine

PACIFIC = ZoneInfo("America/Los_Angeles")
ROOT = Path(__file__).parents[2]

DISTRICT = District.model_validate(
    {
        "district": "Test Water District",
        "address": ["1 Main Street", "Testville, CA 90000"],
        "telephone": "555 0100",
        "roles": {"rep": {"title": "Representative"}, "supervisor": {"title": "Supervisor"}},
        "queues": {
            "customer-service": {"title": "Customer service", "roles": ["rep"]},
            "supervisors": {"title": "Supervisors", "roles": ["supervisor"]},
        },
        "crews": {"meters": {"title": "the meters crew"}},
        "limits": {"adjustment": {"rep": "50.00", "supervisor": "1000.00"}},
        "holds": {"bankruptcy": {"title": "Bankruptcy"}, "medical": {"title": "Medical certificate"}},
    }
)


def calendar() -> Calendar:
    """The district's calendar as shipped."""
    path = ROOT / "definitions" / "calendars" / "district.yaml"
    found, problems = load_model(load(path.read_text(), str(path)), Calendar)
    assert found is not None, problems
    return found


CALENDAR = calendar()


def machine(text: str, *laws: Law, lists: Mapping[str, ReviewList] | None = None) -> Machine:
    """The machine of a definition written in YAML."""
    definition, problems = load_model(load(text, "test.yaml"), CaseDefinition)
    assert definition is not None, problems
    return Machine(Compiled(definition=definition, calendar=CALENDAR, district=DISTRICT, laws=laws, lists=lists or {}))


def at(text: str) -> datetime:
    """A time in the district's zone: `2026-03-02 09:00`."""
    return datetime.fromisoformat(text).replace(tzinfo=PACIFIC)
