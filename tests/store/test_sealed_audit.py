"""The chain over the audit on each engine: what is sealed, and that what is changed behind Headgate's back is found."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from books import CASE, account, step
from sqlalchemy import Connection, insert, text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlmodel import select

from activities.sealing import SETTLED_SECONDS, Sealing
from store.chain import link_digest, row_digest
from store.engine import Store
from store.migrate import migrate, migrate_down
from store.projection import drop_orphans, write_step
from store.sealing import Head, head, seal, unsealed
from store.tables.audit import Audit, AuditSeal
from store.tables.base import table_of
from store.verifying import Verified, verify

MONDAY = datetime(2026, 3, 9, 16, 0, tzinfo=UTC)
ALL = 2**31 - 1


def act(number: int) -> dict[str, object]:
    return {
        "at": MONDAY + timedelta(minutes=number),
        "person": f"u{number % 3}",
        "act": "claim",
        "object_kind": "task",
        "object_id": f"c-{number}.1",
        "allowed": number % 4 > 0,
        "sentence": "Añadido — 添加" if number == 5 else None,
    }


def write(store: Store, *numbers: int) -> None:
    with store.writing() as session:
        session.connection().execute(insert(table_of(Audit)), [act(number) for number in numbers])


def seal_all(store: Store) -> int:
    with store.writing() as session:
        return seal(session, ALL, MONDAY)


def verified(store: Store, *anchors: Head) -> Verified:
    with store.reading() as session:
        return verify(session, anchors)


def found(store: Store, *anchors: Head) -> list[tuple[str, int | None]]:
    return [(each.kind, each.row or each.link) for each in verified(store, *anchors).breaks]


@contextmanager
def behind_its_back(store: Store) -> Iterator[Connection]:
    """What somebody does who may do anything with the database: no trigger and no foreign key stands in the way."""
    with store.engine.connect() as connection:
        if store.engine.dialect.name == "sqlite":
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
            names = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars().all()
            for name in names:
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
            connection.exec_driver_sql("BEGIN")
        else:
            connection.exec_driver_sql("SET session_replication_role = replica")
        yield connection
        if store.engine.dialect.name == "sqlite":
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA foreign_keys = ON")
        else:
            connection.exec_driver_sql("SET session_replication_role = DEFAULT")
            connection.commit()


@pytest.fixture
def sealed(store: Store) -> Store:
    write(store, *range(1, 11))
    assert seal_all(store) == 10
    return store


def test_what_was_written_is_sealed_once_in_its_order_and_found_whole(sealed: Store) -> None:
    write(sealed, 11, 12)
    assert verified(sealed).unsealed == 2
    assert seal_all(sealed) == 2
    assert seal_all(sealed) == 0
    with sealed.reading() as session:
        seals = session.exec(select(AuditSeal).order_by(AuditSeal.no)).all()
        rows = session.exec(select(Audit).order_by(Audit.id)).all()
    assert [(each.no, each.audit_id) for each in seals] == [(row.id, row.id) for row in rows]
    assert [each.row_digest for each in seals] == [row_digest(row) for row in rows]
    assert seals[-1].digest == link_digest(seals[-2].digest, seals[-1].row_digest, seals[-1].sealed_at)
    result = verified(sealed)
    assert (result.whole, result.links, result.unsealed) == (True, 12, 0)


def test_a_digest_is_the_same_on_both_engines(store: Store) -> None:
    write(store, 5)
    seal_all(store)
    with store.reading() as session:
        found = session.exec(select(AuditSeal)).one()
    assert found.row_digest == "fc1060414bb3d9e1c6d4f32b609f58c06f90462ff02fc91c73547a690292e3e5"
    assert found.digest == "1b6d5614630fd2a0379ecc4b28ba0e64be6b4a2d7627c32006ed0895c730ce8e"


@pytest.mark.parametrize(
    ("column", "value"), [("person", "'somebody'"), ("allowed", "NOT allowed"), ("sentence", "'No.'"), ("step_no", "7")]
)
def test_a_changed_row_is_found(sealed: Store, column: str, value: str) -> None:
    with behind_its_back(sealed) as connection:
        connection.execute(text(f"UPDATE audit SET {column} = {value} WHERE id = 4"))
    assert found(sealed) == [("changed", 4)]


def test_a_changed_time_is_found(sealed: Store) -> None:
    with behind_its_back(sealed) as connection:
        connection.execute(table_of(Audit).update().where(table_of(Audit).c.id == 4).values(at=MONDAY))
    assert found(sealed) == [("changed", 4)]


def test_a_missing_row_is_found(sealed: Store) -> None:
    with behind_its_back(sealed) as connection:
        connection.execute(text("DELETE FROM audit WHERE id = 4"))
    assert found(sealed) == [("missing", 4)]


def test_a_row_that_is_gone_with_its_link_is_found(sealed: Store) -> None:
    with behind_its_back(sealed) as connection:
        connection.execute(text("DELETE FROM audit WHERE id = 4"))
        connection.execute(text("DELETE FROM audit_seals WHERE no = 4"))
    assert found(sealed) == [("missing", 4)]


def test_a_link_taken_out_and_the_rest_numbered_anew_is_found(sealed: Store) -> None:
    with behind_its_back(sealed) as connection:
        connection.execute(text("DELETE FROM audit WHERE id = 4"))
        connection.execute(text("DELETE FROM audit_seals WHERE no = 4"))
        for number in range(5, 11):
            connection.execute(text(f"UPDATE audit_seals SET no = {number - 1} WHERE no = {number}"))
    assert found(sealed) == [("reordered", 5)]


def test_an_inserted_row_is_found(sealed: Store) -> None:
    with behind_its_back(sealed) as connection:
        connection.execute(insert(table_of(Audit)), {"id": 400, **act(400)})
    assert found(sealed) == [("inserted", 400)]


def test_two_rows_that_changed_places_are_found(sealed: Store) -> None:
    with behind_its_back(sealed) as connection:
        for old, new in ((4, 400), (7, 4), (400, 7)):
            connection.execute(text(f"UPDATE audit_seals SET no = {new} WHERE no = {old}"))
    assert {kind for kind, _ in found(sealed)} == {"reordered"}
    assert verified(sealed).breaks[0].link == 4


def test_a_row_changed_with_its_own_digest_breaks_the_link(sealed: Store) -> None:
    with behind_its_back(sealed) as connection:
        connection.execute(text("UPDATE audit SET person = 'somebody' WHERE id = 4"))
        row = connection.execute(table_of(Audit).select().where(table_of(Audit).c.id == 4)).one()
        connection.execute(text(f"UPDATE audit_seals SET row_digest = '{row_digest(row)}' WHERE no = 4"))
    assert found(sealed) == [("reordered", 4)]


def test_a_chain_that_was_cut_is_whole_in_itself_and_found_by_its_anchor(sealed: Store) -> None:
    with sealed.reading() as session:
        anchor = head(session)
    with behind_its_back(sealed) as connection:
        connection.execute(text("DELETE FROM audit_seals WHERE no > 8"))
        connection.execute(text("DELETE FROM audit WHERE id > 8"))
    assert found(sealed) == []
    assert found(sealed, anchor) == [("truncated", 10)]


def test_a_chain_that_was_written_anew_is_found_by_its_anchor(sealed: Store) -> None:
    with sealed.reading() as session:
        anchor = head(session)
    with behind_its_back(sealed) as connection:
        connection.execute(text("DELETE FROM audit_seals"))
        connection.execute(text("UPDATE audit SET person = 'somebody' WHERE id = 4"))
        connection.execute(text("INSERT INTO audit_unsealed SELECT id FROM audit"))
    seal_all(sealed)
    assert found(sealed) == []
    assert found(sealed, anchor) == [("reordered", 10)]


def test_an_anchor_of_a_chain_that_has_grown_is_kept(sealed: Store) -> None:
    with sealed.reading() as session:
        anchor = head(session)
    write(sealed, 11)
    seal_all(sealed)
    assert found(sealed, anchor) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET person = 'x'",
        "DELETE FROM audit",
        "DELETE FROM audit_seals",
        "UPDATE audit_seals SET digest = 'x'",
    ],
)
def test_nothing_that_is_sealed_can_be_changed_without_breaking_the_triggers(sealed: Store, statement: str) -> None:
    with pytest.raises((IntegrityError, OperationalError)), sealed.writing() as session:
        session.connection().execute(text(statement))


def test_several_who_write_and_seal_at_once_leave_one_chain_with_every_row(store: Store) -> None:
    writers, each = 4, 40
    done = threading.Event()
    sealers_failed = []

    def keep_sealing() -> None:
        while not done.is_set():
            try:
                seal_all(store)
            except (IntegrityError, OperationalError) as error:
                sealers_failed.append(error)

    def keep_writing(first: int) -> None:
        for number in range(first, first + each):
            write(store, number)

    sealers = [threading.Thread(target=keep_sealing) for _ in range(2)]
    writing = [threading.Thread(target=keep_writing, args=(1000 * number,)) for number in range(writers)]
    for thread in sealers + writing:
        thread.start()
    for thread in writing:
        thread.join()
    done.set()
    for thread in sealers:
        thread.join()
    seal_all(store)
    result = verified(store)
    assert (result.breaks, result.links, result.unsealed) == ((), writers * each, 0)
    assert sealers_failed == []


def test_rows_are_sealed_when_they_have_been_there_for_a_while(store: Store) -> None:
    now = [0.0]
    sealing = Sealing(store=store, clock=lambda: now[0])
    write(store, 1)
    assert sealing.round() == 0
    now[0] = SETTLED_SECONDS - 1
    write(store, 2)
    assert sealing.round() == 0
    now[0] = SETTLED_SECONDS
    assert sealing.round() == 1
    now[0] = 2 * SETTLED_SECONDS
    assert sealing.round() == 1
    assert verified(store).unsealed == 0


def test_an_orphan_that_is_not_sealed_goes_with_its_audit(store: Store) -> None:
    with store.writing() as session:
        account(session)
        write_step(session, step())
    with store.writing() as session:
        assert drop_orphans(session, CASE, 0, MONDAY) == 1
    with store.reading() as session:
        assert session.exec(select(Audit)).all() == []
        assert unsealed(session) is None
    assert verified(store).whole


def test_an_orphan_that_is_sealed_stays_in_the_audit_which_says_that_it_was_put_back(store: Store) -> None:
    with store.writing() as session:
        account(session)
        write_step(session, step())
    seal_all(store)
    for _ in range(2):
        with store.writing() as session:
            drop_orphans(session, CASE, 0, MONDAY)
            write_step(session, step())
    with store.writing() as session:
        drop_orphans(session, CASE, 0, MONDAY)
    seal_all(store)
    with store.reading() as session:
        rows = session.exec(select(Audit).order_by(Audit.id)).all()
    assert [(row.act, row.object_kind) for row in rows] == [("open-case", "case"), ("put-back", "audit")]
    assert rows[1].object_id == str(rows[0].id)
    assert verified(store).whole


def test_the_migration_seals_what_there_is(store: Store) -> None:
    migrate_down(store.engine, "0027")
    write(store, *range(1, 8))
    migrate(store.engine)
    result = verified(store)
    assert (result.whole, result.links, result.unsealed) == (True, 7, 0)
    write(store, 8)
    assert seal_all(store) == 1
    assert verified(store).whole
