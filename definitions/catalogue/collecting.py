"""The actions of collecting that no other part has: what an account's service is."""

from __future__ import annotations

from typing import Final

from definitions.catalogue.actions import Arg, Signature

STATUSES: Final = ("active", "shut-off")

ACTIONS: Final = (
    Signature(
        name="account-status",
        kind="effect",
        args={"status": Arg(type="text", title="`active` or `shut-off`")},
        replies=("status-changed",),
        irreversible=True,
        says="notes that the service is {status}",
    ),
)
