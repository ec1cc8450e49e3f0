"""What carries out each effect: name → a function of an open session and the effect.

A function reads and writes only through the session it is given; whoever calls it commits its rows together with the
outbox row's `done`, so that an effect that was cut off is carried out again and leaves no second trace. `EffectRefused`
means that trying again is useless; any other exception is tried again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlmodel import Session

from activities import (
    bankruptcy,
    billing,
    connections,
    debts,
    deposits,
    holds,
    households,
    ledger,
    letters,
    notify,
    plans,
    project_deposits,
    registers,
    service_status,
)
from definitions.catalogue import actions, own
from definitions.catalogue.replies import Effect, EffectRefused, Reply
from definitions.language.sentences import say

CarryOut = Callable[[Session, Effect], Reply]

MACHINE = ("assign", "raise", "record", "forget", "send")  #: done by the machine or dispatched by the workflow itself

BUILT_IN: Mapping[str, CarryOut] = {
    "letter": letters.letter,
    "recall-letters": letters.recall_letters,
    "notify": notify.notify,
    "place-hold": holds.place,
    "release-hold": holds.release,
    "post-adjustment": ledger.post_adjustment,
    "bill-water": ledger.bill_water,
    "charge-fee": ledger.charge_fee,
    "refund": ledger.refund,
    "take-deposit": deposits.take_deposit,
    "apply-deposit": deposits.apply_deposit,
    "credit-interest": deposits.credit_interest,
    "refund-deposit": deposits.refund_deposit,
    "refund-credit": deposits.refund_credit,
    "settle-refund": deposits.settle_refund,
    "write-off": debts.write_off,
    "transfer-balance": debts.transfer_balance,
    "reverse-payment": debts.reverse_payment,
    "agree-plan": plans.agree_plan,
    "end-plan": plans.end_plan,
    "note-household": households.note_household,
    "record-read": billing.record_read,
    "pay-refund": project_deposits.pay_refund,
    "record-parcel": connections.record_parcel,
    "create-account": connections.create_account,
    "set-meter": connections.set_meter,
    "move-meter": connections.move_meter,
    "remove-meter": connections.remove_meter,
    "register": registers.register,
    "account-status": service_status.account_status,
    "split-account": bankruptcy.split_account,
    "put-right": bankruptcy.put_right,
    "bill-deposit": bankruptcy.bill_deposit,
    "take-assurance": bankruptcy.take_assurance,
    "move-payment": bankruptcy.move_payment,
}


#: What takes long is done before the writing: given a way to read, these answer what is left to write.
AHEAD: Mapping[str, Callable[[letters.Ahead, Effect], CarryOut]] = {"letter": letters.ahead}


def carry_out(session: Session, effect: Effect) -> Reply:
    """What the effect answers, carried out; raises EffectRefused for one that can never be."""
    built_in = BUILT_IN.get(effect.action)
    if built_in is not None:
        return built_in(session, effect)
    mine = own.own_effects().get(effect.action)
    if mine is None:
        raise EffectRefused(say('nothing here carries out "%(action)s"', action=effect.action), code="no-activity")
    return mine(effect)


def missing() -> list[str]:
    """Effects of the catalogue that nothing carries out: must be empty when a worker starts."""
    known = {*BUILT_IN, *own.own_effects(), *MACHINE}
    return [
        name
        for name in actions.names()
        if (found := actions.signature(name)) is not None and found.kind == "effect" and name not in known
    ]
