"""The ledger in words: codes by what they hold, rules by what they are about. REST and the CSV files keep the keys."""

from __future__ import annotations

from typing import Final

from api.texts import N_, _
from definitions.catalogue.splits import PUT_RIGHT
from definitions.language.expand import title_of
from store.tables.ledger import CHART

#: Rules by which Headgate posts, whole or what stands before the colon; behind it stands a key of the district's.
RULES: Final = {
    "tariff": N_("Tariff"),
    "payment": N_("Payment"),
    "returned-payment": N_("Returned payment"),
    "adjustment": N_("Adjustment"),
    "water": N_("Water"),
    "fee": N_("Fee"),
    "write-off": N_("Write-off"),
    "transfer": N_("Balance moved"),
    "split": N_("Split at the petition"),
    "deposit": N_("Deposit"),
    "deposit:security": N_("Security deposit"),
    "deposit:assurance": N_("Deposit as adequate assurance"),
    "deposit:interest": N_("Interest on the deposit"),
    "deposit:applied": N_("Deposit applied"),
    "deposit:account": N_("Deposit applied"),
    "deposit-refund": N_("Refund of a deposit"),
    "refund": N_("Refund"),
    "refund:water": N_("Refund of water"),
    "refund:stopped": N_("Check stopped"),
    "refund:unclaimed": N_("Money that nobody has claimed"),
    "refund-payable:credit": N_("Credit to be refunded"),
    "refund-payable:deposit": N_("Deposit to be refunded"),
}

#: Why a bank returned a payment, as imports name it.
RETURNED: Final = {
    "insufficient-funds": N_("Insufficient funds"),
    "closed-account": N_("Closed account"),
    "stop-payment": N_("Stop payment"),
    "not-authorized": N_("Not authorized"),
    "returned by the bank": N_("returned by the bank"),
}


def returned_because(reason: str) -> str:
    """Why a payment was returned; what somebody wrote stays as it is."""
    return _(RETURNED[reason]) if reason in RETURNED else reason


def code_told(code: str) -> str:
    """What a code of the chart holds: `receivable` → `What accounts owe`."""
    return _(CHART[code]) if code in CHART else code


def ledger_rule_told(rule: str) -> str:
    """Why something was posted: `fee:door-tag` → `Fee: Door tag`; what is no key of Headgate's stays as it is."""
    if rule.startswith(PUT_RIGHT):
        return _("Put right: %(rule)s", rule=ledger_rule_told(rule.removeprefix(PUT_RIGHT)))
    if rule in RULES:
        return _(RULES[rule])
    head, colon, rest = rule.partition(":")
    return f"{_(RULES[head])}: {title_of(rest)}" if colon and head in RULES else rule
