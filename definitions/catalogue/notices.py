"""What the notices of a shut-off hold, and which law asks for it: a template says `// contains: …`, a test reads it printed.

Sources: Health & Safety Code 116906(a), 116908(a)(1)(C), 116908(a)(2), 116910(b)(3), 116912, 116916(b); Government Code
60371(a), 60373; domain/law.md says how sure each is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

#: What a notice can hold → what a reader finds there.
CONTENTS: Final[Mapping[str, str]] = {
    "customer": "The customer's name and the address",
    "amount": "The amount that is past due",
    "pay-by": "The last day to pay or to arrange for payment",
    "extension": "How to ask for more time",
    "review": "How to have the bill reviewed, and how to appeal",
    "complaint": "How to complain, and by when",
    "alternatives": "How to ask for a deferred or reduced payment or another schedule, amortization included",
    "financial-help": "Where financial help is to be had",
    "telephone": "The number to call",
    "shut-off-day": "From when service may be shut off",
    "become-customer": "That occupants may become customers, without the debt",
    "avoid": "What would avoid the shut-off",
    "owes-nothing": "That who reads it owes nothing",
    "restore": "How service is restored, and what it costs",
    "policy": "The written policy",
}

#: Rule → what a notice under it must hold.
REQUIRED: Final[Mapping[str, frozenset[str]]] = {
    "WSP-4": frozenset({"alternatives", "review", "telephone"}),
    "WSP-12": frozenset({"customer", "amount", "pay-by", "extension", "review", "alternatives"}),
    "WSP-13": frozenset({"shut-off-day", "policy", "telephone"}),
    "WSP-20": frozenset({"shut-off-day", "amount", "telephone"}),
    "WSP-21": frozenset({"restore", "telephone"}),
    "WSP-25": frozenset({"shut-off-day", "become-customer"}),
    "GOV-2": frozenset({"shut-off-day", "become-customer"}),
    "GOV-9": frozenset({"shut-off-day", "telephone"}),
    "GOV-10": frozenset({"customer", "amount", "pay-by", "avoid", "owes-nothing", "telephone"}),
    "GOV-11": frozenset({"customer", "amount", "pay-by", "complaint", "alternatives", "financial-help", "telephone"}),
    "GOV-12": frozenset({"avoid", "shut-off-day"}),
}

#: Letter → the rules that it is a notice under.
UNDER: Final[Mapping[str, tuple[str, ...]]] = {
    "final-notice": ("WSP-12", "GOV-11"),
    "occupant-notice": ("WSP-25", "GOV-2"),
    "third-party-notice": ("GOV-10",),
    "shut-off-tag": ("GOV-9",),
    "imminent-shut-off": ("WSP-13",),
    "plan-final-notice": ("WSP-20", "GOV-12"),
    "shut-off-done": ("WSP-21",),
    "policy": ("WSP-4",),
}


def lacking(letter: str, contains: frozenset[str]) -> dict[str, frozenset[str]]:
    """Rule → what a letter of this name and these contents lacks under it; empty when nothing is missing."""
    missing = {rule: REQUIRED[rule] - contains for rule in UNDER.get(letter, ())}
    return {rule: contents for rule, contents in missing.items() if contents}
