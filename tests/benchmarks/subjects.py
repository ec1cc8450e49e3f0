"""Whom and what the benchmark of the pages asks about: drawn from the store, others each time."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import Select, select
from sqlmodel import Session, col

from api.library import content_of_case
from api.pages.cases import heard
from api.pages.money import TITLES as REGISTERS
from store.tables.cases import CaseRow, StepRow, TaskRow
from store.tables.connections import Applicant
from store.tables.definitions import DefinitionVersion
from store.tables.inbox import InboxItem
from store.tables.utility import Account, Bill, Customer, Payment, Premise
from tests.benchmarks.furniture import BATCHES, CLERKS, REFUND_RUNS
from tests.benchmarks.looks import Look
from workflows.machine import case as cases
from workflows.machine.machine import machine_of

MOST: Final = 3_000  #: rows of a kind that are drawn from
EVENTS: Final = 300  #: cases of which it is found out what may come in for them
LISTS: Final = ("reminder", "door-tag", "lock-off")

Words = dict[str, str]


class Subjects:
    """What there is to ask about, by kind; the same seed draws the same."""

    def __init__(self, session: Session, seed: int) -> None:
        self.chance = random.Random(seed)  # a benchmark, not a secret
        public = select(col(Account.id)).where(~col(Account.confidential))
        billed = public.where(col(Account.id).in_(select(col(Bill.account_id))))
        whole = select(col(StepRow.case_id)).where(StepRow.step_no == 1)
        is_open = (col(CaseRow.status) == "open", col(CaseRow.id).in_(whole), col(CaseRow.account_id).in_(public))
        to_do = (col(TaskRow.closed_at).is_(None), col(TaskRow.case_id).in_(whole))
        names = (
            select(col(Customer.name), col(Premise.line1))
            .join(Account, col(Account.customer_id) == col(Customer.id))
            .join(Premise, col(Premise.id) == col(Account.premise_id))
        )
        customer_service, crews = col(TaskRow.queue) == "customer-service", col(TaskRow.crew).in_(("meters", "field"))
        self.kinds: dict[str, list[Words]] = {
            "": [{}],
            "accounts": self._read(session, billed, "account"),
            "payments": self._read(
                session,
                select(col(Payment.account_id), col(Payment.id)).where(col(Payment.account_id).in_(billed)),
                "account",
                "payment",
            ),
            "names": [
                {**words, "letters": words["name"][:4]} for words in self._read(session, names, "name", "address")
            ],
            "customers": self._read(
                session, select(col(Account.customer_id)).where(~col(Account.confidential)).distinct(), "customer"
            ),
            "cases": self._read(session, select(col(CaseRow.id)).where(*is_open), "case"),
            "tasks": self._read(session, select(col(TaskRow.id)).where(*to_do, customer_service), "task"),
            "orders": self._read(session, select(col(TaskRow.id)).where(*to_do, crews), "order"),
            "applicants": self._read(session, select(col(Applicant.id)), "applicant"),
            "items": self._read(
                session, select(col(InboxItem.id)).where(InboxItem.queue == "customer-service"), "item"
            ),
            "types": self._read(session, select(col(DefinitionVersion.definition)).distinct(), "type"),
            "lists": [{"list": name} for name in LISTS],
            "registers": [{"register": name} for name in REGISTERS],
            "clerks": [{"clerk": f"clerk-{number}"} for number in range(CLERKS)],
            "days": [{"day": (date.today() - timedelta(days=number)).isoformat()} for number in range(90)],  # noqa: DTZ011
            "numbers": [{"n": str(number), "few": str(number % REFUND_RUNS)} for number in range(BATCHES)],
        }
        self.kinds["events"] = list(self._events(session))

    def asked(self, look: Look, times: int) -> Iterator[tuple[str, str | None]]:
        """So many addresses of a page, with what its form asks for."""
        subjects = self.kinds[look.of]
        for number in range(times):
            words = subjects[number % len(subjects)]
            yield look.path.format(**words), None if look.sent is None else look.sent.format(**words)

    def _read(self, session: Session, query: Select[Any], *names: str) -> list[Words]:
        rows: Sequence[Any] = session.execute(query.limit(MOST)).all()
        assert rows, f"there is no {names[0]}"
        found = [dict(zip(names, (str(value) for value in row), strict=True)) for row in rows]
        self.chance.shuffle(found)
        return found

    def _events(self, session: Session) -> Iterator[Words]:
        """What may come in for some of the cases."""
        for words in self.kinds["cases"][:EVENTS]:
            row = session.get_one(CaseRow, words["case"])
            machine = machine_of(content_of_case(session, row))
            for event in heard(machine, cases.from_json(row.snapshot)):
                if event.asks:
                    yield {**words, "event": event.name}
