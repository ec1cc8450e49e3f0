"""A notice that a crew says it has left at the property is delivered on that day."""

from __future__ import annotations

from datetime import date

import pytest

from activities.projection import Projection
from store.engine import Store
from store.publishing import publish_compiled
from store.tables.papers import Letter
from tests.machine.making import at, machine
from workflows.machine.events import Outcome
from workflows.messages import StepWritten
from workflows.steps import taken_of

TAGGING = """
case: tagging
title: Tagging
initial: tagging
states:
  tagging:
    work-order:
      title: Leave the tag
      crew: field
      outcomes:
        posted: {target: done, actions: [record: {what: letter shut-off-tag posted}]}
        no-access: {target: done}
  done: {type: final}
"""


@pytest.mark.parametrize(("outcome", "status"), [("posted", "mailed"), ("no-access", "queued")])
def test_the_crews_outcome_delivers_the_notice_and_no_letter_in_the_post(
    store: Store, outcome: str, status: str
) -> None:
    tagging = machine(TAGGING)
    content = tagging.setting.compiled.to_bytes()
    with store.writing() as session:
        publish_compiled(session, tagging.setting.compiled, source="", by="author", at=at("2026-01-02 09:00"))
    projection = Projection(store=store)
    case, step = tagging.start(case_id="c-abcdefghijkl", data={}, at=at("2026-03-02 09:00"), by="lead")
    projection.write(StepWritten(case=case, step=step, act="opened", taken=taken_of(case)), content)

    def letter(number: int, delivery: str) -> Letter:
        return Letter(
            id=f"l-{number}", case_id=case.id, step_no=1, effect_no=number, template="shut-off-tag", delivery=delivery,
            queued_at=at("2026-03-02 09:00"),
        )  # fmt: skip

    with store.writing() as session:
        session.add_all([letter(1, "posted"), letter(2, "mail")])
    left = Outcome(run=case.tasks[0].run, outcome=outcome, by="crew")
    after, step = tagging.fire(case, left, {"task.claimed": False}, at("2026-03-03 18:30"))
    projection.write(StepWritten(case=after, step=step, act="left", taken=taken_of(after)), content)
    with store.reading() as session:
        tag, mailed = session.get_one(Letter, "l-1"), session.get_one(Letter, "l-2")
    day = date(2026, 3, 3) if outcome == "posted" else None  # the district's day, already the next one in UTC
    assert (tag.status, tag.mailed_on, tag.told_on) == (status, day, day)
    assert mailed.status == "queued"
