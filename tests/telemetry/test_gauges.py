"""What the gauges say: of a store with work in it, and of one whose database does not answer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from books import CASE, account, step, task
from prometheus_client import CollectorRegistry, generate_latest
from sqlmodel import Session

from store.engine import Store, open_store
from store.outbox import open_incident
from store.projection import write_step
from store.tables.cases import CaseRow
from store.tables.outbox import AccountEvent, EffectRow
from store.tables.papers import Letter
from telemetry.gauges import Gauges

NOW = datetime.now(UTC)
HOUR = timedelta(hours=1)


def exposed(store: Store) -> str:
    registry = CollectorRegistry()
    gauges = Gauges(store)
    registry.register(gauges)
    text = generate_latest(registry).decode()
    gauges.close()
    return text


def test_tasks_are_counted_by_queue_with_those_that_nobody_has_and_that_are_late(store: Store) -> None:
    with store.writing() as session:
        account(session)
        tasks = (task(1, due_at=NOW - HOUR), task(2, due_at=NOW + HOUR), task(3, queue="supervisors", due_at=None))
        write_step(session, step(open_tasks=tasks))
    text = exposed(store)
    assert 'headgate_tasks_open{queue="customer-service"} 2.0' in text
    assert 'headgate_tasks_unclaimed{queue="customer-service"} 2.0' in text
    assert 'headgate_tasks_late{queue="customer-service"} 1.0' in text
    assert 'headgate_tasks_late{queue="supervisors"} 0.0' in text


def test_letters_effects_incidents_events_and_timers_are_counted_with_the_age_of_the_oldest(store: Store) -> None:
    with store.writing() as session:
        account(session)
        write_step(session, step())
        _work(session)
    text = exposed(store)
    assert 'headgate_letters{status="queued"} 1.0' in text
    assert 'headgate_letters{status="printed"} 0.0' in text
    assert 'headgate_incidents_open{action="letter"} 1.0' in text
    assert 'headgate_effects{status="pending"} 1.0' in text
    assert "headgate_account_events 1.0" in text
    assert "headgate_timers_late 1.0" in text
    ages = {
        line.split()[0]: float(line.split()[1])
        for line in text.splitlines()
        if "oldest_seconds " in line and line[0] != "#"
    }
    assert ages["headgate_letters_oldest_seconds"] >= 3 * 3600
    assert ages["headgate_outbox_oldest_seconds"] >= 2 * 3600
    assert ages["headgate_timers_oldest_seconds"] >= 3600


def test_a_timer_that_is_due_in_a_moment_or_just_now_is_not_late(store: Store) -> None:
    with store.writing() as session:
        account(session)
        write_step(session, step())
        session.get_one(CaseRow, CASE).next_due = datetime.now(UTC)
    assert "headgate_timers_late 0.0" in exposed(store)


def test_a_database_that_does_not_answer_is_said_and_leaves_the_rest_out() -> None:
    text = exposed(open_store("postgresql+psycopg://headgate@127.0.0.1:1/none"))
    assert "headgate_database_up 0.0" in text
    assert "headgate_tasks" not in text


def _work(session: Session) -> None:
    session.get_one(CaseRow, CASE).next_due = NOW - HOUR
    session.add(Letter(id="l-1", case_id=CASE, step_no=1, effect_no=1, template="answer", queued_at=NOW - 3 * HOUR))
    session.add(EffectRow(case_id=CASE, step_no=1, effect_no=7, kind="action", made_at=NOW - 2 * HOUR))
    session.add(AccountEvent(id="e-1", account_id="10-000001", name="paid", made_at=NOW - HOUR))
    open_incident(session, CASE, 1, 1, action="letter", code="no-template", sentence="none", at=NOW - HOUR)
