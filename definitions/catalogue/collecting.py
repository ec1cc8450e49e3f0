"""The actions of collecting that no other part has: what an account's service is, and what pays it off."""

from __future__ import annotations

from typing import Final

from definitions.catalogue.actions import Arg, Signature
from definitions.catalogue.payoffs import compute_payoff, compute_per_day, show_payoff

STATUSES: Final = ("active", "shut-off")

_HISTORY = ("bill_history",)
_PAYOFF = {
    "balance": Arg(type="money"),
    "closing": Arg(type="date"),
    "unbilled": Arg(type="quantity", required=False, title="Used since the last bill; else reckoned by days"),
}

ACTIONS: Final = (
    Signature(
        name="account-status",
        kind="effect",
        args={"status": Arg(type="text", title="`active` or `shut-off`")},
        replies=("status-changed",),
        irreversible=True,
        says="notes that the service is {status}",
    ),
    Signature(
        name="compute-payoff",
        kind="pure",
        args=_PAYOFF,
        result="money",
        facts=_HISTORY,
        compute=compute_payoff,
        says="computes what pays the account off",
    ),
    Signature(
        name="show-payoff",
        kind="pure",
        args=_PAYOFF,
        result="any",
        facts=_HISTORY,
        compute=show_payoff,
        says="shows what pays the account off",
    ),
    Signature(
        name="compute-per-day",
        kind="pure",
        result="money",
        facts=_HISTORY,
        compute=compute_per_day,
        says="computes what each further day adds",
    ),
)
