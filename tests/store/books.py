"""Small books for the store's tests: one account with all that it stands on, and steps to write."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlmodel import Session

from store.finding import keep_account_words
from store.tables.utility import Account, Customer, Meter, Premise, ServicePoint
from store.writes import AuditWrite, CaseWrite, KeyWrite, StepWrite, TaskClose, TaskWrite

MONDAY = datetime(2026, 7, 6, 15, 30, tzinfo=UTC)
CASE = "c-abcdefghijkl"
ACCOUNT = "10-000001"


def account(
    session: Session,
    account_id: str = ACCOUNT,
    *,
    name: str = "Pat Doe",
    phone: str = "",
    line1: str = "1 Well St",
    **changes: Any,
) -> Account:
    """An account in the store, with all that it stands on."""
    number = account_id.split("-")[1]
    session.add(Premise(id=f"p-{number}", line1=line1, city="Wellton", zip="90000", route="07", sequence=1))
    session.add(Customer(id=f"cu-{number}", name=name, phone=phone))
    session.flush()
    session.add(ServicePoint(id=f"s-{number}", premise_id=f"p-{number}"))
    session.flush()
    session.add(
        Meter(id=f"m-{number}", service_point_id=f"s-{number}", serial=f"S{number}", installed=date(2020, 1, 1))
    )
    made = Account(
        id=account_id,
        premise_id=f"p-{number}",
        service_point_id=f"s-{number}",
        customer_id=f"cu-{number}",
        since=date(2020, 1, 1),
        **changes,
    )
    session.add(made)
    session.flush()
    keep_account_words(session.connection(), [account_id])
    return made


def task(run: int = 1, **changes: Any) -> TaskWrite:
    """A task as the machine opens it."""
    usual = TaskWrite(
        run=run,
        name="review",
        place="review",
        title="Review the consumption history",
        queue="customer-service",
        due_at=MONDAY + timedelta(days=1),
        opened_at=MONDAY,
        opened_step=1,
    )
    return replace(usual, **changes)


def step(number: int = 1, **changes: Any) -> StepWrite:
    """A step that opens the case with one task."""
    at = MONDAY + timedelta(hours=number - 1)
    usual = StepWrite(
        case=CaseWrite(
            id=CASE,
            definition="high-consumption",
            version=1,
            account_id=ACCOUNT,
            title="High-consumption complaint",
            state=("review",),
            opened_at=MONDAY,
            at=at,
            next_due=at + timedelta(days=1),
            why="Waits for the review of its consumption history.",
        ),
        step_no=number,
        act=f"act-{number}",
        event="start",
        by="rep",
        states_entered=("review",),
        open_tasks=(task(),),
        audit=(AuditWrite(person="rep", act="open-case", object_kind="case", object_id=CASE),),
        key=KeyWrite(person="rep", key=f"key-{number}", digest="d1", status=201, response={"id": CASE}),
        result={"case": CASE, "step": number},
    )
    return replace(usual, **changes)


def completion(number: int = 2, **changes: Any) -> StepWrite:
    """A step that completes the first task and opens the next."""
    usual = step(
        number,
        event="outcome review/reread",
        states_left=("review",),
        states_entered=("rereading",),
        open_tasks=(task(2, name="reread", kind="work-order", queue="meters", crew="meters", opened_step=number),),
        closed_tasks=(TaskClose(run=1, how="completed", by="rep", outcome="reread", form={"comment": "too high"}),),
    )
    usual = replace(usual, case=replace(usual.case, state=("rereading",)))
    return replace(usual, **changes)
