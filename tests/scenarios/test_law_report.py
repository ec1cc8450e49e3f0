"""The law report: shut-offs played by dates, written into a real database, and judged again from what stands there."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from books import account
from collecting import Collection
from playing import ROOT, on
from sqlalchemy import URL
from sqlmodel import Session, col, select
from typer.testing import CliRunner, Result

from activities.law_report import LawReport, law_report
from activities.projection import step_write
from headgate.cli import command_line
from store.engine import Store, open_store
from store.projection import write_step
from store.publishing import publish_compiled
from store.tables.cases import CaseRow, StepRow
from store.tables.utility import Hold
from tests.shipped import shipped
from workflows.machine.case import Case
from workflows.machine.effects import Step
from workflows.machine.kept import RuleFound
from workflows.machine.machine import Machine
from workflows.messages import StepWritten
from workflows.steps import taken_of

ACCOUNT = "10-004217"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


class Recorded(Collection):
    """A collection that keeps every step with the case after it."""

    def __init__(self, opened: str, bills: dict[str, str], **facts: Any) -> None:
        self.written: list[tuple[Case, Step]] = []
        super().__init__(opened, bills, **facts)

    def _done(self, case: Case, step: Step) -> None:
        if case.id == ROOT:
            self.written.append((case, step))
        super()._done(case, step)


def shut_off(**facts: Any) -> Recorded:
    """A bill of $120 due on Monday 5 January 2026, shut off on the first lawful day, Monday 9 March."""
    play = Recorded("2026-01-06 09:00", {"2026-01-05": "120.00"}, **facts)
    play.noticed(released="2026-01-07 09:00", written="2026-01-30 09:00", mailed="2026-02-02 10:00")
    play.reached("2026-02-03 10:00")
    play.until("2026-03-04 08:00")
    play.tag("2026-03-04 09:00", "2026-03-04 14:00")
    play.until("2026-03-09 09:00")
    play.release("2026-03-09 09:10")
    play.lock("2026-03-09 10:00")
    return play


def write(session: Session, play: Recorded) -> None:
    """The account, the definition that ran, and every step of the case, as the worker writes them."""
    account(session, ACCOUNT)
    compiled = shipped("collection")
    version = publish_compiled(session, compiled, source="", by="author", at=LONG_AGO).version
    machine = Machine(compiled)
    for case, step in play.written:
        row = StepWritten(case=case, step=step, act=f"act {step.number}", taken=taken_of(case))
        write_step(session, step_write(session, machine, row))
    session.get_one(CaseRow, ROOT).version = version


def the_lock(session: Session) -> StepRow:
    """The step in which the water went off."""
    steps = session.exec(select(StepRow).order_by(col(StepRow.step_no)))
    return next(step for step in steps if "locked" in (step.states_entered or ()))


def report(session: Session, first: str = "2026-01-01 00:00", after: str = "2027-01-01 00:00") -> LawReport:
    """The report from a moment to just before another, in the district's time."""
    return law_report(session, since=on(first), before=on(after))


def rules(found: LawReport) -> dict[str, RuleFound]:
    """The rules of the only shut-off, by id."""
    (only,) = found.shut_offs
    return {rule.rule: rule for rule in only.act.rules}


@pytest.fixture
def written(store: Store) -> Store:
    """A database with the lawful shut-off of 9 March 2026."""
    with store.writing() as session:
        write(session, shut_off())
    return store


def test_every_rule_of_a_lawful_shut_off_is_told_with_its_facts_and_its_arithmetic(written: Store) -> None:
    with written.reading() as session:
        found = report(session)
    (only,) = found.shut_offs
    assert (only.case, only.account, only.act.day) == (ROOT, ACCOUNT, date(2026, 3, 9))
    assert found.not_kept == ()
    sixty = rules(found)["WSP-8"]
    assert (sixty.finding, sixty.source) == ("kept", "Health & Safety Code 116908(a)(1)(A)")
    assert sixty.says == "60 full days since 6 January 2026 (delinquent since): from 7 March 2026, done on 9 March 2026"
    assert sixty.facts == {"delinquent_since": "2026-01-06"}
    assert rules(found)["GOV-8"].finding == "kept"
    assert rules(found)["GOV-13"].finding == "kept"


def test_the_report_holds_every_rule_of_the_laws_that_guard_a_shut_off(written: Store) -> None:
    with written.reading() as session:
        told = rules(report(session))
    laws = shipped("collection").laws
    assert set(told) == {rule.id for law in laws if "locked-off" in law.before for rule in law.rules}
    assert told["WSP-4"].finding == "stated"
    assert told["WSP-19"].finding == "not-applying"
    assert not told["WSP-20"].confirmed


def test_a_rule_is_decided_again_and_not_copied_from_what_the_step_said(written: Store) -> None:
    with written.writing() as session:
        lock = the_lock(session)
        assert "WSP-8" in lock.rules
        lock.facts = {**lock.facts, "delinquent_since": "2026-02-01"}
        session.add(lock)
    with written.reading() as session:
        found = report(session)
    assert len(found.not_kept) == 1
    assert rules(found)["WSP-8"].finding == "not-kept"
    assert rules(found)["WSP-8"].earliest == date(2026, 4, 2)


