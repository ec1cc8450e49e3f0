"""The built-in actions, with their typed arguments."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from definitions.catalogue import bankruptcy, collecting, computations, connecting, estimates
from definitions.catalogue.actions import Arg, ArgType, Signature, register
from definitions.catalogue.money_actions import MONEY_ACTIONS

_TEXT, _OPTIONAL = Arg(type="text"), Arg(type="text", required=False)
_HISTORY = ("bill_history",)

_POLICY = Arg(type="policy", required=False, title="By default the setting `leak-adjustment-policy`")

_LEAK: tuple[tuple[str, ArgType, Callable[..., Any]], ...] = (
    ("compute-leak-adjustment", "money", computations.compute_leak_adjustment),
    ("show-leak-adjustment", "any", computations.show_leak_adjustment),
    ("judge-leak-adjustment", "text", computations.judge_leak_adjustment),
)

_ESTIMATE: tuple[tuple[str, ArgType, Callable[..., Any]], ...] = (
    ("estimate-read", "quantity", estimates.estimate_read),
    ("show-estimated-read", "any", estimates.show_estimated_read),
)

BUILT_IN = (
    # the machine's own
    Signature(name="assign", kind="pure", open=True, says="notes {fields}"),
    Signature(name="raise", kind="pure", args={"event": Arg(type="event")}, says="raises {event} in the case"),
    Signature(
        name="record",
        kind="pure",
        args={"what": _TEXT, "on": Arg(type="date", required=False, title="The day on which it was; today by default")},
        says="records “{what}”",
    ),
    Signature(name="forget", kind="pure", says="begins every notice anew"),
    Signature(
        name="notify",
        kind="effect",
        args={"to": Arg(type="any", title="Roles or people"), "about": _OPTIONAL},
        says="tells {to}",
    ),
    Signature(
        name="send",
        kind="effect",
        args={
            "event": Arg(type="event"),
            "to": Arg(type="text", required=False, title="`account` (its open cases) or a case id"),
            "data": Arg(type="any", required=False),
        },
        irreversible=True,
        says="sends {event}",
    ),
    # computed inside the step
    Signature(
        name="decide",
        kind="pure",
        args={"table": Arg(type="table"), "output": _OPTIONAL},
        open=True,
        result="any",
        compute=computations.decide,
        says="looks up {table}",
    ),
    Signature(
        name="compare-use",
        kind="pure",
        result="any",
        facts=("bill_history", "neighbours_median_use"),
        compute=computations.compare_use,
        says="puts the use beside what was usual",
    ),
    Signature(
        name="show-use-history",
        kind="pure",
        result="any",
        facts=_HISTORY,
        compute=computations.show_use_history,
        says="lists the use of six years",
    ),
    Signature(
        name="show-transactions",
        kind="pure",
        result="any",
        facts=("transactions",),
        compute=computations.show_transactions,
        says="lists what was charged and paid in two years",
    ),
    Signature(
        name="compute-change-of-use",
        kind="pure",
        result="quantity",
        facts=_HISTORY,
        compute=computations.compute_change_of_use,
        says="compares the use with last year's",
    ),
    Signature(
        name="judge-low-use",
        kind="pure",
        result="text",
        facts=_HISTORY,
        compute=computations.judge_low_use,
        says="judges whether the use is low",
    ),
    *(
        Signature(
            name=name,
            kind="pure",
            args={"policy": _POLICY, "leak": _OPTIONAL, "exception": _OPTIONAL},
            result=result,
            facts=(
                "bill_history",
                "adjustments",
                "worst_delinquency_24_months",
                "bill_paid_percent",
                "drought_stage",
            ),
            compute=compute,
            says="computes the leak adjustment by the policy",
        )
        for name, result, compute in _LEAK
    ),
    Signature(
        name="name-leak-policy",
        kind="pure",
        args={"policy": _POLICY},
        result="text",
        compute=computations.name_leak_policy,
        says="names the policy for leak adjustments",
    ),
    Signature(
        name="reckon-last-day",
        kind="pure",
        args={
            "begin": Arg(type="date"),
            "days": Arg(type="any", title="A number of days, or the setting that has it"),
            "law": Arg(type="boolean", required=False, title="A statute gives the time: a legal holiday rolls on, too"),
        },
        result="date",
        compute=computations.reckon_last_day,
        says="reckons the last day",
    ),
    Signature(
        name="judge-in-time",
        kind="pure",
        args={"received": Arg(type="date"), "notice": Arg(type="date", required=False)},
        result="boolean",
        compute=computations.judge_in_time,
        says="judges whether the complaint came in time",
    ),
    Signature(
        name="compute-meter-accuracy",
        kind="pure",
        args={flow: Arg(type="quantity") for flow in ("low", "middle", "high")},
        result="quantity",
        compute=computations.compute_meter_accuracy,
        says="computes the meter's accuracy from the three flows",
    ),
    Signature(
        name="judge-meter-test",
        kind="pure",
        args={"accuracy": Arg(type="quantity")},
        result="text",
        compute=computations.judge_meter_test,
        says="judges the meter test",
    ),
    *(
        Signature(
            name=name,
            kind="pure",
            args={"accuracy": Arg(type="quantity"), "months": Arg(type="integer", required=False)},
            result="money" if name.startswith("compute") else "any",
            facts=_HISTORY,
            compute=compute,
            says="computes what the fast meter billed too much",
        )
        for name, compute in (
            ("compute-meter-refund", computations.compute_meter_refund),
            ("show-meter-refund", computations.show_meter_refund),
        )
    ),
    *(
        Signature(
            name=name,
            kind="pure",
            args={"accuracy": Arg(type="quantity"), "above": Arg(type="number", title="Percent")},
            result="money" if name.startswith("compute") else "any",
            facts=_HISTORY,
            compute=compute,
            says="computes what the slow meter billed too little",
        )
        for name, compute in (
            ("compute-back-bill", computations.compute_back_bill),
            ("show-back-bill", computations.show_back_bill),
        )
    ),
    *(
        Signature(
            name=name,
            kind="pure",
            result="money" if name.startswith("compute") else "any",
            facts=("bill_history", "neighbours_median_use"),
            compute=compute,
            says="estimates the use that the meter did not register",
        )
        for name, compute in (
            ("compute-unregistered-use", computations.compute_unregistered_use),
            ("show-unregistered-use", computations.show_unregistered_use),
        )
    ),
    *(
        Signature(
            name=name,
            kind="pure",
            result=result,
            facts=("bill_history", "last_read", "last_read_on", "neighbours_median_use"),
            compute=compute,
            says="estimates the read",
        )
        for name, result, compute in _ESTIMATE
    ),
    *(
        Signature(
            name=name,
            kind="pure",
            args={"read": Arg(type="quantity")},
            result="money" if name.startswith("compute") else "any",
            compute=compute,
            says="computes what the misread billed too much",
        )
        for name, compute in (
            ("compute-reread-adjustment", computations.compute_reread_adjustment),
            ("show-reread-adjustment", computations.show_reread_adjustment),
        )
    ),
    # carried out after the step
    Signature(
        name="letter",
        kind="effect",
        args={
            "template": Arg(type="template"),
            "to": Arg(
                type="text",
                required=False,
                title="`customer` (default), `occupant`, `court`, `counsel`, `trustee`, `third-party`",
            ),
            "languages": Arg(type="any", required=False, title="By default the account's language"),
        },
        says="writes the {template} letter",
    ),
    Signature(
        name="recall-letters",
        kind="effect",
        args={
            "step": Arg(type="integer", required=False, title="All of the case's by default"),
            "template": Arg(type="template", required=False, title="Letters of this template only"),
            "reason": _OPTIONAL,
        },
        says="recalls letters not yet mailed",
    ),
    Signature(
        name="place-hold",
        kind="effect",
        args={
            "hold": Arg(type="hold"),
            "reason": _OPTIONAL,
            "since": Arg(type="date", required=False, title="The day from which it holds; by default the step's"),
            "until": Arg(type="date", required=False),
        },
        replies=("hold-placed",),
        says="places the hold {hold}",
    ),
    Signature(
        name="release-hold",
        kind="effect",
        args={"hold": Arg(type="hold"), "reason": _OPTIONAL},
        replies=("hold-released",),
        says="releases the hold {hold}",
    ),
    Signature(
        name="note-household",
        kind="effect",
        args={"low_income": Arg(type="boolean"), "until": Arg(type="date", required=False)},
        says="notes what the household has shown about its income",
    ),
    Signature(
        name="post-adjustment",
        kind="effect",
        args={"amount": Arg(type="money"), "reason": _OPTIONAL},
        replies=("posted",),
        irreversible=True,
        says="credits {amount} to the account",
    ),
    Signature(
        name="bill-water",
        kind="effect",
        args={"amount": Arg(type="money"), "reason": _OPTIONAL},
        replies=("water-billed",),
        irreversible=True,
        says="bills {amount} for water",
    ),
    Signature(
        name="charge-fee",
        kind="effect",
        args={"fee": _TEXT, "amount": Arg(type="money")},
        replies=("charged",),
        irreversible=True,
        says="charges the fee {fee} of {amount}",
    ),
    Signature(
        name="refund",
        kind="effect",
        args={"amount": Arg(type="money"), "of": _OPTIONAL, "reason": _OPTIONAL},
        replies=("refunded",),
        irreversible=True,
        says="refunds {amount}",
    ),
    Signature(
        name="record-read",
        kind="effect",
        args={
            "read": Arg(type="quantity"),
            "meter": _OPTIONAL,
            "kind": Arg(type="text", required=False, title="`field` (default), `estimated` or `customer`"),
        },
        replies=("read-recorded",),
        says="takes the read into the meter's record",
    ),
    *connecting.ACTIONS,
    *collecting.ACTIONS,
    *bankruptcy.ACTIONS,
    *MONEY_ACTIONS,
)

for _signature in BUILT_IN:
    register(_signature)
