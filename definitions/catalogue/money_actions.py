"""The actions of money: instalments, deposits, refunds, returned payments, write-offs, with their typed arguments."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from definitions.catalogue import charges, instalments
from definitions.catalogue.actions import Arg, ArgType, Signature

_TEXT, _OPTIONAL = Arg(type="text"), Arg(type="text", required=False)
_AMOUNT, _ALL = Arg(type="money"), Arg(type="money", required=False, title="By default all of it")
_DATE, _DAY = Arg(type="date"), Arg(type="date", required=False)
_OF = Arg(
    type="text", required=False, title="`project` (default): held for this case; `security`: held for the account"
)
_PLAN: Final[Mapping[str, Arg]] = {
    "amount": _AMOUNT,
    "parts": Arg(type="integer", required=False, title="So many equal parts; the last takes the cents"),
    "each": Arg(type="money", required=False, title="So much each month until it is paid; goes before `parts`"),
    "first": Arg(type="date", title="Due date of the first; the others follow by calendar months"),
}


def _pure(
    name: str,
    compute: Callable[..., Any],
    result: ArgType,
    says: str,
    args: Mapping[str, Arg] | None = None,
    facts: tuple[str, ...] = (),
) -> Signature:
    return Signature(name=name, kind="pure", args=args or {}, result=result, compute=compute, says=says, facts=facts)


def _effect(name: str, reply: str, says: str, args: Mapping[str, Arg]) -> Signature:
    return Signature(name=name, kind="effect", args=args, replies=(reply,), irreversible=True, says=says)


_CHECK: Final = {"amount": _AMOUNT, "charge": _AMOUNT, "paid": Arg(type="money", required=False)}
_LATE: Final = {"amount": _AMOUNT, "months": Arg(type="integer", required=False)}
_DEPOSIT: Final = {"table": Arg(type="table"), "why": _TEXT}
_INTEREST: Final = {"amount": _AMOUNT, "since": _DATE}

MONEY_ACTIONS: Final = (
    _pure("compute-instalments", instalments.compute_instalments, "any", "works out the instalments", _PLAN),
    _pure("count-instalments", instalments.count_instalments, "integer", "counts the instalments", _PLAN),
    _pure("compute-last-instalment", instalments.compute_last_instalment, "date", "finds the last instalment", _PLAN),
    _pure(
        "add-months",
        instalments.add_months,
        "date",
        "reckons a date some months on",
        {"on": _DATE, "months": Arg(type="any", title="A number of months, or the setting that has it")},
    ),
    _pure("compute-late-fee", charges.compute_late_fee, "money", "computes the late fee", _LATE),
    _pure("show-late-fee", charges.show_late_fee, "any", "computes the late fee", _LATE),
    _pure(
        "compute-returned-charge",
        charges.compute_returned_charge,
        "money",
        "finds the charge for a returned payment",
        {"table": Arg(type="table"), "returns": Arg(type="integer", required=False)},
    ),
    _pure("compute-demand", charges.compute_demand, "money", "adds up what the demand asks for", _CHECK),
    _pure("compute-bad-check", charges.compute_bad_check, "money", "computes what a bad check may cost", _CHECK),
    _pure("show-bad-check", charges.show_bad_check, "any", "shows what a bad check may cost", _CHECK),
    _pure("compute-deposit", charges.compute_deposit, "money", "finds the deposit", _DEPOSIT, ("usual_bill",)),
    _pure("show-deposit", charges.show_deposit, "any", "shows how the deposit is found", _DEPOSIT, ("usual_bill",)),
    _pure(
        "compute-deposit-interest",
        charges.compute_deposit_interest,
        "money",
        "computes the deposit's interest",
        _INTEREST,
    ),
    _pure("show-deposit-interest", charges.show_deposit_interest, "any", "shows the deposit's interest", _INTEREST),
    _pure(
        "show-refund",
        charges.show_refund,
        "any",
        "shows what is refunded of a credit",
        {"available": _AMOUNT, "amount": _AMOUNT},
    ),
    _pure("compute-refund-date", charges.compute_refund_date, "date", "finds the next run of checks"),
    _effect(
        "take-deposit",
        "deposit-taken",
        "takes {amount} into deposit",
        {
            "amount": _AMOUNT,
            "of": _OF,
            "from": Arg(
                type="text", required=False, title="Of security: `payment` (default) or `credit` of the account"
            ),
            "received": _DAY,
            "method": _OPTIONAL,
        },
    ),
    _effect(
        "apply-deposit",
        "deposit-applied",
        "pays from the deposit",
        {
            "amount": Arg(type="money", required=False, title="Of security: by default as much as is owed and held"),
            "of": _OF,
            "to": Arg(type="text", required=False, title="`account` (default): what it owes; or a fee that is earned"),
            "reason": _OPTIONAL,
        },
    ),
    _effect(
        "credit-interest", "interest-credited", "adds {amount} interest to the security deposit", {"amount": _AMOUNT}
    ),
    _effect(
        "refund-deposit",
        "deposit-refunded",
        "owes what is left of the deposit back",
        {"amount": _ALL, "of": _OF, "reason": _OPTIONAL, "on": _DAY},
    ),
    _effect("refund-credit", "credit-refunded", "pays the account's credit out", {"amount": _ALL, "on": _DAY}),
    _effect(
        "settle-refund",
        "refund-settled",
        "notes that the refund is {how}",
        {"refund": _TEXT, "how": Arg(type="text", title="`cashed`, `payable` again, `unclaimed` or `forfeited`")},
    ),
    _effect("write-off", "written-off", "writes off what is owed", {"amount": _ALL, "reason": _OPTIONAL}),
    _effect(
        "transfer-balance",
        "balance-transferred",
        "moves the balance to the account {to}",
        {"to": _TEXT, "amount": _ALL},
    ),
    _effect(
        "reverse-payment",
        "payment-reversed",
        "takes the returned payment back",
        {"payment": _TEXT, "on": _DAY, "reason": _OPTIONAL},
    ),
    _effect("agree-plan", "plan-agreed", "agrees the payment plan", _PLAN),
    _effect(
        "end-plan",
        "plan-ended",
        "ends the payment plan as {how}",
        {"how": Arg(type="text", title="`kept`, `broken` or `ended`")},
    ),
)