def test_a_rule_whose_fact_is_not_known_is_undecided(written: Store) -> None:
    with written.writing() as session:
        lock = the_lock(session)
        lock.facts = {**lock.facts, "delinquent_since": None}
        session.add(lock)
    with written.reading() as session:
        sixty = rules(report(session))["WSP-8"]
    assert sixty.finding == "undecided"
    assert sixty.says.endswith("not known at the step: delinquent_since")


def test_a_notice_that_no_step_wrote_down_was_not_given(written: Store) -> None:
    with written.writing() as session:
        for step in session.exec(select(StepRow)):
            happened = (step.detail or {}).get("happened", {})
            if "letter final-notice mailed" in happened:
                step.detail = {**step.detail, "happened": {}}
                session.add(step)
    with written.reading() as session:
        told = rules(report(session))
    assert {told[rule].finding for rule in ("GOV-7", "GOV-8", "WSP-30")} == {"not-kept"}
    assert told["WSP-9"].finding == "kept"  # the customer was reached by telephone, and both offers were made


def test_a_hold_that_the_case_knew_of_bars_the_shut_off(written: Store) -> None:
    with written.writing() as session:
        opening = session.get_one(StepRow, (ROOT, 1))
        opening.detail = {**(opening.detail or {}), "holds": {"medical": "2026-01-02T10:00:00+00:00"}}
        session.add(opening)
    with written.reading() as session:
        told = rules(report(session))
    assert told["WSP-15"].finding == "not-kept"
    assert told["WSP-14"].finding == "kept"


def test_a_filing_that_the_district_heard_of_after_the_shut_off_is_told(written: Store) -> None:
    filed, heard = datetime(2026, 3, 6, 18, tzinfo=UTC), datetime(2026, 3, 11, 18, tzinfo=UTC)
    with written.writing() as session:
        session.add(
            Hold(id="h-1", account_id=ACCOUNT, kind="bankruptcy", since=filed, placed_by="rep", placed_at=heard)
        )
    with written.reading() as session:
        (only,) = report(session).shut_offs
    assert only.learned_later == ("bankruptcy",)
    assert only.act.not_kept == ()  # of what was known on the day


def test_the_period_is_of_the_districts_days(written: Store) -> None:
    with written.reading() as session:
        assert len(report(session, "2026-03-09 00:00", "2026-03-10 00:00").shut_offs) == 1
        assert len(report(session, "2026-03-10 00:00", "2026-03-11 00:00").shut_offs) == 0
        assert len(report(session, "2026-01-01 00:00", "2026-03-09 00:00").shut_offs) == 0


def test_the_yearly_count_is_of_residential_shut_offs(written: Store) -> None:
    with written.reading() as session:
        assert report(session).residential_by_year == {2026: 1}
    with written.writing() as session:
        lock = the_lock(session)
        lock.facts = {**lock.facts, "account_class": "commercial"}
        session.add(lock)
    with written.reading() as session:
        found = report(session)
    assert found.residential_by_year == {}
    assert rules(found)["WSP-8"].finding == "not-applying"


# -- the command ------------------------------------------------------------------------------------------------------


@pytest.fixture
def database(new_database: Callable[[str], URL], monkeypatch: pytest.MonkeyPatch) -> Store:
    """A database that the command finds."""
    url = new_database("sqlite")
    monkeypatch.setenv("DATABASE_URL", url.render_as_string(hide_password=False))
    store = open_store(url)
    with store.writing() as session:
        write(session, shut_off())
    return store


def command(*words: str) -> Result:
    """The command as it is typed."""
    return CliRunner().invoke(command_line(["laws"]), ["laws", "--from", "2026-01-01", "--until", "2026-12-31", *words])


def test_the_command_tells_that_every_rule_was_kept_and_how_many_shut_offs_there_were(database: Store) -> None:
    told = command()
    assert told.exit_code == 0, told.output
    assert "Monday 9 March 2026: account 10-004217" in told.output
    assert "Every rule was kept." in told.output
    assert "in 2026 (Health & Safety Code 116918): 1" in told.output
    database.close()


def test_the_commands_exit_code_tells_that_a_rule_was_not_kept(database: Store) -> None:
    with database.writing() as session:
        lock = the_lock(session)
        lock.facts = {**lock.facts, "delinquent_since": "2026-02-01"}
        session.add(lock)
    told = command("--json")
    assert told.exit_code == 3
    plain = json.loads(told.output)
    assert plain["not_kept"] == 1
    broken = [rule["rule"] for rule in plain["shut_offs"][0]["rules"] if rule["finding"] == "not-kept"]
    assert broken == ["WSP-8"]
    database.close()


def test_a_period_that_ends_before_it_begins_is_refused(database: Store) -> None:
    told = CliRunner().invoke(command_line(["laws"]), ["laws", "--from", "2026-03-02", "--until", "2026-03-01"])
    assert told.exit_code == 1
    assert "comes before the first" in told.output
    database.close()
