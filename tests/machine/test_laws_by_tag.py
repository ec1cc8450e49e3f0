"""A law binds where its tags are, and nowhere else."""

from __future__ import annotations

from datetime import date

from definitions.language.expressions import Environment
from definitions.language.pack import Law
from tests.machine.making import CALENDAR, at
from workflows.machine.laws import Binding


def law(tag: str, require: str) -> Law:
    return Law.model_validate(
        {"law": f"about-{tag}", "title": tag, "before": tag, "rules": [{"id": tag, "source": tag, "require": require}]}
    )


def test_shut_off_days_are_waited_for_only_where_a_law_about_the_tag_asks_for_them() -> None:
    laws = (
        law("agency", "5 days since letter final-notice mailed"),
        law("locked-off", "on a shut-off day of calendar district"),
    )
    binding = Binding(laws, CALENDAR, Environment())
    earliest = binding.earliest(
        "agency",
        happened={"letter final-notice mailed": "2026-03-02"},
        data={},
        facts={},
        holds={},
        at=at("2026-03-02 09:00"),
    )
    assert earliest == date(2026, 3, 7)  # a Saturday
