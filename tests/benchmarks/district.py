"""A large district's store: months lived through by the real machine on a small sample, then copied by the database.

A copy has ids of its own, also inside a case's snapshot, so that each page finds what it would find in the product."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Integer, String, Table, case, cast, func, insert, literal, select, true
from sqlmodel import Session, col

from definitions.language.library import load_library
from headgate import home
from headgate.simulation import beginning
from store.engine import Store
from store.sample.load import load_sample
from store.statistics import Statistics
from store.tables.audit import Audit
from store.tables.base import table_of
from store.tables.cases import CaseRow, ListLine, Note, StepRow, TaskRow
from store.tables.finding import SearchWord
from store.tables.ledger import Posting
from store.tables.outbox import EffectRow
from store.tables.papers import Letter
from store.tables.utility import Account, Bill, Customer, Meter, Payment, Premise, Read, ServicePoint
from store.types import Moment
from tests.benchmarks.copies import Changes, Copies, Number
from tests.benchmarks.furniture import CLERKS, furnish

DEFINITIONS: Final = Path(__file__).parents[2] / "definitions"
DAYS, PLACES = 75, 150  #: lived through
DISTRICTS: Final = 300  #: of the sample stand side by side
WITH_BOOKS: Final = 40  #: of them with reads, bills, payments and postings
WITH_STORY: Final = 300  #: copies of a case with its steps, letters and notes; further ones have their tasks alone
CLOSED: Final = 100  #: copies of a case that is over
CLAIMED_EACH, ESCALATED_EACH, HIGH_EACH = 199, 40, 25  #: of so many copies of a task one is


@dataclass(frozen=True, kw_only=True)
class Filled:
    """How many rows there are."""

    open_tasks: int
    open_cases: int
    cases: int
    accounts: int
    steps: int
    audit: int


def fill(store: Store, folder: Path, *, open_tasks: int) -> Filled:
    """Fills an empty, migrated store; `folder` takes the letters that are printed."""
    _live(store, folder)
    with store.writing() as session:
        connection = session.connection()
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")  # what is copied fits together
        copies = Copies(connection, DISTRICTS)
        _accounts(copies)
        _cases(copies, open_tasks)
        _audit(session)
        furnish(session)
    _sweep(store)
    with store.reading() as session:
        return _counted(session)


def _sweep(store: Store) -> None:
    """As a store is that has run for a while: its planner knows its tables, and indexes are read alone."""
    if Statistics(store=store).round():
        return
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")


def _live(store: Store, folder: Path) -> None:
    """The sample's last months: cases of many kinds, opened, worked and partly closed."""
    now = datetime.now(UTC)
    load_sample(store, now, accounts=PLACES)
    with store.writing() as session:
        first = beginning.begin(session, now, DAYS)
    home.publish_folder(store, DEFINITIONS, lambda _: None)
    library = load_library(DEFINITIONS)
    beginning.live_through(
        store, library, DEFINITIONS, folder, first=first, now=now, progress=lambda _done, _total: None
    )
    beginning.return_to_today(store)


def _accounts(copies: Copies) -> None:
    for model in (Premise, ServicePoint, Meter, Customer, Account):
        copies.make(model, DISTRICTS, copies.in_district)
    copies.make(SearchWord, DISTRICTS, copies.found_in_district, col(SearchWord.kind) == "account")
    for model in (Read, Bill, Payment, Posting):
        copies.make(model, WITH_BOOKS, copies.in_district)


def _cases(copies: Copies, open_tasks: int) -> None:
    tasks, cases = table_of(TaskRow), table_of(CaseRow)
    worked = select(tasks.c.case_id).where(tasks.c.closed_at.is_(None))
    listed = select(col(ListLine.case_id)).where(col(ListLine.status) == "waiting")
    there = copies.connection.execute(select(func.count()).where(tasks.c.closed_at.is_(None))).scalar_one()
    is_open, is_worked, is_listed = cases.c.status == "open", cases.c.id.in_(worked), cases.c.id.in_(listed)
    groups = (
        (is_open & is_worked & ~is_listed, -(-open_tasks // there)),
        (is_open & (~is_worked | is_listed), DISTRICTS),  # an account waits on one list at a time
        (~is_open, CLOSED),
    )
    chosen = [
        (list(copies.connection.execute(select(cases.c.id).where(which)).scalars()), times) for which, times in groups
    ]
    for ids, times in chosen:
        copies.make(CaseRow, times, copies.of_case, cases.c.id.in_(ids))
        copies.make(TaskRow, times, lambda table, n: _task(copies, table, n), tasks.c.case_id.in_(ids))
        for model in (StepRow, EffectRow, Letter, Note, ListLine):
            of_these = table_of(model).c.case_id.in_(ids)
            copies.make(model, min(times, WITH_STORY), copies.of_case, of_these)


def _task(copies: Copies, table: Table, n: Number) -> Changes:
    """A task, due at another time than the one it is a copy of; some are taken, escalated or more pressing."""
    taken = (n % CLAIMED_EACH == 0) & (table.c.state == "open")
    shifted = copies.later(table.c.due_at, (n * 7919) % 30_000 - 15_000)
    clerk = literal("clerk-").concat(cast(cast(n / CLAIMED_EACH, Integer) % CLERKS, String))
    changes = copies.of_case(table, n)
    return changes | {
        "id": changes["case_id"].concat(".").concat(cast(table.c.run, String)),
        "due_at": shifted,
        "due_order": case((table.c.due_at.is_(None), table.c.due_order), else_=shifted),
        "opened_at": copies.later(table.c.opened_at, -((n * 4271) % 30_000)),
        "state": case((taken, "claimed"), else_=table.c.state),
        "assignee": case((taken, clerk), else_=table.c.assignee),
        "escalated": case((n % ESCALATED_EACH == 0, 1), else_=table.c.escalated),
        "priority": case((n % HIGH_EACH == 0, 1), else_=table.c.priority),
    }


def _audit(session: Session) -> None:
    """What steps and looks at accounts have left in the audit."""
    steps, accounts, cases = table_of(StepRow), table_of(Account), table_of(CaseRow)
    of_steps = {
        "at": steps.c.at,
        "person": steps.c.by,
        "act": case((steps.c.step_no == 1, "open-case"), else_="complete"),
        "object_kind": literal("case"),
        "object_id": steps.c.case_id,
        "account_id": cases.c.account_id,
        "case_id": steps.c.case_id,
        "step_no": steps.c.step_no,
        "allowed": true(),
    }
    looks = {
        "at": literal(datetime.now(UTC), Moment),
        "person": literal("rep"),
        "act": literal("view"),
        "object_kind": literal("account"),
        "object_id": accounts.c.id,
        "account_id": accounts.c.id,
        "allowed": true(),
    }
    for values, where in ((of_steps, steps.join(cases, cases.c.id == steps.c.case_id)), (looks, accounts)):
        query = select(*values.values()).select_from(where)
        session.connection().execute(insert(table_of(Audit)).from_select(list(values), query))


def _counted(session: Session) -> Filled:
    def number(model: type[CaseRow | TaskRow | Account | StepRow | Audit], *conditions: object) -> int:
        query = select(func.count()).select_from(table_of(model))
        return int(session.execute(query.where(*conditions)).scalar_one())  # type: ignore[arg-type]  # conditions are expressions

    return Filled(
        open_tasks=number(TaskRow, col(TaskRow.closed_at).is_(None)),
        open_cases=number(CaseRow, col(CaseRow.status) == "open"),
        cases=number(CaseRow),
        accounts=number(Account),
        steps=number(StepRow),
        audit=number(Audit),
    )
