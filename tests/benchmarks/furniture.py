"""What a large district has beside accounts and cases: people with work, an inbox, papers, lists that run, drafts."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import func, insert, select, update
from sqlmodel import Session, col

from api.rehearsing.figures import Figures
from store import people
from store.queries.outages import concern
from store.tables.base import Row, table_of
from store.tables.batches import LetterBatch
from store.tables.cases import CaseRow, Incident, ListLine, TaskRow
from store.tables.conversations import Conversation
from store.tables.definitions import DefinitionVersion, Draft, Proposal, Rehearsal
from store.tables.imports import ImportBadRow, ImportRun
from store.tables.inbox import InboxItem, Memo
from store.tables.ledger import RECEIVABLE, Posting
from store.tables.lists import ListRelease, ReleaseLine
from store.tables.migrations import CaseMigration, MigratingCase
from store.tables.money import RefundRow, RefundRun
from store.tables.outages import Outage
from store.tables.papers import Letter
from store.tables.people import Absence
from store.tables.utility import Account, Premise

CLERKS: Final = 60  #: people beside those of the sample
ROLES: Final = ("rep", "rep", "rep", "rep", "rep", "lead", "crew", "crew", "finance", "rep")  #: one after the other
HAS_WORK: Final = {"rep": "customer-service", "lead": "customer-service", "supervisor": "supervisors",
                   "finance": "finance", "engineer": "engineering", "crew": "meters"}  # fmt: skip
TASKS_EACH: Final = 15
ITEMS, CLOSED_ITEMS, TALKS, MEMOS, INCIDENTS = 2_000, 8_000, 9_000, 1_000, 150
BATCHES, LETTERS_EACH, IMPORTS, BAD_ROWS, REFUND_RUNS, REFUNDS_EACH = 40, 100, 40, 60, 10, 80
RELEASED: Final = {
    "reminder": 400,
    "door-tag": 60,
    "lock-off": 25,
}  #: lines of today's release
WAITING: Final = {"door-tag": 300, "lock-off": 300}  #: lines that wait beside those of the sample
OFF, MIGRATING, ABSENCES = 300, 400, 40
OUTAGES, STANDING, OUT_EACH = 30, 8, 60
TEXT: Final = (
    "The customer says that the bill is twice as high as in the same months of last year, and asks for a call. "
)

Values = dict[str, Any]


def furnish(session: Session) -> None:
    """Puts it all into a store with cases."""
    now = datetime.now(UTC)
    accounts = list(session.execute(select(col(Account.id)).where(~col(Account.confidential)).limit(6_000)).scalars())
    cases = list(session.execute(select(col(CaseRow.id)).where(col(CaseRow.status) == "open").limit(6_000)).scalars())
    _staff(session, now)
    _come_in(session, accounts, cases, now)
    _papers(session, accounts, cases, now)
    _release(session, now)
    _authors(session, cases, now)
    _outages(session, now)


def _staff(session: Session, now: datetime) -> None:
    for number in range(CLERKS):
        role = ROLES[number % len(ROLES)]
        crews = frozenset({("meters", "field")[number % 2]}) if role == "crew" else frozenset[str]()
        people.add_user(session, f"clerk-{number}", f"Clerk {number}", roles=frozenset({role}), by="admin", at=now,
                        crews=crews)  # fmt: skip
    tasks = table_of(TaskRow)
    for person, queue in HAS_WORK.items():
        free = select(tasks.c.id).where(tasks.c.queue == queue, tasks.c.state == "open").limit(TASKS_EACH)
        claimed = update(tasks).where(tasks.c.id.in_(free.scalar_subquery()))
        session.connection().execute(claimed.values(state="claimed", assignee=person, claimed_at=now))
    _put(session, Absence, (
        {"user_id": f"clerk-{n}", "starts": (now + timedelta(days=n % 9)).date(),
         "ends": (now + timedelta(days=n % 9 + 5)).date(), "substitute_id": "rep2" if n % 3 else None, "reason": "leave"}
        for n in range(ABSENCES)
    ))  # fmt: skip


def _come_in(session: Session, accounts: Sequence[str], cases: Sequence[str], now: datetime) -> None:
    queues = itertools.cycle(("customer-service", "finance", "engineering"))
    _put(session, InboxItem, (
        {"id": f"i-{n}", "channel": ("call", "email", "walk-in")[n % 3], "received_at": now - timedelta(minutes=7 * n),
         "taken_in_at": now - timedelta(minutes=7 * n), "taken_in_by": "gateway", "sender": "A. Customer",
         "account_id": accounts[n % len(accounts)], "subject": "High bill", "text": TEXT * 4, "queue": next(queues),
         "due_at": now + timedelta(minutes=n - ITEMS // 2), "assignee": "rep" if n % 150 == 0 else None, "version": 0}
        | ({"status": "open"} if n < ITEMS else
           {"status": "joined", "closed_at": now, "closed_by": "rep", "case_id": cases[n % len(cases)]})
        for n in range(ITEMS + CLOSED_ITEMS)
    ), optional=("closed_at", "closed_by", "case_id"))  # fmt: skip
    _put(session, Conversation, (
        {"id": f"cv-{n}", "account_id": accounts[n % len(accounts)], "at": now - timedelta(hours=n), "by": "rep",
         "channel": "telephone", "incoming": True, "spoke_with": "customer", "asked": {"name": True}, "verified": True,
         "offered": ["policy"], "text": TEXT}
        for n in range(TALKS)
    ))  # fmt: skip
    _put(session, Memo, (
        {"id": f"mm-{n}", "sender": f"clerk-{n % CLERKS}", "at": now - timedelta(hours=n), "text": TEXT,
         "to_user": "rep" if n % 5 == 0 else f"clerk-{n % 7}", "case_id": cases[n % len(cases)]}
        for n in range(MEMOS)
    ))  # fmt: skip
    troubled = cases[:: max(1, len(cases) // INCIDENTS)]
    _put(session, Incident, (
        {"id": f"in-{n}", "case_id": case, "step_no": 1, "effect_no": 1, "action": "letter", "code": "not-reached",
         "sentence": "The printer's folder could not be reached.", "attempts": 5, "opened_at": now - timedelta(hours=n)}
        for n, case in enumerate(troubled)
    ))  # fmt: skip
    case_rows = table_of(CaseRow)
    session.connection().execute(update(case_rows).where(case_rows.c.id.in_(troubled)).values(incidents=1))


def _papers(session: Session, accounts: Sequence[str], cases: Sequence[str], now: datetime) -> None:
    letters = table_of(Letter)
    mailed = session.execute(select(letters.c.id).where(letters.c.status == "mailed").limit(BATCHES * LETTERS_EACH))
    for number, ids in enumerate(_batched(mailed.scalars().all(), LETTERS_EACH)):
        made = now - timedelta(days=number)
        session.add(
            LetterBatch(id=f"lb-{number}", made_at=made, made_by="finance", letters=len(ids), printed_at=made,
                        printed_by="finance", copies=1, mailed_on=made.date() if number else None)
        )  # fmt: skip
        session.connection().execute(update(letters).where(letters.c.id.in_(ids)).values(batch=f"lb-{number}"))
    _put(session, ImportRun, (
        {"id": f"im-{n}", "kind": "payments", "file_name": "payments.csv", "file_digest": f"{n:064x}",
         "started_at": now - timedelta(days=n), "ended_at": now - timedelta(days=n), "by": "finance", "loaded": 900,
         "known": 0, "bad": BAD_ROWS}
        for n in range(IMPORTS)
    ))  # fmt: skip
    _put(session, ImportBadRow, (
        {"run_id": f"im-{run}", "number": n, "line": n + 1, "reason": "the account is not known: 10-999999"}
        for run in range(IMPORTS) for n in range(1, BAD_ROWS + 1)
    ))  # fmt: skip
    _put(session, RefundRun, (
        {"id": f"rr-{n}", "made_at": now - timedelta(days=n), "made_by": "lead", "refunds": REFUNDS_EACH,
         "total_usd": Decimal("960.00"), "issued_on": now.date() if n else None, "issued_by": "finance" if n else None}
        for n in range(REFUND_RUNS)
    ))  # fmt: skip
    _put(session, RefundRow, (
        {"id": f"rf-{n}", "account_id": accounts[n], "case_id": cases[n], "kind": "credit", "payable_on": now.date(),
         "amount_usd": Decimal("12.00"), "status": "issued" if n // REFUNDS_EACH else "payable",
         "run_id": f"rr-{n // REFUNDS_EACH - 1}" if n // REFUNDS_EACH else None, "check_no": n}
        for n in range((REFUND_RUNS + 1) * REFUNDS_EACH)
    ))  # fmt: skip


def _release(session: Session, now: datetime) -> None:
    """A release of each list that runs today, and lines that wait for the next one."""
    lines, account_rows = table_of(ListLine), table_of(Account)
    waiting = set(session.execute(select(lines.c.account_id).where(lines.c.status == "waiting")).scalars())
    for name, number in RELEASED.items():
        released = select(lines.c.id, lines.c.account_id).where(lines.c.list_name == name, lines.c.status == "released")
        found = session.execute(released).all()
        chosen = [line for line, _ in found[:number]]
        session.add(
            ListRelease(id=f"lr-{name}", list_name=name, day=now.date(), made_at=now, made_by="lead",
                        approved_by=["lead"], lines=len(chosen), status="running")
        )  # fmt: skip
        _put(session, ReleaseLine, (
            {"release_id": f"lr-{name}", "no": n, "line_id": line, "status": "released", "day": now.date(), "at": now}
            for n, line in enumerate(chosen, 1)
        ))  # fmt: skip
        free = {account: line for line, account in found[number:] if account not in waiting}
        again = list(free.items())[: WAITING.get(name, 0)]
        waiting |= {account for account, _ in again}
        undecided = {"status": "waiting", "decided_at": None, "decided_step": None, "decided_by": None}
        of_these = lines.c.id.in_([line for _, line in again])
        session.connection().execute(update(lines).where(of_these).values(**undecided))
    owing = select(col(Posting.account_id)).where(col(Posting.code) == RECEIVABLE).group_by(col(Posting.account_id))
    owing = owing.having(func.sum(col(Posting.amount_usd)) > 0).limit(OFF)
    off = account_rows.c.id.in_(session.execute(owing).scalars().all())
    session.connection().execute(update(account_rows).where(off).values(status="shut-off"))


def _authors(session: Session, cases: Sequence[str], now: datetime) -> None:
    for number, version in enumerate(session.execute(select(DefinitionVersion)).scalars().all()):
        name, source = version.definition, version.source
        session.add(
            DefinitionVersion(**version.model_dump() | {"version": 2, "digest": f"{number:064x}",
                                                        "source": source + "# as it was\n"})
        )  # fmt: skip
        session.add(
            Draft(id=f"d-{name}", definition=name, author="author", source=source, based_on=1, made_at=now,
                  changed_at=now, changed_by="author")
        )  # fmt: skip
        session.add(
            Proposal(id=f"pr-{name}", definition=name, source=source + "# new\n", based_on=1, proposed_by="supervisor",
                     proposed_at=now)
        )  # fmt: skip
        session.add(
            Rehearsal(id=f"rh-{name}", definition=name, source=source, against=1, accounts="all", cases=1000, days=120,
                      begin=now.date(), asked_by="author", asked_at=now, told_at=now, status="done", total=1000,
                      done=1000, result=[_figures(1), _figures(2)])
        )  # fmt: skip
    [definition] = session.execute(select(col(CaseRow.definition)).where(CaseRow.id == cases[0])).scalars()
    session.add(
        CaseMigration(id="mg-1", definition=definition, from_version=1, to_version=2, reason="A title has changed.",
                      cases=MIGRATING, asked_by="author", asked_at=now)
    )  # fmt: skip
    session.flush()
    _put(session, MigratingCase, (
        {"migration_id": "mg-1", "case_id": case, "status": "migrated", "step_no": 2, "at": now}
        for case in cases[:MIGRATING]
    ))  # fmt: skip


def _outages(session: Session, now: datetime) -> None:
    premises = list(session.execute(select(col(Premise.id)).limit(OUTAGES * OUT_EACH)).scalars())
    for number, concerned in enumerate(_batched(premises, OUT_EACH)):
        row = Outage(id=f"ou-{number}", kind=("planned", "emergency")[number % 2], begins_at=now - timedelta(hours=number),
                     reason="A main is being replaced.", extent={}, premises=0, announced_by="lead", announced_at=now,
                     ended_at=now if number >= STANDING else None)  # fmt: skip
        session.add(row)
        session.flush()
        concern(session, row, concerned)


def _figures(times: int) -> dict[str, Any]:
    named: Mapping[str, int] = {f"state-{n}": n * times for n in range(1, 12)}
    work = {queue: {day: day % 7 * times for day in range(120)} for queue in ("desk", "field", "leads", "meters")}
    return Figures(
        cases=1000, steps=9000, ends=dict(named), work=work, done=dict(named), late=dict(named), letters=dict(named),
        lists={}, refused=dict(named), escalations=dict(named), days={n: n % 9 * times for n in range(120)}, circling=0,
        not_opened=[],
    ).model_dump(mode="json")  # fmt: skip


def _put(session: Session, model: type[Row], rows: Iterable[Values], *, optional: Sequence[str] = ()) -> None:
    filled = [dict.fromkeys(optional) | row for row in rows]
    if filled:
        session.flush()
        session.connection().execute(insert(table_of(model)), filled)


def _batched(ids: Iterable[str], size: int) -> Iterable[list[str]]:
    found = iter(ids)
    while some := list(itertools.islice(found, size)):
        yield some
