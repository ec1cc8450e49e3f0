"""The fees of the published definitions, with what is adopted for a later day, and as CSV for the billing system."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from pathlib import Path

import pytest

from definitions.language.library import load_library
from definitions.language.pack import DecisionTable
from store.publishing import publish_compiled
from tests.api.office import MONDAY, Office

DEFINITIONS = Path(__file__).parents[2] / "definitions"


@pytest.fixture
def priced(office: Office) -> Office:
    """An office on two shipped definitions; the reread is to cost more from July on."""
    library = load_library(DEFINITIONS)
    shipped = library.tables["reread-fee"].model_dump(mode="json", exclude_defaults=True)
    first = shipped["rows"][0]
    dearer = first | {"then": dict.fromkeys(first["then"], "30.00"), "since": "2026-07-01"}
    library.tables["reread-fee"] = DecisionTable.model_validate(shipped | {"rows": [dearer, *shipped["rows"]]})
    with office.store.writing() as session:
        for name in ("reread", "collection"):
            compiled = library.compile(name)
            publish_compiled(session, compiled, source="", by="author", at=MONDAY - timedelta(days=1))
    return office


async def test_each_row_says_from_when_and_until_when_it_stands(priced: Office) -> None:
    answer = await priced.by("finance").get("/api/fees")
    assert answer.status_code == 200, answer.text
    tables = {each["table"]: each for each in answer.json()["items"]}
    reread = tables["reread-fee"]
    assert reread["used_by"] == ["reread"]
    assert [(row["since"], row["until"]) for row in reread["rows"][:2]] == [("2026-07-01", None), (None, "2026-06-30")]
    assert tables["restoration-fee"]["used_by"] == ["collection"]
    assert "H&S 116914" in tables["restoration-fee"]["source"]


async def test_the_billing_system_takes_them_over_as_csv(priced: Office) -> None:
    answer = await priced.by("finance").get("/api/fees/csv")
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert {"table": "late-fee", "when": "class any; step reminder", "what": "fee", "amount": "10.00"}.items() <= next(
        row for row in rows if row["table"] == "late-fee"
    ).items()
    assert ("30.00", "2026-07-01") in [(row["amount"], row["since"]) for row in rows if row["table"] == "reread-fee"]
