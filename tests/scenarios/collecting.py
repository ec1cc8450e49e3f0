"""A collection played by dates on an account book of its own: what is billed, paid and returned, and what stands in the way."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from playing import PACIFIC, Play

from workflows.machine.case import Case
from workflows.machine.errors import Refused
from workflows.machine.events import Event, HoldsChanged, LineDecided, Moved
from workflows.machine.machine import Machine

#: Of everybody who is not told otherwise: a residential customer who lives where the mail goes.
PLAIN: Mapping[str, Any] = {
    "account_class": "residential",
    "account_status": "active",
    "landlord_is_customer": False,
    "mailing_differs": False,
    "service_area": ["en", "es"],
    "disputed_amount": "0.00",
    "paid_today": "0.00",
    "shut_offs_in_12_months": 0,
}


class Collection(Play):
    """One account's collection. Bills are given as due date → amount; credits pay the oldest first."""

    def __init__(self, opened: str, bills: Mapping[str, str], **facts: Any) -> None:
        self.bills = {date.fromisoformat(due): Decimal(amount) for due, amount in bills.items()}
        self.paid = Decimal(0)
        self.disputed = Decimal(0)
        self.standing: dict[str, str] = {}
        self.version = 0
        self._letters_mailed = 0
        super().__init__(opened, case="collection", data={"bill": None}, **{**PLAIN, **facts})

    # -- what people and the world do ----------------------------------------------------------------------------------

    def pay(self, amount: str, at: str) -> None:
        """A payment is posted and reaches the case."""
        self._to(at)
        self.paid += Decimal(amount)
        self.receive("payment-received", amount=amount, received=at[:10])

    def bounce(self, amount: str, at: str) -> None:
        """The bank returns a payment."""
        self._to(at)
        self.paid -= Decimal(amount)
        self.receive("payment-returned", amount=amount, paid_on=at[:10])

    def mail(self, template: str, at: str, *, mailed: str | None = None) -> None:
        """The batch with this letter is marked as mailed."""
        self.receive("letter-mailed", at, template=template, mailed=mailed or at[:10], languages="en,es")

    def place(self, hold: str, at: str) -> None:
        """A hold is placed on the account."""
        self._to(at)
        self.standing[hold] = self.now.isoformat()
        self._told()

    def lift(self, hold: str, at: str) -> None:
        """A hold of the account is released."""
        self._to(at)
        del self.standing[hold]
        self._told()

    def release(self, at: str) -> None:
        """A lead releases the case's line from the list on which it waits."""
        self._to(at)
        self._fire(self._first, LineDecided(state=self.case.state[0], decision="released", by="lead"))

    def exclude(self, at: str, reason: str) -> None:
        """A lead takes the line off the list."""
        self._to(at)
        self._fire(self._first, LineDecided(state=self.case.state[0], decision="excluded", reason=reason, by="lead"))

    def lock(self, at: str) -> None:
        """The crew locks, if it may."""
        self.complete("locking", "locked", by="crew", at=at, lock_read="1950", lock_photo="f-lock", at_home="nobody")

    def send_early(self, at: str) -> None:
        """An operator moves the case to the lock order, before its time."""
        self._to(at)
        moved = Moved(target="ladder/locking", reason="the crew is there today", by="lead", approved_by="supervisor")
        self._fire(self._first, moved)

    # -- from the beginning to a step of the ladder ------------------------------------------------------------------------

    def noticed(self, *, released: str, written: str, mailed: str) -> None:
        """The reminder was released and brought nothing; the final notice was written, and mailed."""
        self.release(released)
        self.until(written)
        assert self.state == "noticed", self.case.state
        self.mail("final-notice", mailed)
        if "occupant-notice" in self.letters:
            self.mail("occupant-notice", mailed)

    def reached(self, at: str) -> None:
        """The customer is reached and both offers are made."""
        self.complete("call", "reached", by="rep", at=at, policy_offered=True, options_offered=True)

    def tag(self, released: str, posted: str) -> None:
        """The door-tag line is released, and the crew posts the tag."""
        self.release(released)
        self.complete("tagging", "posted", by="crew", at=posted)

    # -- what can be seen ----------------------------------------------------------------------------------------------

    def refused_lock(self, at: str) -> str:
        """Why the crew may not lock at that moment."""
        self._to(at)
        with pytest.raises(Refused) as refused:
            self.lock(at)
        return refused.value.sentence

    def due(self, timer: str) -> str:
        """When a timer of the case is due, in the district's time."""
        found = [each for each in self.case.timers if each.name == timer]
        assert found, f"{timer} does not run; running are {[each.name for each in self.case.timers]}"
        return found[0].due.astimezone(PACIFIC).strftime("%Y-%m-%d %H:%M")

    @property
    def path(self) -> str:
        """The state in full, of the first region."""
        return self.case.state[0]

    @property
    def fees(self) -> list[tuple[str, str]]:
        """The fees charged so far."""
        return [(str(args["fee"]), str(args["amount"])) for args in self.ran("charge-fee")]

    # -- the book --------------------------------------------------------------------------------------------------------

    def _told(self) -> None:
        self.version += 1
        self._fire(self._first, HoldsChanged(holds=dict(self.standing), version=self.version))

    def _needed(self, playing: Machine, case: Case | None, event: Event | None, by: str) -> dict[str, Any]:
        today = self.now.astimezone(PACIFIC).date()
        left, open_ = self.paid, []
        for due, amount in sorted(self.bills.items()):
            cured = min(left, amount)
            left -= cured
            if amount > cured:
                open_.append((due, amount - cured))
        past = [(due, amount) for due, amount in open_ if due < today]
        past_due = sum((amount for _, amount in past), Decimal(0))
        self.facts |= {
            "balance": f"{sum((amount for _, amount in open_), Decimal(0)):.2f}",
            "past_due": f"{past_due:.2f}",
            "collectable": f"{max(past_due - self.disputed, Decimal(0)):.2f}",
            "disputed_amount": f"{self.disputed:.2f}",
            "holds": sorted(self.standing),
        }
        for name in ("delinquent_since", "bill_mailed_oldest"):
            self.facts.pop(name, None)
        if past:
            self.facts["delinquent_since"] = (past[0][0] + timedelta(days=1)).isoformat()
            self.facts["bill_mailed_oldest"] = (past[0][0] - timedelta(days=25)).isoformat()
        return super()._needed(playing, case, event, by)
