"""The Helm chart: what its values may be. What helm makes of them is in `rendered_chart.py`, for `make deploy-check`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

CHART = Path(__file__).parents[2] / "deploy" / "chart"


def values() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((CHART / "values.yaml").read_text())
    return found


def schema() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((CHART / "values.schema.json").read_text())
    jsonschema.Draft7Validator.check_schema(found)
    return found


def test_the_values_that_it_ships_are_what_its_schema_says() -> None:
    jsonschema.validate(values(), schema())


@pytest.mark.parametrize(
    ("part", "wrong"),
    [
        ("environment", {"DATABASE_URL": "postgresql://headgate:secret@db/headgate"}),
        ("environment", {"HEADGATE_CODEC_KEYS": "k1:secret"}),
        ("ingress", {"enabled": True}),
        ("environment", {"HEADGATE_DEPLOYMENT": "headgate"}),
        ("deployment", {"name": "", "previous": {"tag": "1.0.0"}}),
        ("temporal", {"address": "temporal-frontend"}),
        ("image", {"repository": "headgate", "digest": "latest"}),
        ("workers", {**values()["workers"], "replica": 3}),
    ],
)
def test_its_schema_refuses_what_would_not_run_or_would_show_a_secret(part: str, wrong: dict[str, Any]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**values(), part: wrong}, schema())
