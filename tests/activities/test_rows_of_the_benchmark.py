"""The bare workflow that Headgate is measured beside writes the same rows: else the comparison would be unfair."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlmodel import Session

from activities.projection import step_write
from definitions.language.library import load_library
from store.writes import StepWrite, to_json
from tests.benchmarks.bare_rows import NAMES, Done, rows_of
from tests.benchmarks.contenders import PERSON, account_of, form_of, key_of
from tests.benchmarks.places import HERE, SHIPPED
from workflows.machine.events import Outcome
from workflows.machine.machine import machine_of
from workflows.messages import Audited, Key, StepWritten
from workflows.steps import taken_of

CASE = "c-abcdefghijkl"
OPENED = datetime(2026, 7, 6, 16, tzinfo=UTC)


def test_both_write_the_same_rows_for_an_opening_and_each_completion() -> None:
    library = load_library(HERE / "definitions")
    library.calendars |= load_library(SHIPPED).calendars
    machine = machine_of(library.compile("five-tasks").model_copy(update={"version": 1}).to_bytes())
    case, step = machine.start(case_id=CASE, data={"account": account_of("10-000001")}, at=OPENED, by=PERSON, facts={})
    forms: dict[str, Any] = {}
    for run in range(len(NAMES) + 1):
        at = OPENED + timedelta(minutes=run)
        form = form_of(run) if run else {}
        if run:
            case, step = machine.fire(case, Outcome(run=run, outcome="done", form=form, by=PERSON), {}, at)
        key, digest = key_of(CASE, run)
        written = StepWritten(
            case=case,
            step=step,
            act=key,
            key=Key(person=PERSON, key=key, digest=digest),
            audit=Audited(act="complete", object_kind="case", object_id=CASE),
            taken=taken_of(case),
        )
        forms |= form
        done = Done(
            case=CASE,
            account=account_of("10-000001"),
            step=run + 1,
            opened_at=OPENED,
            at=at,
            by=PERSON,
            key=key,
            digest=digest,
            form=form,
            forms=dict(forms),
        )
        assert plain(rows_of(done)) == plain(step_write(Session(), machine, written))


def plain(write: StepWrite) -> Any:
    """The rows but for the digest of the decision, which a bare workflow has none of."""
    return to_json(replace(write, act="", digest=""))
