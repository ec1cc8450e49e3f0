"""Accounts and finding them, holds, effects and incidents, keys, definitions, the clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from books import ACCOUNT, CASE, MONDAY, account, completion, step
from sqlalchemy import insert
from sqlalchemy.exc import StatementError
from sqlmodel import Session

from store import outbox, records
from store.clock import Clock, read_clock, set_clock
from store.engine import Store, UnknownDatabaseError, open_engine
from store.projection import write_step
from store.queries import accounts
from store.queries.accounts import Use
from store.queries.cases import incident_page, steps_of
from store.queries.holds import (
    HoldStandsError,
    NoSuchHoldError,
    holds_that_ended,
    open_cases_of_account,
    place_hold,
    release_hold,
    standing_holds,
)
from store.records import DefinitionStandsError, KeyReusedError
from store.tables.cases import CaseRow
from store.tables.utility import Account, Read
from store.writes import EffectWrite


def read(session: Session, day: int, value_ccf: str, kind: str = "actual") -> None:
    at = MONDAY + timedelta(days=day)
    session.add(Read(meter_id="m-000001", at=at, value_ccf=Decimal(value_ccf), kind=kind))


def test_use_is_counted_on_when_the_register_goes_round_and_shown_when_it_falls(store: Store) -> None:
    with store.writing() as session:
        account(session)
        session.flush()
        for day, value in ((0, "999990.5"), (60, "4.25"), (120, "24.25"), (180, "20")):
            read(session, day, value)
    with store.reading() as session:
        uses: list[Use] = accounts.use_of(session, ACCOUNT)
    assert [use.use_ccf for use in uses] == [Decimal("13.750"), Decimal("20.000"), Decimal("-4.250")]
    assert [use.backwards for use in uses] == [False, False, True]


def test_an_account_is_seen_with_all_that_it_stands_on(store: Store) -> None:
    with store.writing() as session:
        account(session)
    with store.reading() as session:
        view = accounts.account_view(session, ACCOUNT)
        assert view is not None
        assert (view.customer.name, view.premise.route, view.meters[0].serial) == ("Pat Doe", "07", "S000001")
        assert accounts.account_view(session, "10-none") is None


def test_a_hold_is_placed_once_and_each_change_counts_up(store: Store) -> None:
    with store.writing() as session:
        account(session)
        place_hold(session, ACCOUNT, "medical", since=MONDAY, until=MONDAY + timedelta(days=9), by="rep", at=MONDAY)
        place_hold(session, ACCOUNT, "appeal", since=MONDAY + timedelta(days=1), by="rep", at=MONDAY)
    with pytest.raises(HoldStandsError, match="medical hold already"), store.writing() as session:
        place_hold(session, ACCOUNT, "medical", since=MONDAY, by="rep", at=MONDAY)
    with store.reading() as session:
        assert [hold.kind for hold in holds_that_ended(session, MONDAY + timedelta(days=9))] == ["medical"]
    with store.writing() as session:
        release_hold(session, ACCOUNT, "medical", by="lead", at=MONDAY, reason="certificate ended")
        place_hold(session, ACCOUNT, "medical", since=MONDAY, by="rep", at=MONDAY)
    with pytest.raises(NoSuchHoldError, match="no bankruptcy hold"), store.writing() as session:
        release_hold(session, ACCOUNT, "bankruptcy", by="lead", at=MONDAY)
    with store.reading() as session:
        assert [hold.kind for hold in standing_holds(session, ACCOUNT)] == ["medical", "appeal"]
        stored = session.get(Account, ACCOUNT)
        assert stored is not None
        assert stored.hold_version == 4


def test_a_change_of_holds_finds_the_open_cases_that_it_must_reach(store: Store) -> None:
    with store.writing() as session:
        account(session)
        write_step(session, step())
    with store.reading() as session:
        assert open_cases_of_account(session, ACCOUNT) == [CASE]


def test_an_effect_is_settled_once_and_a_failing_one_becomes_an_incident(store: Store) -> None:
    effects = (EffectWrite(no=1, kind="action", name="letter"), EffectWrite(no=2, kind="notify"))
    late = MONDAY + timedelta(days=1)
    with store.writing() as session:
        account(session)
        write_step(session, step())
        write_step(session, completion(effects=effects))
    with store.writing() as session:
        assert outbox.settle_effect(session, CASE, 2, 1, "failed", at=late, error_code="printer-away")
        for _ in range(2):
            incident = outbox.open_incident(
                session, CASE, 2, 1, action="letter", code="printer-away", sentence="The printer is away.", at=late
            )
        assert incident.attempts == 2
        assert outbox.settle_effect(session, CASE, 2, 2, "done", at=late, result={"sent": 1})
        assert not outbox.settle_effect(session, CASE, 2, 2, "failed", at=late)
    with store.reading() as session:
        case = session.get(CaseRow, CASE)
        assert case is not None
        assert case.incidents == 1
        assert [each.id for each in incident_page(session).items] == [incident.id]
        assert [each.effect_no for each in outbox.unsettled_effects(session, late)] == [1]
    with store.writing() as session:
        assert outbox.settle_incident(
            session, incident.id, how="skipped", by="supervisor", at=late, reason="told by phone"
        )
        assert outbox.settle_incident(session, incident.id, how="retried", by="supervisor", at=late) is None
        assert outbox.settle_effect(session, CASE, 2, 1, "skipped", at=late)
    with store.reading() as session:
        again = session.get(CaseRow, CASE)
        assert again is not None
        assert again.incidents == 0
        assert [each.status for each in outbox.effects_of(session, CASE)] == ["skipped", "done"]
        assert [each.event for each in steps_of(session, CASE)] == ["start", "outcome review/reread"]


def test_a_key_gives_its_answer_again_and_refuses_another_request(store: Store) -> None:
    with store.writing() as session:
        account(session)
        write_step(session, step())
    with store.reading() as session:
        stored = records.answer_to_key(session, "rep", "key-1", "d1")
        assert stored is not None
        assert (stored.status, stored.response) == (201, {"id": CASE})
        assert records.answer_to_key(session, "rep2", "key-1", "d1") is None
        with pytest.raises(KeyReusedError):
            records.answer_to_key(session, "rep", "key-1", "d2")
    with store.writing() as session:
        assert records.forget_keys(session, MONDAY) == 0
        assert records.forget_keys(session, MONDAY + timedelta(days=1)) == 1


def test_a_new_case_takes_the_newest_version_that_is_in_effect(store: Store) -> None:
    later = MONDAY + timedelta(days=7)
    with store.writing() as session:
        for number, effective in ((1, MONDAY), (2, later)):
            made = records.publish(
                session,
                "high-consumption",
                title="High consumption",
                digest=f"d{number}",
                compiled=lambda number: records.pack({"n": number}),
                source="case: high-consumption",
                by="author",
                at=MONDAY,
                effective_from=effective,
            )
            assert made.version == number
        with pytest.raises(DefinitionStandsError):
            records.publish(
                session,
                "high-consumption",
                title="",
                digest="d2",
                compiled=lambda _: b"",
                source="",
                by="author",
                at=MONDAY,
            )
    with store.reading() as session:
        now, then = (records.version_in_effect(session, "high-consumption", at) for at in (MONDAY, later))
        assert now is not None
        assert then is not None
        assert (now.version, then.version, records.unpack(then.compiled)) == (1, 2, {"n": 2})
        assert records.version_in_effect(session, "high-consumption", MONDAY - timedelta(days=1)) is None
        assert [row.version for row in records.versions_of(session)] == [2, 1]


def test_the_districts_clock_runs_at_its_speed_and_stands_still_when_paused(store: Store) -> None:
    real = datetime(2026, 1, 1, tzinfo=UTC)
    with store.writing() as session:
        set_clock(session, Clock(real=real, district=MONDAY, speed=86_400.0, paused=False))
    with store.reading() as session:
        running = read_clock(session)
    assert running is not None
    assert running.at(real + timedelta(seconds=2)) == MONDAY + timedelta(days=2)
    assert running.real_delay(MONDAY + timedelta(days=3), real + timedelta(seconds=2)) == timedelta(seconds=1)
    with store.writing() as session:
        set_clock(session, Clock(real=real, district=MONDAY, speed=1.0, paused=True))
    with store.reading() as session:
        standing = read_clock(session)
    assert standing is not None
    assert standing.at(real + timedelta(days=9)) == MONDAY
    assert standing.real_delay(MONDAY + timedelta(days=1), real) is None


def test_a_history_is_archived_once(store: Store) -> None:
    with store.writing() as session:
        account(session)
        write_step(session, step())
        for history in (b"first", b"second"):
            records.archive_history(session, CASE, "run-1", history, MONDAY)
    with store.reading() as session:
        assert records.archived_histories(session, CASE) == [b"first"]


def test_a_time_without_a_zone_and_a_third_of_a_cent_are_refused(store: Store) -> None:
    for column, value in (("at", datetime(2026, 1, 1)), ("value_ccf", Decimal("0.0001"))):  # noqa: DTZ001
        row = {"meter_id": "m-000001", "at": MONDAY, "value_ccf": Decimal(1), "kind": "actual", "source": ""}
        with store.writing() as session:
            connection = session.connection()
            with pytest.raises(StatementError, match=r"has no zone|more than 3 decimal places"):
                connection.execute(insert(Read), row | {column: value})


def test_another_database_is_refused_with_a_sentence() -> None:
    with pytest.raises(UnknownDatabaseError, match="Headgate works with"):
        open_engine("mysql://localhost/headgate")
