"""Dashboards and alerts: their expressions can be read, and each alert has a section that says what to do."""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml

from tests.telemetry.observability import DASHBOARDS, FOLDER, alerts, expressions, metrics_of, panels

OPERATOR = Path(__file__).parents[2] / "docs" / "operator.md"


@pytest.mark.parametrize(("where", "expression"), list(expressions()))
def test_an_expression_can_be_read_and_names_a_metric(where: str, expression: str) -> None:
    promql_parser.parse(expression)
    assert metrics_of(expression) or "up{" in expression


@pytest.mark.parametrize("alert", alerts(), ids=lambda alert: str(alert["alert"]))
def test_an_alert_says_how_urgent_it_is_and_has_a_section_with_what_to_do(alert: dict[str, Any]) -> None:
    assert set(alert) == {"alert", "expr", "for", "labels", "annotations"}
    assert alert["labels"]["severity"] in ("page", "ticket")
    assert alert["annotations"]["runbook"] == f"docs/operator.md#{alert['alert'].lower()}"
    sections = re.split(r"^### ", OPERATOR.read_text(), flags=re.MULTILINE)[1:]
    [section] = [each for each in sections if each.startswith(f"{alert['alert']}\n")]
    assert len(section) > 150


def test_each_alert_is_played_once_to_fire_and_once_to_be_silent() -> None:
    plays = yaml.safe_load((FOLDER / "alerts.test.yaml").read_text())["tests"]
    fired = [each["alertname"] for play in plays for each in play["alert_rule_test"] if each["exp_alerts"]]
    silent = [each["alertname"] for play in plays for each in play["alert_rule_test"] if not each["exp_alerts"]]
    assert sorted(fired) == sorted(silent) == sorted(alert["alert"] for alert in alerts())


@pytest.mark.parametrize("file", DASHBOARDS, ids=lambda file: str(file.stem))
def test_a_dashboards_panels_have_ids_of_their_own_and_do_not_lie_on_each_other(file: Path) -> None:
    shown = panels(file)
    assert len({panel["id"] for panel in shown}) == len(shown)
    places = [panel["gridPos"] for panel in shown]
    assert all(place["x"] + place["w"] <= 24 for place in places)
    for one, other in combinations(places, 2):
        beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        below = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert beside or below
