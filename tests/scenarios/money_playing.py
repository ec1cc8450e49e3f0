"""Plays whose money is real: facts are read from a ledger, and effects post to it, as they do in production."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import books
from playing import ACCOUNT, PACIFIC, ROOT, Play

from activities import registry
from activities.facts import READINGS, read_facts
from definitions.catalogue.replies import Effect
from store.engine import Store
from store.ledger import balance_usd, bill_entry, payment_entry, post, unbalanced_entries
from store.projection import write_step
from store.publishing import publish_compiled
from store.refunds import collect, issue
from store.tables.definitions import DefinitionVersion
from store.tables.utility import Account, Bill, Payment
from store.writes import StepWrite
from tests.shipped import shipped
from workflows.machine.case import Case
from workflows.machine.effects import RunAction, Step
from workflows.machine.events import Event, LineDecided
from workflows.machine.machine import Machine

NUMBER = str(ACCOUNT["id"])
PAPER = ("letter", "recall-letters", "place-hold", "release-hold", "record-read")  #: not done here


class MoneyPlay(Play):
    """A play on one account whose bills and payments are in a ledger."""

    def __init__(
        self,
        store: Store,
        opened: str,
        *,
        case: str,
        bills: Mapping[str, str],
        data: Mapping[str, Any] | None = None,
        payments: Mapping[str, str] | None = None,
        **facts: Any,
    ) -> None:
        self.store = store
        self._number = 0
        with store.writing() as session:
            account = books.account(session, NUMBER)
            account.since = date(2020, 1, 1)
        for mailed, amount in bills.items():
            self.bill(amount, mailed)
        for received, amount in (payments or {}).items():
            self._posted(amount, received)
        super().__init__(opened, case=case, data={"bill": None} | dict(data or {}), **facts)

    def open(self, case: str, *, case_id: str = "c-another00001", **given: Any) -> str:
        """The same, with the case's definition published and its row in the store."""
        with self.store.writing() as session:
            if session.get(DefinitionVersion, (case, 1)) is None:
                compiled = shipped(case)
                publish_compiled(session, compiled, source="", by="author", at=books.MONDAY)
        with self.store.writing() as session:
            write_step(session, _opened(case, case_id))
        return super().open(case, case_id=case_id, **given)

    def issue_checks(self, at: str, first_check: int = 1001) -> list[tuple[str, str]]:
        """Finance runs the checks; returns (number, amount) of each, and the cases hear of it."""
        self.until(at)
        self._number += 1
        run_id, day = f"rr-{self._number}", date.fromisoformat(at[:10])
        with self.store.writing() as session:
            run = collect(session, run_id, on=day, at=self.now, by="finance")
            rows = (
                [] if run is None else issue(session, run, first_check=first_check, on=day, at=self.now, by="finance2")
            )
            told = [
                {"refund": row.id, "check": str(row.check_no), "issued": at[:10], "amount": str(row.amount_usd)}
                for row in rows
            ]
        for each in told:
            self.hear("refund-issued", **each)
        return [(each["check"], each["amount"]) for each in told]

    def bill(self, amount: str, mailed: str) -> None:
        """A bill goes out; it is due 25 days later."""
        self._number += 1
        day = date.fromisoformat(mailed)
        row = Bill(
            id=f"b-{self._number:03}",
            account_id=NUMBER,
            period_start=day - timedelta(days=64),
            period_end=day - timedelta(days=4),
            days=60,
            read_ccf=Decimal(self._number),
            use_ccf=Decimal(12),
            amount_usd=Decimal(amount),
            mailed=day,
            due=day + timedelta(days=25),
        )
        with self.store.writing() as session:
            session.add(row)
            session.flush()
            post(session, [bill_entry(row, datetime.combine(day, datetime.min.time(), PACIFIC).astimezone(UTC))])

    def pay(self, amount: str, at: str) -> str:
        """The customer pays, and the account's cases hear of it at once."""
        self.until(at)
        payment = self._posted(amount, at)
        self.hear("payment-received", payment=payment, amount=amount, received=at[:10])
        return payment

    def bounce(self, payment: str, at: str, step: int = 900) -> None:
        """The bank returns a payment, and the account's cases hear of it."""
        self.until(at)
        wanted = self._effect("reverse-payment", {"payment": payment, "on": at[:10]}, step, self._number)
        with self.store.writing() as session:
            registry.carry_out(session, wanted)
        self.hear("payment-returned", payment=payment)

    def use_deposit(self, amount: str, at: str) -> None:
        """Another case applies the account's deposit to what it owes."""
        self.until(at)
        wanted = self._effect("apply-deposit", {"of": "security", "amount": amount}, 901, self._number)
        with self.store.writing() as session:
            registry.carry_out(session, wanted)

    def release(self, by: str) -> None:
        """Somebody releases the list on which the first case waits."""
        self._fire(self._first, LineDecided(state=self.case.state[0], decision="released", by=by))

    def close_account(self, on: str) -> None:
        """The customer moves away."""
        with self.store.writing() as session:
            account = session.get_one(Account, NUMBER)
            account.status, account.closed = "closed", date.fromisoformat(on)

    def fact(self, name: str) -> Any:
        """What a fact says now."""
        return self._read(self.case, (name,)).get(name)

    @property
    def balance(self) -> Decimal:
        """What the account owes; asked of books that are in order."""
        with self.store.reading() as session:
            assert unbalanced_entries(session) == []
            return balance_usd(session, NUMBER)

    def carry_out(self, case: Case, step: Step, number: int, effect: RunAction) -> Mapping[str, Any]:
        """The effect's answer, once it is done in the books."""
        if effect.action in PAPER:
            return {}
        wanted = self._effect(effect.action, effect.args, step.number, number, case=case.id, by=step.by)
        with self.store.writing() as session:
            return registry.carry_out(session, wanted).data

    def _posted(self, amount: str, at: str) -> str:
        self._number += 1
        on = datetime.fromisoformat(at).replace(tzinfo=PACIFIC)
        row = Payment(id=f"p-{self._number:03}", account_id=NUMBER, received=on.date(), amount_usd=Decimal(amount))
        with self.store.writing() as session:
            session.add(row)
            session.flush()
            post(session, [payment_entry(row, on.astimezone(UTC))])
        return row.id

    def _effect(
        self, action: str, args: Mapping[str, Any], step: int, number: int, *, case: str = ROOT, by: str = "finance"
    ) -> Effect:
        return Effect(case=case, step=step, number=number, action=action, args=args, account=NUMBER, at=self.now, by=by)

    def _needed(self, playing: Machine, case: Case | None, event: Event | None, by: str) -> dict[str, Any]:
        given = super()._needed(playing, case, event, by)
        names = tuple(name for name in playing.facts_for(case, event) if name in READINGS and name not in self.facts)
        return given | self._read(case, names)

    def _read(self, case: Case | None, names: tuple[str, ...]) -> dict[str, Any]:
        asking = case or Case(
            id=ROOT, definition="any", version=1, account=NUMBER, data=self.opening, opened_at=self.now, at=self.now
        )
        with self.store.reading() as session:
            return read_facts(session, NUMBER, names, asking, self.now)

    @property
    def opening(self) -> Mapping[str, Any]:
        """What a case that is being opened holds, as far as facts look at it."""
        return {"account": ACCOUNT}


def _opened(case: str, case_id: str) -> StepWrite:
    written = books.step()
    row = replace(written.case, id=case_id, definition=case, account_id=NUMBER)
    return replace(written, case=row, audit=(), key=None, open_tasks=())
